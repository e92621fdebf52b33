"""What would have happened: ``palca compare``, ``palca counterfactual`` and the claims.

Here are paired runs, twins of worlds that agree with the record, and the effects that are
estimated from them. Worlds are not conditioned on evidence here: the particle filter is in `infer`.
"""
