"""``palca sweep``: an experiment whose folder is made part by part, and may be gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ..io import provenance
from ..io.codebook import File, write_readme
from ..io.csv_copy import write_csv
from ..io.experiment import ANSWER, Experiment, OnProgress, Result, check_repeatable, own_entry
from ..io.figure_style import load_matplotlib
from ..io.safe_folder import Folder
from ..observe.labelled import Measures, own_outcome
from ..simulate.designs import design_points
from ..simulate.priors import said_of
from . import sweep_folder
from .packed_variants import unpack
from .sweep import Plan, check_packed_measured, run_blocks
from .sweep_figure import draw_sweep
from .sweep_table import FILES, answer_of, chosen_outcomes, explained, means, print_sweep

if TYPE_CHECKING:
    from rich.console import Console



_CSV: Final = f"{sweep_folder.PARTS}.csv"
_WRITTEN: Final = (_CSV, ANSWER, "summary.csv")


@dataclass(frozen=True)
class SweepExperiment(Experiment):
    """A plan, that of the folder if `resumed`.

    Attributes
    ----------
    outcomes : tuple of str
        What to show; the main ones if none are named.
    own : mapping of str to callable
        A user's outcomes, Python functions.
    """

    kind: ClassVar[str] = "sweep"
    files: ClassVar[tuple[File, ...]] = FILES
    rate: ClassVar[str] = "worlds/s"

    plan: Plan
    outcomes: tuple[str, ...] = ()
    resumed: bool = False
    own: Measures = field(default_factory=dict)

    def compute(self, folder: Path, jobs: int, on_progress: OnProgress) -> Result:
        with sweep_folder.held(folder):
            packed = sweep_folder.begin(folder, self.plan, True, own_entry(self.own))
            damaged = self._run_missing(folder, packed, jobs, on_progress)
            return self._sum_up(folder, damaged, said_of(unpack(packed).values()))

    def draw(self, result: Result, folder: Path) -> None:
        provenance.draw(folder, result.figures)
        write_readme(folder, self.files)
        sweep_folder.write_sums(folder, self.plan, (*_WRITTEN, "sweep.png", "sweep.svg"))

    @contextmanager
    def making(
        self, folder: Path, force: bool, jobs: int, on_progress: OnProgress, csv: bool = False
    ) -> Iterator[tuple[Result, Path]]:
        with sweep_folder.held(folder):
            if self.resumed:
                check_repeatable(provenance.read_manifest(folder), folder)
                sweep_folder.check_sums(folder)
                packed = sweep_folder.read_variants(folder, self.plan)
                check_packed_measured(packed, self.outcomes)
                sweep_folder.write_variants(folder, packed)
            else:
                packed = sweep_folder.begin(folder, self.plan, force, own_entry(self.own))
            damaged = self._run_missing(folder, packed, jobs, on_progress)
            sweep_folder.write_sums(folder, self.plan)
            if csv:
                parts = [folder / name for name in sweep_folder.part_names(folder)]
                write_csv(parts, folder / _CSV)
            result = self._sum_up(folder, damaged, said_of(unpack(packed).values()))
            yield result, folder
            self.draw(result, folder)

    def _run_missing(
        self, folder: Path, packed: bytes, jobs: int, on_progress: OnProgress
    ) -> list[str]:
        """Run the blocks that a held folder misses; return the names of damaged files."""
        plan = self.plan
        todo, damaged = sweep_folder.missing(folder, plan)
        done = plan.worlds - sum(plan.rows(block) for block in todo)
        on_progress("sweeping", done, plan.worlds)
        points = design_points(plan.design, plan.factors, plan.points, plan.seed)
        blocks = run_blocks(plan, points, packed, todo, jobs, self.own)
        with suppress(Exception):  # an error is reported when a figure is drawn
            load_matplotlib()  # while the processes that do the work start
        for block, content in blocks:
            sweep_folder.write_whole(sweep_folder.part_path(folder, block), content)
            done += plan.rows(block)
            on_progress("sweeping", done, plan.worlds)
        return damaged

    def _sum_up(self, folder: Path, damaged: list[str], priors: list[str]) -> Result:
        """Write what is computed from the parts of a held folder, and return what is drawn."""
        plan = self.plan
        outcomes = chosen_outcomes(self.outcomes, sweep_folder.column_names(folder))
        outcomes += [own_outcome(name) for name in self.own]
        names = [*(f.name for f in plan.factors), *(outcome.name for outcome in outcomes)]
        texts = [factor.name for factor in plan.factors if not factor.numeric]
        rows = sweep_folder.read_worlds(folder, ["world", *names], texts)
        table = means(plan, rows, outcomes)
        sweep_folder.write_whole(folder / "summary.csv", table.to_csv(index=False).encode())
        share = explained(plan, rows, outcomes)
        answer = partial(answer_of, plan, table, share, outcomes)
        sweep_folder.write_whole(folder / ANSWER, answer().plain.encode())
        figure = partial(draw_sweep, plan, rows, table, outcomes, f"{plan.heading}, {plan.design}")
        digest = sweep_folder.write_sums(folder, plan, _WRITTEN)

        def show(console: Console, seconds: float) -> str:
            print_sweep(console, plan, table, share, outcomes)
            return f"Digest {digest[:16]}. "

        again = [f"{name} is incomplete or damaged: it is run again" for name in damaged]
        notices = [*priors, *again]
        return Result(digest, answer, show, figures={"sweep.png": figure}, notices=notices)

    @classmethod
    def differences(
        cls, folder: Path, manifest: dict[str, Any], jobs: int, on_progress: OnProgress
    ) -> dict[str, str]:
        plan = sweep_folder.read_plan(folder)
        packed = sweep_folder.read_variants(folder, plan)
        points = design_points(plan.design, plan.factors, plan.points, plan.seed)
        differing, done = dict[str, str](), 0
        for block, content in run_blocks(plan, points, packed, range(plan.blocks), jobs):
            name = sweep_folder.part_path(Path(), block).as_posix()
            path = Folder(folder).inside(name)
            if path is None:
                differing[name] = "is missing; palca sweep --resume makes it"
            elif path.stat().st_size != len(content) or path.read_bytes() != content:
                differing[name] = "is different"
            done += plan.rows(block)
            on_progress("sweeping again", done, plan.worlds)
        return differing

    @classmethod
    def compared_by_rerun(cls, folder: Path) -> list[str]:
        return sweep_folder.part_names(folder)
