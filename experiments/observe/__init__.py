"""What is looked at, in the record and in simulated histories alike.

The documented record, a history in one form, outcomes, spans of years and patterns.
Nothing here simulates.
"""
