"""Legitimacy, repression and the mobilisation of labour.

Every function is one equation, elementwise over worlds (arrays of shape
``(worlds,)``); `p` holds the parameters and `e` a standard shock.
"""

from __future__ import annotations

import numpy as np

from ..arithmetic import log, logistic
from ..state.parameters import Parameters
from ..state.state import State
from ..types import Floats, Value


def share(x: Floats) -> Floats:
    """Return x clipped to 0..1."""
    return np.minimum(np.maximum(x, 0.0), 1.0)


def legitimacy_next(
    legitimacy: Floats,
    growth: Floats,
    fiscal: Floats,
    rally: Floats,
    repression: Floats,
    military: Floats,
    soviet_commitments: Floats,
    party_support: Floats,
    e: Floats,
    p: Parameters,
) -> Floats:
    """Return legitimacy in 0..1.

    L' = L + l [Lambda(performance + rally - repression + civilian + prestige) - L] + s e.
    Soviet commitments (million USD, remembered for 36 months) act only through
    ``prestige_ussr``, whose prior is centred on zero.
    """
    target = logistic(
        p.legitimacy_performance * ((growth - p.growth_mean) * p.performance_growth + fiscal)
        + p.legitimacy_rally * rally
        - p.legitimacy_repression * (repression - p.repression_usual)
        + p.legitimacy_civilian * (1.0 - military)
        + p.legitimacy_party * party_support
        + p.prestige_ussr * log(1.0 + soviet_commitments / p.prestige_scale)
    )
    moved = legitimacy + p.legitimacy_speed * (target - legitimacy) + p.legitimacy_noise * e
    return share(moved)


def repression_next(repression: Floats, repress: Value, p: Parameters) -> Floats:
    """Return repression in 0..1: it follows the lever, R' = R + r (lever - R)."""
    return repression + p.repression_speed * (repress - repression)


def grievance_next(
    grievance: Floats, repression: Floats, massacre: Floats, p: Parameters
) -> Floats:
    """Return grievance in 0..1: it grows with repression and fades slowly (Lichbach 1987)."""
    grown = grievance + p.backlash * repression * (1.0 - grievance)
    return share(grown - p.grievance_decay * grievance + p.grievance_massacre * massacre)


def mobilisation_next(
    mobilisation: Floats,
    legitimacy: Floats,
    grievance: Floats,
    repression: Floats,
    opening: Floats,
    labour_ties: Value,
    price_shock: Floats,
    party_effort: Floats,
    restraint: Floats,
    e: Floats,
    p: Parameters,
) -> Floats:
    """Return the mobilisation of labour in 0..1.

    M' = M + m [Lambda(m0 + mL (1/2 - L) + mG G - k R + ...) - M] + s e: repression
    holds protest down at once and feeds it later through grievance.
    """
    target = logistic(
        p.mobilisation_base
        + p.mobilisation_discontent * (0.5 - legitimacy)
        + p.mobilisation_grievance * grievance
        - p.suppression * repression
        + p.mobilisation_opening * opening
        + p.mobilisation_left * labour_ties
        + p.mobilisation_shock * price_shock
        + p.mobilisation_party * party_effort
        - p.restraint_party * restraint
    )
    moved = mobilisation + p.mobilisation_speed * (target - mobilisation)
    return share(moved + p.mobilisation_noise * e)


def trust_next(trust: Floats, pull: Floats, shock: Value, p: Parameters) -> Floats:
    """Return trust in 0..1: T' = T + t [Lambda(pull) - T] + shock."""
    return share(trust + p.trust_speed * (logistic(pull) - trust) + shock)


def militants_next(
    militants: Floats,
    legality: Floats,
    mobilisation: Floats,
    repression: Floats,
    friction: Floats,
    p: Parameters,
) -> Floats:
    """Return the size of the party: voice and exit (Hirschman 1970)."""
    gain = p.militants_growth * legality * (0.5 + mobilisation)
    loss = p.militants_loss * 0.5 * (repression + friction) + p.militants_crowding * militants
    return np.maximum(militants * (1.0 + gain - loss), p.militants_core)


def friction_next(
    friction: Floats,
    cooperation: Floats,
    party_repression: Floats,
    soviet_protest: Floats,
    subsidy: Floats,
    p: Parameters,
) -> Floats:
    """Return friction of party and Moscow in 0..1.

    It grows when Moscow cooperates with a regime that represses the party, and when
    Moscow is silent about it; a public protest and a subsidy soothe.

    Parameters
    ----------
    cooperation : ndarray
        This month's acts of cooperation, weighted: about 1 for a new credit.
    """
    voice = 1.0 - soviet_protest
    grown = (
        p.friction_gain * cooperation * voice
        + p.friction_silence * voice * np.maximum(party_repression - p.friction_bearable, 0.0)
    ) * (party_repression * (1.0 - friction))
    faded = (p.friction_decay + p.friction_subsidy * subsidy) * friction
    return share(friction + grown - faded)


def ties(s: State, p: Parameters) -> Floats:
    """Return how dense the ties with the present regime are, 0..1, ``(worlds,)``."""
    return np.minimum(
        p.ties_relations * s.ussr_relations
        + p.ties_pipeline * s.ussr_pipeline
        + p.ties_trust * s.ussr_trust
        + p.ties_party * np.maximum(s.party_support, 0.0) * s.militants,
        1.0,
    )
