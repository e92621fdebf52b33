"""The coup as a game of opportunity and coordination.

An opportunity arises; the most discontented officer finds who would follow him;
too few are a plot, enough are an attempt. Then each officer joins the side that
he expects to win until the cascade stops (Geddes 1999; Singh 2014; with small
private noise it is the threshold limit of a game of regime change, Morris and
Shin 2003). Only worlds with an opportunity pay for the game.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..arithmetic import exp
from ..state.batch import Worlds
from ..state.interventions import Outcome
from ..state.parameters import Parameters
from ..state.state import State
from ..types import Flags, Floats, Ints, Value
from .discontent import corps_discontent, private_discontent, risk_of_rising

_STRONGEST_SIGNAL = 12.0**0.5  # the bound of a standard shock, see counter_rng.normal
_SHORT_OF_HALF = 0.499  # share of force of rebels who are made to fail


class Plot(NamedTuple):
    """What plotters find, in each world with an opportunity.

    Attributes
    ----------
    plotter : ndarray of int, shape ``(n,)``
        Slot of the officer who leads.
    ideology : ndarray, shape ``(n,)``
        The officer's ideology.
    pull : ndarray, shape ``(officers, n)``
        Each officer's net pull to the rebels before any signal.
    push : ndarray, shape ``(n,)``
        What the signal, the plotter's rank and labour add to everybody's.
    nucleus : ndarray, shape ``(n,)``
        Share of force that would rise with him before any signal.
    overt : ndarray of bool, shape ``(n,)``
        Whether the plot becomes an attempt.
    led : ndarray of bool, shape ``(n,)``
        Whether a leader named by an intervention strikes.
    """

    plotter: Ints
    ideology: Floats
    pull: Floats
    push: Floats
    nucleus: Floats
    overt: Flags
    led: Flags | bool


@dataclass(frozen=True, slots=True)
class Forcing:
    """What an intervention makes of this month's attempts.

    Attributes
    ----------
    outcome : str
        What becomes of them: "succeeds", "fails" or "never".
    leader : int
        Roster index of a named leader, who strikes whatever his following; -1 if none.
    ideology : float
        That leader's; the officer nearest to it leads in his name.
    """

    outcome: Outcome
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


def plot(
    worlds: Worlds, mood: Floats, covert: Floats, led: Flags | bool, forcing: Forcing | None = None
) -> Plot:
    """Return what plotters find in worlds that have an opportunity.

    Parameters
    ----------
    worlds : Worlds
        Those, ``n`` of them.
    mood : ndarray, shape ``(officers, n)``
        Each officer's standard shock of the month.
    covert : ndarray, shape ``(n,)``
        Covert money that reaches plotters friendlier to Washington.
    led : ndarray of bool, shape ``(n,)``
        Where the leader named by `forcing` strikes.
    forcing : Forcing, optional
    """
    state, corps, p = worlds.state, worlds.corps, worlds.p
    discontent = private_discontent(
        corps_discontent(state, p),
        corps.ideology,
        corps.grievance,
        p.discontent_mood * mood,
        state.orientation,
        state.mobilisation,
        p.discontent_distance,
        p.discontent_fear,
        p.discontent_spread,
    )
    plotter = np.argmax(discontent, axis=0)
    signal: Value = worlds.draws.shock("public signal")
    if forcing is not None:
        nearest = np.argmin(np.abs(corps.ideology - forcing.ideology), axis=0)
        plotter = np.where(led, nearest, plotter)
        signal = _STRONGEST_SIGNAL if forcing.outcome == "succeeds" else -_STRONGEST_SIGNAL
    led_by = of_officer(corps.ideology, plotter)
    top = np.take(corps.top, plotter)

    # the risk that an officer must overcome, lower or higher as things stand
    friendlier = led_by > state.orientation
    risk = risk_of_rising(state, p, p.covert_support * covert * friendlier)
    pull = discontent
    pull -= risk
    pull += p.affinity * (1.0 - np.abs(corps.ideology - led_by))
    pull += p.comrades * (np.take(corps.garrison, plotter) == corps.garrison)
    nucleus = corps.force_of(pull > 0.0)
    overt = (nucleus >= p.visibility) | led

    # labour sides with whoever stands nearer to it
    labour = p.labour_defence * state.mobilisation * (state.orientation - led_by)
    push = p.public_shock * signal + p.rank_advantage * top + labour
    return Plot(plotter, led_by, pull, push, nucleus, overt, led)


def rise(
    worlds: Worlds, plot: Plot, forcing: Forcing | None = None
) -> tuple[Floats, Flags, Flags]:
    """Return how attempts end: share of force with the rebels, success, and who rebelled.

    Returns
    -------
    joined : ndarray, shape ``(n,)``
    success : ndarray of bool, shape ``(n,)``
    rebels : ndarray of bool, shape ``(officers, n)``
    """
    joined, rebels = cascade(
        worlds, plot.pull, plot.push, plot.nucleus, worlds.p.complementarity
    )
    if forcing is not None and forcing.outcome == "succeeds":
        joined = np.maximum(joined, 0.5)
    elif forcing is not None:
        joined = np.minimum(joined, _SHORT_OF_HALF)
    return joined, joined >= 0.5, rebels


def cascade(
    worlds: Worlds, pull: Floats, push: Floats, nucleus: Floats, weight: Value
) -> tuple[Floats, Flags]:
    """Follow q' = force{pull_i + weight q + push > 0} from the nucleus to its fixed point.

    The map is monotone in q, so the sequence is monotone and ends within as many
    rounds as there are officers.
    """

    def rebels(joined: Floats) -> Flags:
        return pull > -(weight * joined + push)

    joined = worlds.fixed_point(lambda joined: worlds.corps.force_of(rebels(joined)), nucleus)
    return joined, rebels(joined)


def of_officer(table: Floats, slot: Ints) -> Floats:
    """Return from ``(officers, worlds)`` the entry of one officer in each world."""
    return np.take_along_axis(table, slot[None], axis=0)[0]
