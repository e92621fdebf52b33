"""Coups in countries, one month ahead: simulated, forecast each from the others, and scored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from palca.model.calendar import month_index, month_name
from palca.model.state import counter_rng
from palca.model.state.parameters import drawn_from
from palca.model.types import Floats

from ..forecast.comparisons import jeffreys
from ..io.experiment import OnProgress
from ..io.parallel import shared
from . import scores
from .filter import Chances, chances
from .kit import scenario_of
from .scores import Law, Seen, log_score, paired_error, seen
from .tables import Region, course_of

FIRST: Final = month_index("1950-01")  # a year to begin with, which doesn't score
SCORED: Final = month_index("1951-01")
END: Final = month_index("1982-12") + 1
SETS: Final = 256  # of parameters, half of them in each of two simulations
HALVES: Final = 2
# Months since the last attempt: first and last
SINCE: Final = ((1, 3), (4, 6), (7, 12), (13, 24), (25, 36), (37, 60), (61, 120), (121, 10_000))
FORECASTS: Final = {
    "constant": "the share of months with an attempt in the other countries",
    "recency": "a logit on log(1 + years since the last attempt), fitted on the other countries",
    "alone": "the model by its priors and the country's own months before",
    "level": "the model, the level of its rate learnt from the other countries",
    "frail": "the model, the level and how much countries differ learnt from the others",
}
# Scores of a country's months by themselves: country, first month and month after the last
_WINDOWS: Final = (("BOL", 0, month_index("1978-12") + 1),)


@dataclass(frozen=True, slots=True)
class Contest:
    """What was forecast, and what happened.

    Attributes
    ----------
    of : mapping of str to Seen
        By country, with the chances of both simulations.
    made : mapping of str to mapping of str to ndarray
        The chances by forecast and country, by month.
    halves : sequence of mapping
        The same of each simulation alone.
    laws : mapping of str to Law
        Of *frail*, by country.
    found : mapping of Law to mapping of str to float
        Log probability of each shipped country's attempts under each law of the factor.
    own : bool
        Whether the countries are a user's.
    """

    of: Mapping[str, Seen]
    made: Mapping[str, Mapping[str, Floats]]
    halves: Sequence[Mapping[str, Mapping[str, Floats]]]
    laws: Mapping[str, Law]
    found: Mapping[Law, Mapping[str, float]]
    worlds: int
    own: bool

    def table(self) -> pd.DataFrame:
        """Return a row a country, window and forecast, with its log score."""
        rows = []
        for name, each in self.made.items():
            for country, chance in each.items():
                known = self.of[country].attempt
                spans = [(SCORED, END)]
                spans += [(first, end) for one, first, end in _WINDOWS if one == country]
                for first, end in spans:
                    some = slice(first - SCORED, end - SCORED)
                    rows.append({
                        "country": country, "since": month_name(first),
                        "until": month_name(end - 1), "forecast": name,
                        "log_score": log_score(chance[some], known[some]),
                        "expected": float(chance[some].sum()),
                        "attempts": int(known[some].sum()), "months": end - first,
                    })  # fmt: skip
        return pd.DataFrame(rows)

    def totals(self) -> pd.DataFrame:
        """Return each forecast's sum, its gain over *recency* with two errors, and windows."""
        table = self.table()
        whole = table[table["since"] == month_name(SCORED)]
        wide = whole.pivot(index="country", columns="forecast", values="log_score")
        rows = []
        for name, meaning in FORECASTS.items():
            gain = wide[name] - wide["recency"]
            sums = [
                sum(log_score(each, self.of[one].attempt) for one, each in half[name].items())
                for half in self.halves
            ]
            row = {"forecast": name, "meaning": meaning, "log_score": float(wide[name].sum()),
                   "gain": float(gain.sum()), "gain_se": paired_error([*gain]),
                   "chance": abs(sums[0] - sums[1]) / 2.0}  # fmt: skip
            if "BOL" in wide.index:
                row["bolivia"] = float(wide.loc[["BOL"], name].iloc[0])
                part = table[(table["since"] == "1969-01") & (table["forecast"] == name)]
                row["bolivia_1969_78"] = float(part["log_score"].sum())
            rows.append(row)
        return pd.DataFrame(rows)

    def by_law(self) -> pd.DataFrame:
        """Return a row a country and law of the factor, with its log probability."""
        return pd.DataFrame([
            {"country": country, "level": level, "shape": shape, "log_evidence": value}
            for (level, shape), each in self.found.items() for country, value in each.items()
        ])  # fmt: skip

    def since(self) -> pd.DataFrame:
        """Return by months since the last attempt what is documented, with 90 %, and forecast."""
        quiet = np.concatenate([self.of[country].quiet for country in self.laws])
        attempt = np.concatenate([self.of[country].attempt for country in self.laws])
        chance = {name: np.concatenate([each[country] for country in self.laws])
                  for name, each in self.made.items()}  # fmt: skip
        rows = []
        for first, last in SINCE:
            inside = (quiet >= first) & (quiet <= last)
            count, hits = int(inside.sum()), int(attempt[inside].sum())
            low, high = jeffreys(hits, count)
            rows.append({"first": first, "last": last, "country_months": count,
                         "documented": hits / count if count else np.nan, "low": low,
                         "high": high, **{name: chance[name][inside].mean() if count else np.nan
                                          for name in FORECASTS}})  # fmt: skip
        return pd.DataFrame(rows)


def compete(
    shipped: Region,
    own: Region | None,
    worlds: int,
    seed: int,
    settings: Sequence[str],
    jobs: int,
    on_progress: OnProgress,
) -> Contest:
    """Simulate countries and forecast each from the shipped ones, but never from itself.

    Parameters
    ----------
    own : Region, optional
        The countries to forecast; the shipped ones without it.
    worlds : int
        Of each set of parameters.
    settings : sequence of str
        As ``--set`` takes them, of every country's scenario.
    """
    asked = {country: region for region in filter(None, (shipped, own))
             for country in region.countries}  # fmt: skip
    calls = [(region, country, half, worlds, seed, tuple(settings))
             for country, region in asked.items() for half in range(HALVES)]  # fmt: skip
    made: dict[str, list[Chances]] = {country: [] for country in asked}
    on_progress("simulating countries", 0, len(calls))
    for done, (call, found) in enumerate(
        zip(calls, shared(simulated, calls, jobs), strict=True), start=1
    ):
        made[call[1]].append(found)
        on_progress("simulating countries", done, len(calls))
    targets = (own or shipped).countries

    def known(parts: slice) -> dict[str, Seen]:
        return {country: seen(course_of(region, country, FIRST, END),
                              pooled(made[country][parts]), SCORED)
                for country, region in asked.items()}  # fmt: skip

    of = known(slice(None))
    forecast, laws, found = forecasts(of, shipped.countries, targets)
    halves = [forecasts(known(slice(half, half + 1)), shipped.countries, targets)[0]
              for half in range(HALVES)]  # fmt: skip
    return Contest(of, forecast, halves, laws, found, worlds, own is not None)


def simulated(
    region: Region, country: str, half: int, worlds: int, seed: int, settings: Sequence[str] = ()
) -> Chances:
    """Return what half of the sets of parameters say of a country."""
    scenario, course = scenario_of(region, country, FIRST, END, settings)
    index = counter_rng.world_keys(HALVES * seed + half, np.arange(SETS // HALVES))
    sets = drawn_from(scenario.free_priors, index)
    return chances(scenario, course, sets, worlds, HALVES * seed + half)


def pooled(parts: Sequence[Chances]) -> Chances:
    """Return what sets of several simulations say, side by side."""
    return Chances(np.concatenate([part.attempt for part in parts], axis=1),
                   np.concatenate([part.success for part in parts], axis=1))  # fmt: skip


def forecasts(
    of: Mapping[str, Seen], known: Collection[str], asked: Collection[str]
) -> tuple[dict[str, dict[str, Floats]], dict[str, Law], dict[Law, dict[str, float]]]:
    """Return the chances of some countries by month, by each way of forecasting them.

    Parameters
    ----------
    known : collection of str
        Countries from which is learnt, but never about themselves.

    Returns
    -------
    dict, dict, dict
        The chances by forecast and country; the law of *frail* by country; the log probability of
        each known country's attempts by law.
    """
    found = scores.evidence({name: of[name] for name in known},
                            list(product(scores.LEVELS, scores.SHAPES)))  # fmt: skip
    level = {law: each for law, each in found.items() if np.isinf(law[1])}
    made: dict[str, dict[str, Floats]] = {name: {} for name in FORECASTS}
    laws: dict[str, Law] = {}
    for country in asked:
        one, others = of[country], {name: of[name] for name in {*known, country}}
        laws[country] = scores.best_law(country, found)
        for name, chance in (
            ("constant", scores.constant(country, others)),
            ("recency", scores.recency(country, others)),
            ("alone", scores.forecast(one, np.ones(1))),
            ("level", scores.forecast(one, scores.law(*scores.best_law(country, level)))),
            ("frail", scores.forecast(one, scores.law(*laws[country]))),
        ):
            made[name][country] = chance
    return made, laws, found
