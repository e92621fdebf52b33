"""The figure of a reanalysis: what went on underneath in worlds like ours, with its ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.state.scenario import Country

from ..infer.evidence import ATTEMPTS, Evidence
from ..infer.reanalysis import Reanalysis
from ..io.figure_style import (
    FACT,
    PALE,
    SERIES,
    Picture,
    ends_of_years,
    fan,
    head,
    new_figure,
    spells,
    style,
)
from ..io.numerals import percent
from .underneath import DISLOYAL, QUANTITIES, Underneath

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS: Final = 2
_NOTE: Final = 7.5  # points


def draw_reanalysis(
    country: Country, evidence: Evidence, found: Reanalysis, result: Underneath
) -> Picture:
    """Draw each quantity as a fan, over the range in worlds without evidence."""
    months = len(result.rulers)
    garrisons = [name for name in result.quantiles if name.startswith(DISLOYAL)]
    capital = garrisons[0]
    panels = {name: title for name, (title, _, _) in QUANTITIES.items()}
    panels[capital] = f"officers of {capital.partition(':')[2]} who would rise"
    with style():
        rows = -(-(len(panels) + 1) // _COLUMNS)
        figure = new_figure(10.5, 1.9 * rows + 1.0)
        axes = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
        x = np.arange(months) + 0.5
        for axis, (name, title) in zip(axes, panels.items(), strict=False):
            free = result.free[name]
            for edge in (free[:, 0], free[:, 4]):
                axis.plot(x, edge, color=PALE, lw=0.8, ls=(0, (2, 2)))
            fan(axis, x, result.quantiles[name])
            axis.set_title(f"{title}: {_narrowed(result, name)}")
            axis.set_ylabel("share")
            _attempts(axis, evidence)
        _garrisons(axes[len(panels)], x, result, garrisons)
        for axis in axes[len(panels) + 1 :]:
            axis.set_visible(False)
        for axis in axes[: len(panels) + 1]:
            ends_of_years(axis, months)
        _rulers(axes[0], country, result)
        figure.supxlabel(
            "line and bands: median, 25–75 % and 5–95 % of the worlds; dotted: 5–95 % of worlds "
            "without evidence; red: documented coup attempts", fontsize=_NOTE,
        )  # fmt: skip
        head(figure, f"{country.name} in {found.worlds:,} worlds like ours: what nobody measured, "
                     f"given what was to {month_name(months - 1)}")  # fmt: skip
    return Picture(figure, _in_words(country, found, result))


def _narrowed(result: Underneath, name: str) -> str:
    share = float(np.nanmean(result.narrowing(name)))
    if share < 0.0:
        return "wider than without evidence"
    return f"the evidence narrows it by {percent(share)}"


def _attempts(axis: Axes, evidence: Evidence) -> None:
    for event in evidence.events:
        if event.kind in ATTEMPTS:
            axis.axvline(event.month + 0.5, color=FACT, lw=0.8, ls="-" if ATTEMPTS[event.kind]
                         else (0, (1, 2)))  # fmt: skip


def _rulers(axis: Axes, country: Country, result: Underneath) -> None:
    """Name the rulers above the first panel, where there is room."""
    for start, end in spells(result.rulers):
        name = country.leaders[int(result.rulers[start])].short
        if end - start >= 1.6 * len(name):
            axis.annotate(name, ((start + end) / 2, 0.0), (0, 3), ha="center", fontsize=_NOTE,
                          xycoords=("data", "axes fraction"),
                          textcoords="offset points")  # fmt: skip


def _garrisons(axis: Axes, x: np.ndarray, result: Underneath, garrisons: list[str]) -> None:
    for number, name in enumerate(garrisons):
        axis.plot(x, result.quantiles[name][:, 2], color=SERIES[number % len(SERIES)],
                  ls="-" if number < len(SERIES) else "--", lw=1.0,
                  label=name.partition(":")[2])  # fmt: skip
    axis.set_title("officers who would rise, by garrison (medians)")
    axis.set_ylabel("share")
    axis.legend(fontsize=6, ncols=2, frameon=False)


def _in_words(country: Country, found: Reanalysis, result: Underneath) -> str:
    narrowed = "; ".join(f"{title}: {_narrowed(result, name)}"
                         for name, (title, _, _) in QUANTITIES.items())  # fmt: skip
    return (
        f"Ranges of {len(QUANTITIES)} quantities and of officers' discontent by garrison, month by "
        f"month, in {found.worlds:,} worlds of {country.name} that went as the record says. "
        f"On average, {narrowed}."
    )
