"""``palca validate``: the model tested on the record, on other countries and on itself.

Here are forecast skill, patterns, regularities across countries, versions of the model without one
part, invariants, and the page about all of them. No estimator stands here: a test that needs one
calls `infer`.
"""
