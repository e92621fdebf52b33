"""The section "With more worlds" of CONCEPTS.md: ``make gallery``, after the page itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from palca.experiments.concepts.contrast import Contrast, contrast, resolve_arms
from palca.experiments.concepts.tables import claim_rows
from palca.scenarios.concept import load_concept

PAGE: Final = Path(__file__).parent / "CONCEPTS.md"
WORLDS: Final = 16_000
_NEXT: Final = "## Write your own"
_HEAD: Final = (
    "## With more worlds\n\n"
    "More worlds may only lead out of *can't tell*. The {count} claims about which 2,000 worlds "
    "can't tell, with {worlds:,} worlds in each arm (`palca concept NAME --worlds {worlds}`, "
    "seed 0):\n\n"
    "| concept | with {worlds:,} | claim | with {worlds:,} | difference (95 %) | least size |\n"
    "|---|---|---|---|---|---|\n"
)


def undecided(text: str) -> list[str]:
    """Return the concepts of the page of which a claim can't be told."""
    return re.findall(r"\| `palca concept ([a-z-]+)` \| .*can't tell", text)


def rows(found: Contrast, text: str) -> list[str]:
    """Return the lines of a concept's claims about which the page can't tell."""
    return [
        f"| {found.concept.title} | *{found.verdict}* | {row['claim']} | *{row['verdict']}* | "
        f"{row['difference']:.3g} ({row['ci95_low']:.3g} to {row['ci95_high']:.3g}) | "
        f"{row['least']:g} |".replace("-0.", "−0.")
        for row in claim_rows(found) if f"| {row['claim']} | can't tell |" in text
    ]  # fmt: skip


def main() -> None:
    """Write the section into the page, in the place of the one before if there is one."""
    text = re.sub(r"## With more worlds\n.*?(?=## )", "", PAGE.read_text("utf-8"), flags=re.DOTALL)
    lines: list[str] = []
    for name in undecided(text):
        concept = load_concept(name)
        lines += rows(contrast(concept, WORLDS, 0, resolve_arms(concept)), text)
        print(name, flush=True)
    section = _HEAD.format(count=len(lines), worlds=WORLDS) + "\n".join(lines) + "\n\n"
    assert text.count(_NEXT) == 1, f"CONCEPTS.md has no heading '{_NEXT}'"
    PAGE.write_text(text.replace(_NEXT, section + _NEXT), "utf-8")


if __name__ == "__main__":
    main()
