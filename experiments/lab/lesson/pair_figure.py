"""A world and its twin: who rules in each, until they part and after it."""

from __future__ import annotations

from typing import Final

import numpy as np

from palca.model.state.history import Events
from palca.model.state.scenario import Country

from ...io.figure_style import INK, Picture, ends_of_years, style
from ...io.language import _, written_month
from ...observe.histories import Histories
from ...run.figure import draw_rulers
from ..canvas import fixed_figure
from .past_figure import reigns
from .scene_worlds import Pair


def draw_pair(country: Country, pair: Pair) -> Picture:
    """Draw two strips of rulers, the change and the parting marked."""
    names = _("a world"), _("its twin")
    said = []
    with style():
        figure = fixed_figure(9.5, 2.0, 0.85, 0.2, 0.35, 0.25, up=0.15)
        axes = figure.subplots(2, 1, sharex=True)
        for row, (axis, name) in enumerate(zip(axes, names, strict=True)):
            history = _history_of(pair, row)
            draw_rulers(axis, country, history)
            axis.axvline(pair.since, color=INK, lw=1.2, ls=(0, (3, 2)))
            axis.axvline(pair.parted, color=INK, lw=2.0)
            axis.set_ylabel(name, rotation=0, ha="right", va="center")
            ruled = ", ".join(_("{name} from {month}", name=who, month=written_month(first))
                              for who, first, _last in reigns(country, history))  # fmt: skip
            said.append(f"{name}: {ruled}.")
        ends_of_years(axes[-1], pair.leader.shape[1])
        axes[0].set_title(_("dashed line: the change; before it the record, after it "
                          "the model; line: another rules"), fontsize=8)
    head = _("Who rules in a world and in its twin; the change comes in {since}, and in {parted} "
             "they part.", since=written_month(pair.since),
             parted=written_month(pair.parted))  # fmt: skip
    return Picture(figure, " ".join([head, *said]))


def _history_of(pair: Pair, row: int) -> Histories:
    series = {"leader": pair.leader[row][:, None], "orientation": pair.orientation[row][:, None]}
    return Histories(1, pair.leader.shape[1], series, _NO_EVENTS)


_NONE: Final = np.empty(0, dtype=np.int64)
_NO_EVENTS: Final = Events(_NONE, _NONE, _NONE, _NONE, _NONE, np.empty(0))
