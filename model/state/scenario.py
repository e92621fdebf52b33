"""What a run is given: a country and a scenario, as checked, immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..language.policy import Policy
from ..types import Floats, Value
from .channels import CHANNELS
from .interventions import ForcedCoup, LeverChange, ParameterChange

# What drives the simulated country from outside, one value a month: least, most, what it is.
DRIVERS: Final[dict[str, tuple[float, float, str]]] = {
    "tin": (-7.0, 7.0, "log gap of the real tin price to its mean of the 36 months before"),
    "oil": (-7.0, 7.0, "log gap of the real oil price to its mean of the 36 months before"),
    "abroad": (-30.0, 30.0, "growth abroad less its mean, % a year"),
    "neighbours": (-1.0, 1.0, "mean orientation of the neighbours' regimes, left to right"),
    "human_rights": (0.0, 1.0, "weight of human rights in US policy"),
    "prices": (0.1, 10.0, "dollar prices against January 1969, ratio"),
    "gdp": (10.0, 100000.0, "gross domestic product, million USD a year"),
}


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody who may rule.

    Attributes
    ----------
    name, short : str
        In full, and as he is usually called.
    ideology : float
        Left -1 to right 1.
    rank : str
        ``"top"``, ``"middle"`` or ``"civilian"``.
    since, until : int
        Months between which he is available, the last one included.
    candidate : bool
        Whether he may come to power by an election.
    """

    name: str
    short: str
    ideology: float
    rank: str
    since: int
    until: int
    candidate: bool


@dataclass(frozen=True, slots=True)
class Garrison:
    """A garrison: its number of officers, how many of them are of top rank, its weight of force."""

    name: str
    officers: int
    top: int
    weight: int


@dataclass(frozen=True, slots=True)
class Faction:
    """A current of opinion among officers: share, mean ideology and spread."""

    name: str
    share: float
    ideology: float
    spread: float


@dataclass(frozen=True, slots=True)
class Death:
    """A leader who dies and, if he rules then, his successor (roster places).

    Without a lawful successor the armed forces choose one.
    """

    month: int
    leader: int
    successor: int | None


@dataclass(frozen=True, slots=True)
class Country:
    """A country as data: nothing else in the model says where it is."""

    name: str
    leaders: tuple[Leader, ...]
    garrisons: tuple[Garrison, ...]
    factions: tuple[Faction, ...]
    start: Mapping[str, float]
    deaths: tuple[Death, ...] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds in a month, in all worlds: policies, and the interventions of that time.

    Attributes
    ----------
    policies : mapping of str to Policy
        By actor.
    levers : tuple of LeverChange
    coup : ForcedCoup, optional
    strike : int, optional
        Roster place of a leader who strikes this month.
    deaths : tuple of Death
    """

    policies: Mapping[str, Policy]
    levers: tuple[LeverChange, ...]
    coup: ForcedCoup | None
    strike: int | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a run is given, complete and checked.

    Attributes
    ----------
    title : str
    months : int
        Length; month 0 is January 1969.
    country : Country
    policies : mapping of str to tuple of (int, Policy)
        For each actor the policies with the months from which they hold, in order.
    drivers : mapping of str to ndarray, shape ``(months,)``
    parameters : mapping of str to float or ndarray of shape ``(worlds,)``
    sets : mapping of str to ndarray, shape ``(sets,)``
        Sets of parameters, of which each world has one; `parameters` go before them.
    closed : frozenset of str
        Names of the channels that are closed.
    levers, changes, coups : tuple
        Interventions, each for its time.
    """

    title: str
    months: int
    country: Country
    policies: Mapping[str, tuple[tuple[int, Policy], ...]]
    drivers: Mapping[str, Floats]
    parameters: Mapping[str, Value] = field(default_factory=dict)
    sets: Mapping[str, Floats] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    levers: tuple[LeverChange, ...] = ()
    changes: tuple[ParameterChange, ...] = ()
    coups: tuple[ForcedCoup, ...] = ()

    def in_force(self, month: int) -> InForce:
        """Return what holds in a month."""
        coup = next((c for c in self.coups if c.since <= month <= c.until), None)
        return InForce(
            {
                actor: next(policy for since, policy in reversed(rows) if since <= month)
                for actor, rows in self.policies.items()
            },
            tuple(change for change in self.levers if change.since <= month <= change.until),
            coup,
            coup.leader if coup is not None and coup.since == month else None,
        )

    def until(self, month: int) -> int:
        """Return the first month after `month` in which something else may hold, or the end."""
        begins = [since for rows in self.policies.values() for since, _ in rows]
        for change in (*self.levers, *self.changes, *self.coups):
            begins += [change.since, change.until + 1]
        begins += [coup.since + 1 for coup in self.coups if coup.leader is not None]
        return min([start for start in begins if start > month] + [self.months])

    def changed(self, month: int) -> dict[str, float]:
        """Return the parameters that have another value in a month, but for closed channels'."""
        held = {name for channel in self.closed for name in CHANNELS[channel].zeroes}
        return {
            change.name: change.value
            for change in self.changes
            if change.since <= month <= change.until and change.name not in held
        }
