"""The commands that try many settings: ``palca sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palca.model.errors import PalcaError

from . import options
from .runner import make


def sweep(
    scenario: Annotated[
        str,
        typer.Argument(
            help="Name of a shipped scenario, or the path of a scenario or a sweep file.",
            autocompletion=options.scenario_names,
        ),
    ] = "baseline",
    vary: options.Vary = None,
    design: Annotated[
        str | None,
        typer.Option(
            "--design", "-d", help="Design of the points: grid (the default), lhs, sobol or random."
        ),
    ] = None,
    worlds: Annotated[
        int | None, typer.Option("--worlds", "-n", help="Number of worlds in total.", min=1)
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option(
            "--replicates",
            "-r",
            help="Number of worlds at each point; by default 100 in a grid, otherwise 1.",
            min=1,
        ),
    ] = None,
    seed: Annotated[int | None, options.SEED] = None,
    settings: options.Settings = None,
    point: options.Point = False,
    priors: options.Priors = None,
    interventions: options.Interventions = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="Outcome to print and plot; repeatable."),
    ] = None,
    out: options.Out = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="DIR", help="Continue the sweep in this folder."),
    ] = None,
    jobs: options.Jobs = 1,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
    csv: options.Csv = False,
) -> None:
    """Run a scenario over a design of parameters, policies, levers and dates.

    The settings may be in a file, with a table [vary]: "palca sweep FILE.toml".

    Example: palca sweep baseline --vary backlash=0.01:0.05 --vary policy.ussr=pragmatic,ideological
    """
    from ..explore.sweep_experiment import SweepExperiment
    from ..explore.sweep_file import SweepFile, is_sweep, plan_of, read_sweep
    from ..explore.sweep_folder import read_plan
    from ..explore.sweep_table import chosen_outcomes
    from ..simulate.designs import parse_factor

    if resume is not None:
        given = (
            vary,
            design,
            worlds,
            replicates,
            settings,
            priors,
            interventions,
            out,
            force or point or None,
        )
        if scenario != "baseline" or seed is not None or any(given):
            raise PalcaError(
                "continues with the settings in the folder: leave out all other "
                "options except --jobs, --cluster, --outcome and --csv",
                "--resume",
            )
        chosen_outcomes(outcomes)
        experiment = SweepExperiment(read_plan(resume), tuple(outcomes or ()), resumed=True)
    else:
        file = read_sweep(Path(scenario)) if is_sweep(scenario) else SweepFile("", scenario, ())
        factors = [parse_factor(text) for text in vary or ()]
        plan = plan_of(
            file, factors, design, options.chosen(settings, point, priors), interventions or (),
            worlds, replicates, seed, outcomes or (),
        )  # fmt: skip
        experiment = SweepExperiment(plan, tuple(outcomes or file.outcomes))
    make(experiment, resume or out, f"{Path(scenario).stem}-sweep", force, full, jobs, cluster, csv)
