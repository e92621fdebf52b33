"""Many worlds, run in blocks and reduced as they come, so that memory stays flat.

A block is one model. What is kept of it: a row of outcomes for each world, its
events, and counts of each monthly series by value (a histogram for each month),
from which medians and ranges are read. A world's history does not depend on its
block, so neither does the result, however many processes share the work.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import ColdWarModel
from palca.model.history import Events
from palca.model.state import FIELDS
from palca.scenarios import build

from .course import SERIES, simulated
from .measures import atmosphere, friction, outcomes, unrest
from .rows import shared

Floats = NDArray[np.float64]

BLOCK: Final = 4096  # worlds in a block: enough to amortise calls, few enough for the cache
_BINS: Final = 240

# monthly series that are summed up: name -> (low, high, title, unit)
MONTHLY: Final[dict[str, tuple[float, float, str, str]]] = {
    "orientation": (-1.0, 1.0, "orientation", "left −1 to right 1"),
    "legitimacy": (0.0, 1.0, "legitimacy", "share"),
    "repression": (0.0, 1.0, "repression", "share"),
    "mobilisation": (0.0, 1.0, "mobilisation", "share"),
    "fiscal": (-1.0, 1.0, "fiscal space", "share"),
    "growth": (-6.0, 12.0, "growth", "% a year"),
    "coup_memory": (0.0, 6.0, "recent coup attempts", "attempts"),
    "unrest": (0.0, 3.0, "unrest", "0 to 3"),
    "ussr_atmosphere": (-24.0, 36.0, "Soviet atmosphere", "weight"),
    "us_atmosphere": (-24.0, 36.0, "US atmosphere", "weight"),
    "ussr_committed": (0.0, 240.0, "Soviet commitments, cumulative", "million USD"),
    "ussr_delivered": (0.0, 60.0, "Soviet deliveries", "million USD a year"),
    "us_recent": (0.0, 120.0, "US commitments", "million USD a year"),
    "us_delivered": (0.0, 120.0, "US deliveries", "million USD a year"),
    "legality": (0.0, 1.0, "legality of the party", "0, 0.5 or 1"),
    "friction": (0.0, 1.0, "party–Moscow friction", "share"),
    "friction_shown": (0.0, 3.0, "party–Moscow friction shown", "0 to 3"),
    "attempt": (0.0, 1.0, "coup attempt this month", "0 or 1"),
    "success": (0.0, 1.0, "successful coup this month", "0 or 1"),
}
KEPT: Final = tuple(sorted({*SERIES, *MONTHLY} & set(FIELDS)))
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Block:
    """What is kept of one block of worlds."""

    worlds: NDArray[np.int64]
    outcomes: dict[str, Floats]
    events: Events
    counts: dict[str, NDArray[np.int64]]  # series -> (months, bins)
    rulers: NDArray[np.int64]  # (months, leaders): worlds in which each rules


@dataclass(slots=True)
class Summary:
    """Monthly counts over all worlds.

    Attributes
    ----------
    worlds : int
    counts : dict of str to ndarray of int, shape ``(months, bins)``
        How many worlds have each value of each series in :data:`MONTHLY`.
    rulers : ndarray of int, shape ``(months, leaders)``
    """

    worlds: int
    counts: dict[str, NDArray[np.int64]]
    rulers: NDArray[np.int64]

    def quantiles(self, series: str, levels: tuple[float, ...] = QUANTILES) -> Floats:
        """Return quantiles by month, shape ``(months, levels)``, to within one bin."""
        centres = bin_centres(series)
        cumulated = np.cumsum(self.counts[series], axis=1)
        ranks = np.ceil(np.array(levels) * self.worlds)
        places = (cumulated[:, :, None] < ranks).sum(axis=1)
        return centres[np.minimum(places, _BINS - 1)]

    def mean(self, series: str) -> Floats:
        """Return the mean by month, shape ``(months,)``, to within half a bin."""
        return self.counts[series] @ bin_centres(series) / self.worlds

    def add(self, block: Block) -> None:
        """Count in another block."""
        self.worlds += len(block.worlds)
        self.rulers += block.rulers
        for series, counts in block.counts.items():
            self.counts[series] += counts


def bin_centres(series: str) -> Floats:
    """Return the values that the bins of a series stand for; the ends are exact."""
    low, high, *_ = MONTHLY[series]
    return np.linspace(low, high, _BINS)


def _count(series: str, values: Floats | NDArray[np.float32]) -> NDArray[np.int64]:
    """Return counts of values by month, ``(months, bins)``, from ``(months, worlds)``."""
    low, high, *_ = MONTHLY[series]
    scaled = np.rint((np.clip(values, low, high) - low) * ((_BINS - 1) / (high - low)))
    months = len(values)
    flat = scaled.astype(np.int64) + _BINS * np.arange(months)[:, None]
    return np.bincount(flat.ravel(), minlength=months * _BINS).reshape(months, _BINS)


def run_block(resolved: dict[str, Any], worlds: NDArray[np.int64], seed: int) -> Block:
    """Run the numbered worlds and keep what :class:`Block` keeps."""
    gc.collect()  # a model and its agents hold one another: let go of the block before this one
    model = ColdWarModel(build(resolved), worlds=worlds, rng=seed, keep=KEPT)
    history = model.run()
    course = simulated(history)
    derived = {
        "unrest": unrest(course),
        "ussr_atmosphere": atmosphere(course, "ussr"),
        "us_atmosphere": atmosphere(course, "us"),
        "friction_shown": friction(course),
    }
    counts = {
        series: _count(series, derived[series] if series in derived else history.field(series))
        for series in MONTHLY
    }
    size = len(model.premise.country.leaders)
    leader = history.field("leader").astype(np.int64)
    months = np.arange(len(leader))[:, None]
    rulers = np.bincount((leader + size * months).ravel(), minlength=size * len(leader))
    return Block(
        history.worlds, outcomes(course), history.events, counts, rulers.reshape(len(leader), size)
    )


def run_blocks(
    resolved: dict[str, Any], worlds: int, seed: int, jobs: int = 1
) -> Iterator[Block]:
    """Run worlds ``0..worlds-1`` and yield their blocks in order.

    Parameters
    ----------
    resolved : dict
        As :func:`palca.scenarios.resolve` returns it.
    jobs : int
        Processes; the blocks are the same for any number.
    """
    size = min(BLOCK, -(-worlds // jobs))
    numbers = (np.arange(at, min(at + size, worlds)) for at in range(0, worlds, size))
    if jobs == 1:
        yield from (run_block(resolved, block, seed) for block in numbers)
        return
    from joblib import delayed

    yield from shared((delayed(run_block)(resolved, block, seed) for block in numbers), jobs)


def summarise(
    blocks: Iterator[Block], keep: Callable[[Block], None], months: int, leaders: int
) -> tuple[Summary, dict[str, Floats]]:
    """Go through the blocks once; hand each to `keep`, and return what they add up to.

    Returns
    -------
    Summary, dict of str to ndarray of shape ``(worlds,)``
        The monthly counts, and every world's outcomes.
    """
    summary = Summary(
        0,
        {series: np.zeros((months, _BINS), np.int64) for series in MONTHLY},
        np.zeros((months, leaders), np.int64),
    )
    rows: dict[str, list[Floats]] = {}
    for block in blocks:
        summary.add(block)
        for name, values in block.outcomes.items():
            rows.setdefault(name, []).append(values)
        keep(block)
    return summary, {name: np.concatenate(values) for name, values in rows.items()}
