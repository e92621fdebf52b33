"""The picture of a concept: the arms by month, and every measure in every arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..io.figure_style import (
    DASHES,
    INK,
    SERIES,
    Picture,
    ends_of_years,
    head,
    new_figure,
    style,
)
from ..io.language import _
from ..io.numerals import spelled
from .contrast import Contrast, Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from palca.scenarios.concept import Measure

_SMOOTH = 6  # months in a running mean of what happens in some worlds and not in others


def draw_concept(found: Contrast) -> Picture:
    """Draw a contrast: a line an arm on the left, a row of dots a measure on the right."""
    concept = found.concept
    arms = concept.arms
    rows = [(measure, [found.estimates[f"{arm.name}.{measure.name}"] for arm in arms])
            for measure in concept.measures]  # fmt: skip
    count = max(len(rows), 2)
    with style():
        figure = new_figure(11, 1.4 + count * (0.45 + 0.21 * len(arms)))
        grid = figure.add_gridspec(count, 2, width_ratios=(1.15, 1))
        _draw_course(figure.add_subplot(grid[:, 0]), found)
        for index, (measure, estimates) in enumerate(rows):
            axis = figure.add_subplot(grid[index, 1])
            _draw_measure(axis, measure, estimates, [_(arm.title) for arm in arms])
        head(figure, f"{_(concept.title)}\n" + _(
            "{worlds} worlds in each arm, on the same draws; bands and bars: 95 % intervals",
            worlds=spelled(found.worlds, ",")))  # fmt: skip
    says = " ".join(f"{_(finding.says)} ({_(finding.verdict)}.)" for finding in found.findings)
    return Picture(
        figure,
        _("{concept}, {said}. Left: {drawn} by month in {arms} arms ({titles}). Right: {measures} "
          "measures in each arm. {claims}", concept=_(concept.title), said=found.said,
          drawn=_(concept.drawn.title), arms=len(arms), measures=len(rows), claims=says,
          titles=", ".join(_(arm.title) for arm in arms)),
    )  # fmt: skip


def draw_claims(found: Contrast) -> Picture:
    """Draw the difference of each claim with its interval, in its least sizes of interest."""
    with style():
        figure = new_figure(9, 0.8 + 0.42 * len(found.findings))
        axis = figure.subplots()
        axis.axvline(0.0, color=INK, lw=0.8)
        axis.axvline(1.0, color=INK, lw=0.8, ls=DASHES[1])
        said = []
        for row, finding in enumerate(found.findings):
            apart, least = finding.difference, finding.claim.least
            value, low, high = (end / least for end in (apart.value, apart.low, apart.high))
            if np.isnan(value):
                continue
            axis.plot([low, high], [row, row], color=SERIES[0], lw=4, alpha=0.5,
                      solid_capstyle="butt")  # fmt: skip
            axis.plot(value, row, "o", color=SERIES[0], ms=6)
            said.append(_("claim {number}: {value} times the size that matters ({low} to {high})",
                          number=row + 1, value=spelled(value, ".2g"), low=spelled(low, ".2g"),
                          high=spelled(high, ".2g")))  # fmt: skip
        axis.set_yticks(range(len(found.findings)),
                        [_("claim {number}", number=row + 1) for row in range(len(found.findings))])
        axis.set_ylim(len(found.findings) - 0.5, -0.5)
        axis.margins(x=0.1)
        axis.set_xlabel(_("difference, in sizes that matter: from the dashed line on it is large "
                          "enough; bar: 95 %"))  # fmt: skip
    return Picture(figure, _("Size of the effect behind each claim: {said}.",
                             said="; ".join(said)))  # fmt: skip


def _draw_course(axis: Axes, found: Contrast) -> None:
    concept = found.concept
    months = 0
    for index, arm in enumerate(concept.arms):
        colour, dashes = SERIES[index % len(SERIES)], DASHES[index % len(DASHES)]
        mean, error = found.course[arm.name].T
        if concept.drawn.unit.startswith("share of worlds, by month"):
            mean, error = _running(mean), _running(error) / np.sqrt(_SMOOTH)
        months = len(mean)
        at = np.arange(months) + 0.5
        axis.fill_between(at, mean - 1.96 * error, mean + 1.96 * error, color=colour, alpha=0.2,
                          lw=0)  # fmt: skip
        axis.plot(at, mean, color=colour, ls=dashes, label=_(arm.title))
    axis.set_title(f"{_(concept.drawn.title)} ({_(concept.drawn.unit)})")
    ends_of_years(axis, months)
    axis.legend(loc="upper left", bbox_to_anchor=(0.0, -0.08), frameon=False, fontsize=8)


def _running(values: np.ndarray) -> np.ndarray:
    """Return the mean of each month and of those around it, half a year in all."""
    size = np.convolve(np.ones(len(values)), np.ones(_SMOOTH), "same")
    return np.convolve(values, np.ones(_SMOOTH), "same") / size


def _draw_measure(axis: Axes, measure: Measure, estimates: list[Estimate], arms: list[str]) -> None:
    for row, estimate in enumerate(estimates):
        colour = SERIES[row % len(SERIES)]
        axis.plot([estimate.low, estimate.high], [row, row], color=colour, lw=3, alpha=0.5,
                  solid_capstyle="butt")  # fmt: skip
        axis.plot(estimate.value, row, "o", color=colour, ms=5)
        if not np.isnan(estimate.value):
            axis.annotate(spelled(estimate.value, ".3g"), (estimate.value, row), (0, 4), fontsize=7,
                          textcoords="offset points", ha="center", color=INK)  # fmt: skip
    axis.set_yticks(range(len(arms)), arms, fontsize=7.5)
    axis.set_ylim(len(arms) - 0.4, -0.8)
    axis.margins(x=0.12)
    axis.set_title(f"{_(measure.title)} ({_(measure.unit)})", fontsize=8, loc="right")
    axis.tick_params("x", labelsize=7)
