"""The table that a calibration reads: worlds whose parameters are drawn from their priors.

Parameters are handled as normal scores: the standard normal quantile of the share of the
prior that lies below. So priors are alike, and no estimate leaves their ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.state.prior import Prior
from palca.model.types import AnyFloats

from ..io.parallel import shared
from ..observe.outcome import Outcome
from ..observe.outcomes import measure
from ..observe.windows import before_and_after
from ..simulate import priors
from ..simulate.designs import Factor
from ..simulate.ensemble import in_blocks
from ..simulate.world_table import PIECE, run_rows

_TINY: Final = 1e-9  # the ends of a prior have no finite score


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """Worlds with parameters of their own.

    Attributes
    ----------
    names : tuple of str
        The free parameters.
    outcomes : tuple of Outcome
    scores : ndarray of float32, shape ``(worlds, parameters)``
        Normal scores of the parameters.
    values : ndarray of float32, shape ``(worlds, outcomes)``
    """

    names: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    scores: AnyFloats
    values: AnyFloats

    def columns(self, outcomes: Sequence[Outcome]) -> AnyFloats:
        """Return some of the outcomes, ``(worlds, n)``."""
        column_of = {outcome.name: column for column, outcome in enumerate(self.outcomes)}
        return self.values[:, [column_of[outcome.name] for outcome in outcomes]]

    def part(self, some: slice) -> ReferenceTable:
        """Return some of the worlds."""
        return ReferenceTable(self.names, self.outcomes, self.scores[some], self.values[some])


def simulate(
    resolved: dict[str, Any],
    free: Mapping[str, Prior],
    until: int,
    worlds: int,
    seed: int,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> ReferenceTable:
    """Return a table of worlds with their outcomes up to a year and after it.

    Parameters
    ----------
    resolved : dict
        The scenario.
    free : mapping of str to Prior
        The parameters that are drawn, and from what.
    until : int
        The year at whose end spans of outcomes are cut.
    on_progress : callable
        Called with the number of worlds done and their total.
    """
    outcomes = _outcomes(until)
    scores = np.empty((worlds, len(free)), np.float32)
    values = np.empty((worlds, len(outcomes)), np.float32)
    pieces = list(in_blocks(worlds, PIECE))
    calls = ((resolved, dict(free), until, piece, seed) for piece in pieces)
    for piece, (scored, made) in zip(pieces, shared(_live, calls, jobs), strict=True):
        scores[piece], values[piece] = scored, made
        on_progress(int(piece[-1]) + 1, worlds)
    return ReferenceTable(tuple(free), outcomes, scores, values)


def _outcomes(until: int) -> tuple[Outcome, ...]:
    before, after = before_and_after(until)
    return (*before, *after)


def _live(
    resolved: dict[str, Any],
    free: dict[str, Prior],
    until: int,
    numbers: NDArray[np.int64],
    seed: int,
) -> tuple[AnyFloats, AnyFloats]:
    """Return normal scores of the parameters and outcomes of some worlds."""
    import pandas as pd

    sampled = priors.draw(seed, numbers, free)
    table = pd.DataFrame(sampled)
    table["world"], table["seed"] = numbers, seed
    factors = tuple(Factor(name) for name in free)
    made = run_rows({(): resolved}, factors, table, partial(measure, _outcomes(until)))
    values = np.array([made[outcome.name] for outcome in _outcomes(until)], np.float32).T
    scores = np.array([score(free[name], sampled[name]) for name in free], np.float32)
    return scores.reshape(len(free), len(numbers)).T, values


def score(prior: Prior, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal scores of a parameter's values."""
    from scipy.special import ndtri

    return ndtri(np.clip(prior.cdf(values), _TINY, 1.0 - _TINY))


def values_of(free: Mapping[str, Prior], scores: AnyFloats) -> dict[str, AnyFloats]:
    """Return parameters from their normal scores ``(n, parameters)``, each ``(n,)``."""
    from scipy.special import ndtr

    return {
        name: prior.ppf(ndtr(column))
        for (name, prior), column in zip(free.items(), scores.T, strict=True)
    }
