"""The command that holds the model against what it was not told: ``palca validate``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    print_written,
    progress,
)

if TYPE_CHECKING:
    from ..validate.ablations import Version
    from ..validate.validate import Validation

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
    from palca.scenarios import resolve

    from ..explore.sweep import listed
    from ..io import provenance, run_folder
    from ..validate.figures import pictures
    from ..validate.page import page, summary

    for name in part or ():
        if name not in _PARTS:
            raise PalcaError(f"no part '{name}'{nearest(name, _PARTS)}; there are "
                             f"{', '.join(_PARTS)}", "--part")  # fmt: skip
    parts = tuple(name for name in _PARTS if not part or name in part)
    asked = {"worlds": worlds, "seed": seed, "parts": list(parts), "settings": chosen(settings)}
    versions: dict[tuple[str, ...], dict[str, Any]] = {}

    def version(*changes: str) -> dict[str, Any]:
        if changes not in versions:
            versions[changes] = resolve(scenario, [*asked["settings"], *changes])
        return versions[changes]

    console = make_console()
    folder = folder_for(out, f"{Path(scenario).stem}-validation")
    with run_folder.writing(folder, force) as at:
        found = _validate(version, asked, jobs)
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
            scenario=version(), versions_of_it=listed(versions), digest=_digest(page(found, "")),
            libraries=provenance.versions_of(("scikit-learn", "scipy", "scoringrules")),
        )  # fmt: skip
        alts = provenance.draw(at, pictures(found))
        text.write_text(page(found, asked_by, alts), encoding="utf-8")
        provenance.write_sums(at)
    console.print(f"{found.title}: validated\n")
    for line in summary(found):
        console.print(f"- {line}")
    print_written(folder)


def validate_again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a validation that is made again from its manifest."""
    from ..explore.sweep import unlisted
    from ..validate.page import page

    versions = unlisted(manifest["versions_of_it"])
    return _digest(page(_validate(lambda *changes: versions[changes], manifest, jobs), ""))


def _validate(version: Version, asked: dict[str, Any], jobs: int) -> Validation:
    from ..validate.validate import validate as run

    with progress() as tell:
        return run(version, asked["parts"], asked["worlds"], asked["seed"], jobs, tell)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
