"""The picture of a sweep: lines for one factor, heat maps for two, small multiples for more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from .design import Factor
from .measures import Outcome
from .sweep import Plan
from .sweep_report import levels_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LINE: Final = "#4c72b0"
_INK: Final = "#333333"
_MOST: Final = 12  # factors that are drawn


def draw_sweep(
    plan: Plan,
    worlds: pd.DataFrame,
    table: pd.DataFrame,
    outcomes: Sequence[Outcome],
    file: IO[bytes],
    title: str,
) -> None:
    """Draw how the outcomes change with the factors.

    Parameters
    ----------
    worlds : DataFrame
        A row a world, with columns for the factors and the outcomes.
    table : DataFrame
        Its means by level, from :func:`~palca.experiments.sweep_report.means`.
    file : writable
        Where the PNG goes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    factors = list(plan.factors[:_MOST])
    if len(factors) <= 2:
        columns = min(len(outcomes), 2 if len(outcomes) <= 4 else 4)
        rows = -(-len(outcomes) // columns)
        figure = Figure((3.4 * columns, 0.6 + 2.7 * rows), dpi=130, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        if len(factors) == 1:
            for axis, outcome in zip(axes, outcomes, strict=False):
                _line(axis, factors[0], table, outcome)
                axis.set_title(outcome.heading, fontsize=8, loc="left")
        else:
            across, up = factors
            places = [levels_of(factor, worlds[factor.name]) for factor in (up, across)]
            cells: Any = worlds[[o.name for o in outcomes]].groupby(places, observed=True).mean()
            for axis, outcome in zip(axes, outcomes, strict=False):
                _heat(axis, cells[outcome.name].unstack())
                axis.set_xlabel(across.name, fontsize=7.5)
                axis.set_ylabel(up.name, fontsize=7.5)
                axis.set_title(outcome.heading, fontsize=8, loc="left")
        for axis in axes[len(outcomes) :]:
            axis.set_visible(False)
        note = "means of worlds; bands: two standard errors" if len(factors) == 1 else "means"
    else:
        rows, columns = len(outcomes), len(factors)
        figure = Figure((1.2 + 1.9 * columns, 0.8 + 1.35 * rows), dpi=130, layout="constrained")
        axes = figure.subplots(rows, columns, sharey="row", sharex="col", squeeze=False)
        for line, outcome in zip(axes, outcomes, strict=True):
            for axis, factor in zip(line, factors, strict=True):
                _line(axis, factor, table, outcome)
                axis.set_xlabel("")
            line[0].set_ylabel(outcome.name.replace("_", "\n"), fontsize=7.5)
        for axis, factor in zip(axes[-1], factors, strict=True):
            axis.set_xlabel(factor.name, fontsize=7.5)
        left_out = f"; {len(plan.factors) - _MOST} factors more" if plan.factors[_MOST:] else ""
        note = f"means of worlds over all other factors; bands: two standard errors{left_out}"
    FigureCanvasAgg(figure)
    figure.suptitle(f"{title}\n{len(worlds):,} worlds; {note}", fontsize=9, x=0.01, ha="left")
    figure.savefig(file, format="png")


def _line(axis: Axes, factor: Factor, table: pd.DataFrame, outcome: Outcome) -> None:
    rows = table[(table["factor"] == factor.name) & (table["outcome"] == outcome.name)]
    mean, error = rows["mean"].to_numpy(float), rows["error"].fillna(0.0).to_numpy(float)
    names = [str(level) for level in factor.levels]
    monthly = bool(names) and all(re.fullmatch(r"\d{4}-\d\d", name) for name in names)
    if factor.numeric or monthly:
        x = np.arange(len(rows)) if monthly else rows["level"].to_numpy(float)
        axis.fill_between(x, mean - 2 * error, mean + 2 * error, color=_LINE, alpha=0.25, lw=0)
        axis.plot(x, mean, color=_LINE, lw=1.4)
        if monthly:
            _name(axis, list(rows["level"]))
    else:
        x = np.arange(len(rows))
        axis.errorbar(x, mean, 2 * error, fmt="o", color=_LINE, ms=4, capsize=2)
        _name(axis, list(rows["level"]))
    axis.set_xlabel(factor.name, fontsize=8)
    _plain(axis)


def _heat(axis: Axes, table: pd.DataFrame) -> None:
    shown = axis.imshow(table.to_numpy(), origin="lower", aspect="auto", cmap="viridis")
    axis.figure.colorbar(shown, ax=axis).ax.tick_params(labelsize=6.5)
    for name, labels in (("x", table.columns), ("y", table.index)):
        step = max(1, len(labels) // 5)
        texts = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in labels[::step]]
        getattr(axis, f"set_{name}ticks")(range(0, len(labels), step), texts)
        if name == "x" and sum(map(len, texts)) > 24:
            axis.tick_params("x", rotation=30)
    axis.tick_params(labelsize=7)


def _name(axis: Axes, levels: list[str]) -> None:
    step = max(1, -(-len(levels) // 6))
    places = range(0, len(levels), step)
    slanted = max(map(len, levels)) * len(list(places)) > 24
    axis.set_xticks(places, [levels[at] for at in places], rotation=30 if slanted else 0,
                    ha="right" if slanted else "center")  # fmt: skip
    axis.set_xlim(-0.5, len(levels) - 0.5)


def _plain(axis: Axes) -> None:
    axis.tick_params(labelsize=7, colors=_INK)
    for edge in ("top", "right"):
        axis.spines[edge].set_visible(False)
