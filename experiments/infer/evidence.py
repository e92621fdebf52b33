"""Evidence: what a simulated world must agree with, and how closely.

The likelihood of a world is computed month by month. An *event observation* asks that something
has happened in a window of months; a *level* compares a quantity, with an error. Nothing of a
world is judged by what comes after the last month of evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from palca.model.calendar import FOREVER, month_name

ATTEMPTS: Final = {"coup": True, "failed coup": False}


@dataclass(frozen=True, slots=True)
class EventObservation:
    """An event that must have happened between two months, both included.

    Attributes
    ----------
    track, kind : str
    month : int
        When it is said to have happened: an observer knows of it from then on.
    first, last : int
        Its window.
    false_negative : float
        Likelihood of a world in which it has not: that the record is wrong. With 0 it is asked
        for in every world; with 1 it is disputed, neither asked for nor forbidden.
    orientation, orientation_tolerance : float, optional
        Orientation of the regime after it, and by how much it may differ.
    named : bool
        Whether the month was named by who asks, and isn't the record's.
    """

    track: str
    kind: str
    month: int
    first: int
    last: int
    false_negative: float
    orientation: float = np.nan
    orientation_tolerance: float = np.inf
    named: bool = False

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.kind}, {month_name(self.first)}"
        return f"{self.kind}, {month_name(self.first)} to {month_name(self.last)}"


@dataclass(frozen=True, slots=True)
class Level:
    """A quantity that was so much in a month, with a normal error.

    Attributes
    ----------
    series : str
        "orientation", "ussr_atmosphere", "us_commitments" (of the 12 months to then) or
        "ussr_commitments" (since January 1969).
    month : int
    value, sd : float
        Of the logarithm above `floor` if there is one.
    share : float
        How much of an observation it counts for: neighbouring months are one.
    floor : float, optional
    """

    series: str
    month: int
    value: float
    sd: float
    share: float = 1.0
    floor: float | None = None


@dataclass(frozen=True, slots=True)
class Reign:
    """Who rules from one documented change of ruler to the next.

    Attributes
    ----------
    leader : int
        Roster index.
    month : int
        The month at whose end he is the first time said to rule; 0 for the first of all.
    first, last : int
        Between which months, both included, he must have come to power.
    """

    leader: int
    month: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What worlds are conditioned on.

    Attributes
    ----------
    title : str
    events, levels : tuple
    rulers : tuple of Reign
        Who must rule at the end of each month; anyone may if it is empty.
    extra : float
        Weight of each coup attempt that matches no event; 1 if attempts aren't judged.
    absent : tuple of (str, str, float)
        Track and kind of what did not happen, and the weight of each time that it does.
    last : int
        The last month that is judged.
    """

    title: str
    events: tuple[EventObservation, ...] = ()
    levels: tuple[Level, ...] = ()
    rulers: tuple[Reign, ...] = ()
    extra: float = 1.0
    absent: tuple[tuple[str, str, float], ...] = ()
    last: int = FOREVER

    def until(self, month: int) -> Evidence:
        """Return what of it can be seen by the end of a month; windows are cut there."""
        return replace(
            self,
            events=tuple(
                replace(s, last=min(s.last, month)) for s in self.events if s.month <= month
            ),
            levels=tuple(level for level in self.levels if level.month <= month),
            rulers=tuple(replace(r, last=min(r.last, month)) for r in self.rulers
                         if r.month <= month),
            last=min(self.last, month),
        )

    @property
    def silent(self) -> bool:
        """Whether all worlds are equally likely by it."""
        judged = self.events or self.levels or self.rulers or self.absent or self.extra != 1.0
        return self.last < 0 or not judged


def describe(
    whole: Evidence, last: int, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return evidence as plain rows, for a run's folder: what counted to a month, what not.

    Parameters
    ----------
    names : sequence of str
        Of the leaders, by roster index.
    """
    counted = whole.until(last)
    rows: list[dict[str, Any]] = []
    for s in whole.events:
        counts = s.month <= last
        end = min(s.last, last) if counts else s.last
        rows.append({
            "what": f"{s.track}: {s.kind}", "first": month_name(s.first), "last": month_name(end),
            "value": s.orientation, "weight": s.false_negative, "counted": counts,
            "tolerance": s.orientation_tolerance if np.isfinite(s.orientation_tolerance) else None,
        })  # fmt: skip
    rows += [
        {"what": level.series, "first": month_name(level.month), "last": month_name(level.month),
         "value": level.value, "sd": level.sd / np.sqrt(level.share),
         "counted": level.month <= last}
        for level in whole.levels
    ]  # fmt: skip
    rows += [
        {"what": f"ruler: {names[reign.leader]}", "first": month_name(reign.first),
         "last": month_name(reign.last), "weight": 0.0, "counted": reign.month <= last}
        for reign in whole.rulers
    ]  # fmt: skip
    never = [(f"never {track}: {kind}", weight) for track, kind, weight in whole.absent]
    if whole.extra != 1.0:
        never.append(("each coup attempt that matches no event above", whole.extra))
    rows += [
        {"what": what, "first": month_name(0), "last": month_name(max(counted.last, 0)),
         "weight": weight, "counted": counted.last >= 0}
        for what, weight in never
    ]  # fmt: skip
    return rows
