"""``palca reanalysis``: what went on underneath, in worlds that went as ours did."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.scenarios import build, resolve

from ..infer.evidence import Evidence, describe
from ..infer.evidence_file import load_given, make_evidence
from ..infer.reanalysis import WORLDS, Reanalysis
from ..infer.reanalysis_files import given_before, reanalysis_of, write_reanalysis
from ..io.experiment import AtomicExperiment, OnProgress, Result
from ..observe.documented import record_for
from ..observe.histories import documented
from ..simulate.ensemble import QUANTILES
from .figure import draw_reanalysis
from .report import print_reanalysis
from .underneath import DISLOYAL, QUANTITIES, Underneath, underneath
from .why import Why, why

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class ReanalysisExperiment(AtomicExperiment):
    """Worlds of a resolved scenario without interventions, given the data of an evidence file."""

    kind: ClassVar[str] = "reanalysis"

    scenario: dict[str, Any]
    given: dict[str, Any]
    worlds: int
    seed: int

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        scenario = build(self.scenario)
        record = record_for(scenario, "--given")
        history = documented(record, scenario)
        evidence = make_evidence(self.given, "--given", history, record)
        found = reanalysis_of(
            self.scenario, evidence, self.worlds, self.seed, jobs, on_progress
        )
        if not found.tries:
            return Result("", lambda console, _: print_reanalysis(console, scenario, found, None),
                          answered=False)  # fmt: skip
        result = underneath(self.scenario, found)
        digest = hashlib.sha256()
        for end, tries in sorted(found.tries.items()):
            digest.update(f"{end} ".encode() + tries.astype("<i8").tobytes())
        return Result(
            digest.hexdigest(),
            lambda console, _: print_reanalysis(console, scenario, found, result),
            partial(_tables, self.scenario, evidence, found, result),
            {"reanalysis.png": partial(
                draw_reanalysis, scenario.country, evidence, found, result)},
        )  # fmt: skip


def _tables(
    resolved: dict[str, Any], evidence: Evidence, found: Reanalysis, result: Underneath
) -> dict[str, Any]:
    """Return the tables of a reanalysis by their files.

    ``months.csv`` (a row a month and quantity: quantiles, and those without evidence),
    ``rulers.csv``, ``segments.csv`` (how probable the evidence is), ``evidence.csv``, and
    ``worlds.parquet`` with ``worlds.json``, from which the worlds can be made again.
    """
    import pandas as pd

    scenario = build(resolved)
    names = [f"q{round(100 * share):02d}" for share in QUANTILES]
    rows = []
    for name, quantiles in result.quantiles.items():
        unit = "share" if name.startswith(DISLOYAL) else QUANTITIES[name][1]
        narrowing = result.narrowing(name)
        for month, values in enumerate(quantiles):
            free = zip(names, result.free[name][month], strict=True)
            rows.append({"month": month_name(month), "quantity": name, "unit": unit,
                         **dict(zip(names, values, strict=True)),
                         **{f"free_{key}": value for key, value in free},
                         "narrowing": narrowing[month]})  # fmt: skip
    leaders = [scenario.country.leaders[int(place)].name for place in result.rulers]
    rulers = pd.DataFrame({
        "month": [month_name(month) for month in range(len(leaders))], "leader": leaders,
        "share": result.shares, "attempts": result.attempts,
    })  # fmt: skip
    segments = pd.DataFrame([
        {"first": month_name(s.start), "last": month_name(s.end - 1), "kept": s.kept,
         "tried": s.tried, "probability": s.probability, "families": s.families}
        for s in found.segments
    ])  # fmt: skip
    every = [leader.name for leader in scenario.country.leaders]
    tables: dict[str, pd.DataFrame | Any] = {
        "months.csv": pd.DataFrame(rows),
        "months.parquet": pd.DataFrame(rows),
        "rulers.csv": rulers,
        "segments.csv": segments,
        "evidence.csv": pd.DataFrame(describe(evidence, found.end - 1, every)),
        "worlds.parquet": partial(write_reanalysis, found),
    }
    return tables



def why_of_record(
    month: int, jobs: int, on_progress: OnProgress, worlds: int = WORLDS, seed: int = 0
) -> Why:
    """Return why a month of our history came as it did, in worlds of the baseline.

    Raises
    ------
    PalcaError
        If the month lies outside the baseline's.
    """
    resolved = resolve("baseline")
    if not 0 <= month < resolved["months"]:
        last = month_name(resolved["months"] - 1)
        raise PalcaError(f"covers 1969-01 to {last}, not {month_name(month)}", "--month")
    scenario = build(resolved)
    record = record_for(scenario, "--record")
    evidence = make_evidence(load_given("record"), "record", documented(record, scenario), record)
    found = reanalysis_of(resolved, evidence, worlds, seed, jobs, on_progress)
    found = given_before(resolved, evidence, found, month + 1, jobs, on_progress)
    return why(resolved, evidence, found, month)
