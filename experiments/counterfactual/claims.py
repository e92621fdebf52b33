"""The claims of the source study, each put as a question and answered with a number.

Schelchkov (2024) argues that Soviet policy did not turn on the regime's colour, that
cooperation grew after August 1971, that it stabilised the country, and that it cost Moscow
the party. Each claim names the scenario that tests it; the rival causes stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from palca.model.calendar import month_index, month_name

from ..cases.credits import CREDIT_FILES, credit_table
from ..infer.fifths import COLUMNS as FIFTH_COLUMNS
from ..infer.weights import clustered_error
from ..io.codebook import File, column
from ..io.experiment import OnProgress
from ..io.numerals import number
from ..io.table import Column, Table, cut_at_zero, decimals, whole
from .answer import FORK, RECORD, Answer, Part
from .arms import HeadlineRow
from .asking import ask
from .effects import Effect, effect_of, explained_spread
from .files import EFFECT_COLUMNS, GIVEN
from .question import Inputs, Question
from .report import EFFECT
from .twins import QUANTITIES
from .words import CARRIERS

if TYPE_CHECKING:
    from rich.console import Console

    from ..io.table import Write

SOVIET: Final = (
    "soviet_fiscal", "soviet_prestige", "soviet_leverage", "soviet_diplomacy", "soviet_restraint",
    "moscow_line",
)  # fmt: skip
# What is set beside each other on one axis: label, scenario, channels frozen one by one.
STABLE: Final = "it stabilised Bolivia"
HEADLINE: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("Moscow suspends (1971)", "soviet-break-1971", SOVIET),
    ("Moscow breaks at the expulsion (1972)", "soviet-break-1972", SOVIET),
    ("fast delivery without conditions (1971)", "fast-delivery-1971", SOVIET),
    ("Washington disengages (1971)", "us-disengages-1971", ()),
    ("no boom of tin and oil (1973)", "no-boom-1973", ()),
)
FAILS: Final = "august-1971-fails"
_APART: Final = ", difference"  # ends the unit of what lies between two shares


@dataclass(frozen=True, slots=True)
class Finding:
    """What the model, given the record, says about one claim.

    Attributes
    ----------
    claim, brief, measure : str
        What the study says; what is measured, in a few words and in full.
    given : str
        What the worlds are given: what had happened by the fork, or all that happened.
    unit : str
        Of the numbers.
    value, se, parameters_sd, parameters_sd_se : float
        The number, its standard error, its standard deviation over parameters that fit, and the
        error of that.
    verdict : str
        In words, with what is built in.
    """

    claim: str
    brief: str
    measure: str
    given: str
    value: float
    unit: str
    se: float
    parameters_sd: float
    parameters_sd_se: float
    verdict: str


def ask_all(
    worlds: int,
    seed: int,
    jobs: int,
    on_progress: OnProgress,
    settings: Sequence[str] = (),
    inputs: Sequence[Inputs] = (),
) -> dict[str, Answer]:
    """Ask every question that the claims and the headline need, by scenario.

    It ends with the first for which no world is like the whole record. `inputs` are those of the
    questions in turn, if their files are not to be read again.
    """
    out: dict[str, Answer] = {}
    asked = [*((name, freeze) for _, name, freeze in HEADLINE), (FAILS, ())]
    for (name, freeze), kept in zip(asked, chain(inputs, repeat(None)), strict=False):
        question = Question(name, tuple(settings), worlds=worlds, seed=seed, freeze=freeze)

        def on_part(doing: str, done: int, total: int, of: str = name) -> None:
            on_progress(f"{of}: {doing}", done, total)

        out[name] = ask(question, jobs, on_part, kept)
        if RECORD not in out[name].parts:
            break
    return out


def findings(answers: dict[str, Answer]) -> list[Finding]:
    """Return what is found about each claim, given what had happened by then, and given all."""
    suspended, failed = answers["soviet-break-1971"], answers[FAILS]
    out = []
    for given in (FORK, RECORD):
        out += [
            _effect(
                "Soviet policy did not depend on the regime's political colour",
                "Soviet credits, 5 years: the coup fails", failed, given,
                "ussr_commitments", 60,
                "credits until {until} if the coup of August 1971 had failed and the left had "
                "stayed in power, minus credits without this change",
                _colour,
            ),
            _growth(suspended, given),
            _effect(
                STABLE, "attempts, 3 years: Moscow suspends",
                suspended, given, "attempts", 36,
                "coup attempts from {since} to {until} if Moscow had suspended cooperation, minus "
                "attempts without this change",
                _stability,
            ),
            _effect(
                "it stabilised Bolivia (survival of the regime)",
                "Banzer rules, 3 years: Moscow suspends",
                suspended, given, "rules", 36,
                "probability that the regime that ruled before {since} still rules in {until}, "
                "with the same change minus without it",
                _stability,
            ),
            _effect(
                "it cost Moscow the party", "friction, 3 years: Moscow suspends",
                suspended, given, "friction", 36,
                "friction of party and Moscow in {until} if Moscow had suspended cooperation, "
                "minus friction without this change",
                _friction,
            ),
        ]  # fmt: skip
    return sorted(out, key=lambda finding: [one.claim for one in out].index(finding.claim))


def _effect(
    claim: str, brief: str, answer: Answer, given: str, quantity: str, months_on: int,
    measure: str, judge: Callable[[Effect, Part], str],
) -> Finding:  # fmt: skip
    part = answer.parts[given]
    found = part.effects[quantity, min(months_on, max(answer.horizons))]
    unit = QUANTITIES[quantity][1]
    description = measure.format(since=month_name(answer.fork), until=month_name(found.month))
    return Finding(
        claim, brief, description, given, found.effect,
        f"{unit}{_APART}" if unit.startswith("share") else unit, found.se, found.parameters_sd,
        found.parameters_sd_se, judge(found, part),
    )  # fmt: skip


def _growth(answer: Answer, given: str) -> Finding:
    """Return in how many worlds deliveries of 1974-78 are above those at the fork."""
    twins = answer.parts[given].twins
    factual = twins.factual
    delivered = factual.values["ussr_delivered"]
    later = delivered[month_index("1974-01") - factual.since :]
    grew = (later.mean(axis=0) > delivered[0]).astype(np.float64)
    return Finding(
        "cooperation grew after 1971",
        "deliveries grow (nothing is changed)",
        "share of worlds in which Soviet deliveries of 1974–78 are above those of "
        f"{month_name(factual.since)}",
        given,
        float(grew.mean()),
        "share of worlds",
        clustered_error(grew, twins.ancestors),
        *explained_spread(grew, twins.ancestors, twins.basis),
        "follows from the baseline policy, which continues to lend to a settled regime of the "
        "right; the record has no yearly deliveries to compare with",
    )


def _colour(found: Effect, part: Part) -> str:
    return (
        "built in: the baseline policy lends to the left at once and to the right once it has "
        "settled; the number is a result of that policy, not a test of it"
    )


def _stability(found: Effect, part: Part) -> str:
    if found.quantity == "rules" and found.factual == 1.0:
        return ("no test: without the change he rules in all of these worlds, so that a change can "
                "only shorten his rule; compare changes with one another")  # fmt: skip
    if not found.clear:
        return "no effect that can be distinguished from zero"
    small = found.parameters_sd > abs(found.effect)
    size = "small compared with its uncertainty over parameters" if small else "clear"
    uninformative = part.uninformed(CARRIERS["ussr"])
    caveat = ""
    if uninformative:
        caveat = f"; the record is not informative about {', '.join(uninformative)}"
    return f"{size}: without cooperation the regime is {_less(found)} stable{caveat}"


def _less(found: Effect) -> str:
    worse = found.effect > 0 if found.quantity == "attempts" else found.effect < 0
    return "less" if worse else "more"


def _friction(found: Effect, part: Part) -> str:
    return (
        "yes, by construction: friction grows through cooperation with a regime that represses the "
        "party; its size is a free parameter"
        + (
            ", about which the record is not informative"
            if part.uninformed(["friction_gain"])
            else ""
        )
    )


def in_unit(sign: str = "") -> Write:
    """Write shares in per cent, what lies between two of them in points, and the rest as it is."""
    return lambda value, row: number(
        value, str(row.get("unit", "")), sign, apart=str(row.get("unit")).endswith(_APART)
    )


_CLAIMS: Final = (
    Column("claim", meaning="of the source study"),
    Column("measure", "measured as"),
    Column("given", note="fork: what had happened by then; record: all that happened"),
    Column("value", "number", in_unit("+"), meaning="what is measured"),
    Column("unit", meaning="of the numbers beside it"),
    Column("se", "s.e.", in_unit(), note="standard error"),
    Column("parameters_sd", "parameters", cut_at_zero(in_unit(), "parameters_sd_se"),
           note="standard deviation over parameters that fit the record"),
    Column("parameters_sd_se", "its s.e.", in_unit(), rank=1,
           meaning="standard error of parameters_sd"),
    Column("verdict", meaning="in words, with what is built in"),
)  # fmt: skip
FILES: Final = (
    File("claims.csv", "a claim, given one past", (
        *_CLAIMS, column("brief", "what is measured, in a few words"),
    )),
    File("headline.csv", "the effect of a change on coup attempts", (
        column("change", "what is changed, and when"),
        column("frozen", "channel held at its factual path; empty if none is"), GIVEN,
        *EFFECT_COLUMNS,
    )),
    File("fifths.csv", "an effect on attempts in one fifth of the prior of a parameter", (
        column("change", "what is changed, and when"), GIVEN,
        column("months_on", "after the fork", "months"), column("quantity", "attempts"),
        *FIFTH_COLUMNS,
    )),
    File("claims.png", "Figure: the effects of the changes on coup attempts."),
    *CREDIT_FILES,
)  # fmt: skip


def claims_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return the claims from rows of ``claims.csv``."""
    return Table.of("The claims of Schelchkov (2024), given the record", _CLAIMS, rows)


def headline_table(title: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return the effects of each change on coup attempts from rows of ``headline.csv``."""
    effects = [{**row, "frozen": row["frozen"] or "none"} for row in rows]
    columns = [Column("change"), Column("frozen", "channel frozen"), *EFFECT,
               Column("rules", "still rules, points", decimals(1, "+"), rank=1),
               Column("families", write=whole, rank=2), Column("overlap", rank=3)]  # fmt: skip
    return Table.of(title, columns, effects, file="headline.csv")


def print_claims(console: Console, answers: dict[str, Answer]) -> None:
    """Print the claims, and the headline effects on one axis."""
    console.print(claims_table(map(asdict, findings(answers))))
    console.print(headline_table(
        f"On one axis: the effect on coup attempts in the {next(iter(answers.values())).main} "
        "months after the change, with all channels and with each channel frozen",
        [{"change": row.change, "frozen": row.frozen, "given": row.part.given,
          "effect": row.attempts.effect, "se": row.attempts.se,
          "parameters_sd": row.attempts.parameters_sd,
          "parameters_sd_se": row.attempts.parameters_sd_se, "rules": 100 * row.rules.effect,
          "families": row.part.families,
          "overlap": "" if row.frozen else row.part.overlap.colour}
         for row in headline_rows(answers)],
    ))  # fmt: skip
    console.print(credit_table())


def headline_rows(answers: dict[str, Answer]) -> list[HeadlineRow]:
    """Return the effects on attempts and on rule of every change, given either."""
    rows: list[HeadlineRow] = []
    for label, name, freeze in HEADLINE:
        answer = answers[name]
        main = answer.main
        for part in answer.parts.values():
            effects = part.effects["attempts", main], part.effects["rules", main]
            rows.append(HeadlineRow(label, "", part, *effects))
        for part in answer.parts.values():
            for channel in freeze:
                twins = replace(part.twins, counter=part.twins.frozen[channel])
                effects = effect_of(twins, "attempts", main), effect_of(twins, "rules", main)
                rows.append(HeadlineRow(label, channel, part, *effects))
    return rows
