"""The regime: its course, its acts, elections, and who follows whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import noise
from .arithmetic import logistic
from .economy import debt_next
from .parameters import at
from .society import repression_next
from .strategist import Strategist

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
ELECTIONS_AFTER = 9.0  # months from the announcement to the vote


class Regime(Strategist):
    """Whoever rules. Its state: leader, orientation, legitimacy, repression, patronage."""

    actor = "regime"

    def act(self) -> None:
        """Carry out the month's decisions."""
        m, s, p, lever = self.model, self.model.state, self.model.p, self.levers
        write = m.chronicle.write
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
        s.repression[:] = repression_next(s.repression, np.asarray(lever["repress"]), p)
        arms = p.patronage_us * m.carry("us_military", "barracks", s.us_arms)
        s.patronage += p.patronage_speed * (lever["patronage"] + arms - s.patronage)
        s.debt[:] = debt_next(s.debt, np.asarray(lever["borrow"]), p)

        reformed = self.chooses("reform", "reform")
        write("conflict", "price shock", reformed)
        self.reformed = reformed.astype(np.float64)
        left = s.price_shock - p.price_shock_decay * s.price_shock
        s.price_shock[:] = np.minimum(left + reformed, 2.0)
        self._keep_or_break_promises()

    def _decide_party(self) -> None:
        """Ban, tolerate or legalise the party; amnesty comes with legality."""
        s, write = self.model.state, self.model.chronicle.write
        banned = self.chooses("ban_party", "ban of the party") & (s.legality > 0)
        tolerated = self.chooses("tolerate_party", "toleration of the party")
        tolerated &= (s.legality < 0.5) & ~banned
        legalised = self.chooses("legalise_party", "legalisation of the party")
        legalised &= (s.legality < 1) & ~banned
        write("party", "banned", banned)
        write("party", "tolerated", tolerated & ~legalised)
        write("party", "legalised", legalised)
        write("conflict", "amnesty", legalised & (s.repression > 0.4))
        step = np.where(tolerated, 0.5, s.legality)
        s.legality[:] = np.where(banned, 0.0, np.where(legalised, 1.0, step))
        self.banned = banned

    def _keep_or_break_promises(self) -> None:
        """Announce elections, hold or annul them when due, or close politics."""
        m, s, p = self.model, self.model.state, self.model.p
        write = m.chronicle.write
        closes = self.chooses("close_politics", "self-coup") & (s.closed < 1)
        write("power", "self-coup", closes, leader=s.leader)
        due = s.elections_due
        promised = self.chooses("promise_elections", "promise of elections") & (due < 1) & ~closes
        write("power", "elections announced", promised, leader=s.leader)
        today = (due == 1.0) & ~closes
        s.promise_broken *= 1.0 - p.promise_decay
        s.promise_broken[:] = np.where(closes & (due > 0), 1.0, s.promise_broken)
        due[:] = np.where(promised, ELECTIONS_AFTER, np.maximum(due - 1.0, 0.0))
        due[:] = np.where(closes, 0.0, due)
        s.closed[:] = np.where(closes, 1.0, np.where(promised, 0.0, s.closed))
        if np.count_nonzero(today):
            write("power", "election", today, leader=s.leader)
            annulled = today & self.chooses("break_promise", "breach of promise")
            write("power", "annulment", annulled, leader=s.leader)
            s.promise_broken[:] = np.where(annulled, 1.0, s.promise_broken)
            s.legitimacy[:] = np.maximum(s.legitimacy - p.legitimacy_annulment * annulled, 0.0)
            s.succession[:] = np.where(annulled, 1.0, s.succession)
            self._elect(np.nonzero(today & ~annulled)[0])

    def _elect(self, worlds: Ints) -> None:
        """Hold an election: the regime's candidate or the opposition's takes office."""
        m, s, p = self.model, self.model.state, self.model.p
        standing = at(p.election_legitimacy, worlds) * (s.legitimacy[worlds] - 0.5)
        chance = logistic(standing + at(p.election_machine, worlds) * s.military[worlds])
        regime_wins = m.chance.of("election result")[worlds] < chance
        course = s.orientation[worlds]
        other = np.where(course > 0, -1.0, 1.0) * at(p.opposition, worlds)
        aim = np.where(regime_wins, course, other)
        candidates = np.array([leader.candidate for leader in m.premise.country.leaders])
        winner = self.choose(worlds, aim, candidates[:, None], np.zeros(len(worlds), bool), "vote")
        m.chronicle.write_at("power", "handover", worlds, leader=winner)
        self.take_office(worlds, winner, at(p.legitimacy_elected, worlds), "vote")

    def choose(
        self, worlds: Ints, ideology: np.ndarray, eligible: Flags, top: Flags, occasion: str
    ) -> Ints:
        """Return who takes power: the nearest in ideology, favoured by rank and by luck.

        Parameters
        ----------
        worlds : ndarray of int, shape ``(n,)``
        ideology : ndarray, shape ``(n,)``
            That of those who lift him up.
        eligible : ndarray of bool, shape ``(leaders, 1 or n)``
        top : ndarray of bool, shape ``(n,)``
            Whether they are of top rank.
        occasion : str
            "coup", "vote" or "death": each has a luck of its own.

        Returns
        -------
        ndarray of int, shape ``(n,)``
            Places in the roster; the last one stands for an unnamed successor and is always free.
        """
        m = self.model
        roster = m.roster
        free = (roster.since <= m.month) & (m.month <= roster.until)
        free = free[:, None] & (m.absent_until[:, worlds] <= m.month) & eligible
        free &= roster.place[:, None] != m.state.leader[worlds].astype(np.int64)
        luck = noise.normal(noise.bits(m.keys[worlds], roster.keys[occasion][:, m.month, None]))
        score = (
            at(m.p.leader_luck, worlds) * luck
            - np.abs(roster.ideology[:, None] - ideology)
            + at(m.p.leader_rank, worlds) * (roster.top[:, None] & top)
        )
        score = np.where(free, score, -np.inf)
        score[-1] = -1e6  # the unnamed one, if nobody else is free
        return np.argmax(score, axis=0)

    def take_office(
        self, worlds: Ints, leader: Ints, legitimacy: float | np.ndarray, occasion: str
    ) -> None:
        """Put leaders (roster places) into office in the numbered worlds, both ``(n,)``."""
        m, s = self.model, self.model.state
        if not len(worlds):
            return
        roster = m.roster
        names = leader.astype(np.float64)
        s.leader[worlds] = names
        shock = m.chance.shock(f"orientation by {occasion}")[worlds]
        turn = roster.ideology[leader] + at(m.p.orientation_noise, worlds) * shock
        s.orientation[worlds] = np.minimum(np.maximum(turn, -1.0), 1.0)
        s.military[worlds] = ~roster.civilian[leader]
        s.seized[worlds] = occasion == "coup"
        s.legitimacy[worlds] = legitimacy
        for row in (s.age, s.elections_due, s.closed):
            row[worlds] = 0.0
        s.succession[worlds] = 1.0
        m.chronicle.write_at("power", "accession", worlds, roster.ideology[leader], names)
