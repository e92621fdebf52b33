"""``palca concept`` and ``palca concepts``: the contrast of one concept, and of all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from palca.scenarios.concept import Concept, load_concept, make_concept, shipped_concepts

from ..io.codebook import File
from ..io.experiment import AtomicExperiment, OnProgress, Result
from ..io.provenance import digest_of
from .contrast import Contrast, contrast, resolve_arms
from .figure import draw_concept
from .gallery import gallery
from .tables import FILES, answer_of, answer_of_all, print_concept, tables

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class ConceptExperiment(AtomicExperiment):
    """A concept, with the resolved scenario of each of its arms."""

    kind: ClassVar[str] = "concept"
    files: ClassVar[tuple[File, ...]] = FILES

    concept: Concept
    arms: list[dict[str, Any]]
    worlds: int
    seed: int

    def request(self) -> dict[str, Any]:
        concept = self.concept
        return {**super().request(), "title": concept.title, "concept": concept.text}

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], folder: Path) -> Self:
        concept = make_concept("concept", manifest["concept"], "manifest.json")
        return cls(concept, manifest["arms"], manifest["worlds"], manifest["seed"])

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        found = contrast(self.concept, self.worlds, self.seed, self.arms)
        return Result(
            _digest(found),
            partial(answer_of, found),
            lambda console, seconds: print_concept(console, found),
            partial(tables, found),
            {"concept.png": partial(draw_concept, found)},
        )


@dataclass(frozen=True)
class GalleryExperiment(AtomicExperiment):
    """Several concepts, each by its ``name``, its text (``concept``) and its ``arms``."""

    kind: ClassVar[str] = "gallery"
    files: ClassVar[tuple[File, ...]] = (
        File("CONCEPTS.md", "The page of all concepts: contrasts, claims and verdicts."),
        File("concept-*.png", "Figure: the measures of a concept's arms."),
    )
    page: ClassVar[str] = "CONCEPTS.md"

    concepts: list[dict[str, Any]]
    worlds: int
    seed: int

    @classmethod
    def shipped(cls, worlds: int, seed: int) -> Self:
        """Return the experiment on all concepts that Palca brings."""
        all_ = [load_concept(name) for name in shipped_concepts()]
        asked = [{"concept": one.text, "name": one.name, "arms": resolve_arms(one)} for one in all_]
        return cls(asked, worlds, seed)

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        found: list[Contrast] = []
        for one in self.concepts:
            on_progress(f"simulating {one['name']}", len(found), len(self.concepts))
            concept = make_concept(one["name"], one["concept"], one["name"])
            found.append(contrast(concept, self.worlds, self.seed, one["arms"]))

        digest = hashlib.sha256("".join(map(_digest, found)).encode()).hexdigest()
        figures = {f"concept-{one.concept.name}.png": partial(draw_concept, one) for one in found}
        return Result(digest, partial(answer_of_all, found), lambda *_: None, figures=figures,
                      page=partial(gallery, found))  # fmt: skip


def _digest(found: Contrast) -> str:
    """Return the SHA-256 of a contrast, its numbers rounded to nine digits."""
    both = "".join(map(digest_of, tables(found).values()))
    return hashlib.sha256(both.encode()).hexdigest()
