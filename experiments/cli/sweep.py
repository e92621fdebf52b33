"""The commands that try many settings: ``palca sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palca.model.errors import PalcaError

from . import options
from .runner import make

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
                       autocompletion=options.scenario_names),
    ] = "baseline",
    vary: options.Vary = None,
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
    seed: Annotated[int | None, options.SEED] = None,
    settings: options.Settings = None,
    point: options.Point = False,
    interventions: options.Interventions = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="What to show and draw; repeatable."),
    ] = None,
    out: options.Out = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="DIR", help="Go on with a sweep's folder.")
    ] = None,
    jobs: options.Jobs = 1,
    cluster: Cluster = None,
    force: options.Force = False,
) -> None:
    """Run a scenario over a design of parameters, policies, levers and dates.

    All of it may stand in a file: "palca sweep FILE.toml", with a table called vary.

    Example: palca sweep baseline --vary backlash=0.01:0.05 --vary policy.ussr=pragmatic,ideological
    """
    from ..explore.sweep_experiment import SweepExperiment
    from ..explore.sweep_file import SweepFile, is_sweep, plan_of, read_sweep
    from ..explore.sweep_folder import read_plan
    from ..explore.sweep_table import chosen_outcomes
    from ..simulate.designs import parse_factor

    if resume is not None:
        given = (vary, design, worlds, replicates, settings, interventions, out,
                 force or point or None)
        if scenario != "baseline" or seed is not None or any(given):
            raise PalcaError("goes on with what the folder says: give it nothing else but --jobs, "
                             "--cluster and --outcome", "--resume")
        chosen_outcomes(outcomes)
        experiment = SweepExperiment(read_plan(resume), tuple(outcomes or ()), cluster, True)
    else:
        file = read_sweep(Path(scenario)) if is_sweep(scenario) else SweepFile("", scenario, ())
        factors = [parse_factor(text) for text in vary or ()]
        plan = plan_of(
            file, factors, design, options.chosen(settings, point), interventions or (), worlds,
            replicates, seed, outcomes or (),
        )  # fmt: skip
        experiment = SweepExperiment(plan, tuple(outcomes or file.outcomes), cluster)
    make(experiment, resume or out, f"{Path(scenario).stem}-sweep", force, jobs)
