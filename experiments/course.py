"""A course of events, simulated, documented or naively forecast, in one form.

Stability and cooperation are functions of a :class:`Course` and of nothing
else, so that they read the record and a simulated history alike.
"""

from __future__ import annotations

import unicodedata
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


def documented(record: Record, scenario: Scenario) -> Course:
    """Return the documented course of events, in one world.

    Only rows that may score are taken. Coup attempts are those of Powell and Thyne. A
    row whose date is an interval stands in its middle. US commitments are the
    obligations of the fiscal year, spread evenly; deliveries of neither patron are
    documented by year, so they are NaN.
    """
    from .documented import scored

    months = scenario.months
    rows = scored(record)
    series = {name: np.full((months, 1), np.nan) for name in SERIES}
    rows = rows.sort_values("date")
    columns = zip(
        rows["track"], rows["kind"], rows["first_month"], rows["amount"], rows["actor"], strict=True
    )
    for track, kind, first, amount, actor in columns:
        since = max(int(first), 0)
        if track == "power" and kind in ("accession", "phase"):
            series["orientation"][since:] = amount
            if kind == "accession":
                series["leader"][since:] = _place(actor, scenario)
        elif track == "party" and kind in _LEGALITY:
            series["legality"][since:] = _LEGALITY[kind]
    for year, value in record.values("gdp_growth").items():
        first = (int(str(year)) - 1969) * 12
        series["growth"][max(first, 0) : max(first + 12, 0)] = value
    for first, last, value in fiscal_years(record):
        series["us_commitment"][max(first, 0) : max(last, 0)] = value / (last - first)
    inside = rows[(rows["first_month"] >= 0) & (rows["last_month"] < months)]
    attempts = inside["kind"].isin(["coup", "failed coup"]) & (inside["powell_thyne"] != 1)
    inside = inside[~attempts & ~inside["kind"].isin(["accession", "phase"])]
    month = ((inside["first_month"] + inside["last_month"]) // 2).to_numpy(np.int64)
    amount = inside["amount"].to_numpy(np.float64)
    kinds = zip(inside["track"], inside["kind"], strict=True)
    code = np.array([CODE_OF[pair] for pair in kinds], dtype=np.int64)
    series["ussr_commitment"][:] = 0.0
    credit = code == CODE_OF["ussr", "credit"]
    np.add.at(series["ussr_commitment"], (month[credit], 0), np.nan_to_num(amount[credit]))
    order = np.lexsort((code, month))
    nobody = np.full(len(month), -1)
    world = np.zeros(len(month), dtype=np.int64)
    events = Events(world, month[order], code[order], nobody, nobody, amount[order])
    return Course(1, months, series, events)


_LEGALITY: Final = {"banned": 0.0, "tolerated": 0.5, "legalised": 1.0}


def _place(actor: str, scenario: Scenario) -> int:
    """Return the roster place of a person; that of the unnamed junta if he isn't in it."""
    words = _words(actor)
    leaders = scenario.country.leaders
    known = [i for i, leader in enumerate(leaders) if _words(leader.name) <= words]
    return known[0] if known else len(leaders) - 1


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return set(plain.lower().replace(".", " ").split())


def fiscal_years(record: Record) -> list[tuple[int, int, float]]:
    """Return (first month, month after the last, million USD) of each US fiscal year.

    The year began in July until that of 1976; then came a transition quarter, and
    from that of 1977 on it begins in October.
    """
    out = []
    for year, value in record.values("us_aid_obligations").items():
        january = (int(str(year)) - 1969) * 12
        first = january - 6 if int(str(year)) <= 1976 else january - 3
        out.append((first, first + 12, float(value)))
    for year, value in record.values("us_aid_obligations_tq").items():
        july = (int(str(year)) - 1969) * 12 + 6
        out.append((july, july + 3, float(value)))
    return sorted(out)


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
