"""The command that fits the parameters to the record: ``palca calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from palca.model.errors import PalcaError

from . import options
from .runner import make

_LAST: Final = 1978  # year of the record


def calibrate(
    scenario: options.ScenarioName = "baseline",
    until: Annotated[
        int,
        typer.Option(
            "--until",
            "-u",
            help="Last year of evidence; later years test the result.",
            min=1971,
            max=1978,
        ),
    ] = _LAST,
    worlds: Annotated[
        int,
        typer.Option(
            "--worlds",
            "-n",
            help="Number of worlds in the reference table.",
            min=5000,
            max=10_000_000,
        ),
    ] = 1_000_000,
    sets: Annotated[
        int | None,
        typer.Option(
            "--sets",
            help="Number of parameter sets to sample; by default the effective "
            "sample size, at most 1000.",
            min=1,
            max=100_000,
        ),
    ] = None,
    histories: Annotated[
        int,
        typer.Option(
            "--check",
            metavar="N",
            help="Number of simulated histories for simulation-based calibration; 0 for none.",
            min=0,
            max=10_000,
        ),
    ] = 300,
    region: Annotated[
        bool,
        typer.Option(
            "--region", help="Learn from the coups of other countries instead of the record."
        ),
    ] = False,
    without: Annotated[
        str,
        typer.Option("--without", metavar="CODE", help="A country to leave out, such as BOL."),
    ] = "",
    seed: options.Seed = 0,
    settings: options.Settings = None,
    priors: options.Priors = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
    csv: options.Csv = False,
) -> None:
    """Estimate the posterior given the record up to a year, and test it on later years.

    Use the posterior with: palca run baseline --set posterior=FOLDER/posterior.parquet

    Example: palca calibrate baseline --until 1974 --jobs 2

    Example: palca calibrate --region --without BOL --jobs 2
    """
    if region:
        from ..region.calibration import RegionalCalibrationExperiment, check_alone

        check_alone(scenario, until, settings or (), priors)
        learnt = RegionalCalibrationExperiment.of(without, worlds, sets, histories, seed)
        folder = make(learnt, out, "region-calibration", force, full, jobs, cluster, csv)
        posterior = f"posterior={folder / 'posterior.parquet'}"
        options.print_line(f"To use it: {options.command('run', scenario, '--set', posterior)}")
        return
    if without:
        raise PalcaError("goes with --region", "--without")
    from palca.scenarios import resolve

    from ..infer.experiment import CalibrationExperiment

    resolved = resolve(scenario, options.of_priors(settings, priors))
    experiment = CalibrationExperiment(resolved, until, worlds, sets, histories, seed, scenario)
    name = f"{Path(scenario).stem}-calibration"
    folder = make(experiment, out, name, force, full, jobs, cluster, csv)
    posterior = f"posterior={folder / 'posterior.parquet'}"
    options.print_line(
        f"To use the posterior: {options.command('run', scenario, '--set', posterior)}"
    )
