"""Forecasts that know nothing of politics: what a model of politics must beat.

Three hazards of coup attempts, each with the same persistence of all else:

- *constant*: the rate of twenty Latin American countries in 1964-80;
- *persistence*: whoever rules goes on ruling;
- *cross-national*: a logit of Latin American country-years 1953-82 on growth, income and
  whether there was an attempt in the three years before (record: base_rates).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model.state import counter_rng
from palca.model.state.draw_keys import (
    NAIVE_ATTEMPT,
    NAIVE_HANDOVER,
    NAIVE_ORIENTATION,
    NAIVE_SUCCESS,
)
from palca.model.state.history import CODE_OF, Events
from palca.model.state.scenario import Scenario
from palca.model.types import Floats

from ..observe.documented import Record
from ..observe.histories import Histories, documented

HAZARDS: Final = ("constant", "persistence", "cross-national")
RECENT: Final = 36  # months for which an attempt counts as recent
_LATEST: Final = "1968"  # the last year whose income is known in January 1969


@dataclass(frozen=True, slots=True)
class BaseRates:
    """What other countries' histories say.

    Attributes
    ----------
    attempts : float
        Coup attempts a month.
    success : float
        Share of them that succeed.
    handovers : float
        Regular changes of power a month.
    logit : tuple of float
        Of an attempt within a year: constant, growth of the year before (% a year), log of
        income (USD of constant prices a head), any attempt in the three years before.
    """

    attempts: float
    success: float
    handovers: float
    logit: tuple[float, float, float, float]

    def chance(
        self, hazard: str, recent: NDArray[np.bool_], growth: float, income: float
    ) -> Floats:
        """Return the chance of an attempt in a month, of the shape of `recent`.

        Parameters
        ----------
        hazard : str
            One of :data:`HAZARDS`.
        recent : ndarray of bool
            Whether there was an attempt in the last three years.
        growth : float
            Of the year before, % a year.
        income : float
            USD of constant prices a head.
        """
        if hazard == "persistence":
            return np.zeros(recent.shape)
        if hazard == "constant":
            return np.full(recent.shape, self.attempts)
        constant, by_growth, by_income, by_recent = self.logit
        odds = np.exp(constant + by_growth * growth + by_income * np.log(income)
                      + by_recent * recent)  # fmt: skip
        return 1.0 - (1.0 / (1.0 + odds)) ** (1.0 / 12.0)

    def changes(self, hazard: str, attempt: Floats) -> Floats:
        """Return the chance that power changes hands in a month, from that of an attempt."""
        if hazard == "persistence":
            return np.zeros(attempt.shape)
        return 1.0 - (1.0 - self.success * attempt) * (1.0 - self.handovers)


def base_rates(record: Record) -> BaseRates:
    """Return the base rates of the record."""
    rates = record.base_rates.set_index("series")["value"]
    regular = [
        (1.0 - float(rates[f"arch_LA_tenure_{way}_share_irregular_exit"]))
        / float(rates[f"arch_LA_tenure_{way}_mean_tenure"])
        for way in ("Irregular", "Regular")  # by the way in which leaders came
    ]
    logit = [float(rates[f"logit_LA20_{name}"]) for name in ("const", "g1", "lninc", "rec")]
    return BaseRates(
        float(rates["LA20_1964_1980_attempts_per_country_year"]) / 12.0,
        float(rates["LA20_1964_1980_success_rate"]),
        float(np.mean(regular)) / 12.0,
        (logit[0], logit[1], logit[2], logit[3]),
    )


def income(record: Record, year: int) -> float:
    """Return the income a head of a year, USD of constant prices."""
    return float(record.values("gdp_per_head")[str(year)])


def naive(
    scenario: Scenario,
    record: Record,
    worlds: int,
    seed: int,
    since: int = 0,
    hazard: str = "constant",
) -> Histories:
    """Return a forecast that knows nothing of politics: base rates and persistence.

    Coup attempts come by one of three hazards and succeed as often as those of the region;
    the successor is of the left or of the right by the toss of a coin. Power changes hands
    regularly at the region's rate, and the course stays; with the hazard "persistence" it
    never does. All else stays as it was: US commitments as in the year before, growth at
    its mean so far, no event.

    Parameters
    ----------
    since : int
        The month in which the forecast is made, counted from the scenario's first: the record is
        known until then. In the first month (0) it is the scenario's start that is known.
    hazard : str
        One of :data:`HAZARDS`.
    """
    rates = base_rates(record)
    months, start = scenario.months, scenario.country.start
    known = documented(record, scenario)
    past = {name: values[:since, 0] for name, values in known.series.items()}
    keys = counter_rng.world_keys(seed, np.arange(worlds))

    def draw(event: str) -> Floats:
        return counter_rng.uniform(
            counter_rng.bits(keys, counter_rng.event_keys(event, 1, months)[0][:, None])
        )

    stays = {
        "leader": 0.0,
        "orientation": start.get("orientation", 0.0),
        "legality": start.get("legality", 0.0),
        "growth": start.get("growth", 4.5),
        "us_commitment": start.get("us_commitment", 0.0),
        "us_delivery": start.get("us_delivered", 0.0) / 12.0,
        "ussr_commitment": 0.0,
        "ussr_delivery": 0.0,
    }
    if since:
        stays |= {name: float(past[name][-1]) for name in ("leader", "orientation", "legality")}
        stays |= {
            "growth": float(past["growth"].mean()),
            "us_commitment": float(past["us_commitment"][-12:].mean()),
        }
    series = {name: np.full((months, worlds), value) for name, value in stays.items()}
    for name, values in past.items():
        series[name][:since] = values[:, None]
    tried = np.zeros((months, worlds), dtype=np.bool_)
    before = known.events.month < since
    attempts = [CODE_OF["power", "coup"], CODE_OF["power", "failed coup"]]
    latest = known.events.month[before & np.isin(known.events.code, attempts)]
    last = np.full(worlds, latest.max() if len(latest) else -start.get("attempt_age", 60.0))
    needed = hazard == "cross-national"
    wealth = income(record, 1969 + since // 12 - 1) if needed else np.nan
    lifts, turns, hands = draw(NAIVE_ATTEMPT), draw(NAIVE_SUCCESS), draw(NAIVE_HANDOVER)
    for month in range(since, months):
        chance = rates.chance(hazard, month - last <= RECENT, stays["growth"], wealth)
        tried[month] = lifts[month] < chance
        last[tried[month]] = month
    won = tried & (turns < rates.success)
    given = hands < (0.0 if hazard == "persistence" else rates.handovers)
    given[:since] = False
    changed = won | given
    side = np.where(draw(NAIVE_ORIENTATION) < 0.5, -0.5, 0.5)
    unknown = len(scenario.country.leaders)  # whoever comes is another than those before
    many = np.cumsum(changed, axis=0)
    series["leader"] += many + np.where(many > 0, unknown, 0)
    now = series["orientation"][since - 1 if since else 0]
    for month in range(since, months):
        now = np.where(won[month], side[month], now)
        series["orientation"][month] = now
    month, world = np.nonzero(tried)
    code = np.where(won[month, world], *attempts)
    happened = int(before.sum())
    month = np.concatenate([np.repeat(known.events.month[before], worlds), month])
    code = np.concatenate([np.repeat(known.events.code[before], worlds), code])
    world = np.concatenate([np.tile(np.arange(worlds), happened), world])
    order = np.lexsort((month, world))
    nobody, nothing = np.full(len(month), -1), np.full(len(month), np.nan)
    events = Events(world[order], month[order], code[order], nobody, nobody, nothing)
    return Histories(
        worlds, months, series, events, first=scenario.first, windows=scenario.country.windows
    )
