"""The tables of a run: worlds, months, events and scores."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_name
from palca.model.events import AMOUNTS
from palca.model.state.history import EVENT_CODES
from palca.model.state.parameters import PARAMETERS, draw_index
from palca.model.state.scenario import Scenario
from palca.model.types import Flags, Floats, Ints

from ..forecast.scores import OutcomeScore
from ..io.codebook import Each, File, column, listed, of_table
from ..io.language import _
from ..io.provenance import hash_arrays
from ..observe.windows import outcome_column
from ..simulate.ensemble import MONTHLY, QUANTILES, Block, Summary
from ..simulate.priors import FREE

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_MONEY: Final = "million_usd"
_AMOUNTS: Final = (_MONEY, *sorted({*AMOUNTS.values()}, reverse=True))  # columns of an amount


FILES: Final = (
    File("worlds.parquet", "a world", (
        column("world", "number of the world: with the seed it makes all its draws"),
        Each("OUTCOME", "an outcome (palca list outcomes)", outcome_column),
        Each("PARAMETER", "a free parameter, one that has a prior (palca list parameters), as the "
                          "world has it before any intervention; the others are the same in all "
                          "worlds", of_table(PARAMETERS)),
    )),
    File("months.parquet", "a month of a series, over the worlds", (
        column("month", "at whose end"),
        column("series", f"its name: {listed(MONTHLY)}. unrest counts the events of the month, as "
                         "of the record; the state's field of that name, which rules use, leaves "
                         "out price shocks and is 1 in the month of an attempt"),
        "unit", column("mean", "mean of the worlds"), *(f"q{share}" for share in ("05", 25, 50)),
        "q75", "q95",
    )),
    File("events.parquet", "an event in a world", (
        column("world", "number of the world"),
        column("month", "when it happened"),
        column("track", "part of history (palca list events)"),
        column("kind", "what happened (palca list events)"),
        column("leader", "who is concerned, if one is"),
        column("place", "of the garrison concerned, if one is"),
        column("million_usd", "money, of kinds that have some, such as a credit", "million USD"),
        column("orientation", "of the regime that takes office", "left −1 to right 1"),
        column("force_share", "part of the force with the rebels or, of a plot, ready to join a "
                              "coup", "share"),
    )),
    File("history.png", "Figure: the documented history above the simulated ones."),
)  # fmt: skip


class EventsFile:
    """``events.parquet``, written block by block; a row an event."""

    def __init__(self, path: Path, scenario: Scenario) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        text = pa.dictionary(pa.int32(), pa.string())
        self._first = scenario.first
        self._schema = pa.schema(
            [("world", pa.int64()), ("month", text), ("track", text), ("kind", text),
             ("leader", text), ("place", text), *((name, pa.float64()) for name in _AMOUNTS)]
        )  # fmt: skip
        bounded: Any = ["world"]  # blocks differ in their worlds, hardly in the names they have
        self._writer = pq.ParquetWriter(
            path, self._schema, compression="zstd", write_statistics=bounded
        )
        names = {
            "month": [month_name(i) for i in range(scenario.first, scenario.end)],
            "track": [track for track, _kind in EVENT_CODES],
            "kind": [kind for _track, kind in EVENT_CODES],
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
        amounts = [AMOUNTS.get(kind, _MONEY) for _track, kind in EVENT_CODES]
        self._of_amount = {name: np.array([one == name for one in amounts]) for name in _AMOUNTS}

    def write(self, block: Block) -> None:
        """Append the events of a block."""
        import pyarrow as pa

        events = block.events
        # of records, each column lies scattered
        whole = events.month, events.code, events.leader, events.garrison
        month, code, leader, garrison = [np.ascontiguousarray(column) for column in whole]
        amount = np.ascontiguousarray(events.amount)
        unknown = np.isnan(amount)
        columns = [
            pa.array(block.worlds[events.world]),
            self._named("month", month - self._first),
            self._named("track", code),
            self._named("kind", code),
            self._named("leader", leader, leader < 0),
            self._named("place", garrison, garrison < 0),
            *(pa.array(amount, mask=unknown | ~of.take(code)) for of in self._of_amount.values()),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def _named(self, column: str, values: Ints, missing: Flags | None = None) -> pa.Array:
        import pyarrow as pa

        indices = pa.array(self._numbers[column].take(values), mask=missing)
        return pa.DictionaryArray.from_arrays(indices, pa.array(self._names[column], pa.string()))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def free_parameters(scenario: Scenario, worlds: NDArray[np.int64], seed: int) -> dict[str, Floats]:
    """Return the free parameters of some worlds before any intervention, each ``(worlds,)``."""
    usual = scenario.usual_parameters(draw_index(seed, worlds))
    return {
        name: np.broadcast_to(usual.get(name, PARAMETERS[name].default), worlds.shape)
        for name in dict.fromkeys((*FREE, *scenario.free_priors))
    }


def tables(
    scenario: Scenario, seed: int, summary: Summary, rows: dict[str, Floats],
    outcome_scores: list[OutcomeScore],
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Return the tables of worlds, months and scores by their files."""
    import pandas as pd

    numbers = np.arange(summary.worlds)
    worlds = pd.DataFrame({"world": numbers, **rows, **free_parameters(scenario, numbers, seed)})
    parts = []
    for series, (_title, unit) in MONTHLY.items():
        values = summary.quantiles(series)
        part = pd.DataFrame(values, columns=[f"q{round(100 * level):02d}" for level in QUANTILES])
        part.insert(0, "month", [month_name(scenario.first + i) for i in range(len(values))])
        part.insert(1, "series", series)
        part.insert(2, "unit", unit)
        part.insert(3, "mean", summary.mean(series))
        parts.append(part)
    scores = pd.DataFrame(score_rows(outcome_scores))
    return {"worlds.parquet": worlds, "months.parquet": pd.concat(parts), "scores.csv": scores}


def score_rows(outcome_scores: Iterable[OutcomeScore]) -> list[dict[str, Any]]:
    """Return the rows of ``scores.csv``, one an outcome; titles in the language spoken now."""
    return [
        {
            "outcome": v.outcome.name, "title": _(v.outcome.heading), "unit": v.outcome.unit,
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
