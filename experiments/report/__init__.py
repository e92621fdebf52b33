"""``palca report``: the folder of any experiment as one HTML page.

The folder may be a stranger's: its files are read through `io.safe_folder`, and are never trusted.
Nothing is simulated here: a report says what the files say.
"""
