"""Worlds like ours and their twins with a change: kept as means by month, for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from palca.model.state.concatenate import concatenate_worlds
from palca.model.state.state import FIELDS
from palca.model.types import Flags, Floats

from ...counterfactual.asking import twins_of
from ...counterfactual.overlap import overlap
from ...counterfactual.past import AtFork, evidence_of, worlds_at_fork
from ...counterfactual.question import Question, last_month_of
from ...counterfactual.twins import QUANTITIES, Paths, Twins, fork_of
from ...infer.evidence import Evidence
from ...infer.evidence_file import load_given
from ...infer.reanalysis import Reanalysis, reanalyse
from ...infer.reanalysis_files import reanalysis_of
from ...infer.weights import clustered_errors
from ...observe.by_month import RIGHT
from ...observe.histories import Histories
from .. import cases
from ..cases import SEED, Case
from ..kept import kept
from ..scheduler import look_at_clock
from .record_figure import documented_months

RECORD_FILE: Final = "record"  # the evidence that makes worlds like ours
_LEADER: Final = list(FIELDS).index("leader")


@dataclass(frozen=True, slots=True)
class Twinned:
    """What a change does in worlds that are given something, from its first month on.

    Attributes
    ----------
    given : str
        :data:`~..counterfactual.answer.FORK` or :data:`~..counterfactual.answer.RECORD`.
    last : int
        Last month of what is given; before 0 if nothing is.
    rulers : dict of int to float
        Share of the worlds by who rules when the change begins (roster index).
    families : float
        Effective number of independent worlds of January 1969 that they descend from.
    means : dict of str to ndarray, shape ``(months, 2)``
        By quantity: without the change and with it.
    effect : dict of str to ndarray, shape ``(months, 2)``
        By quantity: mean of the paired differences, and its standard error by families.
    colour : str
        How near worlds with the change lie to worlds without (:class:`Overlap`): "green", "amber"
        or "red".
    """

    given: str
    last: int
    rulers: dict[int, float]
    families: float
    means: dict[str, Floats]
    effect: dict[str, Floats]
    colour: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change does, by what the worlds are given.

    Attributes
    ----------
    since, worlds : int
        First month of the change; number of pairs of worlds.
    parts : tuple of Twinned
    record : dict of str to ndarray, shape ``(months,)``
        By quantity, as documented from that month on; NaN where that isn't known.
    """

    since: int
    worlds: int
    parts: tuple[Twinned, ...]
    record: dict[str, Floats]


@kept
def difference(case: Case, like_ours: bool, worlds: int) -> Difference:
    """Return what the interventions of a case change.

    Parameters
    ----------
    like_ours : bool
        Whether in worlds that went like the record, or in all.

    Raises
    ------
    PalcaError
        If the case has no interventions.
    """
    counter = cases.resolved(case)
    fork = fork_of(counter)
    last = last_month_of(Question(case.scenario), counter, fork)
    usual = cases.without_changes(case)
    forked = worlds_then(usual, fork, last, like_ours, worlds)
    together = concatenate_worlds([at.particles for at in forked])  # takes less time than apart
    twins = twins_of(cases.factual(case), counter, together, on_progress=on_progress)
    parts = []
    for number, at in enumerate(forked):
        silent = not like_ours or record_given(usual).until(at.last).silent
        own = slice(number * worlds, (number + 1) * worlds)
        parts.append(_reduced(at._replace(last=-1) if silent else at, twins, own))
    return Difference(fork, worlds, tuple(parts), record_since(cases.record_of(usual), fork))


@kept
def worlds_then(
    usual: Case, fork: int, last: int, like_ours: bool, worlds: int
) -> tuple[AtFork, ...]:
    """Return worlds at a fork, by what they are given; those like ours, or all."""
    factual = cases.factual(usual)
    whole = record_given(usual) if like_ours else Evidence("nothing")
    found = found_worlds(usual, like_ours, worlds)
    return tuple(worlds_at_fork(factual, whole, found, fork, last, worlds, 1, on_progress))


@kept
def record_given(usual: Case) -> Evidence:
    """Return the evidence that makes worlds like ours."""
    return evidence_of(load_given(RECORD_FILE), cases.scenario_of(usual), "the record")


@kept
def found_worlds(usual: Case, like_ours: bool, worlds: int) -> Reanalysis:
    """Return worlds to the end: those that went like the record, or all as they come."""
    factual = cases.factual(usual)
    if not like_ours:
        return reanalyse(factual, Evidence("nothing"), worlds, SEED)
    return reanalysis_of(factual, record_given(usual), worlds, SEED, 1, on_progress)


def on_progress(*_: object) -> None:
    """Stop if the time is up."""
    look_at_clock()


def _reduced(at: AtFork, twins: Twins, own: slice) -> Twinned:
    leader = at.particles.snapshot.state[_LEADER].astype(np.int64)
    shares = np.bincount(leader) / len(leader)
    own_twins = Twins(*(_only(paths, own) for paths in (twins.factual, twins.counter)),
                      parameters={}, ancestors=twins.ancestors[own])  # fmt: skip
    means, effect = {}, {}
    for name in QUANTITIES:
        sides = own_twins.factual.values[name], own_twins.counter.values[name]
        means[name] = np.stack([side.mean(axis=1) for side in sides], axis=1)
        apart = own_twins.difference(name)
        errors = clustered_errors(apart, own_twins.ancestors)
        effect[name] = np.stack([apart.mean(axis=1), errors], axis=1)
    rulers = {int(who): float(shares[who]) for who in np.argsort(-shares) if shares[who] > 0.0}
    colour = overlap(own_twins).colour
    return Twinned(at.given, at.last, rulers, at.particles.families, means, effect, colour)


def _only(paths: Paths, own: slice) -> Paths:
    """Return the values of some worlds; their events aren't looked at here."""
    values, conduct = ({name: of[:, own] for name, of in table.items()}
                       for table in (paths.values, paths.conduct))  # fmt: skip
    return replace(paths, values=values, conduct=conduct)


def record_since(history: Histories, fork: int) -> dict[str, Floats]:
    """Return what is documented of the quantities from a month on; NaN where it isn't known."""
    months = documented_months(history)
    leader = history.series["leader"][:, 0]
    attempts = history.count("power", "coup") + history.count("power", "failed coup")
    both = history.covers("power", ("coup", "failed coup"))
    coups = history.covers("power", ("coup",))

    def known(values: Flags, of: Floats) -> Floats:
        return np.where(np.isnan(of), np.nan, values)

    same = known(leader == leader[max(fork - 1, 0)], leader)[fork:]
    whole = {
        "rules": np.cumprod(same),
        "attempts": np.cumsum(np.where(both, attempts[:, 0], np.nan)[fork:]),
        "successes": np.cumsum(
            np.where(coups, history.count("power", "coup")[:, 0], np.nan)[fork:]
        ),
        "right": known(months["orientation"] >= RIGHT, months["orientation"])[fork:],
        "orientation": months["orientation"][fork:],
        "lethal": np.cumsum(known(months["unrest"] >= 2, months["unrest"])[fork:]),
        "ussr_atmosphere": months["ussr_atmosphere"][fork:],
        "ussr_commitments": np.cumsum(history.series["ussr_commitment"][fork:, 0]),
        "us_commitments": months["us_recent"][fork:],
    }
    return {name: values for name, values in whole.items() if not np.isnan(values).all()}
