"""The pictures of a calibration: posteriors over priors, and ranks of known parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.parameters import PARAMETERS

from . import priors
from .calibration import Calibration
from .posterior import BINS, Recovery

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE: Final = "#4c72b0"
_INK: Final = "#333333"
_GREY: Final = "#bbbbbb"
_COLUMNS: Final = 5


def draw_posterior(found: Calibration, path: Path, title: str) -> None:
    """Draw each parameter's posterior over its prior."""
    figure, axes = _panels(found, 1.45)
    for place, (axis, name) in enumerate(zip(axes, found.names, strict=False)):
        values = found.sets[name]
        low, high = priors.quantile(name, np.array([0.01, 0.99]))
        edges = np.linspace(min(low, values.min()), max(high, values.max()), 26)
        prior = priors.quantile(name, (np.arange(20_000) + 0.5) / 20_000)
        axis.hist(prior, edges, density=True, color=_GREY)
        axis.hist(values, edges, density=True, histtype="step", color=_BLUE, lw=1.3)
        axis.axvline(float(values.mean()), color=_BLUE, lw=0.8, ls=":")
        axis.set_title(f"{name}: {100 * found.learnt[place]:.0f} % learnt", fontsize=7, loc="left")
        axis.set_xlabel(PARAMETERS[name].unit, fontsize=6, labelpad=1)
    note = "grey: prior; line: posterior, its mean dotted"
    figure.suptitle(f"{title}\n{note}", fontsize=9, x=0.01, ha="left")
    figure.savefig(path)


def draw_ranks(found: Calibration, again: Recovery, path: Path, title: str) -> None:
    """Draw how known parameters rank among their posteriors' draws; level is right."""
    from scipy.stats import binom

    figure, axes = _panels(found, 1.1)
    histories = len(again.ranks)
    low, high = binom.ppf((0.005, 0.995), histories, 1.0 / BINS)
    for axis, name, ranks in zip(axes, found.names, again.ranks.T, strict=False):
        axis.axhspan(low, high, color=_GREY, alpha=0.5, lw=0)
        axis.hist(ranks, BINS, range=(0, again.draws + 1), histtype="step", color=_BLUE, lw=1.2)
        axis.set_ylim(0, 1.2 * high)
        axis.set_xlim(0, again.draws + 1)
        axis.set_title(name, fontsize=7, loc="left")
    note = (f"ranks of true values among {again.draws} posterior draws, {histories} simulated "
            f"histories; grey: 99 % of bars, if the posteriors are right")  # fmt: skip
    figure.suptitle(f"{title}\n{note}", fontsize=9, x=0.01, ha="left")
    figure.savefig(path)


def _panels(found: Calibration, height: float) -> tuple[Any, list[Axes]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = -(-len(found.names) // _COLUMNS)
    figure = Figure((2.0 * _COLUMNS, 0.6 + height * rows), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(rows, _COLUMNS, squeeze=False).ravel())
    for axis in axes:
        axis.tick_params(labelsize=6, colors=_INK)
        axis.set_yticks([])
        for edge in ("top", "right", "left"):
            axis.spines[edge].set_visible(False)
    for axis in axes[len(found.names) :]:
        axis.set_visible(False)
    return figure, axes
