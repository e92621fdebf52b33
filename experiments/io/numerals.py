"""Numbers as they are read: rounding makes no small number nothing, and no share the whole."""

from __future__ import annotations

import math
from typing import Final

_NOTHING: Final = 1e-9  # what sums of shares may be off by


def decimal(value: float, digits: int, sign: str = "") -> str:
    """Return a number with so many decimals, or more where it would read as 0 and isn't.

    Parameters
    ----------
    sign : str
        ``"+"`` if positive numbers have one too.
    """
    if math.isnan(value):
        return "–"
    if abs(value) < _NOTHING:
        return f"{0.0:{sign}.{digits}f}"
    rounded = round(float(value), digits)
    return f"{rounded:{sign}.{digits}f}" if rounded else f"{value:{sign}.1g}"


def percent(share: float, digits: int = 0, sign: str = "") -> str:
    """Return a share in per cent, with more decimals where it would read as none or all and isn't.

    What lies between two shares may be negative.
    """
    value = 100.0 * share
    rest = 100.0 - abs(value)
    if rest > _NOTHING and round(rest, digits) == 0.0:
        digits = math.ceil(-math.log10(rest))
    return f"{decimal(value, digits, sign)} %" if value == value else "–"
