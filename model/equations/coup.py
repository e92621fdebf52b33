"""The coup as a game of opportunity and coordination.

An opportunity arises; the most discontented officer finds who would follow him; too few are a plot,
enough are an attempt. Then officers coordinate, in one of two ways:

- a *cascade* (Granovetter 1978, threshold models of collective behavior): each officer sees who has
  joined, and joins the side that he expects to win, until nobody changes sides. It begins with the
  nucleus and ends in the fixed point that is nearest to it. That fits officers who hear of each
  garrison in turn (Geddes 1999; Singh 2014).
- a *global game* (Morris and Shin 2003), if ``global_game`` is 1: nobody sees anybody. Each has a
  private signal with little noise, so his best guess is that the share that joins lies anywhere
  from 0 to 1 with the same probability (Laplacian beliefs). How large the nucleus is does not
  matter then.

Only worlds with an opportunity pay for the game.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..arithmetic import exp, log
from ..state.batch import Worlds
from ..state.interventions import Outcome
from ..state.parameters import Parameters
from ..state.state import State
from ..types import Flags, Floats, Ints, Value
from .discontent import added, discontent_terms, risk_of_rising

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

    1 - exp(-pi0 ((12 + a) / 24)**-trap e**(unrest M + succession)), a months since the last
    attempt: the rate falls by a power of quiet, and is pi0 after a year of it. If
    ``fading_memory`` is 1, e**(trap min(H, 2)) stands in its place: each attempt adds one to a
    memory H that fades, and the rate is pi0 when all are forgotten.
    """
    quiet = -log((12.0 + state.attempt_age) * (1.0 / 24.0))
    recent = np.where(p.fading_memory > 0.5, np.minimum(state.coup_memory, 2.0), quiet)
    rate = p.opportunity * exp(
        p.coup_trap * recent
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
    corps = worlds.corps
    discontent = added(discontent_terms(worlds, mood))
    plotter = np.argmax(discontent, axis=0)
    if forcing is not None:
        nearest = np.argmin(np.abs(corps.ideology - forcing.ideology), axis=0)
        plotter = np.where(led, nearest, plotter)
    pull = added(pull_terms(worlds, plotter, covert), discontent)
    nucleus = corps.force_of(pull > 0.0)
    overt = (nucleus >= worlds.p.visibility) | led
    push = added(push_terms(worlds, plotter, public_signal(worlds, forcing)))
    led_by = of_officer(corps.ideology, plotter)
    return Plot(plotter, led_by, pull, push, nucleus, overt, led)


def pull_terms(worlds: Worlds, plotter: Ints, covert: Floats) -> dict[str, Value]:
    """Return what adds to officers' discontent once somebody plots; the sum is a plot's `pull`."""
    state, corps, p = worlds.state, worlds.corps, worlds.p
    led_by = of_officer(corps.ideology, plotter)
    # the risk that an officer must overcome, lower or higher as things stand
    friendlier = led_by > state.orientation
    return {
        "risk": -risk_of_rising(state, p, p.covert_support * covert * friendlier),
        "affinity": p.affinity * (1.0 - np.abs(corps.ideology - led_by)),
        "comrades": p.comrades * (np.take(corps.garrison, plotter) == corps.garrison),
    }


def push_terms(worlds: Worlds, plotter: Ints, signal: Value) -> dict[str, Any]:
    """Return what adds to everybody's pull in an attempt, ``(n,)`` each; the sum is its `push`."""
    state, corps, p = worlds.state, worlds.corps, worlds.p
    led_by = of_officer(corps.ideology, plotter)
    return {
        "signal": p.public_shock * signal,
        "rank": p.rank_advantage * np.take(corps.top, plotter),
        # labour sides with whoever stands nearer to it
        "labour": p.labour_defence * state.mobilisation * (state.orientation - led_by),
    }


def public_signal(worlds: Worlds, forcing: Forcing | None) -> Value:
    """Return the month's standard shock of how things seem to go; an intervention may set it."""
    if forcing is None:
        return worlds.draws.shock("public signal")
    return _STRONGEST_SIGNAL if forcing.outcome == "succeeds" else -_STRONGEST_SIGNAL


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
    joined, rebels = coordinate(
        worlds, plot.pull, plot.push, plot.nucleus, worlds.p.complementarity
    )
    if forcing is not None and forcing.outcome == "succeeds":
        joined = np.maximum(joined, 0.5)
    elif forcing is not None:
        joined = np.minimum(joined, _SHORT_OF_HALF)
    return joined, joined >= 0.5, rebels


def coordinate(
    worlds: Worlds, pull: Floats, push: Floats, nucleus: Floats, weight: Value
) -> tuple[Floats, Flags]:
    """Return the share of force that joins, and who does.

    A cascade follows q' = force{pull_i + weight q + push > 0} from the nucleus to its fixed point.
    The map is monotone in q, so the sequence is monotone and ends within as many rounds as there
    are officers. In a global game everybody expects q = 1/2.
    """

    def rebels(joined: Floats) -> Flags:
        return _rebels(worlds, pull, push, weight, joined)

    joined = worlds.fixed_point(lambda joined: worlds.corps.force_of(rebels(joined)), nucleus)
    return joined, rebels(joined)


def _rebels(worlds: Worlds, pull: Floats, push: Floats, weight: Value, joined: Floats) -> Flags:
    """Return who stands with the rebels when such a share of the force is seen to."""
    blind = worlds.p.global_game > 0.5
    return pull > -(weight * np.where(blind, 0.5, joined) + push)


def rounds(worlds: Worlds, plot: Plot) -> list[Flags]:
    """Return who stands with the rebels at first and after each round, ``(officers, n)`` each.

    The first is the nucleus, the last those of :func:`rise`. In worlds whose cascade ends sooner
    than others' the last rounds are alike.
    """
    standing = [plot.pull > 0.0]
    while True:
        joined = worlds.corps.force_of(standing[-1])
        then = _rebels(worlds, plot.pull, plot.push, worlds.p.complementarity, joined)
        if np.array_equal(then, standing[-1]):
            return standing
        standing.append(then)


def of_officer(table: Floats, slot: Ints) -> Floats:
    """Return from ``(officers, worlds)`` the entry of one officer in each world."""
    return np.take_along_axis(table, slot[None], axis=0)[0]
