"""What a country is made of, by one fixed rule, from the tables of a region.

Officers, garrisons and labour are Bolivia's: no table has them. Patrons and the communist party
are left out, since their rules would need what isn't known elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.state.scenario import Scenario
from palca.scenarios import build, resolve
from palca.scenarios.country import build_country
from palca.scenarios.driver_series import growth_gap

from .tables import GIVEN, Course, Region, course_of, export_price

# Channels through which patrons and the party would act
CLOSED: Final = (
    "soviet_fiscal", "soviet_prestige", "soviet_leverage", "soviet_diplomacy", "soviet_restraint",
    "moscow_line", "us_fiscal", "us_sanctions", "us_military", "us_covert", "us_diplomacy",
    "stockpile_sales", "oil",
)  # fmt: skip
# Contenders without names, one of each side, in and out of uniform: assumed
_CONTENDERS: Final = (-0.6, 0.0, 0.6)
def country_table(course: Course, usual: dict[str, Any]) -> dict[str, Any]:
    """Return a country as its file would have it.

    Parameters
    ----------
    course : Course
    usual : dict
        The country whose officers, garrisons and start stand for what no table has.
    """
    spells = course.spells
    rulers = [
        {"name": name, "ideology": ideology, "rank": "top" if soldier else "civilian",
         "candidate": not soldier, "since": month_name(since),
         "until": month_name(min(until, _LATE))}
        for name, ideology, soldier, since, until in zip(
            *(spells[column].tolist()
              for column in ("leader", "orientation", "soldier", "since", "until")), strict=True)
    ]  # fmt: skip
    others = [
        {"name": f"{'a soldier' if rank == 'top' else 'a civilian'} of the {side}",
         "ideology": ideology, "rank": rank, "candidate": rank == "civilian"}
        for rank in ("top", "civilian")
        for side, ideology in zip(("left", "centre", "right"), _CONTENDERS, strict=True)
    ]  # fmt: skip
    now = spells.iloc[course.ruler[0]]
    start = {
        "leader": now.leader, "orientation": float(now.orientation),
        "military": int(now.soldier), "seized": int(now.irregular),
        "age": max(0, course.first - int(now.since)), "attempt_age": min(course.quiet, 999),
        "coup_memory": min(course.memory, 10.0),
    }  # fmt: skip
    return {
        "name": course.country, "from": month_name(course.first), "start": start,
        "leader": [*rulers, *others], "garrison": usual["garrison"], "faction": usual["faction"],
    }  # fmt: skip


_LATE: Final = 263  # December 1990


def scenario_of(region: Region, country: str, first: int, end: int) -> tuple[Scenario, Course]:
    """Return a country's scenario from a month to before another, and what is documented of it."""
    course = course_of(region, country, first, end)
    resolved = resolve("baseline", ["posterior=off"])
    for channel in CLOSED:
        resolved["channels"][channel] = False
    table = country_table(course, resolved["country"])
    months = end - first
    drivers = {name: np.zeros(months) for name in resolved["drivers"]}
    drivers |= {
        "export_price": export_price(region, country, first, end),
        "abroad": growth_gap(GIVEN / "us_growth.csv", first, end),
        "prices": np.ones(months), "gdp": np.full(months, 1000.0),
    }  # fmt: skip
    scenario = build(resolved)
    policies = {actor: ((first, rows[0][1]),) for actor, rows in scenario.policies.items()}
    made = build_country(table, f"the tables of {country}")
    return replace(scenario, title=country, country=made, first=first, months=months,
                   drivers=drivers, policies=policies), course  # fmt: skip
