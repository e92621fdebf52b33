"""A run's folder, perhaps a stranger's, as one page.

Nothing is computed here but what a folder's files say.
"""
