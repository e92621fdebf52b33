"""What matters for an outcome: sweeps, sensitivity analysis and scenario discovery.

Many settings are simulated here, and the results written and shown. None of them is compared with
the record.
"""
