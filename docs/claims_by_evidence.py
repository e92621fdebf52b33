"""Claims by evidence and by priors: a table of COUNTERFACTUALS.md, by ``make reanalysis``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from palca.experiments.counterfactual.answer import FORK, RECORD
from palca.experiments.counterfactual.asking import ask
from palca.experiments.counterfactual.claims import FAILS, findings
from palca.experiments.counterfactual.question import Inputs, Question
from palca.experiments.infer.evidence_file import load_given
from palca.scenarios import resolve

PAGE: Final = Path(__file__).parent / "COUNTERFACTUALS.md"
WORLDS: Final = 512
SOFT: Final = ("orientation", "ussr_atmosphere", "us_commitments", "ussr_commitments", "event")
SUSPENDED: Final = "soviet-break-1971"

Given = dict[str, Any]


def _with(given: Given, **tables: Any) -> Given:
    """Return evidence with some keys of its tables changed."""
    return {**given, **{name: {**given[name], **keys} for name, keys in tables.items()}}


EVIDENCE: Final[dict[str, Callable[[Given], Given]]] = {
    "as it ships": lambda given: given,
    "changes and attempts a month earlier or later": lambda given: _with(
        given, rulers={"tolerance": 1}, attempts={"tolerance": 1}
    ),
    "the rarest month, October 1970, two months earlier or later": lambda given: _with(
        given, rulers={"wider": {"1970-10": 2}}, attempts={"wider": {"1970-10": 2}}
    ),
    "no soft evidence": lambda given: {key: of for key, of in given.items() if key not in SOFT},
}


# Priors that knew Bolivia, beside the shipped ones.
PRIORS: Final = {"without other countries: `--priors own`": ("priors=own",)}


def row(name: str, given: Given, settings: tuple[str, ...] = ()) -> str:
    """Return a line: each claim's number, given what had happened by then and given all."""
    answers = {}
    for scenario in (SUSPENDED, FAILS):
        question = Question(scenario, settings, worlds=WORLDS, freeze=())
        answers[scenario] = ask(question, 2, inputs=Inputs(resolve(scenario, settings), given))
    cells = []
    if all(RECORD in answer.parts for answer in answers.values()):
        found = findings(answers)
        for claim in dict.fromkeys(one.claim for one in found):
            by_given = {one.given: one for one in found if one.claim == claim}
            cells.append("; ".join(
                f"{by_given[of].value:+.2f} ({by_given[of].se:.2f})".replace("-", "−")
                for of in (FORK, RECORD)
            ))  # fmt: skip
    else:
        cells = ["no world"] * 5
    families = "; ".join(f"{answers[SUSPENDED].parts[of].families:.0f}"
                         for of in answers[SUSPENDED].parts)  # fmt: skip
    return f"| *{name}* | {families} | {' | '.join(cells)} |"


def main() -> None:
    """Write the rows of all evidence into the page."""
    shipped = load_given("record")
    asked = [row(name, change(shipped)) for name, change in EVIDENCE.items()]
    asked += [row(name, shipped, settings) for name, settings in PRIORS.items()]
    rows = "\n".join(asked)
    text = PAGE.read_text(encoding="utf-8")
    changed, count = re.subn(r"(?<=-\|\n)(\| \*[^|]+\* \|.*\n)+", rows + "\n", text)
    assert count == 1, "COUNTERFACTUALS.md has no table of claims by evidence"
    PAGE.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
