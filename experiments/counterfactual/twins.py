"""Counterfactual histories: abduction, action, prediction (Pearl 2009, ch. 7).

Worlds that went as the evidence says are taken up at the fork and replayed twice on the
same draws, with the interventions and without (a twin network, Balke and Pearl 1994). What
differs between twins is an effect of the interventions and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from palca.model import ColdWarModel, History, Snapshot
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
from ..observe.histories import Histories
from ..observe.outcomes import RIGHT, atmosphere, unrest

_ROW: Final = {name: row for row, name in enumerate(FIELDS)}  # of a snapshot's state
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
        `events.world` is an index in ``0..n-1``.
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

    @staticmethod
    def concatenate(parts: Sequence[Paths]) -> Paths:
        """Return the worlds of several parts as one, numbered through."""
        offsets = np.cumsum([0, *(part.worlds for part in parts[:-1])])
        events = [
            replace(part.events, world=part.events.world + offset)
            for part, offset in zip(parts, offsets, strict=True)
        ]
        values = concatenate_worlds([part.values for part in parts])
        return Paths(parts[0].since, values, concatenate_worlds(events))


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


def parameter_basis(parameters: Mapping[str, Floats], worlds: int) -> Floats:
    """Return an orthonormal basis of a constant and of linear functions of parameters, ``(n, k)``.

    Parameters that don't vary, or that others determine, add nothing to it.
    """
    columns = [np.full(worlds, 1.0)]
    columns += [(of - of.mean()) / of.std() for of in parameters.values() if np.ptp(of) > 0.0]
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
            self._basis = parameter_basis(self.parameters, len(self.ancestors))
        return self._basis

    def difference(self, quantity: str) -> Floats:
        """Return counterfactual less factual, ``(months, n)``."""
        return self.counter.values[quantity] - self.factual.values[quantity]


def run_from(
    scenario: Scenario, start: Snapshot, inherited: Floats, channel_log: ChannelLog | None = None
) -> Paths:
    """Return how worlds go on from a snapshot under a scenario, on the draws that it brings.

    Parameters
    ----------
    inherited : ndarray, shape ``(n,)``
        Soviet atmosphere at the start.
    channel_log : ChannelLog, optional
        What channels are listened to, or frozen.
    """
    leader, committed = (start.state[_ROW[name]] for name in ("leader", "ussr_committed"))
    model = ColdWarModel(
        scenario, np.arange(len(start)), 0, keep=_KEPT, start=start, channel_log=channel_log
    )
    # rounded like what is kept of the months after it, so that no credit is exactly none
    committed = committed.astype(np.float32).astype(np.float64)
    return paths_of(model.run(), leader.copy(), inherited, committed)


def replay(
    factual: dict[str, Any],
    counter: dict[str, Any],
    particles: ParticleSet,
    freeze: Sequence[str] = (),
) -> Twins:
    """Replay worlds with and without the interventions.

    Parameters
    ----------
    factual, counter : dict
        Resolved scenarios that differ by the interventions.
    particles : ParticleSet
        The worlds at the fork.
    freeze : sequence of str
        Channels; for each a third run is made in which it carries what it carried in the
        factual twin.
    """

    def run(resolved: dict[str, Any], channel_log: ChannelLog) -> Paths:
        scenario = build(resolved)
        parameters = {**scenario.parameters, **particles.parameters}
        own = replace(scenario, parameters=parameters)
        return run_from(own, particles.snapshot, particles.atmosphere, channel_log)

    log = ChannelLog(listened=frozenset(freeze))
    plain, changed = run(factual, log), run(counter, ChannelLog())
    frozen = {
        channel: run(counter, ChannelLog(frozen=frozenset([channel]), factual=log))
        for channel in freeze
    }
    return Twins(plain, changed, particles.parameters, particles.ancestors, frozen)


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
