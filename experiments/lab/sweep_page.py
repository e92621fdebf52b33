"""The page *Sweep*: two quantities over their ranges, and an outcome."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from palca.model.language.levers import LEVERS
from palca.model.state.parameters import PARAMETERS

from ..explore.sweep import Plan, plan_rows, variants_of
from ..io.numerals import number
from ..io.table import Column, Table, numbers
from ..observe.outcomes import OUTCOMES
from ..run.explain import ACTORS
from ..simulate.designs import Factor, design_points, parse_factor, tidy
from ..simulate.priors import PRIORS
from ..simulate.world_table import run_rows
from . import cases
from .blocks import Block, picture, table, text
from .cases import SEED, Case
from .choices import FIRST
from .form import Form, Values
from .kept import kept
from .page import Page
from .sweep_figure import draw_heat

_WORLDS: Final = 1_000  # about so many in all
_STEPS: Final = 6  # levels of a parameter
_FEW: Final = 3  # of a lever: each is a scenario of its own
_TITLES: Final = {outcome.name: outcome for outcome in OUTCOMES}
_SHARE: Final = 100  # steps of a slider


@lru_cache(maxsize=1)
def parameters() -> dict[str, str]:
    """Return the free parameters by name, with their meaning."""
    return {name: f"{name}: {row.meaning}" for name, row in PARAMETERS.items() if row.free}


@lru_cache(maxsize=1)
def levers() -> dict[str, str]:
    """Return what may be scaled from beginning to end, by the name of its setting."""
    return {
        f"lever.{actor}.{name}.scale": f"{ACTORS[actor]}: times as much {name.replace('_', ' ')}"
        for actor, rows in LEVERS.items()
        for name, row in rows.items()
        if row.unit != "orientation a month"
    }


def range_of(name: str) -> tuple[float, float, float, float]:
    """Return lowest and highest value of a factor, and where its prior lies."""
    if name not in PRIORS:
        return 0.0, 3.0, 0.0, 2.0
    prior = PRIORS[name]
    return prior.low, prior.high, *prior.interval


def _ask_factor(form: Form, which: str, label: str, options: dict[str, str], default: str) -> None:
    name = form.select(which, label, options, default)
    low, high, first, last = range_of(name)
    step = float(tidy(np.array([(high - low) / _SHARE]), high - low)[0])
    form.number(f"{which}_from", f"{label}: from", low, high, first, step)
    form.number(f"{which}_to", f"{label}: to", low, high, last, step)


def _ask(form: Form) -> None:
    _ask_factor(form, "across", "Across", {**parameters(), **levers()}, "backlash")
    second = {name: title for name, title in parameters().items()
              if name != form.values["across"]}  # fmt: skip
    default = "coup_trap" if "coup_trap" in second else next(iter(second))
    _ask_factor(form, "up", "Up", second, default)
    titles = {name: outcome.heading for name, outcome in _TITLES.items()}
    form.select("outcome", "Outcome", titles, "coups_1972_77")


def _factor(values: Values, which: str) -> Factor:
    name, low, high = values[which], values[f"{which}_from"], values[f"{which}_to"]
    count = _STEPS if name in PARAMETERS else _FEW
    return parse_factor(f"{name}={low!r}:{high!r}:{count}", name)


@kept
def sweep(factors: tuple[Factor, Factor]) -> pd.DataFrame:
    """Return the outcomes of a grid over two factors, a row a world; nobody may change it."""
    points = len(factors[0].levels) * len(factors[1].levels)
    replicates = -(-_WORLDS // points)
    plan = Plan(FIRST, (), (), factors, "grid", points, replicates, points * replicates, SEED)
    variants = {(): cases.resolved(Case())} if plan.variants == 1 else variants_of(plan)
    design = design_points("grid", factors, points, SEED)
    blocks = (plan_rows(plan, design, block) for block in range(plan.blocks))
    rows = pd.concat(list(blocks), ignore_index=True)  # at once: each variant is run but once
    return pd.concat([rows, pd.DataFrame(run_rows(variants, factors, rows))], axis=1)


def _show(values: Values) -> list[Block]:
    factors = _factor(values, "across"), _factor(values, "up")
    outcome = _TITLES[values["outcome"]]
    worlds = sweep(factors)
    grouped = worlds.groupby([factors[1].name, factors[0].name])[outcome.name]
    means = grouped.mean().unstack()
    error = float(grouped.sem().mean())
    levels = [f"{level:.3g}" for level in means.columns]
    rows = [
        (f"{level:.3g}", *(number(value, outcome.unit) for value in row))
        for level, row in zip(means.index[::-1], means.to_numpy(float)[::-1], strict=True)
    ]
    each = len(worlds) // means.size
    return [
        text(f"{len(worlds):,} worlds, {each} at each of {means.size} points, on the same draws at "
             f"every point. {outcome.heading.capitalize()} ({outcome.unit}); the standard error of "
             f"a cell is about {number(error, outcome.unit)}."),
        picture(lambda: draw_heat(means, outcome)),
        *table(Table(f"Mean of {outcome.heading}: {factors[1].name} by row, {factors[0].name} by "
                     "column",
                     [Column(factors[1].name), *numbers(*levels)]).filled(rows)),
        text(f"More worlds: palca sweep baseline --vary {factors[0].name}={levels[0]}:{levels[-1]} "
             f"--vary {factors[1].name}={rows[-1][0]}:{rows[0][0]}", tone="note"),
    ]  # fmt: skip


PAGE: Final = Page(
    "sweep",
    "Sweep",
    "How does an outcome change when two factors are varied together?",
    _ask,
    _show,
    (
        "A cell is a mean of about thirty worlds: look at its standard error before its colour.",
        "All other parameters keep values that fit the record; near the edge of the map they may "
        "no longer fit it.",
    ),
    resets={"across": ("across_from", "across_to"), "up": ("up_from", "up_to")},
)
