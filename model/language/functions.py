"""What the language of policy rules has: its functions, its limits, and how each is computed.

Every function has a value, whatever it is given: a division by zero is 0, the
argument of ``exp`` is capped at 50 and that of ``log`` is at least 1e-12, and
the root of a negative number is 0. All are elementwise.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from .. import arithmetic
from ..types import Value

MOST_CHARACTERS: Final = 2_000
MOST_LEVELS: Final = 40
MOST_NODES: Final = 400
LARGEST_NUMBER: Final = 1e9  # that may be written, and that an observable or parameter may be
LARGEST_RESULT: Final = 1e300  # two hundred of these still add up to a float


def divide(a: Value, b: Value) -> Any:
    """Return a / b, and 0 where b is 0; elementwise."""
    return np.where(b == 0.0, 0.0, np.true_divide(a, b))


def exp(x: Value) -> Any:
    """Return e**x with x capped at ±50; elementwise."""
    return arithmetic.exp(np.minimum(np.maximum(x, -50.0), 50.0))


def log(x: Value) -> Any:
    """Return the natural logarithm of x, or of 1e-12 if x is less; elementwise."""
    return arithmetic.log(np.minimum(np.maximum(x, 1e-12), LARGEST_RESULT))


def sqrt(x: Value) -> Any:
    """Return the square root of x, or 0 if x is negative; elementwise."""
    return np.sqrt(np.maximum(x, 0.0))


def finite(x: Value) -> Any:
    """Return x with 0 for what is not a number, and at most 1e300 in size; elementwise."""
    number = np.where(x == x, x, 0.0)
    return np.minimum(np.maximum(number, -LARGEST_RESULT), LARGEST_RESULT)


# All that the source of an expression may call. A compiler to machine code gives its own.
HELPERS: Final[Mapping[str, Callable[..., Any]]] = {
    "where": np.where,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "logical_not": np.logical_not,  # not ``~``, which makes -2 of a plain True
    "abs": np.absolute,
    "divide": divide,
    "exp": exp,
    "log": log,
    "sqrt": sqrt,
    "logistic": arithmetic.logistic,
}

# Each function of the language with its fewest and most arguments.
FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
    "min": (2, MOST_NODES),
    "max": (2, MOST_NODES),
    "clip": (3, 3),
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "logistic": (1, 1),
    "abs": (1, 1),
}

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)*")
_RESERVED = frozenset(
    {*FUNCTIONS, *HELPERS, *keyword.kwlist, "finite", "count_nonzero", "errstate"}
    | {"true", "false", "see", "trace", "decide", "type", "float"}
)


def identifier(name: str) -> str:
    """Return the identifier that stands for an observable or a parameter in the source.

    Raises
    ------
    ValueError
        If `name` isn't words of small letters and digits joined by ``_`` and ``.``,
        or is one that the language or the generated code needs for itself.
    """
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise ValueError(f"{name!r} can't be the name of an observable or a parameter")
    return name.replace(".", "__")  # no other name has a double underscore
