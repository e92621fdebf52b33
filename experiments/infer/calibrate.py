"""A calibration from beginning to end: the parameters given the record up to a year.

What comes after that year tests it, in two ways. *Free-running* worlds know what happened
only through their parameters. *Given the past* are the worlds of the table that are most
like the record: a forecast made at the end of the year.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index
from palca.model.errors import PalcaError
from palca.model.seeds import seed_after
from palca.model.state.parameters import draw_index
from palca.model.state.prior import Prior
from palca.model.types import AnyFloats
from palca.scenarios import build

from ..forecast.naive import naive
from ..forecast.scores import OutcomeScore, evaluate
from ..io.experiment import OnProgress
from ..observe.documented import load_record, record_for
from ..observe.histories import documented
from ..observe.outcome import Outcome
from ..observe.outcomes import documented_outcomes, measure
from ..observe.windows import LAST, before_and_after
from ..simulate.priors import free_in
from .abc import (
    INFORMATIVE,
    RARE,
    Posterior,
    SummaryRegression,
    infer,
    information_gain,
)
from .reference_table import ReferenceTable, simulate, values_of
from .simulation_based_calibration import BINS, SBC, simulation_based_calibration

WORLDS: Final = 1_000_000
DRAWS: Final = 1000
HISTORIES: Final = 300  # whose parameters are to be found again
EARLIEST: Final = 1971  # before that there is next to nothing to learn from
SURE: Final = 50.0  # draws whose mean is as sure: below it nothing is said
_TAUGHT: Final = 100_000  # worlds that the regression learns from: half of the table, at most
_NEAREST: Final = 20  # one of the other worlds in so many is near, but
_LEAST: Final = 10_000  # no fewer than so many, or half of them
_RANKED: Final = 5 * BINS  # histories whose ranks can be counted, by Cochran's rule
_RANKED_AMONG: Final = 99  # posterior draws
_REPLICATES: Final = 256  # worlds by which a set of parameters is judged at first
_FORECAST: Final = 4000  # worlds of a forecast
_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Forecast:
    """Outcomes of the years after the calibration, forecast and held against the record.

    Attributes
    ----------
    free, prior, given : list of OutcomeScore
        Of free-running worlds with parameters of the posterior, and with those of the prior,
        against the naive forecast of January 1969; of worlds that went like the record
        until then, against the naive forecast made then.
    """

    free: list[OutcomeScore]
    prior: list[OutcomeScore]
    given: list[OutcomeScore]


@dataclass(slots=True)
class Calibration:
    """What came out.

    Attributes
    ----------
    free : dict of str to Prior
        The parameters that were free, and their priors.
    until : int
        The last year of evidence.
    worlds : int
    draws : dict of str to ndarray, shape ``(draws,)``
        Posterior draws, that which makes the record most likely first.
    posterior : Posterior
    outliers : list of Outcome
        Prior-predictive outliers: documented outcomes that hardly any world has, whatever its
        parameters.
    fit : list of OutcomeScore
        Free-running worlds of the posterior against the evidence.
    prior_fit : list of OutcomeScore
        The same with parameters of the prior.
    anywhere, near : SBC, optional
        Whether known parameters are found again: in worlds of all kinds, and in those that
        are most like the record.
    forecast : Forecast, optional
        If there are years after `until`.
    information_gain_by_chance : float
        The highest information gain on as many parameters that do nothing; a higher one is seen
        once in twenty times.
    """

    free: dict[str, Prior]
    until: int
    worlds: int
    draws: dict[str, AnyFloats]
    posterior: Posterior
    outliers: list[Outcome]
    fit: list[OutcomeScore]
    prior_fit: list[OutcomeScore]
    anywhere: SBC | None = None
    near: SBC | None = None
    forecast: Forecast | None = field(default=None)

    information_gain_by_chance: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that were free."""
        return tuple(self.free)

    @property
    def information_gain(self) -> AnyFloats:
        """How far the record moves each parameter, 0 (not at all) to 1, ``(parameters,)``."""
        return information_gain(self.posterior.mean, self.posterior.sd)

    @property
    def unranked(self) -> str:
        """Why ranks can't say whether the posterior is right; empty if they can."""
        if self.near is None:
            return "simulation-based calibration was switched off (--check)"
        if len(self.near.ranks) < _RANKED:
            return (
                f"simulation-based calibration needs {_RANKED} histories or more, not "
                f"{len(self.near.ranks)} (--check)"
            )
        return ""

    @property
    def uneven(self) -> NDArray[np.bool_]:
        """Whose ranks are not level: its intervals are not to be trusted, ``(parameters,)``."""
        made = [again.uniformity() for again in (self.anywhere, self.near) if again is not None]
        return np.any(np.array(made) * len(self.names) < RARE, axis=0)

    @property
    def informative(self) -> NDArray[np.bool_]:
        """Whether the record is informative about each parameter, ``(parameters,)``.

        About none if ranks can't be counted. Else about those whose information gain is
        :data:`INFORMATIVE` or more, and higher than chance would give any of as many that do
        nothing, if their ranks are level.
        """
        if self.unranked:
            return np.zeros(len(self.names), dtype=np.bool_)
        enough = self.information_gain >= INFORMATIVE
        return enough & (self.information_gain > self.information_gain_by_chance) & ~self.uneven


def calibrate(
    resolved: dict[str, Any],
    until: int = LAST,
    worlds: int = WORLDS,
    set_count: int | None = None,
    histories: int = HISTORIES,
    seed: int = 0,
    jobs: int = 1,
    on_progress: OnProgress = lambda *_: None,
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
    set_count : int, optional
        Draws from the posterior that are wanted; as many as there are effective worlds, up to
        :data:`DRAWS`, if None.
    histories : int
        Simulated histories, of each kind, whose parameters are to be found again; 0 for none.

    Raises
    ------
    PalcaError
        If the scenario ends too soon, or leaves no parameter free; if the worlds are too few
        to say anything, or for so many sets.
    """
    resolved = {**resolved, "sets": {}}
    scenario = build(resolved)
    record = record_for(scenario, resolved["place"])
    if scenario.months <= month_index(f"{LAST}-12"):
        raise PalcaError(f"must end in {LAST}-12 or later to be compared with the record: set its "
                         "'until'",
                         resolved["place"])  # fmt: skip
    free = free_in(resolved)
    if not free:
        raise PalcaError(
            "leaves no free parameter to calibrate: set fewer, or close fewer channels",
            resolved["place"],
        )
    taught = min(_TAUGHT, worlds // 2)
    others = worlds - taught
    nearest = max(others // _NEAREST, min(others // 2, _LEAST))
    if set_count is not None and set_count > nearest:
        raise PalcaError(
            f"{set_count:,} sets can't be sampled from {worlds:,} worlds, of which "
            f"{nearest:,} are accepted: use fewer --sets, or more --worlds",
            "--sets",
        )
    if histories > others:
        raise PalcaError(
            f"with {worlds:,} worlds at most {others:,} histories can be checked, not "
            f"{histories:,}",
            "--check",
        )
    doing = partial(on_progress, "simulating worlds")
    table = simulate(resolved, free, until, worlds, seed, jobs, doing)
    truth = documented_outcomes(table.outcomes, documented(record, scenario))
    evidence = [outcome for outcome in before_and_after(until)[0] if outcome.name in truth]
    seen = np.array([[truth[outcome.name] for outcome in evidence]])
    on_progress("regressing on the table", 0, 1)
    regression = SummaryRegression(table.part(slice(taught)), evidence)
    table = table.part(slice(taught, None))  # the rest: none of it has taught
    summaries = regression.summaries(table.columns(evidence), jobs)
    (observed,) = regression.summaries(seen)
    found = infer(summaries, table.scores, observed, nearest)
    if found.sureness < SURE:
        raise PalcaError(
            f"{worlds:,} worlds are too few: the result is as precise as {found.sureness:.0f} "
            f"independent draws, and {SURE:.0f} are needed; use more --worlds",
            "--worlds",
        )
    count = min(DRAWS, int(found.ess)) if set_count is None else set_count
    sampled = values_of(free, found.scores[found.draw(count, np.random.default_rng(seed))])
    sampled = {name: np.array([float(f"{v:.{_DIGITS}g}") for v in sampled[name]]) for name in free}
    later = seed_after(seed, 1)
    sampled, tried = _best_first(
        resolved, sampled, until, regression, observed, later, jobs, on_progress
    )
    out = Calibration(free, until, worlds, sampled, found, regression.outliers(seen), [], [])
    out.information_gain_by_chance = found.adjusted.information_gain_by_chance(len(free), seed)
    if histories:
        like = np.argsort(((summaries - observed) ** 2).sum(axis=1))[:histories]
        for name, chosen in (("anywhere", np.arange(histories)), ("near", like)):
            again = simulation_based_calibration(
                summaries, table.scores, chosen, nearest, _RANKED_AMONG, seed, jobs,
                partial(on_progress, "simulation-based calibration"),
            )  # fmt: skip
            setattr(out, name, again)
    _hold_against_the_record(out, resolved, table, tried, seed)
    return out


def _with_draws(resolved: dict[str, Any], draws: dict[str, AnyFloats]) -> dict[str, Any]:
    return {**resolved, "sets": {name: values.tolist() for name, values in draws.items()}}


def _best_first(
    resolved: dict[str, Any],
    draws: dict[str, AnyFloats],
    until: int,
    regression: SummaryRegression,
    observed: AnyFloats,
    seed: int,
    jobs: int,
    on_progress: OnProgress,
) -> tuple[dict[str, AnyFloats], ReferenceTable]:
    """Return the draws, the likeliest first, and the worlds by which all of them were judged."""
    count = len(next(iter(draws.values())))
    tables: list[ReferenceTable] = []
    # all of them, then the best twentieth by many more worlds
    for some, replicates in ((count, _REPLICATES), (-(-count // 20), 16 * _REPLICATES)):
        judged = _with_draws(resolved, {name: values[:some] for name, values in draws.items()})
        table = simulate(judged, {}, until, some * replicates, seed, jobs,
                         partial(on_progress, "comparing draws"))  # fmt: skip
        summaries = regression.summaries(table.columns(regression.outcomes), jobs)
        first = draw_index(seed, np.arange(some)) % some
        order = np.argsort(-_likelihoods(summaries, observed, first), kind="stable")
        order = np.concatenate([order, np.arange(some, count)])
        draws = {name: values[order] for name, values in draws.items()}
        tables.append(table)
    return draws, tables[0]


def _likelihoods(
    summaries: AnyFloats, observed: AnyFloats, first: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how likely each draw of parameters makes a history, as a logarithm, ``(draws,)``.

    The synthetic likelihood: the summaries of a draw's worlds are taken as normal (Wood 2010,
    doi:10.1038/nature09319).

    Parameters
    ----------
    summaries : ndarray, shape ``(draws * replicates, parameters)``
        Of worlds that take the draws in turn.
    observed : ndarray, shape ``(parameters,)``
    first : ndarray of int, shape ``(draws,)``
        The draw of each of the first worlds.
    """
    draws = len(first)
    by_turn = summaries.reshape(-1, draws, len(observed)).astype(np.float64)
    apart = observed - by_turn.mean(axis=0)
    centred = by_turn - by_turn.mean(axis=0)
    spread = np.einsum("rsi,rsj->sij", centred, centred) / (len(by_turn) - 1)
    spread += 1e-6 * np.eye(len(observed))
    distance = np.einsum("si,si->s", apart, np.linalg.solve(spread, apart[:, :, None])[:, :, 0])
    out = np.empty(draws)
    out[first] = -0.5 * (distance + np.linalg.slogdet(spread)[1])
    return out


def _hold_against_the_record(
    out: Calibration,
    resolved: dict[str, Any],
    table: ReferenceTable,
    tried: ReferenceTable,
    seed: int,
) -> None:
    """Hold all outcomes of worlds of the posterior (`tried`) and the prior against the record."""
    scenario, record = build(resolved), load_record()
    truth = documented_outcomes(table.outcomes, documented(record, scenario))
    before, after = (
        [outcome for outcome in some if outcome.name in truth]
        for some in before_and_after(out.until)
    )
    names = [outcome.name for outcome in table.outcomes]
    like = out.posterior.worlds[out.posterior.draw(_FORECAST, np.random.default_rng(seed))]
    free, prior, given = (
        dict(zip(names, values.astype(np.float64).T, strict=True))
        for values in (tried.values[:_FORECAST], table.values[:_FORECAST], table.values[like])
    )
    baseline = measure(table.outcomes, naive(scenario, record, _FORECAST, seed))
    out.fit = evaluate(free, truth, baseline, before)
    out.prior_fit = evaluate(prior, truth, baseline, before)
    if after:
        then = month_index(f"{out.until + 1}-01")
        informed = measure(after, naive(scenario, record, _FORECAST, seed, then))
        out.forecast = Forecast(
            evaluate(free, truth, baseline, after),
            evaluate(prior, truth, baseline, after),
            evaluate(given, truth, informed, after),
        )
