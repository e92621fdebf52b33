"""The table "What pairing gains" of COUNTERFACTUALS.md, measured again: ``make pictures``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from palca.experiments.counterfactual.paired import contrasts, join_pairs, pair_blocks
from palca.scenarios import resolve, shipped_scenarios

PAGE: Final = Path(__file__).parent / "COUNTERFACTUALS.md"
OUTCOMES: Final = (
    "coups_1972_77", "failed_1969_78", "longest_spell", "ussr_deliveries_after",
    "us_aid_after", "friction_after",
)  # fmt: skip


def row(name: str, worlds: int = 2000) -> str:
    """Return a counterfactual's line: the gain of each outcome, and the share that diverges."""
    pairs = join_pairs(list(pair_blocks(resolve("baseline"), resolve(name), worlds, seed=0)))
    gain = {contrast.name: contrast.gain for contrast in contrasts(pairs)}
    cells = [f"`{name}`", *(f"{gain[outcome]:.1f}" for outcome in OUTCOMES)]
    return f"| {' | '.join(cells)} | {(pairs.diverged >= 0).mean():.0%} |"


def main() -> None:
    """Write the rows of all shipped counterfactuals into the page."""
    rows = "\n".join(row(name) for name in shipped_scenarios() if name != "baseline")
    text = PAGE.read_text(encoding="utf-8")
    changed, count = re.subn(r"(?<=-\|\n)(\| `[a-z0-9-]+` \|.*\n)+", rows + "\n", text)
    assert count == 1, "COUNTERFACTUALS.md has no table of pairing"
    PAGE.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
