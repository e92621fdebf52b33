"""Many worlds, run in blocks and reduced as they come, so that memory stays flat.

A block is one model. What is kept of it: a row of outcomes for each world, its
events, and counts of each monthly series by value (a histogram for each month,
:mod:`~palca.experiments.simulate.histograms`), from which medians and ranges are read. A
world's history does not depend on its block, so neither does the result, however
many processes share the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import Simulation
from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.history import Events, History
from palca.model.state.state import FIELDS
from palca.model.types import Floats
from palca.scenarios import build

from ..io.parallel import shared
from ..observe.by_month import RIGHT, american, friction, soviet, unrest
from ..observe.histories import SERIES, Histories, simulated
from ..observe.labelled import Measures, measured
from ..observe.outcomes import outcomes
from .histograms import Histogram, histogram, no_worlds

BLOCK: Final = 4096  # worlds in a block: enough to amortise calls, few enough for the cache

# monthly series that are summed up: name -> (title, unit)
MONTHLY: Final[dict[str, tuple[str, str]]] = {
    "orientation": ("orientation", "left −1 to right 1"),
    "left": ("regime of the left", "0 or 1"),
    "right": ("regime of the right", "0 or 1"),
    "legitimacy": ("legitimacy", "share"),
    "repression": ("repression", "share"),
    "mobilisation": ("mobilisation", "share"),
    "fiscal": ("fiscal space", "share"),
    "growth": ("growth", "% a year"),
    "coup_memory": ("recent coup attempts", "attempts"),
    "unrest": ("unrest", "0 to 3"),
    "ussr_atmosphere": ("Soviet atmosphere", "weight"),
    "us_atmosphere": ("US atmosphere", "weight"),
    "ussr_committed": ("Soviet commitments, cumulative", "million USD"),
    "ussr_delivered": ("Soviet deliveries", "million USD a year"),
    "us_recent": ("US commitments", "million USD a year"),
    "us_delivered": ("US deliveries", "million USD a year"),
    "legality": ("legality of the party", "0, 0.5 or 1"),
    "friction": ("party–Moscow friction", "share"),
    "friction_shown": ("party–Moscow friction in public", "0 to 3"),
    "attempt": ("coup attempt this month", "0 or 1"),
    "success": ("successful coup this month", "0 or 1"),
}
KEPT: Final = tuple(sorted({*SERIES, *MONTHLY} & set(FIELDS)))
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Block:
    """What is kept of one block of worlds."""

    worlds: NDArray[np.int64]
    outcomes: dict[str, Floats]
    events: Events
    counts: dict[str, Histogram]  # by series
    rulers: NDArray[np.int64]  # (months, leaders): worlds in which each rules


@dataclass(slots=True)
class Summary:
    """What worlds add up to, month by month.

    Attributes
    ----------
    worlds : int
    counts : dict of str to Histogram
        How many worlds have each value of each series in :data:`MONTHLY`.
    rulers : ndarray of int, shape ``(months, leaders)``
        How many worlds each leader rules.
    """

    worlds: int
    counts: dict[str, Histogram]
    rulers: NDArray[np.int64]

    def quantiles(self, series: str, levels: tuple[float, ...] = QUANTILES) -> Floats:
        """Return quantiles by month, shape ``(months, levels)``, each within 0.4 %."""
        return self.counts[series].quantiles(levels)

    def mean(self, series: str) -> Floats:
        """Return the mean by month, shape ``(months,)``."""
        return self.counts[series].means()

    def add(self, block: Block) -> None:
        """Count in another block."""
        self.worlds += len(block.worlds)
        self.rulers += block.rulers
        for series, counts in block.counts.items():
            self.counts[series].add(counts)


def monthly(history: History, histories: Histories) -> dict[str, NDArray[Any]]:
    """Return every series of :data:`MONTHLY` in the worlds of a block, ``(months, worlds)``."""
    orientation = histories.series["orientation"]
    derived = {
        "left": orientation <= -RIGHT,
        "right": orientation >= RIGHT,
        "unrest": unrest(histories),
        "ussr_atmosphere": soviet(histories),
        "us_atmosphere": american(histories),
        "friction_shown": friction(histories),
    }
    return {name: derived[name] if name in derived else history.field(name) for name in MONTHLY}


def run_block(
    resolved: dict[str, Any],
    worlds: NDArray[np.int64],
    seed: int,
    own: Measures = MappingProxyType({}),
) -> Block:
    """Run the numbered worlds and keep what :class:`Block` keeps."""
    keep = tuple(FIELDS) if own else KEPT
    model = Simulation(build(resolved), worlds=worlds, seed=seed, keep=keep)
    history = model.run()
    country = model.current.scenario.country
    histories = simulated(history, country.windows)
    counts = {name: histogram(values) for name, values in monthly(history, histories).items()}
    size = len(country.leaders)
    leader = history.field("leader").astype(np.int64)
    months = np.arange(len(leader))[:, None]
    rulers = np.bincount((leader + size * months).ravel(), minlength=size * len(leader))
    found = outcomes(histories)
    found |= measured(own, history, country)
    return Block(
        history.worlds, found, history.events, counts, rulers.reshape(len(leader), size)
    )


def free_running(resolved: dict[str, Any], worlds: int, seed: int) -> Histories:
    """Return the histories of some worlds of a resolved scenario, with all that is measured."""
    scenario = build(resolved)
    history = Simulation(scenario, worlds, seed, keep=SERIES).run()
    return simulated(history, scenario.country.windows)


def in_blocks(worlds: int, size: int) -> Iterator[NDArray[np.int64]]:
    """Yield the numbers ``0..worlds-1`` in blocks of `size`; the last may be smaller."""
    for first in range(0, worlds, size):
        yield np.arange(first, min(first + size, worlds))


def run_blocks(
    resolved: dict[str, Any],
    worlds: int,
    seed: int,
    jobs: int = 1,
    own: Measures = MappingProxyType({}),
) -> Iterator[Block]:
    """Run worlds ``0..worlds-1`` and yield their blocks in order.

    Parameters
    ----------
    resolved : dict
        As :func:`palca.scenarios.resolve` returns it.
    jobs : int
        Threads, or processes for outcomes of a user's own; the blocks are the same for any number.
    own : mapping of str to callable
        A user's outcomes beside Palca's: :func:`~palca.experiments.observe.labelled.measured`.
        They may not be made for threads.
    """
    numbers = in_blocks(worlds, min(BLOCK, -(-worlds // jobs)))
    calls = ((resolved, block, seed, {**own}) for block in numbers)
    return shared(run_block, calls, jobs, threads=not own)


def summarise(
    blocks: Iterator[Block], keep: Callable[[Block], None], months: int, leaders: int
) -> tuple[Summary, dict[str, Floats]]:
    """Go through the blocks once; hand each to `keep`, and return what they add up to.

    `keep` is called by a thread, for one block after the other, while the next is simulated.

    Returns
    -------
    Summary, dict of str to ndarray of shape ``(worlds,)``
        The monthly counts, and every world's outcomes.
    """
    counts = {series: no_worlds(months) for series in MONTHLY}
    summary = Summary(0, counts, np.zeros((months, leaders), np.int64))
    found: list[dict[str, Floats]] = []
    with ThreadPoolExecutor(1) as pool:
        kept = pool.submit(lambda: None)
        for block in blocks:
            kept.result()
            kept = pool.submit(copy_context().run, keep, block)
            summary.add(block)
            found.append(block.outcomes)
        kept.result()
    return summary, concatenate_worlds(found)
