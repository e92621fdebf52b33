"""The commands that ask what matters: ``palca sensitivity`` and ``palca discover``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from palca.model.errors import PalcaError, nearest

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
    interventions: options.Interventions = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    force: options.Force = False,
) -> None:
    """Find which free parameters the outcomes depend on, and how much is chance.

    Example: palca sensitivity baseline --outcome coups_1972_77 --jobs 2
    """
    from palca.scenarios import resolve

    from ..explore.experiment import SensitivityExperiment
    from ..explore.sweep_table import chosen_outcomes
    from ..simulate.world_table import check_measured

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
    resolved = resolve(scenario, options.chosen(settings), interventions or [])
    names = _free(resolved, parameters)
    outcome_names = [outcome.name for outcome in chosen_outcomes(outcomes)]
    check_measured(resolved, outcome_names if outcomes else (), "--outcome")
    experiment = SensitivityExperiment(
        resolved, names, outcome_names, method, points, trajectories, replicates, seed, scenario
    )
    make(experiment, out, f"{Path(scenario).stem}-sensitivity", force, jobs)


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
    interventions: options.Interventions = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    force: options.Force = False,
) -> None:
    """Find which parameters, and which factors of --vary, lead to an outcome (scenario discovery).

    Example: palca discover longest_spell ">= 60" --vary policy.us=administrations,disengaged
    """
    from ..explore.discovery import read_question
    from ..explore.experiment import DiscoveryExperiment
    from ..explore.sweep import make_plan, variants_of
    from ..simulate.designs import parse_factor, varied_once
    from ..simulate.world_table import check_measured

    question = read_question(outcome)
    if sweep is None:
        worlds, title = worlds or WORLDS, scenario or "baseline"
        factors = tuple(parse_factor(text) for text in vary or [])
        settings = options.of_priors(settings)
        factors = varied_once(factors) if factors else ()
        plan = make_plan(title, factors, "random", settings, interventions or [], worlds)
        variants = variants_of(plan)
        check_measured(next(iter(variants.values())), question.names, "OUTCOME")
        rows = [{"levels": levels, "scenario": s} for levels, s in variants.items()]
        experiment = DiscoveryExperiment(outcome, vary or [], seed, worlds, rows, title=title)
    else:
        if any((scenario, vary, worlds, settings, interventions)):
            raise PalcaError(
                "uses the sweep's worlds unchanged: leave out --scenario, --vary, "
                "--worlds, --set and --intervene",
                "--from",
            )
        at, title = str(sweep.resolve()), sweep.name
        experiment = DiscoveryExperiment(outcome, [], seed, sweep=at, title=title)
    make(experiment, out, f"{Path(title).stem}-discovery", force, jobs)


def _free(resolved: dict[str, Any], wanted: list[str] | None) -> list[str]:
    """Return the parameters to vary: those that are wanted, or all that are free."""
    from ..simulate.priors import FREE, free_in

    free = free_in(resolved)
    for name in wanted or ():
        if name not in FREE:
            raise PalcaError(
                f"unknown free parameter '{name}'{nearest(name, FREE)}; 'palca list "
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
