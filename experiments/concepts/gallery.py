"""The page of all concepts: each with its contrast, its picture and its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ..counterfactual.size import VERDICTS
from ..io.markdown_page import render
from .contrast import Contrast
from .tables import claim_rows, claims_table

_TEMPLATES: Final = Path(__file__).parent / "templates"


def gallery(found: Sequence[Contrast], alts: Mapping[str, str]) -> str:
    """Return the page of all concepts.

    Parameters
    ----------
    alts : mapping of str to str
        What each picture shows, by its file, ``concept-NAME.png``; one that isn't named is
        left out.
    """
    sections = [section(one, alts) for one in found]
    return render(
        _TEMPLATES / "CONCEPTS.md",
        found=found,
        verdicts=VERDICTS,
        sections=sections,
        anchor=_anchor,
    )


def section(found: Contrast, alts: Mapping[str, str]) -> str:
    """Return a concept's part of the page; the rest as :func:`gallery`."""
    picture = f"concept-{found.concept.name}.png"
    return render(
        _TEMPLATES / "concept.md", concept=found.concept,
        verdict=f"{found.said[:1].upper()}{found.said[1:]}",
        picture=picture, alt=alts.get(picture), claims=claims_table(claim_rows(found)).markdown(),
    )  # fmt: skip


def _anchor(title: str) -> str:
    """Return the anchor that a heading of this title gets."""
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-")
