"""Counterfactual histories: abduction, action, prediction (Pearl 2009, ch. 7).

Worlds that went as the evidence says are taken up at the fork and replayed twice on the
same draws, with the interventions and without (a twin network, Balke and Pearl 1994). What
differs between twins is an effect of the interventions and of nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

import numpy as np

from palca.model import History, Simulation, Snapshot
from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.state.channels import ChannelLog
from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.history import Events
from palca.model.state.scenario import Scenario
from palca.model.state.state import FIELDS
from palca.model.types import Floats, Ints
from palca.scenarios import build

from ..infer.reanalysis import ParticleSet
from ..observe.by_month import RIGHT, atmosphere, unrest
from ..observe.histories import Histories

_ROW: Final = {name: row for row, name in enumerate(FIELDS)}  # of a snapshot's state
_KEPT: Final = (
    "leader", "orientation", "legitimacy", "repression", "mobilisation", "fiscal", "attempt",
    "success", "ussr_committed", "ussr_recent", "ussr_delivered", "us_recent", "us_delivered",
    "friction", "militants", "legality",
)  # fmt: skip
# What actors do, as far as the state shows it: name -> title. Each is moved by levers.
CONDUCT: Final[dict[str, str]] = {
    "ussr_relations": "relations with Moscow",
    "ussr_suspended": "cooperation suspended by Moscow",
    "ussr_commitment": "Soviet credits",
    "ussr_speed": "the speed of Soviet deliveries",
    "us_commitment": "US programmes",
    "us_arms": "US military aid",
    "us_speed": "the speed of US deliveries",
    "us_sanction": "US sanctions",
    "us_covert": "covert US money",
    "us_pressure": "US pressure for rights",
    "us_conditions": "US conditions of reform",
    "patronage": "pay and posts for officers",
    "closed": "politics closed by the regime",
    "party_support": "the party's stand towards the regime",
    "front": "the party in a front",
    "guerrilla": "armed struggle",
}  # fmt: skip
_FLOWS: Final = ("pipeline", "commitment", "delivery")
_DONE: Final = (
    *(name for name in CONDUCT if name in FIELDS),
    *(f"{patron}_{flow}" for patron in ("ussr", "us") for flow in ("pipeline", "delivery")),
)
_OWED: Final = 0.01  # million USD; with less there is nothing to deliver, fast or slowly
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
        `events.world` is an index in ``0..n-1``.
    conduct : dict of str to ndarray, shape ``(months, n)``
        By the names in :data:`CONDUCT`; empty unless asked for. Speeds are shares of what is owed,
        NaN where nothing is.
    """

    since: int
    values: dict[str, Floats]
    events: Events
    conduct: dict[str, Floats] = field(default_factory=dict)

    @property
    def months(self) -> int:
        """Return the number of months from the fork to the end."""
        return len(self.values["rules"])

    @property
    def worlds(self) -> int:
        """Return the number of worlds."""
        return self.values["rules"].shape[1]

    def only(self, names: Collection[str]) -> Paths:
        """Return the paths of some quantities alone, without events."""
        values = {name: self.values[name] for name in names}
        none = Events(*(getattr(self.events, column.name)[:0] for column in fields(Events)))
        return Paths(self.since, values, none)

    @staticmethod
    def concatenate(parts: Sequence[Paths]) -> Paths:
        """Return the worlds of several parts as one, numbered through."""
        offsets = np.cumsum([0, *(part.worlds for part in parts[:-1])])
        events = [
            replace(part.events, world=part.events.world + offset)
            for part, offset in zip(parts, offsets, strict=True)
        ]
        values = concatenate_worlds([part.values for part in parts])
        conduct = concatenate_worlds([part.conduct for part in parts])
        return Paths(parts[0].since, values, concatenate_worlds(events), conduct)


def paths_of(history: History, ruler: Floats, inherited: Floats, committed: Floats) -> Paths:
    """Return the paths of a history from the fork on.

    Parameters
    ----------
    ruler, inherited, committed : ndarray, shape ``(n,)``
        At the fork: who rules (index in the roster), Soviet atmosphere, Soviet commitments so far.
    """
    value = {name: history.field(name).astype(np.float64) for name in _KEPT}
    months, worlds = value["leader"].shape
    events = history.events
    histories = Histories(worlds, months, {}, replace(events, month=events.month - history.since))
    values = {
        "leader": value["leader"],
        "rules": np.logical_and.accumulate(value["leader"] == ruler, axis=0).astype(np.float64),
        "attempts": np.cumsum(value["attempt"], axis=0),
        "successes": np.cumsum(value["success"], axis=0),
        "right": (value["orientation"] >= RIGHT).astype(np.float64),
        "lethal": np.cumsum(unrest(histories) >= 2, axis=0).astype(np.float64),
        "ussr_atmosphere": atmosphere(histories, "ussr", before=inherited),
        "ussr_commitments": value["ussr_committed"] - committed,
        "us_commitments": value["us_recent"],
    }
    alike = set(_KEPT) - {"leader", "attempt", "success", "ussr_committed", "us_recent"}
    values |= {name: value[name] for name in alike}
    return Paths(history.since, values, events)


def conduct_of(history: History) -> dict[str, Floats]:
    """Return what actors do, month by month, by the names in :data:`CONDUCT`."""
    value: dict[str, Any] = {name: history.field(name) for name in _DONE}
    for patron in ("ussr", "us"):
        pipeline, committed, delivered = (value[f"{patron}_{flow}"] for flow in _FLOWS)
        owed = pipeline - committed + delivered
        speed = np.full_like(owed, np.nan)
        value[f"{patron}_speed"] = np.divide(delivered, owed, out=speed, where=owed > _OWED)
    return {name: value[name] for name in CONDUCT}


def parameter_basis(parameters: Mapping[str, Floats], ancestors: Ints) -> Floats:
    """Return an orthonormal basis of a constant and of linear functions of parameters.

    Parameters that don't vary, or that others determine, add nothing to it.

    Parameters
    ----------
    parameters : mapping of str to ndarray, shape ``(n,)``
        The same for all copies of a world of January 1969.
    ancestors : ndarray of int, shape ``(n,)``

    Returns
    -------
    ndarray, shape ``(families, k)``
        In the order of the ancestors.
    """
    _, first = np.unique(ancestors, return_index=True)
    columns = [np.full(len(first), 1.0)]
    for of in parameters.values():
        values = of[first]
        if np.ptp(values) > 0.0:
            columns.append((values - values.mean()) / values.std())
    left, sizes, _ = np.linalg.svd(np.column_stack(columns), full_matrices=False)
    return left[:, sizes > 1e-10 * sizes[0]]


@dataclass(slots=True)
class Twins:
    """Worlds and their counterfactual twins, from the fork on."""

    factual: Paths
    counter: Paths
    parameters: dict[str, Floats]
    ancestors: Ints
    frozen: dict[str, Paths] = field(default_factory=dict)
    _basis: Floats | None = field(default=None, repr=False, compare=False)

    @property
    def basis(self) -> Floats:
        """Basis of what a linear regression on the parameters can fit: :func:`parameter_basis`."""
        if self._basis is None:
            self._basis = parameter_basis(self.parameters, self.ancestors)
        return self._basis

    def difference(self, quantity: str) -> Floats:
        """Return counterfactual less factual, ``(months, n)``."""
        return self.counter.values[quantity] - self.factual.values[quantity]


def run_from(
    scenario: Scenario,
    start: Snapshot,
    inherited: Floats,
    channel_log: ChannelLog | None = None,
    conduct: bool = False,
) -> Paths:
    """Return how worlds go on from a snapshot under a scenario, on the draws that it brings.

    Parameters
    ----------
    inherited : ndarray, shape ``(n,)``
        Soviet atmosphere at the start.
    channel_log : ChannelLog, optional
        What channels are listened to, or frozen.
    conduct : bool
        Whether what actors do is kept too.
    """
    leader, committed = (start.state[_ROW[name]] for name in ("leader", "ussr_committed"))
    keep = tuple(dict.fromkeys(_KEPT + _DONE)) if conduct else _KEPT
    model = Simulation(
        scenario, np.arange(len(start)), 0, keep=keep, start=start, channel_log=channel_log
    )
    # rounded like what is kept of the months after it, so that no credit is exactly none
    committed = committed.astype(np.float32).astype(np.float64)
    history = model.run()
    paths = paths_of(history, leader.copy(), inherited, committed)
    return replace(paths, conduct=conduct_of(history)) if conduct else paths


def replay(factual: dict[str, Any], counter: dict[str, Any], particles: ParticleSet) -> Twins:
    """Replay worlds with and without the interventions.

    Parameters
    ----------
    factual, counter : dict
        Resolved scenarios that differ by the interventions.
    particles : ParticleSet
        The worlds at the fork.
    """
    plain, changed = (
        go_on(one, particles, ChannelLog(), conduct=True) for one in (factual, counter)
    )
    return Twins(plain, changed, particles.parameters, particles.ancestors)


def replay_frozen(
    factual: dict[str, Any],
    counter: dict[str, Any],
    particles: ParticleSet,
    channels: Sequence[str],
) -> dict[str, Paths]:
    """Replay worlds with the interventions, each channel in turn held at its factual path.

    Returns
    -------
    dict of str to Paths
        By channel: what came of the interventions while it carried what it carries without them.
    """
    if not channels:
        return {}
    heard = frozenset(channels)  # by all runs alike, so that they share their compiled months
    log = ChannelLog(heard)
    go_on(factual, particles, log)
    return {
        channel: go_on(counter, particles, ChannelLog(heard, frozenset([channel]), log))
        for channel in channels
    }


def go_on(
    resolved: dict[str, Any],
    particles: ParticleSet,
    channel_log: ChannelLog | None = None,
    conduct: bool = False,
) -> Paths:
    """Return how worlds like ours go on under a scenario, as :func:`run_from` does."""
    scenario = build(resolved)
    own = replace(scenario, parameters={**scenario.parameters, **particles.parameters})
    return run_from(own, particles.snapshot, particles.atmosphere, channel_log, conduct)


def fork_of(resolved: dict[str, Any]) -> int:
    """Return the month in which the first intervention begins.

    Raises
    ------
    PalcaError
        If there is none.
    """
    months = [change["since"] for change in resolved["changes"]]
    if not months:
        raise PalcaError(
            "has no interventions: a counterfactual needs an [[intervene]] table, or --intervene",
            resolved["place"],
        )
    return min(months)


def when(twins: Twins, months_on: int) -> str:
    """Return the name of the month so many months after the fork's first."""
    return month_name(twins.factual.since + months_on)
