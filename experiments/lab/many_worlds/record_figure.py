"""The simulated worlds beside the record: outcomes as ranges, months as fans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from palca.model.types import Floats

from ...forecast.scores import OutcomeScore
from ...io.figure_style import (
    FACT,
    PALE,
    SERIES,
    Picture,
    ends_of_years,
    fact_line,
    fan,
    hatch_gaps,
    style,
)
from ...io.language import _
from ...io.numerals import number, spelled
from ...observe.by_month import UNREST, atmosphere, known_friction, unrest
from ...observe.histories import Histories
from ...simulate.ensemble import MONTHLY, Summary
from ..canvas import fixed_figure


def documented_months(history: Histories) -> dict[str, Floats]:
    """Return what is documented by month, in the terms of the ensemble's series.

    NaN in a month of which it isn't known.
    """
    level = unrest(history)[:, 0]
    seen = history.covers("conflict", UNREST) | (level > 0)
    one = {name: history.series[name][:, 0] for name in ("orientation", "legality", "growth")}
    return one | {
        "unrest": np.where(seen, level, np.nan),
        "ussr_atmosphere": atmosphere(history, "ussr")[:, 0],
        "us_atmosphere": atmosphere(history, "us")[:, 0],
        "us_recent": 12.0 * history.series["us_commitment"][:, 0],
        "friction_shown": known_friction(history)[:, 0],
    }


def draw_months(summary: Summary, series: str, fact: Floats | None, first: int = 0) -> Picture:
    """Draw the fan of a monthly series, and the documented line if there is one.

    Parameters
    ----------
    first : int
        The month of the first row, counted from January 1969.
    """
    title, unit = (_(said) for said in MONTHLY[series])
    quantiles = summary.quantiles(series)
    months = np.arange(len(quantiles)) + 0.5
    with style():
        figure = fixed_figure(9.5, 3.0, 0.55, 0.2, 0.35, 0.35)
        axis = figure.add_subplot()
        fan(axis, months, quantiles)
        axis.plot([], [], color=SERIES[0], label=_("simulated: median, 25–75 %, 5–95 %"))
        if fact is not None:
            fact = fact[: len(months)]
            gap = np.isnan(fact)
            alone = np.append(True, gap[:-1]) & np.append(gap[1:], True)  # no line shows it
            axis.plot(months, fact, ".-", ms=9, markevery=np.nonzero(alone)[0].tolist(),
                      label=_("documented"), **fact_line())  # fmt: skip
            hatch_gaps(axis, ~gap)
        axis.set_title(f"{title} ({unit})")
        axis.legend(loc="upper left", ncols=3, frameon=True, edgecolor="none", framealpha=1.0)
        axis.margins(y=0.18)
        ends_of_years(axis, len(months), zero=first)
    low, _lower, middle, _upper, high = quantiles[-1]
    known = [] if fact is None else [value for value in fact if value == value]
    said = (
        _("No monthly values are documented.")
        if fact is None or not known
        else _("Documented: between {least} and {most}, last {last}. {gaps} of {months} months "
               "aren't covered by the record.", least=spelled(min(known), ".2f"),
               most=spelled(max(known), ".2f"), last=spelled(known[-1], ".2f"),
               gaps=len(fact) - len(known), months=len(fact))
    )  # fmt: skip
    shown = _("{title}, {unit}, by month in {worlds} worlds; at the end the median is {middle} and "
              "90 % of the worlds lie between {low} and {high}.", title=_begun(title),
              unit=unit, worlds=spelled(summary.worlds, ","), middle=spelled(middle, ".2f"),
              low=spelled(low, ".2f"), high=spelled(high, ".2f"))  # fmt: skip
    return Picture(figure, f"{shown} {said}")


def draw_outcomes(outcome_scores: Sequence[OutcomeScore]) -> Picture:
    """Draw each outcome's range, its median, and the documented value, on a scale of its own."""
    with style():
        figure = fixed_figure(9.5, 0.55 + 0.62 * len(outcome_scores), 3.4, 0.2, 0.3, 0.25, up=1.4)
        axes = figure.subplots(len(outcome_scores), 1, squeeze=False)[:, 0]
        for axis, score in zip(axes, outcome_scores, strict=True):
            axis.plot([score.low, score.high], [0, 0], color=SERIES[0], lw=5, alpha=0.35,
                      solid_capstyle="butt")  # fmt: skip
            axis.plot([score.median], [0], "|", color=SERIES[0], ms=13, mew=2)
            if score.documented == score.documented:
                axis.plot([score.documented], [0], "o", color=FACT, ms=7, mec="white")
            axis.set_ylim(-1, 1)
            axis.margins(x=0.06)
            axis.set_yticks([0], [_(score.outcome.heading)])
            axis.spines["left"].set_visible(False)
            axis.spines["bottom"].set_color(PALE)
            axis.tick_params("y", length=0)
        axes[0].set_title(_("bar: 90 % of the worlds; line: median; red dot: documented"))
    said = "; ".join(f"{_(score.outcome.heading)}: {_in_words(score)}" for score in outcome_scores)
    return Picture(figure, f"{_('Simulated ranges and documented values.')} {said}.")


def _in_words(score: OutcomeScore) -> str:
    unit = score.outcome.unit
    ends = {"low": number(score.low, unit), "high": number(score.high, unit)}
    if score.documented != score.documented:
        return _("simulated {low} to {high}, not documented", **ends)
    form = (_("simulated {low} to {high}, documented {value}, inside") if score.inside else
            _("simulated {low} to {high}, documented {value}, outside"))  # fmt: skip
    return form.format(**ends, value=number(score.documented, unit))


def draw_two(first: Summary, second: Summary, series: str, names: tuple[str, str]) -> Picture:
    """Draw the fans of a monthly series of two ensembles."""
    title, unit = (_(said) for said in MONTHLY[series])
    with style():
        figure = fixed_figure(9.5, 3.0, 0.55, 0.2, 0.35, 0.35)
        axis = figure.add_subplot()
        ends: list[Any] = []
        for summary, name, colour, dashes in zip(
            (first, second), names, SERIES, ("-", (0, (5, 1.5))), strict=False
        ):
            quantiles = summary.quantiles(series)
            fan(axis, np.arange(len(quantiles)) + 0.5, quantiles, colour, dashes)
            axis.plot([], [], color=colour, ls=dashes, label=name)
            ends.append((name, quantiles[-1]))
        axis.set_title(_("{title} ({unit}): median, 25–75 %, 5–95 %", title=title, unit=unit))
        axis.legend(loc="upper left", ncols=2)
        axis.margins(y=0.18)
        ends_of_years(axis, len(first.rulers))
    said = "; ".join(
        _("{name}: median {middle}, 90 % between {low} and {high}", name=name,
          middle=spelled(row[2], ".2f"), low=spelled(row[0], ".2f"), high=spelled(row[4], ".2f"))
        for name, row in ends
    )
    return Picture(figure, _("{title}, {unit}, by month in {worlds} worlds under two policies. At "
                             "the end {said}.", title=_begun(title), unit=unit,
                             worlds=spelled(first.worlds, ","), said=said))  # fmt: skip


def _begun(title: str) -> str:
    """Return a title as a sentence begins with it."""
    return f"{title[0].upper()}{title[1:]}"
