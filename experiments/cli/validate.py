"""The command that tests the model against the record and other countries: ``palca validate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options
from .runner import make

_PARTS = ("scores", "patterns", "countries", "versions", "checks", "reading")
_WORLDS = 65_536


def validate(
    scenario: options.ScenarioName = "baseline",
    part: Annotated[
        list[str] | None,
        typer.Option(
            "--part",
            "-p",
            help=f"Only this part ({', '.join(_PARTS)}); repeatable.",
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
    seed: options.Seed = 0,
    settings: options.Settings = None,
    priors: options.Priors = None,
    out: options.Out = None,
    jobs: options.Jobs = 1,
    force: options.Force = False,
    full: options.Full = False,
) -> None:
    """Test the model: scores, patterns, other countries, ablations, rivals, extreme conditions.

    Writes a page, VALIDATION.md, with its figures. All parts take about ten minutes.

    Example: palca validate baseline --part patterns --part checks --jobs 2
    """
    from ..validate.experiment import ValidationExperiment

    experiment = ValidationExperiment.of(
        scenario, part or (), worlds, seed, options.chosen(settings, priors=priors)
    )
    make(experiment, out, f"{Path(scenario).stem}-validation", force, full, jobs)
