"""What would have happened: ``palca compare``, ``palca counterfactual`` and the claims.

Here are paired runs, twins of worlds that agree with the record, and the effects that are
estimated from them. Worlds like ours are not found here, but by the alive filter of `infer`.
"""
