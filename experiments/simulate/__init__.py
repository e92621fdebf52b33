"""Many worlds: designs, priors, tables of worlds and ensembles.

They are run here and reduced as they come. What they mean is said in the rooms above.
"""
