"""How often a model wins in histories that are known to come from it, or from its rival.

Power and size of the test "the model's score is the lower one".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from palca.model.types import Floats

ENOUGH_POWER: Final = 0.8  # the usual pair (Cohen 1988)
MOST_SIZE: Final = 0.05
HISTORIES: Final = 2000  # pseudo-histories by which power is judged, and as many for size
_SEED: Final = 20

# mean score of forecasts (..., months) of what happened or not (..., months)
Score = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class WinRates:
    """How often the model has the lower score in histories that are known to come from somewhere.

    Attributes
    ----------
    power : float
        In histories of the model.
    size : float
        In histories of the naive forecast.
    histories : int
        As many of each.
    sure : bool
        Whether the naive forecast has one history only. Nobody beats it there, so the size is 0;
        but whatever else happens refutes it, and to beat it is little.
    """

    power: float
    size: float
    histories: int
    sure: bool

    @property
    def tell(self) -> bool:
        """Whether who wins can tell who is right."""
        return self.power >= ENOUGH_POWER and self.size <= MOST_SIZE

    def error(self, rate: float) -> float:
        """Return the standard error of one of them."""
        return float(np.sqrt(rate * (1.0 - rate) / self.histories))


def win_rates(score: Callable[[Floats, Floats], Floats], model: Floats, naive: Floats) -> WinRates:
    """Return how often the model beats a naive forecast.

    Half of the worlds of each, 2,000 at most, are histories; the others are the forecast, so that
    none is part of the forecast of itself.

    Parameters
    ----------
    score : callable
        From worlds ``(worlds, ...)`` and histories ``(n, ...)`` to the scores ``(n,)``.
    model, naive : ndarray, shape ``(worlds, ...)``
    """
    count = min(HISTORIES, len(model) // 2, len(naive) // 2)

    def wins(histories: Floats) -> float:
        own, theirs = score(model[count:], histories), score(naive[count:], histories)
        return float((own < theirs).mean())

    sure = not np.ptp(naive, axis=0).any()
    return WinRates(wins(model[:count]), wins(naive[:count]), count, sure)


def win_rates_ahead(score: Score, model: Floats, naive: Floats) -> WinRates:
    """Return how often forecasts one month ahead beat naive ones.

    In each month of a history the event comes with the probability that the model (power) or the
    naive forecast (size) gave it, given the documented months before. So both forecasts stay what
    they were, and what is asked is whether they could be told apart by what came (Dawid's
    prequential principle; Seillier-Moiseiwitsch and Dawid 1993, JASA 88, 355-359).

    Parameters
    ----------
    model, naive : ndarray, shape ``(months,)``
    """
    chance = np.random.default_rng(_SEED)

    def wins(said: Floats) -> float:
        came = (chance.random((HISTORIES, len(said))) < said).astype(np.float64)
        return float((score(model, came) < score(naive, came)).mean())

    sure = bool(np.isin(naive, (0.0, 1.0)).all())
    return WinRates(wins(model), wins(naive), HISTORIES, sure)
