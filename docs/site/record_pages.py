"""Pages of the record and of the drivers, row by row, each row with its source."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from palca.experiments.observe.documented import load_record, scored
from palca.model.events import TRACKS
from palca.scenarios.reading.library import LIBRARY, read_text

from .markup import anchor, code, page, plain, table, target

Row = Mapping[str, str]


class Anchors:
    """Anchors of one page's rows; equal names are numbered."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, *parts: object) -> str:
        """Return the next row's anchor."""
        name = anchor(*parts)
        count = self._seen[name] = self._seen.get(name, 0) + 1
        return name if count == 1 else f"{name}-{count}"


def event_anchors(events: pd.DataFrame) -> list[str]:
    """Return the anchor of each documented event, in the order of the rows."""
    anchors = Anchors()
    return [anchors.of(row.date, row.track, row.kind) for row in events.itertuples()]


def documented_events() -> str:
    """Return the page of events by year."""
    record = load_record()
    scoring = set(scored(record).index)
    years: dict[str, list[str]] = {}
    for row, name in zip(record.events.itertuples(), event_anchors(record.events), strict=True):
        years.setdefault(str(row.date)[:4], []).append(_event(row, name, row.Index in scoring))
    tracks = "; ".join(f"*{track}*, {meaning}" for track, meaning in TRACKS.items())
    return page(
        "# Documented events",
        f"All {len(record.events)} rows of `experiments/observe/record/events.csv`; `palca record "
        "--sources` prints them. [Provenance](../PROVENANCE.md) says how they were coded and what "
        f"is uncertain. Tracks: {tracks}. The [kinds](../reference/events.md) are those of "
        "simulated histories.",
        f"{len(scoring)} rows may score a simulated history; the others have low confidence, "
        "are unverified, or are only context.",
        *[part for year, rows in years.items() for part in (f"## {year}", "\n".join(rows))],
    )


def _event(row: Any, name: str, scores: bool) -> str:
    when = f"{row.date} to {row.until}" if row.until else str(row.date)
    amount = "" if pd.isna(row.amount) else f"{row.amount:g} {row.unit}".strip()
    marks = [f"confidence {row.confidence}", "may score" if scores else "doesn't score"]
    if row.powell_thyne == 1:
        marks.append("in the list of Powell and Thyne")
    said = [
        f"- {target(when, name)} **{row.track}: {row.kind}**",
        plain(", ".join(filter(None, [row.actor, amount]))),
        "·",
        plain(row.text),
        f"<br>*Source*: {plain(row.source)}; {', '.join(marks)}.",
    ]
    if row.note:
        said.append(f"<br>*Note*: {plain(row.note)}")
    return " ".join(filter(None, said))


def _ledger(rows: Sequence[Row], anchors: Anchors, part: str, *key: str) -> str:
    """Return a table of rows; a column with equal cells is written once, above the table.

    The rows' anchors are made of `part` and of the columns `key`, which come first.
    """
    columns = [column for column in rows[0] if any(row[column] for row in rows)]
    shared = [c for c in columns if c not in key and len({row[c] for row in rows}) == 1]
    visible = [*key, *(c for c in columns if c not in key and (c not in shared or len(rows) == 1))]
    above = [f"*{c.capitalize()}*: {plain(rows[0][c])}" for c in shared if c not in visible]
    body = [
        [target(plain(row[key[0]]), anchors.of(part, *(row[column] for column in key)))]
        + [plain(row[column]) for column in visible[1:]]
        for row in rows
    ]
    return page(" · ".join(above), table([c.capitalize() for c in visible], body))


def _texts(rows: pd.DataFrame) -> list[Row]:
    """Return rows as text; numbers as they are in the file."""
    return [
        {str(k): f"{v:.10g}" if isinstance(v, float) else str(v) for k, v in row.items()}
        for row in rows.to_dict("records")
    ]


def documented_series() -> str:
    """Return the page of series."""
    series = load_record().series
    anchors = Anchors()
    parts: list[str] = []
    for name, rows in series.groupby("series", sort=True):
        parts.append(f"## {code(name)} {{#{anchor(name)}}}")
        parts.append(_ledger(_texts(rows.drop(columns="series")), anchors, str(name), "date"))
    return page(
        "# Documented series",
        f"All {len(series)} rows of `experiments/observe/record/series.csv`; "
        "`palca record --series NAME` prints one series. "
        "[Provenance](../PROVENANCE.md#seriescsv-and-base_ratescsv) says how they are dated.",
        *parts,
    )


def coverage() -> str:
    """Return the page of what the record covers, by track."""
    rows = load_record().coverage.drop(columns=["first_month", "last_month"])
    rows = rows.assign(
        kind=rows["kind"].replace("", "all"),
        complete=rows["complete"].map({True: "yes", False: "no"}),
    )
    anchors = Anchors()
    parts: list[str] = []
    for track, meaning in TRACKS.items():
        parts.append(f"## {code(track)}: {meaning} {{#{anchor(track)}}}")
        kept = _texts(rows[rows["track"] == track].drop(columns="track"))
        parts.append(_ledger(kept, anchors, track, "kind", "since"))
    return page(
        "# What the record covers",
        f"All {len(rows)} rows of `experiments/observe/record/coverage.csv`; `palca record "
        "--coverage` prints them. *Complete*: an absent event means that it didn't happen. "
        "[Provenance](../PROVENANCE.md#what-is-covered) says what follows from a gap.",
        *parts,
    )


def base_rates() -> str:
    """Return the page of coup statistics across countries."""
    rates = load_record().base_rates
    anchors = Anchors()
    parts: list[str] = []
    for source, rows in rates.groupby("source", sort=False):
        parts.append(f"## {plain(source)} {{#{anchors.of('source', source)}}}")
        kept = _texts(rows.drop(columns="source"))
        parts.append(_ledger(kept, anchors, "", "series", "period"))
    return page(
        "# Base rates",
        f"All {len(rates)} rows of `experiments/observe/record/base_rates.csv`: rates of coups "
        "across countries, by the study or the data that they come from. `palca validate` compares "
        "simulated countries with some of them.",
        *parts,
    )


def drivers() -> str:
    """Return the page of the drivers, the model's inputs."""
    anchors = Anchors()
    parts: list[str] = []
    for path in sorted((LIBRARY / "drivers").glob("*.csv")):
        rows = driver_rows(path.stem)
        parts.append(f"## {code(path.stem)} {{#{anchor(path.stem)}}}")
        key = ("date", "country") if "country" in rows[0] else ("date",)
        parts.append(_ledger(rows, anchors, path.stem, *key))
    return page(
        "# Drivers",
        "The observed external conditions of the simulated country: the files of "
        "`scenarios/drivers/`. They are inputs of the model, so they never score it. "
        "[Provenance](../PROVENANCE.md#the-drivers) describes each file.",
        *parts,
    )


def driver_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a driver's file."""
    return list(csv.DictReader(read_text(LIBRARY / "drivers" / f"{name}.csv").splitlines()))
