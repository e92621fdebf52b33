"""What evidence says: of parameters (calibration) and of worlds (the particle filter).

Evidence, likelihoods, the filter and approximate Bayesian computation are here.
What would have happened otherwise is asked elsewhere, in `counterfactual`.
"""
