"""What is measured of any history month by month: atmosphere, unrest, friction, sides, spells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.state.history import CODE_OF
from palca.model.types import Flags, Floats

from .histories import Histories

# Weight of an act in the atmosphere between two states, after the manner of Goldstein
# (1992, doi:10.1177/0022002792036002007); the numbers are assumed and may be edited.
WEIGHTS: Final[dict[str, float]] = {
    "embassy": 3, "ambassador": 1, "agreement": 2, "credit": 2, "project": 2, "trade": 1,
    "aid": 2, "military": 1, "offer": 1, "visit": 1, "contact": 1, "normalisation": 2,
    "settlement": 2, "stockpile restraint": 1, "refusal": -1, "protest": -1, "pressure": -1,
    "stockpile sale": -1, "sanction threatened": -1, "nationalisation": -3, "expulsion": -4,
    "suspension": -6, "sanction": -6, "break": -8,
}  # fmt: skip
MEMORY: Final = 0.9  # share of an act's weight left after a month
_KNOWN: Final = 0.9  # share of the memory's weight that must fall on covered months
RIGHT: Final = 0.25  # a regime is of the right from this orientation on, of the left from -0.25
_RANK: Final = {"private protest": 1.0, "public dissent": 2.0, "rupture": 3.0}
UNREST: Final = {
    "strike": 1.0, "siege": 1.0, "demonstration": 1.0, "hunger strike": 1.0, "price shock": 1.0,
    "general strike": 2.0, "massacre": 2.0, "guerrilla": 3.0, "fighting": 3.0,
}  # fmt: skip


def atmosphere(
    histories: Histories,
    patron: str,
    weights: Mapping[str, float] = WEIGHTS,
    before: Floats | float = 0.0,
) -> Floats:
    """Return the atmosphere between the host and a patron, shape ``(months, worlds)``.

    E_t = sum over acts of weight * 0.9**age.

    NaN in a month of which it isn't known: see :func:`remembered`.

    Parameters
    ----------
    patron : str
        ``"ussr"`` or ``"us"``.
    before : ndarray of shape ``(worlds,)``, or float
        The atmosphere in the month before the first.
    """
    month, world, code = histories.of_kinds((patron, kind) for kind in weights)
    worth = event_values(patron, weights)[code]
    total = sum_by_month(month, world, worth, histories.months, histories.worlds)
    for row in total:
        row += MEMORY * before
        before = row
    if histories.covered:
        total[~remembered(histories.covers(patron, weights))] = np.nan
    return total


def soviet(histories: Histories) -> Floats:
    """Return the atmosphere between the host and the USSR, computed once."""
    return histories.once("ussr_atmosphere", lambda: atmosphere(histories, "ussr"))


def american(histories: Histories) -> Floats:
    """Return the atmosphere between the host and the United States, computed once."""
    return histories.once("us_atmosphere", lambda: atmosphere(histories, "us"))


def remembered(covered: Flags) -> Flags:
    """Return in which months the atmosphere is known, from those whose acts are, ``(months,)``.

    It is known in a covered month if at least 90 % of the weight that the memory gives to it and
    to the months before falls on covered ones. So it is never known in a gap, and after a long one
    again in the 22nd month. Months before January 1969 count as covered: no history, documented
    or simulated, remembers them.

    >>> remembered(np.array([True, False, True, False, False, True])).tolist()
    [True, False, True, False, False, False]
    """
    known, missing = np.zeros_like(covered), 0.0
    for month, here in enumerate(covered):
        missing = MEMORY * missing + (1.0 - MEMORY) * (not here)
        known[month] = here and missing <= 1.0 - _KNOWN
    return known


def unrest(histories: Histories) -> Floats:
    """Return unrest by month: 0 calm, 1 strikes or siege, 2 lethal or national, 3 fighting."""
    return histories.once("unrest", lambda: _highest(histories, "conflict", UNREST))


def lethal_unrest(histories: Histories) -> Floats:
    """Return 1 in a month of lethal or national unrest, 0 in others, NaN if it isn't known."""

    def make() -> Floats:
        known = histories.covers("conflict", [kind for kind in UNREST if UNREST[kind] >= 2])
        return np.where(known[:, None], unrest(histories) >= 2, np.nan)

    return histories.once("lethal_unrest", make)


def friction(histories: Histories) -> Floats:
    """Return the friction of party and Moscow shown so far, 0 to 3, ``(months, worlds)``.

    0 harmony, 1 private protest, 2 public or organised dissent, 3 rupture.
    """
    return np.maximum.accumulate(_highest(histories, "party", _RANK), axis=0)


def known_friction(histories: Histories) -> Floats:
    """Return the friction shown so far; NaN where more may have been shown unseen."""
    shown = friction(histories)
    for kind, rank in _RANK.items() if histories.covered else ():
        unseen = np.maximum.accumulate(~histories.covers("party", [kind]))
        shown[unseen[:, None] & (shown < rank)] = np.nan
    return shown


def _highest(histories: Histories, track: str, values: Mapping[str, float]) -> Floats:
    month, world, code = histories.of_kinds((track, kind) for kind in values)
    worth = event_values(track, values)[code]
    return highest_by_month(month, world, worth, histories.months, histories.worlds)


def event_values(track: str, values: Mapping[str, float]) -> Floats:
    """Return the value of each kind of event of a track by its code; others count for 0."""
    out = np.zeros(len(CODE_OF))
    for kind, value in values.items():
        out[CODE_OF[track, kind]] = value
    return out


def sum_by_month(
    month: NDArray[Any], world: NDArray[Any], worth: Floats, months: int, worlds: int
) -> Floats:
    """Return the sum of what events are worth by month, ``(months, worlds)``."""
    flat = np.bincount(month.astype(np.int64) * worlds + world, worth, months * worlds)
    return flat.reshape(months, worlds).astype(np.float64, copy=False)  # of no events: whole


def highest_by_month(
    month: NDArray[Any], world: NDArray[Any], worth: Floats, months: int, worlds: int
) -> Floats:
    """Return the highest that events are worth by month, 0 if nothing, ``(months, worlds)``."""
    out = np.zeros(months * worlds)
    np.maximum.at(out, month.astype(np.int64) * worlds + world, worth)
    return out.reshape(months, worlds)


def spell_lengths(histories: Histories) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many months each spell of one leader lasted, and in which world it was.

    World by world, in order; spells are cut at both ends of the history.
    """
    leader = histories.series["leader"]
    begins = np.ones((histories.worlds, histories.months), dtype=np.bool_)
    begins[:, 1:] = (leader[1:] != leader[:-1]).T
    world, month = np.nonzero(begins)
    until = np.append(month[1:], 0)
    until[until == 0] = histories.months  # the next spell is another world's
    return until - month, world


def holds(histories: Histories, series: str, test: Callable[[Floats], NDArray[np.bool_]]) -> Floats:
    """Return 1 where a series is as asked for, 0 where not, NaN where it isn't known."""
    values = histories.series[series]
    return np.where(np.isnan(values), np.nan, test(values))


def friction_by(histories: Histories, last: int) -> Floats:
    """Return the friction shown by the end of a month: row `last` of `known_friction`."""
    if histories.covered:
        return known_friction(histories)[last]
    month, world, code = histories.of_kinds(("party", kind) for kind in _RANK)
    worth = np.where(month <= last, event_values("party", _RANK)[code], 0.0)
    return highest_by_month(np.zeros_like(month), world, worth, 1, histories.worlds)[0]


def is_right(orientation: Floats) -> NDArray[np.bool_]:
    """Return where a regime is of the right."""
    return orientation >= RIGHT


def is_left(orientation: Floats) -> NDArray[np.bool_]:
    """Return where a regime is of the left."""
    return orientation <= -RIGHT


def is_banned(legality: Floats) -> NDArray[np.bool_]:
    """Return where the party is banned."""
    return legality == 0.0


def is_tolerated(legality: Floats) -> NDArray[np.bool_]:
    """Return where the party is tolerated."""
    return legality == 0.5


def side(orientation: float) -> str:
    """Return ``"left"``, ``"centre"`` or ``"right"``."""
    return "left" if orientation <= -RIGHT else "right" if orientation >= RIGHT else "centre"
