"""Who ruled until a month, and when officers rose: what a student may know before he guesses."""

from __future__ import annotations

import numpy as np

from palca.model.state.scenario import Country

from ...io.figure_style import INK, PALE, Picture, ends_of_years, spells, style
from ...io.language import _, written_month
from ...observe.histories import Histories
from ...run.figure import draw_rulers
from ..canvas import fixed_figure


def reigns(country: Country, history: Histories) -> list[tuple[str, int, int]]:
    """Return who ruled, from which month to which."""
    leader = history.series["leader"][:, 0]
    return [(country.leaders[int(leader[start])].name, start, end - 1)
            for start, end in spells(leader) if not np.isnan(leader[start])]  # fmt: skip


def draw_past(country: Country, record: Histories, until: int) -> Picture:
    """Draw the rulers up to a month and the coups, and leave what comes after empty."""
    known = record.to(until + 1)
    with style():
        figure = fixed_figure(9.5, 1.25, 0.2, 0.2, 0.3, 0.25)
        axis = figure.add_subplot()
        draw_rulers(axis, country, known, top=0.72)
        for kind, marker in (("coup", "v"), ("failed coup", "x")):
            at = np.nonzero(known.count("power", kind)[:, 0])[0]
            axis.plot(at + 0.5, np.full(len(at), 0.87), marker, color=INK, ms=5, ls="")
        if until + 1 < record.months:
            axis.text((until + 1 + 120) / 2, 0.36, "?", color=PALE, fontsize=16, ha="center",
                      va="center")  # fmt: skip
        ends_of_years(axis, 120)
        axis.set_title(_("blocks: who rules, L left, C centre, R right; ▾ coup, × failed coup"),
                       fontsize=8)  # fmt: skip
    said = ", ".join(_("{name} from {month}", name=name, month=written_month(start))
                     for name, start, _end in reigns(country, known))  # fmt: skip
    return Picture(figure, _("Who ruled Bolivia until {month}: {said}.",
                             month=written_month(until), said=said))  # fmt: skip
