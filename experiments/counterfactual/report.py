"""The answer to a counterfactual question, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from palca.model.calendar import FOREVER, month_name

from ..infer.reanalysis import Reanalysis
from ..io.numerals import decimal, number, percent, value_of
from ..io.table import (
    POINTS,
    STAR,
    Column,
    Table,
    cut_at_zero,
    digits,
    numbers,
    own_unit,
    pivot,
    shares,
    starred,
    texts,
    whole,
)
from .answer import Answer, Part
from .expectations import JUDGED, judged_rows, rank
from .stories import exemplars, story
from .twins import CONDUCT, QUANTITIES
from .words import GIVEN, SHORT, in_words, months_of, too_rare

if TYPE_CHECKING:
    from rich.console import Console

_TOLD: Final = 0.005  # share of world-months; what is rarer isn't told
_COLOURS: Final = {"green": "green", "amber": "yellow", "red": "red"}


def print_conclusion(console: Console, answer: Answer) -> None:
    """Print what was asked and what may be concluded, or what to loosen if nothing may."""
    counter = answer.counter
    console.print(f"\n[bold]{_plain(counter['title'])}[/]", markup=True)
    if counter["question"]:
        console.print(counter["question"])
    for change in counter["changes"]:
        end = "" if change["until"] >= FOREVER else f" to {month_name(change['until'])}"
        console.print(f"  from {month_name(change['since'])}{end}: {change['target']} "
                      f"{_said(change['content'])}")  # fmt: skip
    if counter["expect"]:
        plausible = f", plausibility {counter['plausibility']}" if counter["plausibility"] else ""
        console.print(f"  expected before the run{plausible}: {counter['expect']}")
    console.print("\n[bold]What may be concluded[/]", markup=True)
    if not answer.parts:
        for line in too_rare(answer):
            console.print(line)
        return
    console.print(f"{in_words(answer)}\n")
    _print_past(console, answer)


def print_details(console: Console, answer: Answer, stories: int = 0) -> None:
    """Print the tables on which the conclusion rests."""
    console.print()
    _print_named(console, answer)
    _print_expected(console, answer)
    for months_on in answer.horizons:
        _print_effects(console, answer, months_on)
    _print_causes(console, answer)
    for part in answer.parts.values():
        _print_channels(console, answer, part)
    _print_variants(console, answer)
    for part in answer.parts.values():
        years = ", ".join(percent(share) for share in part.overlap.by_year)
        colour = part.overlap.colour
        console.print(
            f"Overlap, given {GIVEN[part.given]}: [{_COLOURS[colour]}]{colour}[/]. "
            f"{percent(part.overlap.near)} of the intervened world-months lie near factual ones "
            f"(95 % if nothing changed); by year after the fork: {years}.",
            markup=True,
        )
        if new := [f"{CONDUCT[name]} ({percent(share)})"
                   for name, share in part.overlap.unheard.items() if share >= _TOLD]:  # fmt: skip
            console.print("Never so without the change (share of world-months): "
                          f"{', '.join(new)}.")  # fmt: skip
    told, first = next(iter(answer.parts.items()))
    twins = first.twins
    for count, world in enumerate(exemplars(twins, stories), start=1):
        table = Table(f"Story {count}: world {world} and its twin, given {GIVEN[told]}",
                              texts("month", "without the change", "with the change"))  # fmt: skip
        for row in story(twins, answer.country, world):
            table.add(*row, style="dim" if row[1] == row[2] else "")
        console.print(table)
    console.print(f"{twins.factual.worlds:,} worlds and their twins, seed {answer.question.seed}")


_EXPECTED: Final = (
    Column("verdict"),
    Column("scenario"),
    Column("given"),
    Column("title", "quantity"),
    Column("months_on", "months after", whole),
    Column("expected"),
    Column("effect", write=digits),
    Column("ci95_low", "95 % interval", digits, to="ci95_high"),
    Column("unit", rank=1),
)  # fmt: skip


def expectations_table(title: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return expectations from rows of ``expectations.csv``."""
    said = [{**row, "given": SHORT.get(str(row.get("given")), row.get("given"))} for row in rows]
    return Table.of(title, _EXPECTED, said)


def print_expectations(console: Console, rows: list[dict[str, Any]]) -> None:
    """Print what was expected of several scenarios, and a count of hits and misses."""
    title = "What the authors of scenarios expected before they ran them, and what came out"
    console.print(expectations_table(title, rows))
    for given, words in GIVEN.items():
        verdicts = [row["verdict"] for row in rows if row["given"] == given]
        if verdicts:
            counts = ", ".join(f"{verdicts.count(one)} {one}" for one in JUDGED)
            console.print(f"Given {words}, of {len(verdicts)} expectations: {counts}.")


def _print_expected(console: Console, answer: Answer) -> None:
    """Print what was expected before the run, and what came out."""
    name = Path(answer.question.scenario).stem
    rows = [row for given, part in answer.parts.items()
            for row in judged_rows(name, given, part.expected)]  # fmt: skip
    if rows:
        title = "What was expected before the run, and what came out"
        console.print(expectations_table(title, sorted(rows, key=rank)))


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _said(content: object) -> str:
    if isinstance(content, list):
        return " ".join(str(part) for part in content if part != {})
    return str(content).rsplit("/", 1)[-1]


def _print_past(console: Console, answer: Answer) -> None:
    """Print how like ours the worlds are, by what they are given."""
    console.print(Table(
        f"Worlds like ours, and who rules in them at the fork, {month_name(answer.fork)}",
        [*texts("given", "ruler"), *numbers("families", "log probability", "rarest months")],
        "families: effective number of worlds of January 1969 that these worlds descend from. "
        "log probability: of the evidence under the model. rarest months: the evidence that the "
        "fewest tries fitted, and their share.",
    ).filled(
        (_given(answer, part), "; ".join(f"{name} {percent(share)}"
                                         for name, share in _most(part.rulers)),
         f"{part.families:,.0f}", decimal(part.reanalysis.log_evidence(part.last + 1), 1),
         _rarest(part.reanalysis, part.last + 1))
        for part in answer.parts.values()
    ))  # fmt: skip
    if answer.stopped is not None and answer.parts:
        for line in too_rare(answer):
            console.print(line)


def _most(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(shares.items(), key=lambda pair: -pair[1])[:3]


def _given(answer: Answer, part: Part) -> str:
    if part.last < 0 or answer.whole.until(part.last).silent:
        return "nothing"
    return f"{GIVEN[part.given]}: to {month_name(part.last)}"


def _rarest(found: Reanalysis, end: int) -> str:
    rarest = min((s for s in found.segments if s.end <= end), key=lambda s: s.probability,
                 default=None)  # fmt: skip
    return "" if rarest is None else f"{months_of(rarest)}: {rarest.probability:.1e}"


_EFFECTS: Final = (
    Column("quantity"),
    Column("given", note="by then: what had happened by the fork, or by --through; all: all "
                         "that happened"),
    Column("factual", "without", own_unit()),
    Column("counter", "with", own_unit()),
    Column("effect", write=starred("+"), note=STAR),
    Column("se", "s.e.", own_unit(), note="standard error of the effect"),
    Column("parameters_sd", "parameters", cut_at_zero(own_unit(), "parameters_sd_se"),
           note="standard deviation of the effect over parameters that fit the evidence"),
    Column("parameters_sd_se", "its s.e.", own_unit(), rank=3),
    Column("q05", "5–95 % of pairs", own_unit(), to="q95", rank=3),
    Column("changed", write=shares(), rank=2,
           note="share of pairs in which there is a difference"),
    Column("average", "on average", own_unit("+"), rank=1,
           note="the effect in worlds without evidence"),
)  # fmt: skip
EFFECT: Final = tuple(column for column in _EFFECTS if column.name != "quantity")


def effects_table(
    title: str, rows: Iterable[Mapping[str, Any]], *first: Column, noted: bool = True,
    units: bool = True,
) -> Table:  # fmt: skip
    """Return a table of effects from rows of ``effects.csv``, each of a quantity.

    Parameters
    ----------
    first : Column
        What stands before the quantity.
    noted, units : bool
        Whether it has a note, and quantities their units.
    """
    named = []
    for row in rows:
        name = str(row.get("quantity"))
        quantity, unit = QUANTITIES.get(name, (name, ""))
        named.append({
            **row, "quantity": f"{quantity} ({unit})" if units and unit else quantity,
            "unit": "share" if unit.startswith("share of") else "",
        })  # fmt: skip
    return Table.of(
        title,
        [*first, *_EFFECTS],
        named,
        POINTS if noted else None,
        "effects.csv",
    )


def _print_effects(console: Console, answer: Answer, months_on: int) -> None:
    month = month_name(answer.fork + months_on)
    title = f"Effects in {month}, after {months_on} months: with the change minus without"
    rows = [{**asdict(part.effects[name, months_on]), "given": SHORT[part.given],
             "average": answer.average[name, months_on].effect}
            for name in QUANTITIES for part in answer.parts.values()]  # fmt: skip
    first = months_on == answer.horizons[0]
    console.print(effects_table(title, rows, noted=first, units=False))


def _print_named(console: Console, answer: Answer) -> None:
    if answer.outcomes:
        console.print(Table(
            "Named outcomes: share of worlds without the change and with it",
            [*texts("outcome", "given"), *numbers("without", "with", "effect", "s.e.")],
            "effect, s.e.: in percentage points",
        ).filled(
            (named.outcome, SHORT[part.given], percent(named.factual, 1), percent(named.counter, 1),
             decimal(100 * named.effect, 1, "+"), decimal(100 * named.se, 1))
            for part in answer.parts.values() for named in part.named
        ))  # fmt: skip


def _with_error(part: float, error: float) -> str:
    return f"{number(part, sign='+')} ({number(error)})"


def _print_causes(console: Console, answer: Answer) -> None:
    table = Table(
        "Was the factual act necessary, and was it sufficient, for the regime of the fork to last?",
        [Column("given"), *numbers("months", "necessary", "sufficient", "both", "harm")],
        "necessary: among worlds in which the regime lasted without the change, the share in which "
        "it falls with it. sufficient: among worlds in which it falls with the change, the share "
        "in which it lasted without it; – where it lasted in all, so that the share says nothing "
        "(standard errors in brackets, in points). both: share of "
        "pairs in which it lasts without the change and falls with it. harm: the opposite.",
    )
    for part in answer.parts.values():
        for months_on, cause in part.causes.items():
            sufficient = f"{percent(cause.sufficient, 1)} ({decimal(100 * cause.sufficient_se, 1)})"
            if cause.sufficient != cause.sufficient:
                sufficient = "–"
            table.add(SHORT[part.given], str(months_on),
                      f"{percent(cause.necessary, 1)} ({decimal(100 * cause.necessary_se, 1)})",
                      sufficient,
                      percent(cause.both, 1), percent(cause.harmed, 1))  # fmt: skip
    console.print(table)
    for part in answer.parts.values():
        found = part.divergence
        if found.share == 0.0:
            console.print(f"Given {GIVEN[part.given]}, no pair of twins diverges in who rules or "
                          "in a coup attempt.\n")  # fmt: skip
            continue
        console.print(
            f"Given {GIVEN[part.given]}, {percent(found.share)} of the twins diverge in who rules "
            f"or in a coup attempt, half of these by {found.median:.0f} months after the fork; "
            f"{percent(found.reconverged)} of those that diverge have the same ruler and course at "
            "the end.\n"
        )


_CARRIED: Final = ("attempts", "successes", "fiscal", "legitimacy", "us_commitments", "friction")
_OF_VARIANTS: Final = ("attempts", "successes", "rules", "friction", "ussr_delivered")


def channels_table(when: str, rows: Iterable[Mapping[str, Any]], units: bool = True) -> Table:
    """Return which channel carries the effects, from rows of ``channels.csv``."""
    cells = [
        (str(row.get("channel")), str(row.get("quantity")),
         _with_error(value_of(row.get("part")), value_of(row.get("se"))))
        for row in rows if row.get("quantity") in _CARRIED
    ]  # fmt: skip
    return pivot(
        f"Mediated effects after {when}: the effect minus the effect with the channel "
        "at its factual path (standard errors in brackets)",
        Column("channel"), cells,
        {name: Column(name, quantity, unit=unit if units else "")
         for name, (quantity, unit) in QUANTITIES.items()}.get,
    )  # fmt: skip


def _print_channels(console: Console, answer: Answer, part: Part) -> None:
    main = answer.main
    if not part.mediated["attempts", main]:
        return
    table = channels_table(f"{main} months, given {GIVEN[part.given]}", [
        {"channel": channel, "quantity": name, "part": share, "se": se}
        for name in _CARRIED for channel, (share, se) in part.mediated[name, main].items()
    ], units=False)  # fmt: skip
    whole = [number(part.effects[name, main].effect, sign="+") for name in _CARRIED]
    table.add("the whole", *whole)
    console.print(table)


def _print_variants(console: Console, answer: Answer) -> None:
    if not answer.variants:
        return
    part = next(iter(answer.parts.values()))
    own = {name: part.effects[name, answer.main] for name in _OF_VARIANTS}
    rows = {"the model as it is": own, **answer.variants}
    headings = [QUANTITIES[name][0] for name in _OF_VARIANTS]
    console.print(Table(
        f"The same question to alternative models, after {answer.main} months, given "
        f"{GIVEN[part.given]}: effects (standard errors in brackets)",
        [Column("model"), *numbers(*headings)],
    ).filled(
        (name, *(_with_error(effects[q].effect, effects[q].se) if effects else "too few worlds"
                 for q in _OF_VARIANTS))
        for name, effects in rows.items()
    ))  # fmt: skip
