"""Regularities across countries, which nobody tuned to one of them.

Countries are made of the scenario's: the same rules and the same barracks, with the state of
January 1969, the factions of the corps and the drivers drawn wide, nobody's death documented
and every leader at hand. Their parameters are drawn from the priors of the parameter table and from
no posterior: no calibration taught them. They are then counted as other countries were (record:
base_rates).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.seeds import seed_after
from palca.model.types import Floats
from palca.scenarios.priors_table import find_priors, read_priors_file

from ..forecast.comparisons import jeffreys
from ..io.parallel import shared
from ..observe.documented import Record
from ..simulate.ensemble import free_running

if TYPE_CHECKING:
    import pandas as pd

COUNTRIES: Final = 120
WORLDS: Final = 100  # histories of each
_REFITS: Final = 20
_DRAWS: Final = 100_000
_NORMAL: Final = 1.645  # standard errors from 5 to 50 %
_TOGETHER: Final = 10  # countries that a process runs at once

# State of January 1969: evenly drawn between two values (assumed; wide).
_START: Final[dict[str, tuple[float, float]]] = {
    "orientation": (-0.9, 0.9), "legitimacy": (0.2, 0.8), "repression": (0.0, 0.7),
    "growth": (-1.0, 9.0), "fiscal": (-0.6, 0.6), "debt": (0.1, 1.0), "age": (0.0, 60.0),
    "mobilisation": (0.1, 0.6), "grievance": (0.0, 0.6), "attempt_age": (0.0, 180.0),
    "us_commitment": (0.0, 4.0),
}  # fmt: skip
_GROWTH: Final = (1.0, 8.0)  # long-run growth, % a year
_INCOME: Final = (0.3, 3.0)  # size of the economy against the scenario's
_SWING: Final = (0.0, 2.0)  # size of swings of commodity prices against the scenario's
_SHARES: Final = (0.1, 0.6)  # of the factions, before they are made to add up

# Years since the last year with an attempt, as base_rates counts them: (row, first, last).
SINCE: Final = (
    ("1yr", 1, 1), ("2yr", 2, 2), ("3yr", 3, 3), ("4-5yr", 4, 5), ("6-10yr", 6, 10),
    ("11+yr", 11, 99),
)  # fmt: skip
GROWTH: Final = (("lt0", -99.0, 0.0), ("0_3", 0.0, 3.0), ("ge3", 3.0, 99.0))


@dataclass(frozen=True, slots=True)
class Regularity:
    """One number of simulated countries against the same of documented ones.

    Attributes
    ----------
    asked : str
    simulated, documented : float
    low, high : float
        5 and 95 % of what is documented: it rests on few attempts.
    nothing : float
        The number if what is asked had no effect; NaN if it is no effect.
    """

    asked: str
    simulated: float
    documented: float
    low: float
    high: float
    nothing: float = np.nan

    @property
    def holds(self) -> bool:
        """Whether the simulated number lies within the documented range."""
        return self.low <= self.simulated <= self.high

    @property
    def tells(self) -> bool:
        """Whether the documented range leaves out that there is no effect."""
        return not self.low <= self.nothing <= self.high


@dataclass(frozen=True, slots=True)
class Regularities:
    """What simulated countries have in common, and what documented ones have.

    Attributes
    ----------
    since, growth : DataFrame
        A row a class: ``class``, ``simulated``, ``low``, ``high`` (5 and 95 % over countries),
        ``hits`` of ``years``: documented country-years with any attempt, and their share
        ``documented``, ``documented_low``, ``documented_high`` (:func:`jeffreys`): the chance of
        any attempt in a year, by the years since the last and by growth in the year before.
    success : tuple of float
        Share of attempts that succeed: simulated, 5 %, 95 %.
    successes : tuple of float
        Documented attempts that succeeded, and all.
    logit : DataFrame
        Rows ``growth``, ``income``, ``recent attempt``: coefficient and its standard error in both.
    years : int
        Simulated country-years.
    """

    since: pd.DataFrame
    growth: pd.DataFrame
    success: tuple[float, float, float]
    successes: tuple[float, float]
    logit: pd.DataFrame
    years: int

    @property
    def checks(self) -> list[Regularity]:
        """What is asked of the simulated countries, and what was found."""
        of_income = self.logit[["simulated", "documented", "documented_se"]].to_numpy(np.float64)
        income, known, error = map(float, of_income[list(self.logit["driver"]).index("income")])
        margin = _NORMAL * error
        won, tried = self.successes
        quiet = ["6-10yr", "11+yr"]
        columns = ["simulated", "documented", "documented_low", "documented_high"]
        late = self.since[columns].to_numpy(np.float64)[-1]  # of all classes the quietest
        return [
            Regularity("share of attempts that succeed", self.success[0], won / tried,
                       *jeffreys(won, tried)),
            Regularity("the coup trap: how many times as likely an attempt is in the year after "
                       "one as after six quiet years or more",
                       *_times(self.since, ["1yr"], quiet), 1.0),
            Regularity("it fades: probability of an attempt in a year after eleven quiet ones",
                       *map(float, late)),
            Regularity("how many times as likely an attempt is after a year of falling output as "
                       "after growth of 3 % or more",
                       *_times(self.growth, ["lt0"], ["ge3"]), 1.0),
            Regularity("log odds of an attempt per log income", income, known,
                       known - margin, known + margin, 0.0),
        ]  # fmt: skip


def _times(
    rows: pd.DataFrame, some: list[str], others: list[str]
) -> tuple[float, float, float, float]:
    """Return how many times as large the mean share of some classes is as that of others.

    Returns
    -------
    tuple of float
        Simulated, documented, and 5 and 95 % of the latter by draws from the posteriors of the
        shares, with Jeffreys' prior.
    """
    by_class = rows.set_index("class")
    hits, of = (by_class[name].to_numpy(np.float64) for name in ("hits", "years"))
    size = (_DRAWS, len(rows))
    drawn = np.random.default_rng(0).beta(hits + 0.5, of - hits + 0.5, size)
    one, other = (drawn[:, by_class.index.isin(names)] for names in (some, others))
    low, high = np.quantile(one.mean(axis=1) / other.mean(axis=1), (0.05, 0.95))
    shares = by_class[["simulated", "documented"]]
    with np.errstate(divide="ignore", invalid="ignore"):  # there may be no simulated attempt
        ratios = shares.loc[some].mean().to_numpy() / shares.loc[others].mean().to_numpy()
    simulated, documented = (float(ratio) for ratio in ratios)
    return simulated, documented, float(low), float(high)


def countries(resolved: dict[str, Any], count: int, seed: int) -> list[dict[str, Any]]:
    """Return resolved scenarios of invented countries."""
    _, table = read_priors_file(Path(find_priors("own", None, "")))
    plain = {**resolved, "sets": {}, "priors": {**table, **resolved["priors"]}}
    return [_country(plain, np.random.default_rng([seed, number])) for number in range(count)]


def _country(resolved: dict[str, Any], chance: np.random.Generator) -> dict[str, Any]:
    base = resolved["country"]
    start = {name: float(chance.uniform(*span)) for name, span in _START.items()}
    half_life = 24.0  # months, as the model's
    start |= {
        "coup_memory": float(0.5 ** (start["attempt_age"] / half_life)),
        "military": float(chance.integers(2)),
        "legality": float(chance.choice([0.0, 0.5, 1.0])),
        "us_delivered": 12.0 * start["us_commitment"],
        "us_pipeline": 12.0 * start["us_commitment"],
        "us_recent": 12.0 * start["us_commitment"],
    }
    leaders = [
        {key: value for key, value in leader.items() if key not in ("since", "until")}
        for leader in base["leader"]
    ]
    shares = chance.uniform(*_SHARES, len(base["faction"]))
    factions = [
        {**faction, "share": float(share)}
        for faction, share in zip(base["faction"], shares / shares.sum(), strict=True)
    ]
    months = resolved["months"]
    drivers = dict(resolved["drivers"])
    for name in ("export_price", "oil"):
        swing, turn = chance.uniform(*_SWING), int(chance.integers(months))
        drivers[name] = (swing * np.roll(drivers[name], turn)).tolist()
    drivers["gdp"] = (chance.uniform(*_INCOME) * np.array(drivers["gdp"])).tolist()
    country = {**base, "priors": {}, "start": {**base["start"], **start}, "leader": leaders,
               "death": [], "faction": factions}  # fmt: skip
    own = {"growth_mean": float(chance.uniform(*_GROWTH))}
    return {**resolved, "country": country, "drivers": drivers,
            "parameters": {**resolved["parameters"], **own}}  # fmt: skip


def count_years(resolved: dict[str, Any], worlds: int, seed: int) -> pd.DataFrame:
    """Return the country-years of some worlds of one country.

    Returns
    -------
    DataFrame
        A row a year and world: ``attempts``, ``coups``, ``since`` (years since the last year
        with an attempt), ``growth`` (of the year before, % a year) and ``income`` (GDP against
        the documented one's mean).
    """
    import pandas as pd

    histories = free_running(resolved, worlds, seed)
    years = histories.months // 12
    by_year = (years, 12, worlds)
    coups = histories.count("power", "coup")[: 12 * years].reshape(by_year).sum(axis=1)
    failed = histories.count("power", "failed coup")[: 12 * years].reshape(by_year).sum(axis=1)
    attempts = coups + failed
    growth = histories.series["growth"][: 12 * years].reshape(by_year).mean(axis=1)
    start = resolved["country"]["start"]
    since = np.full(worlds, 1 + int(start["attempt_age"]) // 12)
    rows = []
    for year in range(years):
        before = growth[year - 1] if year else np.full(worlds, start["growth"])
        rows.append(
            {"attempts": attempts[year], "coups": coups[year], "since": since.copy(),
             "growth": before, "income": np.full(worlds, resolved["drivers"]["gdp"][12 * year])}
        )  # fmt: skip
        since = np.where(attempts[year] > 0, 1, since + 1)
    return pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)


def _count_some(some: list[dict[str, Any]], first: int, worlds: int, seed: int) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for number, resolved in enumerate(some, start=first):
        part = count_years(resolved, worlds, seed_after(seed, number))
        part["country"] = number
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def regularities(
    resolved: dict[str, Any],
    record: Record,
    count: int = COUNTRIES,
    worlds: int = WORLDS,
    seed: int = 0,
    jobs: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Regularities:
    """Count the coups of invented countries as those of twenty real ones were counted."""
    import pandas as pd

    made = countries(resolved, count, seed)
    starts = range(0, count, _TOGETHER)
    calls = ((made[at : at + _TOGETHER], at, worlds, seed) for at in starts)
    parts: list[pd.DataFrame] = []
    for part in shared(_count_some, calls, jobs):
        parts.append(part)
        on_progress(min(len(parts) * _TOGETHER, count), count)
    return summarise(pd.concat(parts, ignore_index=True), record)


def summarise(years: pd.DataFrame, record: Record) -> Regularities:
    """Return what country-years have in common, beside what documented ones have."""
    import pandas as pd

    rates = record.base_rates.set_index("series")[["value", "n", "se"]].astype(np.float64)

    def documented(name: str) -> tuple[float, int, float, float, float]:
        """Return hits and years of a class, their share, and its 5 and 95 %."""
        value, count, _ = map(float, rates.loc[name].to_numpy())
        hits = round(value * count)
        return hits, int(count), value, *jeffreys(hits, count)

    any_attempt = (years["attempts"] > 0).to_numpy(np.float64)
    since, growth = [], []
    for name, first, last in SINCE:
        inside = years["since"].between(first, last).to_numpy(np.bool_)
        known = documented(f"LA20_since_{name}_p_any_attempt")
        since.append((name, *_share(any_attempt, inside, years["country"]), *known))
    for name, low, high in GROWTH:
        inside = ((years["growth"] >= low) & (years["growth"] < high)).to_numpy(np.bool_)
        known = documented(f"LA20g_lag_growth_{name}_p_any_attempt")
        growth.append((name, *_share(any_attempt, inside, years["country"]), *known))
    by_country = years.groupby("country")[["attempts", "coups"]].sum()
    won, tried = (by_country[name].to_numpy(np.float64) for name in ("coups", "attempts"))
    ratio, (low, high) = float(won.sum() / tried.sum()), _bootstrap_ratio(won, tried)
    attempts = documented("LA20_1950_80_attempts_per_country_year")[0]
    successes = round(float(rates.loc["LA20_1950_80_success_rate"].to_numpy()[0]) * attempts)
    columns = ["class", "simulated", "low", "high", "hits", "years", "documented",
               "documented_low", "documented_high"]  # fmt: skip
    return Regularities(
        pd.DataFrame(since, columns=columns), pd.DataFrame(growth, columns=columns),
        (ratio, low, high), (successes, attempts), _logit(years, rates), len(years),
    )  # fmt: skip


def _share(
    happened: NDArray[Any], inside: NDArray[np.bool_], country: pd.Series
) -> tuple[float, float, float]:
    """Return a share of country-years, with 5 and 95 % by bootstrap over countries."""
    size = int(country.max()) + 1
    hits = np.bincount(country, happened * inside, size)
    of = np.bincount(country, inside.astype(np.float64), size)
    if of.sum() == 0.0:
        return np.nan, np.nan, np.nan
    return float(hits.sum() / of.sum()), *_bootstrap_ratio(hits, of)


def _bootstrap_ratio(hits: NDArray[Any], of: NDArray[Any]) -> tuple[float, float]:
    lots = np.random.default_rng(0).integers(0, len(of), (500, len(of)))
    with np.errstate(invalid="ignore", divide="ignore"):
        again = hits[lots].sum(axis=1) / of[lots].sum(axis=1)
    low, high = np.nanquantile(again, (0.05, 0.95))
    return float(low), float(high)


def _logit(years: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Return what growth, income and a recent attempt do to the log odds of an attempt."""
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    size = int(years["country"].max()) + 1
    seen = np.column_stack(
        [years["growth"], np.log(years["income"]), (years["since"] <= 3).astype(np.float64)]
    )
    came = (years["attempts"] > 0).to_numpy()

    def fit(chosen: NDArray[Any]) -> Floats:
        model = LogisticRegression(C=np.inf, max_iter=200)
        return model.fit(seen[chosen], came[chosen]).coef_[0]

    whole = fit(np.ones(len(years), dtype=np.bool_))
    country = years["country"].to_numpy()
    order = np.argsort(country, kind="stable")
    blocks = np.split(order, np.cumsum(np.bincount(country, minlength=size))[:-1])
    chance = np.random.default_rng(0)
    lots = chance.integers(0, size, (_REFITS, size))
    refits = [fit(np.concatenate([blocks[k] for k in lot])) for lot in lots]
    errors = np.std(refits, axis=0) if refits else np.full(seen.shape[1], np.nan)
    rows = []
    for index, (name, series) in enumerate(
        (("growth", "g1"), ("income", "lninc"), ("recent attempt", "rec"))
    ):
        value, _, error = rates.loc[f"logit_LA20_{series}"].to_numpy()
        rows.append((name, whole[index], errors[index], float(value), float(error)))
    return pd.DataFrame(
        rows, columns=["driver", "simulated", "simulated_se", "documented", "documented_se"]
    )
