"""The model held against what it was not told.

Forecasts, patterns, other countries, versions of the model without a part, and the page on it.
"""
