"""A calibration from beginning to end: the parameters given the record up to a year.

What comes after that year tests it, in two ways. *Free-running* worlds are told nothing of
what happened but by their parameters. *Given the past* are the worlds of the table that
went most like the record: a forecast made at the end of the year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index
from palca.model.errors import PalcaError
from palca.model.parameters import turns_of
from palca.model.seeds import seed_after
from palca.scenarios import build

from .course import documented
from .documented import load_record, record_for
from .measures import Outcome, measure
from .naive import naive
from .posterior import Posterior, Reading, Recovery, infer, recover
from .reference_table import Table, free_in, simulate, values_of
from .scores import Verdict, judge
from .spans import LAST, before_and_after

Floats = NDArray[np.floating[Any]]
Tell = Callable[[str, int, int], None]
WORLDS: Final = 1_000_000
FEWEST: Final = 5_000
SETS: Final = 1000
HISTORIES: Final = 300  # whose parameters are to be found again
EARLIEST: Final = 1971  # before that there is next to nothing to learn from
_NEAREST: Final = 200  # one world in so many is near
_DRAWS: Final = 99  # among which a true value is ranked
_HELD_OUT: Final = 10  # one world in so many teaches the regression nothing
_REPLICATES: Final = 256  # worlds by which a set of parameters is judged at first
_FORECAST: Final = 4000  # worlds of a forecast
_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Forecast:
    """Outcomes of the years after the calibration, forecast and held against the record.

    Attributes
    ----------
    free, prior, given : list of Verdict
        Of free-running worlds with parameters of the posterior, and with those of the prior,
        against the naive forecast of January 1969; of worlds that went like the record
        until then, against the naive forecast made then.
    """

    free: list[Verdict]
    prior: list[Verdict]
    given: list[Verdict]


@dataclass(slots=True)
class Calibration:
    """What came out.

    Attributes
    ----------
    names : tuple of str
        The parameters that were free.
    until : int
        The last year of evidence.
    worlds : int
    sets : dict of str to ndarray, shape ``(sets,)``
        Draws from the posterior, that which makes the record most likely first.
    posterior : Posterior
    strange : list of Outcome
        Documented outcomes that hardly any world has, whatever its parameters.
    fit : list of Verdict
        Free-running worlds of the posterior against the evidence.
    prior_fit : list of Verdict
        The same with parameters of the prior.
    anywhere, near : Recovery, optional
        Whether known parameters are found again: in worlds of all kinds, and in those that
        are most like the record.
    forecast : Forecast, optional
        If there are years after `until`.
    """

    names: tuple[str, ...]
    until: int
    worlds: int
    sets: dict[str, Floats]
    posterior: Posterior
    strange: list[Outcome]
    fit: list[Verdict]
    prior_fit: list[Verdict]
    anywhere: Recovery | None = None
    near: Recovery | None = None
    forecast: Forecast | None = field(default=None)

    @property
    def learnt(self) -> Floats:
        """How far the record moves each parameter, 0 (not at all) to 1, ``(parameters,)``.

        1 - exp(-2 KL), the Kullback-Leibler divergence of posterior from prior with both
        taken as normal: on the scale of a squared correlation (Linfoot 1957,
        doi:10.1016/S0019-9958(57)90116-X).
        """
        mean, sd = self.posterior.mean, self.posterior.sd
        return 1.0 - np.exp(1.0 - mean**2 - sd**2 + 2.0 * np.log(sd))


def calibrate(
    resolved: dict[str, Any],
    until: int = LAST,
    worlds: int = WORLDS,
    sets: int = SETS,
    histories: int = HISTORIES,
    seed: int = 0,
    jobs: int = 1,
    tell: Tell = lambda *_: None,
) -> Calibration:
    """Calibrate a scenario's free parameters on the record up to a year.

    Parameters
    ----------
    resolved : dict
        The scenario; a posterior that it names is not looked at.
    until : int
        Last year of evidence.
    worlds : int
        In the table.
    sets : int
        Draws from the posterior that are wanted.
    histories : int
        Simulated histories, of each kind, whose parameters are to be found again; 0 for none.

    Raises
    ------
    PalcaError
        If the scenario ends too soon, or leaves no parameter free.
    """
    resolved = {**resolved, "sets": {}}
    scenario = build(resolved)
    record = record_for(scenario, resolved["place"])
    if scenario.months <= month_index(f"{LAST}-12"):
        raise PalcaError(f"must run to {LAST}-12 to be held against the record",
                         resolved["place"])  # fmt: skip
    free = free_in(resolved)
    if not free:
        raise PalcaError("leaves no parameter free: nothing to calibrate", resolved["place"])
    table = simulate(resolved, free, until, worlds, seed, jobs, partial(tell, "simulating worlds"))
    evidence, _ = before_and_after(until)
    truth = measure(table.outcomes, documented(record, scenario))
    seen = np.array([[truth[outcome.name][0] for outcome in evidence]])
    tell("reading the table", 0, 1)
    held_out = worlds // _HELD_OUT
    reading = Reading(table, evidence, held_out)
    summaries = reading.summaries(table.columns(evidence))
    (observed,) = reading.summaries(seen)
    nearest = max(worlds // _NEAREST, 4 * (len(table.names) + 1))
    found = infer(summaries, table.scores, observed, nearest)
    drawn = values_of(free, found.scores[found.draw(sets, np.random.default_rng(seed))])
    drawn = {name: np.array([float(f"{v:.{_DIGITS}g}") for v in drawn[name]]) for name in free}
    later = seed_after(seed, 1)
    drawn, tried = _best_first(resolved, drawn, until, reading, observed, later, jobs, tell)
    out = Calibration(free, until, worlds, drawn, found, reading.strange(seen), [], [])
    if histories:
        held = np.arange(worlds - held_out, worlds)
        like = held[np.argsort(((summaries[held] - observed) ** 2).sum(axis=1))[:histories]]
        for name, places in (("anywhere", held[:histories]), ("near", like)):
            told = partial(tell, "finding known parameters again")
            again = recover(summaries, table.scores, places, nearest, _DRAWS, seed, told)
            setattr(out, name, again)
    _hold_against_the_record(out, resolved, table, tried, seed)
    return out


def _with_sets(resolved: dict[str, Any], sets: dict[str, Floats]) -> dict[str, Any]:
    return {**resolved, "sets": {name: values.tolist() for name, values in sets.items()}}


def _best_first(
    resolved: dict[str, Any],
    sets: dict[str, Floats],
    until: int,
    reading: Reading,
    observed: Floats,
    seed: int,
    jobs: int,
    tell: Tell,
) -> tuple[dict[str, Floats], Table]:
    """Return the sets, the likeliest first, and the worlds by which all of them were judged."""
    count = len(next(iter(sets.values())))
    tables: list[Table] = []
    # all of them, then the best twentieth by many more worlds
    for some, replicates in ((count, _REPLICATES), (-(-count // 20), 16 * _REPLICATES)):
        judged = _with_sets(resolved, {name: values[:some] for name, values in sets.items()})
        table = simulate(judged, (), until, some * replicates, seed, jobs,
                         partial(tell, "comparing sets"))  # fmt: skip
        summaries = reading.summaries(table.columns(reading.outcomes))
        turns = turns_of(seed, np.arange(some)) % some
        order = np.argsort(-_likelihoods(summaries, observed, turns), kind="stable")
        order = np.concatenate([order, np.arange(some, count)])
        sets = {name: values[order] for name, values in sets.items()}
        tables.append(table)
    return sets, tables[0]


def _likelihoods(
    summaries: Floats, observed: Floats, first: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how likely each set of parameters makes a history, as a logarithm, ``(sets,)``.

    The synthetic likelihood: the summaries of a set's worlds are taken as normal (Wood 2010,
    doi:10.1038/nature09319).

    Parameters
    ----------
    summaries : ndarray, shape ``(sets * replicates, parameters)``
        Of worlds that take the sets in turn.
    observed : ndarray, shape ``(parameters,)``
    first : ndarray of int, shape ``(sets,)``
        The set of each of the first worlds.
    """
    sets = len(first)
    by_turn = summaries.reshape(-1, sets, len(observed)).astype(np.float64)
    apart = observed - by_turn.mean(axis=0)
    centred = by_turn - by_turn.mean(axis=0)
    spread = np.einsum("rsi,rsj->sij", centred, centred) / (len(by_turn) - 1)
    spread += 1e-6 * np.eye(len(observed))
    distance = np.einsum("si,si->s", apart, np.linalg.solve(spread, apart[:, :, None])[:, :, 0])
    out = np.empty(sets)
    out[first] = -0.5 * (distance + np.linalg.slogdet(spread)[1])
    return out


def _hold_against_the_record(
    out: Calibration, resolved: dict[str, Any], table: Table, tried: Table, seed: int
) -> None:
    """Hold all outcomes of worlds of the posterior (`tried`) and the prior against the record."""
    scenario, record = build(resolved), load_record()
    before, after = before_and_after(out.until)
    truth = measure(table.outcomes, documented(record, scenario))
    told = {name: float(values[0]) for name, values in truth.items()}
    like = out.posterior.places[out.posterior.draw(_FORECAST, np.random.default_rng(seed))]
    free, prior, given = (
        dict(zip(told, values.astype(np.float64).T, strict=True))
        for values in (tried.values[:_FORECAST], table.values[:_FORECAST], table.values[like])
    )
    blind = measure(table.outcomes, naive(scenario, record, _FORECAST, seed))
    out.fit = judge(free, told, blind, before)
    out.prior_fit = judge(prior, told, blind, before)
    if after:
        then = month_index(f"{out.until + 1}-01")
        informed = measure(after, naive(scenario, record, _FORECAST, seed, then))
        out.forecast = Forecast(
            judge(free, told, blind, after),
            judge(prior, told, blind, after),
            judge(given, told, informed, after),
        )
