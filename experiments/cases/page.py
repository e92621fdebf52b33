"""The page of a trial, docs/CASES.md: figure, scores, cases, and what they can't tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..io.markdown_page import render
from ..io.numerals import decimal, percent, value_of
from ..io.table import Column, Table, numbers, texts
from .case_files import NEEDED
from .contest import Found
from .credits import credit_sentence, credit_table, trade
from .scores import RULES
from .sight import load_sight
from .speaking import SIGN
from .tables import gains_table, of_outcome, verdict

_TEMPLATE: Final = Path(__file__).parent / "templates" / "CASES.md"
_COMMAND: Final = "palca cases --out runs/cases"
_RIGHT: Final = 0.25
_SPANS: Final = tuple((f"{first}–{first + 4}", range(first, first + 5))
                      for first in range(1961, 1985, 5))  # fmt: skip
_TOLD: Final = {"pragmatic", "ideological", "graded"}  # policies of which the page says more


def page_of(found: Found, alts: Mapping[str, str]) -> str:
    """Return the page, in Markdown, with a link to its figure."""
    core, sight = found.cases.core, load_sight()
    right = core["orientation_after"] > _RIGHT
    halted, loud = core["soviet_suspension_24m"] == 1, core["response_0_4"] > 0
    return render(
        _TEMPLATE,
        alt=alts.get("cases.png", ""), own=found.own,
        told=not found.own and {*found.says} >= _TOLD, core=len(core), halts=int(halted.sum()),
        command=_COMMAND, worlds=found.worlds, short=_short(found),
        gains=gains_table(found).markdown(), signs=gains_table(found, SIGN).markdown(),
        moved=_moved(found).markdown(), table=_table(found).markdown(),
        sight=_sight().markdown(), doubt=sight.doubt,
        campaign=f"{sight.other['campaign'].value[0]:g}", needed=_listed(NEEDED),
        credit=credit_sentence(), credit_table=credit_table().markdown(),
        trade_table=_trade().markdown(), bolivia_years=_years("BOL"), chile_years=_years("CHL"),
        right=int(right.sum()), rest=int((~right).sum()), right_halts=int((right & halted).sum()),
        loud_right=int((right & loud).sum()), loud_rest=int((~right & loud).sum()),
        quiet=int((~loud).sum()),
        right_answers=_listed(_right_answers(found)),
        s=lambda *asked: _gain(found, *asked), r=lambda *asked: _codings(found, *asked),
        chance=lambda *asked: _chance(found, *asked),
    )  # fmt: skip


def _gain(found: Found, who: str, outcome: str, column: str = "gain") -> str:
    """Return a gain with its standard error; nothing of a policy that isn't on trial."""
    rows = of_outcome(found, outcome)
    if who not in rows.index:
        return "not tried"
    mean, error = (value_of(rows.at[who, name]) for name in (column, f"{column}_se"))
    return f"{decimal(mean, 2, '+')} ± {decimal(error, 2)}"


def _codings(found: Found, who: str, outcome: str) -> str:
    """Return the range of a gain where codings vary."""
    row = of_outcome(found, outcome).loc[who]
    return _range(*(value_of(row[name]) for name in ("gain_q05", "gain_q95")))


def _chance(found: Found, case: str, who: str, name: str) -> str:
    """Return a policy's own chance, as it says."""
    if who not in found.says or case not in found.cases.core.index:
        return "not tried"
    place = found.cases.core.index.get_loc(case)
    return percent(float(found.says[who][name][place]))


def _short(found: Found) -> str:
    """Return the main result in sentences."""
    halt = of_outcome(found, "halt")
    better, worse = verdict(found, "halt")
    rules = "; ".join(f"*{rule}* {decimal(value_of(halt.at[rule, 'log']), 3)}" for rule in RULES)
    return (
        f"On halts the mean log scores are: {rules}. Of {len(found.says)} policies "
        f"{_listed(better) or 'none'} {'is' if len(better) == 1 else 'are'} clearly better than "
        f"the base rate (by two standard errors), and {_listed(worse) or 'none'} "
        f"{'is' if len(worse) == 1 else 'are'} clearly worse."
    )


def _moved(found: Found) -> Table:
    """Return how far doubt moves the gains of those who speak."""
    rows = []
    for who in of_outcome(found, "halt").index:
        cells: dict[str, Any] = {"who": who}
        for outcome in ("halt", "answer", "credit"):
            row = of_outcome(found, outcome).loc[who]
            cells[outcome] = f"{row['gain']:+.2f} ({_range(row['gain_q05'], row['gain_q95'])})"
            cells[f"{outcome}_neutral"] = _range(row["neutral_low"], row["neutral_high"])
        rows.append(cells)
    columns = [Column("who")] + [
        Column(name, heading, right=True)
        for outcome in ("halt", "answer", "credit")
        for name, heading in ((outcome, f"{outcome}: gain (codings)"),
                              (f"{outcome}_neutral", "neutral values"))
    ]  # fmt: skip
    return Table.of("", columns, rows)


def _range(low: float, high: float) -> str:
    return "–" if math.isnan(low) else f"{low:+.2f} to {high:+.2f}"


def _right_answers(found: Found) -> list[str]:
    """Return of how many cases each policy holds the answer most likely that came."""
    did = found.cases.core["response_0_4"].to_numpy()
    return [f"`{name}` {int((said['answer'].argmax(axis=1) == did).sum())}"
            for name, said in found.says.items()]  # fmt: skip


def _table(found: Found) -> Table:
    """Return the cases in rows, and in columns what Moscow did and what each policy says."""
    core = found.cases.core
    columns = [*texts("case", "country", "date"), Column("turn", right=True), *texts("party"),
               Column("repression", right=True), Column("did", right=True),
               *texts("credits"), *(Column(name, right=True) for name in found.says)]  # fmt: skip
    rows = []
    for place, (case, row) in enumerate(core.iterrows()):
        rows.append({
            "case": case, "country": row["country"], "date": row["date"],
            "turn": f"{row['orientation_before']:+.2f} to {row['orientation_after']:+.2f}",
            "party": row["party_size"], "repression": str(row["repression_party"]),
            "did": str(row["response_0_4"]), "credits": row["credits_60m"],
            **{name: f"{said['answer'][place].argmax()} ({percent(float(said['halt'][place]))})"
               for name, said in found.says.items()},
        })  # fmt: skip
    return Table.of("", columns, rows)


def _sight() -> Table:
    sight, table = load_sight(), Table("", texts("observable", "from", "range", "why"))
    for row in (*sight.rows.values(), *sight.other.values()):
        table.add(row.name, row.said, row.span, row.reason)
    return table


def _trade() -> Table:
    """Return mean trade by spans of years, of the countries of which the source says enough."""
    rows, table = trade(), Table("", texts("country") + numbers(*(said for said, _ in _SPANS)))
    for country in ("ARG", "BRA", "PER"):
        own = rows[(rows["country"] == country) & rows["covered"]].set_index("year")["turnover"]
        means = [own[own.index.isin(years)] for _, years in _SPANS]
        table.add(country, *(f"{mean.mean():.0f} ({len(mean)})" if len(mean) else "–"
                             for mean in means))  # fmt: skip
    return table


def _years(country: str) -> str:
    """Return the years of which the source has trade."""
    rows = trade()
    return _listed(map(str, rows[(rows["country"] == country) & rows["covered"]]["year"]))


def _listed(words: Any) -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last

