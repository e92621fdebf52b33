"""A concept's contrast on the terminal, and as the tables of its folder."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..io.terminal_table import Column, TerminalTable, numbers
from .contrast import Contrast, Estimate, table_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


def print_concept(console: Console, found: Contrast) -> None:
    """Print a concept: what it says, its arms' measures, the claims and their verdicts."""
    from rich.markup import escape
    from rich.padding import Padding

    told = found.concept
    console.print(f"[bold]{escape(told.title)}[/]: {escape(found.verdict)}", markup=True)
    console.print(f"\n{told.definition}\n")
    arms, rows = table_of(found)
    table = TerminalTable(
        f"{found.worlds:,} worlds in each arm, on the same draws: means, and 95 % intervals",
        [Column("measure"), *numbers(*arms)],
    )
    for measure, estimates in rows:
        cells = [
            f"{e.value:.3g}\n{_interval(e)}" if e.value == e.value else "none counts"
            for e in estimates
        ]
        table.add(f"{measure.title}, {measure.unit}", *cells)
    console.print(table)
    if all(estimate == estimates[0] for _, estimates in rows for estimate in estimates):
        console.print("All arms came out alike: what sets them apart is nothing that acts here.\n")
    for finding in found.findings:
        mark = "[green]✓[/]" if finding.shown else "[red]✗[/]"
        d = finding.difference
        console.print(f"{mark} {escape(finding.says)}", markup=True)
        found_out = (
            f"{finding.verdict}: {finding.greater.value:.3g} against {finding.lesser.value:.3g}, "
            f"difference {d.value:.3g} (95 % interval {_interval(d)})"
        )
        console.print(Padding.indent(found_out, 4), style="dim")
        if not finding.shown and math.isfinite(d.value):
            console.print(Padding.indent(f"Why not in this model: {finding.otherwise}", 4))
    console.print(f"\nWhat would count against it: {told.against}")
    if told.limits:
        console.print(f"What this contrast can't say: {told.limits}")
    console.print(f"For students: {told.question}")
    console.print("\nLiterature:", style="bold")
    for work in told.literature:
        console.print(Padding.indent(work, 2))


def _interval(estimate: Estimate) -> str:
    if math.isnan(estimate.low):
        return "–"
    return f"{estimate.low:.3g} to {estimate.high:.3g}"


def tables(found: Contrast) -> dict[str, pd.DataFrame]:
    """Return the measures, a row for each in each arm, and the claims, a row each, by file."""
    import pandas as pd

    measures = [
        {"arm": arm.name, "arm_title": arm.title, "measure": measure.name,
         "title": measure.title, "unit": measure.unit, "value": estimate.value,
         "ci95_low": estimate.low, "ci95_high": estimate.high}
        for measure, estimates in table_of(found)[1]
        for arm, estimate in zip(found.concept.arms, estimates, strict=True)
    ]  # fmt: skip
    claims = [
        {"claim": finding.says, "holds": finding.claim.text, "verdict": finding.verdict,
         "greater": finding.greater.value, "lesser": finding.lesser.value,
         "difference": finding.difference.value, "ci95_low": finding.difference.low,
         "ci95_high": finding.difference.high,
         "why_not": "" if finding.shown else finding.otherwise}
        for finding in found.findings
    ]  # fmt: skip
    return {"measures.csv": pd.DataFrame(measures), "claims.csv": pd.DataFrame(claims)}
