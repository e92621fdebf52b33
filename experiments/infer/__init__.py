"""Inference from evidence: of parameters (calibration) and of worlds (particle filters).

Here are the evidence, its likelihood, the alive filter that finds worlds like ours and the files
that keep them, the bootstrap filter of forecasts one month ahead, and approximate Bayesian
computation. No intervention is applied here: see `counterfactual`.
"""
