"""Why a month of our history came as it did, over all worlds like ours.

The worlds given the record to the end of the month are taken up at its start and live through it
once more, while it is noted which rules fire, who plots and who joins. Then they live through it
again, each time with one cause taken away, on the same draws: the share of worlds in which the
attempt then doesn't come, or doesn't succeed, is the cause's probability of necessity (Pearl 2009,
ch. 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import numpy as np

from palca.model import ColdWarModel
from palca.model.equations.coup import Plot
from palca.model.equations.discontent import corps_discontent, private_discontent
from palca.model.state.batch import Worlds
from palca.model.types import Floats, Ints
from palca.scenarios import build

from ..infer.alive_filter import families
from ..infer.evidence import Evidence
from ..infer.reanalysis import ParticleSet, Reanalysis, at_fork
from ..infer.weights import clustered_error

# A cause, and the parameters that are 0 where it is taken away.
CAUSES: Final[dict[str, tuple[str, ...]]] = {
    "empty treasury (or full)": ("discontent_fiscal",),
    "legitimacy": ("discontent_legitimacy",),
    "patronage of officers": ("discontent_patronage",),
    "distance from the regime's orientation": ("discontent_distance",),
    "fear of labour": ("discontent_fear",),
    "private grievances": ("discontent_spread",),
    "mood of the month": ("discontent_mood",),
    "rule by a civilian": ("discontent_civilian",),
    "coup trap (recent attempts)": ("coup_trap",),
    "unrest as an opportunity": ("opportunity_unrest",),
    "uncertain succession": ("opportunity_succession",),
    "broken promise of elections": ("broken_promise",),
    "covert US money": ("covert_support",),
    "comrades of one garrison": ("comrades",),
    "affinity to the plotter": ("affinity",),
    "rank of the plotter": ("rank_advantage",),
    "labour's side in the fight": ("labour_defence",),
    "public signal": ("public_shock",),
    "joining the expected winner": ("complementarity",),
}
_TERMS: Final = ("all share", "distance from the regime", "fear of labour", "private grievance")
_ROUNDS: Final = 6  # of the cascade that are kept apart


@dataclass(frozen=True, slots=True)
class Necessity:
    """How necessary a cause was.

    Attributes
    ----------
    cause : str
    undone, se : float
        Share of worlds in which the event doesn't come without it, and its standard error.
    """

    cause: str
    undone: float
    se: float


@dataclass(slots=True)
class Why:
    """What a month of our history was like, over all worlds like ours.

    Attributes
    ----------
    month, worlds : int
    families : float
    ruler : str
        At the month's start.
    rules : list of (str, str, float)
        Actor, rule, and the share of worlds in which it fired; the most frequent first.
    attempt, success : float
        Shares of worlds with an attempt, and with one that succeeded.
    terms : dict of str to dict of str to float
        Mean discontent of rebels, and of the loyal, by its terms, in worlds with an attempt.
    garrisons : dict of str to float
        Share of the attempts led from each garrison.
    joined : dict of str to list of float
        Share of each garrison's force with the rebels after each round, mean over attempts; the
        first is the nucleus, the last the end.
    causes : list of Necessity
        The most necessary first.
    """

    month: int
    worlds: int
    families: float
    ruler: str
    rules: list[tuple[str, str, float]]
    attempt: float
    success: float
    terms: dict[str, dict[str, float]] = field(default_factory=dict)
    garrisons: dict[str, float] = field(default_factory=dict)
    joined: dict[str, list[float]] = field(default_factory=dict)
    causes: list[Necessity] = field(default_factory=list)


def why(resolved: dict[str, Any], evidence: Evidence, found: Reanalysis, month: int) -> Why:
    """Return why a month came as it did, in worlds given the evidence to its end.

    Parameters
    ----------
    found : Reanalysis
        With worlds given the evidence before the month that follows.
    """
    particles = at_fork(resolved, evidence, found, month + 1, month)
    scenario = build(resolved)
    model, rules = _model(resolved, particles), dict[tuple[str, str], float]()
    seen: list[_Seen] = []
    for strategist in model.strategists:
        def trace(index: int, fired: Any, added: Mapping[str, Any], of: Any = strategist) -> None:
            share = float(np.mean(np.broadcast_to(fired, len(particles))))
            if share:
                rules[of.actor, of.policy.rules[index].name] = share

        strategist.trace = trace
    model.current.officers.trace = lambda worlds, plot: seen.append(_look(worlds, plot))
    ruler = np.bincount(model.state.leader.astype(np.int64)).argmax()
    model.step()
    attempt, success = model.state.attempt > 0, model.state.success > 0
    answer = Why(
        month, len(particles), families(particles.ancestors),
        scenario.country.leaders[int(ruler)].name,
        sorted(((*pair, share) for pair, share in rules.items()), key=lambda row: -row[2]),
        float(attempt.mean()), float(success.mean()),
    )  # fmt: skip
    if not seen:
        return answer
    names = [garrison.name for garrison in scenario.country.garrisons]
    look = seen[0]
    answer.terms = {side: dict(zip(_TERMS, values, strict=True))
                    for side, values in look.terms.items()}  # fmt: skip
    led = np.bincount(look.garrison, minlength=len(names)) / len(look.garrison)
    answer.garrisons = {name: float(share) for name, share in zip(names, led, strict=True)}
    answer.joined = {name: row.tolist() for name, row in zip(names, look.joined, strict=True)}
    happened = success if success.mean() > attempt.mean() / 2 else attempt
    for cause, parameters in CAUSES.items():
        other = _model(resolved, particles, parameters)
        other.step()
        again = other.state.success > 0 if happened is success else other.state.attempt > 0
        undone = (happened & ~again)[happened].astype(np.float64)
        answer.causes.append(Necessity(
            cause, float(undone.mean()), clustered_error(undone, particles.ancestors[happened])
        ))  # fmt: skip
    answer.causes.sort(key=lambda one: -one.undone)
    return answer


def _model(
    resolved: dict[str, Any], particles: ParticleSet, without: tuple[str, ...] = ()
) -> ColdWarModel:
    """Return the worlds at the month's start, perhaps with some parameters at 0."""
    scenario = build(resolved)
    parameters = {**scenario.parameters, **particles.parameters, **dict.fromkeys(without, 0.0)}
    own = replace(scenario, parameters=parameters)
    return ColdWarModel(own, np.arange(len(particles)), 0, keep=(), start=particles.snapshot)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is seen of attempts as they begin."""

    terms: dict[str, Floats]
    garrison: Ints
    joined: Floats


def _look(worlds: Worlds, plot: Plot) -> _Seen:
    """Return the discontent of rebels and of the loyal by its terms, and how the force joined."""
    state, corps, p = worlds.state, worlds.corps, worlds.p
    garrisons = np.arange(int(corps.garrison.max()) + 1)[:, None]
    weight = np.where(corps.garrison[:, 0] == garrisons, corps.weight, 0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    rebels = plot.pull > 0.0
    joined = [weight @ rebels]
    for _ in range(_ROUNDS):
        share = corps.force_of(rebels)
        rebels = plot.pull > -(p.complementarity * share + plot.push)
        joined.append(weight @ rebels)
    # each term alone: the others are 0
    alone = partial(private_discontent, 0.0 * state.orientation, corps.ideology)
    labour = state.mobilisation
    distance = alone(0.0, 0.0, state.orientation, labour, p.discontent_distance, 0.0, 0.0)
    fear = alone(0.0, 0.0, state.orientation, labour, 0.0, p.discontent_fear, 0.0)
    grievance = alone(
        corps.grievance, 0.0, state.orientation, labour, 0.0, 0.0, p.discontent_spread
    )
    shared = np.broadcast_to(corps_discontent(state, p), distance.shape)
    nucleus = plot.pull > 0.0
    terms = {
        side: np.array([np.average(term, weights=who * corps.weight[:, None])
                        for term in (shared, distance, fear, grievance)])
        for side, who in (("nucleus of the plot", nucleus), ("other officers", ~nucleus))
    }  # fmt: skip
    garrison = np.take(corps.garrison, plot.plotter)
    return _Seen(terms, garrison, np.stack([rows.mean(axis=1) for rows in joined], axis=1))
