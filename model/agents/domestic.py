"""The society that the strategists act on: Economy, Labour and Officers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..equations import coup
from ..equations.economy import aid_share, fiscal_next, growth_next, stockpile_pressure_next
from ..equations.society import grievance_next, legitimacy_next, mobilisation_next, ties
from ..state import counter_rng
from ..state.batch import Worlds
from ..types import Flags, Floats, Ints
from .setting import Agent, Setting

_CONTESTED = 0.15  # with less than that on one side nobody fights; for the chronicle and unrest
_EXILE = 7  # months until somebody who led a failed attempt may try again
_FALLEN = 60  # months until an overthrown ruler may return


class Economy(Agent):
    """The export price, oil, growth, fiscal space and debt; not a strategist."""

    def answer(self) -> None:
        """Move growth and the budget by prices, aid and what the regime spends."""
        m, s, p = self.month, self.month.state, self.month.p
        drivers = m.observation.drivers
        sold = m.united_states.stockpile_sale
        s.stockpile_pressure[:] = stockpile_pressure_next(s.stockpile_pressure, sold, p)
        gap = drivers["export_price"] + s.stockpile_pressure
        export_price = m.carry("export_price", "economy", gap)
        us_aid = m.carry("us_fiscal", "budget", s.us_delivered)
        ussr_aid = m.carry("soviet_fiscal", "budget", s.ussr_delivered)
        s.growth[:] = growth_next(
            s.growth, export_price, drivers["abroad"], s.success, m.draws.shock("growth"), p
        )
        s.fiscal[:] = fiscal_next(
            s.fiscal,
            export_price,
            drivers["oil"],
            aid_share(us_aid, drivers["gdp"]),
            aid_share(ussr_aid, drivers["gdp"]),
            m.carry("us_sanctions", "budget", s.us_sanction),
            m.regime.levers["patronage"],
            m.regime.levers["borrow"],
            s.debt,
            m.regime.reformed,
            m.draws.shock("fiscal"),
            p,
        )


class Labour(Agent):
    """The unions and the streets: legitimacy, mobilisation, strikes and their repression."""

    def answer(self) -> None:
        """Update legitimacy and mobilisation; draw strikes, massacres and sieges."""
        m, s, p = self.month, self.month.state, self.month.p
        s.legitimacy[:] = legitimacy_next(
            s.legitimacy,
            s.growth,
            s.fiscal,
            s.rally,
            s.repression,
            s.military,
            m.carry("soviet_prestige", "public", s.ussr_recent),
            s.party_support,
            m.draws.shock("legitimacy"),
            p,
        )
        opening = np.where(s.elections_due > 0, 1.0, p.opening_civilian * (1.0 - s.military))
        s.mobilisation[:] = mobilisation_next(
            s.mobilisation,
            s.legitimacy,
            s.grievance,
            s.repression,
            opening,
            m.regime.levers["lean_on_labour"],
            s.price_shock,
            m.party.effort,
            m.carry("soviet_restraint", "labour", m.party.restraint),
            m.draws.shock("mobilisation"),
            p,
        )
        self._protest()

    def _protest(self) -> None:
        m, s, p = self.month, self.month.state, self.month.p
        write, heat = m.worlds.write, s.mobilisation * s.mobilisation
        struck = m.draws.of("strike") < p.strike_rate * heat
        write("conflict", "strike", struck)
        national = m.draws.of("general strike") < p.general_strike_rate * heat * s.mobilisation
        write("conflict", "general strike", national)
        massacre = m.draws.of("massacre") < p.massacre_rate * s.mobilisation * s.repression
        write("conflict", "massacre", massacre)
        siege = m.draws.of("siege") < p.siege_rate * s.mobilisation * s.repression
        write("conflict", "siege", siege)
        fought = m.draws.of("guerrilla") < p.guerrilla_rate * s.guerrilla
        write("conflict", "guerrilla", fought)
        s.grievance[:] = grievance_next(s.grievance, s.repression, massacre.astype(np.float64), p)
        s.us_rights += massacre + p.rights_siege * (siege | m.regime.banned)
        level = np.where(struck | siege, 1.0, 0.0)
        level = np.where(national | massacre, 2.0, level)
        s.unrest[:] = np.where(fought, 3.0, level)


class Officers(Agent):
    """The officer corps in its garrisons; it makes and breaks regimes.

    Attributes
    ----------
    trace : callable, optional
        Told of the worlds with an opportunity, before anything comes of it: of the plot, and of the
        moods, the covert money and the forcing that it was made with; not by compiled months.
    """

    def __init__(self, month: Setting, moods: counter_rng.Keys, fates: counter_rng.Keys) -> None:
        super().__init__(month)
        self.moods, self.fates = moods, fates
        self.trace: (
            Callable[[Worlds, coup.Plot, Floats, Floats, coup.Forcing | None], None] | None
        ) = None

    def answer(self) -> None:
        """Plot where there is an opportunity, rise where enough follow, and see who rules."""
        m, s, p = self.month, self.month.state, self.month.p
        for row in (s.attempt, s.success):
            row[:] = 0.0
        s.coup_memory *= 1.0 - p.coup_memory_decay
        s.survived *= 1.0 - p.survived_decay
        # a vote within two months opens the question of who rules next
        near = (s.elections_due > 0) & (s.elections_due <= 2)
        s.succession[:] = np.where(near, 1.0, s.succession - p.succession_decay * s.succession)
        s.attempt_age += 1.0
        ready = m.draws.of("opportunity") < coup.opportunity(s, p)
        covert = m.carry("us_covert", "officers", s.us_covert)
        forced, forcing, led = m.in_force.coup, None, False
        if forced is not None:
            forcing = coup.Forcing(forced.outcome, -1, 0.0)
            if m.in_force.coup_leader is not None:
                leader = m.in_force.coup_leader
                forcing = coup.Forcing(forced.outcome, leader, m.leaders[leader].ideology)
                led = self._can_strike(leader)
            ready = led | (ready & (forced.outcome != "never"))
        m.worlds.among(ready, self._plot, covert, led, forcing)

    def _can_strike(self, leader: int) -> Flags:
        """Return in which worlds somebody doesn't rule and is at hand to lead a coup."""
        m = self.month
        since, until = m.leaders[leader].since, m.leaders[leader].until
        at_hand = (m.worlds.absent_until[leader] <= m.worlds.month) & (m.worlds.month >= since)
        return (m.state.leader != leader) & at_hand & (m.worlds.month <= until)

    def _plot(
        self, worlds: Worlds, covert: Floats, led: Flags | bool, forcing: coup.Forcing | None
    ) -> None:
        """Find out who would follow; too few stay a plot, and some plots are found out."""
        mood = counter_rng.uniform_shocks(worlds.draws.bits(self.moods), len(worlds.corps))
        plot = coup.plot(worlds, mood, covert, led, forcing)
        if self.trace is not None:
            self.trace(worlds, plot, mood, covert, forcing)
        luck = worlds.draws.of("plot found out")
        found = ~plot.overt & (luck < worlds.p.plot_detection * plot.nucleus)
        garrison = np.take(worlds.corps.garrison, plot.plotter)
        worlds.write("power", "plot", found, plot.nucleus, garrison=garrison)
        worlds.among(plot.overt, self._rise, plot, forcing)

    def _rise(self, worlds: Worlds, plot: coup.Plot, forcing: coup.Forcing | None) -> None:
        """Resolve an overt attempt: fighting, purge, and who rules next."""
        s, p, corps = worlds.state, worlds.p, worlds.corps
        joined, won, rebels = coup.rise(worlds, plot, forcing)
        s.attempt[:] = 1.0
        s.success[:] = won
        s.attempt_age[:] = 0.0
        s.coup_memory[:] = np.minimum(s.coup_memory + 1.0, 10.0)
        contested = (joined > _CONTESTED) & (joined < 1.0 - _CONTESTED)
        s.unrest[:] = np.maximum(s.unrest, 1.0 + 2.0 * contested)
        worlds.write("conflict", "fighting", contested, joined)

        top = np.take(corps.top, plot.plotter)
        garrison = np.take(corps.garrison, plot.plotter)
        soldiers, roster = ~self.month.roster.civilian, self.month.roster
        chief = self.month.regime.choose(worlds, plot.ideology, soldiers, top, "coup")
        if forcing is not None and forcing.leader >= 0:
            chief = np.where(plot.led, forcing.leader, chief)

        # the losing side loses officers
        apart = np.abs(corps.ideology - plot.ideology) > p.purge_distance
        losers = np.where(won, ~rebels & apart, rebels)
        fate = counter_rng.uniform(worlds.draws.bits(self.fates))
        corps.replace(losers & (fate < p.purge), worlds.draws.keys)

        worlds.write("power", "failed coup", ~won, joined, chief, garrison)
        s.survived[:] = np.where(won, 0.0, np.minimum(s.survived + 1.0, 1.0))
        out_for = np.where(won, _FALLEN, _EXILE)
        out = roster.index == np.where(won, s.leader, chief)
        absent = worlds.absent_until
        absent[:] = np.where(out, np.maximum(absent, worlds.month + out_for), absent)
        worlds.write("power", "coup", won, joined, chief, garrison)
        worlds.among(won, self._take_power, chief, joined)

    def _take_power(self, worlds: Worlds, chief: Ints, joined: Floats) -> None:
        """Put the rebels' chief into office; ties with the fallen regime are inherited."""
        s, regime = worlds.state, self.month.regime
        s.ussr_inherited[:] = ties(s, worlds.p)
        legitimacy = worlds.p.legitimacy_coup * (0.5 + 0.5 * joined)
        regime.take_office(worlds, chief, legitimacy, "coup")
        # a truce: winners hold posts and arms, so a coup that all joined opens no question of who
        # rules next, and one that half of the force joined opens it like any change of ruler
        s.succession[:] = 2.0 * (1.0 - joined)
