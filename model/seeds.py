"""Seeds and the numbers of worlds: one range for commands, files and Python."""

from __future__ import annotations

from operator import index
from typing import Any, Final

from .errors import PalcaError

LARGEST: Final = 2**53 - 1  # what JSON, R and a table of floating-point numbers hold exactly


def check_number(name: str, number: Any) -> int:
    """Return a seed, or a world's number, as an int if it is one.

    Raises
    ------
    PalcaError
    """
    try:
        whole = index(number)
    except TypeError:
        whole = -1
    if not 0 <= whole <= LARGEST:
        raise PalcaError(f"{name} must be a whole number from 0 to {LARGEST}, not {number!r}")
    return whole


def seed_after(seed: int, steps: int) -> int:
    """Return a seed for other draws of the same study; after the last one comes 0."""
    return (seed + steps) % (LARGEST + 1)
