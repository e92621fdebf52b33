"""Stability and cooperation in a few numbers, by which a run is held against the record.

Attempts and irregular exits of the decade are sums of outcomes of shorter spans. They are no
outcomes themselves: the same coups would score twice. Stability stands beside repression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from palca.model.state.scenario import Scenario
from palca.model.types import Floats

from .outcome import of_months

Number = TypeVar("Number", float, Floats)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a world or of the record.

    Attributes
    ----------
    title, unit : str
    outcomes : tuple of str
        Those whose sum it is.
    """

    title: str
    unit: str
    outcomes: tuple[str, ...]

    def of(self, values: Mapping[str, Number]) -> Number | None:
        """Return it from the outcomes; None if one of them wasn't measured."""
        if any(name not in values for name in self.outcomes):
            return None
        first, *others = (values[name] for name in self.outcomes)
        for value in others:
            first = first + value
        return first


# A leader who falls in a coup has left office irregularly; no other exit that is simulated is.
_EXITS: Final = ("coups_1969_71", "coups_1972_77", "coups_1978")
MEASURES: Final = (
    Measure("coup attempts 1969–78", "coups", (*_EXITS, "failed_1969_78")),
    Measure("irregular exits (by a coup) 1969–78", "coups", _EXITS),
    Measure("longest rule of one leader, months", "months", ("longest_spell",)),
    Measure("months of lethal or national unrest", "months", ("unrest_months",)),
    Measure("repression: massacres", "events", ("massacres",)),
    Measure("repression: time with the party banned", "share", ("party_banned",)),
    Measure("Soviet credit to August 1971, USD m", "million USD", ("ussr_commitments_before",)),
    Measure("Soviet credit from September 1971, USD m", "million USD",
            ("ussr_commitments_after",)),
    Measure("US aid 7/1969–6/1971, USD m a year", "million USD a year", ("us_aid_before",)),
    Measure("US aid 7/1971–12/1978, USD m a year", "million USD a year", ("us_aid_after",)),
)  # fmt: skip
# Of histories that don't begin in January 1969.
ELSEWHERE: Final = (
    Measure("rule of whoever rules at the start, months", "months", ("first_rule",)),
    Measure("coup attempts", "coups", ("coups", "failed_coups")),
    Measure("irregular exits (by a coup)", "coups", ("coups",)),
    Measure("longest rule of one leader, months", "months", ("longest_spell",)),
    Measure("leaders", "number", ("leaders",)),
    Measure("time under a regime of the right", "share", ("right_share",)),
    Measure("time under a regime of the left", "share", ("left_share",)),
    Measure("months of lethal or national unrest", "months", ("unrest_months",)),
    Measure("breaks with the USSR", "events", ("ussr_breaks_ever",)),
    Measure("US aid, USD m a year", "million USD a year", ("us_aid",)),
)  # fmt: skip


def attempts_by_window(scenario: Scenario) -> list[Measure]:
    """Return the coup attempts in each of a country's windows."""
    attempts = []
    for window in scenario.country.windows:
        coups, failed, *_ = of_months(*window)
        title = coups.title.replace("successful coups", "coup attempts")
        attempts.append(Measure(title, "coups", (coups.name, failed.name)))
    return attempts
