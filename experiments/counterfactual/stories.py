"""What happened in a world and in its twin, in sentences."""

from __future__ import annotations

from typing import Final

import numpy as np

from palca.model.calendar import month_name
from palca.model.state.history import EVENT_CODES, Events
from palca.model.state.scenario import Country

from .twins import Twins

# the sentences of a story of twins; {who} acts, {size} is the event's amount
_SENTENCES: Final[dict[tuple[str, str], str]] = {
    ("power", "coup"): "{who} seizes power",
    ("power", "failed coup"): "{who} attempts a coup and fails",
    ("power", "self-coup"): "{who} closes politics by force",
    ("power", "election"): "an election is held",
    ("power", "handover"): "{who} takes office lawfully",
    ("power", "annulment"): "elections are postponed or annulled",
    ("power", "death"): "{who} dies in office",
    ("ussr", "embassy"): "embassies are exchanged with Moscow",
    ("ussr", "credit"): "Moscow commits {size:.0f} million USD",
    ("ussr", "expulsion"): "Soviet diplomats are expelled",
    ("ussr", "suspension"): "Moscow suspends cooperation",
    ("ussr", "break"): "relations with Moscow are broken off",
    ("ussr", "normalisation"): "relations with Moscow are mended",
    ("us", "nationalisation"): "US property is nationalised",
    ("us", "expulsion"): "an American mission is expelled",
    ("us", "sanction"): "Washington applies sanctions",
    ("party", "banned"): "the party is banned",
    ("party", "legalised"): "the party is legalised",
    ("party", "public dissent"): "the party dissents from Moscow in public",
    ("party", "rupture"): "the party breaks with Moscow",
    ("party", "arms"): "the party takes up arms",
    ("conflict", "general strike"): "a general strike",
    ("conflict", "massacre"): "protest is put down with deaths",
}


def exemplars(twins: Twins, count: int) -> list[int]:
    """Return worlds whose twins diverge, evenly spaced by when they do; fewer if few do."""
    differ = twins.factual.values["leader"] != twins.counter.values["leader"]
    (worlds,) = np.nonzero(differ.any(axis=0))
    if not len(worlds):
        return []
    order = worlds[np.argsort(differ.argmax(axis=0)[worlds], kind="stable")]
    positions = ((np.arange(count) + 0.5) / count * len(order)).astype(np.int64)
    return [int(order[position]) for position in dict.fromkeys(positions)]


def story(twins: Twins, country: Country, world: int) -> list[tuple[str, str, str]]:
    """Return the story of a world and its twin: (month, in the world, in its twin).

    An event of both in the same month stands in one row; only kinds that have a sentence are in it.
    """
    columns = [
        _sentences(paths.events, country, world, twins.factual.since)
        for paths in (twins.factual, twins.counter)
    ]
    rows = []
    for month in sorted(set(columns[0]) | set(columns[1])):
        left, right = columns[0].get(month, []), columns[1].get(month, [])
        rows.append((month_name(month), "; ".join(left), "; ".join(right)))
    return rows


def _sentences(events: Events, country: Country, world: int, since: int) -> dict[int, list[str]]:
    out: dict[int, list[str]] = {}
    for i in np.nonzero((events.world == world) & (events.month >= since))[0]:
        sentence = _SENTENCES.get(EVENT_CODES[events.code[i]])
        if sentence is not None:
            who = country.leaders[events.leader[i]].short if events.leader[i] >= 0 else "the regime"
            said = sentence.format(who=who, size=events.amount[i])
            out.setdefault(int(events.month[i]), []).append(said)
    return out
