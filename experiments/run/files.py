"""The tables of a run: worlds, months, events and scores."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_name
from palca.model.state.history import EVENT_CODES
from palca.model.state.scenario import Scenario

from ..forecast.scores import OutcomeScore
from ..io.provenance import hash_arrays
from ..simulate.ensemble import MONTHLY, QUANTILES, Block, Summary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class EventsFile:
    """``events.parquet``, written block by block; a row an event."""

    def __init__(self, path: Path, scenario: Scenario) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        text = pa.dictionary(pa.int32(), pa.string())
        self._schema = pa.schema(
            [("world", pa.int64()), ("month", text), ("track", text), ("kind", text),
             ("leader", text), ("place", text), ("amount", pa.float64())]
        )  # fmt: skip
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        names = {
            "month": [month_name(i) for i in range(scenario.months)],
            "track": [track for track, _ in EVENT_CODES],
            "kind": [kind for _, kind in EVENT_CODES],
            "leader": [leader.name for leader in scenario.country.leaders],
            "place": [garrison.name for garrison in scenario.country.garrisons],
        }
        # each once: else Arrow writes into the file what happens to be in memory
        self._names = {column: sorted({*of}) for column, of in names.items()}
        # by index, and -1 for none
        self._numbers = {
            column: np.array([*map(self._names[column].index, of), -1], dtype=np.int32)
            for column, of in names.items()
        }

    def write(self, block: Block) -> None:
        """Append the events of a block."""
        import pyarrow as pa

        events = block.events
        columns = [
            pa.array(block.worlds[events.world]),
            self._named("month", events.month),
            self._named("track", events.code),
            self._named("kind", events.code),
            self._named("leader", events.leader),
            self._named("place", events.garrison),
            pa.array(events.amount, mask=np.isnan(events.amount)),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def _named(self, column: str, values: NDArray[np.int64]) -> pa.Array:
        import pyarrow as pa

        indices = pa.array(self._numbers[column][values], mask=values < 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(self._names[column], pa.string()))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def tables(
    summary: Summary, rows: dict[str, NDArray[np.float64]], outcome_scores: list[OutcomeScore]
) -> dict[str, pd.DataFrame]:
    """Return the tables of worlds, months and scores by their files."""
    import pandas as pd

    worlds = pd.DataFrame({"world": np.arange(summary.worlds), **rows})
    parts = []
    for series, (_, unit) in MONTHLY.items():
        values = summary.quantiles(series)
        part = pd.DataFrame(values, columns=[f"q{round(100 * level):02d}" for level in QUANTILES])
        part.insert(0, "month", [month_name(i) for i in range(len(values))])
        part.insert(1, "series", series)
        part.insert(2, "unit", unit)
        part.insert(3, "mean", summary.mean(series))
        parts.append(part)
    scores = pd.DataFrame(score_rows(outcome_scores))
    return {"worlds.parquet": worlds, "months.parquet": pd.concat(parts), "scores.csv": scores}


def score_rows(outcome_scores: Iterable[OutcomeScore]) -> list[dict[str, Any]]:
    """Return the rows of ``scores.csv``, one an outcome."""
    return [
        {
            "outcome": v.outcome.name, "title": v.outcome.heading, "unit": v.outcome.unit,
            "documented": v.documented, "median": v.median, "q05": v.low, "q95": v.high,
            "pit": v.pit, "inside": v.inside if not np.isnan(v.documented) else None,
            "crps": v.score, "crps_naive": v.naive, "skill": v.skill, "no_skill": v.unscored,
        }
        for v in outcome_scores
    ]  # fmt: skip


def digest(summary: Summary, rows: dict[str, NDArray[np.float64]]) -> str:
    """Return the SHA-256 of what came out: every world's outcomes, every month's counts."""
    total = hashlib.sha256()
    hash_arrays(total, rows, sorted(rows))
    for series in sorted(summary.counts):
        of = summary.counts[series]
        total.update(np.ascontiguousarray(of.values, dtype="<f8").tobytes())
        total.update(np.ascontiguousarray(of.counts, dtype="<i8").tobytes())
        total.update(str(of.sums.tolist()).encode())
    return total.hexdigest()
