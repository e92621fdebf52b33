"""The table of openings elsewhere of LIMITS.md, simulated again: ``make pictures``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np

from palca.experiments.observe.documented import record_of
from palca.experiments.observe.histories import documented
from palca.experiments.observe.outcome import of_months
from palca.experiments.observe.outcomes import outcomes
from palca.experiments.simulate.ensemble import free_running
from palca.model.types import Floats
from palca.scenarios import build, resolve

PAGE: Final = Path(__file__).parent / "LIMITS.md"
OPENINGS: Final = {
    "chile-1970": ("Allende", "after the coup of September 1973"),
    "peru-1968": ("Velasco", "after Morales Bermúdez took over in August 1975"),
    "argentina-1966": ("the officers", "after Cámpora took office in May 1973"),
    "brazil-1964": ("Castelo Branco", "after he left office in March 1967"),
}
WORLDS: Final = 4000


def rows(name: str) -> list[str]:
    """Return an opening's lines, one for each window: what is documented, what worlds have."""
    resolved = resolve(name)
    scenario = build(resolved)
    record = record_of(scenario)
    assert record is not None, f"{name} has no record"
    known = outcomes(documented(record, scenario))
    found = outcomes(free_running(resolved, WORLDS, 0))
    rule = "first_rule"
    lines = [_line(name, "rule of the first, months", known[rule], found[rule], 1.0)]
    for window, who in zip(scenario.country.windows, OPENINGS[name], strict=True):
        of = {outcome.name.split("_")[0]: outcome.name for outcome in of_months(*window)}
        tried = [values[of["coups"]] + values[of["failed"]] for values in (known, found)]
        lines += [_line("", f"{who}: attempts", tried[0], tried[1], 1.0)]
        lines += [_line("", f"{who}: % of the time under the {side}", known[of[side]],
                        found[of[side]], 100.0) for side in ("left", "right")]  # fmt: skip
    return [line for line in lines if line]


def _line(opening: str, what: str, record: Floats, worlds: Floats, unit: float) -> str:
    """Return a line; an empty one of what isn't documented."""
    if np.isnan(record[0]):
        return ""
    low, median, high = unit * np.quantile(worlds, (0.05, 0.5, 0.95))
    truth = unit * float(record[0])
    inside = "" if low <= truth <= high else " **outside**"
    cells = [f"`{opening}`" if opening else "", what, f"{truth:.0f}",
             f"{unit * worlds.mean():.1f}",
             f"{median:.0f} ({low:.0f} to {high:.0f}){inside}"]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the lines of all openings into the page."""
    made = "\n".join(line for name in OPENINGS for line in rows(name))
    text = PAGE.read_text(encoding="utf-8")
    head = r"(?<=\| opening \| what \| record \| mean \| median \(5 to 95 %\) \|\n)(\|[- :|]+\|\n)"
    changed, count = re.subn(head + r"(\|.*\n)*", rf"\g<1>{made}\n", text)
    assert count == 1, "LIMITS.md has no table of openings"
    PAGE.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
