"""Pages that tell one world: its months, its coups from within, and itself beside its twin.

Here a world is found, told (`told`), and laid out as a film that the browser plays (`film`). What
is about many worlds at once doesn't belong here.
"""
