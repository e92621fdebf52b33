"""The tables of a region: attempts, rulers and prices, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest

from ..observe.record_files import check_sources, numbers_of, read_cells, span

if TYPE_CHECKING:
    import pandas as pd

GIVEN: Final = Path(__file__).parent / "given"
IDEOLOGIES: Final = {"leftist": -0.6, "centrist": 0.0, "rightist": 0.6, "": 0.0}  # assumed
_ENTRIES: Final = ("Regular", "Irregular")
_OUTCOMES: Final = ("success", "failed")
_DEATHS: Final = ("Natural Death", "Suicide")
YEARLY: Final = ("growth", "gdp_per_head", "population", "us_economic_aid", "us_military_aid",
                 "troops")  # fmt: skip
_WHOLE: Final = 1.005  # of exports, with what rounding adds
_NEVER: Final = "2999-12"  # in place of an end that hasn't come


@dataclass(frozen=True, slots=True)
class Region:
    """The tables of some countries.

    Attributes
    ----------
    attempts : DataFrame
        A row an attempt: ``country``, ``month`` (counted from January 1969), ``success``.
    rulers : DataFrame
        A row a spell of rule: ``country``, ``leader``, ``since`` and ``until`` (months; far away if
        he still ruled when the table was made), ``orientation`` (left −1 to right 1;
        0 where it isn't ``coded``), ``soldier``, ``irregular``, ``died`` (in office).
    shares : DataFrame
        Commodities' ``share`` of a ``country``'s exports.
    prices : DataFrame
        Real prices of commodities by year.
    years : DataFrame
        A row a country-year, with the columns :data:`YEARLY`; NaN where nothing is known. US aid
        is of the fiscal year.
    missions : DataFrame
        A row a span of missions between a ``country`` and the USSR: ``since`` and ``until``.
    names : mapping of str to str
        Countries' names by code, of those that have one.
    """

    attempts: pd.DataFrame
    rulers: pd.DataFrame
    shares: pd.DataFrame
    prices: pd.DataFrame
    years: pd.DataFrame
    missions: pd.DataFrame
    names: Mapping[str, str]

    @property
    def countries(self) -> list[str]:
        """The codes of the countries that have rulers, in order."""
        return sorted({*self.rulers["country"]})


def load_region(folder: Path | None = None) -> Region:
    """Read the tables that ship with Palca (once), or those of a folder of the same form.

    Raises
    ------
    PalcaError
        For a file that can't be read, a missing column, a row without a source, or a cell that
        says nothing.
    """
    return _shipped() if folder is None else _load(folder)


@lru_cache(maxsize=1)
def _shipped() -> Region:
    return _load(GIVEN)


def _load(folder: Path) -> Region:
    if not folder.is_dir():
        raise PalcaError("no such folder of tables", str(folder))
    prices = _prices(folder / "prices_real_yearly.csv")
    return Region(_attempts(folder / "attempts.csv"), _rulers(folder / "leaders.csv"),
                  _shares(folder / "export_shares.csv", prices), prices,
                  _years(folder / "years.csv"),
                  _missions(folder / "soviet_relations.csv"),
                  _names(folder / "countries.csv"))  # fmt: skip


def _attempts(file: Path) -> pd.DataFrame:
    table = read_cells(file, ("country", "date", "outcome", "source", "confidence"))
    check_sources(table, file.name)
    _check_codes(table, "outcome", _OUTCOMES, file.name)
    table["month"] = _months(table, "date", file.name)
    table["success"] = table["outcome"] == "success"
    return table[["country", "month", "success"]]


def _rulers(file: Path) -> pd.DataFrame:
    columns = ("country", "leader", "start", "end", "entry", "soldier", "ideology", "source",
               "confidence")  # fmt: skip
    table = read_cells(file, columns)
    check_sources(table, file.name)
    _check_codes(table, "ideology", tuple(IDEOLOGIES), file.name)
    table["since"] = _months(table, "start", file.name)
    table["until"] = _months(table, "end", file.name, _NEVER)
    table["orientation"] = table["ideology"].map(IDEOLOGIES)
    table["coded"] = table["ideology"] != ""
    soldier = np.array(numbers_of(table, "soldier", file.name))
    table["leader"] = [_as_called(name) for name in table["leader"]]
    table["irregular"] = table["entry"] != _ENTRIES[0]
    table["died"] = table["exit"].isin(_DEATHS) if "exit" in table else False
    # where nobody says, who came by force was a soldier: assumed
    table["soldier"] = np.where(np.isnan(soldier), table["irregular"], soldier > 0.5).astype(bool)
    return table[["country", "leader", "since", "until", "orientation", "coded", "soldier",
                  "irregular", "died"]]  # fmt: skip


def _as_called(name: str) -> str:
    """Return a name as one says it: "Arias, A." is A. Arias, "Peron, Isabel" is I. Peron."""
    family, _, given = name.partition(", ")
    initials = re.sub(r"(\w)\w*\.?", r"\1.", given)
    return f"{initials} {family}".strip()


def _shares(file: Path, prices: pd.DataFrame) -> pd.DataFrame:
    table = read_cells(file, ("country", "commodity", "share", "source", "confidence"))
    check_sources(table, file.name)
    shares = numbers_of(table, "share", file.name)
    so_far: dict[str, float] = {}
    rows = zip(table["country"], table["commodity"], shares, strict=True)
    for i, (country, commodity, share) in enumerate(rows, start=2):
        where = f"{file.name}: line {i}"
        if commodity not in prices:
            raise PalcaError(f"'{commodity}' has no column of prices"
                             f"{nearest(commodity, prices.columns)}: add one, or leave out the row",
                             where)  # fmt: skip
        so_far[country] = so_far.get(country, 0.0) + share
        if not share >= 0.0 or so_far[country] > _WHOLE:
            raise PalcaError(f"the shares of {country} must be 0 or more and add up to 1 at most",
                             where)  # fmt: skip
    table["share"] = shares
    return table[["country", "commodity", "share"]]


def _prices(file: Path) -> pd.DataFrame:
    table = read_cells(file, ("year",))
    for column in table.columns:
        table[column] = numbers_of(table, str(column), file.name)
    return table.set_index(table["year"].astype(int)).drop(columns="year")


def _optional(file: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the cells of a file that may be missing: it has no rows then."""
    import pandas as pd

    return read_cells(file, columns) if file.exists() else pd.DataFrame(columns=[*columns])


def _years(file: Path) -> pd.DataFrame:
    table = _optional(file, ("country", "year"))
    for column in YEARLY:
        table[column] = numbers_of(table, column, file.name) if column in table else np.nan
    table["year"] = [int(value) for value in numbers_of(table, "year", file.name)]
    return table[["country", "year", *YEARLY]]


def _missions(file: Path) -> pd.DataFrame:
    table = _optional(file, ("country", "start", "end", "note"))
    table["since"] = _months(table, "start", file.name)
    table["until"] = _months(table, "end", file.name, _NEVER)
    for i, (since, until) in enumerate(zip(table["since"], table["until"], strict=True), start=2):
        if until < since:
            raise PalcaError("ends before it begins", f"{file.name}: line {i}")
    return table[["country", "since", "until", "note"]]


def _names(file: Path) -> dict[str, str]:
    table = _optional(file, ("country", "name"))
    return dict(zip(table["country"], table["name"], strict=True))


def _months(table: pd.DataFrame, column: str, name: str, empty: str = "") -> list[int]:
    return [
        span(cell or empty, f"{name}: line {i}: {column}")[0]
        for i, cell in enumerate(table[column], start=2)
    ]


def _check_codes(table: pd.DataFrame, column: str, known: tuple[str, ...], name: str) -> None:
    for i, cell in enumerate(table[column], start=2):
        if cell not in known:
            raise PalcaError(f"'{column}' is {' or '.join(filter(None, known))}, not '{cell}'",
                             f"{name}: line {i}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Course:
    """What is documented of a country, month by month.

    Attributes
    ----------
    country : str
    first : int
        The first month, counted from January 1969.
    ruler : ndarray of int, shape ``(months,)``
        Row in `spells` of who ruled at the end of each month.
    spells : DataFrame
        The rows of :attr:`Region.rulers` in that time, each leader's name once.
    attempt, success : ndarray of bool, shape ``(months,)``
        Whether there was an attempt, and whether one succeeded.
    quiet : int
        Months from the last attempt before the first month; from January 1941 if none is known.
    memory : float
        Attempts before the first month, each fading with a half-life of 24 months.
    missions : ndarray of bool, shape ``(months,)``
        Whether there are missions with the USSR at the end of each month.
    """

    country: str
    first: int
    ruler: np.ndarray
    spells: pd.DataFrame
    attempt: np.ndarray
    success: np.ndarray
    quiet: int
    memory: float
    missions: np.ndarray

    @property
    def end(self) -> int:
        """The month after the last."""
        return self.first + len(self.ruler)


def course_of(region: Region, country: str, first: int, end: int) -> Course:
    """Return what is documented of a country from a month to before another.

    Raises
    ------
    PalcaError
        If nobody is known to rule in one of these months.
    """
    spells = region.rulers[region.rulers["country"] == country].sort_values("since", kind="stable")
    spells = spells[(spells["until"] >= first) & (spells["since"] < end)].reset_index(drop=True)
    months = np.arange(first, end)
    # who came last of those who had come by the end of the month
    ruler = np.searchsorted(spells["since"].to_numpy(), months, side="right") - 1
    if not len(spells) or ruler[0] < 0:
        raise PalcaError(f"nobody is known to rule {country} in {month_name(first)}", "leaders.csv")
    again = spells.groupby("leader").cumcount()
    spells["leader"] = [name if not time else f"{name} ({time + 1})"
                        for name, time in zip(spells["leader"], again, strict=True)]  # fmt: skip
    mine = region.attempts[region.attempts["country"] == country]
    attempt, success = (np.zeros(end - first, dtype=np.bool_) for _ in range(2))
    for month, won in zip(mine["month"], mine["success"], strict=True):
        if first <= month < end:
            attempt[month - first] = True
            success[month - first] |= won
    ages = first - mine["month"][mine["month"] < first].to_numpy(np.int64)
    quiet = int(ages.min()) if len(ages) else first - month_index("1941-01")
    missions = np.zeros(end - first, dtype=np.bool_)
    there = region.missions[region.missions["country"] == country]
    for since, until in zip(there["since"], there["until"], strict=True):
        missions |= (months >= since) & (months < until)
    return Course(country, first, ruler, spells, attempt, success, quiet,
                  float(np.sum(0.5 ** (ages / 24.0))), missions)  # fmt: skip


def export_prices(region: Region, country: str) -> dict[int, float]:
    """Return a real index of the prices of a country's exports by year.

    The geometric mean of the prices of those commodities that have both a price and a share of
    exports, weighted by shares; of no year if none has.
    """
    shares = region.shares[region.shares["country"] == country]
    known = [(name, share) for name, share in zip(shares["commodity"], shares["share"], strict=True)
             if name in region.prices and region.prices[name].notna().any()]  # fmt: skip
    if not known:
        return {}
    years = region.prices.index.to_numpy(np.float64)
    logs = np.zeros(len(years))
    for name, share in known:
        price = region.prices[name].dropna()
        logs += share * np.log(np.interp(years, price.index, price.to_numpy()))
    index = np.exp(logs / sum(share for _, share in known))
    return dict(zip(region.prices.index.tolist(), index.tolist(), strict=True))
