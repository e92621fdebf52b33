"""What a policy of the USSR sees of a case: ``given/sight.toml``, read and applied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.agents.observables import OBSERVABLES
from palca.model.errors import PalcaError, nearest
from palca.model.table import InputTable
from palca.model.types import Floats
from palca.scenarios.reading.library import read_toml

from .case_files import GIVEN

if TYPE_CHECKING:
    import pandas as pd

USUAL, LOWEST, HIGHEST = range(3)
_FILE: Final = GIVEN / "sight.toml"
_MOST: Final = 1e5
Three = tuple[float, float, float]  # usual, lowest, highest


@dataclass(frozen=True, slots=True)
class Row:
    """Where the value of an observable comes from.

    Attributes
    ----------
    name, reason : str
    value : tuple of three floats
        Of what the case doesn't say, and where what moves starts.
    column : str
        The case's column; empty if there is none.
    times : tuple of three floats
        What it is multiplied by.
    codes : mapping of str to tuple of three floats
        Values by the column's first word.
    model : str
        What moves it, in words; empty if nothing does.
    """

    name: str
    reason: str
    value: Three = (0.0, 0.0, 0.0)
    column: str = ""
    times: Three = (1.0, 1.0, 1.0)
    codes: Mapping[str, Three] = field(default_factory=dict)
    model: str = ""

    @property
    def varies(self) -> bool:
        """Whether it may be another than the usual."""
        return any(len({*three}) > 1 for three in (self.value, self.times, *self.codes.values()))

    @property
    def said(self) -> str:
        """Where its usual value comes from, in words."""
        if self.model:
            return self.model
        if self.codes:
            known = ", ".join(f"{code} {value[0]:g}" for code, value in self.codes.items())
            return f"{self.column}: {known}; else {self.value[0]:g}"
        if self.column:
            return self.column + (f" × {self.times[0]:g}" if self.times[0] != 1.0 else "")
        return f"{self.value[0]:g} (neutral)"

    @property
    def span(self) -> str:
        """The lowest and the highest value, or of a code's values; empty if it doesn't vary."""
        if not self.varies:
            return ""
        if self.codes:
            moving = {code: three for code, three in self.codes.items() if len({*three}) > 1}
            moving |= {"else": self.value} if len({*self.value}) > 1 else {}
            return ", ".join(f"{code} {low:g} to {high:g}"
                             for code, (_, low, high) in moving.items())  # fmt: skip
        _, low, high = self.times if self.column else self.value
        return f"{'×' if self.column else ''}{low:g} to {high:g}"

    def of(self, table: pd.DataFrame, end: int) -> Floats:
        """Return the values of some cases, ``(cases,)``, at one end of the range."""
        if not self.column:
            return np.full(len(table), self.value[end])
        if not self.codes:
            return table[self.column].to_numpy(np.float64) * self.times[end]
        words = [first_word(cell) for cell in table[self.column]]
        return np.array([self.codes.get(word, self.value)[end] for word in words])


@dataclass(frozen=True, slots=True)
class Doubt:
    """How sure codings are: the range of orientation, and the chance of an error by confidence."""

    orientation: float
    wrong: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of any case: rows by observable, what else a trial needs, and doubt."""

    rows: Mapping[str, Row]
    other: Mapping[str, Row]
    doubt: Doubt

    def of(self, table: pd.DataFrame, name: str = "", end: int = USUAL) -> dict[str, Floats]:
        """Return all values of some cases, ``(cases,)`` each, by name.

        Parameters
        ----------
        table : DataFrame
            Of :class:`~.case_files.Cases`.
        name : str
            The row that is not to have its usual value.
        end : int
            The value that it has instead.
        """
        return {row.name: row.of(table, end if row.name == name else USUAL)
                for row in (*self.rows.values(), *self.other.values())}  # fmt: skip

    def unread(self, table: pd.DataFrame) -> list[str]:
        """Return the cells whose first word no code knows, as "case: column"."""
        unknown = []
        for row in self.rows.values():
            if row.codes and row.column.startswith("party_legal"):
                unknown += [f"{case}: {row.column}" for case, cell in table[row.column].items()
                            if first_word(cell) not in {*row.codes, "-", ""}]  # fmt: skip
        return unknown


def first_word(cell: Any) -> str:
    """Return the first word of a cell, in small letters."""
    found = re.match(r"[\w-]+", str(cell).strip().lower())
    return found[0] if found else ""


@lru_cache(maxsize=1)
def load_sight() -> Sight:
    """Read the file that ships."""
    return make_sight(read_toml(_FILE), _FILE.name)


def make_sight(data: Mapping[str, Any], where: str) -> Sight:
    """Check the table of the file.

    Raises
    ------
    PalcaError
    """
    top = InputTable(data, where)
    rows = {row.name: row for row in map(_row, top.tables("sees"))}
    other = {row.name: row for row in map(_row, top.tables("other"))}
    doubt = top.table("doubt")
    made = Doubt(doubt.number("orientation", 0.0, 1.0),
                 {name: doubt.number(name, 0.0, 1.0) for name in ("high", "medium", "low")})
    doubt.text("reason")
    doubt.reject_unknown()
    top.reject_unknown()
    for name in rows:
        if name not in OBSERVABLES:
            raise PalcaError(f"no observable '{name}'{nearest(name, OBSERVABLES)}", where)
    return Sight(rows, other, made)


def _row(table: InputTable) -> Row:
    row = Row(
        table.text("name"), table.text("reason"),
        _three(table, "value" if "value" in table else "else", (0.0, 0.0, 0.0)),
        table.text("column", ""), _three(table, "times", (1.0, 1.0, 1.0)),
        {code: _checked(value, f"{table.where}: codes.{code}")
         for code, value in table.table("codes").items()},
        table.text("model", ""),
    )  # fmt: skip
    table.reject_unknown()
    return row


def _three(table: InputTable, key: str, default: Three) -> Three:
    return _checked(table.value(key, default), f"{table.where}: {key}")


def _checked(value: Any, where: str) -> Three:
    """Return usual, lowest and highest value, in any order of size."""
    numbers = [one for one in value if isinstance(one, (int, float)) and abs(one) <= _MOST] if (
        isinstance(value, (list, tuple))) else []
    if len(numbers) != 3:
        raise PalcaError("must be three numbers: usual, lowest, highest", where)
    usual, lowest, highest = map(float, numbers)
    return usual, lowest, highest
