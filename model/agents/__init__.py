"""Who acts: four strategists, and the society that they act on.

They see, decide by rules that are data, and change the state by the equations.
The order in which they do so is that of :mod:`~palca.model.month`.
"""
