"""The month as machine code, made from the code of the model itself.

The month is traced on symbols, written as LLVM's language, compiled, and kept in a cache.
No equation stands here: what a month does is said once, in the modules that it traces.
"""
