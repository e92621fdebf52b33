"""What each strategist can do: its levers, the only way in which agents act.

A policy's rules add to levers; `codegen` clips each to its range. A lever of unit
"chance" is the probability that the act happens this month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..errors import PalcaError, nearest


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that a strategist can do, with its range and the value when no rule fires."""

    name: str
    lowest: float
    highest: float
    default: float
    unit: str
    meaning: str


def _levers(*rows: tuple[str, float, float, float, str, str]) -> dict[str, Lever]:
    return {
        name: Lever(name, float(low), float(high), float(default), unit, meaning)
        for name, low, high, default, unit, meaning in rows
    }


_USSR = _levers(
    ("open_embassy", 0, 1, 0, "chance", "propose embassies, or accept the host's wish for them"),
    ("sign_agreement", 0, 1, 0, "chance", "sign an agreement on trade or technology"),
    ("make_contact", 0, 1, 0, "chance", "cultural, party or technical contact, or a visit"),
    ("offer_credit", 0, 1, 0, "chance", "conclude a credit, if the host takes it"),
    ("credit", 0, 150, 0, "million USD", "size of the credit on offer"),
    ("delivery", 0, 4, 1, "ratio", "speed at which the pipeline is delivered"),
    ("buy_exports", 0, 1, 0, "chance", "buy what the host exports (recorded as an event; no money flows)"),
    ("protest", 0, 1, 0, "chance", "protest in public against repression or hostile acts"),
    ("suspend", 0, 1, 0, "chance", "suspend cooperation"),
    ("resume", 0, 1, 0, "chance", "resume suspended cooperation, or mend strained relations"),
    ("break_off", 0, 1, 0, "chance", "break off relations"),
    ("subsidise_party", 0, 1, 0, "share", "money for the communist party"),
    ("counsel_restraint", -1, 1, 0, "share", "counsel the party to restrain protest (negative: to increase it)"),
)
_US = _levers(
    ("aid", 0, 1000, 0, "million USD a year", "economic aid committed"),
    ("military_aid", 0, 200, 0, "million USD a year", "military aid committed"),
    ("delivery", 0, 3, 1, "ratio", "speed at which the pipeline is delivered"),
    ("sanction", 0, 1, 0, "share", "close multilateral and bilateral finance"),
    ("fund_plotters", 0, 1, 0, "share", "covert money for a plot from the friendlier side"),
    ("sell_stockpile", 0, 1, 0, "chance", "release the host's commodity from the stockpile"),
    ("press", 0, 1, 0, "share", "demand rights and elections"),
    ("demand_reform", 0, 1, 0, "share", "make money conditional on a devaluation or a price decree"),
    ("make_contact", 0, 1, 0, "chance", "an official visit or another friendly act"),
    ("protest", 0, 1, 0, "chance", "a public rebuke"),
)
_REGIME = _levers(
    ("turn", -0.25, 0.25, 0, "orientation a month", "move to the right (positive) or to the left (negative)"),
    ("nationalise", 0, 1, 0, "chance", "take over a foreign flagship company"),
    ("settle", 0, 1, 0, "chance", "settle compensation"),
    ("welcome_ussr", 0, 1, 0, "share", "readiness to take what the USSR offers"),
    ("welcome_us", 0, 1, 1, "share", "readiness to take what the United States offer"),
    ("expel_ussr", 0, 1, 0, "chance", "expel members of the Soviet mission"),
    ("break_with_ussr", 0, 1, 0, "chance", "break off relations with the USSR"),
    ("expel_us", 0, 1, 0, "chance", "expel members of a US agency"),
    ("patronage", 0, 1, 0.3, "share", "pay, posts and contracts for officers"),
    ("borrow", 0, 1, 0.4, "share", "borrow abroad"),
    ("repress", 0, 1, 0.2, "share", "arrests, censorship, troops"),
    ("lean_on_labour", -1, 1, 0, "share", "open politics to labour (negative: exclude it)"),
    ("ban_party", 0, 1, 0, "chance", "outlaw the communist party"),
    ("tolerate_party", 0, 1, 0, "chance", "let the communist party work openly"),
    ("legalise_party", 0, 1, 0, "chance", "make the communist party legal"),
    ("reform", 0, 1, 0, "chance", "devalue or decree prices"),
    ("promise_elections", 0, 1, 0, "chance", "announce elections"),
    ("break_promise", 0, 1, 0, "chance", "postpone or annul the elections when they are due"),
    ("close_politics", 0, 1, 0, "chance", "self-coup: rule by the armed forces alone"),
    ("campaign", 0, 1, 0, "chance", "a nationalist campaign to divert attention"),
)
_PARTY = _levers(
    ("support", -1, 1, 0, "share", "support the regime in public (negative: oppose it)"),
    ("mobilise", -1, 1, 0, "share", "bring people into the streets (negative: hold them back)"),
    ("protest_to_moscow", 0, 1, 0, "chance", "protest to Moscow in private (recorded only)"),
    ("dissent", 0, 1, 0, "chance", "criticise Moscow in public"),
    ("break_with_moscow", 0, 1, 0, "chance", "break with Moscow"),
    ("join_front", 0, 1, 0, "chance", "join a broad front"),
    ("take_up_arms", 0, 1, 0, "share", "armed struggle"),
)

LEVERS: Final[dict[str, dict[str, Lever]]] = {
    "ussr": _USSR,
    "us": _US,
    "regime": _REGIME,
    "party": _PARTY,
}
ACTORS: Final = tuple(LEVERS)


def check_actors(names: Iterable[str], where: str) -> None:
    """Raise a PalcaError unless every name is an actor's."""
    for name in names:
        if name not in ACTORS:
            raise PalcaError(f"no actor '{name}'{nearest(name, ACTORS)}; there are "
                             f"{', '.join(ACTORS)}", where)
