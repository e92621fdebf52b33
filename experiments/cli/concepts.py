"""The gallery of concepts: ``palca concept`` and ``palca concepts``."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from palca.model.errors import PalcaError

from ..io.table import Table, texts
from .options import Force, Out, Seed, folder_for, make_console, print_line, print_written, progress

Worlds = Annotated[
    int, typer.Option("--worlds", "-n", help="Worlds in each arm.", min=2, max=1_000_000)
]

_WORLDS: Final = 2000

if TYPE_CHECKING:
    import pandas as pd

    from ..concepts.contrast import Contrast


def concept_names(incomplete: str) -> list[str]:
    """Return the shipped concepts whose names begin so, for tab completion."""
    from palca.scenarios.concept import shipped_concepts

    return [name for name in shipped_concepts() if name.startswith(incomplete)]


def concept(
    name: Annotated[
        str,
        typer.Argument(help="A concept's name, or the path of a file.",
                       autocompletion=concept_names),
    ],
    worlds: Worlds = _WORLDS,
    seed: Seed = 0,
    out: Out = None,
    force: Force = False,
) -> None:
    """Show a concept of political science: its contrast, simulated, and whether it shows.

    The verdict comes from the run: each claim is a comparison of measures between arms,
    and is shown if it holds in 97.5 % of the resamples of worlds.

    Example: palca concept coup-trap
    """
    from palca.scenarios.concept import load_concept

    from ..concepts.contrast import contrast, resolve_arms
    from ..concepts.figure import draw_concept
    from ..concepts.tables import print_concept, tables
    from ..io import provenance, run_folder

    told = load_concept(name)
    arms = resolve_arms(told)
    folder = folder_for(out, f"concept-{told.name}")
    with run_folder.writing(folder, force) as part:
        found = contrast(told, worlds, seed, arms)
        measures, claims = tables(found)
        measures.to_csv(part / "measures.csv", index=False)
        claims.to_csv(part / "claims.csv", index=False)
        provenance.finish(
            part,
            {"concept.png": lambda: draw_concept(found)},
            kind="concept",
            title=told.title,
            seed=seed,
            worlds=worlds,
            digest=digest(measures, claims),
            concept=told.text,
            arms=arms,
        )
    console = make_console()
    print_concept(console, found)
    print_written(folder)


def concept_again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of a concept's contrast that is run again."""
    from palca.scenarios.concept import make_concept

    from ..concepts.contrast import contrast
    from ..concepts.tables import tables

    told = make_concept("concept", manifest["concept"], "manifest.json")
    return digest(*tables(contrast(told, manifest["worlds"], manifest["seed"], manifest["arms"])))


def concepts(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Simulate them all, and write a page with pictures."),
    ] = None,
    worlds: Worlds = _WORLDS,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """List the concepts of the gallery; with --out, simulate them all.

    Example: palca concepts --out runs/gallery
    """
    from palca.scenarios.concept import load_concept, shipped_concepts

    if out is not None:
        _write_all(out, worlds, seed, force)
        return
    if (worlds, seed, force) != (_WORLDS, 0, False):
        raise PalcaError("is needed to simulate them: without it they are only listed", "--out")
    table = Table("Concepts: 'palca concept NAME' simulates one",
                          texts("name", "concept", "a question for students"))  # fmt: skip
    for name in shipped_concepts():
        told = load_concept(name)
        table.add(name, told.title, told.question)
    make_console().print(table)


def _write_all(folder: Path, worlds: int, seed: int, force: bool) -> None:
    """Simulate every concept and write the page of them all."""
    from palca.scenarios.concept import load_concept, shipped_concepts

    from ..concepts.contrast import resolve_arms
    from ..concepts.figure import draw_concept
    from ..concepts.gallery import gallery
    from ..io import provenance, run_folder

    with run_folder.writing(folder, force) as part:
        told = [load_concept(name) for name in shipped_concepts()]
        asked = [{"concept": one.text, "name": one.name, "arms": resolve_arms(one)} for one in told]
        found = _simulate_all(asked, worlds, seed)
        page = part / "CONCEPTS.md"
        page.write_text(gallery(found, {}), encoding="utf-8")
        pictures = {f"concept-{one.concept.name}.png": partial(draw_concept, one) for one in found}
        manifest = {"kind": "gallery", "seed": seed, "worlds": worlds,
                    "digest": _digest_all(found), "concepts": asked}  # fmt: skip
        provenance.write_manifest(part, **manifest)
        alts = provenance.draw(part, pictures)
        page.write_text(gallery(found, alts), encoding="utf-8")
        provenance.write_sums(part)
    shown = sum(one.shown for one in found)
    print_line(f"{shown} of {len(found)} concepts are shown in this model. Written: {folder} "
               "(CONCEPTS.md, a picture each, SHA256SUMS, manifest.json)")  # fmt: skip


def concepts_again(manifest: dict[str, Any], jobs: int) -> str:
    """Return the digest of all concepts' contrasts, run again."""
    return _digest_all(_simulate_all(manifest["concepts"], manifest["worlds"], manifest["seed"]))


def _simulate_all(asked: list[dict[str, Any]], worlds: int, seed: int) -> list[Contrast]:
    """Return the contrasts of some concepts: of each its name, its text and its arms."""
    from palca.scenarios.concept import make_concept

    from ..concepts.contrast import contrast

    found = []
    with progress() as tell:
        for place, one in enumerate(asked):
            tell(f"simulating {one['name']}", place, len(asked))
            told = make_concept(one["name"], one["concept"], one["name"])
            found.append(contrast(told, worlds, seed, one["arms"]))
    return found


def _digest_all(found: list[Contrast]) -> str:
    from ..concepts.tables import tables

    return hashlib.sha256("".join(digest(*tables(one)) for one in found).encode()).hexdigest()


def digest(measures: pd.DataFrame, claims: pd.DataFrame) -> str:
    """Return the SHA-256 of what came out, numbers rounded to nine digits."""
    from ..io.provenance import digest_of

    both = digest_of(measures) + digest_of(claims)
    return hashlib.sha256(both.encode()).hexdigest()
