"""The command line: what each command takes, and which room does it.

Nothing is computed here, and no other room may import from here.
"""
