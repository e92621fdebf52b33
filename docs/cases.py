"""The policy fitted to the cases, and the table of scores in POLICIES.md: ``make cases``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from palca.experiments.cases.case_files import load_cases
from palca.experiments.cases.graded import fit, text_of

ROOT: Final = Path(__file__).parents[1]
POLICY: Final = ROOT / "scenarios/policies/ussr/graded.toml"
PAGE: Final = ROOT / "docs/POLICIES.md"
NUMBERS: Final = ROOT / "docs/numbers/cases.csv"
OUTCOMES: Final = {"halt": "halts", "answer": "answers", "credit": "credit"}
_HEAD: Final = (
    "| policy of the USSR | halt or break | the five answers | credit | clearly worse than the "
    "base rate on |\n"
)


def rows() -> Iterator[str]:
    """Yield a row a policy: its gains over the base rate, from docs/numbers."""
    table = pd.read_csv(NUMBERS)
    own = table[table["basis"] == "own chances"].set_index(["who", "outcome"])
    for who in own.index.unique("who"):
        of = {name: own.loc[(who, name)] for name in OUTCOMES}
        cells = [f"{row['gain']:+.2f} ({row['gain_se']:.2f})" for row in of.values()]
        worse = [OUTCOMES[name] for name, row in of.items() if row["gain"] < -2 * row["gain_se"]]
        yield f"| `{who}` | {' | '.join(cells)} | {', '.join(worse) or '–'} |"


def main() -> None:
    """Write the policy and the table."""
    POLICY.write_text(text_of(fit(load_cases().core)), encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    body = "\n".join(rows())
    head = re.escape(_HEAD)
    changed, count = re.subn(rf"({head}\|[-|]+\|\n)(\|.*\n)*", rf"\g<1>{body}\n", text)
    assert count == 1, "POLICIES.md has no table of cases"
    PAGE.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
