"""``palca run``: one scenario in many worlds, held against the record."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, Final

from palca.scenarios import build

from ..forecast.naive import naive
from ..forecast.scores import OutcomeScore, evaluate
from ..infer.fifths import OUTCOMES_FILE, Rows, WorldsByPrior, fifths_table, outcomes_file
from ..io.codebook import File, column
from ..io.experiment import UNKEPT, AtomicExperiment, OnProgress, Result, own_entry
from ..observe.documented import record_of
from ..observe.histories import documented
from ..observe.labelled import Measures
from ..observe.outcomes import MAIN, imposed, outcomes
from ..simulate.ensemble import Block, run_blocks, summarise
from . import figure
from .answer import answer_of
from .files import FILES, EventsFile, digest, tables
from .report import SCORES, print_report

_FORECASTS: Final = 4000  # naive ones, to whose scores those of the worlds are compared


@dataclass(frozen=True)
class RunExperiment(AtomicExperiment):
    """A resolved scenario in some worlds; `own` are a user's outcomes, Python functions."""

    kind: ClassVar[str] = "run"
    files: ClassVar[tuple[File, ...]] = (
        *FILES,
        File("scores.csv", "an outcome, beside the record and a naive forecast", (
            column("outcome", "its name (palca list outcomes)"), "unit",
            *(one for one in SCORES if one.name != "width"),
            column("no_skill", "why skill is empty"),
        )),
        OUTCOMES_FILE,
    )  # fmt: skip

    scenario: dict[str, Any]
    worlds: int
    seed: int
    own: Measures = field(default_factory=dict, metadata=UNKEPT)

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        checked, title = build(self.scenario), self.scenario["title"]
        record = record_of(checked)
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
            blocks = run_blocks(self.scenario, self.worlds, self.seed, jobs, self.own)
            leaders = len(checked.country.leaders)
            summary, rows = summarise(blocks, keep, checked.months, leaders)

        @cache
        def outcome_scores() -> list[OutcomeScore]:
            given = imposed(checked)
            own = {name: values for name, values in rows.items() if name not in given}
            if record is None or history is None:
                return evaluate(own, {}, {})
            truth = {name: float(values[0]) for name, values in outcomes(history).items()}
            return evaluate(own, truth, outcomes(naive(checked, record, _FORECASTS, self.seed)))

        @cache
        def by_prior() -> Rows:
            worlds = WorldsByPrior.free_running(checked, self.worlds, self.seed)
            return worlds.outcome_rows(rows, MAIN)

        return Result(
            digest(summary, rows),
            lambda: answer_of(checked, rows, outcome_scores(), history is not None),
            lambda console, seconds: print_report(
                console, checked, summary, outcome_scores(), history, worlds=self.worlds,
                seed=self.seed, seconds=seconds,
            ),
            lambda: {
                **tables(checked, self.seed, summary, rows, outcome_scores()),
                "fifths.csv": outcomes_file(by_prior()),
            },
            {"history.png": lambda: figure.draw_history(checked, summary, history, title)},
            entries={"title": title, **own_entry(self.own)},
            by_prior=lambda: fifths_table(
                "Main outcomes: means in fifths of the priors that matter most to them",
                by_prior(), itemgetter("title"),
            ),
        )  # fmt: skip
