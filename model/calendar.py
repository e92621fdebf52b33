"""Months as whole numbers, counted from January 1969."""

from __future__ import annotations

import re
from typing import Final

from .errors import PalcaError, short

START: Final = "1969-01"
FOREVER: Final = 9999  # the last month of what has no end
_FIRST_YEAR: Final = 1969


def month_index(text: str, where: str = "") -> int:
    """Return the number of a month written as YYYY-MM; January 1969 is 0, earlier is negative.

    Raises
    ------
    PalcaError
        If `text` is no month of the years 1000 to 2999; `where` says where it stands.

    >>> month_index("1971-08")
    31
    """
    if not re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])", text):
        if re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])-[0-9]{2}", text):
            raise PalcaError(f"{text!r} is a day; write its month, {text[:7]}")
        raise PalcaError(f"{short(text, 40)!r} is no month; write it as 1971-08", where)
    return (int(text[:4]) - _FIRST_YEAR) * 12 + int(text[5:]) - 1


def month_name(index: int) -> str:
    """Return a month's number as YYYY-MM.

    >>> month_name(31)
    '1971-08'
    """
    return f"{_FIRST_YEAR + index // 12:04d}-{index % 12 + 1:02d}"
