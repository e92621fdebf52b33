"""Two quantities varied together: a heat map of an outcome's mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from ...io.figure_style import INK, Picture, style
from ...io.language import _
from ...io.numerals import number, spelled
from ...observe.outcome import Outcome
from ..canvas import fixed_figure

_GREY: Final = "#e4e2de"


def _ink(bright: bool, sure: bool) -> str:
    if not sure:
        return INK
    return "black" if bright else "white"


def levels_of(along: Iterable[Any]) -> list[str]:
    """Return the values of what is varied along an edge of the map."""
    return [spelled(float(level), ".3g") for level in along]


def draw_heat(means: pd.DataFrame, clear: pd.DataFrame, outcome: Outcome) -> Picture:
    """Draw a table of means: what is varied across in its columns, what is varied up in its rows.

    Each cell has its number in it; those that aren't `clear` are grey.
    """
    sure = clear.to_numpy()
    values = means.to_numpy(float)
    across, up = str(means.columns.name), str(means.index.name)
    with style():
        figure = fixed_figure(7.5, 4.6, 0.75, 1.3, 0.15, 0.55)
        axis = figure.add_subplot()
        shown = np.ma.masked_array(values, ~sure)
        image = axis.imshow(shown, origin="lower", aspect="auto", vmin=float(np.nanmin(values)),
                            vmax=float(np.nanmax(values)))  # fmt: skip
        axis.set_facecolor(_GREY)
        bar = figure.colorbar(image, cax=figure.add_axes((0.855, 0.12, 0.025, 0.845)))
        bar.set_label(_(outcome.heading))
        axis.set_xticks(range(values.shape[1]), levels_of(means.columns))
        axis.set_yticks(range(values.shape[0]), levels_of(means.index))
        axis.set_xlabel(across)
        axis.set_ylabel(up)
        middle = (np.nanmin(values) + np.nanmax(values)) / 2
        for (row, column), value in np.ndenumerate(values):
            axis.text(column, row, number(value, outcome.unit), ha="center", va="center",
                      fontsize=8, color=_ink(value > middle, bool(sure[row, column])))  # fmt: skip
    low, high = np.nanargmin(values), np.nanargmax(values)

    def place(flat: np.intp) -> str:
        row, column = divmod(int(flat), values.shape[1])
        return _("{value} at {across} {x} and {up} {y}", across=across, up=up,
                 value=number(values[row, column], outcome.unit),
                 x=levels_of(means.columns)[column], y=levels_of(means.index)[row])  # fmt: skip

    return Picture(figure, _("Heat map of {outcome} by {across} and {up}. Lowest: {lowest}. "
                             "Highest: {highest}. {grey} of {cells} cells are grey.",
                             outcome=_(outcome.heading), across=across, up=up, lowest=place(low),
                             highest=place(high), grey=int((~sure).sum()),
                             cells=sure.size))  # fmt: skip
