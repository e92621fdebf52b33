"""What the tests of the expression language share: some names, and an expression's value."""

from __future__ import annotations

import numpy as np

from palca.model.language.expressions import Expression
from palca.model.language.functions import HELPERS, identifier

NAMES = ("growth", "trust", "regime.orientation", "regime.age", "fiscal_export")


def evaluate(expression: Expression, values: dict):
    """Compute an expression's source as it stands; NumPy must not complain if it is quiet."""
    scope = {identifier(name): value for name, value in values.items()}
    loud = "raise" if expression.quiet else "ignore"
    with np.errstate(over=loud, divide=loud, invalid=loud, under="ignore"):
        return eval(expression.source, dict(HELPERS), scope)
