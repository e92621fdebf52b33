"""The record as tables on the terminal: ``palca record``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..io.table import Column, Table, numbers, texts
from ..observe.documented import Record, check_tracks, scored

if TYPE_CHECKING:
    from rich.console import Console


def print_record(
    record: Record,
    console: Console,
    tracks: list[str] | None = None,
    kinds: list[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    sources: bool = False,
) -> None:
    """Print the events selected, by date; with `sources` also where each comes from."""
    from rich.text import Text

    rows = record.select(tracks, kinds, since, until)
    headings = ["date", "track", "kind", "actor", "amount", "what"]
    headings += ["source", "confidence"] if sources else []
    table = Table("Documented events", texts(*headings))
    for row in rows.itertuples():
        value = float(str(row.amount))
        amount = "" if math.isnan(value) else f"{value:g} {row.unit}".strip()
        when = f"{row.date} to {row.until}" if row.until else str(row.date)
        cells: list[str | Text] = [when, str(row.track), str(row.kind), str(row.actor), amount]
        cells.append(str(row.text))
        if sources:
            note = (f"\n{row.note}" if row.note else "", "dim")
            cells += [Text.assemble(str(row.source), note), str(row.confidence)]
        table.add(*cells)
    console.print(table)
    counts = ", ".join(f"{track} {n}" for track, n in rows["track"].value_counts().items())
    may_score = int(rows.index.isin(scored(record).index).sum())
    console.print(
        f"{len(rows)} rows ({counts or 'none'}); {may_score} may score, because they are "
        "not of low confidence, unverified or only context"
    )


def print_coverage(
    record: Record, console: Console, tracks: list[str] | None = None, sources: bool = False
) -> None:
    """Print of which months of some tracks an absent event means that it didn't happen."""
    check_tracks(tracks)
    table = Table(
        "What the record covers",
        texts("track", "kind", "months", "complete", "why",
              *(["source", "confidence"] if sources else [])),
        "complete: an absent event means that it didn't happen. The row of a kind goes before that "
        "of the whole track. Where the record isn't complete, silence isn't evidence and doesn't "
        "score; a documented event still happened.",
    )  # fmt: skip
    for row in record.coverage.itertuples():
        if not tracks or row.track in tracks:
            table.add(
                str(row.track),
                str(row.kind) or "all",
                f"{row.since} to {row.until}",
                "yes" if row.complete else "no",
                str(row.reason),
                *([str(row.source), str(row.confidence)] if sources else []),
            )
    console.print(table)


def print_series(record: Record, console: Console, name: str) -> None:
    """Print one series; ``list`` prints the names with units and spans."""
    if name == "list":
        table = Table(
            "Documented series",
            [Column("series"), Column("unit"), *numbers("from", "to", "rows")],
        )
        for series, rows in record.series.groupby("series", sort=True):
            table.add(str(series), str(rows["unit"].iloc[0]), str(rows["date"].min()),
                          str(rows["date"].max()), str(len(rows)))  # fmt: skip
    else:
        record.values(name)
        rows = record.series[record.series["series"] == name]
        table = Table(
            f"{name} ({rows['unit'].iloc[0]})",
            [Column("date"), *numbers("value"), Column("confidence"), Column("source")],
        )
        for row in rows.itertuples():
            table.add(str(row.date), f"{row.value:g}", str(row.confidence), str(row.source))
    console.print(table)
