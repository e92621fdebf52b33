"""The tables of a region: attempts, rulers and prices, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError
from palca.model.types import Floats

from ..observe.record_files import check_sources, numbers_of, read_cells, span

if TYPE_CHECKING:
    import pandas as pd

GIVEN: Final = Path(__file__).parent / "given"
IDEOLOGIES: Final = {"leftist": -0.6, "centrist": 0.0, "rightist": 0.6, "": 0.0}  # assumed
_ENTRIES: Final = ("Regular", "Irregular")
_OUTCOMES: Final = ("success", "failed")
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
        he still ruled when the table was made), ``orientation`` (left −1 to right 1),
        ``soldier``, ``irregular``.
    shares : DataFrame
        Commodities' ``share`` of a ``country``'s exports.
    prices : DataFrame
        Real prices of commodities by year.
    """

    attempts: pd.DataFrame
    rulers: pd.DataFrame
    shares: pd.DataFrame
    prices: pd.DataFrame

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
    return Region(_attempts(folder / "attempts.csv"), _rulers(folder / "leaders.csv"),
                  _shares(folder / "export_shares.csv"),
                  _prices(folder / "prices_real_yearly.csv"))  # fmt: skip


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
    soldier = np.array(numbers_of(table, "soldier", file.name))
    table["irregular"] = table["entry"] != _ENTRIES[0]
    # where nobody says, who came by force was a soldier: assumed
    table["soldier"] = np.where(np.isnan(soldier), table["irregular"], soldier > 0.5).astype(bool)
    return table[["country", "leader", "since", "until", "orientation", "soldier", "irregular"]]


def _shares(file: Path) -> pd.DataFrame:
    table = read_cells(file, ("country", "commodity", "share", "source", "confidence"))
    check_sources(table, file.name)
    table["share"] = numbers_of(table, "share", file.name)
    return table[["country", "commodity", "share"]]


def _prices(file: Path) -> pd.DataFrame:
    table = read_cells(file, ("year",))
    for column in table.columns:
        table[column] = numbers_of(table, str(column), file.name)
    return table.set_index(table["year"].astype(int)).drop(columns="year")


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
    """

    country: str
    first: int
    ruler: np.ndarray
    spells: pd.DataFrame
    attempt: np.ndarray
    success: np.ndarray
    quiet: int
    memory: float


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
    return Course(country, first, ruler, spells, attempt, success, quiet,
                  float(np.sum(0.5 ** (ages / 24.0))))  # fmt: skip


def export_price(region: Region, country: str, first: int, end: int) -> Floats:
    """Return ln(real price of a country's exports / its mean of the 36 months before), by month.

    Prices are weighted by shares of exports, of the commodities that have both; 0 where none has.
    """
    shares = region.shares[region.shares["country"] == country]
    known = [(region.prices[name].dropna(), share)
             for name, share in zip(shares["commodity"], shares["share"], strict=True)
             if name in region.prices]  # fmt: skip
    known = [(price, share) for price, share in known if len(price)]
    if not known:
        return np.zeros(end - first)
    months = np.arange(first - 36, end)
    price = sum(share * np.log(np.interp(months, [month_index(f"{year}-01") + 5.5
                                                  for year in one.index], one))
                for one, share in known) / sum(share for _, share in known)  # fmt: skip
    real = np.exp(price)
    usual = np.convolve(real, np.ones(36), "valid")[: end - first] / 36.0
    return np.log(real[36:] / usual)
