"""How long the lab's answers take: ``python -m benchmarks.lab`` writes the table of docs/LAB.md.

Each question is asked of a process in which nothing like it has been asked before, but for the
page as it opens. What the browser adds isn't in it.
"""

from __future__ import annotations

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from palca.experiments.lab.scheduler import Visitor
from palca.experiments.lab.session import Asked, answer, fill

PAGE: Final = Path(__file__).parents[1] / "docs" / "LAB.md"
VISITORS: Final = 12
# What is asked, the page as it is then open, and what is chosen on it.
QUESTIONS: Final = (
    ("another month of the same world", "page=history&world=7", "month", "40"),
    ("another world", "page=history", "world", "23"),
    ("another quantity in *What if*", "page=what-if", "quantity", "friction"),
    ("another counterfactual in *What if*", "page=what-if", "scenario", "us-disengages-1971"),
    ("a lever in *What if*", "page=what-if&kind=lever&actor=us&lever=aid", "factor", "0.5"),
    ("a scenario compared with the record", "page=record&worlds=1000", "scenario",
     "no-boom-1973"),
    ("a sweep of two parameters", "page=sweep", "outcome", "growth"),
    ("a concept", "page=concepts", "concept", "hedging"),
)  # fmt: skip


def seconds_of(opened: str, name: str, value: str) -> float:
    """Return how long a choice takes on a page that is open."""
    asked = Asked.of_query(opened)
    answer(fill(asked))
    began = time.perf_counter()
    said = answer(fill(asked.choose(name, value)))
    if said.error:
        raise RuntimeError(said.error)
    return time.perf_counter() - began


def of_visitors() -> list[float]:
    """Return how long visitors wait who ask for different worlds at the same time."""

    def visit(number: int) -> float:
        filled = fill(Asked.of_query(f"page=history&world={5_000 + number}"))
        began = time.perf_counter()
        Visitor().compute(lambda: answer(filled))
        return time.perf_counter() - began

    with ThreadPoolExecutor(VISITORS) as pool:
        return list(pool.map(visit, range(VISITORS)))


def main() -> None:
    """Ask, and write the table."""
    rows = [(what, f"{seconds_of(*asked):.1f}") for what, *asked in QUESTIONS]
    waited = of_visitors()
    rows.append((f"{VISITORS} visitors at once, each another world: median, longest",
                 f"{statistics.median(waited):.1f}, {max(waited):.1f}"))  # fmt: skip
    table = "\n".join(["| what | seconds |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])
    text = PAGE.read_text(encoding="utf-8")
    changed, count = re.subn(r"\| what \| seconds \|\n(\|.*\n)+", table + "\n", text)
    if count != 1:
        raise ValueError(f"{PAGE}: needs one table of seconds")
    PAGE.write_text(changed, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
