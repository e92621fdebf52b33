"""Figures of a fixed layout: half the time of one that arranges itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..io.figure_style import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fixed_figure(
    width: float, height: float, left: float, right: float, top: float, bottom: float,
    across: float = 0.0, up: float = 0.0,
) -> Figure:  # fmt: skip
    """Return an empty figure of a size and margins in inches.

    Parameters
    ----------
    across, up : float
        Gaps between axes, as shares of their mean width and height.
    """
    figure = new_figure(width, height)
    figure.set_layout_engine(None)
    figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height,
                           across, up)  # fmt: skip
    return figure
