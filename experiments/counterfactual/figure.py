"""The figure of a counterfactual: fans from the fork on, survival, paired effects, twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_name

from ..io.figure_style import (
    COLOURS,
    DASHES,
    FACT,
    INK,
    INK_ON,
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
from ..observe.by_month import side
from .answer import Answer
from .stories import exemplars
from .twins import QUANTITIES, Paths, Twins
from .words import GIVEN, documented_attempts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROWS: Final = ("rules", "attempts", "ussr_delivered", "friction")
_PAIRS: Final = 4  # pairs in the strip


def draw_counterfactual(answer: Answer) -> Picture:
    """Draw worlds like ours with the change and without: a column for what they are given."""
    since, last = answer.fork, answer.factual["months"]
    x = since + np.arange(last - since) + 0.5
    with style():
        figure = new_figure(10.5, 13.0)
        axes = figure.subplots(len(_ROWS) + 1, len(answer.parts), squeeze=False)
        for row in axes[: len(_ROWS)]:  # each strip of worlds has numbers of its own
            for axis in row[1:]:
                axis.sharey(row[0])
        most = max(float(paths.values["attempts"][-1].mean()) for part in answer.parts.values()
                   for paths in (part.twins.factual, part.twins.counter))  # fmt: skip
        top = 1.1 * max(most, documented_attempts(answer, last - 1 - since) or 0.0, 0.1)
        for column, part in zip(axes.T, answer.parts.values(), strict=True):
            twins = part.twins
            _lines(column[0], twins, x, "rules", 103.0, 100.0)
            column[0].set_title(f"given {GIVEN[part.given]} (to {month_name(part.last)}):\n"
                                "the regime of the fork still rules")  # fmt: skip
            column[0].set_ylabel("% of worlds")
            _lines(column[1], twins, x, "attempts", top)
            column[1].set_title("coup attempts since the fork")
            column[1].set_ylabel("mean of worlds (attempts)")
            _documented(column[1], answer, x)
            for axis, quantity in zip(column[2:4], _ROWS[2:], strict=True):
                _fan(axis, twins, x, quantity)
            _timelines(column[4], twins, answer)
            for axis in column:
                ends_of_years(axis, last, since=since)
        worlds = f"{answer.question.worlds:,} worlds like ours, with the change and without"
        head(figure, f"{answer.counter['title']}\n{worlds}")
    return Picture(figure, _in_words(answer))


def _documented(axis: Axes, answer: Answer, x: Any) -> None:
    """Draw the attempts that the record has, as a red line."""
    counts = [documented_attempts(answer, months_on) for months_on in range(len(x))]
    if counts[0] is not None:
        axis.plot(x, np.array(counts), color=FACT, lw=1.4, drawstyle="steps-mid")
        axis.annotate("the record", (x[-1], float(counts[-1] or 0.0)), (0, 3), ha="right",
                      textcoords="offset points", color=FACT)  # fmt: skip


def _in_words(answer: Answer) -> str:
    main, said = answer.main, []
    for part in answer.parts.values():
        rules, attempts = part.effects["rules", main], part.effects["attempts", main]
        clear = "" if attempts.clear else ", which can't be distinguished from zero"
        said.append(
            f"given {GIVEN[part.given]}, after {main} months the regime of the fork still rules in "
            f"{percent(rules.factual)} without it and in {percent(rules.counter)} with it; the "
            f"effect on coup attempts is {decimal(attempts.effect, 2, '+')} (standard error "
            f"{decimal(attempts.se, 2)}){clear}"
        )
    return (
        f"{answer.question.worlds:,} worlds like ours, replayed with and without the change: "
        f"{answer.counter['title']}. {'. '.join(f'{one[0].upper()}{one[1:]}' for one in said)}."
    )


def _arms(twins: Twins) -> tuple[tuple[Paths, str, Any, str], ...]:
    return (
        (twins.factual, SERIES[0], DASHES[0], "without the change"),
        (twins.counter, SERIES[1], DASHES[1], "changed"),
    )


def _lines(axis: Axes, twins: Twins, x: Any, quantity: str, top: float, scale: float = 1.0) -> None:
    ends, names, colours = [], [], []
    for paths, colour, dashes, name in _arms(twins):
        mean = scale * paths.values[quantity].mean(axis=1)
        axis.plot(x, mean, color=colour, ls=dashes)
        ends.append(float(mean[-1]))
        names.append(name)
        colours.append(colour if colour != SERIES[1] else "#a85a00")  # the text must be darker
    axis.set_ylim(0, top)
    name_ends(axis, float(x[-1]) + 0.5, ends, names, colours)


def _fan(axis: Axes, twins: Twins, x: Any, quantity: str) -> None:
    for paths, colour, dashes, _ in _arms(twins):
        low, middle, high = np.quantile(paths.values[quantity], (0.05, 0.5, 0.95), axis=1)
        axis.fill_between(x, low, high, color=colour, alpha=0.18, lw=0)
        axis.plot(x, middle, color=colour, ls=dashes)
    title, unit = QUANTITIES[quantity]
    axis.set_title(f"{title}; median and 5–95 %")
    axis.set_ylabel(unit)


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
