"""The likelihood of the evidence in each world, month by month, as the worlds are simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palca.model import Simulation
from palca.model.state.history import CODE_OF
from palca.model.types import Floats, Ints

from ..observe.by_month import MEMORY, WEIGHTS, event_values
from .evidence import ATTEMPTS, Evidence

OF_WORLDS: Final = ("seen", "atmosphere", "year", "reign")  # whose last axis is that of the worlds


@dataclass(slots=True)
class Likelihood:
    """The likelihood of the evidence, month by month, and what of the past it hangs on.

    Attributes
    ----------
    evidence : Evidence
    seen : ndarray of bool, shape ``(events, worlds)``
        Which events of the evidence each world has had so far.
    atmosphere : ndarray, shape ``(worlds,)``
        Soviet atmosphere.
    year : ndarray, shape ``(12, worlds)``
        US commitments of the last twelve months.
    reign : ndarray of int, shape ``(worlds,)``
        Which of the rulers of the evidence has come to power so far.
    """

    evidence: Evidence
    worlds: int
    seen: NDArray[np.bool_] = field(init=False)
    atmosphere: Floats = field(init=False)
    year: Floats = field(init=False)
    reign: Ints = field(init=False)
    _weights: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.seen = np.zeros((len(self.evidence.events), self.worlds), dtype=np.bool_)
        self.atmosphere = np.zeros(self.worlds)
        self.year = np.zeros((12, self.worlds))
        self.reign = np.zeros(self.worlds, dtype=np.int64)
        self._weights = event_values("ussr", WEIGHTS)

    def taken(self, worlds: Ints) -> Likelihood:
        """Return that of some of the worlds, repeated or not, such as resampling keeps."""
        some = Likelihood(self.evidence, len(worlds))
        for name in OF_WORLDS:
            setattr(some, name, getattr(self, name)[..., worlds])
        return some

    def update(self, model: Simulation) -> Floats:
        """Return the log-likelihood of the month that has just passed, ``(worlds,)``.

        It reads the month's events from the model's log and takes them out of it.
        """
        month, evidence = model.month - 1, self.evidence
        happened = self._read(model)
        self.year[month % 12] = model.state.us_commitment
        log_likelihood = np.zeros(self.worlds)
        if month > evidence.last:
            return log_likelihood
        stray = np.zeros(self.worlds)
        for kind in ATTEMPTS:
            stray = stray + happened.get(("power", kind), 0.0)
        with np.errstate(divide="ignore"):
            for seen, event in zip(self.seen, evidence.events, strict=True):
                if not event.first <= month <= event.last:
                    continue
                times = happened.get((event.track, event.kind))
                if times is not None:
                    apart = np.abs(model.state.orientation - event.orientation)
                    fits = (times > 0) & ~seen & ~(apart > event.orientation_tolerance)
                    seen |= fits
                    if event.kind in ATTEMPTS:
                        stray = stray - fits
                if month == event.last:
                    log_likelihood += np.where(seen, 0.0, np.log(event.false_negative))
            extra = stray > 0
            log_likelihood[extra] += stray[extra] * np.log(evidence.extra)
            for track, kind, weight in evidence.absent:
                if (times := happened.get((track, kind))) is not None:
                    log_likelihood += np.where(times > 0, times * np.log(weight), 0.0)
            for level in evidence.levels:
                if level.month == month:
                    value = self._level(level.series, model)
                    if level.floor is not None:
                        value = np.log(value + level.floor)
                    error = np.maximum(value - level.value, -1e3) / level.sd
                    log_likelihood -= 0.5 * level.share * error * error
        if evidence.rulers:
            log_likelihood[~self._ruled(month, model.state.leader)] = -np.inf
        return log_likelihood

    def _ruled(self, month: int, leader: Floats) -> NDArray[np.bool_]:
        """Return whether the ruler at the end of a month may rule then, ``(worlds,)``."""
        rulers = self.evidence.rulers
        lowest = sum(reign.last <= month for reign in rulers) - 1  # the latest who must have come
        highest = sum(reign.first <= month for reign in rulers) - 1
        now = np.full(self.worlds, -1)
        for number in range(highest, lowest - 1, -1):
            now[(leader == rulers[number].leader) & (self.reign <= number)] = number
        self.reign = np.maximum(now, self.reign)
        return now >= 0

    def _read(self, model: Simulation) -> dict[tuple[str, str], Floats]:
        """Return how often the kinds of event that count happened, and age the atmosphere."""
        wanted = {CODE_OF[s.track, s.kind]: (s.track, s.kind) for s in self.evidence.events}
        wanted |= {CODE_OF["power", kind]: ("power", kind) for kind in ATTEMPTS}
        wanted |= {CODE_OF[track, kind]: (track, kind) for track, kind, _ in self.evidence.absent}
        out: dict[tuple[str, str], Floats] = {}
        self.atmosphere *= MEMORY
        events = model.event_log.take()
        np.add.at(self.atmosphere, events.world, self._weights[events.code])
        for code, name in wanted.items():
            worlds = events.world[events.code == code]
            if len(worlds):
                out[name] = np.bincount(worlds, minlength=self.worlds).astype(np.float64)
        return out

    def _level(self, series: str, model: Simulation) -> Floats:
        if series == "orientation":
            return model.state.orientation
        if series == "ussr_atmosphere":
            return self.atmosphere
        if series == "us_commitments":
            return self.year.sum(axis=0)
        return model.state.ussr_committed
