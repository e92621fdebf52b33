"""What an intervention tends to change: both fans, and the difference with its standard errors."""

from __future__ import annotations

import numpy as np

from palca.model.calendar import month_name

from ..counterfactual.twins import QUANTITIES
from ..io.figure_style import DASHES, PALE, SERIES, Picture, ends_of_years, fan, style
from ..io.numerals import number
from .canvas import fixed_figure
from .cases import Difference

NAMES = ("without the change", "with the change")


def draw_difference(found: Difference, quantity: str) -> Picture:
    """Draw a quantity without the change and with it, and the mean of the differences."""
    title, unit = QUANTITIES[quantity]
    means = found.means[quantity].T
    months = found.since + np.arange(len(means[0])) + 0.5
    whether = unit == "share of worlds"  # each world has it or hasn't: a fan would say nothing
    with style():
        figure = fixed_figure(9.5, 3.3, 0.55, 0.2, 0.35, 0.35, across=0.16)
        left, right = figure.subplots(1, 2)
        for side, mean, name, colour, dashes in zip(
            found.fans[quantity], means, NAMES, SERIES, DASHES, strict=False
        ):
            if whether:
                left.plot(months, mean, color=colour, ls=dashes, label=name)
            else:
                fan(left, months, side, colour, dashes)
                left.plot([], [], color=colour, ls=dashes, label=name)
        left.set_title(f"{title} ({unit})" + ("" if whether else ": median, 25–75, 5–95 %"))
        left.legend(loc="best")
        mean, se = found.effect[quantity].T
        right.axhline(0.0, color=PALE, lw=0.8)
        right.fill_between(months, mean - 2 * se, mean + 2 * se, color=SERIES[2], alpha=0.3, lw=0)
        right.plot(months, mean, color=SERIES[2])
        right.set_title("mean difference; band: two standard errors")
        for axis in (left, right):
            ends_of_years(axis, found.since + len(mean), since=found.since)
    effect = found.last[quantity]
    last = month_name(effect.month)
    return Picture(
        figure,
        f"Left: {title}, {unit}, from {month_name(found.since)} on, in {found.worlds:,} worlds "
        f"without and with the change; in {last} on average {number(effect.factual, unit)} and "
        f"{number(effect.counter, unit)}. Right: the mean difference by month, "
        f"{number(effect.effect, unit, '+', apart=True)} in {last}, with a standard error of "
        f"{number(effect.se, unit, apart=True)}.",
    )
