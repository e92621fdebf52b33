"""The documented record: events and series, and where silence says that nothing happened.

Each row has a source and a confidence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as Day
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest, short
from palca.model.events import KINDS, TRACKS
from palca.model.state.scenario import Country, Scenario
from palca.model.types import Flags

if TYPE_CHECKING:
    import pandas as pd

COUNTRY: Final = "Bolivia"  # whose record it is: countries of another name have none
FOLDER: Final = Path(__file__).parent / "record"
CONFIDENCES: Final = ("high", "medium", "low")
JUDGED: Final = ("1969-01", "1978-12")  # first and last month of which coverage is known
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "events.csv": ("date", "until", "track", "kind", "actor", "amount", "unit", "text", "source",
                   "confidence", "note", "powell_thyne"),
    "series.csv": ("series", "date", "value", "unit", "source", "confidence", "note"),
    "base_rates.csv": ("series", "period", "value", "n", "se", "unit", "source", "confidence",
                       "note"),
    "coverage.csv": ("track", "kind", "since", "until", "complete", "reason", "source",
                     "confidence"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """What is documented.

    Attributes
    ----------
    events : DataFrame
        A row an event: ``date`` as precise as it is known, ``until``, ``track``, ``kind``,
        ``actor``, ``amount``, ``unit``, ``text``, ``source``, ``confidence``, ``note``,
        ``powell_thyne`` (1 for an attempt in that list), and ``first_month`` and
        ``last_month``, between which the date lies (months since January 1969).
    series : DataFrame
        Yearly and dated values in long form.
    base_rates : DataFrame
        Rates of coups across countries.
    coverage : DataFrame
        A row a span of months of a ``track``, or of one ``kind`` of it: ``since``, ``until``,
        ``complete`` (whether an absent event means that it didn't happen), ``reason``,
        ``source``, ``confidence``, and ``first_month`` and ``last_month``.
    """

    events: pd.DataFrame
    series: pd.DataFrame
    base_rates: pd.DataFrame
    coverage: pd.DataFrame

    def select(
        self,
        tracks: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        confidence: Collection[str] | None = None,
    ) -> pd.DataFrame:
        """Return the events of some tracks and kinds that may lie between two months.

        Parameters
        ----------
        tracks, kinds, confidence : collection of str, optional
            Which to take; None or empty takes all.
        since, until : str, optional
            Months such as 1971-08. A row whose date is an interval counts if any part of
            it lies between them.

        Raises
        ------
        PalcaError
            For a track, a kind or a confidence that there isn't, a bad month, or an end before
            the beginning.
        """
        rows = self.events
        check_tracks(tracks)
        known = {kind for group in KINDS.values() for kind in group}
        for kind in kinds or ():
            if kind not in known:
                raise PalcaError(
                    f"unknown kind of event '{kind}'{nearest(kind, known)}; 'palca "
                    "list events' shows all kinds",
                    "--kind",
                )
        for name in confidence or ():
            _check_confidence(name, "confidence")
        if tracks:
            rows = rows[rows["track"].isin(list(tracks))]
        if kinds:
            rows = rows[rows["kind"].isin(list(kinds))]
        if confidence:
            rows = rows[rows["confidence"].isin(list(confidence))]
        first = None if since is None else month_index(since, "--since")
        last = None if until is None else month_index(until, "--until")
        if first is not None and last is not None and last < first:
            raise PalcaError(f"{until} is before {since}: exchange them", "--until")
        if first is not None:
            rows = rows[rows["last_month"] >= first]
        if last is not None:
            rows = rows[rows["first_month"] <= last]
        return rows

    def values(self, series: str, since: str | None = None, until: str | None = None) -> pd.Series:
        """Return one series by date, or what of it may lie between two months.

        Raises
        ------
        PalcaError
            If there is no series of that name, or for a bad month.
        """
        names = self.series["series"].unique()
        if series not in names:
            raise PalcaError(
                f"unknown series '{series}'{nearest(series, names)}; 'palca record "
                "--series list' shows all series",
                "--series",
            )
        values = self.series[self.series["series"] == series].set_index("date")["value"]
        if since is not None:
            first = month_index(since)
            values = values[[span(str(date))[1] >= first for date in values.index]]
        if until is not None:
            last = month_index(until)
            values = values[[span(str(date))[0] <= last for date in values.index]]
        return values


def check_tracks(tracks: Collection[str] | None) -> None:
    """Raise if there is no track of one of some names."""
    for track in tracks or ():
        if track not in TRACKS:
            raise PalcaError(
                f"unknown track '{track}'{nearest(track, TRACKS)}; choose one of "
                f"{', '.join(TRACKS)}",
                "--track",
            )


def covered(record: Record, track: str, kind: str = "") -> Flags:
    """Return in which months an absent event means that it didn't happen, ``(months,)``.

    From January 1969 to December 1978. What is said of the kind goes before what is said of the
    whole track. A documented event in a month that isn't covered did happen all the same.
    """
    rows = record.coverage[record.coverage["track"] == track]
    own = rows[rows["kind"] == kind]
    out = np.zeros(month_index(JUDGED[1]) + 1, dtype=np.bool_)
    for row in (own if len(own) else rows[rows["kind"] == ""]).itertuples():
        out[int(str(row.first_month)) : int(str(row.last_month)) + 1] = bool(row.complete)
    return out


def scored(record: Record) -> pd.DataFrame:
    """Return the events that may score: not of low confidence, not unverified, not mere context.

    A row of which the source says that any part is unverified doesn't score.
    """
    rows = record.events
    doubtful = rows["source"].str.contains("unverified", case=False)
    return rows[(rows["confidence"] != "low") & ~doubtful & (rows["kind"] != "context")]


def record_of(country: Country) -> Record | None:
    """Return the record of a country, which is known by its name; None if it has none."""
    return load_record() if country.name == COUNTRY else None


def record_for(scenario: Scenario, where: str) -> Record:
    """Return the record of a scenario's country, for what makes no sense without it.

    Raises
    ------
    PalcaError
        If the country has none.
    """
    record = record_of(scenario.country)
    if record is None:
        raise PalcaError(
            f"needs a record, and {no_record(scenario.country.name)}; if the country "
            f"is {COUNTRY} with changes, write 'name = \"{COUNTRY}\"' in its "
            "file",
            where,
        )
    return record


def no_record(name: str) -> str:
    """Return in words that a country of a name has no record."""
    return f"there is no record of {name}, only one of {COUNTRY}"


def load_record(folder: Path | None = None) -> Record:
    """Read the record: the one that ships with Palca (once), or that of another folder.

    Raises
    ------
    PalcaError
        For a file that can't be read, a missing column, a row without a source, a bad
        date, a spell that ends before it begins, an unknown track, kind or confidence, an event
        without words, an amount that is no number or in another unit than the others, or two
        values of a series at one date.
    """
    return _shipped() if folder is None else _load(folder)


@lru_cache(maxsize=1)
def _shipped() -> Record:
    return _load(FOLDER)


def _load(folder: Path) -> Record:
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
    events["amount"] = _numbers(events, "amount", "events.csv")
    events["powell_thyne"] = _numbers(events, "powell_thyne", "events.csv")
    series = _read(folder / "series.csv")
    seen = set()
    for i, pair in enumerate(zip(series["series"], series["date"], strict=True), start=2):
        where = f"series.csv: line {i}"
        span(pair[1], where)
        if pair in seen:
            raise PalcaError(f"a second value of '{pair[0]}' at {pair[1]}", where)
        seen.add(pair)
    rates = _read(folder / "base_rates.csv")
    for name, table in (("series.csv", series), ("base_rates.csv", rates)):
        table["value"] = _numbers(table, "value", name)
    for column in ("n", "se"):
        rates[column] = _numbers(rates, column, "base_rates.csv")
    return Record(events, series, rates, _coverage(folder / "coverage.csv"))


def _coverage(path: Path) -> pd.DataFrame:
    """Return the rows of coverage; those of a track, or of a kind, leave no month out."""
    table = _read(path)
    spans: list[tuple[int, int]] = []
    due: dict[tuple[str, str], int] = dict.fromkeys([(track, "") for track in TRACKS], 0)
    end = month_index(JUDGED[1])
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
        if first != (next_ := due.get((track, kind), 0)):
            raise PalcaError(
                f"the span begins in {row.since} and must begin in {month_name(next_)}: the spans "
                "of a track, and those of a kind, follow one another from January 1969 on, "
                "without a gap and without an overlap",
                where,
            )
        if last > end:
            raise PalcaError(f"ends in {row.until}: the last month is {JUDGED[1]}", where)
        due[track, kind] = last + 1
        spans.append((first, last))
    for (track, kind), next_ in due.items():
        if next_ <= end:
            what = f"the kind '{kind}' of the track '{track}'" if kind else f"the track '{track}'"
            raise PalcaError(
                f"nothing is said of {what} from {month_name(next_)} on: add a row to {JUDGED[1]}",
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
    columns = rows[0] if rows else []
    if twice := {name for name in columns if columns.count(name) > 1}:
        raise PalcaError(f"two columns are called '{min(twice)}'", path.name)
    table = pd.DataFrame(rows[1:], columns=columns)  # pyright: ignore[reportArgumentType]
    for column in _COLUMNS[path.name]:
        if column not in table:
            raise PalcaError(f"no column '{column}'{nearest(column, table.columns)}", path.name)
    for i, (source, confidence) in enumerate(
        zip(table["source"], table["confidence"], strict=True), start=2
    ):
        where = f"{path.name}: line {i}"
        if not source.strip():
            raise PalcaError("the row has no source: name one", where)
        _check_confidence(confidence, where)
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


def _check_confidence(name: str, where: str) -> None:
    if name not in CONFIDENCES:
        raise PalcaError(
            f"confidence '{name}' must be one of "
            f"{', '.join(CONFIDENCES)}{nearest(name, CONFIDENCES)}",
            where,
        )


def _numbers(table: pd.DataFrame, column: str, name: str) -> list[float]:
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
