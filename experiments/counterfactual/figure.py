"""The figure of a counterfactual: fans from the fork on, survival, paired effects, twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..io.figure_style import (
    COLOURS,
    DASHES,
    INK,
    INK_ON,
    PALE,
    SERIES,
    Picture,
    ends_of_years,
    head,
    name_ends,
    new_figure,
    spells,
    style,
)
from ..io.numerals import decimal, percent
from ..observe.outcomes import side
from .answer import Answer
from .report import like
from .stories import exemplars
from .twins import QUANTITIES, Paths, Twins

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FANS: Final = ("ussr_atmosphere", "ussr_delivered", "friction", "legitimacy")
_PAIRS: Final = 4  # pairs in the strip


def draw_counterfactual(answer: Answer) -> Picture:
    """Draw factual and counterfactual worlds side by side."""
    twins = answer.twins
    assert twins is not None
    since, last = twins.factual.since, twins.factual.since + twins.factual.months
    x = since + np.arange(twins.factual.months) + 0.5
    with style():
        figure = new_figure(10.5, 11.5)
        axes = figure.subplots(4, 2)
        _lines(axes[0, 0], twins, x, "rules", 100.0)
        axes[0, 0].set_title("the regime of the fork still rules")
        axes[0, 0].set_ylabel("% of worlds")
        _lines(axes[0, 1], twins, x, "attempts")
        axes[0, 1].set_title(f"{QUANTITIES['attempts'][0]}, mean of worlds")
        axes[0, 1].set_ylabel("attempts")
        for axis, quantity in zip(axes[1:3].ravel(), _FANS, strict=True):
            _fan(axis, twins, x, quantity)
        for axis in axes[:3].ravel():
            ends_of_years(axis, last, since=since)
        _paired(axes[3, 0], answer)
        _timelines(axes[3, 1], twins, answer)
        ends_of_years(axes[3, 1], last, since=since)
        head(figure, f"{answer.counter['title']}\n{twins.factual.worlds:,} pairs of worlds "
                     f"{like(answer)}")  # fmt: skip
    return Picture(figure, _in_words(answer))


def _in_words(answer: Answer) -> str:
    main, twins = answer.main, answer.twins
    assert twins is not None
    rules, attempts = answer.effects["rules", main], answer.effects["attempts", main]
    clear = "" if attempts.clear else ", which can't be distinguished from zero"
    return (
        f"{twins.factual.worlds:,} worlds {like(answer)}, replayed with and without the change: "
        f"{answer.counter['title']}. After {main} months the regime of the fork still rules in "
        f"{percent(rules.factual)} without it and in {percent(rules.counter)} with it; the effect "
        f"on coup attempts is {decimal(attempts.effect, 2, '+')} (standard error "
        f"{decimal(attempts.se, 2)}){clear}."
    )


def _arms(twins: Twins) -> tuple[tuple[Paths, str, Any, str], ...]:
    return (
        (twins.factual, SERIES[0], DASHES[0], "without the change"),
        (twins.counter, SERIES[1], DASHES[1], "changed"),
    )


def _lines(axis: Axes, twins: Twins, x: Any, quantity: str, scale: float = 1.0) -> None:
    ends, names, colours = [], [], []
    for paths, colour, dashes, name in _arms(twins):
        mean = scale * paths.values[quantity].mean(axis=1)
        axis.plot(x, mean, color=colour, ls=dashes)
        ends.append(float(mean[-1]))
        names.append(name)
        colours.append(colour if colour != SERIES[1] else "#a85a00")  # the text must be darker
    axis.set_ylim(bottom=0)
    name_ends(axis, float(x[-1]) + 0.5, ends, names, colours)


def _fan(axis: Axes, twins: Twins, x: Any, quantity: str) -> None:
    for paths, colour, dashes, _ in _arms(twins):
        low, middle, high = np.quantile(paths.values[quantity], (0.05, 0.5, 0.95), axis=1)
        axis.fill_between(x, low, high, color=colour, alpha=0.18, lw=0)
        axis.plot(x, middle, color=colour, ls=dashes)
    title, unit = QUANTITIES[quantity]
    axis.set_title(f"{title}; median and 5–95 %")
    axis.set_ylabel(unit)


def _paired(axis: Axes, answer: Answer) -> None:
    """Draw how the effect on attempts is distributed over pairs."""
    twins, main = answer.twins, answer.main
    assert twins is not None
    difference = twins.difference("attempts")[main]
    values, counts = np.unique(difference, return_counts=True)
    axis.bar(values, 100 * counts / counts.sum(), width=0.8, color=PALE)
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter("{x:g}")
    axis.set_ylabel("% of pairs")
    axis.set_xlabel(f"coup attempts with the change minus without, after {main} months")
    mean = float(difference.mean())
    axis.axvline(mean, color=SERIES[1], ls=DASHES[1])
    axis.annotate(f"mean {decimal(mean, 2, '+')}", (mean, 1.0), (4, -2), va="top",
                  textcoords="offset points", xycoords=("data", "axes fraction"),
                  color="#a85a00")  # fmt: skip
    axis.set_title("differences within pairs")


def _timelines(axis: Axes, twins: Twins, answer: Answer) -> None:
    """Draw who ruled in a few worlds (upper strip) and in their twins (lower strip)."""
    worlds = exemplars(twins, _PAIRS)
    since = twins.factual.since
    for row, world in enumerate(worlds):
        for half, paths in enumerate((twins.factual, twins.counter)):
            top = -row - 0.42 * half
            orientation = paths.values["orientation"][:, world]
            leader = paths.values["leader"][:, world].astype(int)
            sides = [side(value) for value in orientation]
            for first, last in spells(sides):
                axis.fill_between([since + first, since + last], top - 0.38, top, lw=0,
                                  color=COLOURS[sides[first]])  # fmt: skip
            for first, last in spells(leader):
                axis.plot([since + first] * 2, [top - 0.38, top], color="white", lw=1)
                name = answer.country.leaders[leader[first]].short
                alike = next(end for start, end in spells(sides) if start <= first < end)
                if min(last, alike) - first > 0.026 * len(name) * len(leader):
                    axis.text(since + first + 0.8, top - 0.19, name, fontsize=6.5, va="center",
                              color=INK_ON[sides[first]])  # fmt: skip
    axis.set_ylim(-max(len(worlds), 1) + 0.1, 0.05)
    axis.set_yticks([-row - 0.4 for row in range(len(worlds))], [str(world) for world in worlds])
    axis.set_ylabel("world (number)")
    axis.set_title("some worlds and, below each, its twin with the change")
    for index, name in enumerate(COLOURS):
        at = 0.02 + 0.2 * index
        axis.annotate("■", (at, -0.2), xycoords="axes fraction", color=COLOURS[name], fontsize=10)
        axis.annotate(name, (at + 0.04, -0.2), xycoords="axes fraction", fontsize=8)
    if not worlds:
        axis.text(0.5, 0.5, "no twins diverge", transform=axis.transAxes, ha="center", color=INK)
