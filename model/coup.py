"""The coup as a game of opportunity and coordination.

An opportunity arises; the most discontented officer finds who would follow him;
too few are a plot, enough are an attempt. Then each officer joins the side that
he expects to win until the cascade rests (Geddes 1999; Singh 2014; with small
private noise it is the threshold limit of a game of regime change, Morris and
Shin 2003). Only worlds with an opportunity pay for the game.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arithmetic import exp
from .interventions import STRONGEST_SIGNAL, Outcome
from .officers import Corps, corps_discontent, private_discontent
from .parameters import Parameters, Value, at
from .state import State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_SHORT_OF_HALF = 0.499  # share of force of rebels who are made to fail


@dataclass(slots=True)
class Attempts:
    """The plots and attempts of one month, one entry for each world with an opportunity.

    Attributes
    ----------
    worlds : ndarray of int, shape ``(n,)``
        Their places in the block.
    plotter : ndarray of int
        Slot of the officer who leads.
    ideology : ndarray
        The plotter's.
    nucleus : ndarray
        Share of force that would rise with him before any signal.
    overt : ndarray of bool
        Whether the plot became an attempt.
    joined : ndarray
        Share of force on the rebels' side when the cascade rests; 0 for a plot.
    success : ndarray of bool
    rebels : ndarray of bool, shape ``(officers, n)``
        Who stood with the rebels at the end.
    opinions : ndarray, shape ``(officers, n)``
        The officers' ideologies before the purge.
    named : ndarray of int
        Roster place of the leader whom an intervention names; -1 if none.
    """

    worlds: Ints
    plotter: Ints
    ideology: Floats
    nucleus: Floats
    overt: Flags
    joined: Floats
    success: Flags
    rebels: Flags
    opinions: Floats
    named: Ints


@dataclass(frozen=True, slots=True)
class Forcing:
    """What an intervention makes of this month's attempts.

    Attributes
    ----------
    outcome : str
        What becomes of them: "succeeds", "fails" or "never".
    led : ndarray of bool, shape ``(worlds,)``
        Where a named leader strikes, though perhaps nobody would have.
    leader : int
        His roster place; -1 if nobody is named.
    ideology : float
        His; the officer nearest to it leads for him.
    """

    outcome: Outcome
    led: Flags
    leader: int
    ideology: float


def opportunity(state: State, p: Parameters) -> Floats:
    """Return the month's chance of an opportunity, ``(worlds,)``.

    1 - exp(-pi0 e**(trap H + unrest M + succession))
    """
    rate = p.opportunity * exp(
        p.coup_trap * np.minimum(state.coup_memory, 2.0)
        + p.opportunity_unrest * state.mobilisation
        + p.opportunity_succession * np.minimum(state.succession, 1.0)
    )
    return 1.0 - exp(-rate)


def play(
    state: State,
    corps: Corps,
    worlds: Ints,
    mood: Floats,
    signal: Floats,
    covert: Floats,
    p: Parameters,
    forcing: Forcing | None = None,
) -> Attempts:
    """Play the game in the worlds that have an opportunity.

    Parameters
    ----------
    worlds : ndarray of int, shape ``(n,)``
    mood : ndarray, shape ``(officers, n)``
        Each officer's standard shock of the month.
    signal : ndarray, shape ``(n,)``
        The public shock (who holds the radio), standard.
    covert : ndarray, shape ``(n,)``
        Covert money that reaches plotters friendlier to Washington.
    forcing : Forcing, optional
    """
    orientation = state.orientation[worlds]
    ideology, grievance = corps.of(worlds)
    discontent = private_discontent(
        corps_discontent(state, p, worlds),
        ideology,
        grievance,
        at(p.discontent_mood, worlds) * mood,
        orientation,
        state.mobilisation[worlds],
        at(p.discontent_distance, worlds),
        at(p.discontent_fear, worlds),
        at(p.discontent_spread, worlds),
    )
    plotter = np.argmax(discontent, axis=0)
    led, named = np.zeros(len(worlds), dtype=np.bool_), np.full(len(worlds), -1)
    if forcing is not None:
        nearest = np.argmin(np.abs(ideology - forcing.ideology), axis=0)
        led = forcing.led[worlds]
        plotter = np.where(led, nearest, plotter)
        named = np.where(led, forcing.leader, -1)
        side = 1.0 if forcing.outcome == "succeeds" else -1.0
        signal = np.full_like(signal, side * STRONGEST_SIGNAL)
    here = np.arange(len(worlds))
    led_by = ideology[plotter, here]
    top = corps.top[plotter]

    # the risk that an officer must overcome, lower or higher as things stand
    friendlier = led_by > orientation
    risk = (
        at(p.cost, worlds)
        + at(p.deterrence, worlds) * state.survived[worlds]
        - at(p.covert_support, worlds) * covert * friendlier
        - at(p.broken_promise, worlds) * state.promise_broken[worlds]
    )
    pull = discontent
    pull -= risk
    pull += at(p.affinity, worlds) * (1.0 - np.abs(ideology - led_by))
    # world by world, as the corps is stored
    pull += at(p.comrades, worlds) * (corps.garrison[plotter][:, None] == corps.garrison).T
    nucleus = _force(corps, pull > 0.0)
    overt = (nucleus >= at(p.visibility, worlds)) | led

    # labour sides with whoever stands nearer to it
    labour = at(p.labour_defence, worlds) * state.mobilisation[worlds] * (orientation - led_by)
    push = at(p.public_shock, worlds) * signal + at(p.rank_advantage, worlds) * top + labour
    joined = np.zeros(len(worlds))
    rebels = pull > 0.0
    (rising,) = np.nonzero(overt)
    if len(rising):
        weight = at(p.complementarity, worlds[rising])
        joined[rising], rebels[:, rising] = _cascade(
            corps, pull[:, rising], nucleus[rising], push[rising], weight
        )
    if forcing is not None:
        won_by_force = np.maximum(joined, 0.5) if side > 0 else np.minimum(joined, _SHORT_OF_HALF)
        joined = np.where(overt, won_by_force, joined)
    won = joined >= 0.5
    return Attempts(worlds, plotter, led_by, nucleus, overt, joined, won, rebels, ideology, named)


def _force(corps: Corps, standing: Flags) -> Floats:
    """Return the share of force of those standing; integer weights make the sum exact."""
    return (corps.weight @ standing.astype(np.float64)) / corps.force


def _cascade(
    corps: Corps, pull: Floats, nucleus: Floats, push: Floats, weight: Value
) -> tuple[Floats, Flags]:
    """Follow q' = force{pull_i + weight q + push > 0} from the nucleus to its rest.

    The map is monotone in q, so the sequence is monotone and ends within as many
    rounds as there are officers.
    """
    joined = nucleus
    while True:
        rebels = pull > -(weight * joined + push)
        following = _force(corps, rebels)
        if np.array_equal(following, joined):
            return joined, rebels
        joined = following
