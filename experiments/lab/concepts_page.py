"""The page *Concepts*: a concept of political science, and whether the model shows it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from palca.scenarios.concept import Concept, load_concept, shipped_concepts

from ..concepts.contrast import Contrast, contrast
from ..concepts.figure import draw_concept
from ..concepts.tables import claim_rows, claims_table, measure_rows, measures_table
from .blocks import Block, heading, listing, picture, table, text
from .cases import SEED
from .choices import ask_worlds
from .form import Form, Values
from .kept import kept
from .page import Page

_MOST: Final = 2_000  # worlds in each arm
_load = lru_cache(maxsize=64)(load_concept)


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    return {name: _load(name).title for name in shipped_concepts()}


def _ask(form: Form) -> None:
    titles = _titles()
    form.select("concept", "Concept", titles, next(iter(titles)))
    ask_worlds(form, _MOST)


@kept
def _contrast(name: str, worlds: int) -> Contrast:
    return contrast(_load(name), worlds, SEED)


def _show(values: Values) -> list[Block]:
    concept = _load(values["concept"])
    found = _contrast(values["concept"], values["worlds"])
    return [
        text(concept.definition),
        text(f"A question to consider: {concept.question}"),
        text(f"{concept.title}: {found.verdict}."),
        picture(lambda: draw_concept(found)),
        heading("What the concept predicts"),
        *table(claims_table(claim_rows(found))),
        *table(measures_table(measure_rows(found))),
        *_reading(concept),
    ]  # fmt: skip


def _reading(concept: Concept) -> list[Block]:
    return [
        heading("Literature for and against"),
        listing(concept.literature),
        text(f"What would count against it: {concept.against}"),
        *([text(concept.limits, tone="note")] if concept.limits else []),
    ]


PAGE: Final = Page(
    "concepts",
    "Concepts",
    "Does this model show what a concept of political science predicts?",
    _ask,
    _show,
    (
        "A concept that is shown here works in this model, whether or not the model was built with "
        "it in mind. This is no evidence that it worked in Bolivia.",
        "A concept that isn't shown may still be true, in ways that the model can't represent.",
    ),
    common=lambda: ({"concept": name} for name in shipped_concepts()),
)
