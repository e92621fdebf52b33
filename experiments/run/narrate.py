"""What happened in one world, in sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from palca.model.events import AMOUNTS, KINDS
from palca.model.state.history import EVENT_CODES, Events
from palca.model.state.scenario import Country

from ..io.language import _
from ..io.numerals import percent, spelled


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of one world, with the names of whom and what it concerns.

    Attributes
    ----------
    leader, garrison : str
        Empty if it concerns none.
    amount : float
        NaN if it has none.
    """

    month: int
    track: str
    kind: str
    leader: str
    garrison: str
    amount: float

    @property
    def details(self) -> list[str]:
        """Who, from where, and how much, in the language that is spoken now."""
        parts = []
        if self.leader:
            parts.append(_(self.leader))
        if self.garrison:
            parts.append(_("from {garrison}", garrison=_(self.garrison)))
        if not math.isnan(self.amount):
            parts.append(_amount(self.kind, self.amount))
        return parts

    @property
    def said(self) -> str:
        """It in a sentence, in the language that is spoken now."""
        parts = [f"{_(self.track)}: {_(self.kind)}", *self.details]
        return f"{' · '.join(parts)} — {_(KINDS[self.track][self.kind])}"


def happenings(events: Events, country: Country, world: int, since: int) -> list[Happening]:
    """Return a world's events from a month on."""
    out = []
    for i in np.nonzero((events.world == world) & (events.month >= since))[0]:
        leader, garrison = events.leader[i], events.garrison[i]
        track, kind = EVENT_CODES[events.code[i]]
        out.append(Happening(
            int(events.month[i]), track, kind,
            country.leaders[leader].name if leader >= 0 else "",
            country.garrisons[garrison].name if garrison >= 0 else "", float(events.amount[i]),
        ))  # fmt: skip
    return out


def sentences(events: Events, country: Country, world: int, since: int) -> list[tuple[int, str]]:
    """Return (month, sentence) of a world's events from a month on, in the language spoken now."""
    return [(event.month, event.said) for event in happenings(events, country, world, since)]


def _amount(kind: str, amount: float) -> str:
    """Return an event's amount in words."""
    what = AMOUNTS.get(kind)
    if what == "force_share":
        share = percent(amount)
        if kind == "plot":
            return _("{share} of the force ready to join a coup", share=share)
        return _("{share} of the force with the rebels", share=share)
    if what == "orientation":
        return _("ideology {orientation}", orientation=spelled(amount, "+.2f"))
    return _("{amount} million USD", amount=spelled(amount, ".1f"))
