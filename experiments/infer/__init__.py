"""Inference from evidence: of parameters (calibration) and of worlds (the particle filter).

Here are the evidence, its likelihood, weighted samples, the filter and approximate Bayesian
computation. No intervention is applied here: see `counterfactual`.
"""
