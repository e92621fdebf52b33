"""What shows in a history: the signs that patterns are made of.

Each takes histories and says, world by world, whether something came about.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.types import Flags

from .by_month import RIGHT, friction, spell_lengths
from .histories import Histories

_SHARP: Final = 0.5  # change of orientation within a month that counts as a swing
_COOPERATION: Final = (
    "agreement", "credit", "project", "trade", "offer", "visit", "contact", "normalisation",
)  # fmt: skip
_HOSTILITY: Final = ("expulsion", "suspension", "protest")
# by the US
_GIFTS: Final = ("aid", "military", "offer", "visit", "settlement", "stockpile restraint")
_STREETS: Final = ("strike", "general strike", "hunger strike", "demonstration")
_TROUBLE: Final = ("siege", "massacre", "strike", "general strike")


def happened(histories: Histories, track: str, *kinds: str) -> Flags:
    """Return whether any of some events happened, ``(months, worlds)``."""
    month, world, _ = histories.of_kinds((track, kind) for kind in kinds)
    out = np.zeros((histories.months, histories.worlds), dtype=np.bool_)
    out[month, world] = True
    return out


def ever(sign: Flags) -> Flags:
    """Return whether it happens in any month, ``(worlds,)``."""
    return np.logical_or.reduce(sign, axis=0)


def _within(sign: Flags, months: int) -> Flags:
    """Return whether it happens in a month or the `months` after it, ``(months, worlds)``."""
    return _between(sign, 0, months)


def _lately(sign: Flags, months: int) -> Flags:
    """Return whether it happened in a month or the `months` before it, ``(months, worlds)``."""
    return _between(sign, -months, 0)


def _between(sign: Flags, first: int, last: int) -> Flags:
    return _times(sign, first, last) > 0


def _times(sign: Flags, first: int, last: int) -> NDArray[np.int64]:
    """Return how often it happens from `first` to `last` months after each month."""
    count = np.zeros((len(sign) + 1, sign.shape[1]), dtype=np.int64)
    np.cumsum(sign, axis=0, out=count[1:])
    month = np.arange(len(sign))
    until = np.clip(month + last + 1, 0, len(sign))
    since = np.clip(month + first, 0, len(sign))
    return count[until] - count[since]


def _o(histories: Histories) -> NDArray[Any]:
    return histories.series["orientation"]


def _shifted(values: NDArray[Any], months: int) -> NDArray[Any]:
    """Return the values so many months later (negative: earlier); at the ends the last known."""
    month = np.clip(np.arange(len(values)) + months, 0, len(values) - 1)
    return values[month]


def _onset(now: Flags) -> Flags:
    """Return the months in which something begins; what is there at the start doesn't."""
    out = now.copy()
    out[1:] &= ~now[:-1]
    out[0] = False
    return out


def _first(sign: Flags) -> Flags:
    """Return only the first month of each world."""
    return sign & (np.cumsum(sign, axis=0) == 1)


def _right_coup(histories: Histories) -> Flags:
    """Return the first month in which a coup of the right overthrew a regime of the left."""

    def make() -> Flags:
        o = _o(histories)
        won = happened(histories, "power", "coup")
        return _first(won & (_shifted(o, -1) <= -RIGHT) & (o >= RIGHT))

    return histories.once("right coup", make)


def has_right_coup(histories: Histories) -> Flags:
    """Return whether a coup of the right overthrew the left."""
    return ever(_right_coup(histories))


def right_coup_with_ties(histories: Histories) -> Flags:
    """Return whether a coup of the right overthrew a left that had a Soviet embassy."""
    ties = np.logical_or.accumulate(happened(histories, "ussr", "embassy"), axis=0)
    return ever(_right_coup(histories) & ties)


def _left(histories: Histories) -> Flags:
    return _o(histories) <= -RIGHT


def had_left(histories: Histories) -> Flags:
    """Return whether a regime of the left ever ruled."""
    return ever(_left(histories))


def short_spells(histories: Histories) -> Flags:
    """Return whether most spells of one leader are short, and one is long."""
    lengths, world = spell_lengths(histories)
    total = np.bincount(world, minlength=histories.worlds)
    short = np.bincount(world[lengths <= 24], minlength=histories.worlds)
    longest = np.zeros(histories.worlds)
    np.maximum.at(longest, world, lengths)
    return (2 * short > total) & (longest >= 60)


def clusters(histories: Histories) -> Flags:
    """Return whether attempts cluster somewhere and are absent for years elsewhere."""
    tried = happened(histories, "power", "coup", "failed coup")
    cluster = ever(_times(tried, 0, 11) >= 3)
    quiet = ever((_times(tried, 0, 35) == 0)[: histories.months - 35])
    return cluster & quiet


def swings(histories: Histories) -> Flags:
    """Return whether a leap to the left is followed by one to the right."""
    o = _o(histories)
    step = o - _shifted(o, -1)
    to_left = (step <= -_SHARP) & (o <= -RIGHT)
    to_right = (step >= _SHARP) & (o >= RIGHT)
    return ever(to_left & _within(to_right, 24))


def survived_attempts(histories: Histories) -> Flags:
    """Return failed attempts after which the same leader ruled for six more months."""
    leader = histories.series["leader"]
    stays = (leader == _shifted(leader, 6)) & (leader == _shifted(leader, -1))
    stays[histories.months - 6 :] = False
    return happened(histories, "power", "failed coup") & stays


def further(histories: Histories) -> Flags:
    """Return whether most survivors of an attempt go further their own way."""
    o, tested = _o(histories), survived_attempts(histories)
    before, after = _shifted(o, -1), _shifted(o, 6)
    moved = (np.sign(before) * (after - before) >= 0.1) | _within(
        happened(histories, "power", "self-coup"), 6
    )
    return 2 * (tested & moved).sum(axis=0) > tested.sum(axis=0)


def ties_deepen(histories: Histories) -> Flags:
    """Return whether an embassy that a left opened is soon followed by more."""
    opened = happened(histories, "ussr", "embassy") & (_o(histories) < 0.0)
    return ever(opened & _within(happened(histories, "ussr", "agreement", "credit"), 12))


def not_the_turn(histories: Histories) -> Flags:
    """Return whether a settlement with Washington falls beside a Soviet credit."""
    settled = happened(histories, "us", "settlement")
    return ever(settled & _between(happened(histories, "ussr", "credit"), -3, 3))


def no_break(histories: Histories) -> Flags:
    """Return whether ties outlive a coup of the right: no break, and acts in two later years."""
    coup = _right_coup(histories)
    since = np.cumsum(np.cumsum(coup, axis=0), axis=0)  # months since it, from 1 on; 0 before
    broken = ever(happened(histories, "ussr", "break") & (since > 0))
    acts = happened(histories, "ussr", *_COOPERATION) & (since > 12)
    years = sum(
        ever(acts & (since > 12 * year) & (since <= 12 * year + 12)).astype(np.int64)
        for year in range(1, histories.months // 12 + 1)
    )
    return right_coup_with_ties(histories) & ~broken & (years >= 2)


def dip(histories: Histories) -> Flags:
    """Return whether ties cool after a coup of the right, and mend."""
    coup = _right_coup(histories)
    hurt = happened(histories, "ussr", *_HOSTILITY)
    mended = happened(histories, "ussr", "normalisation", "agreement", "credit", "visit", "offer")
    # an act of hostility within a year of the coup, one of good will within two years after that
    dip = hurt & _lately(coup, 12) & _between(mended, 1, 24)
    return ever(dip)


def party_crisis(histories: Histories) -> Flags:
    """Return whether the party's dissent comes with a coup of the right, and not before."""
    dissent = friction(histories)
    right = np.logical_or.accumulate(_right_coup(histories), axis=0)
    before = np.where(right, 0.0, dissent).max(axis=0)
    return has_right_coup(histories) & (before <= 1.0) & (dissent[-1] >= 2.0)


def legal_phases(histories: Histories) -> Flags:
    """Return whether the party is banned, tolerated, banned and legal, in this order."""
    legality = histories.series["legality"]
    reached = np.ones(histories.worlds, dtype=np.bool_)
    since = np.zeros((histories.months, histories.worlds), dtype=np.bool_)
    since[0] = True
    for level in (0.0, 0.5, 0.0, 1.0):
        here = since & (legality == level)
        reached &= ever(here)
        since = np.logical_or.accumulate(here, axis=0)
    return reached


def critical_support(histories: Histories) -> Flags:
    """Return whether the party backs a regime of the left."""
    helped = happened(histories, "party", "support", "front")
    return ever(helped & _left(histories))


def mixed_answer(histories: Histories) -> Flags:
    """Return whether Washington answers a left with stick, covert money and carrot."""
    left = _lately(_left(histories), 1)  # the month of its fall counts
    stick = happened(
        histories, "us", "sanction", "sanction threatened", "stockpile sale", "protest"
    )
    plot = happened(histories, "us", "covert")
    carrot = happened(histories, "us", *_GIFTS)
    return np.all([ever(left & act) for act in (stick, plot, carrot)], axis=0)


def aid_jumps(histories: Histories) -> Flags:
    """Return whether US commitments double after a coup of the right."""
    aid = histories.series["us_commitment"]
    total = np.concatenate([np.zeros((1, histories.worlds)), np.cumsum(aid, axis=0)])
    months = histories.months
    month = np.arange(months)
    before = total[month] - total[np.maximum(month - 12, 0)]
    after = total[np.minimum(month + 13, months)] - total[np.minimum(month + 1, months)]
    enough = ((month >= 12) & (month + 13 <= months))[:, None]
    return ever(_right_coup(histories) & enough & (after >= 2.0 * before))


def friend_hurt(histories: Histories) -> Flags:
    """Return whether Washington hurts a regime of the right."""
    hurt = happened(histories, "us", "stockpile sale", "refusal")
    return ever(hurt & (_o(histories) >= RIGHT))


def plays_both(histories: Histories) -> Flags:
    """Return whether gifts of both powers fall together, under the right and under another."""
    east = happened(histories, "ussr", "offer", "credit", "agreement", "normalisation")
    west = _between(happened(histories, "us", *_GIFTS), -6, 6)
    both = east & west
    o = _o(histories)
    return ever(both & (o < RIGHT)) & ever(both & (o >= RIGHT))


def shock_then_unrest(histories: Histories) -> Flags:
    """Return whether unrest follows at least half of the price shocks."""
    shock = happened(histories, "conflict", "price shock")
    followed = shock & _within(happened(histories, "conflict", *_TROUBLE), 3)
    return (2 * followed.sum(axis=0) >= shock.sum(axis=0)) & ever(shock)


def non_violent_end(histories: Histories) -> Flags:
    """Return whether a right frees its prisoners pressed by crowd and ally, without shots."""
    freed = happened(histories, "conflict", "amnesty") & (_o(histories) >= RIGHT)
    crowd = _lately(happened(histories, "conflict", *_STREETS), 3)
    pressed = _between(happened(histories, "us", "pressure"), -12, 3)
    shots = _lately(happened(histories, "conflict", "massacre"), 3)
    return ever(freed & crowd & pressed & ~shots)
