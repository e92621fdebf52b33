"""What is observed, in the documented record and in simulated histories alike.

Here are the record, histories in one form, outcomes, outcomes of a span of years, and patterns.
Only `history.free_running` simulates. Nothing here compares the model with the record.
"""
