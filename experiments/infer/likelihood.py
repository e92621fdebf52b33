"""The weighing of worlds by evidence, month by month, as they are simulated."""

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
class Weighing:
    """The weighing of worlds as they go, month by month.

    Attributes
    ----------
    evidence : Evidence
    hits : ndarray of bool, shape ``(sightings, worlds)``
        What each world has shown so far.
    atmosphere, credits : ndarray, shape ``(worlds,)``
    year : ndarray, shape ``(12, worlds)``
        US commitments of the last twelve months.
    """

    evidence: Evidence
    worlds: int
    hits: NDArray[np.bool_] = field(init=False)
    atmosphere: Floats = field(init=False)
    year: Floats = field(init=False)
    _weights: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.hits = np.zeros((len(self.evidence.sightings), self.worlds), dtype=np.bool_)
        self.atmosphere = np.zeros(self.worlds)
        self.year = np.zeros((12, self.worlds))
        self._weights = event_values("ussr", WEIGHTS)

    def take(self, worlds: NDArray[np.int64]) -> None:
        """Replace each world's record by that of another, as resampling does."""
        self.hits = self.hits[:, worlds]
        self.atmosphere = self.atmosphere[worlds]
        self.year = self.year[:, worlds]

    def see(self, model: ColdWarModel) -> Floats:
        """Return the log weight of each world by the month that has just passed, ``(worlds,)``.

        It reads the month's events from the model's chronicle and takes them out of it.
        """
        month, evidence = model.month - 1, self.evidence
        happened = self._read(model)
        self.year[month % 12] = model.state.us_commitment
        log_weight = np.zeros(self.worlds)
        if month > evidence.last:
            return log_weight
        stray = sum(happened.get(("power", kind), np.zeros(self.worlds)) for kind in ATTEMPTS)
        with np.errstate(divide="ignore"):
            for row, sighting in zip(self.hits, evidence.sightings, strict=True):
                if not sighting.first <= month <= sighting.last:
                    continue
                seen = happened.get((sighting.track, sighting.kind))
                if seen is not None:
                    apart = np.abs(model.state.orientation - sighting.course)
                    fits = (seen > 0) & ~row & ~(apart > sighting.side)
                    row |= fits
                    if sighting.kind in ATTEMPTS:
                        stray = stray - fits
                if month == sighting.last:
                    log_weight += np.where(row, 0.0, np.log(sighting.miss))
            log_weight += np.where(stray > 0, stray * np.log(evidence.extra), 0.0)
            for track, kind, weight in evidence.absent:
                if (seen := happened.get((track, kind))) is not None:
                    log_weight += np.where(seen > 0, seen * np.log(weight), 0.0)
            for level in evidence.levels:
                if level.month == month:
                    value = self._level(level.series, model)
                    if level.floor is not None:
                        value = np.log(value + level.floor)
                    error = np.maximum(value - level.value, -1e3) / level.sd
                    log_weight -= 0.5 * level.share * error * error
        return log_weight

    def _read(self, model: ColdWarModel) -> dict[tuple[str, str], Floats]:
        """Return how often the kinds of event that count happened, and age the atmosphere."""
        wanted = {CODE_OF[s.track, s.kind]: (s.track, s.kind) for s in self.evidence.sightings}
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
