"""The vocabulary of events, one for the record and for simulated histories.

An event belongs to a *track* (the part of history) and has a *kind*. The
documented record and every simulated history use this list and no other, so
that a measure written as a function of events reads both alike.
"""

from __future__ import annotations

from typing import Final

TRACKS: Final[dict[str, str]] = {
    "power": "who rules, and how power changes hands",
    "ussr": "the host country and the USSR",
    "us": "the host country and the United States",
    "party": "the communist party, its legal standing and its ties with Moscow",
    "conflict": "unrest and repression",
}

# kind -> what it means; the same kind may stand in several tracks.
_POWER = {
    "accession": "a leader takes office",
    "coup": "an attempt that succeeds (the leader falls and stays out for seven days)",
    "failed coup": "an overt attempt that fails",
    "plot": "a conspiracy that is discovered or dissolved before an overt attempt",
    "self-coup": "the incumbent closes politics by force; no change of leader",
    "death": "the leader dies in office",
    "elections announced": "the regime promises elections by a date",
    "election": "a national election is held",
    "annulment": "promised elections are postponed or their result is annulled",
    "handover": "power passes by constitutional succession or after an election",
    "phase": "the same leader changes course (orientation, coalition)",
}
_PATRON = {
    "embassy": "relations are opened or raised to embassies",
    "ambassador": "an ambassador is named or presents credentials",
    "agreement": "an agreement on trade, technology or culture is signed",
    "credit": "a credit or a loan is committed (million USD)",
    "project": "a named project is agreed, contracted or built",
    "trade": "a purchase or a sale outside aid",
    "aid": "a grant or an aid programme is committed (million USD)",
    "military": "arms, training or credit for arms are committed (million USD)",
    "offer": "something is offered and not (yet) taken",
    "refusal": "a request is refused",
    "visit": "an official visit or talks at a high level",
    "contact": "cultural, party or trade-union contact",
    "normalisation": "strained relations are mended",
    "protest": "a public protest or a hostile demonstration",
    "expulsion": "members of a mission are expelled",
    "suspension": "aid or relations are suspended",
    "break": "relations are broken off",
    "nationalisation": "foreign property is taken over",
    "settlement": "compensation for property is agreed or paid",
    "sanction": "a sanction is applied",
    "sanction threatened": "a sanction is threatened and not applied",
    "stockpile sale": "a commodity is released from the stockpile, or its release is announced",
    "stockpile restraint": "a release from the stockpile is postponed or limited",
    "covert": "covert money or help to one side",
    "pressure": "public or private pressure for rights or elections",
}
_PARTY = {
    "banned": "the party is outlawed or driven underground",
    "tolerated": "the party works openly though not legalised",
    "legalised": "the party is legal",
    "support": "the party supports the regime's course, critically or not",
    "opposition": "the party opposes the regime in public",
    "private protest": "the party protests to Moscow in private",
    "public dissent": "dissent from Moscow is organised or public",
    "rupture": "relations between the party and Moscow are broken",
    "congress": "a congress or another assembly of the party or the unions",
    "front": "the party joins an alliance or an electoral front",
    "split": "a part of the party leaves it",
    "leadership": "the leadership changes",
    "arms": "the party or its rivals take up arms",
}
_CONFLICT = {
    "strike": "a strike of one branch or region",
    "general strike": "a national strike",
    "demonstration": "a mass march or demonstration",
    "hunger strike": "a hunger strike for political ends",
    "siege": "a state of siege is declared",
    "repression": "arrests, closures and bans, without killing",
    "massacre": "lethal repression of protest",
    "assassination": "a political murder",
    "guerrilla": "armed struggle outside the army",
    "fighting": "armed fighting between factions, as in a contested coup",
    "price shock": "a devaluation or a decree that raises prices",
    "amnesty": "prisoners are freed or exiles may return",
    "amnesty campaign": "an organised demand for amnesty",
}
_CONTEXT = {"context": "an estimate, a statement or a summary, not an act; never scored"}

# What the amount of an event is; of kinds that aren't named here it is million USD.
AMOUNTS: Final[dict[str, str]] = {
    "accession": "orientation",
    **dict.fromkeys(("coup", "failed coup", "fighting", "plot"), "force_share"),
}

KINDS: Final[dict[str, dict[str, str]]] = {
    "power": _POWER | _CONTEXT,
    "ussr": _PATRON | _CONTEXT,
    "us": _PATRON | _CONTEXT,
    "party": _PARTY | _CONTEXT,
    "conflict": _CONFLICT | _CONTEXT,
}
