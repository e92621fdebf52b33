"""The society of the reference model: economy, labour, and officers, an object each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from palca.model.state.interventions import ForcedCoup
from reference_chance import keys_of, normal, random_bits, short_shock, uniform
from reference_rules import clip, exp, log, logistic, share

if TYPE_CHECKING:
    from reference_model import ReferenceModel

STRONGEST = 12.0**0.5  # of all shocks: two more than the mean of four numbers in 0..1


class Economy(mesa.Agent):
    """The export price, growth and the budget."""

    model: ReferenceModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def answer(self) -> None:
        """Move growth and fiscal space by prices, aid and what the regime spends."""
        m, p = self.model, self.model.p
        sale = p.stockpile_sale * m.united_states.sold_stockpile
        m.stockpile_pressure = m.stockpile_pressure - p.stockpile_decay * m.stockpile_pressure - sale
        export_price = m.driver("export_price") + m.stockpile_pressure

        usual = p.growth_mean + p.growth_export * export_price + p.growth_abroad * m.driver("abroad")
        m.growth = (
            usual
            + p.growth_persistence * (m.growth - usual)
            - p.growth_coup * m.success
            + p.growth_noise * m.shock("growth")
        )
        percent = 100.0 / m.driver("gdp")
        target = (
            p.fiscal_export * export_price
            + p.fiscal_oil * m.driver("oil")
            + p.fiscal_aid_us * (m.us_delivered * percent - p.fiscal_aid_usual)
            + (p.fiscal_aid_us * p.untied_ussr + p.fiscal_aid_ussr * (1.0 - p.untied_ussr))
            * (m.ussr_delivered * percent)
            + p.fiscal_borrowing * m.regime.levers["borrow"]
            - p.fiscal_patronage * m.regime.levers["patronage"]
            - p.fiscal_service * m.debt
            - p.fiscal_sanction * m.us_sanction
        )
        moved = target + p.fiscal_persistence * (m.fiscal - target)
        moved = moved + p.fiscal_reform * m.regime.reformed + p.fiscal_noise * m.shock("fiscal")
        m.fiscal = clip(moved, -1.0, 1.0)


class Labour(mesa.Agent):
    """The unions and the streets."""

    model: ReferenceModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def answer(self) -> None:
        """Move the public mood; strike, and be struck down."""
        m, p = self.model, self.model.p
        performance = (m.growth - p.growth_mean) * p.performance_growth + m.fiscal
        target = logistic(
            p.legitimacy_performance * performance
            + p.legitimacy_rally * m.rally
            - p.legitimacy_repression * (m.repression - p.repression_usual)
            + p.legitimacy_civilian * (1.0 - m.military)
            + p.legitimacy_party * m.party_support
            + p.prestige_ussr * log(1.0 + m.ussr_recent / p.prestige_scale)
        )
        moved = m.legitimacy + p.legitimacy_speed * (target - m.legitimacy)
        m.legitimacy = share(moved + p.legitimacy_noise * m.shock("legitimacy"))

        opening = 1.0 if m.elections_due > 0.0 else p.opening_civilian * (1.0 - m.military)
        target = logistic(
            p.mobilisation_base
            + p.mobilisation_discontent * (0.5 - m.legitimacy)
            + p.mobilisation_grievance * m.grievance
            - p.suppression * m.repression
            + p.mobilisation_opening * opening
            + p.mobilisation_left * m.regime.levers["lean_on_labour"]
            + p.mobilisation_shock * m.price_shock
            + p.mobilisation_party * m.party.effort
            - p.restraint_party * m.party.restraint
        )
        moved = m.mobilisation + p.mobilisation_speed * (target - m.mobilisation)
        m.mobilisation = share(moved + p.mobilisation_noise * m.shock("mobilisation"))
        self.protest()

    def protest(self) -> None:
        """Let unrest happen, each kind by its own draw."""
        m, p, heat = self.model, self.model.p, self.model.mobilisation * self.model.mobilisation
        struck = self.happens("strike", p.strike_rate * heat)
        national = self.happens("general strike", p.general_strike_rate * heat * m.mobilisation)
        massacre = self.happens("massacre", p.massacre_rate * m.mobilisation * m.repression)
        siege = self.happens("siege", p.siege_rate * m.mobilisation * m.repression)
        fought = self.happens("guerrilla", p.guerrilla_rate * m.guerrilla)

        grown = m.grievance + p.backlash * m.repression * (1.0 - m.grievance)
        faded = grown - p.grievance_decay * m.grievance
        m.grievance = share(faded + p.grievance_massacre * massacre)
        m.us_rights += massacre + p.rights_siege * (siege or m.regime.banned)
        level = 2.0 if national or massacre else 1.0 if struck or siege else 0.0
        m.unrest = 3.0 if fought else level

    def happens(self, kind: str, chance: float) -> bool:
        """Return whether an event happens, and write it down."""
        happened = self.model.uniform(kind) < chance
        self.model.write("conflict", kind, happened)
        return happened


class Officer(mesa.Agent):
    """An officer in his slot of a garrison, the `generation`-th to sit there."""

    model: ReferenceModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self, model: ReferenceModel, slot: int, garrison: int, top: bool, generation: int = 0
    ) -> None:
        super().__init__(model)
        self.slot = slot
        self.garrison = garrison
        self.top = top
        self.generation = generation
        self.weight = model.given.country.garrisons[garrison].weight
        faction = model.faction_at(uniform(self.bits("faction")))
        leaning = normal(self.bits("ideology"))
        self.ideology = clip(faction.ideology + faction.spread * leaning, -1.0, 1.0)
        self.grievance = normal(self.bits("grievance"))

    def bits(self, trait: str) -> int:
        """Return what a trait is drawn from; from the sixteenth generation on it repeats."""
        keys = keys_of(f"officer's {trait}", self.model.slots, 64)
        return random_bits(self.model.key, keys[self.slot][min(self.generation, 63)])

    def successor(self) -> Officer:
        """Leave the corps, and return who takes the slot."""
        self.remove()
        return Officer(self.model, self.slot, self.garrison, self.top, self.generation + 1)


class Corps(mesa.Agent):
    """The officers together: they make and break regimes."""

    model: ReferenceModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, model: ReferenceModel) -> None:
        super().__init__(model)
        posts = [
            (index, rank < garrison.top)
            for index, garrison in enumerate(model.given.country.garrisons)
            for rank in range(garrison.officers)
        ]
        self.officers = [Officer(model, slot, *post) for slot, post in enumerate(posts)]
        self.force = float(sum(officer.weight for officer in self.officers))

    def answer(self) -> None:
        """Plot if there is an opportunity."""
        m, p = self.model, self.model.p
        m.attempt = m.success = 0.0
        m.coup_memory *= 1.0 - p.coup_memory_decay
        m.survived *= 1.0 - p.survived_decay
        m.attempt_age += 1.0
        near = 0.0 < m.elections_due <= 2.0  # a vote so near opens the question of who rules next
        m.succession = 1.0 if near else m.succession - p.succession_decay * m.succession
        quiet = -log((12.0 + m.attempt_age) * (1.0 / 24.0))
        recent = min(m.coup_memory, 2.0) if p.fading_memory > 0.5 else quiet
        rate = p.opportunity * exp(
            p.coup_trap * recent
            + p.opportunity_unrest * m.mobilisation
            + p.opportunity_succession * min(m.succession, 1.0)
        )
        arises = m.uniform("opportunity") < 1.0 - exp(-rate)
        coups = (i for i in m.given.interventions if isinstance(i, ForcedCoup))
        forced = next((c for c in coups if c.since <= m.month <= c.until), None)
        if forced is not None and self.is_led(forced):
            self.plot(forced, forced.leader)
        elif arises and (forced is None or forced.outcome != "never"):
            self.plot(forced, None)

    def is_led(self, forced: ForcedCoup) -> bool:
        """Return whether the leader whom an intervention names strikes this month.

        He does in its first month, if he is at hand and doesn't rule.
        """
        m, index = self.model, forced.leader
        if index is None or index == m.leader or forced.since != m.month:
            return False
        return m.is_available(index)

    def plot(self, forced: ForcedCoup | None, named: int | None) -> None:
        """Look for followers; too few are a plot, enough are an attempt.

        Parameters
        ----------
        forced : ForcedCoup, optional
            The intervention that decides the outcome.
        named : int, optional
            Index in the roster of the leader who strikes even if nobody would follow.
        """
        m, p, officers = self.model, self.model.p, self.officers
        shared, moods = m.shared_discontent(), self.moods()
        discontent = [
            m.private_discontent(shared, o.ideology, o.grievance, p.discontent_mood * mood)
            for o, mood in zip(officers, moods, strict=True)
        ]
        if named is None:
            plotter = max(officers, key=lambda o: discontent[o.slot])
        else:
            ideology = m.leaders[named].ideology
            plotter = min(officers, key=lambda o: abs(o.ideology - ideology))

        # the risk that an officer must overcome, lower or higher as things stand
        covert = p.covert_support * m.us_covert * (plotter.ideology > m.orientation)
        risk = p.cost + p.deterrence * m.survived
        risk += p.intimidation * (m.repression - p.repression_usual)
        risk = risk - covert - p.broken_promise * m.promise_broken
        pulls = [
            discontent[o.slot]
            - risk
            + p.affinity * (1.0 - abs(o.ideology - plotter.ideology))
            + p.comrades * (o.garrison == plotter.garrison)
            for o in officers
        ]
        nucleus = self.force_of([pull > 0.0 for pull in pulls])
        if nucleus >= p.visibility or named is not None:
            self.rise(plotter, pulls, nucleus, forced, named)
        elif m.uniform("plot found out") < p.plot_detection * nucleus:
            m.write("power", "plot", garrison=plotter.garrison, amount=nucleus)

    def moods(self) -> list[float]:
        """Return each officer's mood of the month; a word of 64 bits serves four of them."""
        m = self.model
        keys = keys_of("officers' moods", -(-m.slots // 4), m.given.months)
        words = [random_bits(m.key, row[m.month]) for row in keys]
        return [short_shock(words[slot // 4], slot % 4) for slot in range(m.slots)]

    def force_of(self, standing: list[bool]) -> float:
        """Return the share of force of those standing."""
        both = zip(self.officers, standing, strict=True)
        return sum(officer.weight for officer, stands in both if stands) / self.force

    def rise(
        self,
        plotter: Officer,
        pulls: list[float],
        nucleus: float,
        forced: ForcedCoup | None,
        named: int | None,
    ) -> None:
        """Attempt a coup: each officer joins the side that he expects to win, until it rests."""
        m, p = self.model, self.model.p
        succeeds = forced is not None and forced.outcome == "succeeds"
        # one public signal: who holds the radio
        signal = m.shock("public signal")
        if forced is not None:
            signal = STRONGEST if succeeds else -STRONGEST
        # labour sides with whoever stands nearer to it
        labour = p.labour_defence * m.mobilisation * (m.orientation - plotter.ideology)
        push = p.public_shock * signal + p.rank_advantage * plotter.top + labour

        following, joined = nucleus, -1.0
        rebels: list[bool] = []
        while following != joined:
            joined = following
            expected = 0.5 if p.global_game > 0.5 else joined
            bar = -(p.complementarity * expected + push)
            rebels = [pull > bar for pull in pulls]
            following = self.force_of(rebels)
        if forced is not None:  # just over or just under half, if the cascade rests elsewhere
            joined = max(joined, 0.5) if succeeds else min(joined, 0.499)
        self.live_with(plotter, joined, rebels, named)

    def live_with(
        self, plotter: Officer, joined: float, rebels: list[bool], named: int | None
    ) -> None:
        """Fight, purge the losers, and put the winners into office."""
        m, p, won = self.model, self.model.p, joined >= 0.5
        m.attempt, m.success, m.attempt_age = 1.0, float(won), 0.0
        m.coup_memory = min(m.coup_memory + 1.0, 10.0)
        contested = 0.15 < joined < 1.0 - 0.15  # with less on one side nobody fights
        m.unrest = max(m.unrest, 3.0 if contested else 1.0)
        m.write("conflict", "fighting", contested, amount=joined)

        # the losing side loses officers
        fates = keys_of("officer's fate", m.slots, m.given.months)
        for slot, (officer, rebelled) in enumerate(zip(self.officers, rebels, strict=True)):
            apart = abs(officer.ideology - plotter.ideology) > p.purge_distance
            loser = apart and not rebelled if won else rebelled
            if loser and uniform(random_bits(m.key, fates[slot][m.month])) < p.purge:
                self.officers[slot] = officer.successor()

        chief = named
        if chief is None:
            chief = m.choose_leader(plotter.ideology, "coup", plotter.top)
        kind = "coup" if won else "failed coup"
        m.write("power", kind, leader=chief, garrison=plotter.garrison, amount=joined)
        if won:
            m.ussr_inherited = m.ussr.ties()
            fallen = int(m.leader)
            back = m.month + 60  # months until the fallen may return; never, if he is dead
            m.absent_until[fallen] = max(m.absent_until[fallen], back)
            m.survived = 0.0
            m.take_office(chief, p.legitimacy_coup * (0.5 + 0.5 * joined), "coup")
            m.succession = 2.0 * (1.0 - joined)
        else:
            m.survived = min(m.survived + 1.0, 1.0)
            # months until he may try again; who fell before stays away as long as he would have
            m.absent_until[chief] = max(m.absent_until[chief], m.month + 7)
