"""The United States: aid, sanctions, pressure, stockpile tin and covert money."""

from __future__ import annotations

import numpy as np

from .economy import pipeline_next, yearly_mean
from .society import trust_next
from .strategist import Strategist

FISCAL_YEAR_STARTS = 6  # July; the US fiscal year began then until 1976


class UnitedStates(Strategist):
    """The patron in Washington. Its state: trust, alarm, aid, sanctions, pressure."""

    actor = "us"

    def act(self) -> None:
        """Carry out the month's aid and diplomacy."""
        m, s, p, lever = self.model, self.model.state, self.model.p, self.levers
        write = m.chronicle.write
        if m.month % 12 == FISCAL_YEAR_STARTS or m.month == 0:
            s.us_budget[:] = np.maximum(1.0 + p.aid_noise * m.chance.shock("us budget"), 0.3)

        competition = np.maximum(1.0 + p.leverage_ussr * s.ussr_recent * 0.04, 0.0)
        yearly = lever["aid"] * competition + lever["military_aid"]
        commitment = yearly * s.us_budget * m.regime.levers["welcome_us"] * (1.0 / 12.0)
        surge = (commitment * 12.0 > 1.6 * s.us_recent) & (commitment * 12.0 > 15.0)
        write("us", "aid", surge, commitment * 12.0)
        s.us_commitment[:] = commitment
        s.us_pipeline[:], s.us_delivery[:] = pipeline_next(
            s.us_pipeline, commitment, p.delivery_us, lever["delivery"] * (1.0 - 0.5 * s.us_sanction)
        )
        s.us_recent[:] = yearly_mean(s.us_recent, commitment)
        s.us_delivered[:] = yearly_mean(s.us_delivered, s.us_delivery)
        s.us_arms += (lever["military_aid"] * s.us_budget - s.us_arms) * (1.0 / 12.0)

        self._ease("us_sanction", lever["sanction"], "sanction")
        self._ease("us_covert", lever["fund_plotters"], "covert")
        self._ease("us_pressure", lever["press"], "pressure")
        s.us_conditions += (lever["demand_reform"] - s.us_conditions) * (1.0 / 3.0)
        s.us_alarm[:] = 0.99 * s.us_alarm + 0.04 * np.maximum(-s.orientation, 0.0) * (1.0 - s.us_alarm)
        s.us_rights *= 0.9

        sold = self.chooses("sell_tin", "tin sale")
        write("us", "tin sale", sold)
        self.tin_sale = sold.astype(np.float64)
        met = self.chooses("make_contact", "us contact")
        write("us", "visit", met)
        rebuked = self.chooses("protest", "us protest")
        write("us", "protest", rebuked)

        pull = (
            0.2
            + 1.6 * s.orientation
            - 2.0 * s.dispute
            + np.minimum(s.us_recent * 0.01, 0.8)
            - s.us_sanction
            - np.minimum(s.us_rights, 2.0) * m.sight.drivers["human_rights"]
        )
        s.us_trust[:] = trust_next(s.us_trust, pull, 0.03 * met - 0.05 * sold - 0.05 * rebuked, p)

    def _ease(self, field: str, towards: float | np.ndarray, kind: str) -> None:
        """Move a field of the state a third of the way; write down when it passes one half."""
        row = getattr(self.model.state, field)
        before = row > 0.4
        row += (towards - row) * (1.0 / 3.0)
        self.model.chronicle.write("us", kind, (row > 0.4) & ~before)
