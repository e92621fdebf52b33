"""The picture of a sweep: lines for one factor, heat maps for two, small multiples for more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..io.figure_style import SERIES, Picture, head, many, new_figure, style
from ..observe.outcome import Outcome
from ..simulate.designs import Factor
from .sweep import Plan
from .sweep_table import levels_of, with_unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST: Final = 12  # factors that are drawn
_WORDS: Final = 3  # outcomes in the alternative text
_UNITS: Final = ("months", "USD m", "USD m a year", "% a year", "0 to 3")  # that end headings
_WIDE: Final = 40  # letters in a line of a panel's title


def draw_sweep(
    plan: Plan,
    worlds: pd.DataFrame,
    table: pd.DataFrame,
    outcomes: Sequence[Outcome],
    title: str,
) -> Picture:
    """Draw how the outcomes change with the factors.

    Parameters
    ----------
    worlds : DataFrame
        A row a world, with columns for the factors and the outcomes.
    table : DataFrame
        Its means by level, from :func:`~palca.experiments.explore.sweep_table.means`.
    """
    factors = list(plan.factors[:_MOST])
    with style():
        if len(factors) <= 2:
            figure, note = _panels(factors, worlds, table, outcomes)
        else:
            figure, note = _multiples(factors, table, outcomes)
            if plan.factors[_MOST:]:
                note += f"; {len(plan.factors) - _MOST} more factors"
        head(figure, f"{title}\n{many(len(worlds), 'world')}; {note}")
    said = _in_words(plan, table, outcomes)
    return Picture(figure, f"{title}: {many(len(worlds), 'world')}; {said}")


def _in_words(plan: Plan, table: pd.DataFrame, outcomes: Sequence[Outcome]) -> str:
    """Return which factor moves the mean of the first outcomes most, and from where to where."""
    differences = []
    for outcome in outcomes[:_WORDS]:
        rows = table[table["outcome"] == outcome.name]
        if rows["mean"].isna().all():
            continue
        means = rows.groupby("factor", sort=False)["mean"]
        factor = str((means.max() - means.min()).idxmax())
        own = rows[rows["factor"] == factor].sort_values("mean")
        least, most = own.iloc[0], own.iloc[-1]
        differences.append(
            f"{' ('.join(_named(outcome))}) from {least['mean']:.3g} at {factor} = "
            f"{_level(least['level'])} to {most['mean']:.3g} at {_level(most['level'])}"
        )
    what = ", ".join(factor.name for factor in plan.factors[:_MOST])
    return f"mean outcomes by {what}. The widest differences: {'; '.join(differences)}."


def _level(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _named(outcome: Outcome) -> tuple[str, str]:
    """Return an outcome's heading without its unit, and the unit."""
    name, _, unit = outcome.heading.rpartition(", ")
    return (name, unit) if unit in _UNITS else (outcome.heading, outcome.unit)


def _panels(
    factors: Sequence[Factor],
    worlds: pd.DataFrame,
    table: pd.DataFrame,
    outcomes: Sequence[Outcome],
) -> tuple[Figure, str]:
    """Draw a panel an outcome: lines over one factor, a heat map over two."""
    columns = min(len(outcomes), 2 if len(outcomes) <= 4 else 3)
    rows = -(-len(outcomes) // columns)
    figure = new_figure(max(3.6 * columns, 5.0), 0.7 + 2.8 * rows)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes[len(outcomes) :]:
        axis.set_visible(False)
    if len(factors) == 1:
        for axis, outcome in zip(axes, outcomes, strict=False):
            _line(axis, factors[0], table, outcome)
            name, unit = _named(outcome)
            axis.set_title(fill(name, _WIDE))
            axis.set_ylabel(unit)
        return figure, "means; bands: two standard errors"
    across, up = factors
    levels = [levels_of(factor, worlds[factor.name]) for factor in (up, across)]
    cells: Any = worlds[[o.name for o in outcomes]].groupby(levels, observed=True).mean()
    for axis, outcome in zip(axes, outcomes, strict=False):
        name, unit = _named(outcome)
        _heat(axis, cells[outcome.name].unstack(), unit)
        axis.set_xlabel(with_unit(across.name))
        axis.set_ylabel(with_unit(up.name))
        axis.set_title(fill(name, _WIDE))
    return figure, "means"


def _multiples(
    factors: Sequence[Factor], table: pd.DataFrame, outcomes: Sequence[Outcome]
) -> tuple[Figure, str]:
    """Draw a row an outcome and a column a factor."""
    rows, columns = len(outcomes), len(factors)
    figure = new_figure(1.4 + 1.9 * columns, 0.9 + 1.45 * rows)
    axes = figure.subplots(rows, columns, sharey="row", sharex="col", squeeze=False)
    for line, outcome in zip(axes, outcomes, strict=True):
        for axis, factor in zip(line, factors, strict=True):
            _line(axis, factor, table, outcome)
            axis.set_xlabel("")
        name, unit = _named(outcome)
        line[0].set_ylabel(f"{fill(name, 22)}\n({unit})", fontsize=7.5)
    for axis, factor in zip(axes[-1], factors, strict=True):
        axis.set_xlabel(fill(with_unit(factor.name), 26), fontsize=7.5)
    return figure, "means over all other factors; bands: two standard errors"


def _line(axis: Axes, factor: Factor, table: pd.DataFrame, outcome: Outcome) -> None:
    rows = table[(table["factor"] == factor.name) & (table["outcome"] == outcome.name)]
    mean, se = rows["mean"].to_numpy(float), rows["se"].to_numpy(float)
    names = [str(level) for level in factor.levels]
    monthly = bool(names) and all(re.fullmatch(r"\d{4}-\d\d", name) for name in names)
    colour = SERIES[0]
    if factor.numeric or monthly:
        x = np.arange(len(rows)) if monthly else rows["level"].to_numpy(float)
        axis.fill_between(x, mean - 2 * se, mean + 2 * se, color=colour, alpha=0.25, lw=0)
        axis.plot(x, mean, color=colour)
        if monthly:
            _name(axis, list(rows["level"]))
    else:
        x = np.arange(len(rows))
        axis.errorbar(x, mean, 2 * se, fmt="o", color=colour, ms=4, capsize=2)
        _name(axis, list(rows["level"]))
    axis.set_xlabel(with_unit(factor.name))


def _heat(axis: Axes, table: pd.DataFrame, unit: str) -> None:
    image = axis.imshow(table.to_numpy(), origin="lower", aspect="auto")
    bar = axis.figure.colorbar(image, ax=axis)
    bar.ax.tick_params(labelsize=7)
    bar.set_label(unit, fontsize=7.5)
    for name, labels in (("x", table.columns), ("y", table.index)):
        step = max(1, len(labels) // 5)
        texts = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in labels[::step]]
        getattr(axis, f"set_{name}ticks")(range(0, len(labels), step), texts)
        if name == "x" and sum(map(len, texts)) > 24:
            axis.set_xticks(axis.get_xticks(), texts, rotation=30, ha="right")


def _name(axis: Axes, levels: list[str]) -> None:
    step = max(1, -(-len(levels) // 6))
    ticks = range(0, len(levels), step)
    slanted = max(map(len, levels)) * len(list(ticks)) > 24
    axis.set_xticks(ticks, [levels[at] for at in ticks], rotation=30 if slanted else 0,
                    ha="right" if slanted else "center")  # fmt: skip
    axis.set_xlim(-0.5, len(levels) - 0.5)
