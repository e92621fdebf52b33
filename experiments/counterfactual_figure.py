"""The figure of a counterfactual: fans from the fork on, survival, paired effects, twins."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_name

from .inquiry import Answer
from .stories import telling_pairs
from .twins import QUANTITIES, Twins

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FACTUAL: Final = "#4c72b0"
_COUNTER: Final = "#d55e00"
_FANS: Final = ("ussr_atmosphere", "ussr_delivered", "friction", "legitimacy")


def draw_counterfactual(answer: Answer, path: Path) -> None:
    """Draw factual and counterfactual worlds side by side and write the figure."""
    from matplotlib.figure import Figure

    twins = answer.twins
    assert twins is not None
    figure = Figure(figsize=(11, 12), layout="constrained")
    axes = figure.subplots(4, 2)
    months = np.arange(twins.factual.months)
    years = 1969 + (twins.factual.since + months) / 12
    _survival(axes[0, 0], twins, years)
    _mean(axes[0, 1], twins, years, "attempts")
    for axis, quantity in zip(axes[1:3].ravel(), _FANS, strict=True):
        _fan(axis, twins, years, quantity)
    _paired(axes[3, 0], answer)
    _timelines(axes[3, 1], twins, answer, years)
    for axis in axes.ravel()[:6]:
        axis.set_xlim(years[0], years[-1])
    figure.suptitle(
        f"{answer.counter['title']}\ngiven {answer.evidence.title.lower()}, to "
        f"{month_name(max(answer.last, 0))}; {twins.factual.worlds:,} pairs of twins",
        fontsize=11, x=0.02, ha="left",
    )  # fmt: skip
    figure.savefig(path, dpi=130)


def _survival(axis: Axes, twins: Twins, years: Any) -> None:
    for paths, colour, name in (
        (twins.factual, _FACTUAL, "as it was"), (twins.counter, _COUNTER, "with the change"),
    ):  # fmt: skip
        axis.plot(years, paths.values["rules"].mean(axis=1), color=colour, label=name)
    axis.set_ylim(0, 1.02)
    axis.set_title("the regime of the fork still rules (share of worlds)", fontsize=9)
    axis.legend(frameon=False, fontsize=8)


def _mean(axis: Axes, twins: Twins, years: Any, quantity: str) -> None:
    for paths, colour in ((twins.factual, _FACTUAL), (twins.counter, _COUNTER)):
        axis.plot(years, paths.values[quantity].mean(axis=1), color=colour)
    axis.set_title(f"{QUANTITIES[quantity][0]} (mean of worlds)", fontsize=9)


def _fan(axis: Axes, twins: Twins, years: Any, quantity: str) -> None:
    for paths, colour in ((twins.factual, _FACTUAL), (twins.counter, _COUNTER)):
        low, middle, high = np.quantile(paths.values[quantity], (0.05, 0.5, 0.95), axis=1)
        axis.fill_between(years, low, high, color=colour, alpha=0.18, lw=0)
        axis.plot(years, middle, color=colour)
    title, unit = QUANTITIES[quantity]
    axis.set_title(f"{title} ({unit}); median and 5–95 %", fontsize=9)


def _paired(axis: Axes, answer: Answer) -> None:
    """Draw how the effect on attempts is distributed over pairs."""
    twins, main = answer.twins, answer.main
    assert twins is not None
    difference = twins.difference("attempts")[main]
    values, counts = np.unique(difference, return_counts=True)
    axis.bar(values, counts / counts.sum(), width=0.8, color="#777777")
    axis.set_yscale("log")
    axis.set_title(f"difference in coup attempts after {main} months, share of pairs", fontsize=9)
    axis.axvline(float(difference.mean()), color=_COUNTER, lw=1)


def _timelines(axis: Axes, twins: Twins, answer: Answer, years: Any) -> None:
    """Draw who ruled in a few worlds (upper strip) and in their twins (lower strip)."""
    from matplotlib import colormaps

    colours = colormaps["RdBu"]
    worlds = telling_pairs(twins, 4)
    for row, world in enumerate(worlds):
        for half, paths in enumerate((twins.factual, twins.counter)):
            top = -row - 0.42 * half
            course = paths.values["orientation"][:, world]
            axis.imshow(
                course[None, :], aspect="auto", cmap=colours, vmin=-1.3, vmax=1.3,
                extent=(years[0], years[-1], top - 0.38, top), interpolation="nearest",
            )  # fmt: skip
            leader = paths.values["leader"][:, world].astype(int)
            turns = [0, *(np.nonzero(np.diff(leader))[0] + 1), len(leader)]
            for first, last in pairwise(turns):
                if (last - first) * 70 > len(leader) * 7:
                    name = answer.country.leaders[leader[first]].short
                    axis.text(years[first] + 0.05, top - 0.19, name, fontsize=6, va="center",
                              clip_on=True)  # fmt: skip
    axis.set_ylim(-max(len(worlds), 1) + 0.1, 0.05)
    axis.set_xlim(years[0], years[-1])
    axis.set_yticks([-row - 0.4 for row in range(len(worlds))], [f"{world}" for world in worlds],
                    fontsize=7)  # fmt: skip
    axis.set_title("some worlds and, below each, its twin; red left, blue right", fontsize=9)
