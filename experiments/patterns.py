"""Patterns of the record as functions of a course of events, each true or false.

Pattern-oriented modelling (Grimm et al. 2005, doi:10.1126/science.1116681) asks of a model
not one curve but many weak patterns at once: each is easy to meet, all together are not.
Here each is a function of a :class:`~palca.experiments.course.Course`, so that the record
and a simulated world answer the same question. The record must have them all.

Some patterns can only show where something has come about, a coup of the right against the
left or a failed attempt; `Pattern.where` says where that is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .course import Course
from .measures import RIGHT, friction, spell_lengths

Bools = NDArray[np.bool_]
Of = Callable[[Course], Bools]

_SHARP: Final = 0.5  # change of orientation within a month that counts as a swing
_COOPERATION: Final = (
    "agreement", "credit", "project", "trade", "offer", "visit", "contact", "normalisation",
)  # fmt: skip
_HOSTILITY: Final = ("expulsion", "suspension", "protest")
_GIFTS: Final = ("aid", "military", "offer", "visit", "settlement", "tin restraint")  # by the US
_STREETS: Final = ("strike", "general strike", "hunger strike", "demonstration")
_TROUBLE: Final = ("siege", "massacre", "strike", "general strike")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of the record.

    Attributes
    ----------
    number : int
        Its place in the list that it comes from (docs/VALIDATION.md).
    title : str
    statement : str
        What is asked of a course, with all numbers.
    of : callable
        From a course to ``(worlds,)``, true or false.
    where : callable, optional
        From a course to ``(worlds,)``: whether it could show.
    built_in : str
        The rules or inputs that put it there; empty if it emerges.
    fitted : tuple of str
        Outcomes on which the posterior was calibrated and which hold it or a good part of it.
        Such a pattern is no test of the calibrated model.
    """

    number: int
    title: str
    statement: str
    of: Of
    where: Of | None = None
    built_in: str = ""
    fitted: tuple[str, ...] = ()

    @property
    def use(self) -> str:
        """What it is used for: calibration or validation, never both."""
        return "calibration" if self.fitted else "validation"

    @property
    def origin(self) -> str:
        """Whether a rule puts it there."""
        return "built in" if self.built_in else "emergent"


def _happened(course: Course, track: str, *kinds: str) -> Bools:
    """Return whether any of some events happened, ``(months, worlds)``."""
    month, world, _ = course.of_kinds((track, kind) for kind in kinds)
    out = np.zeros((course.months, course.worlds), dtype=np.bool_)
    out[month, world] = True
    return out


def _ever(happened: Bools) -> Bools:
    """Return whether it happens in any month, ``(worlds,)``."""
    return np.logical_or.reduce(happened, axis=0)


def _within(happened: Bools, months: int) -> Bools:
    """Return whether it happens in a month or the `months` after it, ``(months, worlds)``."""
    return _between(happened, 0, months)


def _lately(happened: Bools, months: int) -> Bools:
    """Return whether it happened in a month or the `months` before it, ``(months, worlds)``."""
    return _between(happened, -months, 0)


def _between(happened: Bools, first: int, last: int) -> Bools:
    return _times(happened, first, last) > 0


def _times(happened: Bools, first: int, last: int) -> NDArray[np.int64]:
    """Return how often it happens from `first` to `last` months after each month."""
    count = np.zeros((len(happened) + 1, happened.shape[1]), dtype=np.int64)
    np.cumsum(happened, axis=0, out=count[1:])
    month = np.arange(len(happened))
    until = np.clip(month + last + 1, 0, len(happened))
    since = np.clip(month + first, 0, len(happened))
    return count[until] - count[since]


def _o(course: Course) -> NDArray[Any]:
    return course.series["orientation"]


def _shifted(values: NDArray[Any], months: int) -> NDArray[Any]:
    """Return the values so many months later (negative: earlier); at the ends the last known."""
    month = np.clip(np.arange(len(values)) + months, 0, len(values) - 1)
    return values[month]


def _onset(now: Bools) -> Bools:
    """Return the months in which something begins; what is there at the start doesn't."""
    out = now.copy()
    out[1:] &= ~now[:-1]
    out[0] = False
    return out


def _first(happened: Bools) -> Bools:
    """Return only the first month of each world."""
    return happened & (np.cumsum(happened, axis=0) == 1)


def _right_coup(course: Course) -> Bools:
    """Return the first month in which a coup of the right overthrew a regime of the left."""

    def make() -> Bools:
        o = _o(course)
        won = _happened(course, "power", "coup")
        return _first(won & (_shifted(o, -1) <= -RIGHT) & (o >= RIGHT))

    return course.once("right coup", make)


def _has_right_coup(course: Course) -> Bools:
    return _ever(_right_coup(course))


def _right_coup_with_ties(course: Course) -> Bools:
    """Return whether a coup of the right overthrew a left that had a Soviet embassy."""
    ties = np.logical_or.accumulate(_happened(course, "ussr", "embassy"), axis=0)
    return _ever(_right_coup(course) & ties)


def _left(course: Course) -> Bools:
    return _o(course) <= -RIGHT


def _had_left(course: Course) -> Bools:
    return _ever(_left(course))


def _short_spells(course: Course) -> Bools:
    lengths, world = spell_lengths(course)
    total = np.bincount(world, minlength=course.worlds)
    short = np.bincount(world[lengths <= 24], minlength=course.worlds)
    longest = np.zeros(course.worlds)
    np.maximum.at(longest, world, lengths)
    return (2 * short > total) & (longest >= 60)


def _clusters(course: Course) -> Bools:
    tried = _happened(course, "power", "coup", "failed coup")
    cluster = _ever(_times(tried, 0, 11) >= 3)
    quiet = _ever((_times(tried, 0, 35) == 0)[: course.months - 35])
    return cluster & quiet


def _swings(course: Course) -> Bools:
    o = _o(course)
    step = o - _shifted(o, -1)
    to_left = (step <= -_SHARP) & (o <= -RIGHT)
    to_right = (step >= _SHARP) & (o >= RIGHT)
    return _ever(to_left & _within(to_right, 24))


def _survived_attempts(course: Course) -> Bools:
    """Return failed attempts after which the same leader ruled for six more months."""
    leader = course.series["leader"]
    stays = (leader == _shifted(leader, 6)) & (leader == _shifted(leader, -1))
    stays[course.months - 6 :] = False
    return _happened(course, "power", "failed coup") & stays


def _further(course: Course) -> Bools:
    o, tested = _o(course), _survived_attempts(course)
    before, after = _shifted(o, -1), _shifted(o, 6)
    moved = (np.sign(before) * (after - before) >= 0.1) | _within(
        _happened(course, "power", "self-coup"), 6
    )
    return 2 * (tested & moved).sum(axis=0) > tested.sum(axis=0)


def _ties_deepen(course: Course) -> Bools:
    opened = _happened(course, "ussr", "embassy") & (_o(course) < 0.0)
    return _ever(opened & _within(_happened(course, "ussr", "agreement", "credit"), 12))


def _not_the_turn(course: Course) -> Bools:
    settled = _happened(course, "us", "settlement")
    return _ever(settled & _between(_happened(course, "ussr", "credit"), -3, 3))


def _no_break(course: Course) -> Bools:
    """Return whether ties outlive a coup of the right: no break, and acts in two later years."""
    coup = _right_coup(course)
    since = np.cumsum(np.cumsum(coup, axis=0), axis=0)  # months since it, from 1 on; 0 before
    broken = _ever(_happened(course, "ussr", "break") & (since > 0))
    acts = _happened(course, "ussr", *_COOPERATION) & (since > 12)
    years = sum(
        _ever(acts & (since > 12 * year) & (since <= 12 * year + 12)).astype(np.int64)
        for year in range(1, course.months // 12 + 1)
    )
    return _right_coup_with_ties(course) & ~broken & (years >= 2)


def _dip(course: Course) -> Bools:
    coup = _right_coup(course)
    hurt = _happened(course, "ussr", *_HOSTILITY)
    mended = _happened(course, "ussr", "normalisation", "agreement", "credit", "visit", "offer")
    # an act of hostility within a year of the coup, one of good will within two years after that
    dip = hurt & _lately(coup, 12) & _between(mended, 1, 24)
    return _ever(dip)


def _slow_delivery(course: Course) -> Bools:
    """Return whether less than half of a first credit had come five years later."""
    given = course.series["ussr_commitment"]
    come = course.series["ussr_delivery"]
    first = _first(given > 0.0)
    size = np.where(first, given, 0.0).sum(axis=0)
    since = np.cumsum(np.cumsum(first, axis=0), axis=0)
    drawn = np.where((since > 0) & (since <= 60), come, 0.0).sum(axis=0)
    long_enough = _ever(since >= 60)
    return long_enough & (drawn <= 0.5 * size)


def _party_crisis(course: Course) -> Bools:
    shown = friction(course)
    right = np.logical_or.accumulate(_right_coup(course), axis=0)
    before = np.where(right, 0.0, shown).max(axis=0)
    return _has_right_coup(course) & (before <= 1.0) & (shown[-1] >= 2.0)


def _legal_phases(course: Course) -> Bools:
    legality = course.series["legality"]
    reached = np.ones(course.worlds, dtype=np.bool_)
    since = np.zeros((course.months, course.worlds), dtype=np.bool_)
    since[0] = True
    for level in (0.0, 0.5, 0.0, 1.0):
        here = since & (legality == level)
        reached &= _ever(here)
        since = np.logical_or.accumulate(here, axis=0)
    return reached


def _critical_support(course: Course) -> Bools:
    helped = _happened(course, "party", "support", "front")
    return _ever(helped & _left(course))


def _mixed_answer(course: Course) -> Bools:
    left = _lately(_left(course), 1)  # the month of its fall counts
    stick = _happened(course, "us", "sanction", "sanction threatened", "tin sale", "protest")
    plot = _happened(course, "us", "covert")
    carrot = _happened(course, "us", *_GIFTS)
    return np.all([_ever(left & act) for act in (stick, plot, carrot)], axis=0)


def _aid_jumps(course: Course) -> Bools:
    aid = course.series["us_commitment"]
    total = np.concatenate([np.zeros((1, course.worlds)), np.cumsum(aid, axis=0)])
    months = course.months
    month = np.arange(months)
    before = total[month] - total[np.maximum(month - 12, 0)]
    after = total[np.minimum(month + 13, months)] - total[np.minimum(month + 1, months)]
    enough = ((month >= 12) & (month + 13 <= months))[:, None]
    return _ever(_right_coup(course) & enough & (after >= 2.0 * before))


def _friend_hurt(course: Course) -> Bools:
    hurt = _happened(course, "us", "tin sale", "refusal")
    return _ever(hurt & (_o(course) >= RIGHT))


def _plays_both(course: Course) -> Bools:
    east = _happened(course, "ussr", "offer", "credit", "agreement", "normalisation")
    west = _between(_happened(course, "us", *_GIFTS), -6, 6)
    both = east & west
    o = _o(course)
    return _ever(both & (o < RIGHT)) & _ever(both & (o >= RIGHT))


def _shock_then_unrest(course: Course) -> Bools:
    shock = _happened(course, "conflict", "price shock")
    followed = shock & _within(_happened(course, "conflict", *_TROUBLE), 3)
    return (2 * followed.sum(axis=0) >= shock.sum(axis=0)) & _ever(shock)


def _non_violent_end(course: Course) -> Bools:
    freed = _happened(course, "conflict", "amnesty") & (_o(course) >= RIGHT)
    crowd = _lately(_happened(course, "conflict", *_STREETS), 3)
    pressed = _between(_happened(course, "us", "pressure"), -12, 3)
    shots = _lately(_happened(course, "conflict", "massacre"), 3)
    return _ever(freed & crowd & pressed & ~shots)


PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        1, "short regimes, one long outlier",
        "more than half of all spells of one leader last at most 24 months, one at least 60",
        _short_spells, fitted=("longest_spell",),
    ),
    Pattern(
        2, "attempts cluster, then a quiet stretch",
        "three attempts within 12 months somewhere, and 36 months without one elsewhere",
        _clusters, fitted=("coups_69_71", "coups_75_77"),
    ),
    Pattern(
        3, "a swing to the left, then to the right",
        "within a month a regime of the left comes, 0.5 or more to the left of the last; within 24 "
        "months one of the right, 0.5 or more to the right of the last",
        _swings, _had_left, fitted=("left_69_71", "right_72_74"),
    ),
    Pattern(
        4, "a failed coup moves the survivor further",
        "of failed coups that the leader outlasts by six months, more than half move the regime "
        "0.1 or more its own way by then, or are followed by a self-coup",
        _further, lambda course: _ever(_survived_attempts(course)),
        built_in="regime/by-ideology: survivors go further their own way",
    ),
    Pattern(
        5, "Soviet ties open under the left and deepen",
        "an embassy under a regime left of the centre, an agreement or a credit within 12 months",
        _ties_deepen, _had_left,
        built_in="ussr/pragmatic: its first four rules",
        fitted=("ussr_commitments_before", "ussr_atmosphere_1970"),
    ),
    Pattern(
        6, "ties do not wait for the quarrel with Washington",
        "a settlement with the United States within three months of a Soviet credit",
        _not_the_turn, _had_left,
    ),
    Pattern(
        7, "no break after a coup of the right; cooperation goes on",
        "where a coup of the right overthrows a left with a Soviet embassy: no break until the "
        "end, and cooperative acts in two years at least, the first left out",
        _no_break, _right_coup_with_ties,
        built_in="ussr/pragmatic: keep what is signed after a turn to the right",
        fitted=("breaks_72_74", "breaks_75_77"),
    ),
    Pattern(
        8, "but first a dip, and a recovery",
        "a hostile act between host and USSR within 12 months of such a coup, and an act of "
        "good will (a visit, an offer, an agreement, a credit, a mending) within 24 months of it",
        _dip, _right_coup_with_ties,
        built_in="regime/by-ideology: show colours against the Soviet mission; "
        "ussr/pragmatic: mend after a cooling",
        fitted=("ussr_dip_1972", "expulsions_72_74"),
    ),
    Pattern(
        10, "ties of states against ties of parties",
        "no more than private protest by the party in Moscow before a coup of the right overthrows "
        "the left, public dissent or a rupture after it",
        _party_crisis, _has_right_coup,
        built_in="party/moscow-loyal: dissent when it has lasted too long",
        fitted=("friction_before", "friction_after"),
    ),
    Pattern(
        11, "the party's legal fortunes",
        "banned, later tolerated, later banned, later legal",
        _legal_phases, _had_left,
        built_in="regime/by-ideology: three rules on the party",
        fitted=("tolerated_69_71", "banned_72_74"),
    ),
    Pattern(
        12, "the party supports reforming officers",
        "the party supports a regime of the left, or joins a front under it",
        _critical_support, _had_left,
        built_in="party/moscow-loyal: its rules on the left",
    ),
    Pattern(
        13, "Washington's answer to the left is mixed",
        "under the left: a stick (a sanction or its threat, a tin sale, a rebuke), covert money, "
        "and a carrot (aid, an offer, a visit, a settlement, restraint in selling tin)",
        _mixed_answer, _had_left,
        built_in="us/administrations: no money while property is unpaid; covert money",
    ),
    Pattern(
        14, "US aid jumps after a coup of the right",
        "commitments of the 12 months after it at least twice those of the 12 months before",
        _aid_jumps, _has_right_coup,
        built_in="us/administrations: sit on loans to the left; emergency aid for a friendly coup",
        fitted=("us_aid_before", "us_aid_72_74"),
    ),
    Pattern(
        15, "even a friendly regime is hurt",
        "stockpile tin is sold, or a request refused, under a regime of the right",
        _friend_hurt,
        built_in="us/administrations: sells stockpile tin",
    ),
    Pattern(
        16, "the host plays both powers",
        "under a regime of the right and under another: a Soviet offer, credit, agreement or "
        "mending within six months of an American gift",
        _plays_both,
        built_in="regime/by-ideology: take what both powers give",
    ),
    Pattern(
        17, "price shocks come before unrest",
        "after at least half of all price shocks a strike, a siege or a massacre within three "
        "months",
        _shock_then_unrest,
        lambda course: _ever(_happened(course, "conflict", "price shock")),
    ),
    Pattern(
        18, "a dictatorship ends without violence, under pressure",
        "an amnesty by a regime of the right, with protest in the three months before and no "
        "massacre in them, and American pressure from 12 months before to 3 after",
        _non_violent_end,
        built_in="regime/by-ideology: open when pressed, and bargain about it",
    ),
)  # fmt: skip
