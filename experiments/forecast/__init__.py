"""Forecasts and their scores: naive forecasts, proper scores, comparisons.

Nothing here knows where a forecast came from.
"""
