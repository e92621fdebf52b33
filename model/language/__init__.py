"""The language of rules: from a text to a function over arrays.

Here are its lexer, its translator and its functions, the levers that rules may move, and policies.
A rule's text goes through `lexer.words_of`, `expressions.parse` (with `translator.Reader`),
`policy.compile_policy` and `codegen.compile_rules`; the actors call the function that results.
Nothing here knows what a lever does in the world, or what a month is.
"""
