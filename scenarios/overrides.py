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
from palca.model.language.levers import ACTORS
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS, check_parameter
from palca.model.state.state import FIELDS
from palca.model.table import Table

from .interventions import Change, parse_change, read_changes
from .posterior_draws import find_posterior, set_posterior
from .reading.library import actors_of, find_policy, shipped_policies


@dataclass(frozen=True, slots=True)
class Beside:
    """An ``[[intervene]]`` table as it was written, and the folder of the file that has it."""

    table: Table
    folder: Path | None

    def changes(self) -> list[Change]:
        """Return its changes; the files of policies, named beside the scenario, are found."""
        return [
            replace(
                change,
                content=str(find_policy(kind[1], change.content, self.folder, self.place)),
            )
            if (kind := change.target.split("."))[0] == "policy"
            else change
            for change in read_changes([self.table])
        ]

    @property
    def place(self) -> str:
        """How errors name it."""
        return self.table.place

    def with_entry(self, path: Sequence[str], value: Any) -> Beside:
        """Return it with another value at a key, or at a key of a table within."""
        return replace(self, table=Table(_with_entry(self.table.flat(), path, value), self.place))


def _with_entry(table: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    key, *inner = path
    if inner:
        below = table.get(key, {})
        value = _with_entry(below if isinstance(below, Mapping) else {}, inner, value)
    return {**table, key: value}


def anchored(setting: str, folder: Path, place: str) -> str:
    """Return a setting that a file holds with the file that it names found beside that one.

    Raises
    ------
    PalcaError
        If there is no such file; `place` says where the setting stands.
    """
    name, _, value = (part.strip() for part in setting.partition("="))
    actor = re.fullmatch(r"(?:intervene\[\d+\]\.)?policy\.(\w+)", name)
    if actor and actor[1] in ACTORS and value not in shipped_policies(actor[1]):
        return f"{name}={find_policy(actor[1], value, folder, place)}"
    if name == "posterior" and value not in ("off", "point"):
        return f"{name}={find_posterior(value, folder, place)}"
    return setting


def anchored_change(text: str, folder: Path, place: str) -> str:
    """Return the inside of an ``[[intervene]]`` table as :func:`anchored` returns a setting."""
    table = parse_change(text).flat()
    policies = table.get("policy")
    if not isinstance(policies, Mapping):
        return text
    found = {
        actor: str(find_policy(actor, name, folder, place))
        for actor, name in policies.items()
        if actor in ACTORS and isinstance(name, str) and name not in shipped_policies(actor)
    }
    if not found:
        return text
    return _inline({**table, "policy": {**policies, **found}})[1:-1].strip()


def _inline(value: Any) -> str:
    """Return plain data as TOML writes it in one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            pairs = [f"{_inline(key)} = {_inline(inner)}" for key, inner in value.items()]
            return f"{{ {', '.join(pairs)} }}"
        case list():
            return f"[{', '.join(map(_inline, value))}]"
        case _:
            return str(value)


def set_once(settings: Sequence[str], place: str) -> Sequence[str]:
    """Return settings of which no two set the same: only the last of them would hold.

    Raises
    ------
    PalcaError
        If two do; `place` says where they stand.
    """
    names = [what_is_set(setting) for setting in settings]
    for name in names:
        if names.count(name) > 1:
            raise PalcaError(f"'{name}' is set twice", place)
    return settings


def what_is_set(setting: str) -> str:
    """Return the name of a setting; of a posterior's best set the whole, for it names none."""
    name, _, value = (part.strip() for part in setting.partition("="))
    return f"{name}={value}" if (name, value) == ("posterior", "point") else name


def apply_setting(merged: dict[str, Any], setting: str) -> None:
    """Apply one NAME=VALUE to a scenario's merged tables."""
    place = short(f"--set {setting}", 120)
    name, equals, value = setting.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not name or not value:
        raise PalcaError("write NAME=VALUE, such as backlash=0.3", place)
    group, dot, rest = name.partition(".")
    if name == "posterior":
        set_posterior(merged, value, place)
    elif not dot:
        if name not in PARAMETERS:
            raise PalcaError(f"no parameter '{name}'{nearest(name, PARAMETERS)}; "
                             "'palca list parameters' shows them all", place)
        try:
            merged["parameters"][name] = check_parameter(name, _number(value, ""))
        except PalcaError as error:
            raise error.at(place) from None
    elif group == "policy":
        actors_of({rest: value}, place)
        merged["policies"][rest] = str(find_policy(rest, value, place=place))
    elif group == "channel":
        if rest not in CHANNELS:
            raise PalcaError(f"no channel '{rest}'{nearest(rest, CHANNELS)}; 'palca list channels' "
                             "shows them all", place)
        if value not in ("on", "off"):
            raise PalcaError("a channel is 'on' or 'off'", place)
        merged["channels"][rest] = value == "on"
    elif group == "start":
        if rest not in FIELDS:
            raise PalcaError(f"no quantity '{rest}'{nearest(rest, FIELDS)}; 'palca list fields' "
                             "shows them all", place)
        merged["start"][rest] = _number(value, place)
    elif group == "lever":
        actor, _, lever = rest.partition(".")
        whole: dict[str, Any] = {"at": month_name(0)}
        path = ["lever", actor, *lever.split(".")]
        always = _with_entry(whole, path, _number(value, place))
        merged["intervene"].append(Beside(Table(always, place), None))
    elif match := re.fullmatch(r"intervene\[(\d{1,4})\]", group):
        tables = merged["intervene"]
        if int(match[1]) >= len(tables):
            raise PalcaError(f"the scenario has {len(tables)} interventions, counted from 0", place)
        changed = tables[int(match[1])].with_entry(rest.split("."), _plain(value))
        tables[int(match[1])] = replace(changed, table=Table(changed.table.flat(), place))
    else:
        groups = ("policy", "channel", "start", "lever", "intervene[0]")
        raise PalcaError(f"no settings '{group}.…'{nearest(group, groups)}; there are a "
                         "parameter's name, posterior, policy.ACTOR, channel.NAME, start.FIELD, "
                         "lever.ACTOR.LEVER.scale and intervene[0].KEY", place)


def _number(text: str, place: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise PalcaError(f"'{short(text, 40)}' is not a number{point(text)}", place) from None


def _plain(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
