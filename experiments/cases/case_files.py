"""The cases: read and checked, each fault told with its file and line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Day
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from palca.model.calendar import month_index
from palca.model.errors import PalcaError, nearest, short

from ..observe.record_files import (
    CONFIDENCES,
    check_confidence,
    check_sources,
    numbers_of,
    read_cells,
    span,
)

if TYPE_CHECKING:
    import pandas as pd

GIVEN: Final = Path(__file__).parent / "given"
TURNS: Final = "turns.csv"
FACTS: Final = "turn_facts.csv"
# Columns of codes, and the codes that each may have
CODES: Final[dict[str, tuple[str, ...]]] = {
    "core": ("0", "1"),
    "party_size": ("none", "small", "medium", "large"),
    "repression_party": ("0", "1", "2", "3"),
    "hostile_act_24m": ("0", "1"),
    "soviet_break_24m": ("0", "1"),
    "soviet_suspension_24m": ("0", "1"),
    "credits_60m": ("yes", "no", "unknown"),
    "response_0_4": ("0", "1", "2", "3", "4"),
}
# Columns of numbers, with their ranges
_RANGES: Final = {
    "orientation_before": (-1.0, 1.0),
    "orientation_after": (-1.0, 1.0),
    "soviet_commitments_before_musd": (0.0, 1e5),
}
_WORDS: Final = ("case", "country", "date", "how", "party_legal_before", "party_legal_after",
                 "who_broke", "break_date", "confidence")  # fmt: skip
NEEDED: Final = (*CODES, *_RANGES, *_WORDS)
WHO_BROKE: Final = ("none", "host", "USSR")  # what the column begins with
_LEAST_TURN: Final = 0.25  # of a core case


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases with their facts.

    Attributes
    ----------
    table : DataFrame
        A row a case, by its code: the cells of the file, codes that are numbers as integers, and
        ``month`` of the turn (counted from January 1969), ``hostile`` and ``broke``, the months
        after the turn of a hostile act and of the host's break (NaN if there is none, or if its
        month isn't known).
    facts : DataFrame
        A row a fact: ``case``, ``field``, ``value``, ``source``, ``confidence``. Empty if a user
        has given none.
    rows : list of dict
        The cells as they were written, from which :func:`check_cases` makes the same again.
    """

    table: pd.DataFrame
    facts: pd.DataFrame
    rows: list[dict[str, str]]

    @property
    def core(self) -> pd.DataFrame:
        """The cases that count."""
        return self.table[self.table["core"] == 1]

    def confidence(self, case: str, *fields: str) -> str:
        """Return how sure a case's fields are: as its least sure fact, or else as the case."""
        named = self.facts[(self.facts["case"] == case) & self.facts["field"].isin(fields)]
        said = {*named["confidence"]} or {str(self.table.at[case, "confidence"])}
        return max(said, key=CONFIDENCES.index)


def load_cases(path: Path | None = None) -> Cases:
    """Read the cases: those that ship with Palca (once), or those of a folder or a CSV file.

    Parameters
    ----------
    path : Path, optional
        A folder with ``turns.csv`` and, if there are any, ``turn_facts.csv``; or a file of the form
        of ``turns.csv``.

    Raises
    ------
    PalcaError
        For a file that can't be read, a missing column, a code or a number that may not be, a case
        given twice, facts of a case that there isn't, or a row that contradicts itself.
    """
    return _shipped() if path is None else _load(path)


@lru_cache(maxsize=1)
def _shipped() -> Cases:
    return _load(GIVEN)


def _load(path: Path) -> Cases:
    if not path.exists():
        raise PalcaError("no such folder or file of cases", str(path))
    turns = path / TURNS if path.is_dir() else path
    facts = path / FACTS if path.is_dir() else path
    rows = read_cells(turns, NEEDED)
    told = facts != turns and facts.exists()
    columns = ("case", "field", "value", "source", "confidence")
    return check_cases(_records(rows), _records(read_cells(facts, columns)) if told else [],
                       turns.name)  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(key): str(cell) for key, cell in row.items()}
            for row in table.to_dict("records")]  # fmt: skip


def check_cases(rows: list[dict[str, str]], facts: list[dict[str, str]], name: str) -> Cases:
    """Return cases from the cells of their files, all as texts.

    Raises
    ------
    PalcaError
    """
    import pandas as pd

    if not rows:
        raise PalcaError("has no case: add a row", name)
    table = pd.DataFrame(rows)
    for column in _RANGES:
        table[column] = numbers_of(table, column, name)
    for i, row in enumerate(table.to_dict("records"), start=2):
        where = f"{name}: line {i}"
        _check_row(row, where)
        if row["case"] in {*table["case"].iloc[: i - 2]}:
            raise PalcaError(f"a second row of the case '{row['case']}'", where)
    months = [month_index(date[:7]) for date in table["date"]]
    table["month"] = months
    hostile = table.get("hostile_act_month", pd.Series([""] * len(table)))
    table["hostile"] = _after(hostile, months, f"{name}: hostile_act_month")
    host = [date if who.startswith("host") and who != "host (treaty)" else ""
            for who, date in zip(table["who_broke"], table["break_date"], strict=True)]  # fmt: skip
    table["broke"] = _after(host, months, f"{name}: break_date")
    for column, codes in CODES.items():
        if codes[0].isdigit():
            table[column] = table[column].astype(int)
    table = table.set_index("case", drop=False)
    said = pd.DataFrame(facts, columns=["case", "field", "value", "source", "confidence"])
    check_sources(said, FACTS)
    for i, case in enumerate(said["case"], start=2):
        if case not in table.index:
            raise PalcaError(f"no case '{short(case, 40)}'{nearest(case, table.index)}",
                             f"{FACTS}: line {i}")  # fmt: skip
    return Cases(table, said, rows)


def _check_row(row: dict[Any, Any], where: str) -> None:
    """Raise if a row has a cell that may not be, or contradicts itself."""
    if not str(row["case"]).strip():
        raise PalcaError("'case' is empty: give the case a code, such as CHL1973", where)
    try:
        Day.fromisoformat(str(row["date"]))
    except ValueError:
        raise PalcaError(f"'date' must be a day such as 1973-09-11, not '{short(row['date'], 40)}'",
                         where) from None  # fmt: skip
    for column, codes in CODES.items():
        if row[column] not in codes:
            raise PalcaError(f"'{column}' must be one of {', '.join(codes)}, not "
                             f"'{short(row[column], 40)}'", where)  # fmt: skip
    for column, (low, high) in _RANGES.items():
        if math.isnan(row[column]):
            raise PalcaError(f"'{column}' is empty: give a number", where)
        if not low <= row[column] <= high:
            raise PalcaError(f"'{column}' must lie in {low:g} to {high:g}, not {row[column]:g}",
                             where)  # fmt: skip
    check_confidence(row["confidence"], where)
    if not row["who_broke"].startswith(WHO_BROKE):
        raise PalcaError(f"'who_broke' must begin with one of {', '.join(WHO_BROKE)}, not "
                         f"'{short(row['who_broke'], 40)}'", where)  # fmt: skip
    if row["soviet_break_24m"] == "1" and row["soviet_suspension_24m"] == "0":
        raise PalcaError("the USSR broke but didn't suspend: a break counts as a suspension too, "
                         "so write 1 in 'soviet_suspension_24m'", where)  # fmt: skip
    if row["soviet_break_24m"] == "1" and not row["who_broke"].startswith("USSR"):
        raise PalcaError("'soviet_break_24m' says that the USSR broke, 'who_broke' that it didn't",
                         where)  # fmt: skip
    turn = row["orientation_after"] - row["orientation_before"]
    if row["core"] == "1" and turn < _LEAST_TURN - 1e-9:
        raise PalcaError(f"a core case turns to the right by {_LEAST_TURN} or more, this one by "
                         f"{turn:.2f}: write 0 in 'core'", where)  # fmt: skip


def _after(dates: Iterable[str], months: list[int], where: str) -> list[float]:
    """Return how many months after the turn each date lies; NaN for an empty one."""
    out = []
    for date, month in zip(dates, months, strict=True):
        if not date:
            out.append(math.nan)
            continue
        after = span(date[:10].strip(), where)[0] - month
        if after < 0:
            raise PalcaError(f"{date} is before the turn", where)
        out.append(float(after))
    return out
