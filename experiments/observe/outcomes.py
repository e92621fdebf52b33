"""Stability and cooperation, each measured in several ways, of any history.

They are kept apart on purpose (docs/ODD.md): stability is attempts, irregular
exits, the incumbent's survival and unrest, always shown beside repression;
cooperation is atmosphere, commitments and deliveries.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model.agents.observables import RECORD
from palca.model.calendar import month_index
from palca.model.state.scenario import Scenario, Window
from palca.model.types import Floats

from .by_month import (
    american,
    friction_by,
    holds,
    is_banned,
    is_left,
    is_right,
    is_tolerated,
    lethal_unrest,
    soviet,
    spell_lengths,
)
from .histories import Histories
from .outcome import (
    LAST_MONTH,
    Measured,
    Outcome,
    average,
    mean,
    of_months,
    outcome_of_months,
    span_of,
    times,
    total,
)

COUP_MONTH: Final = month_index("1971-08")


def _share(series: str, test: Callable[[Floats], NDArray[np.bool_]]) -> Measured:
    return lambda histories: holds(histories, series, test).mean(axis=0)


def _yearly(series: str, first: str, last: str) -> Measured:
    """Return a monthly flow as million USD a year, averaged over a span."""
    of = mean(lambda histories: histories.series[series], first, last)
    return lambda histories: 12.0 * of(histories)


def _total(series: str, first: str, last: str) -> Measured:
    return lambda histories: total(span_of(histories, histories.series[series], first, last))


def _spells(histories: Histories) -> tuple[Floats, Floats]:
    """Return the longest spell of one leader, in months, and how many led, ``(worlds,)``."""

    def make() -> tuple[Floats, Floats]:
        if np.isnan(histories.series["leader"]).any():
            return np.full(histories.worlds, np.nan), np.full(histories.worlds, np.nan)
        lengths, world = spell_lengths(histories)
        leaders = np.bincount(world, minlength=histories.worlds)
        longest = np.maximum.reduceat(lengths, np.cumsum(leaders) - leaders)
        return longest.astype(np.float64), leaders.astype(np.float64)

    return histories.once("spells", make)


def _first_rule(histories: Histories) -> Floats:
    """Return how many months whoever rules in the first goes on to rule, ``(worlds,)``."""
    leader = histories.series["leader"]
    known = ~np.isnan(leader).any(axis=0)
    alike = np.logical_and.accumulate(leader == leader[0], axis=0).sum(axis=0)
    return np.where(known, alike, np.nan)


def _dip(histories: Histories) -> Floats:
    """Return the lowest Soviet atmosphere of 1972 less its mean in the year before the coup."""
    e = soviet(histories)
    before = average(span_of(histories, e, "1970-09", "1971-08"))
    return span_of(histories, e, "1972-01", "1972-12").min(axis=0) - before


def _recovery(histories: Histories) -> Floats:
    """Return the highest Soviet atmosphere of 1973-78 less the lowest of 1972."""
    e = soviet(histories)
    lowest = span_of(histories, e, "1972-01", "1972-12").min(axis=0)
    return span_of(histories, e, "1973-01", "1978-12").max(axis=0) - lowest


_GAP: Final = "the record doesn't cover"
OUTCOMES: Final[tuple[Outcome, ...]] = (
    Outcome("coups_1969_71", "successful coups 1969–71", "coups", "power",
            times("power", "coup", "1969-01", "1971-12"), "1971-12"),
    Outcome("coups_1972_77", "successful coups 1972–77", "coups", "power",
            times("power", "coup", "1972-01", "1977-12"), "1977-12"),
    Outcome("coups_1978", "successful coups 1978", "coups", "power",
            times("power", "coup", "1978-01", "1978-12")),
    Outcome("failed_1969_78", "failed coups 1969–78", "coups", "power",
            times("power", "failed coup", "1969-01", "1978-12"),
            note="Powell–Thyne: January 1971 and June 1974"),
    Outcome("longest_spell", "longest spell of one leader, months", "months", "power",
            lambda histories: _spells(histories)[0]),
    Outcome("leaders", "leaders", "number", "power", lambda histories: _spells(histories)[1]),
    Outcome("right_share", "time under a regime of the right", "share", "power",
            _share("orientation", is_right)),
    Outcome("left_share", "time under a regime of the left", "share", "power",
            _share("orientation", is_left)),
    Outcome("growth", "mean growth 1969–78, % a year", "% a year", "economy",
            mean(lambda histories: histories.series["growth"], "1969-01", "1978-12")),
    Outcome("unrest_months", "months of lethal or national unrest", "months", "conflict",
            lambda histories: total(lethal_unrest(histories)), note=f"{_GAP} strikes"),
    Outcome("massacres", "massacres", "events", "conflict",
            times("conflict", "massacre", "1969-01", "1978-12")),
    Outcome("sieges", "states of siege", "events", "conflict",
            times("conflict", "siege", "1969-01", "1978-12"),
            note="three of four documented only with low confidence"),
    Outcome("embassy_month", "embassy, months after January 1969", "months", "ussr",
            lambda histories: _first(histories, "ussr", "embassy"),
            note="if there is none, the length of the history"),
    Outcome("ussr_atmosphere_1970", "atmosphere, July to November 1970", "weight", "ussr",
            mean(soviet, "1970-07", "1970-11"), "1970-11",
            note="so long the record covers Soviet acts"),
    Outcome("ussr_dip_1972", "atmosphere, low of 1972 minus year to 8/1971",
            "weight", "ussr", _dip, "1972-12", note=f"{_GAP} Soviet acts after November 1970"),
    Outcome("ussr_recovery", "atmosphere, high of 1973–78 minus low of 1972",
            "weight", "ussr", _recovery, note=f"{_GAP} Soviet acts after November 1970"),
    Outcome("ussr_expulsions", "expulsions from the Soviet mission", "events", "ussr",
            times("ussr", "expulsion", "1969-01", "1978-12")),
    Outcome("ussr_breaks", "breaks with the USSR", "events", "ussr",
            times("ussr", "break", "1969-01", "1978-12")),
    Outcome("ussr_commitments_before", "commitments to August 1971, USD m", "million USD", "ussr",
            _total("ussr_commitment", "1969-01", "1971-08"), "1971-08"),
    Outcome("ussr_commitments_after", "commitments from September 1971, USD m", "million USD",
            "ussr", _total("ussr_commitment", "1971-09", "1978-12"),
            note="no firm figure: 0 to 70, if the decade's total is 30 to 100"),
    Outcome("ussr_deliveries_before", "deliveries to August 1971, USD m", "million USD", "ussr",
            _total("ussr_delivery", "1969-01", "1971-08"), "1971-08",
            note="not documented"),
    Outcome("ussr_deliveries_after", "deliveries from September 1971, USD m", "million USD",
            "ussr", _total("ussr_delivery", "1971-09", "1978-12"),
            note="not documented"),
    Outcome("us_atmosphere_before", "atmosphere, 10/1969 to 8/1971", "weight", "us",
            mean(american, "1969-10", "1971-08"), "1971-08"),
    Outcome("us_atmosphere_after", "atmosphere, 9/1971 to 12/1972", "weight", "us",
            mean(american, "1971-09", "1972-12"), "1972-12",
            note=f"{_GAP} US acts after August 1971"),
    Outcome("us_aid_before", "commitments 7/1969–6/1971, USD m a year",
            "million USD a year", "us", _yearly("us_commitment", "1969-07", "1971-06"), "1971-06"),
    Outcome("us_aid_after", "commitments 7/1971–12/1978, USD m a year",
            "million USD a year", "us", _yearly("us_commitment", "1971-07", "1978-12")),
    Outcome("us_deliveries_before", "deliveries 7/1969–6/1971, USD m a year",
            "million USD a year", "us", _yearly("us_delivery", "1969-07", "1971-06"), "1971-06",
            note="not documented by year"),
    Outcome("us_deliveries_after", "deliveries 7/1971–12/1978, USD m a year",
            "million USD a year", "us", _yearly("us_delivery", "1971-07", "1978-12"),
            note="not documented by year"),
    Outcome("party_banned", "banned", "share", "party",
            _share("legality", is_banned)),
    Outcome("party_tolerated", "tolerated", "share", "party",
            _share("legality", is_tolerated)),
    Outcome("friction_before", "friction with Moscow to 8/1971, 0 to 3", "0 to 3", "party",
            lambda histories: friction_by(histories, COUP_MONTH), "1971-08",
            note=f"{_GAP} private protests"),
    Outcome("friction_after", "friction with Moscow to 12/1978, 0 to 3", "0 to 3", "party",
            lambda histories: friction_by(histories, month_index(LAST_MONTH)),
            note="a documented crisis of 1971–78, undated: public dissent (2)"),
)  # fmt: skip


def _all(series: str) -> Measured:
    return lambda histories: total(histories.series[series])


def _ever(track: str, kind: str) -> Measured:
    return lambda histories: histories.times(
        track, kind, histories.first, histories.first + histories.months - 1
    )


# Outcomes of histories that don't begin in January 1969: of their whole length.
_WHOLE: Final = ("longest_spell", "leaders", "right_share", "left_share", "unrest_months")
ANY_SPAN: Final[tuple[Outcome, ...]] = (
    Outcome("coups", "successful coups", "coups", "power", _ever("power", "coup"), ""),
    Outcome("failed_coups", "failed coups", "coups", "power", _ever("power", "failed coup"), ""),
    Outcome("first_rule", "rule of whoever rules at the start, months", "months", "power",
            _first_rule, "", note="cut at the end of the scenario"),
    *(replace(outcome, until="", note="") for outcome in OUTCOMES if outcome.name in _WHOLE),
    Outcome("growth_mean", "mean growth, % a year", "% a year", "economy",
            lambda histories: average(histories.series["growth"]), ""),
    Outcome("massacres_ever", "massacres", "events", "conflict",
            _ever("conflict", "massacre"), ""),
    Outcome("sieges_ever", "states of siege", "events", "conflict", _ever("conflict", "siege"), ""),
    Outcome("ussr_expulsions_ever", "expulsions from the Soviet mission", "events", "ussr",
            _ever("ussr", "expulsion"), ""),
    Outcome("ussr_breaks_ever", "breaks with the USSR", "events", "ussr",
            _ever("ussr", "break"), ""),
    Outcome("ussr_commitments", "commitments, USD m", "million USD", "ussr",
            _all("ussr_commitment"), ""),
    Outcome("us_aid", "commitments, USD m a year", "million USD a year", "us",
            lambda histories: 12.0 * average(histories.series["us_commitment"]), ""),
)  # fmt: skip
EVERY: Final = (*OUTCOMES, *(o for o in ANY_SPAN if o.name not in _WHOLE))  # each name once


_NAMED: Final = {outcome.name: outcome for outcome in EVERY}


def outcomes_from(first: int, windows: Iterable[Window] = ()) -> tuple[Outcome, ...]:
    """Return the outcomes of histories that begin in a month, those of later windows too."""
    some = OUTCOMES if first == 0 else ANY_SPAN
    return (*some, *(o for window in windows if window[0] >= first for o in of_months(*window)))


def outcome_named(name: str) -> Outcome | None:
    """Return an outcome by its name, also one of a window; None if there is none."""
    return _NAMED.get(name) or outcome_of_months(name)


def with_windows(names: Iterable[str]) -> tuple[Outcome, ...]:
    """Return all outcomes that aren't of windows, and after them those of windows among `names`."""
    return (*EVERY, *filter(None, map(outcome_of_months, names)))


def in_order(names: Iterable[str]) -> list[Outcome]:
    """Return the outcomes of some names in the order of all, those of windows last."""
    given = list(names)
    return [outcome for outcome in with_windows(given) if outcome.name in given]


def imposed(scenario: Scenario) -> set[str]:
    """Return the outcomes that are taken from the record, so that they can't be scored.

    By an actor's policy that reads it, or in a country that tables made, whose mean growth is
    theirs.
    """
    given = {actor for actor, rows in scenario.policies.items()
             if any(not policy.names.isdisjoint(RECORD) for _, policy in rows)}  # fmt: skip
    if scenario.country.record and "growth_mean" in scenario.parameters:
        given.add("economy")
    every = outcomes_from(scenario.first, scenario.country.windows)
    return {outcome.name for outcome in every if outcome.group in given}


MAIN: Final = (
    "coups_1972_77", "longest_spell", "right_share", "unrest_months", "ussr_commitments_after",
    "us_aid_after", "friction_after", "growth",
)  # fmt: skip


def _first(histories: Histories, track: str, kind: str) -> Floats:
    """Return the month of the first event of a kind, the number of months if there is none."""
    if not histories.covers(track, [kind]).all():
        return np.full(histories.worlds, np.nan)
    happened = histories.count(track, kind) > 0
    first = np.where(happened.any(axis=0), happened.argmax(axis=0), histories.months)
    return first.astype(np.float64)


def outcomes(histories: Histories, names: Collection[str] | None = None) -> dict[str, Floats]:
    """Return every outcome of every world, or some of them, as :func:`measure` does."""
    some = outcomes_from(histories.first, histories.windows)
    return measure([o for o in some if names is None or o.name in names], histories)


def measure(some: Sequence[Outcome], histories: Histories) -> dict[str, Floats]:
    """Return some outcomes of every world by name, each ``(worlds,)``.

    Those that hear of months beyond the end of the histories are left out; months after
    December 1978 count for nothing but the windows that end later.
    """
    decade = histories.to(month_index(LAST_MONTH) + 1) if histories.first == 0 else histories
    return {
        # a copy: no view keeps its months
        outcome.name: np.array(outcome.of(heard), np.float64)
        for outcome in some
        for heard in [histories if outcome.until > LAST_MONTH else decade]
        if outcome.reached(heard.first + heard.months)
    }


def documented_outcomes(some: Sequence[Outcome], documented: Histories) -> dict[str, float]:
    """Return the outcomes that the record has, by name: those that it doesn't know are left out."""
    values = {name: float(value[0]) for name, value in measure(some, documented).items()}
    return {name: value for name, value in values.items() if not np.isnan(value)}


