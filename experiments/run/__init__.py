"""``palca run``: one scenario, its tables, figure and report, and its scores against the record.

Here are also the explanations of one world: its story, the rules that fired in a month, and how
often each rule of a policy fires. Two scenarios are not compared here: see `counterfactual`.
"""
