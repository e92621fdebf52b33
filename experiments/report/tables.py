"""Which tables a report shows of each kind of run: those of the modules that wrote the files."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from palca.model.errors import PalcaError
from palca.scenarios.reading.library import read_columns

from ..concepts.tables import claims_table as concept_claims
from ..concepts.tables import measures_table
from ..counterfactual.claims import claims_table, headline_table
from ..counterfactual.files import evidence_table, shifts_table
from ..counterfactual.paired_report import differences_table
from ..counterfactual.report import channels_table, effects_table, expectations_table
from ..explore.discovery_report import boxes_table
from ..explore.sensitivity_report import indices_table, noise_table
from ..explore.sweep_table import levels_table
from ..infer.tables import outcomes_table, parameters_table
from ..io.numerals import significant, value_of
from ..io.safe_folder import Folder, Rows
from ..io.table import Column, Table, digits, pivot
from ..run.report import scores_table
from ..simulate.ensemble import MONTHLY

_SERIES: Final = ("orientation", "legitimacy", "repression", "mobilisation", "fiscal",
                  "ussr_committed", "ussr_delivered", "us_recent", "friction")  # fmt: skip
_HORIZON: Final = 36  # months after the fork
_MOST_MONTHS: Final = 100_000  # rows of the file of months
_MOST_ROWS: Final = 300  # of a table that are shown
_NUMBERS: Final = re.compile(r"[−–+-]?[\d∞][\d.,]* (±|\()|– [±(]")  # and their range

Made = Callable[[Rows], Table | list[Table]]


def _effects(rows: Rows) -> list[Table]:
    """Return a table of effects for each horizon, given what had happened and all that happened."""
    horizons = list(dict.fromkeys(row.get("months_on", "") for row in rows))
    average = {(row.get("quantity"), row.get("months_on")): row.get("effect")
               for row in rows if row.get("given") == "nothing"}  # fmt: skip
    made = []
    for on in horizons:
        own = [{**row, "average": average.get((row.get("quantity"), on), "")}
               for row in rows if row.get("given") != "nothing" and row.get("months_on") == on]
        if own:
            caption = f"Effects in worlds like ours, after {on} months ({own[0].get('month', '')})"
            made.append(effects_table(caption, own, noted=on == horizons[0]))
    return made


def _arms(rows: Rows) -> list[Table]:
    """Return a table of effects for each change, at the main horizon."""
    horizons = list(dict.fromkeys(row.get("months_on", "") for row in rows))
    own = [row for row in rows if row.get("given") != "nothing"]
    return [
        effects_table(f"{arm}, after {on} months",
                      [row for row in own if row.get("arm") == arm and row.get("months_on") == on])
        for arm in dict.fromkeys(row.get("arm", "") for row in rows)
        for on in _main(horizons)
    ]  # fmt: skip


def _main(horizons: list[str]) -> list[str]:
    """Return the main horizon of an answer: three years, or the last before."""
    return [on for on in horizons if value_of(on) <= _HORIZON][-1:]


def _channels(rows: Rows) -> list[Table]:
    horizons = list(dict.fromkeys(row.get("months_on", "") for row in rows))
    parts = dict.fromkeys(row.get("given", "") for row in rows)
    return [channels_table(f"{on} months, given the {given}",
                           [row for row in rows
                            if row.get("months_on") == on and row.get("given") == given])
            for on in _main(horizons) for given in parts]  # fmt: skip


def _variants(rows: Rows) -> Table:
    return effects_table("The same question to alternative models", rows,
                         Column("variant", "model"), noted=False)  # fmt: skip


def _levels(rows: Rows) -> list[Table]:
    return [levels_table(factor, rows)
            for factor in dict.fromkeys(row.get("factor", "") for row in rows)]  # fmt: skip


def _indices(rows: Rows) -> list[Table]:
    return [indices_table("total", rows), indices_table("effect", rows), noise_table(rows)]


def _forecasts(rows: Rows) -> list[Table]:
    return [
        outcomes_table(title, [row for row in rows if row.get("years") == years])
        for years, title in (("evidence", "Outcomes that the calibration used"),
                             ("after", "Outcomes of later years, which it did not use"))
    ]  # fmt: skip


def unknown(title: str, rows: Rows) -> Table:
    """Return a table of a file of unknown columns: numbers are found by what they look like."""
    columns = []
    for name in rows[0] if rows else ():
        filled = [row[name] for row in rows if row[name].strip()]
        column = Column(name, name.replace("_", " "))
        if filled and all(v.lower() == "nan" or not math.isnan(value_of(v)) for v in filled):
            column = replace(column, write=digits)
        elif filled and all(_NUMBERS.match(value) for value in filled):
            column = replace(column, right=True)
        columns.append(column)
    return Table.of(title, columns, rows, file=title)


def _years(folder: Folder) -> Table:
    """Return the medians of December of each year, with 5 and 95 %, from the months' file."""
    cells: list[tuple[str, str, str]] = []
    path = folder.path_of("months.parquet")
    texts, levels = ["month", "series", "unit"], ["q05", "q50", "q95"]
    try:
        rows: list[dict[str, Any]] = [] if path is None else read_columns(
            path, _MOST_MONTHS, [*texts, *levels], texts).to_pylist()  # fmt: skip
    except PalcaError as error:
        raise PalcaError(f"is not a table of months as Palca writes it: {error.message}; run the "
                         "command again", str(path)) from None  # fmt: skip
    for row in rows:
        year, _, month = str(row["month"]).partition("-")
        if month == "12" and row["series"] in _SERIES and re.fullmatch("[0-9]{4}", year):
            low, middle, high = (significant(value_of(row[level]), 2) for level in levels)
            name = f"{MONTHLY[row['series']][0]} ({row['unit']})"
            cells.append((name, year, f"{middle} ({low} to {high})"))
    return pivot("The simulated worlds at the end of each year", Column("series"), cells, Column,
                 "Median, with 5 and 95 % quantiles.")  # fmt: skip


_TABLES: Final[Mapping[str, Mapping[str, Made]]] = {
    "run": {"scores.csv": partial(scores_table, title="Outcomes, documented and simulated")},
    "comparison": {"differences.csv": partial(
        differences_table, "Outcomes of both scenarios, world by world on the same draws")},
    "counterfactual": {
        "expectations.csv": partial(
            expectations_table, "What was expected before the run, and what came out"),
        "effects.csv": _effects, "channels.csv": _channels, "variants.csv": _variants,
        "evidence.csv": evidence_table, "parameters.csv": shifts_table,
    },
    "arms": {"fork.csv": partial(unknown, "Who rules at the fork"), "effects.csv": _arms},
    "reanalysis": {
        "segments.csv": partial(unknown, "How probable the evidence is"),
        "evidence.csv": evidence_table,
    },
    "claims": {"claims.csv": claims_table, "headline.csv": partial(
        headline_table, "Effects on coup attempts, with each channel frozen")},
    "expectations": {"expectations.csv": partial(
        expectations_table, "What was expected before the runs, and what came out")},
    "sweep": {"summary.csv": _levels},
    "sensitivity": {"indices.csv": _indices},
    "discovery": {"boxes.csv": partial(
        boxes_table, "Where the outcome happens, most frequent first",
        note="Shares are estimated from worlds that the boxes were not fitted to.")},
    "calibration": {"parameters.csv": parameters_table, "outcomes.csv": _forecasts},
    "concept": {"measures.csv": measures_table, "claims.csv": concept_claims},
    "validation": {}, "gallery": {},
}  # fmt: skip


def tables_of(kind: str, folder: Folder) -> list[Table]:
    """Return the tables of a run, of a kind that may be unknown: then all CSV files are shown.

    Raises
    ------
    PalcaError
        If a file leads out of the folder, or is none that Palca wrote.
    """
    names = [name for name, _ in folder.files() if name.endswith(".csv")]
    made: list[Table] = []
    for file, make in _TABLES.get(kind, {name: partial(unknown, name) for name in names}).items():
        tables = make(folder.rows(file))
        made += tables if isinstance(tables, list) else [tables]
    if kind == "run":
        made.append(_years(folder))
    for table in made:
        rows = table.groups[0].rows
        if len(rows) > _MOST_ROWS:
            more = f"The first {_MOST_ROWS} of {len(rows):,} rows; {table.file} has all rows."
            table.note = f"{table.note or ''} {more}".strip()
            del rows[_MOST_ROWS:]
    return [table for table in made if table.cells]
