"""What went on underneath in worlds like ours, month by month, and why it came as it did.

Here are the ranges of what nobody measured, given what was, and the causes of one month of our
history. The worlds themselves are found by `infer`; nothing is changed in them: see
`counterfactual`.
"""
