"""What a change does: means with it and without it beside the record, and their difference."""

from __future__ import annotations

import numpy as np

from ...counterfactual.answer import RECORD
from ...io.figure_style import DASHES, PALE, SERIES, Picture, ends_of_years, fact_line, head, style
from ...io.language import N_, _, written_month
from ...io.numerals import spelled
from ..canvas import fixed_figure
from .twin_worlds import Difference, Twinned
from .what_if_words import horizons_of, main_of, sentence, title_of, units_of, written

NAMES = (N_("without the change"), N_("with the change"))


def draw_difference(found: Difference, quantity: str, ruler: str) -> Picture:
    """Draw means of a quantity above, their difference below; a column for what is given."""
    factor, unit, apart = units_of(quantity)
    title = title_of(quantity, ruler)
    months = found.since + np.arange(horizons_of(found)[-1] + 1) + 0.5
    fact = found.record.get(quantity)
    with style():
        figure = fixed_figure(9.5, 4.4, 0.7, 0.2, 0.55, 0.35, across=0.16, up=0.42)
        axes = figure.subplots(2, len(found.parts), squeeze=False, sharey="row")
        for (above, below), part in zip(axes.T, found.parts, strict=True):
            means = factor * part.means[quantity].T
            for mean, name, colour, dashes in zip(means, NAMES, SERIES, DASHES, strict=False):
                above.plot(months, mean, color=colour, ls=dashes, label=_(name))
            if fact is not None:
                line = {**fact_line(), "lw": 3.4, "zorder": 1.5}  # seen where another lies on it
                above.plot(months, factor * fact, label=_("the record"), **line)
            mean, se = factor * part.effect[quantity].T
            below.axhline(0.0, color=PALE, lw=0.8)
            below.fill_between(months, mean - 2 * se, mean + 2 * se, color=SERIES[2], alpha=0.3,
                               lw=0)  # fmt: skip
            below.plot(months, mean, color=SERIES[2])
            above.set_title(_given(found, part))
            below.set_title(_("mean difference; band: two standard errors"))
            for axis in (above, below):
                ends_of_years(axis, found.since + len(mean), since=found.since)
        axes[0, 0].set_ylabel(unit)
        axes[1, 0].set_ylabel(apart)
        axes[0, 0].legend(loc="best")
        head(figure, _("{title}: means of the worlds", title=f"{title[0].upper()}{title[1:]}"))
    return Picture(figure, " ".join([
        _("{title}, {unit}, month by month from {month} on, without the change and with it, in "
          "{count} pairs of worlds.", title=title, unit=unit,
          month=written_month(found.since), count=spelled(found.worlds, ",")),
        *(_numbers(found, part, quantity, ruler) for part in found.parts),
    ]))  # fmt: skip


def _given(found: Difference, part: Twinned) -> str:
    if part.last < 0:
        return _("given nothing")
    if part.given == RECORD:
        return _("given all that happened")
    if part.last >= found.since:
        return _("given what happened without the change by {month}",
                 month=written_month(part.last))  # fmt: skip
    return _("given what had happened by {month}", month=written_month(part.last))


def _numbers(found: Difference, part: Twinned, quantity: str, ruler: str) -> str:
    at = main_of(found)
    factor, unit, _apart = units_of(quantity)
    before, after = (written(value, quantity) for value in factor * part.means[quantity][at])
    said = _("With worlds {given}: {before} without and {after} with the change ({unit}).",
             given=_given(found, part), before=before, after=after, unit=unit)  # fmt: skip
    return f"{said} {sentence(found, part, quantity, ruler)}"
