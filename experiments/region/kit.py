"""A country as files, by one fixed rule, from the tables of a region.

Officers, garrisons and labour are Bolivia's, with other numbers of officers: no table has them.
Washington's aid and Moscow's missions are those of the tables; their other rules, and the communist
party, are left out, since they would need what isn't known elsewhere.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from palca.model.calendar import month_index, month_name
from palca.model.state.parameters import PRIORS
from palca.model.state.scenario import Scenario
from palca.scenarios import build, resolve
from palca.scenarios.driver_series import read_series
from palca.scenarios.reading.library import find_country, find_driver, read_toml

from .record_kit import LONG, LONG_YEAR, record_files
from .tables import Course, Region, course_of, export_prices

# Channels through which patrons and the party would act
CLOSED: Final = (
    "soviet_fiscal", "soviet_prestige", "soviet_leverage", "soviet_diplomacy", "soviet_restraint",
    "moscow_line", "us_sanctions", "us_military", "us_covert", "us_diplomacy", "stockpile_sales",
    "oil",
)  # fmt: skip
# Contenders without names, one of each side, in and out of uniform: assumed
_CONTENDERS: Final = (-0.6, 0.0, 0.6)
_NEAR: Final = 60  # months before and after his rule in which a ruler may come to power: assumed
_LATE: Final = month_index("1990-12")
_LEVEL: Final = 0.45  # of the rate of opportunities against the prior of the parameter table
_TROOPS: Final = 20.0  # thousands, with which Bolivia's officers come: years.csv, about 1970
_MOST: Final = (0.5, 1.5)  # times Bolivia's officers: assumed
_TO_CURRENT: Final = 0.5  # Bolivia's GDP in dollars of the time, by the exchange rate, as a share
# of Maddison's, which are of 2011 and by purchasing power, put back by US consumer prices
_PRICES_OF_2011: Final = 224.9  # US consumer prices, 1982-84 = 100
_GARRISONS: Final = ("the capital", "the second garrison", "the third garrison",
                     "the fourth garrison", "the fifth garrison")  # fmt: skip
_DRIVER: Final = ("date", "value", "unit", "source", "confidence")


def country_files(region: Region, code: str, first: int, end: int) -> dict[str, str]:
    """Return the files of a country by their paths in its folder.

    Parameters
    ----------
    code : str
        One of :attr:`Region.countries`.
    first, end : int
        The first month and the one after the last.

    Raises
    ------
    PalcaError
        If nobody is known to rule in one of these months.
    """
    course = course_of(region, code, first, end)
    usual = read_toml(find_country("bolivia"))
    name = region.names.get(code, code)
    years = region.years[region.years["country"] == code].set_index("year")
    drivers = _driver_files(region, course, years)
    gdp = _gdp(years)
    aid = years["us_economic_aid"].dropna()
    share = np.mean([100.0 * aid[year] / gdp[year] for year in gdp if year in aid] or [0.0])
    growth = years["growth"].dropna()
    parameters = {
        "fiscal_aid_usual": (round(float(np.clip(share, 0.0, 10.0)), 2),
                             "% of GDP: the mean of the tables" if len(aid) else
                             "% of GDP: assumed, no table has it"),
        "aid_noise": (0.0, "the aid is known"),
    }  # fmt: skip
    if len(growth):
        parameters["growth_mean"] = (round(float(np.clip(growth.mean(), 0.0, 8.0)), 2),
                                     "% a year: the mean of the tables")  # fmt: skip
    shipped = PRIORS["opportunity"]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return {
        "country.toml": environment.get_template("country.toml").render(
            name=name, first=month_name(first), term=_term(course), start=_start(course, years),
            drivers={"deflator": "us_cpi", "abroad": "us_growth",
                     "human_rights": "us_administrations",
                     **{driver: f"{driver}.csv" for driver in drivers}},
            leaders=_leaders(course), deaths=_deaths(course),
            garrisons=_garrisons(usual["garrison"], years["troops"].dropna()),
            factions=usual["faction"], years=_NEAR // 12,
        ),
        "scenario.toml": environment.get_template("scenario.toml").render(
            name=name, last=month_name(end - 1), parameters=parameters, closed=CLOSED,
            level=_LEVEL, opportunity=[round(_LEVEL * end, 5) for end in (shipped.first,
                                                                          shipped.second)],
        ),
        **{f"{driver}.csv": table((*_DRIVER, "country")[: len(rows[0])], rows)
           for driver, rows in drivers.items()},
        **{f"record/{file}": table(columns, rows)
           for file, (columns, rows) in record_files(
               course, years, region.attempts[region.attempts["country"] == code],
               not region.missions.empty).items()},
    }  # fmt: skip


def write_country(files: Mapping[str, str], folder: Path) -> None:
    """Write the files of a country into a folder, which is made."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def scenario_of(
    region: Region, code: str, first: int, end: int, settings: Sequence[str] = ()
) -> tuple[Scenario, Course]:
    """Return a country's scenario from a month to before another, and what is documented of it.

    Its free parameters have the priors of the parameter table, but for what `settings` say, as
    ``--set`` takes them.
    """
    with TemporaryDirectory(prefix="palca-") as folder:
        write_country(country_files(region, code, first, end), Path(folder))
        resolved = resolve(str(Path(folder) / "scenario.toml"), settings)
    resolved["priors"] = {}
    resolved["country"]["record"] = ""
    return build(resolved), course_of(region, code, first, end)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table of comma-separated values."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def slug(name: str) -> str:
    """Return how files call a country, such as costa-rica: letters of the alphabet and digits."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain)) or "country"


def _leaders(course: Course) -> list[dict[str, Any]]:
    spells = course.spells
    rulers = [
        {"name": name, "short": name, "ideology": ideology,
         "rank": "top" if soldier else "civilian", "candidate": not soldier,
         "since": month_name(since - _NEAR), "until": month_name(min(until + _NEAR, _LATE))}
        for name, ideology, soldier, since, until in zip(
            *(spells[column].tolist()
              for column in ("leader", "orientation", "soldier", "since", "until")), strict=True)
    ]  # fmt: skip
    return rulers + [
        {"name": f"{'a soldier' if rank == 'top' else 'a civilian'} of the {side}",
         "short": f"a {'soldier' if rank == 'top' else 'civilian'}, {side}",
         "ideology": ideology, "rank": rank, "candidate": rank == "civilian"}
        for rank in ("top", "civilian")
        for side, ideology in zip(("left", "centre", "right"), _CONTENDERS, strict=True)
    ]  # fmt: skip


def _deaths(course: Course) -> list[dict[str, Any]]:
    """Return who died in office, and who followed by law."""
    rows = []
    spells = course.spells.to_dict("records")
    for spell, after in zip(spells, [*spells[1:], None], strict=True):
        if spell["died"] and course.first <= spell["until"]:
            row = {"leader": spell["leader"], "at": month_name(spell["until"])}
            if after is not None and not after["irregular"]:
                row["successor"] = after["leader"]
            rows.append(row)
    return rows


def _term(course: Course) -> int:
    """Return the median length of the terms that elected civilians served to their end."""
    spells = course.spells
    came = ~spells["soldier"] & ~spells["irregular"] & ~spells["died"]
    followed = ~spells["irregular"].shift(-1, fill_value=True).astype(bool)
    lengths = (spells["until"] - spells["since"])[came & followed]
    lengths = lengths[lengths >= 24]  # shorter ones are of who stood in
    return round(float(lengths.median())) if len(lengths) >= 2 else 0


def _start(course: Course, years: Any) -> dict[str, Any]:
    """Return how things stand in the first month; what isn't named is as the model has it."""
    now = course.spells.iloc[course.ruler[0]]
    year = 1969 + course.first // 12
    aid, arms = (float(years[column].get(year, np.nan)) if len(years) else np.nan
                 for column in ("us_economic_aid", "us_military_aid"))  # fmt: skip
    start: dict[str, Any] = {
        "leader": now.leader, "orientation": float(now.orientation),
        "military": int(now.soldier), "seized": int(now.irregular),
        "age": max(0, course.first - int(now.since)), "attempt_age": min(course.quiet, 999),
        "coup_memory": round(min(course.memory, 10.0), 4),
    }  # fmt: skip
    if not np.isnan(aid):
        start |= dict.fromkeys(("us_pipeline", "us_delivered", "us_recent"), round(aid, 2))
        start |= {"us_commitment": round(aid / 12.0, 3), "us_arms": round(np.nan_to_num(arms), 2)}
    if course.missions[0]:
        start["ussr_relations"] = 1
    return start


def _garrisons(usual: list[dict[str, Any]], troops: Any) -> list[dict[str, Any]]:
    """Return Bolivia's garrisons without names, with officers by the root of a country's troops."""
    times = np.sqrt(troops.mean() / _TROOPS) if len(troops) else 1.0
    times = float(np.clip(times, *_MOST))
    return [
        {**row, "name": name, "officers": max(1, round(row["officers"] * times)),
         "top": round(row["top"] * times)}
        for name, row in zip(_GARRISONS, usual, strict=True)
    ]  # fmt: skip


def _gdp(years: Any) -> dict[int, float]:
    """Return gross domestic product by year, million dollars of the time."""
    real = (years["gdp_per_head"] * years["population"] / 1000.0).dropna()
    return {int(year): float(value) * _TO_CURRENT * price / _PRICES_OF_2011
            for year, value in real.items() if (price := _consumer_prices().get(int(year)))}


def _consumer_prices() -> dict[int, float]:
    """Return US consumer prices by year, 1982-84 = 100."""
    return {int(date): value for date, value, _ in read_series(find_driver("us_cpi"))}


def _driver_files(region: Region, course: Course, years: Any) -> dict[str, list[tuple]]:
    """Return the rows of a country's own drivers by name; of those that tables have nothing of, 0
    or what is usual.
    """
    first, last = 1969 + course.first // 12, 1969 + (course.end - 1) // 12
    real = export_prices(region, course.country)
    prices = {year: price for year, price in _consumer_prices().items()
              if first - 4 <= year <= last + 1}  # fmt: skip
    known = sorted(real)
    export = [
        (year, f"{real[min(max(year, known[0]), known[-1])] * prices[year] / 100.0:.6g}",
         "index of export prices, nominal",
         "Jacks 2019, real prices weighted by shares of exports about 1965 (assumed), times US "
         "consumer prices" + ("" if known[0] <= year <= known[-1] else "; real price assumed"),
         "low")
        for year in prices
    ] if known else [
        (year, f"{value:.1f}", "index of export prices, nominal",
         "assumed: no share of exports is known, so the real price stands still", "low")
        for year, value in prices.items()
    ]  # fmt: skip
    gdp = _gdp(years)
    output = [(year, f"{gdp[year]:.1f}", "million current USD",
               "Maddison Project 2023, by US consumer prices and Bolivia's exchange rate (assumed)",
               "low") for year in range(first, last + 1) if year in gdp]  # fmt: skip
    if not output:
        output = [(year, 1000, "million current USD", "assumed: no table has it", "low")
                  for year in range(first, last + 1)]  # fmt: skip
    rows: dict[str, list[tuple]] = {
        "export_price": export, "gdp": output, "neighbours": _neighbours(region, course),
        "soviet_mission": _changes(course.first, course.missions.astype(float),
                                   "1 if there is a mission, 0 if not",
                                   "soviet_relations.csv of the region's tables", "medium"),
    }  # fmt: skip
    for driver, column in (("us_aid", "us_economic_aid"), ("us_arms", "us_military_aid")):
        known_aid = years[column].dropna()
        begun = [(_fiscal(int(year)), float(value) / (LONG if year == LONG_YEAR else 1.0))
                 for year, value in known_aid.items()]  # fmt: skip
        if begun and begun[0][0] <= course.first:
            rows[driver] = [(month_name(month), f"{value:g}", "million current USD a year",
                             "USAID Greenbook, obligations by fiscal year", "high")
                            for month, value in begun]  # fmt: skip
    return rows


def _fiscal(year: int) -> int:
    """Return the first month of a US fiscal year: July, and from that of 1977 on October."""
    return (year - 1969) * 12 - (6 if year <= LONG_YEAR else 3)


def _neighbours(region: Region, course: Course) -> list[tuple]:
    """Return the mean orientation of the other countries' rulers, when it changes."""
    months = np.arange(course.first, course.end)
    each = []
    for code in region.countries:
        spells = region.rulers[region.rulers["country"] == code].sort_values("since", kind="stable")
        row = np.searchsorted(spells["since"].to_numpy(), months, side="right") - 1
        if code != course.country and row[0] >= 0:
            each.append(spells["orientation"].to_numpy()[row])
    mean = np.mean(each, axis=0) if each else np.zeros(len(months))
    rows = _changes(course.first, mean, "left -1 to right 1",
                    "Archigos 4.1 and Herre 2022: mean of the region's other rulers", "low")
    return [(*row, "the region") for row in rows]


def _changes(first: int, values: Any, unit: str, source: str, confidence: str) -> list[tuple]:
    """Return the rows of a series that keeps each value until the next."""
    turns = [0, *(np.flatnonzero(np.diff(values)) + 1)]
    return [(month_name(first + int(at)), f"{round(float(values[at]), 4):g}", unit, source,
             confidence) for at in turns]  # fmt: skip
