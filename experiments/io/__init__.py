"""Input and output that all experiments share.

Here are the base class of experiments, folders with their manifests and digests, tables, figures,
Markdown pages, signals, and the spread of work over processes and machines. Nothing here runs the
model or knows what an experiment computes; only `figure_style` names quantities of the model.
"""
