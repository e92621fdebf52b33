"""The regime: its course, its acts, elections, and who follows whom."""

from __future__ import annotations

import numpy as np

from ..arithmetic import logistic
from ..equations.economy import debt_next
from ..equations.society import repression_next
from ..state import counter_rng
from ..state.batch import Worlds
from ..state.draw_keys import ORIENTATION
from ..types import Flags, Floats, Ints, Value
from .strategist import Strategist

ELECTIONS_AFTER = 9.0  # months from the announcement to the vote
_LAST_RESORT = -1e6  # score of the unnamed one: he rules if nobody else is free


class Regime(Strategist):
    """Whoever rules. Its state: leader, orientation, legitimacy, repression, patronage."""

    actor = "regime"

    def act(self) -> None:
        """Carry out the month's decisions."""
        m, s, p, lever = self.month, self.month.state, self.month.p, self.levers
        write = m.worlds.write
        s.orientation[:] = np.minimum(np.maximum(s.orientation + lever["turn"], -1.0), 1.0)
        s.age += 1.0

        seized = self.chooses("nationalise", "nationalisation") & (s.dispute < 0.5)
        write("us", "nationalisation", seized)
        settled = self.chooses("settle", "settlement") & (s.dispute > 0.5) & ~seized
        write("us", "settlement", settled)
        s.dispute[:] = np.where(seized, 1.0, np.where(settled, 0.0, s.dispute))
        campaign = self.chooses("campaign", "campaign")
        roused = seized + p.rally_campaign * campaign
        s.rally[:] = np.minimum(s.rally - p.rally_decay * s.rally + roused, 2.0)

        expelled = self.chooses("expel_ussr", "expulsion of soviets") & (s.ussr_relations > 0)
        write("ussr", "expulsion", expelled)
        s.ussr_strain += expelled
        broke = self.chooses("break_with_ussr", "break with ussr") & (s.ussr_relations > 0)
        write("ussr", "break", broke)
        s.ussr_relations[:] = np.where(broke, 0.0, s.ussr_relations)
        self.expelled_us = self.chooses("expel_us", "expulsion of americans")
        write("us", "expulsion", self.expelled_us)

        self._decide_party()
        s.repression[:] = repression_next(s.repression, lever["repress"], p)
        arms = p.patronage_us * m.carry("us_military", "barracks", s.us_arms)
        s.patronage += p.patronage_speed * (lever["patronage"] + arms - s.patronage)
        s.debt[:] = debt_next(s.debt, lever["borrow"], p)

        reformed = self.chooses("reform", "reform")
        write("conflict", "price shock", reformed)
        self.reformed = reformed.astype(np.float64)
        left = s.price_shock - p.price_shock_decay * s.price_shock
        s.price_shock[:] = np.minimum(left + reformed, 2.0)
        self._keep_or_break_promises()

    def _decide_party(self) -> None:
        """Ban, tolerate or legalise the party; amnesty comes with legality."""
        s, write = self.month.state, self.month.worlds.write
        banned = self.chooses("ban_party", "ban of the party") & (s.legality > 0)
        tolerated = self.chooses("tolerate_party", "toleration of the party")
        tolerated &= (s.legality < 0.5) & ~banned
        legalised = self.chooses("legalise_party", "legalisation of the party")
        legalised &= (s.legality < 1) & ~banned
        write("party", "banned", banned)
        write("party", "tolerated", tolerated & ~legalised)
        write("party", "legalised", legalised)
        write("conflict", "amnesty", legalised & (s.repression > self.month.p.repression_usual))
        step = np.where(tolerated, 0.5, s.legality)
        s.legality[:] = np.where(banned, 0.0, np.where(legalised, 1.0, step))
        self.banned = banned

    def _keep_or_break_promises(self) -> None:
        """Announce elections, hold or annul them when due, or close politics."""
        worlds, s, p = self.month.worlds, self.month.state, self.month.p
        closes = self.chooses("close_politics", "self-coup") & (s.closed < 1)
        worlds.write("power", "self-coup", closes, leader=s.leader)
        due = s.elections_due
        promised = self.chooses("promise_elections", "promise of elections")
        if term := self.month.observation.country.term:  # the law calls them, whoever rules by it
            promised |= (s.age >= term - ELECTIONS_AFTER) & (s.military < 1) & (s.seized < 1)
        promised &= (due < 1) & ~closes
        worlds.write("power", "elections announced", promised, leader=s.leader)
        today = (due == 1.0) & ~closes
        s.promise_broken *= 1.0 - p.promise_decay
        s.promise_broken[:] = np.where(closes & (due > 0), 1.0, s.promise_broken)
        due[:] = np.where(promised, ELECTIONS_AFTER, np.maximum(due - 1.0, 0.0))
        due[:] = np.where(closes, 0.0, due)
        s.closed[:] = np.where(closes, 1.0, np.where(promised, 0.0, s.closed))
        worlds.among(today, self._vote, self.levers["break_promise"])

    def _vote(self, worlds: Worlds, breach: Value) -> None:
        """Hold the election that is due today, or annul it."""
        s, p = worlds.state, worlds.p
        worlds.write("power", "election", leader=s.leader)
        annulled = worlds.draws.happens("breach of promise", breach)
        worlds.write("power", "annulment", annulled, leader=s.leader)
        s.promise_broken[:] = np.where(annulled, 1.0, s.promise_broken)
        s.legitimacy[:] = np.maximum(s.legitimacy - p.legitimacy_annulment * annulled, 0.0)
        s.succession[:] = np.where(annulled, 1.0, s.succession)
        worlds.among(~annulled, self._elect)

    def _elect(self, worlds: Worlds) -> None:
        """Elect the regime's candidate or the opposition's; he takes office."""
        s, p, roster = worlds.state, worlds.p, self.month.roster
        standing = p.election_legitimacy * (s.legitimacy - 0.5)
        chance = logistic(standing + p.election_machine * s.military)
        regime_wins = worlds.draws.of("election result") < chance
        other = np.where(s.orientation > 0, -1.0, 1.0) * p.opposition
        aim = np.where(regime_wins, s.orientation, other)
        winner = self.choose(worlds, aim, roster.candidate, False, "vote")
        worlds.write("power", "handover", leader=winner)
        self.take_office(worlds, winner, p.legitimacy_elected, "vote")

    def choose(
        self, worlds: Worlds, ideology: Floats, eligible: Flags, top: Flags | bool, occasion: str
    ) -> Ints:
        """Return who takes power: the nearest in ideology, favoured by rank and by luck.

        Parameters
        ----------
        worlds : Worlds
            Those where power passes, ``n`` of them.
        ideology : ndarray, shape ``(n,)``
            That of those who lift him up.
        eligible : ndarray of bool, shape ``(leaders, 1)``
        top : ndarray of bool, shape ``(n,)``
            Whether they are of top rank.
        occasion : str
            "coup", "vote" or "death": each has a luck of its own.

        Returns
        -------
        ndarray of int, shape ``(n,)``
            Roster indices; the last one stands for an unnamed successor and is always free.
        """
        roster, p, month = self.month.roster, worlds.p, worlds.month
        free = (roster.since <= month) & (roster.until >= month) & eligible
        free = free & (worlds.absent_until <= month)
        free = free & (roster.index != worlds.state.leader)
        luck = counter_rng.normal(worlds.draws.bits(roster.keys[occasion]))
        score = (
            p.leader_luck * luck
            - np.abs(roster.ideology - ideology)
            + p.leader_rank * (roster.top & top)
        )
        score = np.where(free, score, -np.inf)
        score = np.where(roster.unnamed, _LAST_RESORT, score)
        return np.argmax(score, axis=0)

    def take_office(
        self, worlds: Worlds, leader: Ints, legitimacy: Value, occasion: str
    ) -> None:
        """Put leaders (roster indices, ``(n,)``) into office."""
        s, roster = worlds.state, self.month.roster
        ideology = np.take(roster.ideology, leader)
        s.leader[:] = leader
        shock = worlds.draws.shock(ORIENTATION[occasion])
        turn = ideology + worlds.p.orientation_noise * shock
        s.orientation[:] = np.minimum(np.maximum(turn, -1.0), 1.0)
        s.military[:] = ~np.take(roster.civilian, leader)
        s.seized[:] = occasion == "coup"
        s.legitimacy[:] = legitimacy
        for row in (s.age, s.elections_due, s.closed):
            row[:] = 0.0
        s.succession[:] = 1.0
        worlds.write("power", "accession", None, ideology, leader)
