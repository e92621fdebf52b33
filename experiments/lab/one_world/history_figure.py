"""One month of one world in pictures: the country, and the flows of aid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.state.scenario import Country
from palca.scenarios.outline import map_of

from ...io.figure_style import (
    COLOURS,
    INK,
    INK_ON,
    PALE,
    SERIES,
    Picture,
    style,
)
from ...io.language import N_, _, written_month
from ...io.numerals import decimal, percent
from ...observe.by_month import side
from ..canvas import fixed_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LAND: Final = "#f4efe6"
_STEPS: Final = ((0.9, "loyal"), (0.7, "uneasy"), (0.5, "divided"), (0.0, "would join a coup"))
# Where the four actors stand in the network, and what they are called there.
_NODES: Final[dict[str, tuple[float, float, str]]] = {
    "ussr": (0.0, 1.0, N_("USSR")),
    "us": (1.0, 1.0, N_("United States")),
    "party": (0.0, 0.0, N_("Communist party")),
    "regime": (1.0, 0.0, N_("Regime")),
}
_FULL: Final = 60.0  # million USD a year that make the widest line


def in_a_word(loyalty: float) -> str:
    """Return how a garrison stands whose force is loyal to such a share."""
    return next(word for low, word in _STEPS if loyalty >= low)


def draw_country(
    country: Country, loyalty: Sequence[float], struck: Sequence[int], month: int
) -> Picture:
    """Draw the garrisons, coloured by the share of their force that would not rise.

    Parameters
    ----------
    loyalty : sequence of float
        By garrison, 0 to 1.
    struck : sequence of int
        Garrisons from which somebody struck this month.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    shape = map_of(country.name)
    garrisons = country.garrisons
    known = shape is not None and all(garrison.name in shape.garrisons for garrison in garrisons)
    with style():
        figure = fixed_figure(5.4, 4.7 if known else 2.6, 0.1, 0.1, 0.1, 0.7)
        axis = figure.add_subplot()
        axis.set_axis_off()
        scale = Normalize(0.4, 1.0)
        colours = ScalarMappable(scale)
        if shape is not None and known:
            axis.fill(*zip(*shape.ring, strict=True), facecolor=_LAND, edgecolor=PALE, lw=1.0)
            positions = [shape.garrisons[garrison.name] for garrison in garrisons]
            middle = np.mean([latitude for _, latitude in shape.ring])
            axis.set_aspect(1.0 / math.cos(math.radians(middle)))
        else:
            positions = [(float(at), 0.0) for at in range(len(garrisons))]
            axis.set_xlim(-0.7, len(garrisons) - 0.3)
            axis.set_ylim(-0.8, 0.8)
        for at, (garrison, (x, y)) in enumerate(zip(garrisons, positions, strict=True)):
            share = float(loyalty[at])
            area = 7.0 * garrison.officers * garrison.weight
            axis.scatter([x], [y], s=area, color=colours.cmap(scale(share)), edgecolor="white",
                         lw=1.5, zorder=3)  # fmt: skip
            name = f"{garrison.name}\n{share:.0%} loyal"
            if at in struck:
                axis.scatter([x], [y], s=2.2 * area, facecolor="none", edgecolor=INK, lw=2,
                             zorder=4)  # fmt: skip
                name += "\nstrikes"
            _name_garrison(axis, name, positions, at, 3 + math.sqrt(area) / 2)
        height = figure.get_figheight()
        below = figure.add_axes((0.25, 0.46 / height, 0.5, 0.12 / height))
        bar = figure.colorbar(colours, cax=below, orientation="horizontal",
                              ticks=[0.4, 0.6, 0.8, 1.0], extend="min")  # fmt: skip
        bar.ax.set_xticklabels(["40 %", "60 %", "80 %", "100 %"])
        bar.set_label("share of each garrison's force that would not join a coup")
    said = ", ".join(
        f"{garrison.name} {float(share):.0%} ({in_a_word(float(share))})"
        + (", which attempts a coup" if at in struck else "")
        for at, (garrison, share) in enumerate(zip(garrisons, loyalty, strict=True))
    )
    kind = "Map" if known else "Row of circles"
    return Picture(figure, f"{kind} of the garrisons of {country.name} in {month_name(month)}, by "
                           "the share of their force that would not join a coup: "
                           f"{said}.")  # fmt: skip


def _name_garrison(
    axis: Axes, name: str, positions: Sequence[tuple[float, float]], at: int, apart: float
) -> None:
    """Write a garrison's name on the side that is away from its neighbours."""
    x, y = positions[at]
    gaps = np.array([(x - u, y - v) for u, v in positions if (u, v) != (x, y)] or [(0.0, -1.0)])
    away = (gaps / np.linalg.norm(gaps, axis=1, keepdims=True) ** 3).sum(axis=0)
    if abs(away[1]) < 1e-9:  # garrisons in a row
        away = np.array([0.0, -1.0])
    across, up = away / np.linalg.norm(away)
    ha = "center" if abs(across) < 0.5 else "left" if across > 0 else "right"
    va = "center" if abs(up) < 0.3 else "bottom" if up > 0 else "top"
    axis.annotate(name, (x, y), (apart * across, apart * up), textcoords="offset points", ha=ha,
                  va=va, fontsize=8.5, zorder=5,
                  bbox={"fc": "white", "ec": "none", "alpha": 0.6, "pad": 0.6})  # fmt: skip


def flows_of(
    state: Mapping[str, float], levers: Mapping[str, Mapping[str, float]]
) -> list[tuple[str, str, float, str]]:
    """Return who gives to whom: from, to, a weight of 0 to 1, and in words."""
    ussr, us = state["ussr_delivered"], state["us_delivered"]
    subsidy = levers["ussr"].get("subsidise_party", 0.0)
    flows = [
        ("ussr", "regime", min(ussr / _FULL, 1.0), _money(ussr)),
        ("us", "regime", min(us / _FULL, 1.0), _money(us)),
        ("ussr", "party", subsidy, _("subsidy {share}", share=percent(subsidy))),
    ]
    law = {0.0: N_("banned"), 0.5: N_("tolerated")}.get(state["legality"], N_("legalised"))
    flows.append(("regime", "party", 0.0, _(law)))
    return flows


def _money(amount: float) -> str:
    return _("{amount} million USD a year", amount=decimal(amount, 1))


def draw_network(
    state: Mapping[str, float], levers: Mapping[str, Mapping[str, float]], ruler: str, month: int
) -> Picture:
    """Draw the four actors and what flows between them.

    Parameters
    ----------
    state : mapping of str to float
        Fields of the state.
    levers : mapping of str to mapping
        Of each actor, by lever.
    """
    with style():
        figure = fixed_figure(5.4, 3.6, 0.05, 0.05, 0.05, 0.05)
        axis = figure.add_subplot()
        axis.set_axis_off()
        axis.set_xlim(-0.32, 1.32)
        axis.set_ylim(-0.22, 1.15)
        flows = flows_of(state, levers)
        for start, end, weight, words in flows:
            _draw_flow(axis, _NODES[start][:2], _NODES[end][:2], weight, words)
        colour = COLOURS[side(state["orientation"])]
        faces = {"ussr": SERIES[5], "us": SERIES[0], "party": SERIES[5], "regime": colour}
        for actor, (x, y, name) in _NODES.items():
            inks = INK_ON[side(state["orientation"])] if actor == "regime" else "white"
            label = f"{_(name)}\n{ruler}" if actor == "regime" else _(name).replace(" ", "\n", 1)
            axis.text(x, y, label, ha="center", va="center", color=inks, fontsize=10, zorder=4,
                      bbox={"boxstyle": "round,pad=0.6", "fc": faces[actor],
                            "ec": "none"})  # fmt: skip
    said = "; ".join(f"{_(_NODES[start][2])} → {_(_NODES[end][2])}: {words}"
                     for start, end, _weight, words in flows)  # fmt: skip
    return Picture(figure, _("Network of the actors in {month} under {ruler}: {said}.",
                             month=written_month(month), ruler=ruler, said=said))  # fmt: skip


def _draw_flow(axis: Axes, start: Any, end: Any, weight: float, words: str) -> None:
    (x, y), (u, v) = start, end
    axis.annotate("", (u + 0.16 * (x - u), v + 0.16 * (y - v)),
                  (x + 0.16 * (u - x), y + 0.16 * (v - y)),
                  arrowprops={"arrowstyle": "-|>", "lw": 0.8 + 7.0 * weight, "color": PALE,
                              "shrinkA": 2, "shrinkB": 2,
                              "ls": "-" if weight > 0.005 else (0, (2, 2))})  # fmt: skip
    at = 0.42 if x != u and y != v else 0.5
    axis.text(x + at * (u - x), y + at * (v - y), words, fontsize=9, ha="center", va="center",
              bbox={"fc": "white", "ec": "none", "alpha": 0.85, "pad": 1.2}, zorder=3)  # fmt: skip
