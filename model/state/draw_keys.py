"""The keys of all draws: frozen strings, apart from every name that is shown.

A draw is a hash of its key (:mod:`~palca.model.state.counter_rng`), so another key is another
history. Whoever renames an event, an actor, an observable or a parameter changes the name in
the code and on the left of these tables, and leaves the key on the right as it is.
"""

from __future__ import annotations

from typing import Final

# An event is decided by comparing its uniform draw with its chance.
UNIFORM: Final = (
    "opportunity", "plot found out", "embassy", "agreement", "contact", "credit",
    "soviet trade", "soviet protest", "soviet suspension", "soviet resumption", "soviet break",
    "tin sale", "us contact", "us protest", "nationalisation", "settlement", "expulsion of soviets",
    "expulsion of americans", "break with ussr", "ban of the party", "toleration of the party",
    "legalisation of the party", "reform", "promise of elections", "breach of promise",
    "self-coup", "campaign", "election result", "party protest", "party dissent",
    "party rupture", "party front", "party stand", "strike", "general strike", "massacre",
    "siege", "guerrilla", "amnesty",
)  # fmt: skip
# Of three occasions on which somebody comes to power: the shock to the regime's orientation, and
# the luck of each leader.
ORIENTATION: Final = {
    "coup": "orientation by coup", "vote": "orientation by vote", "death": "orientation by death",
}  # fmt: skip
LUCK: Final = {
    "coup": "luck of a leader by coup",
    "vote": "luck of a leader by vote",
    "death": "luck of a leader by death",
}
# The error in what an actor sees of an observable.
SEES: Final = {
    ("ussr", "regime.orientation"): "ussr sees regime.orientation",
    ("us", "regime.orientation"): "us sees regime.orientation",
    ("us", "disaffection"): "us sees disaffection",
    ("regime", "disaffection"): "regime sees disaffection",
}
# A shock has mean 0 and variance 1.
NORMAL: Final = (
    "growth", "fiscal", "legitimacy", "mobilisation", "public signal", *ORIENTATION.values(),
    "size of credit", "us budget", *SEES.values(),
)  # fmt: skip
OFFICER_TRAITS: Final = ("officer's faction", "officer's ideology", "officer's grievance")
MOODS: Final = "officers' moods"
FATES: Final = "officer's fate"
# Of a particle filter: the offset at which particles are copied.
RESAMPLING: Final = "resampling"
# Of an alive particle filter: whose future is tried, with what draws, and whether it is kept.
PARENTS: Final = "parent of a try"
TRIES: Final = "draws of a try"
ACCEPTANCE: Final = "acceptance of a try"
# Of a naive forecast.
NAIVE_ATTEMPT: Final = "naive attempt"
NAIVE_SUCCESS: Final = "naive success"
NAIVE_HANDOVER: Final = "naive handover"
NAIVE_ORIENTATION: Final = "naive side"
# The value of a free parameter.
PRIORS: Final = {
    "fiscal_export": "prior of fiscal_tin",
    "fiscal_aid_us": "prior of fiscal_aid_us",
    "fiscal_aid_ussr": "prior of fiscal_aid_ussr",
    "legitimacy_speed": "prior of legitimacy_speed",
    "legitimacy_performance": "prior of legitimacy_performance",
    "legitimacy_repression": "prior of legitimacy_repression",
    "prestige_ussr": "prior of prestige_ussr",
    "suppression": "prior of suppression",
    "backlash": "prior of backlash",
    "restraint_party": "prior of restraint_party",
    "discontent_fiscal": "prior of discontent_fiscal",
    "discontent_distance": "prior of discontent_distance",
    "discontent_fear": "prior of discontent_fear",
    "discontent_legitimacy": "prior of discontent_legitimacy",
    "discontent_patronage": "prior of discontent_patronage",
    "discontent_spread": "prior of discontent_spread",
    "opportunity": "prior of opportunity",
    "coup_trap": "prior of coup_trap",
    "cost": "prior of cost",
    "complementarity": "prior of complementarity",
    "intimidation": "prior of intimidation",
    "purge": "prior of purge",
    "delivery_ussr": "prior of delivery_ussr",
    "leverage_ussr": "prior of leverage_ussr",
    "friction_gain": "prior of friction_gain",
}
