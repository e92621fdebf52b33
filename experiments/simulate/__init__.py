"""Many worlds: designs, priors, tables of worlds, and ensembles that are run in blocks.

Worlds are reduced to outcomes and histograms as they are simulated, so that memory stays bounded.
Nothing here is weighted, scored or printed.
"""
