"""The documented record: events and series, each row with a source and a confidence."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from palca.model.calendar import month_index
from palca.model.errors import PalcaError, nearest
from palca.model.events import KINDS, TRACKS

if TYPE_CHECKING:
    import pandas as pd

FOLDER: Final = Path(__file__).parent / "record"
CONFIDENCES: Final = ("high", "medium", "low")
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "events.csv": ("date", "until", "track", "kind", "actor", "amount", "unit", "text", "source",
                   "confidence", "note", "powell_thyne"),
    "series.csv": ("series", "date", "value", "unit", "source", "confidence", "note"),
    "base_rates.csv": ("series", "period", "value", "unit", "source", "confidence", "note"),
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
    """

    events: pd.DataFrame
    series: pd.DataFrame
    base_rates: pd.DataFrame

    def select(
        self,
        tracks: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> pd.DataFrame:
        """Return the events of some tracks and kinds that may lie between two months.

        Raises
        ------
        PalcaError
            For a track or a kind that there isn't, or a bad month.
        """
        rows = self.events
        for track in tracks or ():
            if track not in TRACKS:
                raise PalcaError(f"no track '{track}'{nearest(track, TRACKS)}; "
                                 f"there are {', '.join(TRACKS)}", "--track")
        known = {kind for group in KINDS.values() for kind in group}
        for kind in kinds or ():
            if kind not in known:
                raise PalcaError(f"no kind of event '{kind}'{nearest(kind, known)}; "
                                 "'palca list events' shows them all", "--kind")
        if tracks:
            rows = rows[rows["track"].isin(list(tracks))]
        if kinds:
            rows = rows[rows["kind"].isin(list(kinds))]
        if since is not None:
            rows = rows[rows["last_month"] >= month_index(since)]
        if until is not None:
            rows = rows[rows["first_month"] <= month_index(until)]
        return rows

    def values(self, series: str) -> pd.Series:
        """Return one series by date.

        Raises
        ------
        PalcaError
            If there is no series of that name.
        """
        names = self.series["series"].unique()
        if series not in names:
            raise PalcaError(f"no series '{series}'{nearest(series, names)}; "
                             "'palca record --series list' names them all", "--series")
        return self.series[self.series["series"] == series].set_index("date")["value"]


def scored(record: Record) -> pd.DataFrame:
    """Return the events that may score: not of low confidence, not unverified, not mere context."""
    rows = record.events
    doubtful = rows["source"].str.contains("unverified", case=False)
    # a source that is itself firm may leave a detail to an unverified one: that row scores
    alone = doubtful & ~rows["source"].str.contains(";", regex=False)
    return rows[(rows["confidence"] != "low") & ~alone & (rows["kind"] != "context")]


def load_record(folder: Path = FOLDER) -> Record:
    """Read the record.

    Raises
    ------
    PalcaError
        For a file that can't be read, a missing column, a row without a source, a bad
        date, an unknown track, kind or confidence, or an amount that is no number.
    """
    return _load(folder)


@lru_cache(maxsize=4)
def _load(folder: Path) -> Record:
    events = _read(folder / "events.csv")
    spans = []
    for i, row in enumerate(events.itertuples(), start=2):
        place = f"events.csv: line {i}"
        if row.track not in TRACKS:
            raise PalcaError(f"no track '{row.track}'{nearest(str(row.track), TRACKS)}", place)
        kinds = KINDS[str(row.track)]
        if row.kind not in kinds:
            raise PalcaError(
                f"no kind '{row.kind}' in the track '{row.track}'{nearest(str(row.kind), kinds)}",
                place,
            )
        first, last = span(str(row.date), place)
        # the end of a spell doesn't blur its beginning; the end of an undated crisis does
        if row.until and len(str(row.date)) == len("1971"):
            last = span(str(row.until), place)[1]
        elif row.until:
            span(str(row.until), place)
        spans.append((first, last))
    events["first_month"] = [first for first, _ in spans]
    events["last_month"] = [last for _, last in spans]
    events["amount"] = _numbers(events, "amount", "events.csv")
    events["powell_thyne"] = _numbers(events, "powell_thyne", "events.csv")
    series = _read(folder / "series.csv")
    for i, date in enumerate(series["date"], start=2):
        span(str(date), f"series.csv: line {i}")
    rates = _read(folder / "base_rates.csv")
    for name, table in (("series.csv", series), ("base_rates.csv", rates)):
        table["value"] = _numbers(table, "value", name)
    return Record(events, series, rates)


def span(date: str, place: str = "") -> tuple[int, int]:
    """Return the first and the last month in which a date of day, month or year lies.

    >>> span("1971")
    (24, 35)
    """
    if re.fullmatch(r"[12][0-9]{3}", date):
        first = month_index(f"{date}-01")
        return first, first + 11
    if re.fullmatch(r"[12][0-9]{3}-[0-9]{2}(-(0[1-9]|[12][0-9]|3[01]))?", date):
        try:
            month = month_index(date[:7])
        except PalcaError as error:
            raise PalcaError(error.message, place) from None
        return month, month
    raise PalcaError(f"{date[:40]!r} is no date; write 1971, 1971-08 or 1971-08-21", place)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except OSError as error:
        raise PalcaError(f"can't be read ({error.strerror})", path.name) from None
    except (ValueError, pd.errors.ParserError) as error:
        raise PalcaError(f"is no table of comma-separated values: {error}", path.name) from None
    for column in _COLUMNS[path.name]:
        if column not in table:
            raise PalcaError(f"no column '{column}'{nearest(column, table.columns)}", path.name)
    for i, (source, confidence) in enumerate(
        zip(table["source"], table["confidence"], strict=True), start=2
    ):
        place = f"{path.name}: line {i}"
        if not source.strip():
            raise PalcaError("a row without a source", place)
        if confidence not in CONFIDENCES:
            raise PalcaError(f"confidence '{confidence}' is none of {', '.join(CONFIDENCES)}"
                             f"{nearest(confidence, CONFIDENCES)}", place)
    return table


def _numbers(table: pd.DataFrame, column: str, name: str) -> list[float]:
    """Return a column as numbers; an empty cell is NaN, except where values are required."""
    out = []
    for i, cell in enumerate(table[column], start=2):
        try:
            number = float(cell) if cell or column == "value" else float("nan")
        except ValueError:
            raise PalcaError(f"'{column}' must be a number, not '{cell}'", f"{name}: line {i}") from None
        if cell and not abs(number) < 1e15:
            raise PalcaError(f"'{column}' must be finite, not {cell}", f"{name}: line {i}")
        out.append(number)
    return out
