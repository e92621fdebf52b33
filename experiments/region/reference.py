"""Simulated regions, and what is counted in them: what a calibration on many countries reads.

A region is all its countries from January 1950 on, which share their parameters, but for the
rate of opportunities to plot. That is the region's, times a factor of each country: log-normal with
mean 1, and a power of income. How wide the law of factors is, and the power, are parameters too,
and their priors contain nothing (partial pooling; Gelman and Hill 2007, ch. 12).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model import Simulation
from palca.model.seeds import LARGEST
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS, PRIORS
from palca.model.state.prior import Prior
from palca.model.types import AnyFloats, Flags, Floats

from ..io.parallel import shared
from ..observe.outcome import Outcome
from ..simulate.ensemble import in_blocks
from .contest import END, FIRST, SCORED, SINCE
from .kit import CLOSED, scenario_of
from .tables import Course, Region

LASTED: Final = (12, 24, 36, 60)  # months that a soldier who came by force may last
_NEXT: Final = 12  # months after a success
_BLOCK: Final = 2048  # regions
_TYPICAL: Final = 3500.0  # GDP per head in dollars of 2011, at which income has no effect
_MOST: Final = 0.5  # opportunities a month
# Parameters of the region, beside those of the parameter table: unit and prior. All are assumed.
DIFFER: Final = "differ"
INCOME: Final = "income"
OWN: Final[dict[str, tuple[str, str]]] = {
    DIFFER: ("standard deviation of log rate between countries", "uniform(0.0, 1.5)"),
    INCOME: ("log rate per log income", "normal(0.0, 0.5)"),
}
# Wider than the shipped one, which was chosen with Bolivia in view.
RATE: Final = "uniform(0.003, 0.075)"


def free_priors() -> dict[str, Prior]:
    """Return the prior of each parameter of a region that its coups may tell something of."""
    held = {name for channel in CLOSED for name in CHANNELS[channel].zeroes}
    free = {name: prior for name, prior in PRIORS.items() if name not in held}
    rate = PARAMETERS["opportunity"]
    free["opportunity"] = Prior.parse(RATE, rate.low, rate.high)
    return free | {name: Prior.parse(text, -5.0, 5.0) for name, (_, text) in OWN.items()}


def unit_of(name: str) -> str:
    """Return the unit of a parameter of a region."""
    return OWN[name][0] if name in OWN else PARAMETERS[name].unit


def _outcomes() -> tuple[Outcome, ...]:
    def row(name: str, title: str, unit: str) -> Outcome:
        return Outcome(name, title, unit, "power", lambda _: np.empty(0))

    classes = (f"{first} to {last}" if last < 1000 else f"{first} and more"
               for first, last in SINCE)  # fmt: skip
    return (
        row("attempts", "coup attempts", "coups"),
        *(row(f"hazard_{first}", f"chance of an attempt {span} months after the last",
              "per month") for (first, _), span in zip(SINCE, classes, strict=True)),
        row("successes", "share of attempts that succeed", "share"),
        row("next_year", "attempts in the year after a success", "mean"),
        *(row(f"lasted_{months}", f"soldiers who came by force and lasted {months} months", "share")
          for months in LASTED),
        row("between", "spread of the root of attempts between countries", "standard deviation"),
        row("by_income", "root of attempts by log income", "slope"),
    )  # fmt: skip


OUTCOMES: Final = _outcomes()


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted in one country's histories.

    Attributes
    ----------
    sums : ndarray, shape ``(rows, worlds)``
        Attempts and months by class of :data:`SINCE`; successes; successes that are followed for a
        year, and attempts in it; soldiers who came by force and are followed for so long, and those
        who lasted, by :data:`LASTED`.
    attempts : ndarray, shape ``(worlds,)``
    """

    sums: Floats
    attempts: Floats


def count(attempt: Flags, success: Flags, soldier: Flags, age: NDArray[Any], quiet: int) -> Counts:
    """Count what calibration reads in histories, each ``(months, worlds)``.

    Parameters
    ----------
    soldier : ndarray of bool
        Whether who rules at the end of a month is a soldier.
    age : ndarray
        Months since he came.
    quiet : int
        Months from the last attempt to the first of these.
    """
    months, worlds = attempt.shape
    firsts = [first for first, _ in SINCE]
    hits, spent = np.zeros(len(SINCE) * worlds), np.zeros(len(SINCE) * worlds)
    since, world = np.full(worlds, quiet), np.arange(worlds)
    for now in attempt:
        place = (np.searchsorted(firsts, since, side="right") - 1) * worlds + world
        spent[place] += 1.0
        hits[place] += now
        since = np.where(now, 1, since + 1)
    so_far = np.cumsum(attempt, axis=0, dtype=np.float64)
    rows = [*hits.reshape(-1, worlds), *spent.reshape(-1, worlds), success.sum(axis=0)]
    month, where = np.nonzero(success[: months - _NEXT])
    later = so_far[month + _NEXT, where] - so_far[month, where]
    rows += [np.bincount(where, minlength=worlds), np.bincount(where, later, worlds)]
    for span in LASTED:
        month, where = np.nonzero((success & soldier)[: months - span])
        lasted = age[month + span, where] == age[month, where] + span
        rows += [np.bincount(where, minlength=worlds), np.bincount(where, lasted, worlds)]
    return Counts(np.array(rows, np.float64), so_far[-1])


def documented_counts(course: Course) -> Counts:
    """Return the counts of a country as documented, of one world."""
    some = slice(SCORED - course.first, None)
    ruler = course.ruler
    came = np.flatnonzero(np.diff(ruler, prepend=-1))
    age = np.arange(len(ruler)) - came[np.searchsorted(came, np.arange(len(ruler)), "right") - 1]
    soldier = course.spells["soldier"].to_numpy(np.bool_)[ruler]
    return count(course.attempt[some, None], course.success[some, None], soldier[some, None],
                 age[some, None], _quiet(course))  # fmt: skip


def _quiet(course: Course) -> int:
    before = np.flatnonzero(course.attempt[: SCORED - course.first])
    return int(SCORED - course.first - before[-1]) if len(before) else (
        course.quiet + SCORED - course.first
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Regions:
    """Regions by what is counted in them.

    Attributes
    ----------
    shown : ndarray, shape ``(regions, outcomes)``
        Rates, shares and means as they are; NaN where there is nothing to count.
    evidence : ndarray, shape ``(regions, outcomes)``
        The same on scales that a regression likes: logarithms of rates, and all shares drawn a
        little to a guess, so that regions with few attempts have them too.
    """

    shown: AnyFloats
    evidence: AnyFloats

    @classmethod
    def concatenate(cls, parts: Sequence[Regions]) -> Regions:
        """Return the regions of several parts as one."""
        return cls(np.concatenate([part.shown for part in parts]),
                   np.concatenate([part.evidence for part in parts]))  # fmt: skip


def regions_of(countries: Sequence[Counts], log_income: Floats) -> Regions:
    """Return what is counted in regions from the counts of their countries.

    Parameters
    ----------
    log_income : ndarray, shape ``(countries,)``
        NaN where it isn't known.
    """
    sums = np.sum([one.sums for one in countries], axis=0)
    classes = len(SINCE)
    hits, spent, (won, followed, later), lasted = np.split(
        sums, np.cumsum([classes, classes, 3])
    )
    tried = hits.sum(axis=0)
    roots = np.sqrt([one.attempts for one in countries])
    known = np.isfinite(log_income)
    income = log_income[known] - log_income[known].mean()
    slope = income @ roots[known] / max(float(income @ income), 1e-9)
    between = roots.std(axis=0)
    with np.errstate(invalid="ignore"):
        shown = [tried, *(hits / spent), won / tried, later / followed,
                 *(lasted[1::2] / lasted[::2]), between, slope]  # fmt: skip
    evidence = [
        np.sqrt(tried), *np.log((hits + 0.5) / (spent + 50.0)), (won + 0.5) / (tried + 1.0),
        np.log((later + 0.5) / (followed + 1.0)),
        *((lasted[1::2] + 0.5) / (lasted[::2] + 1.0)), between, slope,
    ]  # fmt: skip
    return Regions(np.column_stack(shown).astype(np.float32),
                   np.column_stack(evidence).astype(np.float32))  # fmt: skip


def log_income(region: Region, codes: Sequence[str]) -> Floats:
    """Return the logarithm of each country's mean income against a typical one's."""
    mean = region.years.groupby("country")["gdp_per_head"].mean()
    return np.log(mean.reindex([*codes]).to_numpy(np.float64) / _TYPICAL)


def rates(values: Mapping[str, AnyFloats], income: float, chance: Floats) -> Floats:
    """Return a country's rate of opportunities in regions.

    Parameters
    ----------
    values : dict of str to ndarray, shape ``(regions,)``
        The parameters of :func:`free_priors`.
    income : float
        As :func:`log_income` has it; NaN has no effect.
    chance : ndarray, shape ``(regions,)``
        Standard normal.
    """
    spread = np.abs(values[DIFFER])
    factor = np.exp(spread * chance - 0.5 * spread**2 + values[INCOME] * np.nan_to_num(income))
    return np.minimum(values["opportunity"] * factor, _MOST)


def simulate(
    region: Region,
    codes: Sequence[str],
    values: Mapping[str, AnyFloats],
    seed: int,
    jobs: int,
    on_progress: Callable[[int, int], None],
) -> Regions:
    """Return regions that have some countries.

    Parameters
    ----------
    values : mapping of str to ndarray, shape ``(regions,)``
        The parameters of :func:`free_priors`.
    """
    income = log_income(region, codes)
    blocks = list(in_blocks(len(values["opportunity"]), _BLOCK))
    # country by country, so that a process compiles the months of few
    calls = [
        (region, code, {name: of[block] for name, of in values.items()}, float(income[at]),
         (seed, at, number))
        for at, code in enumerate(codes) for number, block in enumerate(blocks)
    ]  # fmt: skip
    counts: list[Counts] = []
    for one in shared(_live, calls, jobs):
        counts.append(one)
        on_progress(len(counts), len(calls))
    return Regions.concatenate([
        regions_of(counts[number :: len(blocks)], income) for number in range(len(blocks))
    ])  # fmt: skip


def _live(
    region: Region, code: str, values: dict[str, AnyFloats], income: float, number: tuple[int, ...]
) -> Counts:
    """Return the counts of a country in some regions; `number` is of their draws."""
    scenario, course = scenario_of(region, code, FIRST, END)
    chance = np.random.default_rng(number)
    regions = len(values["opportunity"])
    rate = rates(values, income, chance.normal(size=regions))
    own = {**{name: of for name, of in values.items() if name not in OWN}, "opportunity": rate}
    model = Simulation(
        replace(scenario, parameters={**scenario.parameters, **own}), regions,
        int(chance.integers(LARGEST)), keep=("attempt", "success", "military", "age"),
    )  # fmt: skip
    history = model.run()
    some = slice(SCORED - FIRST, None)
    attempt, success, military, age = (
        history.field(name)[some] for name in ("attempt", "success", "military", "age")
    )
    return count(attempt > 0.5, success > 0.5, military > 0.5, age, _quiet(course))
