"""Claim E: what Moscow extended to Bolivia beside Chile under Allende, and Soviet trade by year."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from palca.model.errors import PalcaError

from ..io.codebook import File, column
from ..io.table import Column, Table, decimals
from ..observe.record_files import CONFIDENCES, check_sources, read_cells
from .case_files import GIVEN

if TYPE_CHECKING:
    import pandas as pd

_FILE: Final = "soviet_trade_credit.csv"
_COLUMNS: Final = ("country", "year_or_span", "measure", "value", "unit", "source", "confidence",
                   "note")  # fmt: skip
_YEARS: Final = range(1960, 1986)
TRADERS: Final = ("ARG", "BRA", "PER", "BOL", "CHL")
_MISSING: Final = "missing"
CREDIT: Final = (
    Column("measure", meaning="what is compared, million USD"),
    Column("bolivia", "Bolivia", decimals(1), unit="million USD"),
    Column("bolivia_confidence", "confidence", meaning="confidence of Bolivia's figure"),
    Column("chile", "Chile", decimals(1), unit="million USD"),
    Column("chile_confidence", "confidence", meaning="confidence of Chile's figure"),
    Column("ratio", "Bolivia / Chile", decimals(2), meaning="Bolivia's figure divided by Chile's"),
    Column("per_head", "per head", decimals(2), meaning="the same for each inhabitant of 1971"),
    Column("says", meaning="what may be compared, and what may not"),
)  # fmt: skip
CREDIT_FILES: Final = (
    File("credit.csv", "a comparison of Soviet credits to Bolivia and to Chile under Allende",
         CREDIT),
    File("trade.csv", "a country's trade with the USSR in a year", (
        column("country", "its code"), column("year", "the year"),
        column("turnover", "imports and exports; empty where nothing is known", "million USD"),
        column("covered", "whether the source says anything: a zero of low confidence is silence, "
                          "not absence of trade"),
        column("confidence", "high, medium or low"),
    )),
)  # fmt: skip


@lru_cache(maxsize=1)
def load_credits() -> pd.DataFrame:
    """Read the file of trade and credit: one row a figure, with its source and confidence."""
    import pandas as pd

    table = read_cells(GIVEN / _FILE, _COLUMNS)
    there = table["confidence"] != _MISSING  # else a row says what nobody has found
    check_sources(table[there], _FILE)
    table["amount"] = pd.to_numeric(table["value"], errors="coerce")  # some are words
    return table


def _figure(country: str, span: str, measure: str) -> tuple[float, str]:
    """Return one figure with its confidence."""
    table = load_credits()
    rows = table[(table["country"] == country) & (table["year_or_span"] == span)
                 & (table["measure"] == measure)]  # fmt: skip
    if len(rows) != 1:
        raise PalcaError(f"has {len(rows)} rows of {country}, {span}, {measure}, not one", _FILE)
    return float(rows["amount"].iloc[0]), str(rows["confidence"].iloc[0])


def credit_rows() -> list[dict[str, object]]:
    """Return what was extended and drawn, absolute and per head."""
    heads = _figure("CHL", "1971", "population")[0] / _figure("BOL", "1971", "population")[0]
    firm = _figure("BOL", "1970-08-17", "credit_extended")
    total = _figure("BOL", "1954-78", "credit_extended_cumulative")
    recalled = _figure("BOL", "1969-73", "credit_extended")
    early = _figure("CHL", "1967", "credit_extended")
    all_chile = _figure("CHL", "1954-78", "credit_extended_cumulative")
    new = all_chile[0] - early[0], max(all_chile[1], early[1], key=CONFIDENCES.index)
    upper = _figure("CHL", "1970-73", "credit_long_term_soviet_upper")
    short = _figure("CHL", "1972-11", "credit_short_term_soviet")
    drawn = _figure("CHL", "1972", "credit_drawn")
    none = float("nan"), _MISSING
    rows = (
        ("extended: the credit of 1970", firm, new, "firm against recalled"),
        ("extended: all to 1978", total, new, "recalled against recalled"),
        ("extended: an ambassador's recollection", recalled, new, "an upper bound for Bolivia"),
        ("extended: the credit of 1970, Chile's upper bound", firm, upper, "at least this ratio"),
        ("short-term credit", none, short, "not comparable: Bolivia never got one"),
        ("drawn by 1972", none, drawn, "Chile: virtually nothing; Bolivia: no figure was found"),
    )  # fmt: skip
    return [
        {"measure": measure, "bolivia": ours[0], "bolivia_confidence": ours[1], "chile": theirs[0],
         "chile_confidence": theirs[1],
         "ratio": ours[0] / theirs[0] if theirs[0] else np.nan,
         "per_head": ours[0] / theirs[0] * heads if theirs[0] else np.nan, "says": says}
        for measure, ours, theirs, says in rows
    ]  # fmt: skip


def credit_sentence() -> str:
    """Return the sentence that follows from the figures."""
    first, second = credit_rows()[:2]
    return (
        f"Extended to Bolivia was {first['ratio']:.2f} of what Chile under Allende got "
        f"({first['per_head']:.2f} per head), or {second['ratio']:.2f} ({second['per_head']:.2f} "
        "per head) by recalled totals to 1978; all but Bolivia's credit of 1970 is of low "
        "confidence. Chile drew virtually nothing; what Bolivia drew nobody has found."
    )


def credit_table() -> Table:
    """Return the comparison as a table."""
    return Table.of("Soviet credits: Bolivia beside Chile under Allende", CREDIT, credit_rows())


def trade() -> pd.DataFrame:
    """Return Soviet trade by country and year; where the source is silent it is missing."""
    import pandas as pd

    table = load_credits()
    rows = table[(table["measure"] == "turnover") & table["year_or_span"].str.fullmatch(r"\d{4}")
                 & table["source"].str.startswith("COW")]  # fmt: skip
    amounts, confidences = ({(str(row["country"]), int(row["year_or_span"])): row[name]
                             for _, row in rows.iterrows()} for name in ("amount", "confidence"))
    out = []
    for pair in product(TRADERS, _YEARS):
        amount, confidence = amounts.get(pair, np.nan), confidences.get(pair, "")
        covered = confidence in CONFIDENCES and not (amount == 0 and confidence == "low")
        out.append({"country": pair[0], "year": pair[1], "turnover": amount if covered else np.nan,
                    "covered": covered, "confidence": confidence})  # fmt: skip
    return pd.DataFrame(out)
