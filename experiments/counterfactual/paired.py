"""Two scenarios world by world, on the same draws: what tends to differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import Simulation
from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.parameters import draw_index
from palca.model.types import Floats
from palca.scenarios import build

from ..infer.weights import clustered_error
from ..io.parallel import shared
from ..io.provenance import hash_arrays
from ..observe.histories import simulated
from ..observe.outcomes import in_order, outcomes
from ..simulate.ensemble import BLOCK, KEPT, in_blocks, monthly
from .divergence import pairwise_divergence

GROUPS: Final = 200  # of parameter sets: enough for a standard error within some 5 %


@dataclass(slots=True)
class Pairs:
    """Worlds under two scenarios.

    Attributes
    ----------
    worlds : ndarray of int, shape ``(n,)``
    families : ndarray of int, shape ``(n,)``
        The parameter set of each: worlds with the same one count together.
    first, second : dict of str to ndarray, shape ``(n,)``
        The outcomes of each.
    diverged : ndarray of int, shape ``(n,)``
        Month in which ruler or attempts first differ; -1 if they never do.
    reconverged : ndarray of bool, shape ``(n,)``
        Whether they have the same ruler and a like orientation at the end.
    sums : dict of str to ndarray, shape ``(months, GROUPS)``
        By series, the sum of the differences over each of :data:`GROUPS` groups of families.
    since : int
        The first month, counted from January 1969.
    """

    worlds: NDArray[np.int64]
    families: NDArray[np.int64]
    first: dict[str, Floats]
    second: dict[str, Floats]
    diverged: NDArray[np.int64]
    reconverged: NDArray[np.bool_]
    sums: dict[str, Floats]
    since: int = 0


def check_comparable(scenarios: Iterable[tuple[str, dict[str, Any]]], where: str = "") -> None:
    """Raise if scenarios that are to be held against one another are of other places or months.

    Parameters
    ----------
    scenarios : iterable of (str, dict)
        Each with the name that the error gives it, resolved.
    """
    given = dict(scenarios)
    countries = {name: resolved["country"]["name"] for name, resolved in given.items()}
    if len({*countries.values()}) > 1:
        places = ", ".join(f"'{name}' is about {country}" for name, country in countries.items())
        raise PalcaError(f"{places}: name scenarios of one country", where)
    begin = {name: int(resolved.get("first", 0)) for name, resolved in given.items()}
    end = {name: begin[name] + resolved["months"] - 1 for name, resolved in given.items()}
    for months, verb, key in ((begin, "begins", "from"), (end, "ends", "until")):
        if len({*months.values()}) > 1:
            said = ", ".join(f"'{name}' {verb} in {month_name(month)}"
                             for name, month in months.items())  # fmt: skip
            raise PalcaError(
                f"{said}: a different length alone would make a difference; give all "
                f"scenarios the same '{key}' in their files",
                where,
            )


def pair_block(
    first: dict[str, Any], second: dict[str, Any], worlds: NDArray[np.int64], seed: int
) -> Pairs:
    """Run the numbered worlds under both scenarios."""
    scenarios = [build(resolved) for resolved in (first, second)]
    histories = [
        Simulation(scenario, worlds=worlds, seed=seed, keep=KEPT).run() for scenario in scenarios
    ]
    families = scenarios[0].families_of(draw_index(seed, worlds))
    both = [simulated(history, scenario.country.windows)
            for history, scenario in zip(histories, scenarios, strict=True)]  # fmt: skip
    measured = [outcomes(one) for one in both]
    series = [monthly(*pair) for pair in zip(histories, both, strict=True)]
    sums = {}
    for name in series[0]:
        before, after = (one[name].astype(np.float64) for one in series)
        difference = after - before
        months = len(difference)
        place = families % GROUPS + GROUPS * np.arange(months)[:, None]
        total = np.bincount(place.ravel(), difference.ravel(), months * GROUPS)
        sums[name] = total.reshape(months, GROUPS)
    diverged = pairwise_divergence(
        *((histories[0].field(name), histories[1].field(name))
          for name in ("leader", "attempt", "orientation"))
    )  # fmt: skip
    return Pairs(worlds, families, measured[0], measured[1], *diverged, sums,
                 scenarios[0].first)  # fmt: skip


def pair_blocks(
    first: dict[str, Any], second: dict[str, Any], worlds: int, seed: int, jobs: int = 1
) -> Iterator[Pairs]:
    """Run worlds ``0..worlds-1`` under both scenarios and yield them in blocks, in order."""
    calls = ((first, second, block, seed) for block in in_blocks(worlds, BLOCK))
    return shared(pair_block, calls, jobs)


def join_pairs(parts: list[Pairs]) -> Pairs:
    """Return blocks as one."""
    sums = {name: np.sum([part.sums[name] for part in parts], axis=0) for name in parts[0].sums}
    return replace(concatenate_worlds([replace(part, sums={}) for part in parts]), sums=sums)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One outcome under two scenarios.

    Attributes
    ----------
    name, title, unit : str
    first, second, difference : float
        Means.
    se, unpaired_se : float
        Standard error of the difference, world by world, and if the two shared no draws; NaN
        for a single world, or parameter set.
    q05, q95 : float
        5 and 95 % of the differences.
    changed : float
        Share of worlds in which the outcome differs.
    """

    name: str
    title: str
    unit: str
    first: float
    second: float
    difference: float
    se: float
    unpaired_se: float
    q05: float
    q95: float
    changed: float

    @property
    def clear(self) -> bool:
        """Whether the difference is further from zero than two standard errors."""
        return abs(self.difference) > 2.0 * self.se

    @property
    def gain(self) -> float:
        """How many times more worlds an unpaired comparison needs; NaN if none differs."""
        return (self.unpaired_se / self.se) ** 2 if self.se > 0 else float("nan")


def contrasts(pairs: Pairs) -> list[Contrast]:
    """Return every outcome that both scenarios have, compared."""
    out = []
    for outcome in in_order(name for name in pairs.first if name in pairs.second):
        a, b = pairs.first[outcome.name], pairs.second[outcome.name]
        difference = b - a
        se, alone, other = (clustered_error(of, pairs.families) for of in (difference, a, b))
        out.append(
            Contrast(
                outcome.name,
                outcome.heading,
                outcome.unit,
                float(a.mean()),
                float(b.mean()),
                float(difference.mean()),
                se,
                float(np.hypot(alone, other)),
                float(np.quantile(difference, 0.05)),
                float(np.quantile(difference, 0.95)),
                float(np.mean(difference != 0)),
            )
        )
    return out


def monthly_means(pairs: Pairs, series: str) -> tuple[Floats, Floats]:
    """Return the mean difference of a series by month and its standard error, ``(months,)`` each.

    Parameter sets count by groups of them, which keeps the error right and memory flat.
    """
    sizes = np.bincount(pairs.families % GROUPS, minlength=GROUPS)
    used, sums = sizes > 0, pairs.sums[series]
    mean = sums.sum(axis=1) / len(pairs.worlds)
    groups = int(used.sum())
    if groups < 2:
        return mean, np.full(len(mean), np.nan)
    apart = (sums - mean[:, None] * sizes)[:, used]
    variance = np.sum(apart**2, axis=1) * groups / (groups - 1)
    return mean, np.sqrt(variance) / len(pairs.worlds)


def digest(pairs: Pairs) -> str:
    """Return the SHA-256 of every world's outcomes under both scenarios."""
    total = hashlib.sha256()
    for measured in (pairs.first, pairs.second):
        hash_arrays(total, measured, sorted(measured))
    total.update(np.ascontiguousarray(pairs.diverged, dtype="<i8").tobytes())
    return total.hexdigest()
