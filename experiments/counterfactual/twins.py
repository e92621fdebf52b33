"""Counterfactual histories: abduction, action, prediction (Pearl 2009, ch. 7).

Worlds that went as the evidence says are taken up at the fork and replayed twice on the
same draws, with the interventions and without (a twin network, Balke and Pearl 1994). What
differs between twins is an effect of the interventions and of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from palca.model import ColdWarModel, History
from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.state.channels import Conduit
from palca.model.state.history import Events
from palca.model.types import Floats, Ints
from palca.scenarios import build

from ..infer.particle_filter import Past
from ..observe.outcomes import (
    MEMORY,
    UNREST,
    WEIGHTS,
    event_values,
    highest_by_month,
    sum_by_month,
)

BLOCK: Final = 4096
_KEPT: Final = (
    "leader", "orientation", "legitimacy", "repression", "mobilisation", "fiscal", "attempt",
    "success", "ussr_committed", "ussr_recent", "ussr_delivered", "us_recent", "us_delivered",
    "friction", "militants", "legality",
)  # fmt: skip
# Monthly quantities in which twins are compared: name -> title, unit.
QUANTITIES: Final[dict[str, tuple[str, str]]] = {
    "rules": ("the regime of the fork still rules", "share of worlds"),
    "attempts": ("coup attempts since the fork", "attempts"),
    "successes": ("successful coups since the fork", "coups"),
    "right": ("a regime of the right", "share of worlds"),
    "orientation": ("orientation", "left −1 to right 1"),
    "legitimacy": ("legitimacy", "share"),
    "repression": ("repression", "share"),
    "lethal": ("months of lethal or national unrest since the fork", "months"),
    "fiscal": ("fiscal space", "share"),
    "ussr_atmosphere": ("Soviet atmosphere", "weight"),
    "ussr_commitments": ("Soviet commitments since the fork", "million USD"),
    "ussr_delivered": ("Soviet deliveries", "million USD a year"),
    "us_commitments": ("US commitments", "million USD a year"),
    "friction": ("party–Moscow friction", "share"),
    "militants": ("size of the party", "ratio"),
}


@dataclass(slots=True)
class Paths:
    """Worlds from the fork on.

    Attributes
    ----------
    since : int
        The month of the fork.
    values : dict of str to ndarray, shape ``(months, n)``
        By the names in :data:`QUANTITIES`, and "leader".
    events : Events
        `events.world` is a place in ``0..n-1``.
    """

    since: int
    values: dict[str, Floats]
    events: Events

    @property
    def months(self) -> int:
        """Return the number of months from the fork to the end."""
        return len(self.values["rules"])

    @property
    def worlds(self) -> int:
        """Return the number of worlds."""
        return self.values["rules"].shape[1]


def paths_of(history: History, ruler: Floats, atmosphere: Floats, committed: Floats) -> Paths:
    """Return the paths of a history from the fork on.

    Parameters
    ----------
    ruler, atmosphere, committed : ndarray, shape ``(n,)``
        At the fork: who rules (roster place), Soviet atmosphere, Soviet commitments so far.
    """
    value = {name: history.field(name).astype(np.float64) for name in _KEPT}
    months, worlds = value["leader"].shape
    events = history.events
    month = events.month - history.since
    air = sum_by_month(
        month, events.world, event_values("ussr", WEIGHTS)[events.code], months, worlds
    )
    inherited = atmosphere
    for row in air:
        row += MEMORY * inherited
        inherited = row
    unrest = highest_by_month(
        month, events.world, event_values("conflict", UNREST)[events.code], months, worlds
    )
    values = {
        "leader": value["leader"],
        "rules": np.logical_and.accumulate(value["leader"] == ruler, axis=0).astype(np.float64),
        "attempts": np.cumsum(value["attempt"], axis=0),
        "successes": np.cumsum(value["success"], axis=0),
        "right": (value["orientation"] >= 0.25).astype(np.float64),
        "lethal": np.cumsum(unrest >= 2, axis=0).astype(np.float64),
        "ussr_atmosphere": air,
        "ussr_commitments": value["ussr_committed"] - committed,
        "us_commitments": value["us_recent"],
    }
    alike = set(_KEPT) - {"leader", "attempt", "success", "ussr_committed", "us_recent"}
    values |= {name: value[name] for name in alike}
    return Paths(history.since, values, events)


@dataclass(slots=True)
class Twins:
    """Worlds and their counterfactual twins, from the fork on."""

    factual: Paths
    counter: Paths
    parameters: dict[str, Floats]
    founders: Ints
    frozen: dict[str, Paths] = field(default_factory=dict)

    def difference(self, quantity: str) -> Floats:
        """Return counterfactual less factual, ``(months, n)``."""
        return self.counter.values[quantity] - self.factual.values[quantity]


def chosen_worlds(past: Past, count: int) -> Ints:
    """Return places of `count` worlds of a past, by their weights and evenly spaced."""
    points = (np.arange(count) + 0.5) / count
    return np.minimum(np.searchsorted(np.cumsum(past.weights), points), len(past) - 1)


def replay(
    factual: dict[str, Any],
    counter: dict[str, Any],
    past: Past,
    places: Ints,
    freeze: Sequence[str] = (),
) -> Twins:
    """Replay some worlds of a past with and without the interventions.

    Parameters
    ----------
    factual, counter : dict
        Resolved scenarios that differ by the interventions.
    places : ndarray of int
        Which worlds of `past`; a world that is named twice is replayed twice.
    freeze : sequence of str
        Channels; for each a third run is made in which it carries what it carried in the
        factual twin.
    """
    start = past.snapshot.take(places)
    drawn = {name: values[places] for name, values in past.parameters.items()}
    ruler = start.state[_row("leader")].copy()
    # as rounded as what is kept of the months after it: no credit is none
    committed = start.state[_row("ussr_committed")].astype(np.float32).astype(np.float64)
    atmosphere = past.atmosphere[places]

    def run(resolved: dict[str, Any], conduit: Conduit) -> Paths:
        scenario = build(resolved)
        scenario = replace(scenario, parameters={**scenario.parameters, **drawn})
        numbers = np.arange(len(places))
        model = ColdWarModel(scenario, numbers, 0, keep=_KEPT, start=start, conduit=conduit)
        return paths_of(model.run(), ruler, atmosphere, committed)

    ear = Conduit(listened=frozenset(freeze))
    plain = run(factual, ear)
    frozen = {
        channel: run(counter, Conduit(frozen=frozenset([channel]), factual=ear))
        for channel in freeze
    }
    return Twins(plain, run(counter, Conduit()), drawn, past.founders[places], frozen)


def _row(name: str) -> int:
    from palca.model.state.state import FIELDS

    return list(FIELDS).index(name)


def blocks_of(places: Ints) -> Iterable[Ints]:
    """Return the places in blocks."""
    return [places[at : at + BLOCK] for at in range(0, len(places), BLOCK)]


def join_twins(parts: Sequence[Twins]) -> Twins:
    """Return blocks of twins as one."""
    return Twins(
        _join_paths([part.factual for part in parts]),
        _join_paths([part.counter for part in parts]),
        {name: np.concatenate([part.parameters[name] for part in parts])
         for name in parts[0].parameters},
        np.concatenate([part.founders for part in parts]),
        {name: _join_paths([part.frozen[name] for part in parts]) for name in parts[0].frozen},
    )  # fmt: skip


def _join_paths(parts: Sequence[Paths]) -> Paths:
    if len(parts) == 1:
        return parts[0]
    offsets = np.cumsum([0, *(part.worlds for part in parts[:-1])])
    events = [part.events for part in parts]
    world = np.concatenate([e.world + at for e, at in zip(events, offsets, strict=True)])
    rest = [
        np.concatenate([getattr(e, name) for e in events])
        for name in ("month", "code", "leader", "place", "amount")
    ]
    values = {
        name: np.concatenate([part.values[name] for part in parts], axis=1)
        for name in parts[0].values
    }
    return Paths(parts[0].since, values, Events(world, *rest))


def fork_of(resolved: dict[str, Any]) -> int:
    """Return the month in which the first intervention begins.

    Raises
    ------
    PalcaError
        If there is none.
    """
    months = [change["since"] for change in resolved["changes"]]
    if not months:
        raise PalcaError("has no interventions: a counterfactual needs an [[intervene]] table, or "
                         "--intervene", resolved["place"])
    return min(months)


def horizon(twins: Twins, months_on: int) -> int:
    """Return `months_on`, or the last month if the scenario ends before it."""
    return min(months_on, twins.factual.months - 1)


def when(twins: Twins, months_on: int) -> str:
    """Return the name of the month so many months after the fork's first."""
    return month_name(twins.factual.since + months_on)
