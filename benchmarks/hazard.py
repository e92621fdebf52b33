"""How long regimes last in the model, beside the region, and how probable the record is under it.

Countries are invented (`palca.experiments.validate.cross_country`): nothing is tuned to Bolivia
alone. Parameters are drawn from their priors, so nothing is calibrated either. `make hazard`
writes docs/HAZARD.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, StrictUndefined
from rich.progress import track
from scipy.stats import binomtest

from palca.experiments.infer.evidence import Evidence
from palca.experiments.infer.evidence_file import load_given, make_evidence
from palca.experiments.infer.reanalysis import reanalyse
from palca.experiments.observe.documented import record_for
from palca.experiments.observe.histories import documented
from palca.experiments.simulate import priors
from palca.experiments.validate.cross_country import countries
from palca.model import ColdWarModel, History
from palca.model.calendar import month_name
from palca.model.state.history import CODE_OF
from palca.scenarios import build, resolve

ROOT = Path(__file__).parents[1]
COUNTRIES: Final = 40
WORLDS: Final = 250  # histories of each
SEEDS: Final = 2  # filters for each log evidence
KEPT: Final = 64  # worlds of a filter
# Months since the last attempt: first and last, and the documented chance of one in a month, in
# seventeen countries 1951-82 (Powell and Thyne 2011).
SINCE: Final = ((1, 3, 0.061), (4, 6, 0.043), (7, 12, 0.053), (13, 24, 0.015), (25, 36, 0.002),
                (37, 60, 0.019), (61, 120, 0.010), (121, 10_000, 0.004))  # fmt: skip
# Share of 35 soldiers who came by force 1950-78 that lasted more than so many months (Archigos).
LASTED: Final = {12: 0.49, 24: 0.40, 36: 0.31, 60: 0.17}
SOLDIERS: Final = 35
NEXT: Final = 0.64  # attempts in the twelve months after a successful one, documented

# The model with one mechanism otherwise: settings.
VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    "as it is": (),
    "no trap: the rate does not fall with quiet": ("coup_trap=0",),
    "the trap of 0.9: attempts that fade from memory": ("fading_memory=1",),
    "repression does not intimidate": ("intimidation=0",),
    "a global game: nobody sees who joins": ("global_game=1",),
    "a change of ruler opens no question": ("opportunity_succession=0",),
}


@dataclass
class Counts:
    """What is counted in histories."""

    hits: np.ndarray = field(default_factory=lambda: np.zeros(len(SINCE)))
    months: np.ndarray = field(default_factory=lambda: np.zeros(len(SINCE)))
    later: list[np.ndarray] = field(default_factory=list)
    lasted: dict[int, list[np.ndarray]] = field(
        default_factory=lambda: {months: [] for months in LASTED}
    )
    attempts: int = 0
    successes: int = 0
    fights: int = 0

    def add(self, history: History, quiet: float) -> None:
        """Count one country's histories; `quiet` is the months since the last attempt."""
        tried, won = history.field("attempt") > 0, history.field("success") > 0
        leader = history.field("leader")
        months, worlds = tried.shape
        age = np.full(worlds, float(quiet))
        firsts = [first for first, _, _ in SINCE]
        for now in tried:
            age += 1.0
            row = np.searchsorted(firsts, age, side="right") - 1
            self.months += np.bincount(row, minlength=len(SINCE))
            self.hits += np.bincount(row, now.astype(np.float64), len(SINCE))
            age[now] = 0.0
        so_far = np.concatenate([np.zeros((1, worlds)), np.cumsum(tried, axis=0)])
        month, world = np.nonzero(won[: months - 12])
        self.later.append(so_far[month + 13, world] - so_far[month + 1, world])
        for span, out in self.lasted.items():
            month, world = np.nonzero(won[: months - span])
            still = np.ones(len(month), dtype=np.bool_)
            for step in range(1, span + 1):
                still &= leader[month + step, world] == leader[month, world]
            out.append(still)
        self.attempts += int(tried.sum())
        self.successes += int(won.sum())
        self.fights += int((history.events.code == CODE_OF["conflict", "fighting"]).sum())


def count(resolved: list[dict[str, Any]], worlds: int) -> Counts:
    """Return what is counted in worlds of some scenarios, their parameters from the priors."""
    counts = Counts()
    for number, one in enumerate(track(resolved, "countries")):
        scenario = build(one)
        numbers = np.arange(worlds)
        own = {**scenario.parameters, **priors.draw(number, numbers, scenario.free_priors)}
        model = ColdWarModel(replace(scenario, parameters=own), numbers, number,
                             keep=("leader", "attempt", "success"))  # fmt: skip
        counts.add(model.run(), one["country"]["start"]["attempt_age"])
    return counts


def log_evidence(settings: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """Return the log evidence of parts of the record to December 1978, as `by_filters` tells it."""
    resolved = resolve("baseline", settings)
    scenario, given = build(resolved), load_given("record")
    record = record_for(scenario, "record")
    some = {"title": "parts of the record", **{key: given[key] for key in keys}}
    return by_filters(resolved, make_evidence(some, "record", documented(record, scenario), record))


def by_filters(resolved: dict[str, Any], evidence: Evidence) -> str:
    """Return the mean log evidence of filters, with its standard error over them.

    If one found a month too rare, the mean is that of the others, and is said to be.
    """
    found = [reanalyse(resolved, evidence, KEPT, seed) for seed in range(SEEDS)]
    whole = [one.log_evidence(one.end) for one in found if one.stopped is None]
    if len(whole) < SEEDS:
        rare = {month_name(one.stopped.end - 1) for one in found if one.stopped is not None}
        said = f"{len(whole)} of {SEEDS} filters; {' and '.join(sorted(rare))} was too rare"
    else:
        said = f"{np.std(whole, ddof=1) / np.sqrt(SEEDS):.1f}"
    mean = f"{np.mean(whole):.1f}".replace("-", "−") if whole else "none"
    return f"{mean} ({said})"


def main() -> None:
    """Measure and write the page."""
    baseline = resolve("baseline")
    made = countries(baseline, COUNTRIES, 0)
    region, home = count(made, WORLDS), count([baseline], COUNTRIES * WORLDS)
    evidence = [
        (label, log_evidence(settings, ("rulers",)), log_evidence(settings, ("rulers", "attempts")))
        for label, settings in track(VARIANTS.items(), "log evidence")
    ]
    survival = []
    for months, share in LASTED.items():
        interval = binomtest(round(share * SOLDIERS), SOLDIERS).proportion_ci(0.9, "wilson")
        cells = [float(np.concatenate(of.lasted[months]).mean()) for of in (region, home)]
        survival.append((months, share, interval.low, interval.high, *cells))
    text = (Path(__file__).parent / "hazard.md").read_text(encoding="utf-8")
    page = Environment(undefined=StrictUndefined, trim_blocks=True).from_string(text).render(
        since=[(*row, *(of.hits[i] / max(of.months[i], 1) for of in (region, home)))
               for i, row in enumerate(SINCE)],
        next=NEXT, later=[float(np.concatenate(of.later).mean()) for of in (region, home)],
        survival=survival, evidence=evidence, countries=COUNTRIES, worlds=WORLDS, seeds=SEEDS,
        kept=KEPT, both=(region, home),
    )  # fmt: skip
    (ROOT / "docs" / "HAZARD.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
