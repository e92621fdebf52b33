"""Drivers: what moves the simulated country from outside, as monthly series.

The files hold what was observed; what the model uses is computed here, so that
the definition stands next to the data.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from palca.model.calendar import START, month_index, month_name
from palca.model.errors import PalcaError, nearest, point
from palca.model.state.drivers import DRIVERS
from palca.model.state.interventions import Change, DriverChange
from palca.model.table import InputTable
from palca.model.types import Floats

from .reading.library import label, read_text

# The deflator's file gives the driver "prices" too.
FILES: Final = (*(name for name in DRIVERS if name != "prices"), "deflator")
_TRAILING = 36  # months whose mean is the usual price
_USUAL = ("1965", "1980")  # years whose growth abroad is the usual one
_MOST = 1e15  # of a value, either way


def files_table(table: InputTable) -> InputTable:
    """Return the table ``[drivers]`` of a file, which names a file for each driver.

    Raises
    ------
    PalcaError
        If it names a driver that there is not.
    """
    named = table.table("drivers")
    for name in named.flat():
        if name not in FILES:
            raise PalcaError(
                f"no driver '{name}'{nearest(name, FILES)}; there are {', '.join(FILES)}",
                named.where,
            )
    return named


def read_series(path: Path) -> list[tuple[str, float, dict[str, str]]]:
    """Return (date, value, row) of a driver file, in the order of the file.

    Raises
    ------
    PalcaError
        If the file can't be read, or a row has no source, no number or no date.
    """
    file = label(path)
    rows = []
    try:
        table = list(csv.DictReader(read_text(path).splitlines()))
    except csv.Error as error:
        raise PalcaError(f"is not a table of comma-separated values: {error}", file) from None
    for i, row in enumerate(table, start=2):
        where = f"{file}: line {i}"
        if not (row.get("source") or "").strip():
            raise PalcaError("the row has no source: name one", where)
        try:
            value = float(row["value"])
        except (KeyError, TypeError, ValueError):
            text = row.get("value")
            hint = point(text)
            raise PalcaError(f"'value' must be a number, not {text!r}{hint}", where) from None
        if not abs(value) <= _MOST:
            raise PalcaError(f"'value' must be finite, not {value}", where)
        rows.append((str(row.get("date")), value, row))
    if not rows:
        raise PalcaError("no rows (columns: date,value,unit,source,confidence)", file)
    return rows


def _by_month(path: Path, first: int, last: int) -> Floats:
    """Return a series over months first..last; every month, or year, must be there."""
    rows = read_series(path)
    if all(len(date) == len("1971") for date, _, _ in rows):
        return yearly(path, first, last + 1)
    values = {month_index(date, label(path)): value for date, value, _ in rows}
    missing = [month for month in range(first, last + 1) if month not in values]
    if missing:
        raise PalcaError(
            f"{len(missing)} months are missing, the first is {month_name(missing[0])}",
            label(path),
        )
    return np.array([values[month] for month in range(first, last + 1)])


def _steps(rows: list[tuple[str, float, dict[str, str]]], first: int, end: int) -> Floats:
    """Return a series that keeps each value until the next date."""
    out = np.full(end - first, np.nan)
    for date, value, _ in sorted(rows, key=lambda row: month_index(row[0][:7])):
        out[max(month_index(date[:7]) - first, 0) :] = value
    if np.isnan(out).any():
        raise PalcaError(f"must begin by {month_name(first)}")
    return out


def log_gap(
    price: Path,
    deflator: Path,
    first: int,
    end: int,
    changes: Sequence[Change] = (),
) -> Floats:
    """Return ln(real price / its mean of the 36 months before), from month `first` to before `end`.

    Interventions change the real price: they scale it, or hold it at that of a month.
    """
    earliest = first - _TRAILING
    nominal = _by_month(price, earliest, end - 1)
    index = yearly(deflator, earliest, end)
    if (nominal <= 0).any() or (index <= 0).any():
        raise PalcaError("a price, and what it is deflated by, must be above 0")
    real = nominal / index
    real = DriverChange.apply(real, changes, earliest)
    usual = np.array([real[i : i + _TRAILING].mean() for i in range(end - first)])
    return np.log(real[_TRAILING:] / usual)


def growth_gap(path: Path, first: int, end: int) -> Floats:
    """Return yearly growth less its mean of 1965–80, by month; less that of the file without."""
    rows = read_series(path)
    usual = [value for date, value, _ in rows if _USUAL[0] <= date[:4] <= _USUAL[1]]
    usual = usual or [value for _, value, _ in rows]
    mean = math.fsum(usual) / len(usual)  # sum() rounds by Python's version
    return _steps([(f"{date[:4]}-01", value - mean, row) for date, value, row in rows],
                  first, end)  # fmt: skip


def neighbours(path: Path, first: int, end: int) -> Floats:
    """Return the mean orientation of the neighbours' regimes, by month."""
    rows = read_series(path)
    countries = sorted({row["country"] or "" for _, _, row in rows})
    each = [
        _steps([row for row in rows if (row[2]["country"] or "") == country], first, end)
        for country in countries
    ]
    return np.mean(each, axis=0)


def steps(path: Path, first: int, end: int) -> Floats:
    """Return a series that keeps each value until the next date, by month."""
    return _steps(read_series(path), first, end)


def yearly(path: Path, first: int, end: int) -> Floats:
    """Return a yearly series interpolated between the middles of the years, by month.

    Raises
    ------
    PalcaError
        If the years aren't in order, or one that is needed isn't there.
    """
    rows = read_series(path)
    middles = np.array([12 * (int(date[:4]) - int(START[:4])) + 5.5 for date, _, _ in rows])
    if (np.diff(middles) <= 0).any():
        raise PalcaError("the years must be in order, each once")
    if first < middles[0] - 5.5:
        raise PalcaError(f"must begin by {month_name(first)[:4]}")
    if end > middles[-1] + 6.5:
        raise PalcaError(f"must go on to {month_name(end - 1)[:4]}")
    return np.interp(np.arange(first, end), middles, [value for _, value, _ in rows])


def index(path: Path, first: int, end: int) -> Floats:
    """Return a yearly series by month, against its value in January 1969."""
    values = yearly(path, first, end)
    if (values <= 0).any():
        raise PalcaError("an index must be above 0")
    return values / yearly(path, 0, 1)
