"""Abduction: worlds that went as history did, by a particle filter.

Parameters are drawn from their priors, worlds are simulated month by month and weighed by
the evidence; when few of them carry the weight, they are resampled (Gordon, Salmond and
Smith 1993, doi:10.1049/ip-f-2.1993.0015; systematic resampling after Kitagawa 1996). A copy
keeps its past and its parameters and gets draws of its own for what is still to come. The
worlds are divided into islands that are filtered apart and weighed by their evidence at the
end (Vergé et al. 2015, doi:10.1007/s11222-013-9429-x), so that processes may share the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import ColdWarModel, Snapshot
from palca.model.state import counter_rng
from palca.model.types import Floats, Ints
from palca.scenarios import build

from ..io.parallel import shared
from ..simulate import priors
from .evidence import Evidence
from .likelihood import Weighing

ISLAND: Final = 8192  # worlds filtered together
_ENOUGH: Final = 0.5  # share of effective worlds below which they are resampled


@dataclass(slots=True)
class Past:
    """Worlds that went as the evidence says, at the fork.

    Attributes
    ----------
    snapshot : Snapshot
        The worlds at the start of the month of the fork.
    parameters : dict of str to ndarray, shape ``(n,)``
        The free parameters of each.
    atmosphere : ndarray, shape ``(n,)``
        Soviet atmosphere at the fork, which later months inherit.
    founders : ndarray of int, shape ``(n,)``
        The number of the world of January 1969 that each descends from.
    weights : ndarray, shape ``(n,)``
        They add up to 1.
    log_evidence : ndarray, shape ``(months,)``
        Log of the probability of each month's evidence given that of the months before.
    effective : ndarray, shape ``(months,)``
        Effective worlds in each month, before resampling: 1 over the sum of squared weights.
    shown : ndarray, shape ``(sightings,)``
        Predicted probability of each sighting when its window closed; NaN if none has.
    predicted : ndarray, shape ``(months, 2)``
        Predicted probability, in the light of the months before, of a coup attempt in each
        month and of a change of power.
    drawn : int
        Worlds that were simulated.
    """

    snapshot: Snapshot
    parameters: dict[str, Floats]
    atmosphere: Floats
    founders: Ints
    weights: Floats
    log_evidence: Floats
    effective: Floats
    shown: Floats
    predicted: Floats
    drawn: int

    def __len__(self) -> int:
        return len(self.weights)

    def take(self, places: Ints) -> Past:
        """Return some of the worlds, all of one weight; what is known of all stays."""
        return replace(
            self,
            snapshot=self.snapshot.take(places),
            parameters={name: values[places] for name, values in self.parameters.items()},
            atmosphere=self.atmosphere[places],
            founders=self.founders[places],
            weights=np.full(len(places), 1.0 / len(places)),
        )

    @property
    def worth(self) -> float:
        """Effective worlds by weight."""
        return float(1.0 / np.sum(self.weights**2))

    @property
    def founders_worth(self) -> float:
        """Effective worlds by descent: copies of one world of January 1969 count as one."""
        _, of = np.unique(self.founders, return_inverse=True)
        shares = np.bincount(of, weights=self.weights)
        return float(1.0 / np.sum(shares**2))


def abduct_island(
    resolved: dict[str, Any], evidence: Evidence, fork: int, last: int, numbers: Ints, seed: int
) -> Past:
    """Return the worlds of one island that went as the evidence says.

    Parameters
    ----------
    resolved : dict
        The factual scenario.
    fork : int
        The month at whose start the worlds are handed over.
    last : int
        The last month of evidence; it may lie after the fork. Then each world brings a key
        for each month, those of the future that the evidence has chosen.
    numbers : ndarray of int
        The worlds' numbers.
    seed : int
    """
    scenario = build(resolved)
    size = len(numbers)
    drawn = priors.draw(seed, numbers, scenario.parameters)
    model = ColdWarModel(
        replace(scenario, parameters={**scenario.parameters, **drawn}), numbers, seed, keep=()
    )
    weighing = Weighing(evidence.until(last), size)
    founders, weights = numbers.copy(), np.full(size, 1.0 / size)
    log_evidence, effective = np.zeros(last + 1), np.full(last + 1, float(size))
    shown = np.full(len(weighing.evidence.sightings), np.nan)
    predicted = np.full((last + 1, 2), np.nan)
    handed: tuple[Snapshot, Floats] | None = None
    future: list[NDArray[np.uint64]] = []  # keys of the months from the fork on
    for month in range(last + 1):
        if month == fork:
            handed = model.snapshot(), weighing.atmosphere.copy()
        ruled = model.state.leader.copy()
        model.advance()
        if handed is not None:
            future.append(model.draws.keys)
        now = model.state
        predicted[month] = weights @ now.attempt, weights @ (now.leader != ruled)
        log_weight = weighing.see(model)
        for place, sighting in enumerate(weighing.evidence.sightings):
            if sighting.last == month:
                shown[place] = float(weights @ weighing.hits[place])
        best = log_weight.max()
        if not np.isfinite(best):  # no world of the island has shown what must be
            log_evidence[month:] = -np.inf
            effective[month:] = 0.0
            break
        mass = weights * np.exp(log_weight - best)
        log_evidence[month] = best + np.log(mass.sum())
        weights = mass / mass.sum()
        effective[month] = 1.0 / np.sum(weights**2)
        if effective[month] > _ENOUGH * size and month not in (fork - 1, last):
            continue
        chosen = _systematic(weights, _luck(seed, numbers[0], month))
        fresh = counter_rng.world_keys(
            seed + 1 + month, numbers
        )  # other draws than any month's before
        drawn = {name: values[chosen] for name, values in drawn.items()}
        founders, weights = founders[chosen], np.full(size, 1.0 / size)
        weighing.take(chosen)
        if handed is not None:
            handed = handed[0].take(chosen), handed[1][chosen]
            future = [keys[chosen] for keys in future]
        model = ColdWarModel(
            replace(scenario, parameters={**scenario.parameters, **drawn}),
            numbers,
            seed,
            keep=(),
            start=model.snapshot().take(chosen, fresh),
        )
    if handed is None:
        handed = model.snapshot(), weighing.atmosphere
    start, inherited = handed
    if future:
        rest = np.repeat(model.draws.keys[None, :], scenario.months - last - 1, axis=0)
        start = replace(start, keys=np.concatenate([np.array(future), rest]))
    return Past(
        start, drawn, inherited, founders, weights, log_evidence, effective, shown, predicted, size
    )


def _luck(seed: int, island: np.int64, month: int) -> float:
    event = counter_rng.event_keys("resampling", 1, month + 1)[0, month:]
    return float(
        counter_rng.uniform(counter_rng.bits(counter_rng.world_keys(seed, [int(island)]), event))[0]
    )


def _systematic(weights: Floats, luck: float) -> Ints:
    """Return which worlds are copied: one draw, evenly spaced (Kitagawa 1996)."""
    size = len(weights)
    points = (np.arange(size) + luck) / size
    return np.minimum(np.searchsorted(np.cumsum(weights), points), size - 1)


def abduct(
    resolved: dict[str, Any],
    evidence: Evidence,
    fork: int,
    last: int,
    worlds: int,
    seed: int,
    jobs: int = 1,
) -> Iterator[Past]:
    """Yield the islands of ``worlds`` simulated worlds, in order; see :func:`abduct_island`."""
    islands = [np.arange(at, min(at + ISLAND, worlds)) for at in range(0, worlds, ISLAND)]
    if jobs == 1:
        for numbers in islands:
            yield abduct_island(resolved, evidence, fork, last, numbers, seed)
        return
    from joblib import delayed

    work = delayed(abduct_island)
    calls = (work(resolved, evidence, fork, last, numbers, seed) for numbers in islands)
    yield from shared(calls, jobs)


def join(islands: list[Past]) -> Past:
    """Return the islands as one, each weighed by how probable its worlds made the evidence."""
    totals = np.array([past.log_evidence.sum() for past in islands])
    sizes = np.array([past.drawn for past in islands], dtype=np.float64)
    best = totals.max()
    if not np.isfinite(best):
        share = sizes / sizes.sum()
    else:
        share = sizes * np.exp(totals - best)
        share /= share.sum()
    months = len(islands[0].log_evidence)
    by_month, running = np.zeros(months), np.log(sizes / sizes.sum())
    effective = np.zeros(months)
    for month in range(months):
        before = np.logaddexp.reduce(running)
        running = running + [past.log_evidence[month] for past in islands]
        after = np.logaddexp.reduce(running)
        by_month[month] = after - before if np.isfinite(after) else -np.inf
        part = np.exp(running - after) if np.isfinite(after) else np.zeros(len(islands))
        worth = np.array([max(past.effective[month], 1e-9) for past in islands])
        effective[month] = 1.0 / np.sum(part**2 / worth) if np.isfinite(after) else 0.0
    # an island that has lost all its worlds never reached the fork
    living = [place for place, total in enumerate(totals) if np.isfinite(total)] or [0]
    drawn = sum(past.drawn for past in islands)
    islands, share = [islands[place] for place in living], share[living]
    shown = np.array([past.shown for past in islands]).T @ share
    starts = [past.snapshot for past in islands]
    snapshot = Snapshot(
        starts[0].month,
        np.concatenate([start.state for start in starts], axis=1),
        np.concatenate([start.absent_until for start in starts], axis=1),
        np.concatenate([start.ideology.T for start in starts]).T,
        np.concatenate([start.grievance.T for start in starts]).T,
        np.concatenate([start.generation for start in starts], axis=1),
        np.concatenate([start.keys for start in starts], axis=-1),
        np.concatenate([start.turns for start in starts]),
    )
    return Past(
        snapshot,
        {
            name: np.concatenate([past.parameters[name] for past in islands])
            for name in islands[0].parameters
        },
        np.concatenate([past.atmosphere for past in islands]),
        np.concatenate([past.founders for past in islands]),
        np.concatenate([part * past.weights for part, past in zip(share, islands, strict=True)]),
        by_month,
        effective,
        shown,
        mix(
            np.array([past.predicted for past in islands]),
            np.array([past.log_evidence for past in islands]),
        ),
        drawn,
    )


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
