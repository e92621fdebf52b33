"""Settings of a scenario, ``NAME=VALUE``, and its interventions before they are read.

A setting is what ``--set`` takes and what ``--vary`` varies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from palca.model.calendar import month_name
from palca.model.errors import PalcaError, nearest, point, short
from palca.model.language.levers import ACTORS, check_actors
from palca.model.state.channels import CHANNELS
from palca.model.state.interventions import Change
from palca.model.state.parameters import PARAMETERS, check_parameter
from palca.model.state.state import FIELDS
from palca.model.table import InputTable

from .interventions import parse_change, read_changes
from .posterior_draws import find_posterior, set_posterior
from .priors_table import apply_priors, find_priors, read_priors_file
from .reading.library import find_policy, shipped_policies


@dataclass(frozen=True, slots=True)
class WrittenIntervention:
    """An ``[[intervene]]`` table as it was written, and the folder of the file that has it."""

    table: InputTable
    folder: Path | None

    def changes(self) -> list[Change]:
        """Return its changes; the files of policies, named beside the scenario, are found."""
        return [
            replace(
                change,
                content=str(
                    find_policy(
                        change.target.split(".")[1], change.content, self.folder, self.where
                    )
                ),
            )
            if change.kind == "policy"
            else change
            for change in read_changes([self.table])
        ]

    @property
    def where(self) -> str:
        """File and table, for errors."""
        return self.table.where

    def moved(self, months: int) -> WrittenIntervention:
        """Return it so many months later."""
        moved = self
        for key in ("at", "until"):
            if key in self.table:
                moved = moved.with_entry([key], month_name(self.table.month(key) + months))
        return moved

    def with_entry(self, path: Sequence[str], value: Any) -> WrittenIntervention:
        """Return it with another value at a key, or at a key of a table within."""
        entries = _with_entry(self.table.flat(), path, value)
        return replace(self, table=InputTable(entries, self.where))


def _with_entry(table: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    key, *inner = path
    if inner:
        below = table.get(key, {})
        value = _with_entry(below if isinstance(below, Mapping) else {}, inner, value)
    return {**table, key: value}


def anchored(setting: str, folder: Path, where: str) -> str:
    """Return a setting of a file; what it names is looked for beside that file.

    Raises
    ------
    PalcaError
        If there is no such file; `where` says where the setting stands.
    """
    name, _, value = (part.strip() for part in setting.partition("="))
    actor = re.fullmatch(r"(?:intervene\[\d+\]\.)?policy\.(\w+)", name)
    if actor and actor[1] in ACTORS and value not in shipped_policies(actor[1]):
        return f"{name}={find_policy(actor[1], value, folder, where)}"
    if name == "posterior" and value not in ("off", "point"):
        return f"{name}={find_posterior(value, folder, where)}"
    if name == "priors":
        return f"{name}={find_priors(value, folder, where)}"
    return setting


def anchored_change(text: str, folder: Path, where: str) -> str:
    """Return the inside of an ``[[intervene]]`` table as :func:`anchored` returns a setting."""
    table = parse_change(text).flat()
    policies = table.get("policy")
    if not isinstance(policies, Mapping):
        return text
    found = {
        actor: str(find_policy(actor, name, folder, where))
        for actor, name in policies.items()
        if actor in ACTORS and isinstance(name, str) and name not in shipped_policies(actor)
    }
    if not found:
        return text
    return inline({**table, "policy": {**policies, **found}})[1:-1].strip()


def inline(value: Any) -> str:
    """Return plain data as TOML writes it in one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            pairs = [f"{inline(key)} = {inline(inner)}" for key, inner in value.items()]
            return f"{{ {', '.join(pairs)} }}"
        case list() | tuple():
            return f"[{', '.join(map(inline, value))}]"
        case _:
            return str(value)


def set_once(settings: Sequence[str], where: str) -> Sequence[str]:
    """Return settings, no two of which may set the same: only the last would hold.

    Raises
    ------
    PalcaError
        If two do; `where` says where they stand.
    """
    names = [what_is_set(setting) for setting in settings]
    for name in names:
        if names.count(name) > 1:
            raise PalcaError(f"'{name}' is set twice", where)
    return settings


def what_is_set(setting: str) -> str:
    """Return what a setting sets; ``posterior=point`` goes with another posterior's name."""
    name, _, value = (part.strip() for part in setting.partition("="))
    return f"{name}={value}" if (name, value) == ("posterior", "point") else name


def in_order(settings: Sequence[str]) -> list[str]:
    """Return settings as they are applied: priors first, since they leave no posterior."""
    return sorted(settings, key=lambda setting: what_is_set(setting) != "priors")


def apply_setting(merged: dict[str, Any], setting: str) -> None:
    """Apply one NAME=VALUE to a scenario's merged tables."""
    where = short(f"--set {setting}", 120)
    name, equals, value = setting.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not name or not value:
        raise PalcaError("write NAME=VALUE, such as backlash=0.3", where)
    group, dot, rest = name.partition(".")
    if name == "posterior":
        set_posterior(merged, value, where)
    elif name == "priors":
        _, priors = read_priors_file(Path(find_priors(value, None, where)))
        apply_priors(merged, priors)
    elif not dot:
        if name not in PARAMETERS:
            raise PalcaError(
                f"no parameter '{name}'{nearest(name, PARAMETERS)}; "
                "'palca list parameters' shows them all",
                where,
            )
        try:
            merged["parameters"][name] = check_parameter(name, _number(value, ""))
        except PalcaError as error:
            raise error.at(where) from None
    elif group == "policy":
        check_actors({rest: value}, where)
        merged["policies"][rest] = str(find_policy(rest, value, where=where))
    elif group == "channel":
        if rest not in CHANNELS:
            raise PalcaError(
                f"no channel '{rest}'{nearest(rest, CHANNELS)}; 'palca list channels' "
                "shows them all",
                where,
            )
        if value not in ("on", "off"):
            raise PalcaError("a channel is 'on' or 'off'", where)
        merged["channels"][rest] = value == "on"
    elif group == "start":
        if rest not in FIELDS:
            raise PalcaError(
                f"no quantity '{rest}'{nearest(rest, FIELDS)}; 'palca list fields' shows them all",
                where,
            )
        merged["start"][rest] = _number(value, where)
    elif group == "lever":
        actor, _, lever = rest.partition(".")
        whole: dict[str, Any] = {"at": month_name(0)}
        path = ["lever", actor, *lever.split(".")]
        always = _with_entry(whole, path, _number(value, where))
        merged["intervene"].append(WrittenIntervention(InputTable(always, where), None))
    elif match := re.fullmatch(r"intervene\[(\d{1,4})\]", group):
        tables = merged["intervene"]
        if int(match[1]) >= len(tables):
            raise PalcaError(f"the scenario has {len(tables)} interventions, counted from 0", where)
        changed = tables[int(match[1])].with_entry(rest.split("."), _plain(value))
        tables[int(match[1])] = replace(changed, table=InputTable(changed.table.flat(), where))
    else:
        groups = ("policy", "channel", "start", "lever", "intervene[0]")
        raise PalcaError(
            f"unknown setting '{group}.…'{nearest(group, groups)}; use a parameter's "
            "name, posterior, priors, policy.ACTOR, channel.NAME, start.FIELD, "
            "lever.ACTOR.LEVER.scale or intervene[0].KEY",
            where,
        )


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise PalcaError(f"'{short(text, 40)}' is not a number{point(text)}", where) from None


def _plain(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
