"""A concept's contrast as tables: its measures in every arm, its claims, and what is printed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..counterfactual.size import VERDICTS, Verdict
from ..io.codebook import File, column
from ..io.experiment import Answer
from ..io.language import N_, _
from ..io.numerals import decimal, value_of
from ..io.table import Column, Table, digits, numbers, pivot
from .contrast import Contrast, Finding

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from palca.scenarios.concept import Concept

_MARKS: Final[dict[Verdict, str]] = {
    "shown": "[green]✓[/]", "shown but small": "[yellow]≈[/]", "can't tell": "[yellow]?[/]",
    "not shown": "[red]✗[/]",
}  # fmt: skip
_NAME: Final = re.compile(r"[a-z_]\w*\.\w+")  # ARM.MEASURE
_CLAIMS: Final = (
    Column("claim", N_("claim"), meaning="in words"),
    Column("verdict", N_("verdict"), meaning=", ".join(_MARKS)),
    Column("why", N_("why"), meaning="why that is the verdict"),
    Column("greater", N_("greater"), digits, meaning="the side that is claimed to be greater"),
    Column("lesser", N_("against"), digits, meaning="the other side"),
    Column("difference", N_("difference"), digits, meaning="greater minus lesser"),
    Column("ci95_low", N_("95 % interval"), digits, to="ci95_high"),
    Column("least", N_("least of interest"), digits, meaning="least size of interest"),
    Column("why_not", N_("why not in this model"),
           meaning="why this model may not show it; empty if it does"),
)  # fmt: skip
FILES: Final = (
    File("measures.csv", "a measure in an arm", (
        column("arm", "its name"), column("arm_title", "what it is"),
        column("measure", "its name"), column("title", "what it is"), "unit",
        column("value", "mean of the worlds; empty if none counts"), "ci95_low", "ci95_high",
    )),
    File("claims.csv", "a claim", (
        *_CLAIMS, column("holds", "the comparison that is tested"),
        column("because", "why that is the least size of interest"),
    )),
    File("concept.png", "Figure: the measures of the arms."),
)  # fmt: skip

_IN_SHORT: Final = ("claim", "verdict", "difference", "ci95_low", "least")


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
    """Return the rows of ``claims.csv``, in the language that is spoken now."""
    return [
        {"claim": finding.says, "holds": finding.claim.text, "verdict": _(finding.verdict),
         "why": finding.why,
         "greater": finding.greater.value, "lesser": finding.lesser.value,
         "difference": finding.difference.value, "ci95_low": finding.difference.low,
         "ci95_high": finding.difference.high, "least": finding.claim.least,
         "because": _(finding.claim.because),
         "why_not": "" if finding.verdict == "shown" else finding.otherwise}
        for finding in found.findings
    ]  # fmt: skip


def tables(found: Contrast) -> dict[str, pd.DataFrame]:
    """Return the measures, a row for each in each arm, and the claims, a row each, by file."""
    import pandas as pd

    measures, claims = pd.DataFrame(measure_rows(found)), pd.DataFrame(claim_rows(found))
    return {"measures.csv": measures, "claims.csv": claims}


def claims_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return the claims from rows of ``claims.csv``."""
    return Table.of(_("Claims"), _CLAIMS, rows)


def measures_table(rows: Iterable[Mapping[str, Any]], title: str = N_("Measures")) -> Table:
    """Return the measures in every arm, with 95 % intervals, from rows of ``measures.csv``."""
    rows = list(rows)
    precise: dict[str, list[float]] = {}
    for row in rows:
        precise.setdefault(str(row.get("title")), []).append(
            (value_of(row.get("ci95_high")) - value_of(row.get("ci95_low"))) / 2
        )
    cells = []
    for row in rows:
        name, unit = str(row.get("title")), str(row.get("unit"))
        widths = [width for width in precise[name] if width > 0.0]
        said, short = _writer(unit, 10.0 * min(widths, default=1.0))
        value, low, high = (value_of(row.get(end)) for end in ("value", "ci95_low", "ci95_high"))
        cells.append((
            f"{_(name)}, {_(unit)}" + (" (%)" if short != unit else ""),
            _(str(row.get("arm_title"))),
            _("none counts") if math.isnan(value) else
            f"{said(value)} ({_('{low} to {high}', low=said(low), high=said(high))})",
        ))  # fmt: skip
    return pivot(_(title), Column("measure", N_("measure")), cells, Column)


def found_out(concept: Concept, finding: Finding) -> str:
    """Return what a claim compares, and its numbers, in the language that is spoken now.

    All have the same number of decimals.
    """
    text, apart = finding.claim.text, finding.difference
    units = {measure.name: measure.unit for measure in concept.measures}
    named = {units[name.partition(".")[2]] for name in _NAME.findall(text)}
    unit = named.pop() if len(named) == 1 and "/" not in text else ""
    said, short = _writer(unit, finding.claim.least)
    short = _(short) if short else ""
    sides = [f"{_in_words(concept, side)}: {said(end.value)} {short}".strip() for side, end in
             zip(text.split(">"), (finding.greater, finding.lesser), strict=True)]  # fmt: skip
    between = _("points") if unit.startswith("share") else short
    return _("{greater}; {lesser}. The difference is {difference} (95 % interval: {low} to "
             "{high}); it matters from {least} on.", lesser=sides[1],
             greater=f"{sides[0][:1].upper()}{sides[0][1:]}",
             difference=f"{said(apart.value)} {between}".strip(), low=said(apart.low),
             high=said(apart.high), least=said(finding.claim.least))  # fmt: skip


def _writer(unit: str, least: float) -> tuple[Callable[[float], str], str]:
    """Return how numbers are written of which `least` has two digits, and their unit.

    Shares are in per cent.
    """
    factor = 100.0 if unit.startswith("share") else 1.0
    places = max(1 - math.floor(math.log10(factor * least)), 0)
    return lambda value: decimal(factor * value, places), "%" if factor > 1.0 else unit


def _in_words(concept: Concept, side: str) -> str:
    """Return one side of a comparison with its measures and arms in words."""
    arms = {arm.name: _(arm.title) for arm in concept.arms}
    measures = {measure.name: _(measure.title) for measure in concept.measures}

    def titled(found: re.Match[str]) -> str:
        arm, _dot, measure = found[0].partition(".")
        return f"{measures[measure]} ({arms[arm]})"

    if not _NAME.search(side):
        return _("what it must exceed")
    return _NAME.sub(titled, side.strip()).replace("/", "÷").replace("*", "×").replace(" - ", " − ")


def answer_of(found: Contrast) -> Answer:
    """Return the verdict on a concept, and what became of each claim."""
    columns = [column for column in _CLAIMS if column.name in _IN_SHORT]
    text = f"{found.concept.title}: {found.said}, {found.worlds:,} worlds in each arm."
    return Answer(text, Table.of("", columns, claim_rows(found)))


def answer_of_all(found: Sequence[Contrast]) -> Answer:
    """Return which concepts have which verdict."""
    named = {one: [c.concept.name for c in found if c.verdict == one] for one in VERDICTS}
    counts = ", ".join(f"{len(names)} {one}" for one, names in named.items())
    text = (f"Of {len(found)} concepts: {counts}, judged by the 95 % interval of each claim and "
            "the least size of interest that its file states.")  # fmt: skip
    rows = [(one, str(len(names)), ", ".join(names)) for one, names in named.items() if names]
    columns = [Column("verdict"), *numbers("concepts"), Column("which")]
    return Answer(text, Table("", columns).filled(rows))


def print_concept(console: Console, found: Contrast) -> None:
    """Print a concept: what it says, its arms' measures, the claims and their verdicts."""
    from rich.markup import escape
    from rich.padding import Padding

    concept = found.concept
    console.print(f"[bold]{escape(concept.title)}[/]: {escape(found.said)}", markup=True)
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
        console.print(f"{_MARKS[finding.verdict]} {escape(finding.says)}", markup=True)
        told = f"{finding.verdict} ({finding.why}): {found_out(concept, finding)}"
        console.print(Padding.indent(told, 4), style="dim")
        console.print(Padding.indent(f"Why that size: {finding.claim.because}", 4), style="dim")
        if finding.verdict != "shown" and math.isfinite(finding.difference.value):
            console.print(Padding.indent(f"Why the model may not show it: {finding.otherwise}", 4))
    console.print(f"\nWhat would count against it: {concept.against}")
    if concept.limits:
        console.print(f"What this contrast can't show: {concept.limits}")
    console.print(f"For students: {concept.question}")
    console.print("\nLiterature:", style="bold")
    for work in concept.literature:
        console.print(Padding.indent(work, 2))
