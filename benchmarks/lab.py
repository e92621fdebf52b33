"""How long the lab's answers take, and how much memory it holds.

``python -m benchmarks.lab`` writes the table of seconds of docs/LAB.md. Each question is asked of a
process in which nothing like it has been asked before, but for the page as it opens. What the
browser adds isn't in it. ``python -m benchmarks.lab --minutes 20`` writes the table of memory
instead: of a lab that serves four visitors, each in a browser of his own, for so long.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from palca.experiments.lab.pages import PAGES
from palca.experiments.lab.scheduler import Visitor
from palca.experiments.lab.session import Asked, answer, fill

if TYPE_CHECKING:
    from playwright.async_api import Browser

PAGE: Final = Path(__file__).parents[1] / "docs" / "LAB.md"
VISITORS: Final = 12
AT_ONCE: Final = 4  # whose use of memory is measured
EARLY: Final = 5  # minutes after which memory is first measured
LOOKS: Final = 6.0  # seconds for which a visitor looks at an answer
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
        filled = fill(Asked.of_query(f"page=history&world={2_000 + number}"))
        began = time.perf_counter()
        Visitor().compute(lambda: answer(filled))
        return time.perf_counter() - began

    with ThreadPoolExecutor(VISITORS) as pool:
        return list(pool.map(visit, range(VISITORS)))


def resident(process: int) -> float:
    """Return how many MB of memory a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def some_address(chance: random.Random) -> str:
    """Return the address of a page with choices that few have made."""
    page = chance.choice([*PAGES, "history", "what-if", "why", "two"])
    choices = {"world": chance.randrange(4_096), "month": chance.randrange(120),
               "guess3": chance.randrange(101), "scene": chance.randrange(1, 6),
               "at": chance.randrange(12, 100)}  # fmt: skip
    asked = [f"{name}={value}" for name, value in choices.items()
             if name in fill(Asked(page)).values]  # fmt: skip
    return f"?page={'&'.join([page, *asked])}&lang={chance.choice(['en', 'es'])}"


async def visit(browser: Browser, lab: str, number: int, ends: float) -> int:
    """Look at one page after another until the time is up; return how many."""
    chance, seen = random.Random(number), 0
    page = await (await browser.new_context()).new_page()
    while time.monotonic() < ends:
        await page.goto(lab + some_address(chance))
        await page.wait_for_selector("section.results[aria-busy=false] > *", timeout=120_000)
        seen += 1
        await asyncio.sleep(LOOKS)
    return seen


async def of_memory(minutes: int) -> list[tuple[str, str]]:
    """Return how much memory the lab holds early and late while visitors use it."""
    from playwright.async_api import async_playwright

    line = [sys.executable, "-m", "palca", "lab", "--port", "0", "--no-open"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        (lab,) = re.findall(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
        ends = time.monotonic() + 60 * minutes
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            visits = [asyncio.create_task(visit(browser, lab, at, ends)) for at in range(AT_ONCE)]
            await asyncio.sleep(60 * EARLY)
            early = resident(server.pid)
            seen = sum(await asyncio.gather(*visits))
        late = resident(server.pid)
        server.terminate()
    return [(f"after {EARLY} minutes of {AT_ONCE} visitors", f"{early:,.0f}"),
            (f"after {minutes} minutes, {seen} pages", f"{late:,.0f}")]  # fmt: skip


def write_table(unit: str, rows: list[tuple[str, str]]) -> None:
    """Put a table in the place of the one with this unit, and print it."""
    table = "\n".join([f"| what | {unit} |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])
    text = PAGE.read_text(encoding="utf-8")
    changed, count = re.subn(rf"\| what \| {unit} \|\n(\|.*\n)+", table + "\n", text)
    if count != 1:
        raise ValueError(f"{PAGE}: needs one table of {unit}")
    PAGE.write_text(changed, encoding="utf-8")
    print(table)


def main() -> None:
    """Ask, and write a table."""
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--minutes", type=int, default=0, help="measure memory for so long")
    minutes = reads.parse_args().minutes
    if minutes:
        write_table("MB", asyncio.run(of_memory(minutes)))
        return
    rows = [(what, f"{seconds_of(*asked):.1f}") for what, *asked in QUESTIONS]
    waited = of_visitors()
    rows.append((f"{VISITORS} visitors at once, each another world: median, longest",
                 f"{statistics.median(waited):.1f}, {max(waited):.1f}"))  # fmt: skip
    write_table("seconds", rows)


if __name__ == "__main__":
    main()
