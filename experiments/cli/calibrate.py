"""The command that fits the parameters to the record: ``palca calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options
from .runner import make


def calibrate(
    scenario: options.ScenarioName = "baseline",
    until: Annotated[
        int,
        typer.Option("--until", "-u", help="Last year of evidence; later ones test it.",
                     min=1971, max=1978),
    ] = 1978,
    worlds: Annotated[
        int, typer.Option("--worlds", "-n", help="Worlds to choose from.", min=5000, max=10_000_000)
    ] = 1_000_000,
    sets: Annotated[
        int | None,
        typer.Option("--sets", help="Sets of parameters to keep: as many as there are effective "
                     "worlds, up to 1000, if not given.", min=1, max=100_000),
    ] = None,
    histories: Annotated[
        int,
        typer.Option("--check", metavar="N", help="Simulated histories whose parameters are to be "
                     "found again; 0 for none.", min=0, max=10_000),
    ] = 300,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    force: options.Force = False,
) -> None:
    """Find the parameters that fit the record up to a year, and test them on the years after.

    Use them with: palca run baseline --set posterior=FOLDER/posterior.parquet

    Example: palca calibrate baseline --until 1974 --jobs 2
    """
    from palca.scenarios import resolve

    from ..infer.experiment import CalibrationExperiment

    resolved = resolve(scenario, options.of_priors(settings))
    experiment = CalibrationExperiment(resolved, until, worlds, sets, histories, seed, scenario)
    folder = make(experiment, out, f"{Path(scenario).stem}-calibration", force, jobs)
    posterior = f"posterior={folder / 'posterior.parquet'}"
    options.print_line(f"Use it: {options.command('run', scenario, '--set', posterior)}")
