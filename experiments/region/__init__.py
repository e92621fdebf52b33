"""Countries beside Bolivia: their tables, what a country is made of, and forecasts of their coups.

One fixed rule makes a country from tables; rulers are installed as documented, so that attempts
and their outcomes are the only evidence. Nothing here is adjusted to a single country.
"""
