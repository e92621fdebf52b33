"""Right turns in other countries, and what Moscow did: ``palca cases``.

Here are the cases as data, what a policy sees of a case, the USSR acting alone, and the scores of
policies against what happened. No other actor acts here, and nothing of Bolivia's posterior enters.
"""
