"""The answer to a counterfactual question, on the terminal and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import FOREVER, month_name

from ..infer.evidence import EventObservation
from ..io.numerals import decimal, number, percent, value_of
from ..io.table import (
    POINTS,
    STAR,
    Column,
    Table,
    numbers,
    own_unit,
    pivot,
    shares,
    starred,
    texts,
)
from .answer import FEWEST, Answer, uninformed
from .effects import Effect
from .stories import exemplars, story
from .twins import QUANTITIES, when

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS: Final = {"green": "green", "amber": "yellow", "red": "red"}
_RED: Final = (
    "This scenario leaves the range of situations that the factual worlds cover. The numbers "
    "follow from the assumptions; they are no evidence about the country."
)


def print_answer(console: Console, answer: Answer, stories: int = 0) -> None:
    """Print what came out, or what to loosen if too few worlds are like the record."""
    question, counter = answer.question, answer.counter
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
    _print_past(console, answer)
    if answer.twins is None:
        for line in too_few(answer):
            console.print(line)
        return
    console.print()
    for months_on in answer.horizons:
        _print_effects(console, answer, months_on)
    _print_causes(console, answer)
    _print_shares(console, answer)
    _print_variants(console, answer)
    overlap = answer.overlap
    assert overlap is not None
    years = ", ".join(percent(share) for share in overlap.by_year)
    console.print(
        f"Overlap: [{_COLOURS[overlap.colour]}]{overlap.colour}[/]. {percent(overlap.near)} of the "
        "intervened world-months lie near factual ones (95 % if nothing changed); by year after "
        f"the fork: {years}.",
        markup=True,
    )
    console.print("\n[bold]What may be concluded[/]", markup=True)
    console.print(f"{in_words(answer)}\n")
    for position, world in enumerate(exemplars(answer.twins, stories), start=1):
        table = Table(f"Story {position}: world {world} and its twin",
                              texts("month", "without the change", "with the change"))  # fmt: skip
        for row in story(answer.twins, answer.country, world):
            table.add(*row, style="dim" if row[1] == row[2] else "")
        console.print(table)
    console.print(f"{question.worlds:,} worlds simulated, {question.twins:,} twins, seed "
                  f"{question.seed}")  # fmt: skip


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _said(content: object) -> str:
    if isinstance(content, list):
        return " ".join(str(part) for part in content if part != {})
    return str(content).rsplit("/", 1)[-1]


def _print_past(console: Console, answer: Answer) -> None:
    particles, diagnostics = answer.particles, answer.particles.diagnostics
    console.print(f"\n{_counted(answer)} The fork: {month_name(answer.fork)}.")
    log_evidence = float(diagnostics.log_evidence.sum())
    worst = f"effective sample size {answer.fewest:,.0f} in the worst month"
    if len(diagnostics.ess):
        month = month_name(int(np.argmin(diagnostics.ess)))
        worst += f" ({month})"
    console.print(
        f"{diagnostics.worlds:,} worlds: {worst}, {particles.ess:,.0f} at the fork; they descend "
        f"from {particles.ancestral_ess:,.0f} effective worlds of January 1969. The evidence has a "
        f"log probability of {log_evidence:.1f} under the model"
        + (f" (about one world in {np.exp(-log_evidence):.0e})" if log_evidence > -30 else "")
        + "."
    )
    if answer.evidence.events:
        predictive = [f"{event} {percent(share, 1)}" for share, event in _predictive(answer)]
        console.print(
            "Predictive probability of each event, given the evidence before it: "
            f"{'; '.join(predictive)}."
        )


def _predictive(answer: Answer) -> list[tuple[float, EventObservation]]:
    """Return the predictive probability of each event whose window has closed."""
    probabilities = answer.particles.diagnostics.event_predictive
    pairs = zip(probabilities, answer.evidence.events, strict=True)
    return [(float(share), event) for share, event in pairs if not np.isnan(share)]


def _counted(answer: Answer) -> str:
    """Return what of the evidence counts, in a sentence or two."""
    whole, evidence = answer.whole, answer.evidence
    if evidence.silent:
        end = f" to {month_name(answer.last)}" if answer.last >= 0 else " before the first month"
        return f"Given: nothing. “{whole.title}” has no evidence{end}."
    after = " Evidence after the fork counts too." if answer.last >= answer.fork else ""
    parts = [f"{len(some)} of {len(every)} {what}"
             for what, some, every in (("events", evidence.events, whole.events),
                                       ("levels", evidence.levels, whole.levels))
             if every]  # fmt: skip
    counts = f" {' and '.join(parts)} count: those until then." if parts else ""
    return f"Given: {whole.title}, to {month_name(answer.last)}.{counts}{after}"


def like(answer: Answer) -> str:
    """Return which worlds the answer is about, such as "that went like the record to 1971-08"."""
    if answer.evidence.silent:
        return "without any evidence"
    last = month_name(answer.last)
    if answer.question.given == "record":
        return f"that went like the record to {last}"
    return f"given “{answer.whole.title}” to {last}"


def too_few(answer: Answer) -> list[str]:
    """Return why there is no number, and what to loosen."""
    lines = [
        f"No answer: the effective sample size is {answer.fewest:,.0f}, and at least {FEWEST:.0f} "
        "is needed."
    ]
    seen = [(share, f"{event} ({percent(share, 2)})") for share, event in _predictive(answer)]
    if seen:
        rarest = "; ".join(text for _, text in sorted(seen)[:3])
        lines.append(f"The rarest evidence: {rarest}.")
    lines.append(
        "Loosen the evidence (a copy of given/record.toml with wider tolerances: --given FILE), "
        f"end it earlier (--through), or simulate more than {answer.question.worlds:,} worlds "
        "(--worlds)."
    )
    return lines


def _effects(apart: bool) -> list[Column]:
    return [
        Column("quantity"),
        Column("factual", "without", own_unit()),
        Column("counter", "with", own_unit()),
        Column("effect", write=starred("+", apart), note=STAR),
        Column("se", "s.e.", own_unit("", apart), note="standard error of the effect"),
        Column("parameters_sd", "parameters", own_unit("", apart),
               note="standard deviation of the effect over parameters that fit the evidence"),
        Column("q05", "5–95 % of pairs", own_unit("", apart), to="q95", rank=3),
        Column("changed", write=shares(), rank=2,
               note="share of pairs in which there is a difference"),
        Column("average", "on average", own_unit("+", apart), rank=1,
               note="the effect in worlds without evidence"),
    ]  # fmt: skip


EFFECT: Final = tuple(column for column in _effects(apart=False) if column.name != "quantity")


def effects_table(
    title: str, rows: Iterable[Mapping[str, Any]], *first: Column, noted: bool = True,
    units: bool = True, apart: bool = False,
) -> Table:  # fmt: skip
    """Return a table of effects from rows of ``effects.csv``, each of a quantity.

    Parameters
    ----------
    first : Column
        What stands before the quantity.
    noted, units : bool
        Whether it has a note, and quantities their units.
    apart : bool
        Whether what lies between shares is written in points, which takes more room.
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
        [*first, *_effects(apart)],
        named,
        POINTS if noted and not apart else None,
        "effects.csv",
    )


def _print_effects(console: Console, answer: Answer, months_on: int) -> None:
    assert answer.twins is not None
    title = (f"Effects in {when(answer.twins, months_on)}, after {months_on} months: with the "
             "change minus without")  # fmt: skip
    rows = [{**asdict(answer.effects[name, months_on]),
             "average": answer.average_effects[name, months_on].effect}
            for name in QUANTITIES]  # fmt: skip
    first = months_on == answer.horizons[0]
    console.print(effects_table(title, rows, noted=first, units=False))


def _with_error(part: float, error: float) -> str:
    return f"{number(part, sign='+')} ({number(error)})"


def _print_causes(console: Console, answer: Answer) -> None:
    table = Table(
        "Was the factual act necessary, and was it sufficient, for the regime of the fork to last?",
        numbers("months", "necessary", "sufficient", "both", "harm"),
        "necessary: among worlds in which the regime lasted without the change, the share in which "
        "it falls with it. sufficient: among worlds in which it falls with the change, the share "
        "in which it lasted without it. both: share of pairs in which it lasts without the change "
        "and falls with it. harm: the opposite.",
    )
    for months_on, cause in answer.causes.items():
        table.add(str(months_on), percent(cause.necessary, 1), percent(cause.sufficient, 1),
                  percent(cause.both, 1), percent(cause.harmed, 1))  # fmt: skip
    console.print(table)
    found = answer.divergence
    if found is None:
        return
    if found.share == 0.0:
        console.print("No pair of twins diverges in who rules or in a coup attempt.\n")
        return
    console.print(
        f"{percent(found.share)} of the twins diverge in who rules or in a coup attempt, half of "
        f"these by {found.median:.0f} months after the fork; {percent(found.reconverged)} of those "
        "that diverge have the same ruler and course at the end.\n"
    )


_CARRIED: Final = ("attempts", "successes", "fiscal", "legitimacy", "us_commitments", "friction")
_OF_VARIANTS: Final = ("attempts", "successes", "rules", "friction", "ussr_delivered")


def channels_table(months_on: str, rows: Iterable[Mapping[str, Any]], units: bool = True) -> Table:
    """Return which channel carries the effects, from rows of ``channels.csv``."""
    cells = [
        (str(row.get("channel")), str(row.get("quantity")),
         _with_error(value_of(row.get("part")), value_of(row.get("se"))))
        for row in rows if row.get("quantity") in _CARRIED
    ]  # fmt: skip
    return pivot(
        f"Mediated effects after {months_on} months: the effect minus the effect with the channel "
        "at its factual path (standard errors in brackets)",
        Column("channel"), cells,
        {name: Column(name, quantity, unit=unit if units else "")
         for name, (quantity, unit) in QUANTITIES.items()},
    )  # fmt: skip


def _print_shares(console: Console, answer: Answer) -> None:
    main = answer.main
    if not answer.mediated["attempts", main]:
        return
    table = channels_table(str(main), [
        {"channel": channel, "quantity": name, "part": part, "se": se}
        for name in _CARRIED for channel, (part, se) in answer.mediated[name, main].items()
    ], units=False)  # fmt: skip
    whole = [number(answer.effects[name, main].effect, sign="+") for name in _CARRIED]
    table.add("the whole", *whole)
    console.print(table)


def _print_variants(console: Console, answer: Answer) -> None:
    if not answer.variants:
        return
    own = {name: answer.effects[name, answer.main] for name in _OF_VARIANTS}
    rows = {"the model as it is": (answer.fewest, own), **answer.variants}
    headings = [QUANTITIES[name][0] for name in _OF_VARIANTS]
    console.print(Table(
        f"The same question to alternative models, after {answer.main} months: effects (standard "
        "errors in brackets)",
        [Column("model"), *numbers("effective", *headings)],
        "effective: the smallest effective sample size in any month of evidence",
    ).filled(
        (name, f"{effective:,.0f}",
         *(_with_error(effects[q].effect, effects[q].se) if effects else "too few worlds"
           for q in _OF_VARIANTS))
        for name, (effective, effects) in rows.items()
    ))  # fmt: skip


def in_words(answer: Answer) -> str:
    """Return what may and may not be concluded, in a paragraph."""
    assert answer.twins is not None
    assert answer.overlap is not None
    main = answer.main
    rules, attempts = answer.effects["rules", main], answer.effects["attempts", main]
    of_attempts = _moves(attempts, "coup attempts", decimal(attempts.effect, 2, "+"))
    lasting = "the probability that the regime still rules"
    of_rule = _moves(rules, lasting, f"{decimal(100 * rules.effect, 1, '+')} points")
    said = [
        f"In worlds {like(answer)}, from {month_name(answer.fork)} to "
        f"{month_name(attempts.month)} the change {of_attempts} and {of_rule}."
    ]
    soviet, friction = answer.effects["ussr_delivered", main], answer.effects["friction", main]
    if soviet.clear or friction.clear:
        said.append(
            f"Soviet deliveries change by {decimal(soviet.effect, 1, '+')} million USD a year and "
            f"the party's friction with Moscow by {decimal(friction.effect, 2, '+')}."
        )
    spread = attempts.parameters_sd
    if attempts.clear and spread > abs(attempts.effect):
        said.append(
            "Parameters that fit the evidence equally well disagree about the size, and some about "
            f"the sign: over them the effect on attempts has a standard deviation of {spread:.2f}."
        )
    signs = [
        np.sign(effects["attempts"].effect)
        for _, effects in answer.variants.values()
        if effects and effects["attempts"].clear
    ]
    if answer.variants:
        same = sum(sign == np.sign(attempts.effect) for sign in signs)
        agree = f"{same} have a clear effect of that sign"
        if not attempts.clear:
            agree = f"{len(signs)} have a clear effect"
        said.append(f"Of {len(answer.variants)} alternative models {agree}.")
    carriers = ("prestige_ussr", "restraint_party", "fiscal_aid_ussr", "leverage_ussr")
    uninformative = uninformed(answer, carriers)
    families = answer.particles.ancestral_ess
    if families < FEWEST:
        said.append(
            f"The worlds descend from {families:.0f} effective worlds of January 1969: standard "
            "errors are rough and few parameter values are sampled; more --worlds mend both."
        )
    if uninformative:
        said.append(
            "The record is not informative about " + ", ".join(uninformative) + ": it moves them "
            "no more than chance would, so "
            "the effect through them "
            "is an assumption."
        )
    said.append(
        _RED
        if answer.overlap.colour == "red"
        else "These are statements about the model, given the record. No record can show that "
        "actors would have answered the changed policy as the rules say."
    )
    return " ".join(said)


def _moves(effect: Effect, what: str, size: str) -> str:
    if effect.se == 0.0 and effect.effect == 0.0:
        return f"changes {what} in no world"
    if not effect.clear:
        return f"has no clear effect on {what} ({size})"
    return f"changes {what} by {size}"
