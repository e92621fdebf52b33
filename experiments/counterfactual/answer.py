"""The answer to a counterfactual question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from palca.model.state.prior import Prior
from palca.model.state.scenario import Country
from palca.scenarios import build

from ..infer.alive_filter import Segment, families
from ..infer.evidence import Evidence
from ..infer.reanalysis import Reanalysis
from .divergence import Divergence
from .effects import Causation, Effect, PriorPosteriorShift
from .expectations import Expectation
from .named_outcomes import NamedEffect, NamedOutcome
from .overlap import Overlap
from .question import Inputs, Question
from .twins import Twins

FEW: Final = 100.0  # families below which standard errors are rough
HORIZONS: Final = (24, 36, 60)  # months after the fork at which effects are given
FORK, RECORD = "fork", "record"  # what an answer is given: what had happened by then, or all


@dataclass(slots=True)
class Part:
    """The answer in the light of some of the evidence.

    Attributes
    ----------
    given : str
        :data:`FORK`, what had happened by then, or :data:`RECORD`, all that happened.
    last : int
        Last month of evidence; before 0 if there is none.
    reanalysis : Reanalysis
        The worlds like ours.
    twins : Twins
        They and their twins.
    effects : dict of (str, int) to Effect
        By quantity and months after the fork.
    causes : dict of int to Causation
    divergence : Divergence
    overlap : Overlap
    shifts : dict of str to PriorPosteriorShift
        By free parameter.
    rulers : dict of str to float
        Share of the worlds by who rules at the start of the fork's month.
    named : list of NamedEffect
    expected : list of (Expectation, Effect)
        What the scenario's author expected, and the effect on that.
    mediated : dict of (str, int) to dict
        The part of an effect through each frozen channel, and its standard error.
    """

    given: str
    last: int
    reanalysis: Reanalysis
    twins: Twins
    effects: dict[tuple[str, int], Effect]
    causes: dict[int, Causation]
    divergence: Divergence
    overlap: Overlap
    shifts: dict[str, PriorPosteriorShift]
    rulers: dict[str, float]
    named: list[NamedEffect]
    expected: list[tuple[Expectation, Effect]]
    mediated: dict[tuple[str, int], dict[str, tuple[float, float]]] = field(default_factory=dict)

    @property
    def families(self) -> float:
        """Effective number of families."""
        return families(self.twins.ancestors)

    def uninformed(self, parameters: Sequence[str]) -> list[str]:
        """Return which of some free parameters the evidence is not informative about."""
        shifts = self.shifts
        return [name for name in parameters if name in shifts and not shifts[name].informative]


@dataclass(slots=True)
class Answer:
    """What came out.

    Attributes
    ----------
    inputs : Inputs
    factual : dict
        The scenario without the interventions.
    whole : Evidence
        All that was asked for.
    fork, last : int
        Month of the first intervention; last month of what had happened by then.
    outcomes : list of NamedOutcome
    expectations : list of Expectation
        Of the scenario's author; horizons beyond the end are cut to it.
    stopped : Segment, optional
        The months whose evidence too few worlds fitted.
    parts : dict of str to Part
        By what they are given. Given all that happened there is none if no world could be found.
    average : dict of (str, int) to Effect
        Effects in worlds without evidence, in countries like this one.
    variants : dict of str to dict of str to Effect
        Effects in alternative models by quantity; empty where too few worlds were like ours.
    """

    question: Question
    inputs: Inputs
    factual: dict[str, Any]
    country: Country
    whole: Evidence
    fork: int
    last: int
    outcomes: list[NamedOutcome]
    expectations: list[Expectation]
    stopped: Segment | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    average: dict[tuple[str, int], Effect] = field(default_factory=dict)
    variants: dict[str, dict[str, Effect]] = field(default_factory=dict)

    @property
    def counter(self) -> dict[str, Any]:
        """The scenario with the interventions."""
        return self.inputs.scenario

    @property
    def prior_of(self) -> dict[str, Prior]:
        """The priors of the free parameters."""
        return build(self.factual).free_priors

    @property
    def evidence(self) -> Evidence:
        """What had happened by then."""
        return self.whole.until(self.last)

    @property
    def horizons(self) -> list[int]:
        """Months after the fork at which effects are given."""
        return sorted({self._horizon(months_on) for months_on in HORIZONS})

    @property
    def main(self) -> int:
        """The horizon of the headline: 36 months, or the end if that comes first."""
        return self._horizon(HORIZONS[1])

    def _horizon(self, months_on: int) -> int:
        return min(months_on, self.factual["months"] - 1 - self.fork)
