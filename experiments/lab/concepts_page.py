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
        text(f"A question to think about: {concept.question}"),
        text(f"{concept.title}: {found.verdict}."),
        picture(lambda: draw_concept(found)),
        heading("What it leads one to expect"),
        *table(claims_table(claim_rows(found))),
        *table(measures_table(measure_rows(found))),
        *_reading(concept),
    ]  # fmt: skip


def _reading(concept: Concept) -> list[Block]:
    return [
        heading("Who says so, and who doesn't"),
        listing(concept.literature),
        text(f"Against it: {concept.against}"),
        *([text(concept.limits, tone="note")] if concept.limits else []),
    ]


PAGE: Final = Page(
    "concepts",
    "Concepts",
    "Does this model show what a concept of political science leads one to expect?",
    _ask,
    _show,
    (
        "A concept that is shown here is at work in this model, which was built with it in mind "
        "or not; that is no evidence that it was at work in Bolivia.",
        "A concept that isn't shown may be at work all the same, where the model can't see it.",
    ),
    common=lambda: ({"concept": name} for name in shipped_concepts()),
)
