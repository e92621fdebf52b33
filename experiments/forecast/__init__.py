"""Forecasts and their scores: naive forecasts, proper scores, and comparisons of two forecasts.

Scores and comparisons take any forecast, the model's or a naive one. The model isn't run here.
"""
