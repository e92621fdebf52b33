"""The commands that ask what matters: ``palca sensitivity`` and ``palca discover``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from palca.model.errors import PalcaError

from . import options
from .runner import make

WORLDS: Final = 100_000  # of a discovery
Named = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", metavar="NAME", help="Only this one; repeatable."),
]


def sensitivity(
    scenario: options.ScenarioName = "baseline",
    method: Annotated[
        str, typer.Option("--method", "-m", help="morris (a screening), sobol, or both.")
    ] = "both",
    parameters: Named = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="Only this one; repeatable."),
    ] = None,
    points: Annotated[
        int | None,
        typer.Option(
            "--points",
            help="Base points of the Sobol design, a power of two; "
            "(parameters + 2) times as many points are "
            "simulated.",
            min=16,
            max=65_536,
            show_default="512",
        ),
    ] = None,
    trajectories: Annotated[
        int | None,
        typer.Option(
            "--trajectories",
            help="Number of trajectories of the screening.",
            min=4,
            max=10_000,
            show_default="100",
        ),
    ] = None,
    replicates: Annotated[
        int,
        typer.Option(
            "--replicates", "-r", help="Number of worlds at each point.", min=2, max=10_000
        ),
    ] = 64,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    priors: options.Priors = None,
    interventions: options.Interventions = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
) -> None:
    """Find which free parameters the outcomes depend on, and how much is chance.

    Example: palca sensitivity baseline --outcome coups_1972_77 --jobs 2
    """
    from ..explore.experiment import SensitivityExperiment

    experiment = SensitivityExperiment.of(
        scenario, options.chosen(settings, priors=priors), interventions or (), method, parameters,
        outcomes, points, trajectories, replicates, seed,
    )  # fmt: skip
    make(experiment, out, f"{Path(scenario).stem}-sensitivity", force, full, jobs, cluster)


def discover(
    outcome: Annotated[
        list[str],
        typer.Argument(
            metavar="OUTCOME",
            help="A condition on outcomes, as one argument or "
            'several, such as "coups_1972_77 == 0 and '
            'right_share > 0.5".',
        ),
    ],
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            help="Name of a shipped scenario, or a path; by default the baseline.",
            autocompletion=options.scenario_names,
        ),
    ] = None,
    vary: options.Vary = None,
    sweep: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIR",
            help="Folder of a sweep: use its worlds, and the factors that it varied.",
        ),
    ] = None,
    worlds: Annotated[
        int | None,
        typer.Option(
            "--worlds", "-n", help="Number of worlds; by default 100,000.", min=1000, max=10_000_000
        ),
    ] = None,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    priors: options.Priors = None,
    interventions: options.Interventions = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    cluster: options.Cluster = None,
    force: options.Force = False,
    csv: options.Csv = False,
    full: options.Full = False,
) -> None:
    """Find which parameters, and which factors of --vary, lead to an outcome (scenario discovery).

    Example: palca discover longest_spell ">= 60" --vary policy.us=administrations,disengaged
    """
    from ..explore.experiment import DiscoveryExperiment

    if sweep is None:
        experiment = DiscoveryExperiment.drawn(
            outcome, scenario or "baseline", vary or [], worlds or WORLDS, seed,
            options.of_priors(settings, priors), interventions or (),
        )  # fmt: skip
    else:
        if any((scenario, vary, worlds, settings, priors, interventions)):
            raise PalcaError(
                "uses the sweep's worlds unchanged: leave out --scenario, --vary, "
                "--worlds, --set, --priors and --intervene",
                "--from",
            )
        experiment = DiscoveryExperiment.of_sweep(outcome, sweep, seed)
    name = f"{Path(experiment.title).stem}-discovery"
    make(experiment, out, name, force, full, jobs, cluster, csv)
