"""Outcomes that a user names: who rules in a month, or a condition on what is compared.

"Juan José Torres rules in 1973-01", "attempts < 2 and legitimacy > 0.4 in 1975-06".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest, short
from palca.model.language.expressions import Expression, parse, value_of
from palca.model.state.scenario import Country

from ..infer.weights import clustered_error
from .effects import explained_spread
from .twins import QUANTITIES, Paths, Twins

_FORM: Final = re.compile(r"(?P<what>.+?)\s+in\s+(?P<month>[12]\d{3}-\d{2})")
_RULES: Final = re.compile(r"(?P<who>.+?)\s+rules")


@dataclass(frozen=True, slots=True)
class NamedOutcome:
    """Something that is so in a month, or not.

    Attributes
    ----------
    text : str
        As it was written.
    month : int
    leader : int, optional
        Roster index of who must rule.
    condition : Expression, optional
        What must hold of the quantities that twins are compared in.
    """

    text: str
    month: int
    leader: int | None = None
    condition: Expression | None = None

    def of(self, paths: Paths) -> NDArray[np.bool_]:
        """Return in which worlds it is so, ``(n,)``."""
        at = self.month - paths.since
        if self.leader is not None:
            return paths.values["leader"][at] == self.leader
        assert self.condition is not None
        values = {name: paths.values[name][at] for name in QUANTITIES}
        held = value_of(self.condition, {**values, "date": float(self.month)})
        return np.broadcast_to(np.asarray(held, dtype=np.bool_), (paths.worlds,))


@dataclass(frozen=True, slots=True)
class NamedEffect:
    """How probable a named outcome is without the change and with it.

    Attributes
    ----------
    outcome : str
    month : int
    factual, counter, effect, se : float
        Shares of worlds, their difference and its standard error by families.
    parameters_sd, parameters_sd_se : float
        As of an :class:`~.effects.Effect`.
    """

    outcome: str
    month: int
    factual: float
    counter: float
    effect: float
    se: float
    parameters_sd: float
    parameters_sd_se: float


def read_outcome(text: str, country: Country, fork: int, months: int, where: str) -> NamedOutcome:
    """Return the outcome that a text names.

    Raises
    ------
    PalcaError
        If it is none, names nobody of the roster, or a month outside the question.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise PalcaError(
            f"write 'NAME rules in 1973-01' or 'CONDITION in 1973-01', not '{short(text, 60)}'",
            where,
        )
    month = month_index(match["month"], where)
    if not fork <= month < months:
        raise PalcaError(
            f"{month_name(month)} lies outside the question, which goes from {month_name(fork)} to "
            f"{month_name(months - 1)}",
            where,
        )
    rules = _RULES.fullmatch(match["what"])
    if rules is None:
        try:
            condition = parse(match["what"], "condition", QUANTITIES)
        except PalcaError as error:
            raise error.at(where) from None
        return NamedOutcome(text, month, condition=condition)
    names = {name: index for index, leader in enumerate(country.leaders)
             for name in (leader.name, leader.short)}  # fmt: skip
    if rules["who"] not in names:
        raise PalcaError(f"nobody is called '{rules['who']}'{nearest(rules['who'], names)}", where)
    return NamedOutcome(text, month, leader=names[rules["who"]])


def named_effects(outcomes: Sequence[NamedOutcome], twins: Twins) -> list[NamedEffect]:
    """Return how probable named outcomes are without the change and with it."""
    out = []
    for outcome in outcomes:
        before, after = (outcome.of(paths).astype(np.float64)
                         for paths in (twins.factual, twins.counter))  # fmt: skip
        out.append(NamedEffect(
            outcome.text, outcome.month, float(before.mean()), float(after.mean()),
            float((after - before).mean()), clustered_error(after - before, twins.ancestors),
            *explained_spread(after - before, twins.ancestors, twins.basis),
        ))  # fmt: skip
    return out
