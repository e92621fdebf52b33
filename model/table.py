"""A table of plain data that is read key by key, with errors that say where and how to mend it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from .calendar import month_index
from .errors import PalcaError, check_text, nearest, point, short


class InputTable:
    """One table of a file; every key must be asked for before :meth:`reject_unknown`.

    Parameters
    ----------
    data : mapping
    where : str
        File and table, for errors.
    """

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, Mapping):
            raise PalcaError(f"must be a table, not {_kind(data)}", where)
        self._data = data
        self.where = where
        self._known: set[str] = set()

    def __contains__(self, key: str) -> bool:
        self._known.add(key)
        return key in self._data

    def value(self, key: str, default: Any = None) -> Any:
        """Return the value of a key; it must be there if there is no default."""
        self._known.add(key)
        if key in self._data:
            return self._data[key]
        if default is None:
            raise PalcaError(f"'{key}' is missing{nearest(key, self._data)}", self.where)
        return default

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text, not empty unless the default is."""
        value = self.value(key, default)
        if not isinstance(value, str):
            raise PalcaError(f"'{key}' must be a text, not {_kind(value)}", self.where)
        if not value.strip() and value != default:
            raise PalcaError(f"'{key}' is empty: write a text", self.where)
        check_text(key, value, self.where)
        return value

    def texts(self, key: str) -> list[str]:
        """Return a list of texts; an empty one if it isn't there."""
        value = self.value(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise PalcaError(f"'{key}' must be a list of texts, not {_kind(value)}", self.where)
        for one in value:
            check_text(key, one, self.where)
        return value

    def number(
        self, key: str, low: float, high: float, default: float | None = None
    ) -> float:
        """Return a finite number between `low` and `high`."""
        value = self.value(key, default)
        return check_number(key, value, low, high, self.where)

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between `low` and `high`."""
        value = self.number(key, low, high, default)
        if value != int(value):
            raise PalcaError(f"'{key}' must be a whole number, not {value}", self.where)
        return int(value)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Return true or false."""
        value = self.value(key, default)
        if not isinstance(value, bool):
            raise PalcaError(f"'{key}' must be true or false, not {_kind(value)}", self.where)
        return value

    def month(self, key: str, default: str | None = None) -> int:
        """Return a month such as ``"1971-08"``, counted from January 1969."""
        text = self.text(key, default)
        try:
            return month_index(text)
        except PalcaError as error:
            raise PalcaError(f"'{key}': {error.message}", self.where) from None

    def table(self, key: str) -> InputTable:
        """Return a table within this one; an empty one if it isn't there."""
        return InputTable(self.value(key, {}), f"{self.where}: [{key}]")

    def tables(self, key: str) -> list[InputTable]:
        """Return an array of tables; an empty one if it isn't there."""
        return [
            InputTable(row, f"{self.where}: [[{key}]] {number}")
            for number, row in enumerate(self.rows(key), 1)
        ]

    def rows(self, key: str) -> list[Any]:
        """Return an array of tables as plain data; an empty one if it isn't there."""
        value = self.value(key, [])
        if not isinstance(value, (list, Mapping)):
            raise PalcaError(f"'{key}' must be a list, not {_kind(value)}", self.where)
        if not isinstance(value, list):
            raise PalcaError(f"write [[{key}]], not [{key}]", self.where)
        return value

    def items(self) -> list[tuple[str, Any]]:
        """Return all keys and values."""
        self._known |= set(self._data)
        return list(self._data.items())

    def flat(self) -> dict[str, Any]:
        """Return all keys and values as a dict."""
        return dict(self.items())

    def reject_unknown(self) -> None:
        """Raise if the table has a key that nobody asked for."""
        for key in self._data:
            if key not in self._known:
                known = sorted(self._known)
                hint = nearest(key, known) or f": the keys are {', '.join(known)}"
                raise PalcaError(f"unknown key '{short(key, 40)}'{hint}", self.where)


def check_number(name: str, value: Any, low: float, high: float, where: str) -> float:
    """Return `value` as a float if it is a finite number between `low` and `high`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        hint = point(value) if isinstance(value, str) else ""
        raise PalcaError(f"'{name}' must be a number, not {_kind(value)}{hint}", where)
    if not (low <= value <= high) or math.isnan(value):
        raise PalcaError(f"'{name}' must lie in {low:g} to {high:g}, not {short(value)}", where)
    return float(value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return f"{value}".lower()
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, date):
        return f'the date {value}; write a month in quotes: "{value.isoformat()[:7]}"'
    if isinstance(value, time):
        return f"the time {value}"
    return short(repr(value), 60)
