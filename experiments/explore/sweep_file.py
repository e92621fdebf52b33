"""A sweep as a TOML file: what ``palca sweep`` takes as options, kept for the next time.

.. code-block:: toml

    title = "When would a Soviet break have mattered, and under which American policy?"
    scenario = "soviet-break-1971"
    design = "grid"
    replicates = 200
    outcome = ["coups_1972_77", "friction_after"]

    [vary]
    policy.us = ["administrations", "disengaged"]
    "intervene[0].at" = "1970-01..1973-08"
    backlash = "0.01:0.05"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from palca.model.errors import PalcaError
from palca.model.seeds import LARGEST
from palca.model.table import InputTable
from palca.scenarios import resolve
from palca.scenarios.reading.library import read_toml, scenario_beside
from palca.scenarios.settings import anchored, anchored_change, set_once, what_is_set

from ..simulate.designs import Factor, parse_factor, varied_once
from ..simulate.world_table import check_measured
from .sweep import Plan, make_plan
from .sweep_table import chosen_outcomes

_MOST: Final = 1e9


@dataclass(frozen=True, slots=True)
class SweepFile:
    """What a sweep's file says; None where it says nothing."""

    title: str
    scenario: str
    factors: tuple[Factor, ...]
    design: str | None = None
    worlds: int | None = None
    replicates: int | None = None
    seed: int | None = None
    settings: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()


def is_sweep(name: str) -> bool:
    """Whether a name is the path of a sweep's file rather than a scenario."""
    path = Path(name)
    return name.endswith(".toml") and path.is_file() and "vary" in read_toml(path)


def read_sweep(path: Path) -> SweepFile:
    """Read a sweep's file.

    Raises
    ------
    PalcaError
        Naming file, table and mend for whatever can't be used.
    """
    table = InputTable(read_toml(path), str(path))
    vary = table.table("vary")
    factors = tuple(
        _anchored(parse_factor(f"{name}={values}", f"{vary.where}: {name}"), path, vary.where)
        for name, values in _factors(vary.flat(), vary.where).items()
    )
    named = table.text("scenario", "baseline")
    set_once(settings := _texts(table, "set"), f"{path}: set")
    changes = _texts(table, "intervene")
    outcomes = _texts(table, "outcome")
    chosen_outcomes(outcomes, where=f"{path}: outcome")
    out = SweepFile(
        title=table.text("title", ""),
        scenario=scenario_beside(named, path.parent, f"{path}: scenario"),
        factors=varied_once(factors, vary.where),
        design=table.text("design", "") or None,
        worlds=table.integer("worlds", 1, int(_MOST)) if "worlds" in table else None,
        replicates=table.integer("replicates", 1, int(_MOST)) if "replicates" in table else None,
        seed=table.integer("seed", 0, LARGEST) if "seed" in table else None,
        settings=tuple(anchored(text, path.parent, f"{path}: set") for text in settings),
        interventions=tuple(
            anchored_change(text, path.parent, f"{path}: intervene") for text in changes
        ),
        outcomes=outcomes,
    )
    table.reject_unknown()
    return out


def _anchored(factor: Factor, path: Path, where: str) -> Factor:
    """Return a factor of a file with the files that its levels name found beside that one."""
    levels = tuple(
        anchored(f"{factor.name}={level}", path.parent, where).partition("=")[2]
        if isinstance(level, str)
        else level
        for level in factor.levels
    )
    return replace(factor, levels=levels)


def plan_of(
    file: SweepFile,
    factors: Sequence[Factor] = (),
    design: str | None = None,
    settings: Sequence[str] = (),
    interventions: Sequence[str] = (),
    worlds: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    outcomes: Sequence[str] = (),
) -> Plan:
    """Return the checked plan of a file and of the options beside it, which come before it.

    Raises
    ------
    PalcaError
        For whatever can't be run, or can't be shown of what is run.
    """
    over = {what_is_set(setting) for setting in settings}
    kept = [setting for setting in file.settings if what_is_set(setting) not in over]
    plan = make_plan(
        file.scenario,
        varied_once((*file.factors, *factors)),
        design or file.design or "grid",
        (*kept, *settings),
        (*file.interventions, *interventions),
        worlds or file.worlds,
        replicates or file.replicates,
        (file.seed or 0) if seed is None else seed,
    )
    chosen_outcomes(outcomes)
    resolved = resolve(plan.scenario, plan.settings, plan.interventions)
    check_measured(resolved, outcomes or file.outcomes, "--outcome")
    return replace(plan, title=file.title)


def _factors(table: Mapping[str, Any], where: str) -> dict[str, str]:
    """Return the values of each factor as text; ``policy.us`` may be a table in a table."""
    out = {}
    for name, values in table.items():
        if isinstance(values, Mapping):
            inner = _factors(values, f"{where}: {name}")
            out |= {f"{name}.{rest}": text for rest, text in inner.items()}
        elif isinstance(values, list):
            out[name] = ",".join(_level(level, f"{where}: {name}") for level in values)
        elif isinstance(values, str):
            out[name] = values
        else:
            raise PalcaError('write "lo:hi", "1971-01..1973-12" or a list', f"{where}: {name}")
    return out


def _level(level: Any, where: str) -> str:
    if isinstance(level, bool):
        return "on" if level else "off"
    if not isinstance(level, (str, int, float)) or "," in str(level):
        raise PalcaError("a list holds numbers, or texts without a comma", where)
    return str(level)


def _texts(table: InputTable, key: str) -> tuple[str, ...]:
    values = table.rows(key)
    if not all(isinstance(value, str) for value in values):
        raise PalcaError(f'write {key} = ["…"], as after --{key}', table.where)
    return tuple(values)
