"""The language of rules: from a text to a function over arrays.

Here are its words, its grammar and its functions, the levers that rules may move, and policies.
Nothing here knows what a lever does in the world, or what a month is.
"""
