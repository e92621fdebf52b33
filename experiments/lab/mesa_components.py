"""The lab's map and network for Mesa's own visualisation.

>>> from mesa.visualization import SolaraViz  # doctest: +SKIP
>>> model = ColdWarModel(load("baseline"), rng=0)  # doctest: +SKIP
>>> page = SolaraViz(model, components=[GarrisonMap, AidNetwork])  # doctest: +SKIP
"""

# pyright: reportPrivateImportUsage=false
# Solara's names are public, but not marked so.
from __future__ import annotations

import numpy as np
import solara
from mesa.visualization.utils import update_counter

from palca.model import ColdWarModel
from palca.model.equations.discontent import garrison_loyalty
from palca.model.language.levers import LEVERS
from palca.model.state.state import FIELDS

from .blocks import picture
from .one_world.history_figure import draw_country, draw_network


@solara.component
def GarrisonMap(model: ColdWarModel) -> None:
    """Show the country's garrisons by loyalty, in the first world of a model."""
    update_counter.get()
    model.corps.draw_initial_officers(model.draws.keys)
    loyalty = list(garrison_loyalty(model.current.worlds)[:, 0])
    _show(picture(lambda: draw_country(model.current.scenario.country, loyalty, [], _month(model))))


@solara.component
def AidNetwork(model: ColdWarModel) -> None:
    """Show what flows between the actors, in the first world of a model."""
    update_counter.get()
    state = {name: float(getattr(model.state, name)[0]) for name in FIELDS}
    levers = {
        strategist.actor: {
            name: _first(strategist.levers[name]) for name in LEVERS[strategist.actor]
        }
        for strategist in model.strategists
    }
    ruler = model.current.scenario.country.leaders[int(state["leader"])].name
    _show(picture(lambda: draw_network(state, levers, ruler, _month(model))))


def _show(block: dict[str, str]) -> None:
    solara.HTML(tag="img", attributes={"src": block["src"], "alt": block["alt"]},
                style="max-width: 100%")  # fmt: skip


def _month(model: ColdWarModel) -> int:
    return max(model.month - 1, 0)


def _first(value: object) -> float:
    return float(np.asarray(value, dtype=np.float64).reshape(-1)[0])
