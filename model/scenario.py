"""What a run is given: a country and a scenario, as checked, immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .interventions import ForcedCoup, LeverChange, ParameterChange
from .parameters import Value
from .policy import Policy

# What drives the simulated country from outside, one value a month.
DRIVERS: Final[dict[str, str]] = {
    "tin": "log gap of the real tin price to its mean of the 36 months before",
    "oil": "log gap of the real oil price to its mean of the 36 months before",
    "abroad": "growth abroad less its mean, % a year",
    "neighbours": "mean orientation of the neighbours' regimes, left -1 to right 1",
    "human_rights": "weight of human rights in US policy, 0 to 1",
    "prices": "dollar prices against January 1969, ratio",
    "gdp": "gross domestic product, million USD a year",
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
class Scenario:
    """A run's premise, complete and checked.

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
    closed : frozenset of str
        Names of the channels that are closed.
    levers, changes, coups : tuple
        Interventions, each for its time.
    """

    title: str
    months: int
    country: Country
    policies: Mapping[str, tuple[tuple[int, Policy], ...]]
    drivers: Mapping[str, NDArray[np.float64]]
    parameters: Mapping[str, Value] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    levers: tuple[LeverChange, ...] = ()
    changes: tuple[ParameterChange, ...] = ()
    coups: tuple[ForcedCoup, ...] = ()
