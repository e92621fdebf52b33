"""``palca run``: one scenario in many worlds, held against the record."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

from palca.scenarios import build

from ..forecast.naive import naive
from ..forecast.scores import OutcomeScore, evaluate
from ..io.experiment import AtomicExperiment, OnProgress, Result
from ..observe.documented import record_of
from ..observe.histories import documented
from ..observe.outcomes import outcomes
from ..simulate.ensemble import Block, run_blocks, summarise
from . import figure
from .files import EventsFile, digest, tables
from .report import print_report

_FORECASTS: Final = 4000  # naive ones, to whose scores those of the worlds are compared


@dataclass(frozen=True)
class RunExperiment(AtomicExperiment):
    """A resolved scenario in some worlds."""

    kind: ClassVar[str] = "run"

    scenario: dict[str, Any]
    worlds: int
    seed: int

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        checked, title = build(self.scenario), self.scenario["title"]
        record = record_of(checked.country)
        history = None if record is None else documented(record, checked)
        path, done = folder and folder / "events.parquet", 0
        with closing(EventsFile(path, checked)) if path else nullcontext() as events:

            def keep(block: Block) -> None:
                nonlocal done
                if events is not None:
                    events.write(block)
                done += len(block.worlds)
                on_progress("simulating worlds", done, self.worlds)

            on_progress("simulating worlds", 0, self.worlds)
            blocks = run_blocks(self.scenario, self.worlds, self.seed, jobs)
            leaders = len(checked.country.leaders)
            summary, rows = summarise(blocks, keep, checked.months, leaders)

        @cache
        def outcome_scores() -> list[OutcomeScore]:
            if record is None or history is None:
                return evaluate(rows, {}, {})
            truth = {name: float(values[0]) for name, values in outcomes(history).items()}
            return evaluate(rows, truth, outcomes(naive(checked, record, _FORECASTS, self.seed)))

        return Result(
            digest(summary, rows),
            lambda console, seconds: print_report(
                console, checked, summary, outcome_scores(), history, worlds=self.worlds,
                seed=self.seed, seconds=seconds,
            ),
            lambda: tables(summary, rows, outcome_scores()),
            {"history.png": lambda: figure.draw_history(checked, summary, history, title)},
            entries={"title": title},
        )  # fmt: skip
