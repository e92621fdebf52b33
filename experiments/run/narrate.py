"""What happened in one world, in sentences."""

from __future__ import annotations

import numpy as np

from palca.model.events import KINDS
from palca.model.state.history import EVENT_CODES, Events
from palca.model.state.scenario import Country

from ..io.numerals import percent


def sentences(events: Events, country: Country, world: int, since: int) -> list[tuple[int, str]]:
    """Return (month, sentence) of a world's events from a month on."""
    out = []
    for i in np.nonzero((events.world == world) & (events.month >= since))[0]:
        track, kind = EVENT_CODES[events.code[i]]
        parts = [f"{track}: {kind}"]
        if events.leader[i] >= 0:
            parts.append(country.leaders[events.leader[i]].name)
        if events.garrison[i] >= 0:
            parts.append(f"from {country.garrisons[events.garrison[i]].name}")
        if not np.isnan(events.amount[i]):
            parts.append(_amount(kind, float(events.amount[i])))
        out.append((int(events.month[i]), f"{' · '.join(parts)} — {KINDS[track][kind]}"))
    return out


def _amount(kind: str, amount: float) -> str:
    """Return an event's amount in words."""
    if kind in ("coup", "failed coup", "fighting"):
        return f"{percent(amount)} of the force with the rebels"
    if kind == "plot":
        return f"{percent(amount)} of the force ready to join a coup"
    if kind == "accession":
        return f"ideology {amount:+.2f}"
    return f"{amount:.1f} million USD"
