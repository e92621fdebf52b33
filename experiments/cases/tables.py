"""The tables of the cases and of their trial, and the answer in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ..io.codebook import File, column
from ..io.experiment import Answer
from ..io.numerals import value_of
from ..io.table import Column, Table, decimals, texts, whole
from .case_files import Cases
from .contest import CODINGS, Found
from .graded import NAME as GRADED
from .scores import OUTCOMES, RULES
from .speaking import OWN, RATE
from .trial import ANSWERS

if TYPE_CHECKING:
    from rich.console import Console

_TELLS: Final = 2.0  # standard errors from which a gain is called clear
_CASE: Final = (
    column("case", "code of the case: country and year"),
    column("who", "the policy, or the rule of one line, that speaks"),
)
_SPEAKS: Final = (
    column("basis", "own chances: the policy's, half a case added; its sign: the rate of the cases "
                    "of which it holds the same most likely; rate: that of a rule's cases"),
    column("outcome", "; ".join(f"{one.name}, {one.title}" for one in OUTCOMES)),
)  # fmt: skip
_CHANCES: Final = (
    *(column(f"answer_{number}", f"chance of answer {number} in 24 months: {title}")
      for number, title in enumerate(ANSWERS)),
    column("halt", "chance of a break or a suspension within 24 months"),
    column("break", "chance of a break by the USSR within 24 months"),
    column("credit", "chance of a credit, or of cooperation resumed, within 60 months"),
)  # fmt: skip
FILES: Final = (
    File("cases.csv", "a case, and what one policy says of it", (
        *_CASE, column("country", "where"), column("date", "day of the turn"),
        column("orientation_before", "of the fallen regime, left -1 to right 1"),
        column("orientation_after", "of the new regime, left -1 to right 1"),
        column("repression_party", "0 none, 1 arrests or a ban, 2 mass imprisonment, 3 hundreds "
                                   "killed"),
        column("hostile_act", "whether there was an act against the Soviet mission in 24 months"),
        column("did_answer", "what Moscow did, 0 to 4"),
        column("did_halt", "whether it broke or suspended within 24 months"),
        column("did_credit", "whether a credit was signed or resumed within 60 months"),
        *_CHANCES,
    )),
    File("by_case.csv", "a case, who speaks, and an outcome", (
        *_CASE, *_SPEAKS, column("happened", "what came: 0 or 1, or the answer; empty if unknown"),
        column("chance", "that was given to what came"), column("log", "log of that chance"),
        column("brier", "half the squared distance of the chances to what came"),
        column("gain", "log minus that of the base rate"),
    )),
    File("scores.csv", "who speaks, and an outcome, over all cases", (
        _CASE[1], *_SPEAKS, column("cases", "whose outcome is known"),
        column("log", "mean log score"), column("log_se", "standard error of log, over cases"),
        column("brier", "mean Brier score"),
        *(one for name, rule in (("gain", "the base rate"), ("over_turn", "'any right turn'"),
                                 ("over_destroyed", "'host or party destroyed'"))
          for one in (column(name, f"mean log score minus that of {rule}"),
                      column(f"{name}_se", f"standard error of {name}, of paired differences"))),
        *(column(f"{name}_q{share:02d}", f"{share} % quantile of {name} where codings vary")
          for name in ("log", "gain") for share in (5, 95)),
        column("neutral_low", "least gain under other neutral values, one at a time"),
        column("neutral_high", "largest gain under other neutral values, one at a time"),
    )),
    File("neutral.csv", "who speaks, an outcome, and a neutral value at an end of its range", (
        _CASE[1], *_SPEAKS, column("log", "mean log score"), column("brier", "mean Brier score"),
        column("gain", "mean log score minus that of the base rate"),
        column("value", "the observable, or what else a trial needs, that is changed"),
        column("end", "lowest or highest"),
    )),
    File("CASES.md", "The page: figure, cases and scores, and how to read them."),
    File("cases.png", "Figure: what Moscow did in each case, and what each policy said."),
)  # fmt: skip


def case_tables(found: Found) -> dict[str, pd.DataFrame]:
    """Return the tables by their files."""
    core = found.cases.core
    rows = []
    for who, said in found.says.items():
        for place, (case, row) in enumerate(core.iterrows()):
            chances: dict[str, Any] = {
                f"answer_{number}": said["answer"][place, number] for number in range(len(ANSWERS))
            }  # fmt: skip
            chances |= {name: said[name][place] for name in ("halt", "break", "credit")}
            rows.append({
                "case": case, "who": who, "country": row["country"], "date": row["date"],
                "orientation_before": row["orientation_before"],
                "orientation_after": row["orientation_after"],
                "repression_party": row["repression_party"],
                "hostile_act": row["hostile_act_24m"], "did_answer": row["response_0_4"],
                "did_halt": row["soviet_suspension_24m"], "did_credit": row["credits_60m"],
                **chances,
            })  # fmt: skip
    return {"cases.csv": pd.DataFrame(rows), "by_case.csv": found.by_case,
            "scores.csv": found.scores, "neutral.csv": found.neutral}  # fmt: skip


def of_outcome(found: Found, outcome: str, basis: str = OWN) -> pd.DataFrame:
    """Return the scores of an outcome: rules by their rates, policies on a basis."""
    rows = found.scores[(found.scores["outcome"] == outcome)
                        & found.scores["basis"].isin([RATE, basis])]  # fmt: skip
    return rows.set_index("who", drop=False)


def gains_table(found: Found, basis: str = OWN, note: str = "") -> Table:
    """Return mean log scores of a halt, and gains over the base rate, by who speaks."""
    halt, answer, credit = (of_outcome(found, name, basis) for name in ("halt", "answer", "credit"))
    columns = (
        Column("who"), Column("log", "halt: log", decimals(2)),
        *(one for name, heading in (("halt", "gain"), ("answer", "answer: gain"),
                                    ("credit", "credit: gain"))
          for one in (Column(name, heading, decimals(2, "+")),
                      Column(f"{name}_se", "s.e.", decimals(2)))),
    )  # fmt: skip
    rows = [
        {"who": who, "log": row["log"], "halt": row["gain"], "halt_se": row["gain_se"],
         "answer": answer.at[who, "gain"], "answer_se": answer.at[who, "gain_se"],
         "credit": credit.at[who, "gain"], "credit_se": credit.at[who, "gain_se"]}
        for who, row in halt.iterrows()
    ]  # fmt: skip
    return Table.of("", columns, rows, note or None)


def verdict(found: Found, outcome: str) -> tuple[list[str], list[str]]:
    """Return the policies that are clearly better, and clearly worse, than the base rate."""
    rows = of_outcome(found, outcome)
    better = rows[(rows["gain"] > _TELLS * rows["gain_se"]) & (rows["basis"] == OWN)]
    worse = rows[(rows["gain"] < -_TELLS * rows["gain_se"]) & (rows["basis"] == OWN)]
    return [*better["who"]], [*worse["who"]]


def answer_of(found: Found) -> Answer:
    """Return what was found, in a few lines."""
    core = found.cases.core
    halts = int((core["soviet_suspension_24m"] == 1).sum())
    better, worse = verdict(found, "halt")
    clear = (f"clearly better: {', '.join(better) or 'none'}; "
             f"clearly worse: {', '.join(worse) or 'none'}")  # fmt: skip
    written = f" ({GRADED} was written from the shipped cases.)" if GRADED in found.says else ""
    unread = (f" Not understood, taken as neutral: {', '.join(found.unread)}."
              if found.unread else "")  # fmt: skip
    text = (
        f"{len(core)} right turns; after {halts} the USSR broke or halted. {_of_colour(found)} "
        f"Policies on halts, against the base rate: {clear}.{written}{unread}"
    )
    note = "log: mean log score; gain: over the base rate; s.e. over cases. Each case left out."
    return Answer(text, gains_table(found, note=note))


def _of_colour(found: Found) -> str:
    """Return what colour alone foretells, and whether the party's fate does it as well."""
    _base, colour, fate = RULES
    scores = {outcome.name: of_outcome(found, outcome.name) for outcome in OUTCOMES}

    def clear(name: str, who: str, column: str = "gain") -> float:
        """Return a gain if it is clear, and 0 if not."""
        row = scores[name].loc[who]
        gain, error = value_of(row[column]), value_of(row[f"{column}_se"])
        return gain if abs(gain) > _TELLS * error else 0.0

    def foretells(who: str) -> str:
        said = {"halt": "halts", "answer": "the five answers", "credit": "credit"}
        better = [title for name, title in said.items() if clear(name, who) > 0.0]
        return " and ".join(better) or "nothing"

    text = (
        f"Better than the base rate, colour alone (any right turn) foretells {foretells(colour)}; "
        f"the fate of mission and party foretells {foretells(fate)}."
    )
    if not any(clear(name, fate, "over_turn") for name in ("answer", "credit")):
        text += " On answers and credit the cases can't tell the two apart."
    return text


def print_all(console: Console, found: Found) -> None:
    """Print all scores, and the neutral values that move one most."""
    columns = (
        Column("who"), Column("basis"), Column("log", "mean log", decimals(3)),
        Column("gain", "gain", decimals(3, "+")), Column("gain_se", "s.e.", decimals(3)),
        Column("over_turn", "over any right turn", decimals(3, "+"), rank=1),
        Column("over_turn_se", "s.e.", decimals(3), rank=1),
        Column("over_destroyed", "over host or party destroyed", decimals(3, "+"), rank=1),
        Column("over_destroyed_se", "s.e.", decimals(3), rank=1),
        Column("gain_q05", "codings", decimals(2, "+"), to="gain_q95", rank=2,
               note=f"gain, 5 to 95 % of {CODINGS} codings within their doubt"),
        Column("neutral_low", "neutral values", decimals(2, "+"), to="neutral_high", rank=2),
        Column("brier", "Brier", decimals(3), rank=1),
    )  # fmt: skip
    for outcome in OUTCOMES:
        rows = _rows(found.scores[found.scores["outcome"] == outcome.name])
        title = f"{outcome.title[:1].upper()}{outcome.title[1:]}"
        console.print(Table.of(title, columns, rows, file="scores.csv"))


def list_table(cases: Cases, core: bool) -> Table:
    """Return the cases as a table: those that count, or the others."""
    columns = [
        *texts("case", "country", "date"),
        Column("orientation_before", "from", decimals(2, "+"),
               note="orientation, left -1 to right 1"),
        Column("orientation_after", "to", decimals(2, "+")),
        Column("party_size", "party"),
        Column("repression_party", "repression", whole, note="of the party, 0 to 3"),
        Column("response_0_4", "answer", whole, note=_answers()),
        Column("credits_60m", "credits", note="signed or resumed in five years"),
        Column("confidence", rank=1),
    ]  # fmt: skip
    rows = cases.table[cases.table["core"] == int(core)]
    title = "Right turns, and what Moscow did" if core else "Outside the statistics"
    return Table.of(title, columns, _rows(rows), "" if core else None)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by their columns' names."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _answers() -> str:
    return "; ".join(f"{number} {title}" for number, title in enumerate(ANSWERS))


def told(cases: Cases, case: str) -> list[str]:
    """Return a case in a few lines."""
    (row,) = _rows(cases.table.loc[[case]])
    turn = f"{row['orientation_before']:+.2f} to {row['orientation_after']:+.2f}"
    credit = str(row.get("credits_60m_note", ""))
    hostile = str(row.get("hostile_act", "")) if row["hostile_act_24m"] else "none"
    answer = int(row["response_0_4"])
    return [
        f"{case}: {row['country']}, {row['date']}, {row['how']}, orientation {turn}",
        f"{row.get('fell', '')} fell, {row.get('came', '')} came",
        f"party {row['party_size']}, {row['party_legal_before']} before, "
        f"{row['party_legal_after']} after, repression {row['repression_party']} of 3; "
        f"hostile act: {hostile}",
        f"Moscow: {answer}, {ANSWERS[answer]}; credits in five years: "
        f"{row['credits_60m']}" + (f" ({credit})" if credit else ""),
        "counts" if row["core"] else f"doesn't count: {row.get('flag', '')}",
    ]  # fmt: skip


def facts_table(cases: Cases, case: str) -> Table:
    """Return what is known of a case, with its sources."""
    table = Table(f"{case}: facts", texts("field", "value", "confidence", "source"))
    for row in cases.facts[cases.facts["case"] == case].itertuples():
        table.add(str(row.field), str(row.value), str(row.confidence), str(row.source))
    return table


def seen_table(cases: Cases, case: str) -> Table:
    """Return what a policy sees of a case in its first month, and why."""
    from .sight import load_sight

    sight = load_sight()
    values = sight.of(cases.table.loc[[case]])
    columns = [Column("observable"), Column("value", write=decimals(2)), *texts("from", "why")]
    rows = [{"observable": row.name, "value": "" if row.model else values[row.name][0],
             "from": row.said, "why": row.reason} for row in sight.rows.values()]  # fmt: skip
    title = f"{case}: what a policy sees"
    return Table.of(title, columns, rows)

