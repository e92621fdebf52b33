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
from typing import Any, Final

import numpy as np

from palca.model import Simulation
from palca.model.equations.discontent import added
from palca.scenarios import build

from ..infer.alive_filter import families
from ..infer.evidence import Evidence
from ..infer.reanalysis import ParticleSet, Reanalysis, at_fork
from ..infer.weights import clustered_error
from ..io.language import N_
from ..run.officers import MOVERS, Attempt, live_through

# A cause, and the parameters that are 0 where it is taken away.
CAUSES: Final[dict[str, tuple[str, ...]]] = {
    N_("empty treasury (or full)"): ("discontent_fiscal",),
    N_("legitimacy"): ("discontent_legitimacy",),
    N_("patronage of officers"): ("discontent_patronage",),
    N_("distance from the regime's orientation"): ("discontent_distance",),
    N_("fear of labour"): ("discontent_fear",),
    N_("private grievances"): ("discontent_spread",),
    N_("mood of the month"): ("discontent_mood",),
    N_("rule by a civilian"): ("discontent_civilian",),
    N_("coup trap (recent attempts)"): ("coup_trap",),
    N_("unrest as an opportunity"): ("opportunity_unrest",),
    N_("uncertain succession"): ("opportunity_succession",),
    N_("broken promise of elections"): ("broken_promise",),
    N_("covert US money"): ("covert_support",),
    N_("comrades of one garrison"): ("comrades",),
    N_("affinity to the plotter"): ("affinity",),
    N_("rank of the plotter"): ("rank_advantage",),
    N_("labour's side in the fight"): ("labour_defence",),
    N_("public signal"): ("public_shock",),
    N_("joining the expected winner"): ("complementarity",),
}
# Terms of discontent, and the model's that they sum.
_TERMS: Final = {
    "all share": ("base", "treasury", "legitimacy", "patronage", "civilian", "usual distance"),
    "distance from the regime": ("distance",),
    "fear of labour": ("fear",),
    "private grievance": ("grievance",),
}
_ROUNDS: Final = 6  # of the cascade that are kept apart


@dataclass(frozen=True, slots=True)
class Necessity:
    """How necessary a cause was.

    Attributes
    ----------
    cause : str
    undone, se : float
        Share of the worlds with a success (:attr:`Why.of_success`), or else with an attempt, in
        which there is none this month without it, and its standard error.
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
    movers : dict of str to dict of str to float
        By garrison, the mean discontent of its force by what moves officers
        (:data:`~..run.officers.MOVERS`), in worlds with an attempt.
    joined : dict of str to list of float
        Share of each garrison's force with the rebels after each round, mean over attempts; the
        first is the nucleus, the last the end.
    paid : dict of str to float
        Mean number of each garrison's officers who lost their posts, in worlds with an attempt.
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
    movers: dict[str, dict[str, float]] = field(default_factory=dict)
    joined: dict[str, list[float]] = field(default_factory=dict)
    paid: dict[str, float] = field(default_factory=dict)
    causes: list[Necessity] = field(default_factory=list)

    @property
    def of_success(self) -> bool:
        """Whether the causes are those of success; of an attempt, where most attempts fail."""
        return self.success > self.attempt / 2


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
    for strategist in model.strategists:
        def trace(index: int, fired: Any, added: Mapping[str, Any], of: Any = strategist) -> None:
            share = float(np.mean(np.broadcast_to(fired, len(particles))))
            if share:
                rules[of.actor, of.policy.rules[index].name] = share

        strategist.trace = trace
    ruler = np.bincount(model.state.leader.astype(np.int64)).argmax()
    seen = live_through(model)
    attempt, success = model.state.attempt > 0, model.state.success > 0
    answer = Why(
        month, len(particles), families(particles.ancestors),
        scenario.country.leaders[int(ruler)].name,
        sorted(((*pair, share) for pair, share in rules.items()), key=lambda row: -row[2]),
        float(attempt.mean()), float(success.mean()),
    )  # fmt: skip
    if seen is None:
        return answer
    _see(answer, seen, [garrison.name for garrison in scenario.country.garrisons])
    happened = success if answer.of_success else attempt
    for cause, parameters in CAUSES.items():
        other = _model(resolved, particles, parameters)
        other.step()
        again = (other.state.success if answer.of_success else other.state.attempt) > 0
        undone = (happened & ~again)[happened].astype(np.float64)
        answer.causes.append(Necessity(
            cause, float(undone.mean()), clustered_error(undone, particles.ancestors[happened])
        ))  # fmt: skip
    answer.causes.sort(key=lambda one: -one.undone)
    return answer


def _model(
    resolved: dict[str, Any], particles: ParticleSet, without: tuple[str, ...] = ()
) -> Simulation:
    """Return the worlds at the month's start, perhaps with some parameters at 0."""
    scenario = build(resolved)
    parameters = {**scenario.parameters, **particles.parameters, **dict.fromkeys(without, 0.0)}
    own = replace(scenario, parameters=parameters)
    return Simulation(own, np.arange(len(particles)), 0, keep=(), start=particles.snapshot)


def _see(answer: Why, seen: Attempt, names: list[str]) -> None:
    """Note of attempts who was how discontented, who led, who joined when, and who paid."""
    nucleus = seen.rounds[0]
    weight = seen.weight[:, None]
    for side, who in (("nucleus of the plot", nucleus), ("other officers", ~nucleus)):
        parts = {name: added({part: seen.discontent[part] for part in parts})
                 for name, parts in _TERMS.items()}  # fmt: skip
        answer.terms[side] = {
            name: float(np.average(np.broadcast_to(part, who.shape), weights=who * weight))
            for name, part in parts.items()
        }
    led = np.bincount(seen.led_from, minlength=len(names)) / len(seen.led_from)
    rounds = [seen.rounds[min(at, len(seen.rounds) - 1)] for at in range(_ROUNDS + 1)]
    joined = np.stack([seen.by_garrison(who).mean(axis=1) for who in rounds], axis=1)
    moved = {mover: seen.by_garrison(seen.of(mover)).mean(axis=1) for mover in MOVERS}
    for at, name in enumerate(names):
        answer.garrisons[name] = float(led[at])
        answer.joined[name] = joined[at].tolist()
        answer.movers[name] = {mover: float(values[at]) for mover, values in moved.items()}
        answer.paid[name] = float(seen.paid[seen.garrison == at].sum(axis=0).mean())
