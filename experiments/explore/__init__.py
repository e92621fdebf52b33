"""What matters: sweeps, sensitivity and discovery.

Many settings are tried here; none of them is held against the record.
"""
