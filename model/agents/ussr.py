"""The USSR: relations, credits, contacts, and what it tells the party."""

from __future__ import annotations

import numpy as np

from ..equations.economy import pipeline_next, yearly_mean
from ..equations.society import trust_next
from .strategist import Strategist

_SMALLEST = 0.2  # a credit comes out at no less than a fifth of what policy asks
_STRAINED = 0.15  # acts; with less there is nothing to mend


class USSR(Strategist):
    """The patron in Moscow. Its state: relations, trust, commitments, pipeline, deliveries."""

    actor = "ussr"

    def act(self) -> None:
        """Carry out the month's diplomacy and aid."""
        m, s, p = self.month, self.month.state, self.month.p
        write, welcome = m.worlds.write, m.regime.levers["welcome_ussr"]
        lever = self.levers

        broke = self.chooses("break_off", "soviet break") & (s.ussr_relations > 0)
        write("ussr", "break", broke)
        # without relations, whoever broke them off, nothing is owed and nothing is delivered
        related = (s.ussr_relations > 0) & ~broke
        for row in (s.ussr_relations, s.ussr_pipeline, s.ussr_suspended):
            row *= related

        opened = (m.draws.of("embassy") < lever["open_embassy"] * welcome) & (s.ussr_relations < 1)
        opened &= ~broke
        write("ussr", "embassy", opened)
        s.ussr_relations[:] = np.where(opened, 1.0, s.ussr_relations)

        suspends = self.chooses("suspend", "soviet suspension")
        suspends &= (s.ussr_suspended < 1) & (s.ussr_relations > 0)
        write("ussr", "suspension", suspends)
        resumes = self.chooses("resume", "soviet resumption") & (s.ussr_relations > 0) & ~suspends
        mended = resumes & ((s.ussr_suspended > 0) | (s.ussr_strain > _STRAINED))
        write("ussr", "normalisation", mended)
        s.ussr_suspended[:] = np.where(suspends, 1.0, np.where(mended, 0.0, s.ussr_suspended))
        s.ussr_strain[:] = np.where(mended, p.strain_mended * s.ussr_strain, s.ussr_strain)

        working = (s.ussr_relations > 0) & (s.ussr_suspended < 1)
        signed = working & (m.draws.of("agreement") < lever["sign_agreement"] * welcome)
        write("ussr", "agreement", signed)
        s.ussr_relations[:] = np.where(signed, 2.0, s.ussr_relations)

        met = working & self.chooses("make_contact", "contact")
        visited = met & (m.draws.of("contact") < p.visits * lever["make_contact"])
        write("ussr", "visit", visited)
        write("ussr", "contact", met & ~visited)
        write("ussr", "trade", working & self.chooses("buy_exports", "soviet trade"))

        luck = m.draws.of("credit")
        offered = working & (luck < lever["offer_credit"]) & (lever["credit"] > 0)
        taken = offered & (luck < lever["offer_credit"] * welcome)
        size = np.maximum(1.0 + p.credit_noise * m.draws.shock("size of credit"), _SMALLEST)
        commitment = np.where(taken, lever["credit"] * size, 0.0)
        write("ussr", "credit", taken, commitment)
        write("ussr", "offer", offered & ~taken)

        protested = self.chooses("protest", "soviet protest")
        write("ussr", "protest", protested)

        s.ussr_commitment[:] = commitment
        speed = lever["delivery"] * (1.0 - s.ussr_suspended)
        s.ussr_pipeline[:], s.ussr_delivery[:] = pipeline_next(
            s.ussr_pipeline, commitment, p.delivery_ussr, speed
        )
        s.ussr_committed += commitment
        s.ussr_recent[:] = s.ussr_recent * (1.0 - 1.0 / 36.0) + commitment
        s.ussr_delivered[:] = yearly_mean(s.ussr_delivered, s.ussr_delivery)
        self.cooperation = (
            p.cooperation_credit * commitment
            + p.cooperation_agreement * (signed | opened)
            + p.cooperation_contact * met
            + p.cooperation_delivery * s.ussr_delivery
        )
        self.protested = protested.astype(np.float64)
        pull = (
            p.trust_ussr_base
            + p.trust_ussr_relations * s.ussr_relations
            + p.trust_ussr_credit * np.minimum(s.ussr_recent, p.trust_ussr_enough)
            - p.trust_ussr_strain * s.ussr_strain
            - p.trust_ussr_orientation * s.orientation
            + p.trust_ussr_contact * met
        )
        s.ussr_trust[:] = trust_next(s.ussr_trust, pull, 0.0, p)
        s.ussr_strain *= 1.0 - p.strain_decay


