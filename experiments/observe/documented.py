"""The documented record: events and series, and where silence says that nothing happened.

Each row has a source and a confidence.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.calendar import START, month_index, month_name
from palca.model.errors import PalcaError, nearest
from palca.model.events import KINDS, TRACKS
from palca.model.state.scenario import Scenario
from palca.model.types import Flags
from palca.scenarios.reading.library import LIBRARY, find_country, label, read_toml

from .record_files import (
    check_confidence,
    read_base_rates,
    read_coverage,
    read_events,
    read_series,
    span,
)

if TYPE_CHECKING:
    import pandas as pd

COUNTRY: Final = "Bolivia"  # whose record it is: countries of another name have none
FOLDER: Final = Path(__file__).parent / "record"


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

    @property
    def span(self) -> tuple[int, int]:
        """The first month of which coverage is known, and the month after the last."""
        rows = self.coverage
        return int(rows["first_month"].min()), int(rows["last_month"].max()) + 1

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
            check_confidence(name, "confidence")
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


def covered(record: Record) -> dict[tuple[str, str], Flags]:
    """Return by track and kind in which months an absent event means that it didn't happen.

    Each ``(months,)``, from the first month of coverage (:attr:`Record.span`) to the last. What is
    said of a kind goes before what is said of its whole track. A documented event in a month that
    isn't covered did happen all the same.
    """
    begins, end = record.span
    rows = [(str(row.track), str(row.kind), int(str(row.first_month)), int(str(row.last_month)),
             bool(row.complete)) for row in record.coverage.itertuples()]  # fmt: skip
    own = {(track, kind) for track, kind, *_ in rows}
    out = {(track, kind): np.zeros(end - begins, dtype=np.bool_)
           for track, kinds in KINDS.items() for kind in kinds}  # fmt: skip
    for (track, kind), flags in out.items():
        said = (track, kind if (track, kind) in own else "")
        for *of, first, last, complete in rows:
            if tuple(of) == said:
                flags[first - begins : last + 1 - begins] = complete
    return out


def scored(record: Record) -> pd.DataFrame:
    """Return the events that may score: not of low confidence, not unverified, not mere context.

    A row of which the source says that any part is unverified doesn't score.
    """
    rows = record.events
    doubtful = rows["source"].str.contains("unverified", case=False)
    return rows[(rows["confidence"] != "low") & ~doubtful & (rows["kind"] != "context")]


def record_of(scenario: Scenario) -> Record | None:
    """Return the record of a scenario's country; None if there is none.

    A country's file names it. The one that ships apart is known by the country's name, and begins
    in January 1969.
    """
    if folder := scenario.country.record:
        path = LIBRARY / folder
        return _shipped(path) if path.is_relative_to(LIBRARY) else _load(path)
    known = scenario.country.name == COUNTRY and scenario.first == 0
    return load_record() if known else None


def record_of_country(name: str) -> Record:
    """Return the record of a shipped country, or of one whose file is named.

    Raises
    ------
    PalcaError
        If there is no such country, or it has none.
    """
    path = find_country(name, where="--country")
    country = read_toml(path)
    if isinstance(folder := country.get("record"), str):
        return load_record(path.parent / folder)
    if country.get("name") != COUNTRY:
        raise PalcaError("names no record: write record = \"FOLDER\" beside its name", label(path))
    return load_record()


def record_for(scenario: Scenario, where: str) -> Record:
    """Return the record of a scenario's country from January 1969 on, for what needs it.

    Raises
    ------
    PalcaError
        If the country has none.
    """
    record = record_of(scenario)
    if record is None or scenario.first:
        raise PalcaError(
            f"needs a record, and {no_record(scenario)}; if the country "
            f"is {COUNTRY} with changes, write 'name = \"{COUNTRY}\"' in its "
            "file",
            where,
        )
    return record


def no_record(scenario: Scenario) -> str:
    """Return in words that a scenario has no record, or none of its time."""
    if scenario.country.record:
        return (f"worlds of {scenario.country.name} that begin in {month_name(scenario.first)} "
                f"can only be run and compared: evidence is from {START} on")
    if scenario.country.name == COUNTRY:
        return f"the record of {COUNTRY} is of worlds that begin in {START}"
    return f"there is no record of {scenario.country.name}, only one of {COUNTRY}"


def load_record(folder: Path | None = None) -> Record:
    """Read the record that ships with Palca, or that of another folder, which may lack base rates.

    Raises
    ------
    PalcaError
        For a file that can't be read, a missing column, a row without a source, a bad
        date, a spell that ends before it begins, an unknown track, kind or confidence, an event
        without words, an amount that is no number or in another unit than the others, or two
        values of a series at one date.
    """
    return _shipped(FOLDER) if folder is None else _load(folder)


@lru_cache(maxsize=4)
def _shipped(folder: Path) -> Record:
    return _load(folder)


def _load(folder: Path) -> Record:
    rates = folder if (folder / "base_rates.csv").exists() else FOLDER  # they are the region's
    return Record(
        read_events(folder), read_series(folder), read_base_rates(rates), read_coverage(folder)
    )
