"""``palca reanalysis``: what went on underneath, in worlds that went as ours did."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.scenarios import build, resolve

from ..infer.evidence import Evidence, describe
from ..infer.evidence_file import load_given, make_evidence
from ..infer.evidence_table import EVIDENCE, EVIDENCE_FILE, SEGMENTS_FILE, segment_rows
from ..infer.reanalysis import WORLDS, Reanalysis
from ..infer.reanalysis_files import given_before, reanalysis_of, write_reanalysis
from ..io.codebook import Each, File, column
from ..io.experiment import AtomicExperiment, OnProgress, Result
from ..io.table import Column
from ..observe.documented import record_for
from ..observe.histories import documented
from ..simulate.ensemble import QUANTILES
from .figure import draw_reanalysis
from .report import answer_of, print_reanalysis
from .underneath import DISLOYAL, QUANTITIES, Underneath, underneath
from .why import Why, why

_MONTH: Final = re.compile(r"\d{4}-\d{2}")


def _segment(month: str) -> Column | None:
    """Return the column of the segment that begins in a month, None if it is none."""
    return column(month, "number of the world's try in it") if _MONTH.fullmatch(month) else None



_FILES: Final = (
    File("months.csv", "a quantity in a month", (
        column("month", "at whose end"),
        column("quantity", f"a field of the state (palca list fields), or {DISLOYAL}: and a "
                           "garrison, the part of its force that would rise"),
        "unit",
        *(f"q{round(100 * share):02d}" for share in QUANTILES),
        *(column(f"free_q{round(100 * share):02d}",
                 f"{100 * share:.0f} % quantile in worlds without evidence")
          for share in QUANTILES),
        column("narrowing", "by how much the evidence narrows the range from 5 to 95 %: 0 not at "
                            "all, 1 to a point; below 0 it is wider"),
    )),
    File("rulers.csv", "a month", (
        column("month", "at whose end"), column("leader", "who rules in most worlds"),
        column("share", "of the worlds that he rules", "share"),
        column("attempts", "part of the worlds with a coup attempt", "share"),
    )),
    SEGMENTS_FILE,
    EVIDENCE_FILE,
    File("worlds.parquet", "a world at the end of a segment", (
        column("until", "evidence that its world is given, counted from January 1969", "months"),
        Each("MONTH", "number of the world's try in the segment that begins in this month",
             _segment),
    )),
    File("worlds.json", "What worlds.parquet needs for the worlds to be made again: seed, "
                        "segments, and the key of scenario and evidence."),
    File("reanalysis.png", "Figure: what nobody measured, given what was."),
)  # fmt: skip


@dataclass(frozen=True)
class ReanalysisExperiment(AtomicExperiment):
    """Worlds of a resolved scenario without interventions, given the data of an evidence file."""

    kind: ClassVar[str] = "reanalysis"
    files: ClassVar[tuple[File, ...]] = _FILES

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
            return Result("", partial(answer_of, found, None), lambda *_: None, answered=False)
        result = underneath(self.scenario, found)
        digest = hashlib.sha256()
        for end, tries in sorted(found.tries.items()):
            digest.update(f"{end} ".encode() + tries.astype("<i8").tobytes())
        return Result(
            digest.hexdigest(),
            partial(answer_of, found, result),
            lambda console, _: print_reanalysis(console, scenario, found, result),
            partial(_tables, self.scenario, evidence, found, result),
            {"reanalysis.png": partial(
                draw_reanalysis, scenario.country, evidence, found, result)},
        )  # fmt: skip


def _tables(
    resolved: dict[str, Any], evidence: Evidence, found: Reanalysis, result: Underneath
) -> dict[str, Any]:
    """Return the tables of a reanalysis by their files."""
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
    every = [leader.name for leader in scenario.country.leaders]
    tables: dict[str, pd.DataFrame | Any] = {
        "months.csv": pd.DataFrame(rows),
        "rulers.csv": rulers,
        "segments.csv": pd.DataFrame(segment_rows(found.segments)),
        "evidence.csv": pd.DataFrame(
            describe(evidence, found.end - 1, every), columns=[one.name for one in EVIDENCE]
        ),
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
