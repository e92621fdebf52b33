"""An attempted coup seen from within: what moved the officers, who joined when, and who paid.

The model tells of each plot as it is made (:attr:`~palca.model.agents.domestic.Officers.trace`);
what is noted here are its own terms and its own rounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from palca.model import Simulation
from palca.model.equations import coup
from palca.model.equations.discontent import added, discontent_terms
from palca.model.state.batch import Worlds
from palca.model.types import Flags, Floats, Ints

# What moves officers -> the model's terms that make it up.
MOVERS: Final[dict[str, tuple[str, ...]]] = {
    "usual discontent": ("base",),
    "treasury": ("treasury",),
    "legitimacy of the regime": ("legitimacy",),
    "pay and posts": ("patronage",),
    "rule by a civilian": ("civilian",),
    "distance from the regime's politics": ("distance", "usual distance"),
    "fear of labour": ("fear",),
    "private grievances": ("grievance",),
    "mood of the month": ("mood",),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """Attempts of one month, in the ``n`` worlds that have one.

    Attributes
    ----------
    index : ndarray of int, shape ``(n,)``
        Which of the simulated worlds they are.
    garrison : ndarray of int, shape ``(officers,)``
        Of each officer; `weight` is his part of the force.
    discontent, pull, push : dict of str to float or ndarray
        By the model's terms, by broadcasting over ``(officers, n)``: his private discontent, what
        adds to it once somebody plots, and what adds to everybody's pull as the attempt begins.
    plot : Plot
    rounds : list of ndarray of bool, shape ``(officers, n)``
        Who stands with the rebels at first, and after each round; the last is how it ends.
    paid : ndarray of bool, shape ``(officers, n)``
        Who lost his post in that month.
    """

    index: Ints
    garrison: Ints
    weight: Floats
    discontent: dict[str, Any]
    pull: dict[str, Any]
    push: dict[str, Any]
    plot: coup.Plot
    rounds: list[Flags]
    paid: Flags

    def of(self, mover: str) -> Floats:
        """Return what one of :data:`MOVERS` adds to each officer, ``(officers, n)``."""
        terms = {name: self.discontent[name] for name in MOVERS[mover]}
        return np.broadcast_to(added(terms), self.paid.shape)

    def by_garrison(self, values: Floats | Flags) -> Floats:
        """Return means of officers' values by their part of the force, ``(garrisons, n)``."""
        garrisons = np.arange(int(self.garrison.max()) + 1)[:, None]
        weight = np.where(self.garrison == garrisons, self.weight, 0.0)
        return (weight @ values) / weight.sum(axis=1, keepdims=True)

    @property
    def led_from(self) -> Ints:
        """The garrison of who leads, ``(n,)``."""
        return self.garrison[self.plot.plotter]


def live_through(model: Simulation) -> Attempt | None:
    """Simulate the next month; return what its attempts were like, None if there were none."""
    seen: list[Attempt] = []

    def note(worlds: Worlds, *made: Any) -> None:
        seen.append(_look(worlds, *made))

    def trace(worlds: Worlds, plot: coup.Plot, *made: Any) -> None:
        worlds.among(np.broadcast_to(plot.overt, len(plot.nucleus)), note, plot, *made)

    model.corps.draw_initial_officers(model.draws.keys)
    before = model.corps.generation.copy()
    model.current.officers.trace = trace
    try:
        model.step()
    finally:
        model.current.officers.trace = None
    if not seen:
        return None
    (found,) = seen
    return replace(found, paid=(model.corps.generation > before)[:, found.index])


def _look(
    worlds: Worlds, plot: coup.Plot, mood: Floats, covert: Floats, forcing: coup.Forcing | None
) -> Attempt:
    corps = worlds.corps
    index = np.arange(len(plot.nucleus)) if worlds.index is None else worlds.index
    return Attempt(
        index,
        corps.garrison[:, 0],
        corps.weight,
        discontent_terms(worlds, mood),
        coup.pull_terms(worlds, plot.plotter, covert),
        coup.push_terms(worlds, plot.plotter, coup.public_signal(worlds, forcing)),
        plot,
        coup.rounds(worlds, plot),
        np.zeros(plot.pull.shape, dtype=np.bool_),
    )
