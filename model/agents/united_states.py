"""The United States: aid, sanctions, pressure, the stockpile and covert money."""

from __future__ import annotations

import numpy as np

from ..equations.economy import pipeline_next, yearly_mean
from ..equations.society import trust_next
from .strategist import Strategist

FISCAL_YEAR_STARTS = 6  # July; the US fiscal year began then until 1976

# what the chronicle notes; the state doesn't depend on it
_NOTICED = 0.4  # of a sanction, of covert money, of pressure
_SURGE = 1.6  # a new programme is more than so many times the mean of the last year
_SMALLEST = 0.3  # a year's programme is no less than that share of what policy asks


class UnitedStates(Strategist):
    """The patron in Washington. Its state: trust, alarm, aid, sanctions, pressure."""

    actor = "us"

    def act(self) -> None:
        """Carry out the month's aid and diplomacy."""
        m, s, p, lever = self.month, self.month.state, self.month.p, self.levers
        write = m.worlds.write
        today = m.worlds.month
        new_year = (today % 12 == FISCAL_YEAR_STARTS) | (today == m.scenario.first)
        budget = np.maximum(1.0 + p.aid_noise * m.draws.shock("us budget"), _SMALLEST)
        s.us_budget[:] = np.where(new_year, budget, s.us_budget)

        rival = m.carry("soviet_leverage", "aid", s.ussr_recent)
        competition = np.maximum(1.0 + p.leverage_ussr * rival / 25.0, 0.0)
        yearly = lever["aid"] * competition + lever["military_aid"]
        commitment = yearly * s.us_budget * m.regime.levers["welcome_us"] * (1.0 / 12.0)
        surge = self._is_surge(commitment) & ~self._is_surge(s.us_commitment)  # its first month
        write("us", "aid", surge, commitment * 12.0)
        s.us_commitment[:] = commitment
        speed = lever["delivery"] * (1.0 - p.delivery_sanction * s.us_sanction)
        s.us_pipeline[:], s.us_delivery[:] = pipeline_next(
            s.us_pipeline, commitment, p.delivery_us, speed
        )
        s.us_recent[:] = yearly_mean(s.us_recent, commitment)
        s.us_delivered[:] = yearly_mean(s.us_delivered, s.us_delivery)
        s.us_arms += (lever["military_aid"] * s.us_budget - s.us_arms) * (1.0 / 12.0)

        self._ease("us_sanction", lever["sanction"], "sanction")
        self._ease("us_covert", lever["fund_plotters"], "covert")
        self._ease("us_pressure", lever["press"], "pressure")
        s.us_conditions += p.signal_speed * (lever["demand_reform"] - s.us_conditions)
        alarming = np.maximum(-s.orientation, 0.0) * (1.0 - s.us_alarm)
        s.us_alarm += p.alarm_gain * alarming - p.alarm_decay * s.us_alarm
        s.us_rights *= 1.0 - p.rights_decay

        sold = self.chooses("sell_stockpile", "tin sale")  # the frozen key of the draw
        write("us", "stockpile sale", sold)
        self.stockpile_sale = sold.astype(np.float64)
        met = self.chooses("make_contact", "us contact")
        write("us", "visit", met)
        rebuked = self.chooses("protest", "us protest")
        write("us", "protest", rebuked)

        pull = (
            p.trust_us_base
            + p.trust_us_orientation * s.orientation
            - p.trust_us_dispute * s.dispute
            + p.trust_us_aid * s.us_recent
            - p.trust_us_sanction * s.us_sanction
            - p.trust_us_rights * s.us_rights * m.observation.drivers["human_rights"]
        )
        shock = p.trust_us_act * (met.astype(np.float64) - sold - rebuked - m.regime.expelled_us)
        s.us_trust[:] = trust_next(s.us_trust, pull, shock, p)

    def _is_surge(self, commitment: np.ndarray) -> np.ndarray:
        """Return whether a month's commitment is that of a great new programme."""
        m, yearly = self.month, 12.0 * commitment
        return (yearly > _SURGE * m.state.us_recent) & (yearly > m.p.programme_noticed)

    def _ease(self, field: str, towards: float | np.ndarray, kind: str) -> None:
        """Move a field of the state towards its lever; write down when it can be noticed."""
        row = getattr(self.month.state, field)
        before = row > _NOTICED
        row += self.month.p.signal_speed * (towards - row)
        self.month.worlds.write("us", kind, (row > _NOTICED) & ~before)
