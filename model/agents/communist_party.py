"""The communist party: its stand, its following and its ties with Moscow."""

from __future__ import annotations

import numpy as np

from ..equations.society import friction_next, militants_next
from .strategist import Strategist

_NOTICED = 0.25  # a stand, or armed struggle, beyond which the chronicle notes it
_LARGEST = 2.0  # a party beyond twice its size at the start brings out no more people


class CommunistParty(Strategist):
    """The party. Its state: legality, militants, friction with Moscow, stand."""

    actor = "party"

    def act(self) -> None:
        """Take a stand, work, and speak to Moscow."""
        m, s, p, lever = self.month, self.month.state, self.month.p, self.levers
        write = m.worlds.write
        backed, opposed = s.party_support > _NOTICED, s.party_support < -_NOTICED
        s.party_support += p.stand_speed * (lever["support"] - s.party_support)
        write("party", "support", (s.party_support > _NOTICED) & ~backed)
        write("party", "opposition", (s.party_support < -_NOTICED) & ~opposed)

        protested = self.chooses("protest_to_moscow", "party protest")
        write("party", "private protest", protested)
        dissented = self.chooses("dissent", "party dissent")
        write("party", "public dissent", dissented)
        broke = self.chooses("break_with_moscow", "party rupture") & (s.friction < 0.99)
        write("party", "rupture", broke)
        joined = self.chooses("join_front", "party front") & (s.front < 1)
        write("party", "front", joined)
        s.front[:] = np.where(joined, 1.0, s.front)
        armed = s.guerrilla > _NOTICED
        s.guerrilla += p.stand_speed * (lever["take_up_arms"] - s.guerrilla)
        write("party", "arms", (s.guerrilla > _NOTICED) & ~armed)

        s.friction[:] = friction_next(
            s.friction,
            m.carry("moscow_line", "cooperation", m.ussr.cooperation),
            s.party_repression,
            m.carry("moscow_line", "protest", m.ussr.protested),
            m.carry("moscow_line", "subsidy", m.ussr.levers["subsidise_party"]),
            p,
        )
        voiced = s.friction + p.friction_dissent * dissented * (1.0 - s.friction)
        s.friction[:] = np.where(broke, 1.0, voiced)
        s.militants[:] = militants_next(
            s.militants, s.legality, s.mobilisation, s.party_repression, s.friction, p
        )
        target = (1.0 - s.legality) * s.repression
        s.party_repression += p.repression_speed * (target - s.party_repression)

        strength = np.minimum(s.militants, _LARGEST)
        self.effort = lever["mobilise"] * strength
        self.restraint = m.ussr.levers["counsel_restraint"] * (1.0 - s.friction) * strength
