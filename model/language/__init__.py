"""The language of rules: from a text to a function over arrays.

Here are its lexer, its translator and its functions, the levers that rules may move, and policies.
Nothing here knows what a lever does in the world, or what a month is.
"""
