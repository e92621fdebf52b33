"""The command that tests the model against the record and other countries: ``palca validate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palca.model.errors import PalcaError, nearest

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
    out: options.Out = None,
    jobs: options.Jobs = 1,
    force: options.Force = False,
) -> None:
    """Test the model: scores, patterns, other countries, ablations, rivals, extreme conditions.

    Writes a page, VALIDATION.md, with its figures. All parts take about ten minutes.

    Example: palca validate baseline --part patterns --part checks --jobs 2
    """
    from ..validate.experiment import Resolved, ValidationExperiment

    for name in part or ():
        if name not in _PARTS:
            raise PalcaError(f"unknown part '{name}'{nearest(name, _PARTS)}; choose one of "
                             f"{', '.join(_PARTS)}", "--part")  # fmt: skip
    parts = [name for name in _PARTS if not part or name in part]
    words: list[object] = ["validate", scenario]
    for option, values in (
        ("--part", parts if part else ()),
        ("--worlds", (worlds,) if worlds != _WORLDS else ()),
        ("--seed", (seed,) if seed else ()),
        ("--set", settings or ()),
    ):
        words += [word for value in values for word in (option, value)]
    kept = options.chosen(settings)
    experiment = ValidationExperiment(
        scenario, worlds, seed, parts, kept, Resolved(scenario, kept), options.command(*words)
    )
    make(experiment, out, f"{Path(scenario).stem}-validation", force, jobs)
