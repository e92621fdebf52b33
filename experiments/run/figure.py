"""The figure of a run: the documented history above the simulated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_index
from palca.model.state.scenario import Country, Scenario

from ..io.figure_style import (
    COLOURS,
    FACT,
    GAP,
    INK,
    INK_ON,
    SERIES,
    Picture,
    ends_of_years,
    fact_line,
    fan,
    hatch_gaps,
    head,
    many,
    new_figure,
    spells,
    style,
)
from ..io.language import _, written_month
from ..io.numerals import decimal, percent
from ..observe.by_month import WEIGHTS, atmosphere, side
from ..observe.documented import COUNTRY, no_record
from ..observe.histories import Histories
from ..simulate.ensemble import Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COUP: Final = month_index("1971-08")
_NOTE: Final = 7.5  # points; the size of what is written into a panel
_MONTHS_A_LETTER: Final = 1.2  # that a name takes in a figure as wide as a page
_PANELS: Final = {
    "ussr_atmosphere": "Soviet atmosphere\n(weighted acts)",
    "ussr_committed": "Soviet credits so far\n(million USD)",
    "us_recent": "US commitments\n(million USD a year)",
    "repression": "Repression (0 to 1),\nattempts (number)",
    "friction": "Party–Moscow friction\n(0 to 1)",
}
_GROUPS: Final = 24  # classes of orientation in the heat map


def draw_history(
    scenario: Scenario, summary: Summary, history: Histories | None, title: str
) -> Picture:
    """Draw the documented regimes, the ensemble's orientation, and fans of what else matters.

    Parameters
    ----------
    summary : Summary
        Of the ensemble.
    history : Histories, optional
        The documented one; None if the country has no record.
    """
    with style():
        figure = new_figure(9.5, 11.5)
        panels = [panel for panel in _PANELS if summary.quantiles(panel).any()]
        heights = [0.55, 1.9, *(1.25 for _ in panels)]
        axes = figure.subplots(len(heights), 1, sharex=True,
                               gridspec_kw={"height_ratios": heights})  # fmt: skip
        known = " and the real history" if history else f"; {no_record(scenario)}"
        head(figure, f"{title}\n{scenario.country.name}: "
                     f"{many(summary.worlds, 'simulated world')}{known}")  # fmt: skip
        _orientation(axes[1], summary)
        of = dict(zip(panels, axes[2:], strict=True))
        for series, axis in of.items():
            axis.set_ylabel(_PANELS[series])
            if series == "repression":
                _stability(axis, summary)
            else:
                fan(axis, np.arange(scenario.months) + 0.5, summary.quantiles(series))
        legend = "line and bands: median, 25–75 % and 5–95 % of the worlds"
        if history is None:
            axes[0].set_visible(False)
        else:
            _documented(axes[:2], of, scenario, history)
            legend += f"; thick and red: documented; hatched: {GAP}"
        ends_of_years(axes[-1], scenario.months, zero=scenario.first)
        axes[-1].set_xlabel(legend)
    return Picture(figure, _in_words(scenario, summary, history))


def _documented(
    axes: Sequence[Axes], of: Mapping[str, Axes], scenario: Scenario, history: Histories
) -> None:
    """Draw what is documented into each panel."""
    _strip(axes[0], scenario, history)
    orientation = history.series["orientation"][:, 0]
    axes[1].stairs(orientation, np.arange(len(orientation) + 1), baseline=None, **fact_line())
    for series, draw in (("ussr_atmosphere", _acts), ("ussr_committed", _credits),
                         ("us_recent", _obligations), ("repression", _attempts)):  # fmt: skip
        if series in of:
            draw(of[series], history)
    if scenario.country.name != COUNTRY or scenario.first or scenario.months <= _COUP:
        return
    if "friction" in of:
        _crisis(of["friction"], history)
    for axis in (*axes, *of.values()):
        axis.axvline(_COUP + 0.5, color=INK, lw=0.7, ls=(0, (4, 3)))
    axes[1].annotate(
        "coup of August 1971", (_COUP + 0.5, 1.0), (4, -3), fontsize=_NOTE, color=INK,
        textcoords="offset points", va="top",
    )  # fmt: skip


def _in_words(scenario: Scenario, summary: Summary, history: Histories | None) -> str:
    right, left = (percent(summary.mean(name)[-1]) for name in ("right", "left"))
    attempts = f"a world has {decimal(summary.mean('attempt').sum(), 1)} coup attempts on average"
    contents = (
        f"{many(summary.worlds, 'simulated world')}: orientation of the regime, cooperation with "
        "the USSR and the United States, coup attempts, repression, and friction of party and "
        f"Moscow. At the end the right rules in {right} of the worlds and the left in "
        f"{left}; {attempts}"
    )
    if history is None:
        return f"{scenario.country.name}, which has no record, in {contents}."
    leader = history.series["leader"][:, 0]
    known = [int(index) for index in leader if not np.isnan(index)]
    names = dict.fromkeys(scenario.country.leaders[index].short for index in known)
    tried = history.count("power", "coup") + history.count("power", "failed coup")
    return (
        f"Documented rulers by month from {written_month(scenario.first)} ({', '.join(names)}), "
        f"above {contents}, the documented history {tried.sum():.0f}. Months {GAP} are hatched."
    )


def draw_rulers(
    axis: Axes, country: Country, histories: Histories, top: float = 1.0
) -> list[tuple[str, int, int]]:
    """Draw who ruled in one world, as blocks coloured by orientation.

    Parameters
    ----------
    top : float
        How high the blocks reach, as a share of the axis.

    Returns
    -------
    list of (str, int, int)
        Name, first month and end of each spell whose name found no room in its block.
    """
    leader, turn = histories.series["leader"][:, 0], histories.series["orientation"][:, 0]
    sides = spells([side(value) for value in turn])
    for start, end in sides:
        name = side(turn[start])
        axis.axvspan(start, end, ymax=top, color=COLOURS[name], lw=0)
        axis.text((start + end) / 2, 0.18 * top, _(name)[0].upper(), ha="center", va="center",
                  color=INK_ON[name], fontsize=6.5)  # fmt: skip
    unnamed = []
    for start, end in spells(leader):
        if np.isnan(leader[start]):
            continue
        name = country.leaders[int(leader[start])].short
        axis.axvline(start, ymax=top, color="white", lw=1.5)
        alike = min(end, next(last for first, last in sides if first <= start < last))
        if alike - start >= _MONTHS_A_LETTER * len(name) * max(histories.months / 120, 1.0):
            axis.text(
                (start + alike) / 2,
                0.6 * top,
                name,
                ha="center",
                va="center",
                fontsize=8.5,
                color=INK_ON[side(turn[start])],
                fontweight="bold",
            )
        else:
            unnamed.append((name, start, end))
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    return unnamed


def _strip(axis: Axes, scenario: Scenario, history: Histories) -> None:
    """Draw the documented rulers; a name too long for its block stands above, in turn higher."""
    for number, (name, start, end) in enumerate(draw_rulers(axis, scenario.country, history)):
        axis.annotate(name, ((start + end) / 2, 1.0), (0, 2 + 9 * (number % 2)), fontsize=_NOTE,
                      textcoords="offset points", ha="center")  # fmt: skip
    axis.set_ylabel("documented\nL left, C centre,\nR right", rotation=0, ha="right", va="center",
                    fontsize=_NOTE, color=FACT)  # fmt: skip


def _orientation(axis: Axes, summary: Summary) -> None:
    """Draw the share of worlds by orientation as a heat map."""
    from matplotlib.colors import PowerNorm

    of = summary.counts["orientation"]
    half = _GROUPS // 2
    edges = np.arange(-half, half + 1) / half  # whole twelfths: +-.25 is an edge
    share = np.zeros((_GROUPS, len(summary.rulers)))
    bins = np.minimum(np.searchsorted(edges, of.values, side="right") - 1, _GROUPS - 1)
    np.add.at(share, bins, 100 * of.counts / summary.worlds)
    image = axis.imshow(
        share, origin="lower", aspect="auto", extent=(0, share.shape[1], -1, 1),
        cmap="Greys", norm=PowerNorm(0.5, 0, 100), interpolation="nearest",
    )  # fmt: skip
    axis.set_yticks([-1, 0, 1], ["left (−1)", "centre (0)", "right (1)"])
    axis.set_ylabel("Orientation\nof the regime")
    bar = axis.figure.colorbar(image, ax=axis, fraction=0.025, pad=0.01, ticks=[0, 10, 40, 100])
    bar.ax.tick_params(labelsize=_NOTE)
    bar.set_label("% of worlds", fontsize=_NOTE)


def _note(
    axis: Axes, text: str, at: tuple[float, float], by: tuple[float, float], **how: Any
) -> None:
    axis.annotate(text, at, by, textcoords="offset points", fontsize=_NOTE,
                  **{"color": FACT, **how})  # fmt: skip


def _acts(axis: Axes, history: Histories) -> None:
    """Draw the documented acts, named at their highest point; where not all are known, each."""
    values = atmosphere(history, "ussr")[:, 0]
    months, unknown = np.arange(len(values)) + 0.5, np.isnan(values)
    hatch_gaps(axis, ~unknown)
    axis.plot(months, values, **fact_line())
    acts, *_rest = history.of_kinds(("ussr", kind) for kind in WEIGHTS)
    single = acts[unknown[acts]]
    axis.plot(single + 0.5, np.zeros(len(single)), "|", color=FACT, ms=9, mew=1.5)
    if unknown.all():
        return
    at = int(np.nanargmax(values))
    _note(axis, "documented acts", (float(months[at]), float(values[at])), (6, 1))
    if len(single):
        _note(
            axis, "| single documented acts", (float(single.max()) + 0.5, 0.0), (-2, 9), ha="right"
        )


def _crisis(axis: Axes, history: Histories) -> None:
    """Say that the documented crisis of party and Moscow has neither a date nor a size."""
    hatch_gaps(axis, history.covers("party", ["public dissent"]))
    _note(axis, "documented: a crisis within 1971–78, of which neither date nor size is known",
          (_COUP + 0.5, axis.get_ylim()[1]), (5, -9))  # fmt: skip


def _credits(axis: Axes, history: Histories) -> None:
    """Mark the documented Soviet credits: only what is firm."""
    amounts = history.series["ussr_commitment"][:, 0]
    hatch_gaps(axis, ~np.isnan(amounts))
    for month in np.nonzero(amounts > 0)[0]:
        at = (month + 0.5, float(amounts[: month + 1].sum()))
        axis.plot(*at, "o", color=FACT, ms=5, mec="white")
        _note(axis, f"{amounts[month]:.1f} documented; later amounts aren't", at, (-2, 7))


def _obligations(axis: Axes, history: Histories) -> None:
    """Draw documented US obligations by fiscal year as steps, at a yearly rate."""
    yearly = 12.0 * history.series["us_commitment"][:, 0]
    axis.stairs(yearly, np.arange(len(yearly) + 1), baseline=None, **fact_line())
    known = np.nonzero(~np.isnan(yearly))[0]
    if len(known):
        top = known[np.argmax(yearly[known])]
        _note(axis, "documented obligations, fiscal years", (float(top + 12), float(yearly[top])),
              (4, -8))  # fmt: skip


def _stability(axis: Axes, summary: Summary) -> None:
    """Draw the share of worlds with an attempt in each quarter, and repression beside it."""
    attempts = summary.mean("attempt")
    quarters = attempts[: len(attempts) // 3 * 3].reshape(-1, 3).sum(axis=1)
    edges = np.arange(len(quarters) + 1) * 3
    axis.stairs(quarters, edges, fill=True, color="#999999", alpha=0.6)
    _note(axis, "attempts per world and quarter", (edges[-1] - 1, 0), (0, 3), ha="right",
          color=INK)  # fmt: skip
    values = summary.quantiles("repression", (0.25, 0.5, 0.75))
    months = np.arange(len(values)) + 0.5
    axis.fill_between(months, values[:, 0], values[:, 2], color=SERIES[2], alpha=0.2, lw=0)
    axis.plot(months, values[:, 1], color=SERIES[2], ls=(0, (5, 1.5)))
    _note(axis, "repression (25–75 %)", (float(months[-1]), float(values[-1, 2])), (-2, 4),
          ha="right", color="#00604a")  # fmt: skip
    axis.set_ylim(0, 1.12 * max(1.0, float(quarters.max(initial=0.0))))


def _attempts(axis: Axes, history: Histories) -> None:
    """Mark the documented coups and failed ones near the top."""
    top = axis.get_ylim()[1] / 1.12
    for kind, marker in (("coup", "v"), ("failed coup", "x")):
        at = np.nonzero(history.count("power", kind)[:, 0])[0]
        axis.plot(at + 0.5, np.full(len(at), 0.93 * top), marker, color=FACT, ms=6, ls="")
    _note(axis, "documented: ▾ coups, × failed ones", (0.31 * history.months, top), (0, 0))
