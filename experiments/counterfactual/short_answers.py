"""The answers to questions on what would have been, each in a few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_name

from ..cases.credits import credit_sentence
from ..io.experiment import Answer as ShortAnswer
from ..io.figure_style import many
from ..io.numerals import decimal, percent
from ..io.table import POINTS, STAR, Column, Table, cut_at_zero, decimals, own_unit, starred
from ..observe.outcomes import MAIN
from .answer import FEW, RECORD, Answer, Part
from .claims import STABLE, Finding, findings, in_unit
from .effects import Effect
from .expectations import JUDGED
from .named_outcomes import NamedEffect, NamedOutcome, named_effects
from .paired import Pairs, contrasts
from .words import (
    GIVEN,
    SHORT,
    documented_attempts,
    like,
    of_variants,
    too_rare,
    uninformed_carriers,
)

if TYPE_CHECKING:
    from ..io.table import Row, Write

_MOST: Final = 10  # rows of a table
_SPREAD: Final = "parameters: standard deviation over parameters that fit the evidence."
_SUBJECT: Final = "statements about this model given the record, not about the country"


def of_comparison(names: tuple[str, str], pairs: Pairs, drawn_alike: bool) -> ShortAnswer:
    """Return what tends to differ between two scenarios.

    Parameters
    ----------
    drawn_alike : bool
        Whether both draw their parameters from the same posterior or priors.
    """
    rows = contrasts(pairs)
    diverged = pairs.diverged >= 0
    text = (
        f"{names[1]} (second) minus {names[0]} (first), {many(len(pairs.worlds), 'world')} on the "
        f"same draws: {sum(row.clear for row in rows)} of {len(rows)} outcomes differ by more than "
        f"two standard errors; {percent(diverged.mean())} of the worlds diverge"
        + (f", half of them by {month_name(pairs.since + int(np.median(pairs.diverged[diverged])))}"
           if diverged.any() else "")
        + ". This is what tends to differ, not what would have happened in our history: palca "
        "counterfactual asks that."
        + ("" if drawn_alike else " The two draw their parameters from different priors or "
           "posteriors, so that alone makes a difference.")
    )  # fmt: skip
    columns = (
        Column("title", "outcome"), Column("first", write=own_unit()),
        Column("second", write=own_unit()),
        Column("difference", write=starred("+"), note=STAR), Column("se", "s.e.", own_unit()),
    )  # fmt: skip
    shown = [asdict(row) for row in rows if row.name in MAIN]
    return ShortAnswer(text, Table.of("", columns, shown, POINTS) if shown else None)


def of_question(answer: Answer) -> ShortAnswer:
    """Return what may be concluded, and the effects on attempts and on who rules."""
    title = f"{answer.counter['title']} (from {month_name(answer.fork)})"
    if not answer.parts:
        return ShortAnswer("\n".join([title, *too_rare(answer)]))
    parts = list(answer.parts.values())
    text = [f"{title}.", f"May be concluded: {_may(answer)}",
            f"May not: {' '.join(_may_not(answer, parts))}"]  # fmt: skip
    if answer.stopped is not None:
        text += too_rare(answer)[:1]
    ends = sorted({answer.main, answer.horizons[-1]})
    rows = [_attempts_row(part, months_on) for months_on in ends for part in parts]
    if answer.outcomes:
        rows += [_named_row(part, named) for part in parts for named in part.named]
    else:
        rows += [_ruler_row(answer, part) for part in parts]
    return ShortAnswer("\n".join(text), _effects_table(rows, _EFFECTS))


def _effects_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> Table:
    """Return a table of effects, with what must be known to read it."""
    note = _SPREAD
    if any(row["share"] for row in rows):
        note += " Effects on shares are in points."
    if any(_one_sided(row) for row in rows):
        note += (" A share that is 0 % or 100 % without the change can move one way only: compare "
                 "such changes with one another, not with zero.")  # fmt: skip
    if len(rows) > _MOST:
        note += f" {len(rows) - _MOST} more rows: --full."
    return Table.of("", columns, rows[:_MOST], note)


def _one_sided(row: Mapping[str, Any]) -> bool:
    """Whether no world could have an effect of the other sign: all are like the record there."""
    return bool(row["share"]) and row["factual"] in (0.0, 1.0)


def _share_or_number(value: float, row: Row) -> str:
    return percent(value) if row["share"] else decimal(value, 2)


def _points_or_number(sign: str = "") -> Write:
    def write(value: float, row: Row) -> str:
        return decimal(100 * value, 1, sign) if row["share"] else decimal(value, 2, sign)

    return write


_EFFECTS: Final = (
    Column("what", "outcome"),
    Column("given"),
    Column("factual", "without", _share_or_number),
    Column("counter", "with", _share_or_number),
    Column("effect", write=_points_or_number("+")),
    Column("se", "s.e.", _points_or_number()),
    Column("parameters_sd", "parameters", cut_at_zero(_points_or_number(), "parameters_sd_se")),
)


def _attempts_row(part: Part, months_on: int) -> dict[str, Any]:
    effect = part.effects["attempts", months_on]
    return {**asdict(effect), "what": f"coup attempts to {month_name(effect.month)}",
            "given": SHORT[part.given], "share": False}  # fmt: skip


def _named_row(part: Part, named: NamedEffect) -> dict[str, Any]:
    return {**asdict(named), "what": named.outcome, "given": SHORT[part.given], "share": True}


def _ruler_row(answer: Answer, part: Part) -> dict[str, Any]:
    """Return how often he rules who rules in most worlds without the change."""
    twins, at = part.twins, answer.main
    leaders = twins.factual.values["leader"][at]
    who = int(np.argmax(np.bincount(leaders.astype(np.int64))))
    month = twins.factual.since + at
    text = f"{answer.country.leaders[who].short} rules, {month_name(month)}"
    (named,) = named_effects([NamedOutcome(text, month, who)], twins)
    return _named_row(part, named)


def _may(answer: Answer) -> str:
    """Return what may be concluded of the effect on coup attempts."""
    main, said = answer.main, []
    for part in answer.parts.values():
        effect = part.effects["attempts", main]
        size = f"{decimal(effect.effect, 2, '+')} (s.e. {decimal(effect.se, 2)})"
        if effect.clear:
            found = f"it changes coup attempts by {size}"
        elif effect.se == effect.effect == 0.0:
            found = "it leaves coup attempts as they are in every world"
        else:
            found = f"no clear effect on coup attempts, {size}"
        said.append(f"given {GIVEN[part.given]}, {found}")
    if answer.question.given != "record":
        said[0] += f", in worlds {like(answer)}"
    found = f"within {main} months, {'; '.join(said)}."
    return f"{found} {of_variants(answer)}" if answer.variants else found


def _may_not(answer: Answer, parts: Sequence[Part]) -> list[str]:
    """Return what may not be concluded, in a few short sentences."""
    if any(part.overlap.colour == "red" for part in parts):
        said = ["anything about the country: the change leads to situations that no factual world "
                "has, so the numbers follow from the assumptions."]  # fmt: skip
    else:
        said = ["that the actors would have answered as the rules say: no record can show it."]
    effects = [part.effects["attempts", answer.main] for part in parts]
    if any(_disagree(effect.effect, effect) for effect in effects):
        said.append("Nor its sign: parameters that fit equally well disagree.")
    if names := sorted({name for part in parts for name in uninformed_carriers(answer, part)}):
        said.append(f"The evidence says nothing about {', '.join(names)}.")
    few = min(part.families for part in parts)
    if few < FEW:
        said.append(f"Errors are rough: {few:.0f} effective families.")
    record = documented_attempts(answer)
    factual = [effect.factual for effect in effects]
    if record is not None and max(abs(value - record) for value in factual) > 0.5:
        simulated = " or ".join(dict.fromkeys(
            f"{decimal(value, 1)} ({given})"
            for given, value in zip(map(SHORT.get, answer.parts), factual, strict=True)
        ))  # fmt: skip
        said.append(f"Unchanged worlds have {simulated} attempts; the record has {record:.0f}.")
    return said


def _disagree(effect: float, of: Effect | Finding) -> bool:
    """Whether an effect is smaller than its spread over parameters, and that spread is clear."""
    return of.parameters_sd > max(abs(effect), 2.0 * of.parameters_sd_se)


def of_arms(arms: Mapping[str, Answer]) -> ShortAnswer:
    """Return the effects of several changes, on the first named outcome or on coup attempts."""
    rows: list[dict[str, Any]] = []
    for name, answer in arms.items():
        for part in answer.parts.values():
            of = (_named_row(part, part.named[0]) if part.named
                  else _attempts_row(part, answer.main))  # fmt: skip
            rows.append({**of, "change": name, "overlap": part.overlap.colour})
    unanswered = [line for name, answer in arms.items() if not answer.parts
                  for line in (f"{name}:", *too_rare(answer)[:1])]  # fmt: skip
    if not rows:
        return ShortAnswer("\n".join(unanswered))
    asked = list(dict.fromkeys(row["what"] for row in rows))
    text = [f"{len(arms)} changes, each compared with our history without it. What is counted: "
            f"{' or '.join(asked)}."]  # fmt: skip
    told = [row for row in rows if not _one_sided(row)]
    clear = sum(abs(row["effect"]) > 2.0 * row["se"] for row in told)
    text.append(f"{clear} of {len(told)} effects differ from 0 by more than two standard errors. "
                f"These are {_SUBJECT}.")  # fmt: skip
    if red := list(dict.fromkeys(row["change"] for row in rows if row["overlap"] == "red")):
        text.append(f"Red ({', '.join(red)}): the worlds get into situations that no factual world "
                    "has, so the numbers follow from the assumptions.")  # fmt: skip
    if len({answer.fork for answer in arms.values()}) > 1:
        text.append("The changes begin in different months, so they can't be compared: --at lets "
                    "them begin together.")  # fmt: skip
    first = rows[0]["given"]
    rows.sort(key=lambda row: row["given"] != first)  # so that what can be compared is together
    columns = [column for column in _EFFECTS if column.name != "what" or len(asked) > 1]
    table = _effects_table(rows, [Column("change"), *columns, Column("overlap")])
    return ShortAnswer("\n".join([*text, *unanswered]), table)


def of_expectations(rows: Sequence[Mapping[str, Any]]) -> ShortAnswer:
    """Return how many expectations were hit, and those that were not."""
    if not rows:
        return ShortAnswer("Of no scenario is anything expected, or no world is like the record.")
    text = []
    for given, words in GIVEN.items():
        verdicts = [row["verdict"] for row in rows if row["given"] == given]
        if verdicts:
            counts = ", ".join(f"{verdicts.count(one)} {one}" for one in JUDGED)
            text.append(f"Given {words}, of {len(verdicts)} expectations: {counts}.")
    missed = [{**row, "given": SHORT[row["given"]], "size": row["unit"] if row["unit"] == "share"
               else ""} for row in rows if row["verdict"] != "hit"]  # fmt: skip
    columns = (
        Column("verdict"), Column("scenario"), Column("given"),
        Column("quantity"), Column("effect", write=decimals(2, "+")),
        Column("ci95_low", "95 % interval", decimals(2, "+"), to="ci95_high"),
    )  # fmt: skip
    table = Table.of("", columns, missed[:_MOST], file="expectations.csv")
    return ShortAnswer("\n".join(text), table if missed else None)


def _with_unit(value: Any, row: Mapping[str, Any]) -> str:
    unit = str(row["unit"])
    said = str(in_unit("" if unit == "share of worlds" else "+")(value, row))
    return said if unit.startswith("share") else f"{said} {unit}"  # shares have their sign


def _of_stability(found: Finding) -> str:
    size = f"({decimal(found.value, 2, '+')}, s.e. {decimal(found.se, 2)})"
    if abs(found.value) <= 2.0 * found.se:
        return f"no clear effect {size}"
    doubt = " (parameters disagree)" if _disagree(found.value, found) else ""
    return f"{'more' if found.value > 0.0 else 'fewer'} {size}{doubt}"


def of_claims(answers: Mapping[str, Answer]) -> ShortAnswer:
    """Return what the model, given the record, says of the source study's claims."""
    unanswered = [answer for answer in answers.values() if RECORD not in answer.parts]
    if unanswered:
        return ShortAnswer("\n".join(line for answer in unanswered
                                     for line in (f"{answer.counter['title']}:",
                                                  *too_rare(answer))))  # fmt: skip
    every = findings(dict(answers))
    found = [one for one in every if one.given == RECORD]
    said = ", ".join(f"{_of_stability(one)} given {GIVEN[one.given]}"
                     for one in every if one.claim == STABLE)  # fmt: skip
    text = (
        f"Coup attempts within three years of a Soviet suspension: {said}. The other claims "
        "follow from assumed rules. All this is of the model, not of the country.\n"
        f"As much credit as to Chile: {credit_sentence()}"
    )
    columns = (
        Column("brief", "given all that happened"),
        Column("value", "effect", _with_unit),
        Column("se", "s.e.", in_unit()), Column("parameters_sd", "parameters", in_unit()),
    )  # fmt: skip
    note = f"effect: with the change minus without it; Banzer's rule can only end. {_SPREAD}"
    return ShortAnswer(text, Table.of("", columns, map(asdict, found), note))
