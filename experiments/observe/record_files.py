"""The files of the record, read and checked: each fault is told with its file and line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import date as Day
from pathlib import Path
from typing import TYPE_CHECKING, Final

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest, short
from palca.model.events import KINDS, TRACKS

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCES: Final = ("high", "medium", "low")
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "events.csv": ("date", "until", "track", "kind", "actor", "amount", "unit", "text", "source",
                   "confidence", "note", "powell_thyne"),
    "series.csv": ("series", "date", "value", "unit", "source", "confidence", "note"),
    "base_rates.csv": ("series", "period", "value", "n", "se", "unit", "source", "confidence",
                       "note"),
    "coverage.csv": ("track", "kind", "since", "until", "complete", "reason", "source",
                     "confidence"),
}  # fmt: skip


def read_events(folder: Path) -> pd.DataFrame:
    """Return the rows of ``events.csv``, with the months between which each lies."""
    events = _read(folder / "events.csv")
    spans = []
    for i, row in enumerate(events.itertuples(), start=2):
        where = f"events.csv: line {i}"
        _check_kind(str(row.track), str(row.kind), where)
        first, last = span(str(row.date), where)
        if row.until:
            end = span(str(row.until), where)[1]
            if end < first:
                raise PalcaError(f"ends in {row.until}, before its beginning in {row.date}", where)
            # the end of a spell doesn't blur its beginning; the end of an undated crisis does
            last = end if len(str(row.date)) == len("1971") else last
        unit = "orientation" if row.track == "power" else "million USD"
        if row.amount and row.unit != unit:
            given = f"is in '{row.unit}'" if row.unit else "has no 'unit'"
            raise PalcaError(f"the amount {row.amount} {given}: give it in {unit}", where)
        if not str(row.text).strip():
            raise PalcaError("'text' is empty: say what happened", where)
        spans.append((first, last))
    events["first_month"] = [first for first, _ in spans]
    events["last_month"] = [last for _, last in spans]
    events["amount"] = numbers_of(events, "amount", "events.csv")
    events["powell_thyne"] = numbers_of(events, "powell_thyne", "events.csv")
    return events


def read_series(folder: Path) -> pd.DataFrame:
    """Return the rows of ``series.csv``, one value of a series at a date."""
    series = _read(folder / "series.csv")
    seen = set()
    for i, pair in enumerate(zip(series["series"], series["date"], strict=True), start=2):
        where = f"series.csv: line {i}"
        span(pair[1], where)
        if pair in seen:
            raise PalcaError(f"a second value of '{pair[0]}' at {pair[1]}", where)
        seen.add(pair)
    series["value"] = numbers_of(series, "value", "series.csv")
    return series


def read_base_rates(folder: Path) -> pd.DataFrame:
    """Return the rows of ``base_rates.csv``."""
    rates = _read(folder / "base_rates.csv")
    for column in ("value", "n", "se"):
        rates[column] = numbers_of(rates, column, "base_rates.csv")
    return rates


def read_coverage(folder: Path) -> pd.DataFrame:
    """Return the rows of ``coverage.csv``; those of a track, or a kind, leave no month out.

    All begin in the month of the first row, and end in the last month of all rows.
    """
    path = folder / "coverage.csv"
    table = _read(path)
    spans: list[tuple[int, int]] = []
    due: dict[tuple[str, str], int] = {}
    for i, row in enumerate(table.itertuples(), start=2):
        where = f"{path.name}: line {i}"
        track, kind = str(row.track), str(row.kind)
        _check_kind(track, kind, where, whole=True)
        if row.complete not in ("yes", "no"):
            raise PalcaError(f"'complete' must be yes or no, not '{row.complete}'", where)
        if row.complete == "yes" and row.confidence == "low":
            raise PalcaError("what is known with low confidence can't be complete: write no", where)
        if not str(row.reason).strip():
            raise PalcaError("'reason' is empty: say why one may think so", where)
        try:
            first, last = month_index(str(row.since)), month_index(str(row.until))
        except PalcaError as error:
            raise error.at(where) from None
        if last < first:
            raise PalcaError(f"ends in {row.until}, before its beginning in {row.since}", where)
        begins = spans[0][0] if spans else first
        if first != (next_ := due.get((track, kind), begins)):
            raise PalcaError(
                f"the span begins in {row.since} and must begin in {month_name(next_)}: the spans "
                "of a track, and those of a kind, follow one another from the month of the first "
                "row on, without a gap and without an overlap",
                where,
            )
        due[track, kind] = last + 1
        spans.append((first, last))
    if not spans:
        raise PalcaError("no rows", path.name)
    end = max(last for _, last in spans)
    due = {**dict.fromkeys([(track, "") for track in TRACKS], spans[0][0]), **due}
    for (track, kind), next_ in due.items():
        if next_ <= end:
            what = f"the kind '{kind}' of the track '{track}'" if kind else f"the track '{track}'"
            raise PalcaError(
                f"nothing is said of {what} from {month_name(next_)} on: add a row to "
                f"{month_name(end)}",
                path.name,
            )
    table["complete"] = table["complete"] == "yes"
    table["first_month"] = [first for first, _ in spans]
    table["last_month"] = [last for _, last in spans]
    return table


def span(date: str, where: str = "") -> tuple[int, int]:
    """Return the first and the last month in which a date of day, month or year lies.

    >>> span("1971")
    (24, 35)
    """
    if re.fullmatch(r"[12][0-9]{3}", date):
        first = month_index(f"{date}-01")
        return first, first + 11
    if re.fullmatch(r"[12][0-9]{3}-[0-9]{2}(-[0-9]{2})?", date):
        try:
            month = month_index(date[:7])
            Day.fromisoformat(date if len(date) > len("1971-08") else f"{date}-01")
        except PalcaError as error:
            raise PalcaError(error.message, where) from None
        except ValueError:
            raise PalcaError(f"{date} is not a day of the calendar", where) from None
        return month, month
    raise PalcaError(f"{short(date, 40)!r} is not a date; write 1971, 1971-08 or 1971-08-21", where)


def _read(path: Path) -> pd.DataFrame:
    """Return a table of the record, each row with its source and confidence."""
    table = read_cells(path, COLUMNS[path.name])
    check_sources(table, path.name)
    return table


def check_sources(table: pd.DataFrame, name: str) -> None:
    """Raise if a row has no source, or no confidence that there is."""
    pairs = zip(table["source"], table["confidence"], strict=True)
    for i, (source, confidence) in enumerate(pairs, start=2):
        where = f"{name}: line {i}"
        if not source.strip():
            raise PalcaError("the row has no source: name one", where)
        check_confidence(confidence, where)


def read_cells(path: Path, columns: Iterable[str]) -> pd.DataFrame:
    """Return the cells of a CSV file as texts; it must have some columns, and may have others.

    Raises
    ------
    PalcaError
    """
    import pandas as pd

    rows: list[list[str]] = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for cells in (reader := csv.reader(file, strict=True)):
                if not cells:
                    continue  # an empty line
                if rows and len(cells) != len(rows[0]):
                    raise PalcaError(
                        f"{len(cells)} cells where the first line has {len(rows[0])}: put a text "
                        "that contains a comma in double quotes, and check for missing commas",
                        f"{path.name}: line {reader.line_num}",
                    )
                rows.append(cells)
    except OSError as error:
        raise PalcaError(f"can't be read ({error.strerror})", path.name) from None
    except (ValueError, csv.Error) as error:
        raise PalcaError(f"is not a table of comma-separated values: {error}", path.name) from None
    there = rows[0] if rows else []
    if twice := {name for name in there if there.count(name) > 1}:
        raise PalcaError(f"two columns are called '{min(twice)}'", path.name)
    table = pd.DataFrame(rows[1:], columns=there)  # pyright: ignore[reportArgumentType]
    for column in columns:
        if column not in table:
            raise PalcaError(f"no column '{column}'{nearest(column, table.columns)}", path.name)
    return table


def _check_kind(track: str, kind: str, where: str, whole: bool = False) -> None:
    """Raise if there is no such kind in a track; an empty one is the whole track, if it may be."""
    if track not in TRACKS:
        raise PalcaError(f"no track '{track}'{nearest(track, TRACKS)}", where)
    kinds = KINDS[track]
    if kind not in kinds and not (whole and not kind):
        raise PalcaError(
            f"unknown kind '{kind}' in the track '{track}'{nearest(kind, kinds)}", where
        )


def check_confidence(name: str, where: str) -> None:
    """Raise if there is no such confidence."""
    if name not in CONFIDENCES:
        raise PalcaError(
            f"confidence '{name}' must be one of "
            f"{', '.join(CONFIDENCES)}{nearest(name, CONFIDENCES)}",
            where,
        )


def numbers_of(table: pd.DataFrame, column: str, name: str) -> list[float]:
    """Return a column as numbers; an empty cell is NaN, except where values are required."""
    out = []
    for i, cell in enumerate(table[column], start=2):
        try:
            number = float(cell) if cell or column == "value" else float("nan")
        except ValueError:
            raise PalcaError(
                f"'{column}' must be a number, not '{cell}'", f"{name}: line {i}"
            ) from None
        if cell and not abs(number) < 1e15:
            raise PalcaError(f"'{column}' must be finite, not {cell}", f"{name}: line {i}")
        out.append(number)
    return out
