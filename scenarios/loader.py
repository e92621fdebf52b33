"""From scenario files to a resolved scenario.

:func:`resolve` reads files and returns plain data with everything in it (the
country, each policy, the values of the drivers), fit to be written to a run's
manifest; :func:`~palca.scenarios.scenario.build` checks that data and makes the immutable
:class:`~palca.model.state.scenario.Scenario`. Nothing reads a file after `resolve`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from palca.model.calendar import START, month_index, month_name
from palca.model.errors import PalcaError, short
from palca.model.language.levers import ACTORS, check_actors
from palca.model.state.channels import CHANNELS
from palca.model.state.interventions import Change, PolicyChange, RuleChange
from palca.model.state.scenario import Scenario
from palca.model.table import InputTable

from .country import read_country, read_windows
from .driver_files import compute_drivers, country_drivers, driver_files
from .expectations import read_expectation
from .interventions import LATEST, change_deaths, check_changes, parse_change
from .posterior_draws import read_parameter_sets, set_posterior
from .priors_table import apply_priors, check_priors, read_priors
from .reading.library import (
    find_country,
    find_policy,
    find_scenario,
    label,
    read_text,
    read_toml,
)
from .scenario import build
from .settings import WrittenIntervention, apply_setting, in_order

_END: Final = LATEST + 1
_ANCESTORS: Final = 10


def factual_of(resolved: dict[str, Any]) -> dict[str, Any]:
    """Return a resolved scenario without its interventions: nothing else differs.

    The factual policies, deaths and drivers stand beside the changed ones, since a
    manifest must hold all that its run needs.
    """
    return {**resolved, **resolved["factual"], "changes": []}


def load(name: str, settings: Sequence[str] = (), interventions: Sequence[str] = ()) -> Scenario:
    """Return the scenario of a shipped name or a path; the rest as in :func:`resolve`."""
    return build(resolve(name, settings, interventions))


def resolve(
    name: str,
    settings: Sequence[str] = (),
    interventions: Sequence[str] = (),
    at: int | None = None,
) -> dict[str, Any]:
    """Read a scenario, all that it extends, and every file that it names.

    Parameters
    ----------
    name : str
        A shipped name or a path.
    settings : sequence of str
        ``NAME=VALUE``: a parameter; ``policy.ACTOR=FILE``, ``channel.NAME=on|off``,
        ``start.FIELD=NUMBER``; ``posterior=NAME|FILE|point|off``; ``priors=NAME|FILE``;
        ``lever.ACTOR.LEVER.set|scale|cap=NUMBER`` from beginning to end, but while another
        intervention in the lever holds;
        ``intervene[0].KEY=VALUE``, a date or another entry of the scenario's first
        intervention, those of `interventions` counted after its own.
    interventions : sequence of str
        Each the inside of an ``[[intervene]]`` table in braces.
    at : int, optional
        The month in which the first intervention is to begin: all are moved as far as it is.

    Returns
    -------
    dict
        Plain data, fit for JSON, that :func:`build` takes.

    Raises
    ------
    PalcaError
    """
    merged = _read(find_scenario(name), ())
    given = [WrittenIntervention(parse_change(text), None) for text in interventions]
    merged["intervene"] += given
    for setting in in_order(settings):
        apply_setting(merged, setting)
    if at is not None and merged["intervene"]:
        first = min(written.table.month("at") for written in merged["intervene"])
        merged["intervene"] = [written.moved(at - first) for written in merged["intervene"]]
        if merged["given"]:
            merged["given"] = month_name(month_index(merged["given"]) + at - first)
    idle = idle_parameters(merged["channels"])
    check_priors(merged, idle)
    asked = [setting.partition("=")[0].strip() for setting in settings]
    values = [(name, merged["parameters"][name], f"--set {name}") for name in asked if name in idle]
    for table in given:
        changes = [(change.target.partition("."), change.content) for change in table.changes()]
        values += [(rest, value, table.where) for (kind, _, rest), value in changes
                   if kind == "parameter" and rest in idle]  # fmt: skip
    for parameter, value, where in values:
        if value != 0.0:
            raise PalcaError(
                f"'{parameter}' has no effect, because the channel "
                f"'{idle[parameter]}' is closed: leave out one of them",
                where,
            )
    resolved = _complete(merged)
    changed = [one for one in (*settings, *interventions) if not one.startswith("posterior")]
    if changed:  # else a title would promise what the file has
        resolved["title"] += f"; changed: {short('; '.join(changed), 100)}"
    return resolved


def idle_parameters(channels: Mapping[str, bool]) -> dict[str, str]:
    """Return the parameters that do nothing, each with the closed channel that it feeds."""
    return {
        parameter: name
        for name, is_open in channels.items()
        if name in CHANNELS and not is_open
        for parameter in CHANNELS[name].zeroes
    }


def _read(path: Path, descendants: tuple[Path, ...]) -> dict[str, Any]:
    """Return a scenario's raw tables with those that it extends merged in below."""
    where = label(path)
    if path.resolve() in descendants or len(descendants) >= _ANCESTORS:
        raise PalcaError("'extends' is circular, or more than ten deep", where)
    table = InputTable(read_toml(path), where)
    parent = table.text("extends", "")
    below: dict[str, Any] = {}
    if parent:
        source = find_scenario(parent, path.parent, f"{where}: extends")
        below = _read(source, (*descendants, path.resolve()))
    own = {
        "title": table.text("title"),
        "question": table.text("question", ""),
        "plausibility": table.text("plausibility", ""),
        "expect": table.text("expect", ""),
        "expectations": [read_expectation(one) for one in table.tables("expectation")],
        "sources": table.text("sources", ""),
        # they belong to the interventions, which are inherited too
        "given": table.text("given", str(below.get("given", ""))),
        "outcomes": table.texts("outcomes") or below.get("outcomes", []),
        "windows": table.texts("windows") if "windows" in table else below.get("windows"),
        "registered": sha256(read_text(path).encode()).hexdigest(),
        "place": where,
    }
    read_windows(table)  # an error names this file
    if own["plausibility"] not in ("", "A", "B", "C"):
        raise PalcaError(
            "'plausibility' must be A (an alternative that was considered at the "
            "time), B (fits the actors' aims) or C (needs another aim)",
            where,
        )
    if own["given"]:
        month_index(own["given"], f"{where}: given")
    merged = {**below, **own}
    for key, usual in (("from", ""), ("until", "1978-12")):
        text = table.text(key, str(below.get(key, usual)))
        merged[key] = month_name(month_index(text, f"{where}: {key}")) if text else ""
    if table.text("country", ""):
        merged["country"] = str(
            find_country(table.text("country"), path.parent, f"{where}: country")
        )
    elif not below:
        raise PalcaError("a scenario needs 'extends' (such as \"baseline\") or 'country'", where)
    apply_priors(merged, read_priors(table.table("priors")))
    if "posterior" in table:
        set_posterior(merged, table.text("posterior"), f"{where}: posterior", path.parent)
    merged["policies"] = {**below.get("policies", {}), **_policies(table, path)}
    tables = [WrittenIntervention(inner, path.parent) for inner in table.tables("intervene")]
    merged["intervene"] = [*below.get("intervene", []), *tables]
    merged["drivers"] = {**below.get("drivers", {}), **driver_files(table, path.parent)}
    for key in ("parameters", "channels", "start"):
        merged[key] = {**below.get(key, {}), **table.table(key).flat()}
    table.reject_unknown()
    return merged


def _policies(table: InputTable, path: Path) -> dict[str, str]:
    """Return the file of each actor's policy in [policy]."""
    named = table.table("policy")
    check_actors(named.flat(), named.where)
    return {
        actor: str(find_policy(actor, named.text(actor), path.parent, named.where))
        for actor, _ in named.items()
    }


def _complete(merged: dict[str, Any]) -> dict[str, Any]:
    """Read the country, the policies and the drivers that the merged tables name."""
    where = merged["place"]
    country_file = Path(merged["country"])
    country = read_country(country_file)
    first, end = _first_month(merged, country), month_index(merged["until"], where) + 1
    if not first < end <= _END:
        span = f"{month_name(first)} to {month_name(_END - 1)}"
        raise PalcaError(f"'until' must lie in {span}", where)
    written = [change for table in merged["intervene"] for change in table.changes()]
    changes = check_changes(written, first, end)
    deaths = [death.flat() for death in InputTable(country, country["place"]).tables("death")]
    if merged["windows"] is not None:
        country["windows"] = merged["windows"]
        for text in merged["windows"]:
            if month_index(text.partition("/")[0]) < first:
                raise PalcaError(
                    f"'{text}' begins before the first month, {month_name(first)}: leave it out, "
                    "or let it begin later",
                    f"{where}: windows",
                )
    as_it_was = {**country, "death": deaths}
    leaders = [row.text("name") for row in InputTable(country, country["place"]).tables("leader")]
    country["death"] = change_deaths(deaths, changes, leaders)
    files = {**country_drivers(country, country_file), **merged["drivers"]}
    resolved = {
        key: merged[key]
        for key in ("title", "question", "plausibility", "expect", "expectations", "sources",
                    "given", "outcomes", "registered", "place")
    }
    resolved |= {
        "months": end - first,
        "country": country,
        "parameters": merged["parameters"],
        "sets": read_parameter_sets(merged.get("posterior", ""), merged.get("point", False)),
        "priors": merged["priors"],
        "channels": merged["channels"],
        "start": merged["start"],
        "drivers": compute_drivers(files, first, end, changes),
        "policies": {},
        "changes": [asdict(_portable(change)) for change in changes],
    }
    if first:  # left out of the others: their folders are read by earlier versions too
        resolved["first"] = first
    for actor in ACTORS:
        if actor not in merged["policies"]:
            raise PalcaError(f"no policy for '{actor}' in [policy]", where)
        resolved["policies"][actor] = _timeline(actor, merged["policies"][actor], first, changes)
    if changes:
        resolved["factual"] = {
            "country": as_it_was,
            "drivers": compute_drivers(files, first, end, ()),
            "policies": {
                actor: _timeline(actor, merged["policies"][actor], first, ()) for actor in ACTORS
            },
        }
    return resolved


def _first_month(merged: Mapping[str, Any], country: Mapping[str, Any]) -> int:
    """Return a scenario's first month, of which there must be a start."""
    described = InputTable(country, country["place"]).month("from", START)
    first = month_index(merged["from"]) if merged["from"] else described
    if first != described and "leader" not in merged["start"]:
        raise PalcaError(
            f"begins in {month_name(first)}, and the country's file says how things stood in "
            f"{month_name(described)}: say in [start] how they stand, and who rules (leader = …)",
            merged["place"],
        )
    return first


def _portable(change: Change) -> Change:
    """Return a change as a manifest holds it: a shipped policy by its name, on any machine."""
    if change.kind != "policy":
        return change
    return replace(change, content=label(Path(change.content)))


def _timeline(
    actor: str, usual: str, first: int, changes: Sequence[Change]
) -> list[dict[str, Any]]:
    """Return the policies of an actor by the months from which they hold."""
    swaps = [change for change in changes if change.target == f"policy.{actor}"]
    edits = [change for change in changes if change.target.startswith(f"rule.{actor}.")]
    turns = {first} | {c.since for c in swaps + edits} | {c.until + 1 for c in swaps + edits}
    out: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    for month in sorted(turn for turn in turns if turn < _END):
        file = Path(PolicyChange.apply(usual, swaps, month))
        table = read_toml(file)
        where, active = label(file), [change for change in edits if change.holds(month)]
        if active:
            table = RuleChange.apply(table, active, actor)
            where += f" as changed by {', '.join(dict.fromkeys(c.place for c in active))}"
        row = {"place": where, "name": file.stem, "table": table}
        if row != before:
            out.append({"since": month_name(month), **row})
        before = row
    return out
