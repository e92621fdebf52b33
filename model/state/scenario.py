"""What a run is given: a country and a scenario, as checked, immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language.policy import Policy
from ..types import Floats, Ints, Value
from . import counter_rng
from .channels import CHANNELS
from .interventions import InForce, Intervention
from .parameters import PARAMETERS, PRIORS, drawn_from, draws_of_worlds
from .prior import Prior

Window = tuple[int, int]  # first and last month


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
    """A leader who dies and, if he rules then, his successor (roster indices).

    Without a lawful successor the armed forces choose one.
    """

    month: int
    leader: int
    successor: int | None


@dataclass(frozen=True, slots=True)
class Country:
    """A country as data: nothing else in the model says where it is.

    Attributes
    ----------
    term : int
        Months that an elected civilian rules before the next election; 0 if no law says so.
    record : str
        The folder of what is documented of it; empty if there is none of its own.
    priors : mapping of str to Prior
        What is known of its parameters from elsewhere; it goes before the parameter table wherever
        parameters are drawn from priors.
    windows : tuple of (int, int)
        First and last months of the years that are also measured by themselves.
    """

    name: str
    leaders: tuple[Leader, ...]
    garrisons: tuple[Garrison, ...]
    factions: tuple[Faction, ...]
    start: Mapping[str, float]
    deaths: tuple[Death, ...] = ()
    term: int = 0
    record: str = ""
    priors: Mapping[str, Prior] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a run is given, complete and checked.

    Attributes
    ----------
    title : str
    months : int
        Length.
    country : Country
    policies : mapping of str to tuple of (int, Policy)
        For each actor the policies with the months from which they hold, in order.
    drivers : mapping of str to ndarray, shape ``(months,)``
    parameters : mapping of str to float or ndarray of shape ``(worlds,)``
    parameter_sets : mapping of str to ndarray, shape ``(sets,)``
        Sets of parameters, of which each world has one; `parameters` go before them.
    priors : mapping of str to Prior
        Priors of the scenario's own. If there are any, and no `parameter_sets`, each world has its
        own draw of all free parameters, of the others from the priors of the country and of the
        parameter table.
    closed : frozenset of str
        Names of the channels that are closed.
    interventions : tuple of Intervention
        Each for its time; see :mod:`palca.model.state.interventions`.
    first : int
        The first month. Months count from January 1969, here as everywhere; earlier ones are
        below 0.
    """

    title: str
    months: int
    country: Country
    policies: Mapping[str, tuple[tuple[int, Policy], ...]]
    drivers: Mapping[str, Floats]
    parameters: Mapping[str, Value] = field(default_factory=dict)
    parameter_sets: Mapping[str, Floats] = field(default_factory=dict)
    priors: Mapping[str, Prior] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    interventions: tuple[Intervention, ...] = ()
    first: int = 0

    @property
    def end(self) -> int:
        """The month after the last."""
        return self.first + self.months

    @property
    def free_priors(self) -> dict[str, Prior]:
        """The prior of each parameter that has one and isn't set, in the order of the table."""
        prior_of = {**PRIORS, **self.country.priors, **self.priors}
        return {
            name: prior_of[name]
            for name in PARAMETERS
            if name in prior_of and name not in self.parameters
        }

    def usual_parameters(self, draw_index: Ints) -> dict[str, Value]:
        """Return the values of parameters while no intervention changes them.

        Those of the posterior, or drawn from priors of the scenario's own, then those that it sets;
        what feeds a closed channel is 0.

        Parameters
        ----------
        draw_index : ndarray of int, shape ``(worlds,)``
            As :func:`~.parameters.draw_index` returns it.
        """
        usual: dict[str, Value] = {**draws_of_worlds(self.parameter_sets, draw_index)}
        if self.priors and not self.parameter_sets:
            usual |= drawn_from(self.free_priors, counter_rng.world_keys(0, draw_index))
        usual |= self.parameters
        for name in self.closed:
            usual |= dict.fromkeys(CHANNELS[name].zeroes, 0.0)
        return usual

    def families_of(self, draw_index: Ints) -> Ints:
        """Return which worlds have the same parameters: the number of each one's set.

        Parameters
        ----------
        draw_index : ndarray of int, shape ``(worlds,)``
        """
        sets = len(next(iter(self.parameter_sets.values()), ()))
        return draw_index % sets if sets else draw_index

    def in_force(self, month: int) -> InForce:
        """Return what holds in a month; a closed channel's parameters stay at 0."""
        in_force = InForce({
            actor: next(policy for since, policy in reversed(rows) if since <= month)
            for actor, rows in self.policies.items()
        })  # fmt: skip
        for intervention in self.interventions:
            if intervention.since <= month <= intervention.until:
                intervention.apply(in_force, month)
        for channel in self.closed:
            for name in CHANNELS[channel].zeroes:
                in_force.parameters.pop(name, None)
        return in_force

    def until(self, month: int) -> int:
        """Return the first month after `month` in which something else may hold, or the end."""
        turns = [since for rows in self.policies.values() for since, _ in rows]
        for change in self.interventions:  # a forced coup's leader strikes in its first month only
            turns += [change.since, change.since + 1, change.until + 1]
        return min([turn for turn in turns if turn > month] + [self.end])
