"""The command that tests the model against the record and other countries: ``palca validate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palca.model.errors import PalcaError

from . import options
from .runner import make

_PARTS = ("scores", "patterns", "countries", "versions", "checks", "reading", "region")
_WORLDS = 65_536


def validate(
    scenario: options.ScenarioName = "baseline",
    part: Annotated[
        list[str] | None,
        typer.Option(
            "--part",
            "-p",
            help=f"Only this part ({', '.join(_PARTS)}); repeatable. region, coups of other "
            "countries one month ahead, is asked for alone.",
            autocompletion=lambda: list(_PARTS),
        ),
    ] = None,
    worlds: Annotated[
        int,
        typer.Option(
            "--worlds",
            "-n",
            help="Number of worlds in each particle filter; all other numbers are in proportion.",
            min=8192,
            max=10_000_000,
        ),
    ] = _WORLDS,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FOLDER",
            help="With --part region: forecast the countries of these tables (see palca country) "
            "from the shipped ones.",
        ),
    ] = None,
    seed: options.Seed = 0,
    settings: options.Settings = None,
    priors: options.Priors = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    cluster: options.Cluster = None,
    force: options.Force = False,
    full: options.Full = False,
) -> None:
    """Test the model: scores, patterns, other countries, ablations, rivals, extreme conditions.

    Writes a page, VALIDATION.md, with its figures. All parts take about ten minutes.

    Example: palca validate baseline --part patterns --part checks --jobs 2

    Example: palca validate --part region --jobs 2
    """
    if "region" in (part or ()):
        from ..region.experiment import RegionExperiment, check_alone

        check_alone(part or [], scenario, settings or [], priors)
        region = RegionExperiment.asked(worlds, seed, settings or [], data)
        make(region, out, "region", force, full, jobs, cluster)
        return
    if data is not None:
        raise PalcaError("goes with --part region", "--data")
    from ..validate.experiment import ValidationExperiment

    experiment = ValidationExperiment.of(
        scenario, part or (), worlds, seed, options.chosen(settings, priors=priors)
    )
    make(experiment, out, f"{Path(scenario).stem}-validation", force, full, jobs, cluster)
