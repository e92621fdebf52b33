"""The gallery of concepts: ``palca concept`` and ``palca concepts``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from palca.model.errors import PalcaError

from . import options
from .runner import make

Worlds = Annotated[
    int, typer.Option("--worlds", "-n", help="Number of worlds in each arm.", min=2, max=1_000_000)
]

_WORLDS: Final = 2000


def concept_names(incomplete: str) -> list[str]:
    """Return the shipped concepts whose names begin so, for tab completion."""
    from palca.scenarios.concept import shipped_concepts

    return [name for name in shipped_concepts() if name.startswith(incomplete)]


def concept(
    name: Annotated[
        str,
        typer.Argument(
            help="A concept's name, or the path of a file.", autocompletion=concept_names
        ),
    ],
    worlds: Worlds = _WORLDS,
    seed: options.Seed = 0,
    out: options.Out = None,
    force: options.Force = False,
    full: options.Full = False,
) -> None:
    """Simulate a concept of political science and say whether the model shows it.

    The verdict is computed from the run: each claim compares measures between arms,
    and is shown if it holds in 97.5 % of the bootstrap samples of worlds.

    Example: palca concept coup-trap
    """
    from palca.scenarios.concept import load_concept

    from ..concepts.contrast import resolve_arms
    from ..concepts.experiment import ConceptExperiment

    concept = load_concept(name)
    experiment = ConceptExperiment(concept, resolve_arms(concept), worlds, seed)
    make(experiment, out, f"concept-{concept.name}", force, full)


def concepts(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Simulate all concepts, and write a page with figures into this folder.",
        ),
    ] = None,
    worlds: Worlds = _WORLDS,
    seed: options.Seed = 0,
    force: options.Force = False,
    full: options.Full = False,
) -> None:
    """List the shipped concepts; with --out, simulate all of them.

    Example: palca concepts --out runs/gallery
    """
    from palca.scenarios.concept import load_concept, shipped_concepts

    from ..io.table import Table, texts

    if out is not None:
        from ..concepts.experiment import GalleryExperiment

        make(GalleryExperiment.shipped(worlds, seed), out, "", force, full)
        return
    if (worlds, seed, force, full) != (_WORLDS, 0, False, False):
        raise PalcaError(
            "is missing: give --out FOLDER to simulate the concepts; without it they "
            "are only listed",
            "--out",
        )
    columns = texts("name", "concept", "a question for students")
    table = Table("Concepts: 'palca concept NAME' simulates one", columns)
    for name in shipped_concepts():
        concept = load_concept(name)
        table.add(name, concept.title, concept.question)
    options.make_console().print(table)
