"""The experiments that ask what matters: ``palca sensitivity`` and ``palca discover``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from palca.model.errors import PalcaError, nearest
from palca.scenarios import resolve
from palca.scenarios.reading.library import read_columns

from ..io import provenance
from ..io.codebook import File
from ..io.experiment import UNKEPT, AtomicExperiment, OnProgress, Result
from ..io.safe_folder import Folder
from ..observe.outcomes import outcomes
from ..simulate.designs import MOST_POINTS, parse_factor, varied_once
from ..simulate.priors import FREE, free_in
from ..simulate.world_table import check_measured, run_points
from . import discovery_report, sensitivity_report
from .discovery import discover, happens, read_question
from .discovery_data import drawn_worlds, swept_worlds
from .discovery_report import FILES as DISCOVERY_FILES
from .discovery_report import box_table, draw_discovery, print_discovery
from .sensitivity import Measured, Noise, decompose, screen
from .sensitivity_report import FILES as SENSITIVITY_FILES
from .sensitivity_report import draw_indices, index_table, print_indices
from .sweep import make_plan, variants_of
from .sweep_table import chosen_outcomes

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


@dataclass(frozen=True)
class SensitivityExperiment(AtomicExperiment):
    """A resolved scenario over the priors of some parameters; `name` is shown for it."""

    kind: ClassVar[str] = "sensitivity"
    files: ClassVar[tuple[File, ...]] = SENSITIVITY_FILES
    libraries: ClassVar[tuple[str, ...]] = ("SALib", "scipy")
    rate: ClassVar[str] = "worlds/s"

    scenario: dict[str, Any]
    parameters: list[str]
    outcomes: list[str]
    method: str
    points: int
    trajectories: int
    replicates: int
    seed: int
    name: str = field(default="", metadata=UNKEPT)

    @classmethod
    def of(
        cls,
        scenario: str,
        settings: Sequence[str] = (),
        interventions: Sequence[str] = (),
        method: str = "both",
        parameters: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
        points: int | None = None,
        trajectories: int | None = None,
        replicates: int = 64,
        seed: int = 0,
    ) -> Self:
        """Return what ``palca sensitivity`` asks for.

        Raises
        ------
        PalcaError
            For whatever can't be varied or measured.
        """
        chosen_outcomes(outcomes)
        if method not in ("morris", "sobol", "both"):
            raise PalcaError(f"unknown method '{method}'; choose morris, sobol or both", "--method")
        for option, given, idle in (
            ("--points", points, "morris"), ("--trajectories", trajectories, "sobol")
        ):  # fmt: skip
            if given is not None and method == idle:
                raise PalcaError(f"has no effect with --method {idle}: leave it out", option)
        points, trajectories = points or 512, trajectories or 100
        if points & (points - 1):
            raise PalcaError(f"must be a power of two, such as 512, not {points}", "--points")
        resolved = resolve(scenario, settings, interventions)
        names = _free(resolved, parameters)
        outcome_names = [outcome.name for outcome in chosen_outcomes(outcomes)]
        check_measured(resolved, outcome_names if outcomes else (), "--outcome")
        return cls(resolved, names, outcome_names, method, points, trajectories, replicates, seed,
                   scenario)  # fmt: skip

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        names, seed, title, worlds = self.parameters, self.seed, self.scenario["title"], 0
        every = free_in(self.scenario)
        free = {name: every[name] for name in names}

        def simulate(doing: str, table: pd.DataFrame) -> Any:
            nonlocal worlds
            worlds += len(table) * self.replicates
            return run_points(
                self.scenario, table, self.replicates, seed,
                partial(outcomes, names=tuple(self.outcomes)), jobs, partial(on_progress, doing),
            )  # fmt: skip

        measured: list[Measured] = []
        noise: list[Noise] = []
        if self.method != "sobol":
            some, noise = screen(free, partial(simulate, "screening"), self.trajectories, seed)
            measured += some
        if self.method != "morris":
            some, noise = decompose(free, partial(simulate, "decomposing"), self.points, seed)
            measured += some
        there = {m.outcome for m in measured}  # those that the scenario is long enough for
        measurable = [o for o in chosen_outcomes(self.outcomes) if o.name in there]
        table = index_table(names, measured, noise)

        def show(console: Console, seconds: float) -> None:
            console.print(f"{self.name}: {len(names)} parameters over their priors, {worlds:,} "
                          f"worlds, {self.replicates} at each point")  # fmt: skip
            if left := ", ".join(name for name in FREE if name not in every):
                reason = "the scenario sets them or closes their channel"
                console.print(f"Left out, for {reason}: {left}")
            console.print()
            for measure in ("effect", "total"):
                if any(m.measure == measure for m in measured):
                    print_indices(console, names, measurable, measured, noise, measure)

        return Result(
            provenance.digest_of(table),
            partial(sensitivity_report.answer_of, names, measurable, measured, noise),
            show,
            lambda: {"indices.csv": table},
            {"sensitivity.png": partial(draw_indices, names, measurable, measured, noise, title)},
            entries={"title": title, "worlds": worlds},
        )


@dataclass(frozen=True)
class DiscoveryExperiment(AtomicExperiment):
    """What leads to an outcome, in worlds that are drawn or in those of a sweep.

    Attributes
    ----------
    variants : list of dict, optional
        The scenarios that the levels of what is varied make: ``levels``, ``scenario``; then
        `worlds` says how many worlds to draw.
    sweep : str, optional
        Else the folder of a sweep.
    kept : Path, optional
        The folder of an earlier discovery whose worlds are looked at: the sweep may be
        elsewhere by now. Then `texts` are its columns that hold no numbers.
    title : str
        Shown for the scenario or the sweep.
    """

    kind: ClassVar[str] = "discovery"
    files: ClassVar[tuple[File, ...]] = DISCOVERY_FILES
    libraries: ClassVar[tuple[str, ...]] = ("scikit-learn", "scipy")
    rate: ClassVar[str] = "worlds/s"

    outcome: list[str]
    vary: list[str]
    seed: int
    worlds: int = 0
    variants: list[dict[str, Any]] | None = None
    sweep: str | None = None
    texts: tuple[str, ...] = ()
    kept: Path | None = field(default=None, metadata=UNKEPT)
    title: str = field(default="", metadata=UNKEPT)

    @classmethod
    def drawn(
        cls,
        outcome: Sequence[str],
        scenario: str,
        vary: Sequence[str],
        worlds: int,
        seed: int,
        settings: Sequence[str],
        interventions: Sequence[str],
    ) -> Self:
        """Return the discovery in new worlds, each with parameters of its own.

        Raises
        ------
        PalcaError
        """
        question = read_question(outcome)
        factors = tuple(parse_factor(text) for text in vary)
        if any(factor.name == "priors" for factor in factors):
            raise PalcaError(
                "worlds are drawn from one set of priors: name it with --priors", "--vary priors"
            )
        factors = varied_once(factors) if factors else ()
        plan = make_plan(scenario, factors, "random", settings, interventions, worlds)
        variants = variants_of(plan)
        check_measured(next(iter(variants.values())), question.names, "OUTCOME")
        rows = [{"levels": levels, "scenario": one} for levels, one in variants.items()]
        return cls([*outcome], [*vary], seed, worlds, rows, title=scenario)

    @classmethod
    def of_sweep(cls, outcome: Sequence[str], sweep: Path, seed: int) -> Self:
        """Return the discovery in the worlds of a sweep's folder."""
        read_question(outcome)
        return cls([*outcome], [], seed, sweep=str(sweep.resolve()), title=sweep.name)

    def request(self) -> dict[str, Any]:
        return {name: value for name, value in super().request().items() if value is not None}

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], folder: Path) -> Self:
        asked = super().from_manifest(manifest, folder)
        return asked if asked.sweep is None else replace(asked, kept=folder)

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        from pandas.api.types import is_numeric_dtype

        question = read_question(self.outcome)
        if self.kept is not None:
            table, hits, draws = self._kept_worlds(self.kept)
        else:
            if self.sweep is not None:
                table, made, draws = swept_worlds(Path(self.sweep), question.names)
            else:
                doing = partial(on_progress, "simulating")
                table, made = drawn_worlds(vars(self), question.names, jobs, doing)
                draws = None  # each world has its own
            if missing := question.names - made.keys():
                raise PalcaError(f"the scenario ends before '{min(missing)}' is known", "OUTCOME")
            hits = happens(question, made)
        doing = partial(on_progress, "growing")
        found = discover(question, table, hits, self.seed, draws, doing)
        boxes = box_table(found)
        own = {} if draws is None else {"draws": draws}
        texts = [name for name in table if not is_numeric_dtype(table[name])]
        return Result(
            provenance.digest_of(boxes),
            partial(discovery_report.answer_of, found, len(table)),
            lambda console, seconds: print_discovery(console, found, len(table)),
            lambda: {"boxes.csv": boxes, "worlds.parquet": table.assign(happens=hits, **own)},
            {"discovery.png": partial(draw_discovery, found, table, self.title)},
            entries={"worlds": len(table), "texts": texts},
        )

    def _kept_worlds(
        self, folder: Path
    ) -> tuple[pd.DataFrame, NDArray[np.bool_], NDArray[np.int64]]:
        """Return the worlds that a folder keeps: factors, whether it happens, their draws."""
        path = Folder(folder).inside("worlds.parquet")
        if path is None:
            raise PalcaError("is missing: it holds the worlds that the command used; run the "
                             "command again",
                             str(folder / "worlds.parquet"))  # fmt: skip
        rows = read_columns(path, MOST_POINTS, texts=self.texts).to_pandas()
        hits, draws = rows.pop("happens"), rows.pop("draws")
        return rows, hits.to_numpy(np.bool_), draws.to_numpy(np.int64)


def _free(resolved: dict[str, Any], wanted: Sequence[str] | None) -> list[str]:
    """Return the parameters to vary: those that are wanted, or all that are free."""
    free = free_in(resolved)
    known = {*FREE, *free}
    for name in wanted or ():
        if name not in known:
            raise PalcaError(
                f"unknown free parameter '{name}'{nearest(name, known)}; 'palca list "
                "parameters' shows which have a prior",
                "--parameter",
            )
        if name not in free:
            raise PalcaError(
                f"'{name}' is set by the scenario, or its channel is closed", "--parameter"
            )
    names = [name for name in free if not wanted or name in wanted]
    if not names:
        raise PalcaError(
            "leaves no free parameter: set fewer, or close fewer channels", resolved["place"]
        )
    return names
