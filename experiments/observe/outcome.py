"""What an outcome is, and the outcomes of any window of months, named by its first and last."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError
from palca.model.types import Floats

from .by_month import american, holds, is_banned, is_left, is_right, is_tolerated, lethal_unrest
from .histories import Histories

Measured = Callable[[Histories], Floats]
LAST_MONTH: Final = "1978-12"  # no outcome of the decade hears of a later one
# The groups of outcomes, in the order in which they are printed: name -> title.
GROUPS: Final = {
    "power": "Power: coups and rulers",
    "economy": "Economy",
    "conflict": "Unrest and repression",
    "ussr": "Cooperation with the USSR",
    "us": "Cooperation with the United States",
    "party": "The communist party",
}
_NAME: Final = re.compile(r"(\w+)_(\d{4})(\d{2})_(\d{4})(\d{2})")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number that sums up a world. It scores if the record has it.

    Attributes
    ----------
    name, title, unit : str
    group : str
        One of :data:`GROUPS`.
    of : callable
        From histories to ``(worlds,)``; NaN of the record unless it covers what is counted.
    until : str
        The last month that it hears of. It isn't measured in histories that end before. Empty if
        it is of whole histories, whatever their length.
    note : str
    """

    name: str
    title: str
    unit: str
    group: str
    of: Measured
    until: str = LAST_MONTH
    note: str = ""

    def reached(self, end: int) -> bool:
        """Return whether it is measured in histories that end before month `end`."""
        return not self.until or month_index(self.until) < end

    @property
    def heading(self) -> str:
        """The title where it stands alone: with the actor that it is about."""
        actor = {"ussr": "Soviet ", "us": "US ", "party": "party: "}.get(self.group, "")
        named = "Soviet" in self.title or "USSR" in self.title  # and acts of others against it
        return self.title if named else actor + self.title


def of_window(first: str, last: str, tail: str, words: str) -> list[Outcome]:
    """Return the outcomes of the months from one to another, such as 1971-08, both included.

    Parameters
    ----------
    tail, words : str
        What the window adds to the name and to the title of each.
    """
    monthly = partial(mean, first=first, last=last)
    rows = [
        ("coups", "successful coups", "coups", "power", times("power", "coup", first, last)),
        ("failed", "failed coups", "coups", "power", times("power", "failed coup", first, last)),
        ("right", "time under the right", "share", "power",
         monthly(lambda histories: holds(histories, "orientation", is_right))),
        ("left", "time under the left", "share", "power",
         monthly(lambda histories: holds(histories, "orientation", is_left))),
        ("growth", "growth, % a year", "% a year", "economy",
         monthly(lambda histories: histories.series["growth"])),
        ("unrest", "months of lethal or national unrest", "months", "conflict",
         lambda histories: total(span_of(histories, lethal_unrest(histories), first, last))),
        ("massacres", "massacres", "events", "conflict",
         times("conflict", "massacre", first, last)),
        ("expulsions", "expulsions from the Soviet mission", "events", "ussr",
         times("ussr", "expulsion", first, last)),
        ("breaks", "breaks with the USSR", "events", "ussr", times("ussr", "break", first, last)),
        ("us_aid", "commitments, USD m a year", "million USD a year", "us",
         monthly(lambda histories: 12.0 * histories.series["us_commitment"])),
        ("us_atmosphere", "atmosphere", "weight", "us", monthly(american)),
        ("banned", "banned", "share", "party",
         monthly(lambda histories: holds(histories, "legality", is_banned))),
        ("tolerated", "tolerated", "share", "party",
         monthly(lambda histories: holds(histories, "legality", is_tolerated))),
    ]  # fmt: skip
    return [Outcome(f"{name}_{tail}", f"{title} {words}", unit, group, of, last)
            for name, title, unit, group, of in rows]  # fmt: skip


@cache
def of_months(first: int, last: int) -> tuple[Outcome, ...]:
    """Return the outcomes of a country's window: of what tables have, so not of its party."""
    begin, end = month_name(first), month_name(last)
    words = f"{int(begin[5:])}/{begin[:4]}"
    if last > first:
        words += f"–{int(end[5:])}/{end[:4]}"
    found = of_window(begin, end, f"{begin}_{end}".replace("-", ""), words)
    return tuple(o for o in found if o.group != "party" and not o.name.startswith("us_atmosphere"))


def outcome_of_months(name: str) -> Outcome | None:
    """Return the outcome of a window by its name, such as ``coups_197011_197308``."""
    if (found := _NAME.fullmatch(name)) is None:
        return None
    _, *first, last_year, last_month = found.groups()
    try:
        some = of_months(month_index("-".join(first)), month_index(f"{last_year}-{last_month}"))
    except PalcaError:  # no such month
        return None
    return next((outcome for outcome in some if outcome.name == name), None)


def span_of(histories: Histories, values: Floats, first: str, last: str) -> Floats:
    """Return the months of some values from `first` to `last`, such as 1971-08."""
    since = histories.first
    return values[month_index(first) - since : month_index(last) + 1 - since]


def total(values: Floats) -> Floats:
    """Return the sum over months, in their order: NumPy's own depends on the array's shape."""
    out = np.zeros(values.shape[1])
    for row in values:
        out += row
    return out


def average(values: Floats) -> Floats:
    """Return the mean over months, in their order."""
    return total(values) / len(values)


def times(track: str, kind: str, first: str, last: str) -> Measured:
    """Return a measure: how often an event happened in a span."""
    return lambda histories: histories.times(track, kind, month_index(first), month_index(last))


def mean(of: Measured, first: str, last: str) -> Measured:
    """Return a measure: the mean of a monthly quantity over a span."""
    return lambda histories: average(span_of(histories, of(histories), first, last))
