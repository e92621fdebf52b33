"""A concept's contrast, simulated: what each arm gives, and which claims hold.

All arms simulate the same worlds on the same draws. A measure is a ratio of sums over
worlds; its error, and that of a comparison of any measures of any arms, comes from
resampling the worlds (Efron and Tibshirani 1993), the same worlds for all arms.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from palca.model import Simulation
from palca.model.errors import PalcaError
from palca.model.language.expressions import value_of
from palca.model.state.history import CODE_OF
from palca.model.state.state import FIELDS
from palca.model.types import Floats
from palca.scenarios import build, resolve
from palca.scenarios.concept import EVENTS, Claim, Concept, Measure

from ..counterfactual.paired import check_comparable
from ..counterfactual.size import VERDICTS, Verdict, verdict_on
from ..io.language import _
from ..io.numerals import significant

_RESAMPLES: Final = 400
_LOW, _HIGH = 0.025, 0.975


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; NaN where no month of any world counts."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a claim.

    Attributes
    ----------
    claim : Claim
    greater, lesser, difference : Estimate
        The two sides of the comparison, and by how much the first exceeds the second.
    """

    claim: Claim
    greater: Estimate
    lesser: Estimate
    difference: Estimate

    @property
    def says(self) -> str:
        """The claim in words, in the language that is spoken now."""
        return _(self.claim.says)

    @property
    def otherwise(self) -> str:
        """Why this model would not show it, in the language that is spoken now."""
        return _(self.claim.otherwise)

    @property
    def verdict(self) -> Verdict:
        """What the run says of the claim."""
        return verdict_on(self.difference.low, self.difference.high, self.claim.least)

    @property
    def why(self) -> str:
        """Why that is the verdict, in a few words of the language that is spoken now."""
        low, high, least = self.difference.low, self.difference.high, self.claim.least
        if np.isnan(low):
            return _("there is nothing to measure")
        if low >= least:
            said = (_("at least {size}") if low == high else
                    _("all of the interval is at least {size}"))  # fmt: skip
        elif high <= 0.0:
            said = _("no difference at all") if low == high == 0.0 else _("none, or the opposite")
        elif high < least:
            said = _("less than {size}") if low > 0.0 else _("less than {size}, if any")
        else:
            said = (_("the interval holds {size}") if low > 0.0 else
                    _("the interval holds {size}, and zero"))  # fmt: skip
        return said.format(size=_("the least size of interest, {least}", least=significant(least)))


def verdict_of(verdicts: Collection[Verdict]) -> Verdict:
    """Return the verdict of all claims together: that of the claim that fares worst."""
    return max(verdicts, key=VERDICTS.index)


@dataclass(frozen=True, slots=True)
class Contrast:
    """A concept's arms, simulated.

    Attributes
    ----------
    concept : Concept
    worlds, seed : int
    estimates : dict of str to Estimate
        By ``ARM.MEASURE``.
    findings : list of Finding
    course : dict of str to ndarray, shape ``(months, 2)``
        By arm, mean and standard error of the quantity drawn, by month.
    """

    concept: Concept
    worlds: int
    seed: int
    estimates: dict[str, Estimate]
    findings: list[Finding]
    course: dict[str, Floats]

    @property
    def verdict(self) -> Verdict:
        """The concept's verdict, computed from its claims."""
        return verdict_of([finding.verdict for finding in self.findings])

    @property
    def said(self) -> str:
        """The verdict in words, with the number of claims that have each if they differ.

        In the language that is spoken now.
        """
        verdicts = [finding.verdict for finding in self.findings]
        counts = {one: verdicts.count(one) for one in VERDICTS if one in verdicts}
        what = _("{verdict} in this model", verdict=_(self.verdict))
        if len(counts) == 1:
            return what
        each = ", ".join(_("{count} {verdict}", count=count, verdict=_(one))
                         for one, count in counts.items())  # fmt: skip
        return _("{what} (of {count} claims: {each})", what=what, count=len(verdicts), each=each)


def resolve_arms(concept: Concept) -> list[dict[str, Any]]:
    """Return the scenario of each arm as plain data, checked.

    Raises
    ------
    PalcaError
        If an arm's scenario, settings or interventions can't be used, or the arms end in
        different months.
    """
    out = []
    for arm in concept.arms:
        try:
            out.append(resolve(arm.scenario, arm.settings, arm.interventions))
            build(out[-1])
        except PalcaError as error:
            raise error.at(f"{concept.name}: arm '{arm.name}'") from None
    names = [arm.name for arm in concept.arms]
    check_comparable(zip(names, out, strict=True), f"{concept.name}: arms")
    return out


def contrast(
    concept: Concept,
    worlds: int = 2000,
    seed: int = 0,
    arms: Sequence[dict[str, Any]] | None = None,
) -> Contrast:
    """Run the arms of a concept and judge its claims.

    Parameters
    ----------
    worlds : int
        Of each arm; two or more.
    seed : int
    arms : sequence of dict, optional
        Their scenarios, if :func:`resolve_arms` has been asked already.

    Raises
    ------
    PalcaError
        As :func:`resolve_arms`.
    """
    looked_at = {name for m in (*concept.measures, concept.drawn) for name in m.names}
    parts: dict[str, tuple[Floats, Floats]] = {}
    course = {}
    first: dict[str, Any] = {}
    for arm, resolved in zip(concept.arms, arms or resolve_arms(concept), strict=True):
        values = _values(resolved, looked_at, worlds, seed)
        first = first or {f"first.{name}": value for name, value in values.items()}
        values = {**first, **values}
        for measure in concept.measures:
            parts[f"{arm.name}.{measure.name}"] = _gather(measure, values, worlds)
        course[arm.name] = _by_month(concept.drawn, values, worlds)
    weights = np.random.default_rng(seed).multinomial(
        worlds, np.full(worlds, 1.0 / worlds), _RESAMPLES
    )
    once = np.ones((1, worlds))
    central = {name: _ratio(part, once) for name, part in parts.items()}
    resampled = {name: _ratio(part, weights) for name, part in parts.items()}
    estimates = {name: _estimate(central[name], resampled[name]) for name in parts}
    findings = [_judge(claim, central, resampled) for claim in concept.claims]
    return Contrast(concept, worlds, seed, estimates, findings, course)


def _values(
    resolved: dict[str, Any], looked_at: set[str], worlds: int, seed: int
) -> dict[str, Any]:
    """Run an arm; return the fields and events that are looked at, each ``(months, worlds)``."""
    names = {name.removeprefix("first.") for name in looked_at}
    keep = tuple(name for name in FIELDS if name in names)
    history = Simulation(build(resolved), worlds, seed, keep=keep).run()
    events, shape = history.events, (len(history.monthly), worlds)
    values: dict[str, Any] = {name: history.field(name).astype(np.float64) for name in keep}
    for name in names.difference(keep):
        what, track, kind = EVENTS[name]
        those = events.code == CODE_OF[track, kind]
        flat = events.month[those].astype(np.int64) * worlds + events.world[those]
        size = np.nan_to_num(events.amount[those]) if what == "amount" else None
        values[name] = np.bincount(flat, size, shape[0] * worlds).reshape(shape).astype(float)
    values["date"] = np.arange(shape[0])[:, None]
    return values


def _gather(measure: Measure, values: dict[str, Any], worlds: int) -> tuple[Floats, Floats]:
    """Return each world's sum of the measure, and the months that it sums, ``(worlds,)`` each."""
    months = len(values["date"])
    shape = (months, worlds)
    value = np.broadcast_to(value_of(measure.value, values), shape).astype(np.float64)
    counts = np.broadcast_to(value_of(measure.among, values), shape)
    begin, end = measure.window
    sums = np.zeros((months + 1, worlds))
    np.cumsum(value, axis=0, out=sums[1:])
    month = np.arange(months)
    whole = (month + begin >= 0) & (month + end < months)  # the window lies inside the history
    first, last = (np.clip(month + at, 0, months) for at in (begin, end + 1))
    gathered = sums[last] - sums[first]
    if measure.gathered == "mean_of":
        gathered /= end + 1 - begin
    elif measure.gathered == "any_of":
        gathered = np.minimum(gathered, 1.0)
    counts = counts & whole[:, None]
    return np.where(counts, gathered, 0.0).sum(axis=0), counts.sum(axis=0).astype(np.float64)


def _by_month(plotted: Measure, values: dict[str, Any], worlds: int) -> Floats:
    """Return mean and standard error by month, ``(months, 2)``, over the worlds that count."""
    shape = (len(values["date"]), worlds)
    value = np.broadcast_to(value_of(plotted.value, values), shape)
    counts = np.broadcast_to(value_of(plotted.among, values), shape)
    size = counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(counts, value, 0.0).sum(axis=1) / size
        spread = np.where(counts, (value - mean[:, None]) ** 2, 0.0).sum(axis=1) / size
        return np.stack([mean, np.sqrt(spread / size)], axis=1)


def _ratio(part: tuple[Floats, Floats], weights: Any) -> Floats:
    """Return the measure for each row of weights of worlds; NaN where nothing counts."""
    above, below = (weights @ sums for sums in part)
    return np.divide(above, below, out=np.full(len(weights), np.nan), where=below > 0)


def _estimate(central: Floats, resampled: Floats) -> Estimate:
    if np.isnan(central[0]) or np.isnan(resampled).any():
        return Estimate(float(central[0]), float("nan"), float("nan"))
    low, high = np.quantile(resampled, (_LOW, _HIGH))
    return Estimate(float(central[0]), float(low), float(high))


def _judge(claim: Claim, central: dict[str, Floats], resampled: dict[str, Floats]) -> Finding:
    sides = []
    for values, size in ((central, 1), (resampled, _RESAMPLES)):
        sides.append(
            [
                np.broadcast_to(value_of(side, values), size).astype(float)
                for side in (claim.greater, claim.lesser)
            ]
        )
    (more, less), (more_again, less_again) = sides
    return Finding(
        claim,
        _estimate(more, more_again),
        _estimate(less, less_again),
        _estimate(more - less, more_again - less_again),
    )
