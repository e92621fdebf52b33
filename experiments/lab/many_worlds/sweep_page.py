"""The page *Sweep*: two quantities over their ranges, and an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from palca.model.language.levers import LEVERS
from palca.model.state.parameters import PARAMETERS
from palca.model.state.prior import Prior
from palca.scenarios import build, resolve

from ...explore.sweep import Plan, plan_rows, variants_of
from ...io.language import N_, _
from ...io.numerals import number, spelled
from ...io.table import Column, Table, numbers
from ...observe.outcomes import OUTCOMES
from ...run.explain import ACTORS
from ...simulate.designs import Factor, design_points, parse_factor, tidy
from ...simulate.world_table import run_rows
from .. import cases
from ..blocks import Block, later, picture, table, text
from ..cases import SEED, Case
from ..choices import FIRST
from ..form import Form, Values
from ..kept import kept
from ..page import Page
from ..scheduler import look_at_clock
from .sweep_figure import draw_heat, levels_of

_EACH: Final = 200  # worlds in a cell, at first
_MOST: Final = 1_000  # to which the page adds while somebody looks
_STEPS: Final = 5  # levels of a parameter: 25 cells have as many worlds as a visitor may have
_FEW: Final = 3  # of a lever: each is a scenario of its own
_TITLES: Final = {outcome.name: outcome for outcome in OUTCOMES}
_SHARE: Final = 100  # steps of a slider
_ROUNDING: Final = 1e-9  # cells that differ by less, as a share of the largest value, don't


def parameters() -> dict[str, str]:
    """Return the free parameters by name, with their meaning."""
    return {name: f"{name}: {_(row.meaning)}" for name, row in PARAMETERS.items() if row.free}


def levers() -> dict[str, str]:
    """Return what may be scaled from beginning to end, by the name of its setting."""
    return {
        f"lever.{actor}.{name}.scale": _("{actor}: times as much {lever}", actor=_(ACTORS[actor]),
                                         lever=name.replace("_", " "))
        for actor, rows in LEVERS.items()
        for name, row in rows.items()
        if row.unit != "orientation a month"
    }


@cache
def _priors() -> dict[str, Prior]:
    return build(resolve("baseline")).free_priors


def range_of(name: str) -> tuple[float, float, float, float]:
    """Return lowest and highest value of a factor, and where its prior lies."""
    prior = _priors().get(name)
    if prior is None:
        return 0.0, 3.0, 0.0, 2.0
    return prior.low, prior.high, *prior.interval


def _ask_factor(form: Form, which: str, label: str, options: dict[str, str], default: str) -> None:
    name = form.select(which, label, options, default)
    low, high, first, last = range_of(name)
    step = float(tidy(np.array([(high - low) / _SHARE]), high - low)[0])
    form.number(f"{which}_from", _("{factor}: from", factor=label), low, high, first, step)
    form.number(f"{which}_to", _("{factor}: to", factor=label), low, high, last, step)


def _ask(form: Form) -> None:
    _ask_factor(form, "across", _("Across"), {**parameters(), **levers()}, "backlash")
    second = {name: title for name, title in parameters().items()
              if name != form.values["across"]}  # fmt: skip
    default = "coup_trap" if "coup_trap" in second else next(iter(second))
    _ask_factor(form, "up", _("Up"), second, default)
    titles = {name: _(outcome.heading) for name, outcome in _TITLES.items()}
    form.select("outcome", _("Outcome"), titles, "coups_1972_77")
    counts = range(_EACH, (_MOST if plain(form.values) else _EACH) + 1, _EACH)
    form.values["each"] = int(form.select("each", _("Worlds a cell"), {
        str(count): spelled(count, ",") for count in counts
    }, str(_EACH)))  # fmt: skip


def plain(values: Values) -> bool:
    """Return whether only parameters are varied, so that more worlds take little time."""
    return values["across"] in PARAMETERS


def _factor(values: Values, which: str) -> Factor:
    name, low, high = values[which], values[f"{which}_from"], values[f"{which}_to"]
    count = _STEPS if name in PARAMETERS else _FEW
    return parse_factor(f"{name}={low!r}:{high!r}:{count}", name)


@kept
def sweep(factors: tuple[Factor, Factor], part: int = 0) -> pd.DataFrame:
    """Return the outcomes of a grid over two factors, a row a world; nobody may change it.

    Parameters
    ----------
    part : int
        Each part has as many worlds in a cell, on draws of its own.
    """
    look_at_clock()
    points = len(factors[0].levels) * len(factors[1].levels)
    plan = Plan(FIRST, (), (), factors, "grid", points, _EACH, points * _EACH, SEED + part)
    variants = {(): cases.resolved(Case())} if plan.variants == 1 else variants_of(plan)
    design = design_points("grid", factors, points, plan.seed)
    blocks = (plan_rows(plan, design, block) for block in range(plan.blocks))
    rows = pd.concat(list(blocks), ignore_index=True)  # at once: each variant is run but once
    rows["replicate"] += part * _EACH
    return pd.concat([rows, pd.DataFrame(run_rows(variants, factors, rows))], axis=1)


@dataclass(frozen=True, slots=True)
class Cells:
    """An outcome over a grid, whose cells live through the same draws.

    Attributes
    ----------
    means : DataFrame
        What is varied up in the rows, what is varied across in the columns.
    clear : DataFrame of bool
        Whether a cell's mean is further from the mean of all cells than two standard errors.
    difference_se : float
        Mean standard error of a cell's difference from the mean of all cells.
    level_se : float
        Standard error of the mean of all cells.
    """

    means: pd.DataFrame
    clear: pd.DataFrame
    difference_se: float
    level_se: float


def cells_of(worlds: pd.DataFrame, up: str, across: str, outcome: str) -> Cells:
    """Return an outcome by cell; cells are compared replicate by replicate, on the same draws."""
    table = worlds.set_index([up, across, "replicate"])[outcome].unstack()
    of_all = table.mean(axis=0)
    apart = table - of_all
    error = apart.sem(axis=1)
    rounding = _ROUNDING * float(np.nan_to_num(table.abs().to_numpy()).max())
    clear = apart.mean(axis=1).abs() > np.maximum(2.0 * error, rounding)
    sizes = pd.Series([error.mean(), of_all.sem()], dtype=float)
    return Cells(table.mean(axis=1).unstack(), clear.unstack(), *sizes.tolist())


def _show(values: Values) -> list[Block]:
    factors = _factor(values, "across"), _factor(values, "up")
    outcome = _TITLES[values["outcome"]]
    each = values["each"]
    worlds = pd.concat([sweep(factors, part) for part in range(each // _EACH)], ignore_index=True)
    found = cells_of(worlds, factors[1].name, factors[0].name, outcome.name)
    means, clear = found.means, found.clear.to_numpy()
    level = number(found.level_se, outcome.unit, apart=True)
    told = [[number(value, outcome.unit) for value in row] for row in means.to_numpy(float)]
    levels = levels_of(means.columns)
    rows = [
        (at, *(cell if sure else f"({cell})" for cell, sure in zip(*row, strict=True)))
        for at, *row in zip(levels_of(means.index[::-1]), told[::-1], clear[::-1], strict=True)
    ]
    up, across, title = factors[1].name, factors[0].name, _(outcome.heading)
    more = plain(values) and each < _MOST
    return [
        text(_("{count} of {cells} cells can be told from the mean of all cells; the others are "
               "grey. {outcome} ({unit}): the standard error of a cell's difference from that mean "
               "is about {error}.", count=clear.sum(), cells=clear.size,
               outcome=title.capitalize(), unit=_(outcome.unit),
               error=number(found.difference_se, outcome.unit, apart=True))),
        text(_("Each cell has {each} worlds, and the same {each} sequences of draws serve every "
               "cell. So cells differ by what is varied, and the whole map may be too high or too "
               "low: the standard error of its mean is {level}.", each=spelled(each, ","),
               level=level),
             *([_("While you look, more worlds are added, up to {most} a cell.",
                  most=spelled(_MOST, ","))] if more else []), tone="note"),
        picture(lambda: draw_heat(means, found.clear, outcome)),
        *table(Table(_("Mean of {outcome}: {up} by row, {across} by column; in brackets what can't "
                       "be told from the mean of all cells", outcome=title, up=up, across=across),
                     [Column(up), *numbers(*levels)]).filled(rows)),
        text(_("More worlds: {line}",
               line="palca sweep baseline " + " ".join(
                   f"--vary {name}={float(ends[0]):.3g}:{float(ends[-1]):.3g}"
                   for name, ends in ((across, means.columns), (up, means.index))
               )), tone="note"),
        *([later("each", str(each + _EACH))] if more else []),
    ]  # fmt: skip


PAGE: Final = Page(
    "sweep",
    N_("Sweep"),
    N_("How does an outcome change when two factors are varied together?"),
    _ask,
    _show,
    (
        N_("Of 20 cells that don't differ, about one is told from the mean by chance."),
        N_("All other parameters keep values that fit the record; near the edge of the map they "
           "may no longer fit it."),
    ),
    resets={"across": ("across_from", "across_to", "each"), "up": ("up_from", "up_to")},
)
