"""The figure of a run: the documented history above the simulated ones."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from palca.model.calendar import month_index
from palca.model.scenario import Scenario

from .course import Course
from .ensemble import Summary
from .measures import atmosphere
from .report import COLOURS, side

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _FAN, _FACT = "#333333", "#4c72b0", "#b8002e"
_COUP = month_index("1971-08")


def draw_history(
    scenario: Scenario, summary: Summary, history: Course, path: Path, title: str
) -> None:
    """Draw the documented regimes, the ensemble's orientation, and fans of what else matters.

    Parameters
    ----------
    summary : Summary
        Of the ensemble.
    history : Course
        The documented one.
    path : Path
        Where the PNG goes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 12), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(
        7, 1, sharex=True, gridspec_kw={"height_ratios": [0.55, 1.9, 1.25, 1.25, 1.25, 1.25, 1.25]}
    )
    figure.suptitle(
        f"{title}\n{scenario.country.name}, {summary.worlds:,} simulated worlds and the real one",
        fontsize=11, x=0.01, ha="left",
    )  # fmt: skip
    _strip(axes[0], scenario, history)
    _orientation(axes[1], summary, history)
    _fan(axes[2], summary, "ussr_atmosphere", "Soviet atmosphere\n(weighted acts)")
    _line(axes[2], atmosphere(history, "ussr")[:, 0], "documented acts (with gaps)")
    _fan(axes[3], summary, "ussr_committed", "Soviet credits since 1969\n(million USD)")
    _credits(axes[3], history)
    _fan(axes[4], summary, "us_recent", "US commitments\n(million USD a year)")
    _obligations(axes[4], history)
    _stability(axes[5], summary, history)
    _fan(axes[6], summary, "friction", "Party–Moscow\nfriction (0 to 1)")
    _crisis(axes[6], summary, scenario.months)
    months = scenario.months
    for axis in axes:
        axis.axvline(_COUP + 0.5, color=_INK, lw=0.7, ls=(0, (4, 3)))
        axis.set_xlim(0, months)
        axis.tick_params(labelsize=8)
        for edge in ("top", "right"):
            axis.spines[edge].set_visible(False)
    axes[1].annotate(
        "coup of August 1971", (_COUP + 0.5, 1.0), (4, -3), fontsize=7.5, color=_INK,
        textcoords="offset points", va="top",
    )  # fmt: skip
    axes[-1].set_xticks(range(0, months + 1, 12), [str(1969 + i) for i in range(months // 12 + 1)])
    axes[-1].set_xlabel(
        "fans: 5–95 % and 25–75 % of the worlds, and the median; red: documented", fontsize=8.5
    )
    figure.savefig(path)


def _strip(axis: Axes, scenario: Scenario, history: Course) -> None:
    """Draw the documented rulers as blocks coloured by orientation."""
    leader, course = history.series["leader"][:, 0], history.series["orientation"][:, 0]
    starts = [0, *(i for i in range(1, len(leader)) if leader[i] != leader[i - 1]), len(leader)]
    for month in range(len(leader)):
        axis.axvspan(month, month + 1, color=COLOURS[side(course[month])], lw=0)
    for i, (start, end) in enumerate(pairwise(starts)):
        if np.isnan(leader[start]):
            continue
        name = scenario.country.leaders[int(leader[start])].short
        axis.axvline(start, color="white", lw=1.5)
        if end - start >= 9:
            axis.text((start + end) / 2, 0.5, name, ha="center", va="center", color="white",
                      fontsize=8.5, fontweight="bold")  # fmt: skip
        else:  # too short for its name: the name stands above, alternately higher
            axis.annotate(name, ((start + end) / 2, 1.0), (0, 2 + 8 * (i % 2)), fontsize=7.5,
                          textcoords="offset points", ha="center", color=_INK)  # fmt: skip
    axis.set_yticks([])
    axis.set_ylabel("documented", fontsize=8.5, rotation=0, ha="right", va="center")
    axis.spines["left"].set_visible(False)


def _orientation(axis: Axes, summary: Summary, history: Course) -> None:
    """Draw the share of worlds by orientation as a heat map, the documented one as a line."""
    from matplotlib.colors import PowerNorm

    counts = summary.counts["orientation"]
    groups = 24
    share = counts.reshape(len(counts), groups, -1).sum(axis=2).T / summary.worlds
    shown = axis.imshow(
        share, origin="lower", aspect="auto", extent=(0, len(counts), -1, 1), cmap="Greys",
        norm=PowerNorm(0.5, 0, 0.4), interpolation="nearest",
    )  # fmt: skip
    course = history.series["orientation"][:, 0]
    axis.stairs(course, np.arange(len(course) + 1), baseline=None, color=_FACT, lw=1.6)
    axis.set_yticks([-1, 0, 1], ["left", "centre", "right"])
    axis.set_ylabel("Orientation\nof the regime", fontsize=8.5)
    bar = axis.figure.colorbar(shown, ax=axis, fraction=0.025, pad=0.01, ticks=[0, 0.1, 0.4])
    bar.ax.set_yticklabels(["0", "10 %", "40 %"], fontsize=7)
    bar.set_label("share of worlds", fontsize=7)


def _fan(axis: Axes, summary: Summary, series: str, label: str, colour: str = _FAN) -> None:
    """Draw the 5-95 % and 25-75 % ranges and the median of a series."""
    values = summary.quantiles(series)
    months = np.arange(len(values)) + 0.5
    axis.fill_between(months, values[:, 0], values[:, 4], color=colour, alpha=0.18, lw=0)
    axis.fill_between(months, values[:, 1], values[:, 3], color=colour, alpha=0.32, lw=0)
    axis.plot(months, values[:, 2], color=colour, lw=1.5)
    axis.set_ylabel(label, fontsize=8.5)


def _line(axis: Axes, values: Any, label: str) -> None:
    """Draw a documented series as a line, named at its highest point."""
    months = np.arange(len(values)) + 0.5
    axis.plot(months, values, color=_FACT, lw=1.3)
    at = int(np.argmax(values))
    axis.annotate(label, (months[at], values[at]), (5, 1), textcoords="offset points",
                  fontsize=7.5, color=_FACT)  # fmt: skip


def _crisis(axis: Axes, summary: Summary, months: int) -> None:
    """Mark the documented crisis of party and Moscow, which nobody can date."""
    top = 1.12 * float(summary.quantiles("friction", (0.95,)).max()) + 0.02
    axis.plot([_COUP + 0.5, months], [top, top], color=_FACT, lw=1.3)
    known = "documented: a crisis within 1971–78, of no known date or level"
    axis.annotate(known, (_COUP + 0.5, top), (5, 3), textcoords="offset points", fontsize=7.5,
                  color=_FACT)  # fmt: skip
    axis.set_ylim(0, 1.25 * top)


def _credits(axis: Axes, history: Course) -> None:
    """Mark the documented Soviet credits: only what is firm."""
    amounts = history.series["ussr_commitment"][:, 0]
    for month in np.nonzero(amounts)[0]:
        axis.plot(month + 0.5, amounts[: month + 1].sum(), "o", color=_FACT, ms=5)
        axis.annotate(f"{amounts[month]:.1f} documented; later amounts are not",
                      (month + 0.5, amounts[: month + 1].sum()), (6, 3),
                      textcoords="offset points", fontsize=7.5, color=_FACT)  # fmt: skip


def _obligations(axis: Axes, history: Course) -> None:
    """Draw documented US obligations by fiscal year as steps, at a yearly rate."""
    yearly = 12.0 * history.series["us_commitment"][:, 0]
    axis.stairs(yearly, np.arange(len(yearly) + 1), baseline=None, color=_FACT, lw=1.3)
    known = np.nonzero(~np.isnan(yearly))[0]
    if len(known):
        top = known[np.argmax(yearly[known])]
        axis.annotate("documented obligations, fiscal years", (top + 12, yearly[top]), (4, -8),
                      textcoords="offset points", fontsize=7.5, color=_FACT)  # fmt: skip


def _stability(axis: Axes, summary: Summary, history: Course) -> None:
    """Draw the share of worlds with an attempt in each quarter, and repression beside it."""
    attempts = summary.mean("attempt")
    quarters = attempts[: len(attempts) // 3 * 3].reshape(-1, 3).sum(axis=1)
    edges = np.arange(len(quarters) + 1) * 3
    axis.stairs(quarters, edges, fill=True, color="#999999", alpha=0.6)
    axis.annotate("attempts a world and quarter", (edges[-1] * 0.99, 0), (0, 3), fontsize=7.5,
                  textcoords="offset points", ha="right", color="#555555")  # fmt: skip
    values = summary.quantiles("repression", (0.25, 0.5, 0.75))
    months = np.arange(len(values)) + 0.5
    axis.fill_between(months, values[:, 0], values[:, 2], color="#009e73", alpha=0.2, lw=0)
    axis.plot(months, values[:, 1], color="#009e73", lw=1.5)
    axis.annotate("repression (25–75 %)", (months[-1], values[-1, 2]), (-2, 4), ha="right",
                  textcoords="offset points", fontsize=7.5, color="#00755a")  # fmt: skip
    for kind, marker, height in (("coup", "v", 0.93), ("failed coup", "x", 0.93)):
        at = np.nonzero(history.count("power", kind)[:, 0])[0]
        axis.plot(at + 0.5, np.full(len(at), height), marker, color=_FACT, ms=6, ls="")
    axis.annotate("▾ documented coups, × failed", (month_index("1972-02"), 0.93), fontsize=7.5,
                  color=_FACT, va="center")  # fmt: skip
    axis.set_ylim(0, 1)
    axis.set_ylabel("Stability\nand repression", fontsize=8.5)
