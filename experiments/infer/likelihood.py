"""The likelihood of the evidence in each world, month by month, as the worlds are simulated."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from palca.model import ColdWarModel
from palca.model.state.history import CODE_OF
from palca.model.types import Floats

from ..observe.outcomes import MEMORY, WEIGHTS, event_values
from .evidence import ATTEMPTS, Evidence


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
    """

    evidence: Evidence
    worlds: int
    seen: NDArray[np.bool_] = field(init=False)
    atmosphere: Floats = field(init=False)
    year: Floats = field(init=False)
    _weights: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.seen = np.zeros((len(self.evidence.events), self.worlds), dtype=np.bool_)
        self.atmosphere = np.zeros(self.worlds)
        self.year = np.zeros((12, self.worlds))
        self._weights = event_values("ussr", WEIGHTS)

    def take(self, worlds: NDArray[np.int64]) -> None:
        """Replace each world's record by that of another, as resampling does."""
        self.seen = self.seen[:, worlds]
        self.atmosphere = self.atmosphere[worlds]
        self.year = self.year[:, worlds]

    def update(self, model: ColdWarModel) -> Floats:
        """Return the log-likelihood of the month that has just passed, ``(worlds,)``.

        It reads the month's events from the model's log and takes them out of it.
        """
        month, evidence = model.month - 1, self.evidence
        happened = self._read(model)
        self.year[month % 12] = model.state.us_commitment
        log_likelihood = np.zeros(self.worlds)
        if month > evidence.last:
            return log_likelihood
        stray = sum(happened.get(("power", kind), np.zeros(self.worlds)) for kind in ATTEMPTS)
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
            log_likelihood += np.where(stray > 0, stray * np.log(evidence.extra), 0.0)
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
        return log_likelihood

    def _read(self, model: ColdWarModel) -> dict[tuple[str, str], Floats]:
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

    def _level(self, series: str, model: ColdWarModel) -> Floats:
        if series == "orientation":
            return model.state.orientation
        if series == "ussr_atmosphere":
            return self.atmosphere
        if series == "us_commitments":
            return self.year.sum(axis=0)
        return model.state.ussr_committed
