"""Exponential, logarithm and logistic in plain arithmetic, the same on every machine.

NumPy and compiled code may differ in the last bits of ``exp`` and ``log``, and
so may two processors. These use only additions, multiplications, divisions and
exact scaling by powers of two, each correctly rounded by IEEE 754, so a world
has the same bits wherever and however it is run. All are elementwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .types import Floats

_LN2 = 0.6931471805599453
_LOG2_E = 1.4426950408889634
_LARGEST = 700.0  # beyond it exp would overflow


def exp(x: ArrayLike) -> Floats:
    """Return e**x, relative error below 1e-11; |x| is capped at 700.

    x = k ln 2 + r with |r| <= ln 2 / 2; then e**r by its Padé approximant of order [4/4],
    (even + odd) / (even - odd), whose relative error is below 3e-12 there.
    """
    x = np.minimum(np.maximum(x, -_LARGEST), _LARGEST)
    k = np.rint(x * _LOG2_E)
    r = x - k * _LN2
    square = r * r
    even = (square * (1 / 1680) + 3 / 28) * square + 1.0
    odd = (square * (1 / 84) + 0.5) * r
    return np.ldexp((even + odd) / (even - odd), k.astype(np.int32))


def log(x: ArrayLike) -> Floats:
    """Return the natural logarithm of x > 0, relative error below 1e-12.

    x = m 2**e with m in [sqrt(1/2), sqrt 2), then ln m = 2 artanh((m - 1) / (m + 1)).
    """
    m, e = np.frexp(x)
    small = m < 0.7071067811865476
    m = np.where(small, m + m, m)
    e = e - small
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    p = q * (1 / 15) + 1 / 13
    p = p * q + 1 / 11
    p = p * q + 1 / 9
    p = p * q + 1 / 7
    p = p * q + 1 / 5
    p = p * q + 1 / 3
    p = p * q + 1.0
    return 2.0 * s * p + e * _LN2


def logistic(x: ArrayLike) -> Floats:
    """Return 1 / (1 + e**-x)."""
    return 1.0 / (1.0 + exp(np.negative(x)))
