"""The society that the strategists act on: Economy, Labour and Officers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from . import coup, noise
from .economy import aid_share, fiscal_next, growth_next, tin_pressure_next
from .officers import Corps
from .parameters import at
from .snapshot import Snapshot
from .society import grievance_next, legitimacy_next, mobilisation_next

if TYPE_CHECKING:
    from .model import ColdWarModel

_CONTESTED = 0.15  # with less than that on one side nobody fights; for the chronicle and unrest
_EXILE = 7  # months until somebody who led a failed attempt may try again
_FALLEN = 60  # months until an overthrown ruler may return


class Economy(mesa.Agent):
    """Tin, oil, growth, fiscal space and debt; not a strategist."""

    model: ColdWarModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def answer(self) -> None:
        """Move growth and the budget by prices, aid and what the regime spends."""
        m, s, p, now = self.model, self.model.state, self.model.p, self.model.sight.drivers
        s.tin_pressure[:] = tin_pressure_next(s.tin_pressure, m.united_states.tin_sale, p)
        tin = m.carry("tin", "economy", now["tin"] + s.tin_pressure)
        us_aid = m.carry("us_fiscal", "budget", s.us_delivered)
        ussr_aid = m.carry("soviet_fiscal", "budget", s.ussr_delivered)
        s.growth[:] = growth_next(
            s.growth, tin, now["abroad"], s.success, m.chance.shock("growth"), p
        )
        s.fiscal[:] = fiscal_next(
            s.fiscal,
            tin,
            now["oil"],
            aid_share(us_aid, now["gdp"]),
            aid_share(ussr_aid, now["gdp"]),
            m.carry("us_sanctions", "budget", s.us_sanction),
            np.asarray(m.regime.levers["patronage"]),
            np.asarray(m.regime.levers["borrow"]),
            s.debt,
            m.regime.reformed,
            m.chance.shock("fiscal"),
            p,
        )


class Labour(mesa.Agent):
    """The unions and the streets: legitimacy, mobilisation, strikes and their repression."""

    model: ColdWarModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def answer(self) -> None:
        """Move the public mood; strike, and be struck down."""
        m, s, p = self.model, self.model.state, self.model.p
        s.legitimacy[:] = legitimacy_next(
            s.legitimacy,
            s.growth,
            s.fiscal,
            s.rally,
            s.repression,
            s.military,
            m.carry("soviet_prestige", "public", s.ussr_recent),
            s.party_support,
            m.chance.shock("legitimacy"),
            p,
        )
        opening = np.where(s.elections_due > 0, 1.0, p.opening_civilian * (1.0 - s.military))
        s.mobilisation[:] = mobilisation_next(
            s.mobilisation,
            s.legitimacy,
            s.grievance,
            s.repression,
            opening,
            np.asarray(m.regime.levers["lean_on_labour"]),
            s.price_shock,
            m.party.effort,
            m.carry("soviet_restraint", "labour", m.party.restraint),
            m.chance.shock("mobilisation"),
            p,
        )
        self._protest()

    def _protest(self) -> None:
        m, s, p = self.model, self.model.state, self.model.p
        write, heat = m.chronicle.write, s.mobilisation * s.mobilisation
        struck = m.chance.of("strike") < p.strike_rate * heat
        write("conflict", "strike", struck)
        national = m.chance.of("general strike") < p.general_strike_rate * heat * s.mobilisation
        write("conflict", "general strike", national)
        massacre = m.chance.of("massacre") < p.massacre_rate * s.mobilisation * s.repression
        write("conflict", "massacre", massacre)
        siege = m.chance.of("siege") < p.siege_rate * s.mobilisation * s.repression
        write("conflict", "siege", siege)
        fought = m.chance.of("guerrilla") < p.guerrilla_rate * s.guerrilla
        write("conflict", "guerrilla", fought)
        s.grievance[:] = grievance_next(s.grievance, s.repression, massacre.astype(np.float64), p)
        s.us_rights += massacre + p.rights_siege * (siege | m.regime.banned)
        level = np.where(struck | siege, 1.0, 0.0)
        level = np.where(national | massacre, 2.0, level)
        s.unrest[:] = np.where(fought, 3.0, level)


class Officers(mesa.Agent):
    """The officer corps in its garrisons; it makes and breaks regimes."""

    model: ColdWarModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, model: ColdWarModel, start: Snapshot | None = None) -> None:
        super().__init__(model)
        self.corps = Corps(model.premise.country, model.keys, start)
        size = len(self.corps.garrison)
        self._mood = noise.event_keys("officers' moods", -(-size // 4), model.premise.months)
        self._fate = noise.event_keys("officer's fate", size, model.premise.months)

    def answer(self) -> None:
        """Plot where there is an opportunity, rise, and live with the outcome."""
        m, s, p = self.model, self.model.state, self.model.p
        for row in (s.attempt, s.success):
            row[:] = 0.0
        s.coup_memory *= 1.0 - p.coup_memory_decay
        s.survived *= 1.0 - p.survived_decay
        # a vote within two months opens the question of who rules next
        near = (s.elections_due > 0) & (s.elections_due <= 2)
        s.succession[:] = np.where(near, 1.0, s.succession - p.succession_decay * s.succession)
        s.attempt_age += 1.0
        ready = m.chance.of("opportunity") < coup.opportunity(s, p)
        covert = m.carry("us_covert", "officers", s.us_covert)
        forcing = self._force()
        if forcing is not None:
            ready = forcing.led | (ready & (forcing.outcome != "never"))
        if not np.count_nonzero(ready):
            return
        (worlds,) = np.nonzero(ready)
        mood = noise.uniform_shocks(
            noise.bits(m.keys[worlds][:, None], self._mood[:, m.month]), len(self.corps.garrison)
        ).T
        signal = m.chance.shock("public signal")[worlds]
        attempts = coup.play(s, self.corps, worlds, mood, signal, covert[worlds], p, forcing)
        self._discover(attempts)
        overt = attempts.overt
        if np.count_nonzero(overt):
            self._live_with(attempts, overt)

    def _force(self) -> coup.Forcing | None:
        """Return what an intervention makes of this month's coups, if there is one."""
        m = self.model
        forced = next((c for c in m.premise.coups if c.since <= m.month <= c.until), None)
        if forced is None:
            return None
        if forced.leader is None or forced.since != m.month:
            return coup.Forcing(forced.outcome, np.zeros(len(m.worlds), dtype=np.bool_), -1, 0.0)
        ideology = float(m.roster.ideology[forced.leader])
        led = self._can_strike(forced.leader)
        return coup.Forcing(forced.outcome, led, forced.leader, ideology)

    def _can_strike(self, leader: int) -> np.ndarray:
        """Return in which worlds somebody doesn't rule and is at hand to lead a coup."""
        m, roster = self.model, self.model.roster
        if not roster.since[leader] <= m.month <= roster.until[leader]:
            return np.zeros(len(m.worlds), dtype=np.bool_)
        return (m.state.leader != leader) & (m.absent_until[leader] <= m.month)

    def _discover(self, attempts: coup.Attempts) -> None:
        """Plots too small to rise: some are found out."""
        found = ~attempts.overt & (
            self.model.chance.of("plot found out")[attempts.worlds]
            < at(self.model.p.plot_detection, attempts.worlds) * attempts.nucleus
        )
        slots = self.corps.garrison[attempts.plotter[found]]
        self.model.chronicle.write_at(
            "power", "plot", attempts.worlds[found], attempts.nucleus[found], place=slots
        )

    def _live_with(self, attempts: coup.Attempts, overt: np.ndarray) -> None:
        m, s, p = self.model, self.model.state, self.model.p
        worlds, won = attempts.worlds[overt], attempts.success[overt]
        ideology, joined = attempts.ideology[overt], attempts.joined[overt]
        plotter = attempts.plotter[overt]
        place = self.corps.garrison[plotter]
        s.attempt[worlds] = 1.0
        s.success[worlds] = won
        s.attempt_age[worlds] = 0.0
        s.coup_memory[worlds] = np.minimum(s.coup_memory[worlds] + 1.0, 10.0)
        contested = (joined > _CONTESTED) & (joined < 1.0 - _CONTESTED)
        s.unrest[worlds] = np.maximum(s.unrest[worlds], 1.0 + 2.0 * contested)
        write_at = m.chronicle.write_at
        write_at("conflict", "fighting", worlds[contested], joined[contested])

        # the losing side loses officers
        rebels = attempts.rebels[:, overt]
        apart = np.abs(attempts.opinions[:, overt] - ideology) > at(p.purge_distance, worlds)
        slots, where = np.nonzero(np.where(won, ~rebels & apart, rebels))
        fate = noise.uniform(noise.bits(m.keys[worlds[where]], self._fate[slots, m.month]))
        purged = fate < at(p.purge, worlds[where])
        self.corps.replace(slots[purged], worlds[where[purged]], m.keys)

        top = self.corps.top[plotter]
        soldiers = ~m.roster.civilian[:, None]
        chief = m.regime.choose(worlds, ideology, soldiers, top, "coup")
        chief = np.where(attempts.named[overt] >= 0, attempts.named[overt], chief)
        fails = ~won
        write_at(
            "power", "failed coup", worlds[fails], joined[fails], chief[fails], place[fails]
        )
        s.survived[worlds[fails]] = np.minimum(s.survived[worlds[fails]] + 1.0, 1.0)
        m.absent_until[chief[fails], worlds[fails]] = m.month + _EXILE
        winners = worlds[won]
        write_at("power", "coup", winners, joined[won], chief[won], place[won])
        if len(winners):
            s.ussr_inherited[winners] = m.ussr.inherited()[winners]
            fallen = s.leader[winners].astype(np.int64)
            m.absent_until[fallen, winners] = m.month + _FALLEN
            s.survived[winners] = 0.0
            legitimacy = at(p.legitimacy_coup, winners) * (0.5 + 0.5 * joined[won])
            m.regime.take_office(winners, chief[won], legitimacy, "coup")
