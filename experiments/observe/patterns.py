"""Patterns of the record as functions of histories, each true or false.

Pattern-oriented modelling (Grimm et al. 2005, doi:10.1126/science.1116681) asks of a model
not one curve but many weak patterns at once: each is easy to meet, all together are not.
Here each is a function of :class:`~palca.experiments.observe.histories.Histories`, so that the
record and a simulated world answer the same question. The record must have them all.

Some patterns can only show where something has come about, a coup of the right against the
left or a failed attempt; `Pattern.where` says where that is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from . import pattern_predicates as signs
from .histories import Histories

Of = Callable[[Histories], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of the record.

    Attributes
    ----------
    number : int
        Its number in the list that it comes from (docs/VALIDATION.md).
    title : str
    statement : str
        What is asked of a history, with all numbers.
    of : callable
        From histories to ``(worlds,)``, true or false.
    where : callable, optional
        From histories to ``(worlds,)``: whether it could show.
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


PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        1, "short regimes, one long outlier",
        "more than half of all spells of one leader last at most 24 months, and one lasts at least "
        "60",
        signs.short_spells, fitted=("longest_spell",),
    ),
    Pattern(
        2, "attempts cluster, then a quiet stretch",
        "at some time three attempts within 12 months, and at another time 36 months without one",
        signs.clusters, fitted=("coups_69_71", "coups_75_77"),
    ),
    Pattern(
        3, "a swing to the left, then to the right",
        "a regime of the left comes to power, 0.5 or more to the left of the one before (within a "
        "month of it); within 24 months one of the right, 0.5 or more to the right of the one "
        "before",
        signs.swings, signs.had_left, fitted=("left_69_71", "right_72_74"),
    ),
    Pattern(
        4, "a failed coup moves the survivor further",
        "among failed coups that the leader survives by six months, more than half are followed by "
        "then by a shift of the regime of 0.1 or more in its own direction, or by a self-coup",
        signs.further, lambda histories: signs.ever(signs.survived_attempts(histories)),
        built_in="regime/by-ideology: survivors go further their own way",
    ),
    Pattern(
        5, "Soviet ties open under the left and deepen",
        "an embassy under a regime left of the centre, an agreement or a credit within 12 months",
        signs.ties_deepen, signs.had_left,
        built_in="ussr/pragmatic: its first four rules",
        fitted=("ussr_commitments_before", "ussr_atmosphere_1970"),
    ),
    Pattern(
        6, "ties do not wait for the quarrel with Washington",
        "a settlement with the United States within three months of a Soviet credit",
        signs.not_the_turn, signs.had_left,
    ),
    Pattern(
        7, "no break after a coup of the right; cooperation goes on",
        "after a coup of the right against a regime of the left with a Soviet embassy: no break "
        "until the end, and cooperative acts in at least two years, not counting the first",
        signs.no_break, signs.right_coup_with_ties,
        built_in="ussr/pragmatic: keep what is signed after a turn to the right",
        fitted=("breaks_72_74", "breaks_75_77"),
    ),
    Pattern(
        8, "but first a dip, and a recovery",
        "a hostile act between host and USSR within 12 months of such a coup, and an act of "
        "good will (a visit, an offer, an agreement, a credit, a mending) within 24 months of it",
        signs.dip, signs.right_coup_with_ties,
        built_in="regime/by-ideology: show colours against the Soviet mission; "
        "ussr/pragmatic: mend after a cooling",
        fitted=("ussr_dip_1972", "expulsions_72_74"),
    ),
    Pattern(
        10, "ties of states against ties of parties",
        "no more than private protest by the party in Moscow before a coup of the right overthrows "
        "the left, public dissent or a rupture after it",
        signs.party_crisis, signs.has_right_coup,
        built_in="party/moscow-loyal: dissent when it has lasted too long",
        fitted=("friction_before", "friction_after"),
    ),
    Pattern(
        11, "the party's legal fortunes",
        "banned, later tolerated, later banned, later legal",
        signs.legal_phases, signs.had_left,
        built_in="regime/by-ideology: three rules on the party",
        fitted=("tolerated_69_71", "banned_72_74"),
    ),
    Pattern(
        12, "the party supports reforming officers",
        "the party supports a regime of the left, or joins a front under it",
        signs.critical_support, signs.had_left,
        built_in="party/moscow-loyal: its rules on the left",
    ),
    Pattern(
        13, "Washington's answer to the left is mixed",
        "under the left: a stick (a sanction or its threat, a stockpile sale, a rebuke), covert "
        "money, and a carrot (aid, an offer, a visit, a settlement, restraint in such sales)",
        signs.mixed_answer, signs.had_left,
        built_in="us/administrations: no money while property is unpaid; covert money",
    ),
    Pattern(
        14, "US aid jumps after a coup of the right",
        "commitments of the 12 months after it at least twice those of the 12 months before",
        signs.aid_jumps, signs.has_right_coup,
        built_in="us/administrations: sit on loans to the left; emergency aid for a friendly coup",
        fitted=("us_aid_before", "us_aid_72_74"),
    ),
    Pattern(
        15, "even a friendly regime is hurt",
        "the stockpile is sold, or a request refused, under a regime of the right",
        signs.friend_hurt,
        built_in="us/administrations: sells the stockpile",
    ),
    Pattern(
        16, "the host plays both powers",
        "under a regime of the right and under another: a Soviet offer, credit, agreement or "
        "mending within six months of an American gift",
        signs.plays_both,
        built_in="regime/by-ideology: take what both powers give",
    ),
    Pattern(
        17, "price shocks come before unrest",
        "after at least half of all price shocks a strike, a siege or a massacre within three "
        "months",
        signs.shock_then_unrest,
        lambda histories: signs.ever(signs.happened(histories, "conflict", "price shock")),
    ),
    Pattern(
        18, "a dictatorship ends under pressure, without violence",
        "an amnesty by a regime of the right, with protest in the three months before and no "
        "massacre in them, and American pressure from 12 months before to 3 after",
        signs.non_violent_end,
        built_in="regime/by-ideology: open when pressed, and bargain about it",
    ),
)  # fmt: skip
