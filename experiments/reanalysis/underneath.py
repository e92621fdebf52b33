"""What nobody measured, given what was: ranges of the state by month, over worlds like ours.

Weather science calls this a reanalysis: the most probable course of what was not observed, by a
model that is held to what was (Kalnay et al. 1996, Bulletin of the American Meteorological Society
77, 437-471).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from palca.model import Simulation
from palca.model.equations.discontent import garrison_loyalty
from palca.model.types import Floats
from palca.scenarios import build

from ..infer.alive_filter import model_of
from ..infer.reanalysis import Reanalysis, replayed
from ..simulate.ensemble import QUANTILES

# Field of the state -> title, unit, and what the record can tell of it.
QUANTITIES: Final[dict[str, tuple[str, str, str]]] = {
    "legitimacy": ("legitimacy", "share", "not measured"),
    "fiscal": ("fiscal space", "share", "yearly deficits are documented, but are not evidence"),
    "mobilisation": ("mobilisation of labour", "share", "strikes are documented, but not all"),
    "repression": ("repression", "share", "single acts are documented"),
    "patronage": ("patronage of officers", "share", "not measured"),
    "friction": ("friction of party and Moscow", "share", "a crisis is documented, undated"),
    "ussr_trust": ("trust of regime and Moscow", "share", "single acts are documented"),
    "us_trust": ("trust of regime and Washington", "share", "money and single acts are documented"),
}
DISLOYAL: Final = "disloyal"  # a garrison's share of force that would rise


@dataclass(frozen=True, slots=True)
class Underneath:
    """Ranges of the state in worlds like ours.

    Attributes
    ----------
    quantiles : dict of str to ndarray, shape ``(months, 5)``
        At 5, 25, 50, 75 and 95 % of the worlds, by field, or by ``disloyal:GARRISON``.
    free : dict of str to ndarray, shape ``(months, 5)``
        The same in as many worlds without evidence.
    rulers : ndarray of int, shape ``(months,)``
        Who rules in most worlds, by roster index.
    shares : ndarray, shape ``(months,)``
        In which share of them.
    attempts : ndarray, shape ``(months,)``
        Share of worlds with an attempt.
    """

    quantiles: dict[str, Floats]
    free: dict[str, Floats]
    rulers: Floats
    shares: Floats
    attempts: Floats

    def narrowing(self, name: str) -> Floats:
        """Return by how much the evidence narrows a range, by month, ``(months,)``.

        One less the ratio of the widths from 5 to 95 %: 0 if the evidence tells nothing, 1 if it
        tells all; below 0 where worlds like ours are spread wider than others.
        """
        known, free = self.quantiles[name], self.free[name]
        width = free[:, 4] - free[:, 0]
        return 1.0 - (known[:, 4] - known[:, 0]) / np.where(width > 0.0, width, np.nan)


def underneath(resolved: dict[str, Any], found: Reanalysis) -> Underneath:
    """Return the ranges of the state in the worlds given all evidence, to its end."""
    scenario, months = build(resolved), found.end
    names = [garrison.name for garrison in scenario.country.garrisons]
    model = replayed(scenario, found, found.end)
    known = _Ranges(months, names)
    for month in range(months):
        model.advance()
        known.add(month, model)
    other = model_of(scenario, np.arange(found.worlds), found.seed)
    free = _Ranges(months, names)
    for month in range(months):
        other.advance()
        free.add(month, other)
    return Underneath(known.quantiles, free.quantiles, known.rulers, known.shares, known.attempts)


class _Ranges:
    """Ranges as they are collected, month by month."""

    def __init__(self, months: int, garrisons: list[str]) -> None:
        self.garrisons = [f"{DISLOYAL}:{name}" for name in garrisons]
        rows = (*QUANTITIES, *self.garrisons)
        self.quantiles = {name: np.empty((months, len(QUANTILES))) for name in rows}
        self.rulers, self.shares, self.attempts = (np.empty(months) for _ in range(3))

    def add(self, month: int, model: Simulation) -> None:
        """Take up the end of a month."""
        state = model.state
        for name in QUANTITIES:
            self.quantiles[name][month] = np.quantile(getattr(state, name), QUANTILES)
        disloyal = 1.0 - garrison_loyalty(model.current.worlds)
        for name, values in zip(self.garrisons, disloyal, strict=True):
            self.quantiles[name][month] = np.quantile(values, QUANTILES)
        counts = np.bincount(state.leader.astype(np.int64))
        self.rulers[month] = np.argmax(counts)
        self.shares[month] = counts.max() / counts.sum()
        self.attempts[month] = state.attempt.mean()
