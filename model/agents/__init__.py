"""Who acts: the four strategists, and the economy, labour and the officers.

A strategist observes, decides by rules that are data, and changes the state through levers.
The equations stand in `equations`, and the order of a month in `palca.model.month`.
"""
