"""The commands that try many settings: ``palca sweep``."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palca.model.errors import PalcaError

from .options import (
    SEED,
    Force,
    Interventions,
    Jobs,
    Out,
    Point,
    Settings,
    Vary,
    chosen,
    folder_for,
    make_console,
    print_line,
    print_written,
    progress,
    scenario_names,
)

if TYPE_CHECKING:
    from ..explore.sweep import Plan
    from ..io.parallel import Spread

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="tcp://…", help="A Dask scheduler whose workers run the blocks."
    ),
]


def sweep(
    scenario: Annotated[
        str,
        typer.Argument(help="A shipped scenario's name, a path, or a sweep's own file.",
                       autocompletion=scenario_names),
    ] = "baseline",
    vary: Vary = None,
    design: Annotated[
        str | None,
        typer.Option("--design", "-d", help="grid (if none is named), lhs, sobol or random."),
    ] = None,
    worlds: Annotated[
        int | None, typer.Option("--worlds", "-n", help="Worlds in all.", min=1)
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option("--replicates", "-r", help="Worlds at each point: 100 in a grid, else 1.",
                     min=1),
    ] = None,
    seed: Annotated[int | None, SEED] = None,
    settings: Settings = None,
    point: Point = False,
    interventions: Interventions = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="What to show and draw; repeatable."),
    ] = None,
    out: Out = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="DIR", help="Go on with a sweep's folder.")
    ] = None,
    jobs: Jobs = 1,
    cluster: Cluster = None,
    force: Force = False,
) -> None:
    """Run a scenario over a design of parameters, policies, levers and dates.

    All of it may stand in a file: "palca sweep FILE.toml", with a table called vary.

    Example: palca sweep baseline --vary backlash=0.01:0.05 --vary policy.ussr=pragmatic,ideological
    """
    from ..explore import sweep_folder
    from ..explore.sweep import check_packed_measured
    from ..explore.sweep_file import SweepFile, is_sweep, plan_of, read_sweep
    from ..explore.sweep_table import chosen_outcomes
    from ..io.dask_cluster import workers
    from ..simulate.designs import parse_factor

    if resume is not None:
        given = (vary, design, worlds, replicates, settings, interventions, out,
                 force or point or None)
        if scenario != "baseline" or seed is not None or any(given):
            raise PalcaError("goes on with what the folder says: give it nothing else but --jobs, "
                             "--cluster and --outcome", "--resume")
        chosen_outcomes(outcomes)
        plan = sweep_folder.read_plan(resume)
        with sweep_folder.held(resume), workers(cluster) as spread:
            sweep_folder.check_sums(resume)
            packed = sweep_folder.read_variants(resume, plan)
            check_packed_measured(packed, outcomes or ())
            sweep_folder.write_variants(resume, packed)
            _sweep(resume, plan, packed, outcomes, jobs, spread)
        return
    file = read_sweep(Path(scenario)) if is_sweep(scenario) else SweepFile("", scenario, ())
    factors = [parse_factor(text) for text in vary or ()]
    plan = plan_of(
        file, factors, design, chosen(settings, point), interventions or (), worlds, replicates,
        seed, outcomes or (),
    )  # fmt: skip
    outcomes = outcomes or list(file.outcomes)
    folder = folder_for(out, f"{Path(scenario).stem}-sweep")
    with sweep_folder.held(folder), workers(cluster) as spread:
        packed = sweep_folder.begin(folder, plan, force)
        _sweep(folder, plan, packed, outcomes, jobs, spread)


def sweep_again(folder: Path, jobs: int) -> dict[str, str]:
    """Run a sweep again and return the parts that come out otherwise, and how."""
    from ..explore import sweep_folder
    from ..explore.sweep import run_blocks
    from ..io.safe_folder import Folder
    from ..simulate.designs import design_points

    plan = sweep_folder.read_plan(folder)
    packed = sweep_folder.read_variants(folder, plan)
    points = design_points(plan.design, plan.factors, plan.points, plan.seed)
    blocks = run_blocks(plan, points, packed, range(plan.blocks), jobs)
    with progress("worlds/s") as tell:
        differing, done = dict[str, str](), 0
        for block, content in blocks:
            name = sweep_folder.part_path(Path(), block).as_posix()
            path = Folder(folder).inside(name)
            if path is None:
                differing[name] = "is not there; --resume makes it"
            elif path.stat().st_size != len(content) or path.read_bytes() != content:
                differing[name] = "comes out otherwise"
            done += plan.rows(block)
            tell("sweeping again", done, plan.worlds)
    return differing


def _sweep(
    folder: Path,
    plan: Plan,
    packed: bytes,
    names: list[str] | None,
    jobs: int,
    spread: Spread | None,
) -> None:
    """Run the blocks that a held folder misses, then sum up what is in it."""
    from ..explore import sweep_folder
    from ..explore.sweep import run_blocks
    from ..explore.sweep_figure import draw_sweep
    from ..explore.sweep_table import chosen_outcomes, explained, means, print_sweep
    from ..io import provenance
    from ..io.figure_style import load_matplotlib
    from ..simulate.designs import design_points

    todo, damaged = sweep_folder.missing(folder, plan)
    for name in damaged:
        print_line(f"{name} is cut short or damaged: run again")
    points = design_points(plan.design, plan.factors, plan.points, plan.seed)
    with progress("worlds/s") as tell:
        done = plan.worlds - sum(plan.rows(block) for block in todo)
        tell("sweeping", done, plan.worlds)
        blocks = run_blocks(plan, points, packed, todo, jobs, spread)
        with suppress(Exception):  # it is told of when something is to be drawn
            load_matplotlib()  # while the processes that do the work start
        for block, content in blocks:
            sweep_folder.write_whole(sweep_folder.part_path(folder, block), content)
            done += plan.rows(block)
            tell("sweeping", done, plan.worlds)
    sweep_folder.write_sums(folder, plan)
    outcomes = chosen_outcomes(names, sweep_folder.column_names(folder))
    columns = ["world", *(f.name for f in plan.factors), *(outcome.name for outcome in outcomes)]
    texts = [factor.name for factor in plan.factors if not factor.numeric]
    rows = sweep_folder.read_worlds(folder, columns, texts)
    table = means(plan, rows, outcomes)
    sweep_folder.write_whole(folder / "summary.csv", table.to_csv(index=False).encode())
    drawn = partial(draw_sweep, plan, rows, table, outcomes, f"{plan.heading}, {plan.design}")
    provenance.draw(folder, {"sweep.png": drawn})
    made = ("summary.csv", "sweep.png", "sweep.svg")
    digest = sweep_folder.write_sums(folder, plan, made)
    print_sweep(make_console(), plan, table, explained(plan, rows, outcomes), outcomes)
    print_written(folder, f"Digest {digest[:16]}. ")
