"""What the coups of many countries say of the parameters, and of a country that isn't among them.

By one table of simulated regions (:mod:`.reference`), of which those are kept that are most like
the documented one, and moved to it by a local regression (:mod:`palca.experiments.infer.abc`).
What few numbers tell of attempts needs no regression that makes summaries of them: they are the
summaries. What hardly any region has, whatever its parameters, is an error of the model and
teaches nothing. Neither does how long soldiers last: they hand over to one another in the region,
which the model's don't.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from palca.model.errors import PalcaError, nearest, short
from palca.model.seeds import seed_after
from palca.model.state import counter_rng
from palca.model.state.parameters import PRIORS, drawn_from
from palca.model.types import AnyFloats, Flags, Ints

from ..infer.abc import RARE, Posterior, infer, information_gain
from ..infer.calibrate import DRAWS, INFORMATIVE
from ..infer.reference_table import score, values_of
from ..infer.simulation_based_calibration import SBC
from ..infer.simulation_based_calibration import simulation_based_calibration as check_ranks
from ..io.experiment import OnProgress
from ..observe.outcome import Outcome
from .contest import END, FIRST
from .reference import (
    DIFFER,
    INCOME,
    OUTCOMES,
    Counts,
    documented_counts,
    free_priors,
    log_income,
    rates,
    regions_of,
    simulate,
)
from .tables import Region, course_of

# What coups may tell: how often, and how soon after an attempt, officers find an opportunity, how
# much countries differ, what income does, and how far officers coordinate, which decides who wins.
LEARNT: Final = ("opportunity", "coup_trap", DIFFER, INCOME, "complementarity")
TEACHING: Final = tuple(at for at, outcome in enumerate(OUTCOMES)
                        if not outcome.name.startswith("lasted"))  # fmt: skip
LEAST: Final = 4000  # regions
_NEAREST: Final = 40  # one of so many regions is near
_EXTREME: Final = 1e-3  # what lies beyond these quantiles of the table is an outlier
_RANKED_AMONG: Final = 99  # posterior draws
_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """What came out.

    Attributes
    ----------
    codes : sequence of str
        The countries that teach.
    without : str
        The one that is left out, of which nothing is used but its income; empty if none is.
    regions : int
    posterior : Posterior
    learnt : ndarray of int
        Where the parameters of :data:`LEARNT` stand in it.
    draws : dict of str to ndarray, shape ``(draws,)``
        Posterior draws of a region's parameters.
    parameter_sets : dict of str to ndarray, shape ``(draws,)``
        All free parameters of a country that isn't among them: its own rate of opportunities, drawn
        from the law of the region's; those that feed closed channels from their priors.
    gain_by_chance : float
        The highest information gain on as many parameters that do nothing.
    anywhere, near : SBC
        Whether known parameters are found again: in regions of all kinds, and like the documented.
    documented : ndarray, shape ``(outcomes,)``
    counts : Counts
        Documented, all countries together.
    prior, fit : ndarray, shape ``(regions, outcomes)``
        Of simulated regions with parameters of the prior, and of the posterior.
    outliers : list of Outcome
        That hardly any region has, whatever its parameters: they taught nothing.
    """

    codes: Sequence[str]
    without: str
    regions: int
    posterior: Posterior
    learnt: Ints
    draws: dict[str, AnyFloats]
    parameter_sets: dict[str, AnyFloats]
    gain_by_chance: float
    anywhere: SBC
    near: SBC
    documented: AnyFloats
    counts: Counts
    prior: AnyFloats
    fit: AnyFloats
    outliers: list[Outcome]

    @property
    def information_gain(self) -> AnyFloats:
        """How far the countries move each parameter of :data:`LEARNT`, 0 to 1."""
        return information_gain(self.posterior.mean, self.posterior.sd)[self.learnt]

    @property
    def informative(self) -> Flags:
        """Whether that is enough, and more than chance, and known parameters are found again."""
        made = [again.uniformity()[self.learnt] for again in (self.anywhere, self.near)]
        even = np.all(np.array(made) * len(LEARNT) >= RARE, axis=0)
        return even & (self.information_gain >= max(INFORMATIVE, self.gain_by_chance))


def estimate(
    region: Region,
    without: str,
    regions: int,
    set_count: int | None,
    histories: int,
    seed: int,
    jobs: int,
    on_progress: OnProgress,
) -> Estimate:
    """Estimate the parameters of a region by its coups.

    Parameters
    ----------
    without : str
        Code of a country that teaches nothing; none if empty.
    regions : int
        Simulated ones.
    set_count : int, optional
        Sets of parameters that are wanted; as many as there are effective regions, at most
        :data:`~palca.experiments.infer.calibrate.DRAWS`, if None.
    histories : int
        Simulated regions, of each kind, whose parameters are to be found again.

    Raises
    ------
    PalcaError
        If there is no such country; if regions, or histories, are too few.
    """
    if without and without not in region.countries:
        raise PalcaError(f"no country '{short(without, 20)}'{nearest(without, region.countries)}: "
                         f"there are {', '.join(region.countries)}", "--without")  # fmt: skip
    if not histories:
        raise PalcaError("known parameters of simulated regions are always looked for: give 1 or "
                         "more", "--check")  # fmt: skip
    codes = [code for code in region.countries if code != without]
    near = regions // _NEAREST
    if regions < LEAST or (set_count or 0) > near:
        raise PalcaError(f"{regions:,} simulated regions are too few: use more --worlds; each "
                         f"region takes {len(codes)}, and {LEAST:,} regions are the least, or "
                         f"{_NEAREST} for each set", "--worlds")  # fmt: skip
    free = free_priors()
    drawn = drawn_from(free, counter_rng.world_keys(seed, np.arange(regions)))
    table = simulate(region, codes, drawn, seed, jobs, partial(on_progress, "simulating regions"))
    scores = np.array([score(free[name], drawn[name]) for name in free], np.float32).T
    learnt = np.array([[*free].index(name) for name in LEARNT])
    counts = [documented_counts(course_of(region, code, FIRST, END)) for code in codes]
    seen = regions_of(counts, log_income(region, codes))
    low, high = np.quantile(table.evidence, (_EXTREME, 1.0 - _EXTREME), axis=0)
    beyond = (seen.evidence[0] < low) | (seen.evidence[0] > high)
    usual = [at for at in TEACHING if not beyond[at]]
    middle, spread = (f(table.evidence[:, usual], axis=0) for f in (np.mean, np.std))
    summaries = (table.evidence[:, usual] - middle) / spread
    observed = (seen.evidence[0, usual] - middle) / spread
    found = infer(summaries, scores, observed, near)
    count = min(DRAWS, int(found.ess)) if set_count is None else set_count
    chosen = found.scores[found.draw(count, np.random.default_rng(seed))]
    draws = values_of(free, chosen)
    like = np.argsort(((summaries - observed) ** 2).sum(axis=1))[:histories]
    anywhere, alike = (
        check_ranks(summaries, scores, some, near, _RANKED_AMONG, seed, jobs,
                    partial(on_progress, "simulation-based calibration"))
        for some in (np.arange(histories), like)
    )  # fmt: skip
    fit = simulate(region, codes, draws, seed_after(seed, 1), jobs,
                   partial(on_progress, "comparing regions"))  # fmt: skip
    income = float(log_income(region, [without])[0]) if without else 0.0
    return Estimate(
        codes, without, regions, found, learnt, draws, sets_of(draws, income, seed),
        found.adjusted.information_gain_by_chance(len(LEARNT), seed), anywhere, alike,
        seen.shown[0],
        Counts(np.sum([one.sums for one in counts], axis=0),
               np.concatenate([one.attempts for one in counts])),
        table.shown, fit.shown, [OUTCOMES[at] for at in TEACHING if beyond[at]],
    )  # fmt: skip


def sets_of(draws: dict[str, AnyFloats], income: float, seed: int) -> dict[str, AnyFloats]:
    """Return sets of all free parameters of a new country from draws of the region's."""
    count = len(draws["opportunity"])
    rate = rates(draws, income, np.random.default_rng([seed, 1]).normal(size=count))
    sets: dict[str, AnyFloats] = {}
    sets |= drawn_from(PRIORS, counter_rng.world_keys(seed, np.arange(count)))
    sets |= {**draws, "opportunity": rate}
    return {name: np.array([float(f"{value:.{_DIGITS}g}") for value in sets[name]])
            for name in PRIORS}  # fmt: skip
