"""What is observed, in the documented record and in simulated histories alike.

Here are the record, histories in one form, outcomes, outcomes of a span of years, and patterns.
Nothing here simulates, and nothing compares the model with the record.
"""
