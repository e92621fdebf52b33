"""A course of events, simulated, documented or naively forecast, in one form.

Stability and cooperation are functions of a :class:`Course` and of nothing
else, so that they read the record and a simulated history alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import noise
from palca.model.history import CODE_OF, Events, History
from palca.model.scenario import Scenario

if TYPE_CHECKING:
    from .documented import Record

Floats = NDArray[np.float64]

# monthly series that a course may have; missing values are NaN
SERIES: Final = (
    "leader", "orientation", "legality", "growth", "us_commitment", "ussr_commitment",
    "us_delivery", "ussr_delivery",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Course:
    """What happened, in one world or many.

    Attributes
    ----------
    worlds, months : int
    series : dict of str to ndarray, shape ``(months, worlds)``
        By the names in :data:`SERIES`; commitments and deliveries in million USD a month.
    events : Events
        `events.world` is a place in ``0..worlds-1``.
    """

    worlds: int
    months: int
    series: dict[str, Floats]
    events: Events

    def count(self, track: str, kind: str) -> Floats:
        """Return how often an event happened, shape ``(months, worlds)``."""
        chosen = self.events.code == CODE_OF[track, kind]
        out = np.zeros((self.months, self.worlds))
        np.add.at(out, (self.events.month[chosen], self.events.world[chosen]), 1.0)
        return out


def simulated(history: History) -> Course:
    """Return the course of a block of simulated worlds."""
    series = {name: history.field(name).astype(np.float64) for name in SERIES}
    return Course(len(history.worlds), len(history.months), series, history.events)


def naive(scenario: Scenario, record: Record, worlds: int, seed: int) -> Course:
    """Return a forecast that knows nothing of politics: base rates and persistence.

    Coup attempts come at the constant rate of twenty Latin American countries in
    1964-80 and succeed as often as theirs (record: base_rates); the successor is of the
    left or of the right by the toss of a coin. All else stays as it was in January 1969: US
    commitments, no Soviet tie, no event.
    """
    rates = record.base_rates.set_index("series")["value"]
    attempts = float(rates["LA20_1964_1980_attempts_per_country_year"]) / 12.0
    success = float(rates["LA20_1964_1980_success_rate"])
    months, start = scenario.months, scenario.country.start
    keys = noise.world_keys(seed, np.arange(worlds))

    def draw(event: str) -> Floats:
        return noise.uniform(noise.bits(keys, noise.event_keys(event, 1, months)[0][:, None]))

    tried = draw("naive attempt") < attempts
    won = tried & (draw("naive success") < success)
    side = np.where(draw("naive side") < 0.5, -0.5, 0.5)
    orientation = np.empty((months, worlds))
    leader = np.cumsum(won, axis=0).astype(np.float64)
    now = np.full(worlds, start.get("orientation", 0.0))
    for month in range(months):
        now = np.where(won[month], side[month], now)
        orientation[month] = now
    month, world = np.nonzero(tried)
    code = np.where(won[month, world], CODE_OF["power", "coup"], CODE_OF["power", "failed coup"])
    order = np.lexsort((month, world))
    nobody = np.full(len(month), -1)
    events = Events(
        world[order], month[order], code[order], nobody, nobody, np.full(len(month), np.nan)
    )
    flat = {
        "legality": start.get("legality", 0.0),
        "growth": start.get("growth", 4.5),
        "us_commitment": start.get("us_commitment", 0.0),
        "us_delivery": start.get("us_delivered", 0.0) / 12.0,
        "ussr_commitment": 0.0,
        "ussr_delivery": 0.0,
    }
    series = {name: np.full((months, worlds), value) for name, value in flat.items()}
    series |= {"leader": leader, "orientation": orientation}
    return Course(worlds, months, series, events)
