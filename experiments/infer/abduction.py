"""Abduction: worlds that went as history did, by particle filters side by side.

The worlds are divided into islands that are filtered apart and weighted by their evidence at the
end (Vergé et al. 2015, doi:10.1007/s11222-013-9429-x), so that processes may share the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from palca.model import Snapshot
from palca.model.state.concatenate import concatenate_worlds
from palca.model.types import Floats, Ints

from ..io.parallel import shared
from ..simulate.ensemble import in_blocks
from .collectors import Diagnostics, ForkPoint
from .evidence import Evidence
from .particle_filter import Filter
from .weights import effective_sample_size, equal, reweight, sums_by_group

ISLAND: Final = 8192  # worlds filtered together


@dataclass(slots=True)
class ParticleSet:
    """Weighted worlds at the fork that went as the evidence says.

    Attributes
    ----------
    snapshot : Snapshot
        The worlds at the start of the month of the fork.
    parameters : dict of str to ndarray, shape ``(n,)``
        The free parameters of each.
    atmosphere : ndarray, shape ``(n,)``
        Soviet atmosphere at the fork, which later months inherit.
    ancestors : ndarray of int, shape ``(n,)``
        The number of the world of January 1969 that each descends from.
    weights : ndarray, shape ``(n,)``
        They add up to 1.
    diagnostics : Diagnostics
        What the filter has gone through.
    """

    snapshot: Snapshot
    parameters: dict[str, Floats]
    atmosphere: Floats
    ancestors: Ints
    weights: Floats
    diagnostics: Diagnostics

    def __len__(self) -> int:
        return len(self.weights)

    def take(self, worlds: Ints) -> ParticleSet:
        """Return some of the worlds, all of one weight."""
        return ParticleSet(
            self.snapshot.take(worlds),
            {name: values[worlds] for name, values in self.parameters.items()},
            self.atmosphere[worlds],
            self.ancestors[worlds],
            equal(len(worlds)),
            self.diagnostics,
        )

    @property
    def ess(self) -> float:
        """Effective sample size."""
        return effective_sample_size(self.weights)

    @property
    def ancestral_ess(self) -> float:
        """Effective sample size by descent: copies of one world of January 1969 count as one."""
        return effective_sample_size(sums_by_group(self.weights, self.ancestors))


def filter_island(
    resolved: dict[str, Any], evidence: Evidence, fork: int, last: int, numbers: Ints, seed: int
) -> ParticleSet:
    """Return worlds at the fork that went as the evidence says.

    Parameters
    ----------
    resolved : dict
        The factual scenario.
    fork : int
        The month at whose start the worlds are taken.
    last : int
        The last month of evidence; it may lie after the fork. Then each world brings a key
        for each month, those of the future that the evidence has chosen.
    numbers : ndarray of int
        The worlds' numbers.
    seed : int
    """
    evidence = evidence.until(last)
    diagnostics = Diagnostics.of(last + 1, len(evidence.events), len(numbers))
    start = ForkPoint(fork)
    particles = Filter(resolved, evidence, numbers, seed, (diagnostics, start))
    particles.run(last + 1, resampled=(fork - 1, last))
    snapshot, atmosphere = start.reached(particles)
    return ParticleSet(
        snapshot, particles.parameters, atmosphere, particles.ancestors, particles.weights,
        diagnostics,
    )  # fmt: skip


def abduct(
    resolved: dict[str, Any],
    evidence: Evidence,
    fork: int,
    last: int,
    worlds: int,
    seed: int,
    jobs: int = 1,
) -> Iterator[ParticleSet]:
    """Yield the islands of ``worlds`` simulated worlds, in order; see :func:`filter_island`."""
    islands = in_blocks(worlds, ISLAND)
    calls = ((resolved, evidence, fork, last, numbers, seed) for numbers in islands)
    return shared(filter_island, calls, jobs)


def join_islands(islands: list[ParticleSet]) -> ParticleSet:
    """Return the islands as one, each weighted by how probable its worlds made the evidence."""
    each = [island.diagnostics for island in islands]
    sizes = np.array([one.worlds for one in each], dtype=np.float64)
    totals = np.array([one.log_evidence.sum() for one in each])
    shares, log_evidence = reweight(sizes, totals)
    if np.isneginf(log_evidence):
        shares = sizes / sizes.sum()
    # an island that has lost all its worlds never reached the fork
    living = np.flatnonzero(np.isfinite(totals)) if np.isfinite(log_evidence) else np.array([0])
    islands, shares = [islands[index] for index in living], shares[living]
    joined = concatenate_worlds(islands)
    weights = [share * one.weights for share, one in zip(shares, islands, strict=True)]
    predictive = np.array([one.diagnostics.event_predictive for one in islands]).T @ shares
    return replace(
        joined,
        weights=np.concatenate(weights),
        diagnostics=_join_diagnostics(each, sizes, predictive),
    )


def _join_diagnostics(each: list[Diagnostics], sizes: Floats, events: Floats) -> Diagnostics:
    """Return the diagnostics of islands as those of one filter, month by month."""
    log_evidence = np.array([one.log_evidence for one in each])
    # log of the share of an island before each month, and after the last
    shares = np.cumsum(np.column_stack([np.log(sizes / sizes.sum()), log_evidence]), axis=1)
    total = np.logaddexp.reduce(shares, axis=0)
    by_month, ess = np.full(log_evidence.shape[1], -np.inf), np.zeros(log_evidence.shape[1])
    for month in np.flatnonzero(np.isfinite(total[1:])):
        by_month[month] = total[month + 1] - total[month]
        own = np.array([max(one.ess[month], 1e-9) for one in each])
        ess[month] = effective_sample_size(np.exp(shares[:, month + 1] - total[month + 1]), own)
    power = mix(np.array([one.power_predictive for one in each]), log_evidence)
    return Diagnostics(by_month, ess, events, power, int(sizes.sum()))


def mix(predicted: Floats, log_evidence: Floats) -> Floats:
    """Return what islands of like size predict together.

    Each counts as its worlds have made the evidence probable so far; one that has lost all
    of them counts for nothing.

    Parameters
    ----------
    predicted : ndarray, shape ``(islands, months, 2)``
    log_evidence : ndarray, shape ``(islands, months)``
    """
    so_far = np.zeros_like(log_evidence)
    so_far[:, 1:] = np.cumsum(log_evidence, axis=1)[:, :-1]
    with np.errstate(invalid="ignore"):
        share = np.exp(so_far - so_far.max(axis=0))[:, :, None]  # NaN once all are lost
    return np.where(share > 0.0, share * predicted, 0.0).sum(axis=0) / share.sum(axis=0)
