"""``palca calibrate``: the parameters that fit the record up to a year, tested on those after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ..io.codebook import File
from ..io.experiment import UNKEPT, AtomicExperiment, OnProgress, Result
from .calibrate import calibrate
from .figures import draw_posterior, draw_ranks
from .short_answer import answer_of
from .tables import FILES, outcome_table, parameter_table, print_calibration, write_draws

if TYPE_CHECKING:
    from ..io.figure_style import Picture


@dataclass(frozen=True)
class CalibrationExperiment(AtomicExperiment):
    """A resolved scenario, given the record; `name` is shown for it.

    The other fields are those of :func:`~.calibrate.calibrate`.
    """

    kind: ClassVar[str] = "calibration"
    files: ClassVar[tuple[File, ...]] = FILES
    libraries: ClassVar[tuple[str, ...]] = ("scikit-learn", "scipy")
    rate: ClassVar[str] = "worlds/s"

    scenario: dict[str, Any]
    until: int
    worlds: int
    sets: int | None
    histories: int
    seed: int
    name: str = field(default="", metadata=UNKEPT)

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        found = calibrate(
            self.scenario, self.until, self.worlds, self.sets, self.histories, self.seed, jobs,
            on_progress,
        )  # fmt: skip
        title = self.scenario["title"]
        given = f"{title}: given the record to {self.until}"
        figures: dict[str, Callable[[], Picture]] = {}
        figures["posterior.png"] = partial(draw_posterior, found, given)
        if found.anywhere is not None:
            asked_back = found.anywhere, "Are known parameters found?"
            figures["ranks.png"] = partial(draw_ranks, found, *asked_back)
        draws = {name: values.tolist() for name, values in found.draws.items()}  # to five digits
        return Result(
            hashlib.sha256(json.dumps(draws, sort_keys=True).encode()).hexdigest(),
            partial(answer_of, self.name or title, found),
            lambda console, seconds: print_calibration(console, self.name, found),
            lambda: {
                "posterior.parquet": partial(write_draws, found.draws),
                "parameters.csv": parameter_table(found),
                "outcomes.csv": outcome_table(found),
            },
            figures,
            entries={"title": title},
        )
