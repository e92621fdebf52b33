"""From a resolved scenario, as a manifest keeps it, to a checked Scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from palca.model.agents.observables import BLIND, OBSERVABLES
from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, check_text, nearest, short
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.language.policy import Policy, make_policy
from palca.model.state.channels import CHANNELS
from palca.model.state.drivers import DRIVERS, OPTIONAL
from palca.model.state.interventions import Change
from palca.model.state.parameters import PARAMETERS, check_parameter
from palca.model.state.scenario import Scenario
from palca.model.table import InputTable

from .country import build_country, check_start
from .interventions import EARLIEST, LATEST, build_interventions
from .posterior_draws import check_parameter_sets
from .priors_table import build_priors


def names_for(actor: str) -> frozenset[str]:
    """Return the names that an actor's rules may use: what it can see, and parameters."""
    return frozenset({*OBSERVABLES, *PARAMETERS} - set(BLIND[actor]))


def build_policy(actor: str, name: str, table: Mapping[str, Any], where: str) -> Policy:
    """Return a checked policy from its table; `where` names its file in errors."""
    named = table.get("actor")
    if isinstance(named, str) and named != actor:  # before its levers are called unknown
        raise PalcaError(f"actor is '{short(named, 40)}', but it is used for '{actor}'", where)
    try:
        return make_policy(name, table, names=names_for(actor), levers=LEVERS[actor], where=where)
    except PalcaError as error:
        if error.unknown not in BLIND[actor]:
            raise
        raise PalcaError(
            f"'{actor}' can't observe '{error.unknown}': 'palca list observables' says who can",
            error.where,
        ) from None


def build(resolved: Mapping[str, Any]) -> Scenario:
    """Check resolved data and return the Scenario.

    Raises
    ------
    PalcaError
        Naming file, table and mend for whatever can't be used.
    """
    where = resolved["place"]
    table = InputTable(resolved, where)
    first = table.integer("first", EARLIEST, LATEST, 0)
    months = table.integer("months", 1, LATEST + 1 - first)
    check_text("title", resolved["title"], where)
    country = build_country(resolved["country"], resolved["country"]["place"])
    start = {**country.start, **check_start(resolved["start"], country, f"{where}: [start]")}
    country = replace(country, start=start)
    parameters = {}
    for name, value in resolved["parameters"].items():
        try:
            parameters[name] = check_parameter(name, value)
        except PalcaError as error:
            raise error.at(f"{where}: [parameters]") from None
    parameter_sets = check_parameter_sets(resolved["sets"], f"{where}: posterior")
    priors = build_priors(resolved.get("priors", {}), where)
    for name, prior in priors.items():
        if prior.is_point:
            parameters.setdefault(name, float(prior.ppf(0.5)))
    closed = set()
    for name, is_open in resolved["channels"].items():
        if name not in CHANNELS:
            raise PalcaError(
                f"no channel '{name}'{nearest(name, CHANNELS)}", f"{where}: [channels]"
            )
        if not isinstance(is_open, bool):
            raise PalcaError(f"'{name}' must be true or false", f"{where}: [channels]")
        if not is_open:
            closed.add(name)
    policies = {}
    if resolved["policies"].keys() != {*ACTORS}:
        raise PalcaError(f"needs a policy for each of {', '.join(ACTORS)}, and no others", where)
    for actor, rows in resolved["policies"].items():
        policies[actor] = tuple(
            (month_index(row["since"]),
             build_policy(actor, row["name"], row["table"], row["place"]))
            for row in rows
        )  # fmt: skip
        since = [month for month, _ in policies[actor]]
        if since[:1] != [first] or since != sorted({*since}):
            begins = month_name(first)
            raise PalcaError(f"no policy for '{actor}' in {begins}, or two at once", where)
    names = [leader.name for leader in country.leaders]
    return Scenario(
        title=resolved["title"],
        months=months,
        country=country,
        policies=policies,
        drivers=_checked_drivers(resolved["drivers"], months, f"{where}: [drivers]"),
        parameters=parameters,
        parameter_sets=parameter_sets,
        priors=priors,
        closed=frozenset(closed),
        interventions=build_interventions(
            [Change(**row) for row in resolved["changes"]], names, first
        ),
        first=first,
    )


def _checked_drivers(values: Mapping[str, Any], months: int, where: str) -> dict[str, np.ndarray]:
    """Return the drivers as arrays of a number in each month, and maybe in months after."""
    out = {}
    for name, (low, high, _) in DRIVERS.items():
        try:
            given = [0.0] * months if name in OPTIONAL and name not in values else values[name]
            out[name] = series = np.array(given, dtype=np.float64)
        except (KeyError, TypeError, ValueError):
            raise PalcaError(f"'{name}' must be numbers, one per month", where) from None
        if series.ndim != 1 or len(series) < months:
            raise PalcaError(f"'{name}' must have a number in each of {months} months", where)
        if not ((series >= low) & (series <= high)).all():
            raise PalcaError(f"'{name}' must stay within {low:g} to {high:g}", where)
    return out
