"""The four strategists of the reference model: they see, decide by their rules, and act."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import mesa

from palca.model.agents.observables import BLURRED, OBSERVABLES
from palca.model.language.levers import LEVERS
from palca.model.language.policy import Policy
from palca.model.state.channels import CHANNELS
from palca.model.state.interventions import LeverChange
from palca.model.state.state import FIELDS
from reference_rules import clip, compiled, finite, identifier, logistic, names_in, share

if TYPE_CHECKING:
    from reference_model import ReferenceModel


def _field_of(name: str) -> str | None:
    """Return the field of the state behind an observable, if it is one."""
    group, _, rest = name.rpartition(".")
    if group == "record":  # a driver
        return None
    fields = (f"{group}_{rest}", rest)  # party.repression isn't regime.repression
    return next((field for field in fields if field in FIELDS), None)


FIELD_OF = {name: field for name in OBSERVABLES if (field := _field_of(name))}


def yearly_mean(mean: float, flow: float) -> float:
    """Return the running yearly amount of a monthly flow, mean life 12 months."""
    return mean + (flow - mean * (1.0 / 12.0))


class Strategist(mesa.Agent):
    """An actor that sees, decides by the rules of its policy, and acts through its levers."""

    actor: ClassVar[str]
    model: ReferenceModel  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, model: ReferenceModel) -> None:
        super().__init__(model)
        self.policy: Policy | None = None
        self.levers: dict[str, float] = {}
        self.usual = {name: lever.default for name, lever in LEVERS[self.actor].items()}
        self.hidden = tuple(
            prefix
            for channel in model.given.closed
            for actor, prefix in CHANNELS[channel].hides
            if actor == self.actor
        )

    def follow(self, policy: Policy) -> None:
        """Take up a policy."""
        self.policy = policy
        rules = [rule for rule in policy.rules if rule.enabled]
        self.conditions = compiled(*(rule.when.text for rule in rules))
        self.contributions = [
            (tuple(rule.do), compiled(*(number.text for number in rule.do.values())))
            for rule in rules
        ]
        self.moved = {lever for rule in rules for lever in rule.do}
        named = names_in(self.conditions).union(*(names_in(e) for _, e in self.contributions))
        names = [name for name in OBSERVABLES if name in named]
        hazy = [name for name in names if self.is_hazy(name)]
        self.hazy = {identifier(name): name for name in hazy}
        self.clear = {identifier(name): FIELD_OF[name] for name in names if name not in hazy}

    def is_hazy(self, name: str) -> bool:
        """Return whether an observable is more than a field of the state seen as it is."""
        blurred = (self.actor, name) in BLURRED
        return blurred or name not in FIELD_OF or name.startswith(self.hidden)

    def decide(self) -> None:
        """Set the levers: every rule that holds adds what it says."""
        m = self.model
        policies = m.given.policies[self.actor]
        policy = next(policy for since, policy in reversed(policies) if since <= m.month)
        if policy is not self.policy:
            self.follow(policy)
        state = vars(m)
        seen = {word: state[field] for word, field in self.clear.items()}
        seen |= {word: self.see(name) for word, name in self.hazy.items()}
        seen["date"] = m.month
        self.levers = levers = dict(self.usual)
        fired = eval(self.conditions, m.vocabulary, seen)
        for holds, (moved, numbers) in zip(fired, self.contributions, strict=True):
            if holds:
                for lever, number in zip(moved, eval(numbers, m.vocabulary, seen), strict=True):
                    levers[lever] += finite(number)
        for name in self.moved:
            lever = LEVERS[self.actor][name]
            levers[name] = clip(levers[name], lever.lowest, lever.highest)
        for change in m.given.interventions:
            if not isinstance(change, LeverChange) or change.actor != self.actor:
                continue
            if change.since <= m.month <= change.until:
                self.intervene(change)

    def see(self, name: str) -> float:
        """Return an observable at the start of the month, as this actor sees it."""
        m = self.model
        if name.startswith(self.hidden):
            return 0.0
        field = FIELD_OF.get(name)
        value = m.observe(name) if field is None else getattr(m, field)
        if (self.actor, name) not in BLURRED:
            return value
        if self.actor == "regime":  # subordinates hide what they think
            value *= m.p.sycophancy
        error = m.p.perception_noise * m.shock(f"{self.actor} sees {name}")
        return clip(value + error, OBSERVABLES[name].low, OBSERVABLES[name].high)

    def intervene(self, change: LeverChange) -> None:
        """Set, scale or cap a lever, whatever the rules say."""
        lever, value = LEVERS[self.actor][change.lever], self.levers[change.lever]
        match change.operation:
            case "set":
                value = change.value
            case "scale":
                value = value * change.value
            case "cap":
                value = min(value, change.value)
        self.levers[change.lever] = clip(value, lever.lowest, lever.highest)

    def does(self, lever: str, event: str) -> bool:
        """Return whether an act happens: its draw falls below the lever's chance."""
        chance = self.levers[lever]
        return chance > 0.0 and self.model.uniform(event) < chance


class Regime(Strategist):
    """Whoever rules."""

    actor = "regime"

    def act(self) -> None:
        """Carry out the month's decisions."""
        m, p, lever, write = self.model, self.model.p, self.levers, self.model.write
        m.orientation = clip(m.orientation + lever["turn"], -1.0, 1.0)
        m.age += 1.0

        # property
        seized = m.dispute < 0.5 and self.does("nationalise", "nationalisation")
        settled = m.dispute > 0.5 and self.does("settle", "settlement")
        write("us", "nationalisation", seized)
        write("us", "settlement", settled)
        m.dispute = 1.0 if seized else 0.0 if settled else m.dispute
        roused = seized + p.rally_campaign * self.does("campaign", "campaign")
        m.rally = min(m.rally - p.rally_decay * m.rally + roused, 2.0)

        # missions
        expelled = m.ussr_relations > 0.0 and self.does("expel_ussr", "expulsion of soviets")
        write("ussr", "expulsion", expelled)
        m.ussr_strain += expelled
        broke = m.ussr_relations > 0.0 and self.does("break_with_ussr", "break with ussr")
        write("ussr", "break", broke)
        m.ussr_relations = 0.0 if broke else m.ussr_relations
        self.expelled_us = self.does("expel_us", "expulsion of americans")
        write("us", "expulsion", self.expelled_us)

        self.treat_party()

        # the barracks, loans and prices
        m.repression += p.repression_speed * (lever["repress"] - m.repression)
        arms = p.patronage_us * m.us_arms
        m.patronage += p.patronage_speed * (lever["patronage"] + arms - m.patronage)
        m.debt = m.debt + p.debt_borrowing * lever["borrow"] - p.debt_repayment * m.debt
        self.reformed = self.does("reform", "reform")
        write("conflict", "price shock", self.reformed)
        left = m.price_shock - p.price_shock_decay * m.price_shock
        m.price_shock = min(left + self.reformed, 2.0)

        self.promise_and_vote()

    def treat_party(self) -> None:
        """Ban the party, tolerate it or make it legal; a ban beats the others."""
        m, p, write = self.model, self.model.p, self.model.write
        self.banned = m.legality > 0.0 and self.does("ban_party", "ban of the party")
        if self.banned:
            write("party", "banned")
            m.legality = 0.0
        elif m.legality < 1.0 and self.does("legalise_party", "legalisation of the party"):
            write("party", "legalised")
            write("conflict", "amnesty", m.repression > p.repression_usual)
            m.legality = 1.0
        elif m.legality < 0.5 and self.does("tolerate_party", "toleration of the party"):
            write("party", "tolerated")
            m.legality = 0.5

    def promise_and_vote(self) -> None:
        """Announce elections nine months ahead, hold or annul them when due, or close politics."""
        m, p = self.model, self.model.p
        ruler, due = int(m.leader), m.elections_due
        m.promise_broken *= 1.0 - p.promise_decay
        if m.closed < 1.0 and self.does("close_politics", "self-coup"):
            m.write("power", "self-coup", leader=ruler)
            m.promise_broken = 1.0 if due > 0.0 else m.promise_broken
            m.elections_due, m.closed = 0.0, 1.0
            return
        term = m.given.country.term
        lawful = m.military < 1.0 and m.seized < 1.0 and 0 < term <= m.age + 9.0
        promises = self.does("promise_elections", "promise of elections")
        if due < 1.0 and (lawful or promises):
            m.write("power", "elections announced", leader=ruler)
            m.elections_due, m.closed = 9.0, 0.0
            return
        m.elections_due = max(due - 1.0, 0.0)
        if due != 1.0:
            return
        m.write("power", "election", leader=ruler)
        if self.does("break_promise", "breach of promise"):
            m.write("power", "annulment", leader=ruler)
            m.legitimacy = max(m.legitimacy - p.legitimacy_annulment, 0.0)
            m.promise_broken = m.succession = 1.0
        else:
            self.elect()

    def elect(self) -> None:
        """Let the regime's candidate or the opposition's take office."""
        m, p = self.model, self.model.p
        standing = p.election_legitimacy * (m.legitimacy - 0.5)
        chance = logistic(standing + p.election_machine * m.military)
        if m.uniform("election result") < chance:
            aim = m.orientation
        else:
            aim = -p.opposition if m.orientation > 0.0 else p.opposition
        winner = m.choose_leader(aim, "vote")
        m.write("power", "handover", leader=winner)
        m.take_office(winner, p.legitimacy_elected, "vote")


class USSR(Strategist):
    """The patron in Moscow."""

    actor = "ussr"

    def act(self) -> None:
        """Carry out the month's diplomacy and aid."""
        m, p, lever, write = self.model, self.model.p, self.levers, self.model.write
        welcome = m.regime.levers["welcome_ussr"]

        # without relations, whoever broke them off, nothing is owed and nothing is delivered
        broke = m.ussr_relations > 0.0 and self.does("break_off", "soviet break")
        write("ussr", "break", broke)
        if broke or m.ussr_relations == 0.0:
            m.ussr_relations = m.ussr_pipeline = m.ussr_suspended = 0.0

        wanted = m.ussr_relations < 1.0 and not broke
        opened = wanted and m.uniform("embassy") < lever["open_embassy"] * welcome
        write("ussr", "embassy", opened)
        m.ussr_relations = 1.0 if opened else m.ussr_relations

        related = m.ussr_relations > 0.0
        suspends = related and m.ussr_suspended < 1.0 and self.does("suspend", "soviet suspension")
        write("ussr", "suspension", suspends)
        # with no more strain than that there is nothing to mend
        cool = related and not suspends and (m.ussr_suspended > 0.0 or m.ussr_strain > 0.15)
        mended = cool and self.does("resume", "soviet resumption")
        write("ussr", "normalisation", mended)
        m.ussr_suspended = 1.0 if suspends else 0.0 if mended else m.ussr_suspended
        m.ussr_strain = p.strain_mended * m.ussr_strain if mended else m.ussr_strain

        working = related and m.ussr_suspended < 1.0
        signed = working and m.uniform("agreement") < lever["sign_agreement"] * welcome
        write("ussr", "agreement", signed)
        m.ussr_relations = 2.0 if signed else m.ussr_relations
        met = working and self.does("make_contact", "contact")
        visited = met and m.uniform("contact") < p.visits * lever["make_contact"]
        write("ussr", "visit", visited)
        write("ussr", "contact", met and not visited)
        write("ussr", "trade", working and self.does("buy_exports", "soviet trade"))

        # one draw decides whether a credit is offered and whether the host takes it
        offered = working and lever["credit"] > 0.0 and self.does("offer_credit", "credit")
        taken = offered and m.uniform("credit") < lever["offer_credit"] * welcome
        commitment = 0.0
        if taken:  # it comes out at no less than a fifth of what policy asks
            size = max(1.0 + p.credit_noise * m.shock("size of credit"), 0.2)
            commitment = lever["credit"] * size
        write("ussr", "credit", taken, amount=commitment)
        write("ussr", "offer", offered and not taken)
        self.protested = self.does("protest", "soviet protest")
        write("ussr", "protest", self.protested)

        speed = lever["delivery"] * (1.0 - m.ussr_suspended)
        delivery = min(p.delivery_ussr * speed, 1.0) * m.ussr_pipeline
        m.ussr_pipeline = m.ussr_pipeline + commitment - delivery
        m.ussr_commitment, m.ussr_delivery = commitment, delivery
        m.ussr_committed += commitment
        m.ussr_recent = m.ussr_recent * (1.0 - 1.0 / 36.0) + commitment
        m.ussr_delivered = yearly_mean(m.ussr_delivered, delivery)
        self.cooperation = (
            p.cooperation_credit * commitment
            + p.cooperation_agreement * (signed or opened)
            + p.cooperation_contact * met
            + p.cooperation_delivery * delivery
        )
        pull = (
            p.trust_ussr_base
            + p.trust_ussr_relations * m.ussr_relations
            + p.trust_ussr_credit * min(m.ussr_recent, p.trust_ussr_enough)  # more credit earns no more trust
            - p.trust_ussr_strain * m.ussr_strain
            - p.trust_ussr_orientation * m.orientation
            + p.trust_ussr_contact * met
        )
        m.ussr_trust = share(m.ussr_trust + p.trust_speed * (logistic(pull) - m.ussr_trust))
        m.ussr_strain *= 1.0 - p.strain_decay

    def ties(self) -> float:
        """Return how dense the ties with the present regime are, 0..1."""
        m, p = self.model, self.model.p
        return min(
            p.ties_relations * m.ussr_relations
            + p.ties_pipeline * m.ussr_pipeline
            + p.ties_trust * m.ussr_trust
            + p.ties_party * max(m.party_support, 0.0) * m.militants,
            1.0,
        )


class UnitedStates(Strategist):
    """The patron in Washington."""

    actor = "us"

    def act(self) -> None:
        """Carry out the month's aid and diplomacy."""
        m, p, lever, write = self.model, self.model.p, self.levers, self.model.write
        if m.month % 12 == 6 or m.month == 0:  # the fiscal year begins in July
            # a year's programme is no less than three tenths of what policy asks
            m.us_budget = max(1.0 + p.aid_noise * m.shock("us budget"), 0.3)

        competition = max(1.0 + p.leverage_ussr * m.ussr_recent / 25.0, 0.0)
        yearly = lever["aid"] * competition + lever["military_aid"]
        commitment = yearly * m.us_budget * m.regime.levers["welcome_us"] * (1.0 / 12.0)
        surge = self.is_surge(commitment) and not self.is_surge(m.us_commitment)  # its first month
        write("us", "aid", surge, amount=commitment * 12.0)
        speed = lever["delivery"] * (1.0 - p.delivery_sanction * m.us_sanction)
        delivery = min(p.delivery_us * speed, 1.0) * m.us_pipeline
        m.us_pipeline = m.us_pipeline + commitment - delivery
        m.us_commitment, m.us_delivery = commitment, delivery
        m.us_recent = yearly_mean(m.us_recent, commitment)
        m.us_delivered = yearly_mean(m.us_delivered, delivery)
        m.us_arms += (lever["military_aid"] * m.us_budget - m.us_arms) * (1.0 / 12.0)

        m.us_sanction = self.ease(m.us_sanction, lever["sanction"], "sanction")
        m.us_covert = self.ease(m.us_covert, lever["fund_plotters"], "covert")
        m.us_pressure = self.ease(m.us_pressure, lever["press"], "pressure")
        m.us_conditions += p.signal_speed * (lever["demand_reform"] - m.us_conditions)
        alarming = max(-m.orientation, 0.0) * (1.0 - m.us_alarm)
        m.us_alarm += p.alarm_gain * alarming - p.alarm_decay * m.us_alarm
        m.us_rights *= 1.0 - p.rights_decay

        self.sold_stockpile = self.does("sell_stockpile", "tin sale")
        write("us", "stockpile sale", self.sold_stockpile)
        met = self.does("make_contact", "us contact")
        write("us", "visit", met)
        rebuked = self.does("protest", "us protest")
        write("us", "protest", rebuked)

        pull = (
            p.trust_us_base
            + p.trust_us_orientation * m.orientation
            - p.trust_us_dispute * m.dispute
            + p.trust_us_aid * m.us_recent
            - p.trust_us_sanction * m.us_sanction
            - p.trust_us_rights * m.us_rights * m.driver("human_rights")
        )
        shock = p.trust_us_act * (met - self.sold_stockpile - rebuked - m.regime.expelled_us)
        m.us_trust = share(m.us_trust + p.trust_speed * (logistic(pull) - m.us_trust) + shock)

    def is_surge(self, commitment: float) -> bool:
        """Return whether a month's commitment is that of a great new programme.

        Only the chronicle asks: 1.6 times the mean of the last year, and above 15 million.
        """
        yearly = 12.0 * commitment
        return yearly > 1.6 * self.model.us_recent and yearly > self.model.p.programme_noticed

    def ease(self, value: float, towards: float, kind: str) -> float:
        """Return a signal moved towards its lever; as it passes 0.4 the chronicle takes note."""
        moved = value + self.model.p.signal_speed * (towards - value)
        self.model.write("us", kind, moved > 0.4 >= value)
        return moved


class CommunistParty(Strategist):
    """The party, between its base and Moscow."""

    actor = "party"

    def act(self) -> None:
        """Take a stand, work, and speak to Moscow."""
        m, p, lever, write = self.model, self.model.p, self.levers, self.model.write
        before = m.party_support
        m.party_support += p.stand_speed * (lever["support"] - before)
        write("party", "support", m.party_support > 0.25 >= before)  # as it can be noticed
        write("party", "opposition", m.party_support < -0.25 <= before)

        protested = self.does("protest_to_moscow", "party protest")
        write("party", "private protest", protested)
        dissented = self.does("dissent", "party dissent")
        write("party", "public dissent", dissented)
        broke = m.friction < 0.99 and self.does("break_with_moscow", "party rupture")
        write("party", "rupture", broke)
        joined = m.front < 1.0 and self.does("join_front", "party front")
        write("party", "front", joined)
        m.front = 1.0 if joined else m.front
        before = m.guerrilla
        m.guerrilla += p.stand_speed * (lever["take_up_arms"] - before)
        write("party", "arms", m.guerrilla > 0.25 >= before)

        # friction: Moscow works with those who repress the party, or is silent about it
        ussr, repressed = m.ussr, m.party_repression
        voice = 1.0 - ussr.protested
        grown = (
            p.friction_gain * ussr.cooperation * voice
            + p.friction_silence * voice * max(repressed - p.friction_bearable, 0.0)
        ) * (repressed * (1.0 - m.friction))
        fading = p.friction_decay + p.friction_subsidy * ussr.levers["subsidise_party"]
        m.friction = share(m.friction + grown - fading * m.friction)
        m.friction += p.friction_dissent * dissented * (1.0 - m.friction)
        m.friction = 1.0 if broke else m.friction

        # the size of the party: voice and exit
        gain = p.militants_growth * m.legality * (0.5 + m.mobilisation)
        lost = p.militants_loss * 0.5 * (repressed + m.friction)
        loss = lost + p.militants_crowding * m.militants
        m.militants = max(m.militants * (1.0 + gain - loss), p.militants_core)
        m.party_repression += p.repression_speed * ((1.0 - m.legality) * m.repression - repressed)

        strength = min(m.militants, 2.0)  # beyond twice its first size it brings out no more
        self.effort = lever["mobilise"] * strength
        self.restraint = ussr.levers["counsel_restraint"] * (1.0 - m.friction) * strength
