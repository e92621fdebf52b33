"""Numbers as they are read: rounding makes no small number nothing, and no share the whole.

Points and commas are those of the language that is spoken now.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from .language import ENGLISH, _, spoken

_NOTHING: Final = 1e-9  # what sums of shares may be off by
ENDLESS: Final = 1e12  # from here on, and below _TINY, powers of ten are read more easily
_TINY: Final = 1e-5


@lru_cache(maxsize=8)
def marks(language: str) -> tuple[str, str]:
    """Return what a language writes before decimals, and between thousands."""
    if language == ENGLISH:
        return ".", ","
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return get_decimal_symbol(language), get_group_symbol(language)


def spelled(value: float, form: str) -> str:
    """Return a number by a format such as ``",.1f"``, with the marks of the language."""
    point, comma = marks(spoken())
    return format(value, form).translate({ord("."): point, ord(","): comma})


def value_of(value: Any) -> float:
    """Return the number that a value or a text is; NaN if it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def number(value: float, unit: str = "", sign: str = "", apart: bool = False) -> str:
    """Return a number in a unit; shares in per cent, and what lies between two of them (`apart`)
    in points.
    """
    if unit.startswith("share"):
        if apart:
            return _("{value} points", value=decimal(100 * value, 1, sign))
        return percent(value, 1, sign)
    return decimal(value, 2 if abs(value) < 10 else 1, sign)


def significant(value: float, digits: int = 3) -> str:
    """Return a number with so many digits that count, thousands whole."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "-∞" if value < 0 else "∞"
    if abs(value) >= 10**digits:
        return spelled(value, ",.0f" if abs(value) < ENDLESS else ".2e")
    if abs(value) < _TINY:
        return spelled(value, ".1e") if value else "0"
    rounded = f"{value:.{digits}g}"
    places = max(-int(Decimal(rounded).as_tuple().exponent), 0)
    return spelled(value, f".{places}f")


def interval(low: float, high: float) -> str:
    """Return a range; a dash if it isn't known."""
    if math.isnan(low):
        return "–"
    return _("{low} to {high}", low=significant(low), high=significant(high))


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
        return spelled(0.0, f"{sign}.{digits}f")
    rounded = round(float(value), digits)
    return spelled(rounded, f"{sign}.{digits}f") if rounded else spelled(value, f"{sign}.1g")


def percent(share: float, digits: int = 0, sign: str = "") -> str:
    """Return a share in per cent, with more decimals where it would read as none or all and isn't.

    What lies between two shares may be negative.
    """
    value = 100.0 * share
    rest = 100.0 - abs(value)
    if rest > _NOTHING and round(rest, digits) == 0.0:
        digits = math.ceil(-math.log10(rest))
    return f"{decimal(value, digits, sign)} %" if value == value else "–"
