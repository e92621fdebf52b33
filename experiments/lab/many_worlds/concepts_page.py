"""The page *Concepts*: a concept of political science, and whether the model shows it."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from palca.scenarios.concept import Concept, load_concept, shipped_concepts

from ...concepts.contrast import Contrast, Finding, contrast
from ...concepts.figure import draw_claims, draw_concept
from ...concepts.tables import found_out, measure_rows, measures_table
from ...io.language import N_, _
from ..blocks import Block, heading, listing, picture, table, text
from ..cases import SEED
from ..choices import WORLDS, ask_worlds
from ..form import Form, Values
from ..kept import kept
from ..page import Page

_WORLDS: Final = tuple(count for count in WORLDS if count <= 2_000)
_load = lru_cache(maxsize=64)(load_concept)
# By verdict: what it means, in a sentence that begins with it.
_MEANS: Final = {
    "shown": N_("Shown: the difference is large enough to matter, and chance can't explain it."),
    "shown but small": N_("Shown but small: there is a difference, but too small to matter."),
    "can't tell": N_("Can't tell: so many worlds leave open whether it is large enough to matter."),
    "not shown": N_("Not shown: there is no difference, or the opposite."),
}


def _ask(form: Form) -> None:
    titles = {name: _(_load(name).title) for name in shipped_concepts()}
    form.select("concept", _("Concept"), titles, next(iter(titles)))
    ask_worlds(form, _WORLDS)


@kept
def contrasted(name: str, worlds: int) -> Contrast:
    """Return a concept's contrast in some worlds."""
    return contrast(_load(name), worlds, SEED)


def _show(values: Values) -> list[Block]:
    concept = _load(values["concept"])
    found = contrasted(values["concept"], values["worlds"])
    return [
        text(_(concept.definition)),
        text(_("A question to consider: {question}", question=_(concept.question))),
        heading(_("What the concept predicts, claim by claim")),
        *(block for number, finding in enumerate(found.findings, 1)
          for block in claim_blocks(concept, number, finding)),
        picture(lambda: draw_claims(found)),
        heading(_("What was simulated")),
        picture(lambda: draw_concept(found)),
        *table(measures_table(measure_rows(found))),
        *reading(concept),
    ]  # fmt: skip


def claim_blocks(concept: Concept, number: int, finding: Finding) -> list[Block]:
    """Return a claim, its verdict, and how large the difference is."""
    blocks = [text(f"{number}. {_(finding.says)}", tone="answer"),
              text(_(_MEANS[finding.verdict]))]  # fmt: skip
    if math.isfinite(finding.difference.value):
        blocks.append(text(found_out(concept, finding), _(finding.claim.because)))
        if finding.verdict == "not shown":  # elsewhere it would contradict the numbers
            blocks.append(text(_("Why this model may not show it: {otherwise}",
                                 otherwise=_(finding.otherwise))))  # fmt: skip
    return blocks


def reading(concept: Concept) -> list[Block]:
    """Return the literature on a concept, and what would count against it."""
    return [
        heading(_("Literature for and against")),
        listing(concept.literature),
        text(_("What would count against it: {against}", against=_(concept.against))),
        *([text(_(concept.limits), tone="note")] if concept.limits else []),
    ]


PAGE: Final = Page(
    "concepts",
    N_("Concepts"),
    N_("Does this model show what a concept of political science predicts?"),
    _ask,
    _show,
    (
        N_("A concept that is shown here works in this model, whether or not the model was built "
           "with it in mind. This is no evidence that it worked in Bolivia."),
        N_("A concept that isn't shown may still be true, in ways that the model can't represent."),
        N_("Each claim has its own verdict: that one is shown says nothing about the others."),
    ),
    common=lambda: ({"concept": name} for name in shipped_concepts()),
)
