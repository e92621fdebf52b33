"""The command that holds the model against what it was not told: ``palca validate``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from .options import (
    Force,
    Jobs,
    Out,
    ScenarioName,
    Seed,
    Settings,
    chosen,
    command,
    folder_for,
    make_console,
    progress,
)

_PARTS = ("scores", "patterns", "countries", "versions", "checks", "reading")
_WORLDS = 65_536


def validate(
    scenario: ScenarioName = "baseline",
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
            help="Worlds in each particle filter; all else in proportion.",
            min=8192,
            max=10_000_000,
        ),
    ] = _WORLDS,
    seed: Seed = 0,
    settings: Settings = None,
    out: Out = None,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """Test the model: scores, patterns, other countries, ablations, rivals, extremes.

    Writes a page, VALIDATION.md, with its figures. All parts take some ten minutes.

    Example: palca validate baseline --part patterns --part checks --jobs 2
    """
    from palca.model.errors import PalcaError, nearest

    from . import provenance, run_folder
    from .validation_figure import pictures
    from .validation_report import page, summary

    for name in part or ():
        if name not in _PARTS:
            raise PalcaError(f"no part '{name}'{nearest(name, _PARTS)}; there are "
                             f"{', '.join(_PARTS)}", "--part")  # fmt: skip
    parts = tuple(name for name in _PARTS if not part or name in part)
    asked = {"worlds": worlds, "seed": seed, "parts": list(parts), "settings": chosen(settings)}
    console = make_console()
    folder = folder_for(out, f"{Path(scenario).stem}-validation")
    with run_folder.writing(folder, force) as at:
        found = _validate(scenario, asked, jobs)
        words: list[object] = ["validate", scenario]
        for option, values in (
            ("--part", parts if part else ()),
            ("--worlds", (worlds,) if worlds != _WORLDS else ()),
            ("--seed", (seed,) if seed else ()),
            ("--set", settings or ()),
        ):
            words += [word for value in values for word in (option, value)]
        text, asked_by = at / "VALIDATION.md", command(*words)
        text.write_text(page(found, asked_by), encoding="utf-8")
        provenance.write_manifest(
            at, kind="validation", title=found.title, name=scenario, **asked,
            scenario=_resolve(scenario, settings), digest=_digest(page(found, "")),
            libraries=provenance.versions_of(("scikit-learn", "scipy", "scoringrules")),
        )  # fmt: skip
        alts = provenance.draw(at, pictures(found))
        text.write_text(page(found, asked_by, alts), encoding="utf-8")
        provenance.write_sums(at)
    console.print(f"{found.title}: validated\n")
    for line in summary(found):
        console.print(f"- {line}")
    console.print(f"\nWritten: {folder} ({provenance.contents(folder)})")


def validate_again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a validation that is made again from its manifest."""
    from palca.model.errors import PalcaError

    from .validation_report import page

    if _resolve(manifest["name"], manifest["settings"]) != manifest["scenario"]:
        raise PalcaError(f"'{manifest['name']}' is no longer what it was", "manifest.json")
    return _digest(page(_validate(manifest["name"], manifest, jobs), ""))


def _resolve(scenario: str, settings: list[str] | None) -> dict[str, Any]:
    from palca.scenarios import resolve

    return resolve(scenario, settings or [])


def _validate(scenario: str, asked: dict[str, Any], jobs: int) -> Any:
    from .validation import validate as run

    with progress() as tell:
        return run(scenario, asked["settings"], asked["parts"], asked["worlds"], asked["seed"],
                   jobs, tell)  # fmt: skip


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
