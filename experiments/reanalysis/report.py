"""A reanalysis on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.state.scenario import Scenario

from ..infer.alive_filter import Segment
from ..infer.reanalysis import Reanalysis
from ..io.experiment import Answer
from ..io.numerals import decimal, percent
from ..io.table import Column, Table, numbers, texts
from .underneath import DISLOYAL, QUANTITIES, Underneath
from .why import Why

if TYPE_CHECKING:
    from rich.console import Console

_CAUSES: Final = 8  # of an answer
_RULES: Final = 3  # of an answer
_IN_SHORT: Final = ("1971-07", "1976-06")
_MONTHS: Final = ("1970-09", "1971-07", "1973-06", "1976-06", "1978-06")


def _too_rare(rare: Segment) -> str:
    """Return which evidence too few tries fitted, and what to loosen."""
    return (
        f"The evidence could not be followed beyond {month_name(rare.start - 1)}: of "
        f"{rare.tried:,} tries {rare.kept:,} went like that of {month_name(rare.start)} to "
        f"{month_name(rare.end - 1)}. Give its months a tolerance, in a copy of given/record.toml."
    )


def answer_of(found: Reanalysis, result: Underneath | None) -> Answer:
    """Return what the evidence tells of what nobody measured."""
    stopped = [] if found.stopped is None else [_too_rare(found.stopped)]
    if result is None:
        return Answer("\n".join(stopped))
    rows = []
    for name, (title, _, _) in QUANTITIES.items():
        narrower = float(np.nanmean(result.narrowing(name)))
        row = {"quantity": title, "narrower": percent(narrower) if narrower > 0.0 else "wider"}
        for month in _IN_SHORT:
            if month_index(month) < len(result.rulers):
                low, _, median, _, high = 100 * result.quantiles[name][month_index(month)]
                row[month] = f"{median:.0f} ({low:.0f} to {high:.0f})"
        rows.append((narrower, row))
    rows.sort(key=lambda pair: -pair[0])
    most, least = rows[0][1], rows[-1][1]
    text = (
        f"In {found.worlds:,} worlds that went like the evidence to {month_name(found.end - 1)} "
        f"({found.families(found.end):,.0f} effective families): it tells most of "
        f"{most['quantity']} (range {_narrowed(most['narrower'])}) and least of "
        f"{least['quantity']} (range {_narrowed(least['narrower'])}). What lies underneath "
        "follows from the model, and nothing can check it."
    )
    months = [month for month in _IN_SHORT if month in most]
    columns = [Column("quantity", "quantity, %"), *numbers(*months, "narrower")]
    note = "median (5 to 95 % of the worlds). narrower: than without evidence, all months."
    table = Table.of("", columns, [row for _, row in rows], note)
    return Answer("\n".join([*stopped, text]), table)


def _narrowed(narrower: str) -> str:
    return narrower if narrower == "wider" else f"{narrower} narrower"


def print_reanalysis(
    console: Console, scenario: Scenario, found: Reanalysis, result: Underneath
) -> None:
    """Print how like ours the worlds are, and what the evidence tells of what was not measured."""
    if found.stopped is not None:
        console.print(_too_rare(found.stopped))
    least = float(result.shares.min())
    console.print(
        f"{found.worlds:,} worlds to {month_name(found.end - 1)}; in each month {_in(least)} the "
        "same ruler. They descend from "
        f"{found.families(found.end):,.0f} effective worlds of January 1969. Log probability of "
        f"the evidence: {decimal(found.log_evidence(found.end), 1)}."
    )
    ends = {end: found.families(end) for end in found.tries}
    by_end = ", ".join(f"{month_name(end - 1)} {size:,.0f}" for end, size in ends.items())
    console.print(f"Effective families given the evidence to each month: {by_end}.\n")
    months = [month for month in range(len(result.rulers)) if month_name(month) in _MONTHS]
    table = Table(
        "What nobody measured, given what was: median and 5–95 %",
        [Column("quantity"), *numbers(*map(month_name, months), "narrower"),
         Column("record", "what the record tells")],
        "narrower: by how much the evidence narrows the range, on average over all months (0 %: it "
        "tells nothing); wider: worlds like ours are spread wider than worlds without evidence.",
    )  # fmt: skip
    named = {name: (title, known) for name, (title, _, known) in QUANTITIES.items()}
    named |= {name: (f"officers of {name.partition(':')[2]} who would rise", "not measured")
              for name in result.quantiles if name.startswith(DISLOYAL)}  # fmt: skip
    for name, (title, known) in named.items():
        rows = result.quantiles[name][months]
        cells = [f"{decimal(q[2], 2)} ({decimal(q[0], 2)} to {decimal(q[4], 2)})" for q in rows]
        narrower = float(np.nanmean(result.narrowing(name)))
        table.add(title, *cells, percent(narrower) if narrower >= 0.0 else "wider", known)
    console.print(table)


def _in(share: float) -> str:
    return "all have" if share == 1.0 else f"at least {percent(share)} have"


def why_in_short(found: Why) -> Answer:
    """Return how often the attempt came, and what would have undone it."""
    text = (
        f"{month_name(found.month)} under {found.ruler}: of {found.worlds:,} worlds like ours to "
        f"the end of this month ({found.families:,.0f} effective families) an attempt comes in "
        f"{percent(found.attempt)} and succeeds in {percent(found.success)}."
    )
    if not found.causes:
        rules = [rule for _, rule, _ in found.rules[:_RULES]]
        return Answer(f"{text} Most frequent rules: {'; '.join(rules)}." if rules else text)
    columns = [Column("cause"), *numbers("necessary", "s.e.")]
    note = ("necessary: of the worlds in which " + (
        "the coup succeeds, the share in which none succeeds this month without this cause; an "
        "attempt may come all the same" if found.of_success else
        "an attempt comes, the share in which none comes this month without this cause"
    ) + ". Money counts with all that was paid before. Causes work together, so shares need not "
        "add up to 100 %.")  # fmt: skip
    rows = [(one.cause, percent(one.undone), decimal(100 * one.se, 1))
            for one in found.causes[:_CAUSES]]  # fmt: skip
    return Answer(text, Table("", columns, note).filled(rows))


def print_why(console: Console, found: Why) -> None:
    """Print why a month of our history came as it did."""
    console.print(
        f"[bold]{month_name(found.month)}[/] under {found.ruler}, in {found.worlds:,} worlds like "
        f"ours to the end of this month ({found.families:,.0f} effective families). An attempt "
        f"comes in {percent(found.attempt)} of them and succeeds in {percent(found.success)}.\n",
        markup=True,
    )  # fmt: skip
    if found.causes:
        event, share = (("success", found.success) if found.of_success else
                        ("attempt", found.attempt))  # fmt: skip
        console.print(Table(
            f"What would have undone the {event}: each cause taken away alone",
            [Column("cause"), *numbers("necessary", "s.e.")],
            f"necessary: of the {percent(share)} of worlds in which it comes, the share in which "
            "it doesn't come this month without the cause, on the same draws (probability of "
            "necessity). A cause is taken away in this month alone, with all that it has built up; "
            "the ruler may fall a month later. Shares need not add up: causes work together, and "
            "some are ways in which others work.",
        ).filled(
            (one.cause, percent(one.undone), decimal(100 * one.se, 1)) for one in found.causes
        ))  # fmt: skip
        console.print(Table(
            "What moved the officers: mean discontent by its terms (standard deviations)",
            [Column("officers"), *numbers(*next(iter(found.terms.values())))],
        ).filled(
            (side, *(decimal(value, 2, "+") for value in terms.values()))
            for side, terms in found.terms.items()
        ))  # fmt: skip
        rounds = len(next(iter(found.joined.values())))
        headings = ["nucleus", *(f"round {number}" for number in range(1, rounds))]
        console.print(Table(
            "Who led it, and who joined in which round (share of each garrison's force)",
            [Column("garrison"), *numbers("led from", *headings)],
        ).filled(
            (name, percent(found.garrisons[name]), *(percent(share) for share in shares))
            for name, shares in found.joined.items()
        ))  # fmt: skip
    console.print(Table(
        "Rules that fired", [*texts("actor", "rule"), *numbers("share of worlds")]
    ).filled((actor, rule, percent(share)) for actor, rule, share in found.rules))
