"""Folders, files, processes and figures, whatever they hold.

A run's folder, its manifest and its digests, the table of the terminal, the style of figures,
and the spread of work over processes. Nothing here knows of Bolivia or of a model.
"""
