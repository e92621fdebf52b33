"""What would have been: paired runs, twins given the record, their effects and claims.

Effects are estimated here; the worlds that they start from come from `infer`.
"""
