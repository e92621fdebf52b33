"""A concept's contrast as tables: its measures in every arm, its claims, and what is printed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ..io.numerals import interval, significant, value_of
from ..io.table import Column, Table, digits, pivot
from .contrast import Contrast, Finding

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

_CLAIMS: Final = (
    Column("claim"),
    Column("verdict"),
    Column("greater", write=digits),
    Column("lesser", "against", digits),
    Column("difference", write=digits),
    Column("ci95_low", "95 % interval", digits, to="ci95_high"),
    Column("why_not", "why not in this model"),
)  # fmt: skip


def measure_rows(found: Contrast) -> list[dict[str, Any]]:
    """Return the rows of ``measures.csv``, one for each measure in each arm."""
    rows = []
    for measure in found.concept.measures:
        for arm in found.concept.arms:
            estimate = found.estimates[f"{arm.name}.{measure.name}"]
            rows.append({
                "arm": arm.name, "arm_title": arm.title, "measure": measure.name,
                "title": measure.title, "unit": measure.unit, "value": estimate.value,
                "ci95_low": estimate.low, "ci95_high": estimate.high,
            })  # fmt: skip
    return rows


def claim_rows(found: Contrast) -> list[dict[str, Any]]:
    """Return the rows of ``claims.csv``."""
    return [
        {"claim": finding.says, "holds": finding.claim.text, "verdict": finding.verdict,
         "greater": finding.greater.value, "lesser": finding.lesser.value,
         "difference": finding.difference.value, "ci95_low": finding.difference.low,
         "ci95_high": finding.difference.high,
         "why_not": "" if finding.shown else finding.otherwise}
        for finding in found.findings
    ]  # fmt: skip


def tables(found: Contrast) -> dict[str, pd.DataFrame]:
    """Return the measures, a row for each in each arm, and the claims, a row each, by file."""
    import pandas as pd

    measures, claims = pd.DataFrame(measure_rows(found)), pd.DataFrame(claim_rows(found))
    return {"measures.csv": measures, "claims.csv": claims}


def claims_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return the claims from rows of ``claims.csv``."""
    return Table.of("Claims", _CLAIMS, rows)


def measures_table(rows: Iterable[Mapping[str, Any]], title: str = "Measures") -> Table:
    """Return the measures in every arm, with 95 % intervals, from rows of ``measures.csv``."""
    cells = []
    for row in rows:
        value, low, high = (value_of(row.get(end)) for end in ("value", "ci95_low", "ci95_high"))
        said = f"{significant(value)} ({interval(low, high)})"
        cells.append(
            (
                f"{row.get('title')}, {row.get('unit')}",
                str(row.get("arm_title")),
                "none counts" if math.isnan(value) else said,
            )
        )
    return pivot(title, Column("measure"), cells, {})


def found_out(finding: Finding) -> str:
    """Return the numbers of a claim in words."""
    d = finding.difference
    return (f"{significant(finding.greater.value)} against {significant(finding.lesser.value)}, "
            f"difference {significant(d.value)} ({interval(d.low, d.high)})")  # fmt: skip


def print_concept(console: Console, found: Contrast) -> None:
    """Print a concept: what it says, its arms' measures, the claims and their verdicts."""
    from rich.markup import escape
    from rich.padding import Padding

    concept = found.concept
    console.print(f"[bold]{escape(concept.title)}[/]: {escape(found.verdict)}", markup=True)
    console.print(f"\n{concept.definition}\n")
    rows = measure_rows(found)
    console.print(measures_table(rows, f"{found.worlds:,} worlds in each arm, on the same draws: "
                                       "means with 95 % intervals"))  # fmt: skip
    arms = [[row["value"] for row in rows if row["arm"] == arm.name] for arm in concept.arms]
    if all(values == arms[0] for values in arms):
        console.print(
            "All arms give the same result: the settings that differ between them have "
            "no effect here.\n"
        )
    for finding in found.findings:
        mark = "[green]✓[/]" if finding.shown else "[red]✗[/]"
        console.print(f"{mark} {escape(finding.says)}", markup=True)
        console.print(Padding.indent(f"{finding.verdict}: {found_out(finding)}", 4), style="dim")
        if not finding.shown and math.isfinite(finding.difference.value):
            console.print(Padding.indent(f"Why the model may not show it: {finding.otherwise}", 4))
    console.print(f"\nWhat would count against it: {concept.against}")
    if concept.limits:
        console.print(f"What this contrast can't show: {concept.limits}")
    console.print(f"For students: {concept.question}")
    console.print("\nLiterature:", style="bold")
    for work in concept.literature:
        console.print(Padding.indent(work, 2))
