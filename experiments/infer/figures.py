"""The pictures of a calibration: posteriors over priors, and ranks of known parameters."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.state.parameters import PARAMETERS

from ..io.figure_style import PALE, SERIES, Picture, head, new_figure, style
from ..io.numerals import percent
from .calibrate import Calibration
from .simulation_based_calibration import BINS, SBC

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PRIOR: Final = "#cccccc"
_COLUMNS: Final = 4
_SMALL: Final = 7.5  # points


def draw_posterior(found: Calibration, title: str) -> Picture:
    """Draw each parameter's posterior over its prior."""
    with style():
        figure, axes = _panels(found, 1.7)
        for index, (axis, name) in enumerate(zip(axes, found.names, strict=False)):
            values = found.draws[name]
            low, high = found.free[name].ppf(np.array([0.01, 0.99]))
            edges = np.linspace(min(low, values.min()), max(high, values.max()), 26)
            prior = found.free[name].ppf((np.arange(20_000) + 0.5) / 20_000)
            # of the whole prior, also of what lies beyond the edges
            density = np.full(len(prior), 1.0 / (len(prior) * (edges[1] - edges[0])))
            axis.hist(prior, edges, weights=density, color=_PRIOR)
            axis.hist(values, edges, density=True, histtype="step", color=SERIES[0], lw=1.3)
            axis.axvline(float(values.mean()), color=SERIES[0], lw=1.0, ls=":")
            gain = f"gain {percent(found.information_gain[index])}"
            label = gain if found.informative[index] else "can't tell"
            axis.set_title(f"{name}: {label}", fontsize=_SMALL)
            axis.set_xlabel(fill(PARAMETERS[name].unit, 34), fontsize=7, labelpad=1)
        note = ("grey: density of the prior; line: density of the posterior, with its mean dotted; "
                "gain: information gain")  # fmt: skip
        head(figure, f"{title}\n{note}")
    gain = found.information_gain
    most_informative = [index for index in np.argsort(-gain) if found.informative[index]][:3]
    most = ", ".join(f"{found.names[i]} ({percent(float(gain[i]))})" for i in most_informative)
    says = "The record is not informative about any of them"
    if most_informative:
        says = f"The largest information gain: {most}"
    return Picture(figure, f"{title}: prior and posterior of {len(found.names)} parameters. "
                           f"{says}.")  # fmt: skip


def draw_ranks(found: Calibration, again: SBC, title: str) -> Picture:
    """Draw how known parameters rank among their posteriors' draws; level is right."""
    from scipy.stats import binom

    histories = len(again.ranks)
    low, high = binom.ppf((0.005, 0.995), histories, 1.0 / BINS)
    outside = 0
    with style():
        figure, axes = _panels(found, 1.35)
        for axis, name, ranks in zip(axes, found.names, again.ranks.T, strict=False):
            axis.axhspan(low, high, color=_PRIOR, alpha=0.6, lw=0)
            axis.axhline(histories / BINS, color=PALE, lw=0.8)
            bars, _, _ = axis.hist(ranks, BINS, range=(0, again.draws + 1), histtype="step",
                                   color=SERIES[0], lw=1.2)  # fmt: skip
            outside += int(((bars < low) | (bars > high)).sum())
            axis.set_ylim(0, 1.2 * max(high, float(np.max(bars))))
            axis.set_xlim(0, again.draws + 1)
            axis.set_title(name, fontsize=_SMALL)
        figure.supxlabel("rank of the true value among the posterior draws; height: number of "
                         "histories",
                         fontsize=8.5)  # fmt: skip
        note = (f"{again.draws} posterior draws, {histories} simulated histories; grey: range of "
                "99 % of the bars if the posteriors are right")  # fmt: skip
        head(figure, f"{title}\n{note}")
    return Picture(figure, f"{title} Ranks of the true values of {len(found.names)} parameters in "
                           f"{histories} simulated histories: {outside} of "
                           f"{BINS * len(found.names)} bars lie outside the range in which 99 % "
                           "would lie if the posteriors were right.")  # fmt: skip


def _panels(found: Calibration, height: float) -> tuple[Figure, list[Axes]]:
    rows = -(-len(found.names) // _COLUMNS)
    figure = new_figure(2.4 * _COLUMNS, 0.9 + height * rows)
    axes = list(figure.subplots(rows, _COLUMNS, squeeze=False).ravel())
    for axis in axes:
        axis.tick_params(labelsize=7)
        axis.set_yticks([])
        axis.spines["left"].set_visible(False)
    for axis in axes[len(found.names) :]:
        axis.set_visible(False)
    return figure, axes
