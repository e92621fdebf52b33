"""A validation as a page: what was asked, what was found, and where the model fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..forecast.comparisons import wins_in_words
from ..io.markdown_page import render
from ..io.numerals import percent
from ..observe.patterns import PATTERNS
from . import ablations, tables
from .ablations import BASELINE, IMPROVES
from .pattern_frequencies import ruled_out
from .validate import BROKEN, Validation

_TEMPLATE: Final = Path(__file__).parent / "templates" / "VALIDATION.md"
_HALF: Final = 0.5
_FEWEST: Final = 0.05

# Why a mechanism stays that the record does not ask for.
STAYS: Final[dict[str, str]] = {
    "Soviet aid": (
        "the channel of the studied thesis: the model needs it so that its effect can "
        "turn out to be zero"
    ),
    "PCB loyalty": "without it the party has no friction with Moscow at all, a documented outcome",
    "US aid": "the rival of Soviet aid as a cause; its size is free and may be zero",
    "soviet_leverage": "the thesis that Moscow's credits moved Washington needs it to be tested",
    "soviet_diplomacy": "without it no regime responds to what Moscow does",
    "us_sanctions": "the record has sanctions; counterfactuals ask what they did",
    "us_covert": "the record has covert money; counterfactuals ask what it did",
    "us_diplomacy": "elections under pressure in 1977-78 pass through it",
    "tin": "the documented external shock; a rival cause of all political events",
    "tin_sales": "the record has sales of stockpile tin; counterfactuals ask what they did",
    "oil": "a documented shock; its size is small",
    "growth_abroad": "a documented driver",
    "borrowing": "the boom of 1973-78 was borrowed (record: external_debt)",
    "performance": "the literature's most robust link between output and survival",
    "rally": "without it nationalisations have no motive",
    "repression_cost": "without it repression costs nothing, and every regime would use it",
    "suppression": "the literature's first effect of repression",
    "backlash": "the literature's second effect of repression; it shows after years",
    "fear": "the literature's reason for coups of the right against mobilisation",
    "distance": "the reason for coups of one current against another",
    "patronage": "the path through which military aid acts",
    "coup_trap": "a finding across countries; its prior includes zero",
    "learning": "the reason why quiet follows failed coups; its effect fades in months",
    "labour_defence": "October 1970; its effect is small",
}


def page(found: Validation, command: str, alts: Mapping[str, str] | None = None) -> str:
    """Return the page, in Markdown, with links to its figures.

    Parameters
    ----------
    alts : mapping of str to str, optional
        The figures' alternative texts, by the names of their files; else short titles stand.
    """

    def figure(name: str, title: str) -> str:
        file = f"validation-{name}.png"
        return f"![{(alts or {}).get(file, title)}]({file})"

    comparisons = found.versions.comparisons if found.versions else []
    idle = [
        (other.name, STAYS[other.name])
        for other in comparisons
        if other.group == "without" and other.name in STAYS
        and tables.change_of_fit(comparisons[0], other) != IMPROVES
    ]  # fmt: skip
    return render(
        _TEMPLATE, found=found, command=command, summary=summary(found), figure=figure,
        tables=tables, wins_in_words=wins_in_words, capital=_capital, percent=percent,
        ruled_out=ruled_out, idle=idle, all_patterns=PATTERNS, broken=BROKEN, baseline=BASELINE,
    )  # fmt: skip


def summary(found: Validation) -> list[str]:
    """Return what was found, a sentence each."""
    out = []
    if found.scores is not None:
        for title, comparisons in found.scores.comparisons.items():
            out.append(f"{_capital(title)}: {wins_in_words(comparisons)}.")
    if found.patterns is not None:
        table = found.patterns.table
        plain, there = (int((table[c] >= _HALF).sum()) for c in ("worlds", "of_those"))
        rare = table[table["worlds"] < _FEWEST]["pattern"].tolist()
        out.append(
            f"Patterns: {there} of {len(table)} appear in at least half of the worlds where they "
            f"could, {plain} in at least half of all worlds (target: 80 %)"
            + (f"; in fewer than 5 %: {'; '.join(rare)}." if rare else "; each in 5 % or more.")
        )
    if found.countries is not None:
        checks = found.countries.checks
        failed = [asked for asked, _, holds in checks if not holds]
        out.append(
            f"Regularities across countries: {len(checks) - len(failed)} of "
            f"{len(checks)} hold" + (f"; not: {'; '.join(failed)}." if failed else ".")
        )
    if found.versions is not None:
        for name in ablations.ALTERNATIVES:
            whole, given = found.versions.alternative(name)
            likelier, by_whole = tables.times(given), tables.times(whole)
            out.append(f"Raison d'état compared with the policy '{name}': the dealings between "
                       f"Moscow, host and party, given the rest of the record, are {likelier} as "
                       f"likely; the whole record {by_whole}.")  # fmt: skip
    if found.checks:
        failed = [check.statement for check in found.checks if not check.holds]
        out.append(f"Extreme conditions, directions and units: "
                   f"{len(found.checks) - len(failed)} of {len(found.checks)} hold"
                   + (f"; not: {'; '.join(failed)}." if failed else "."))  # fmt: skip
    if found.reading is not None:
        many = len(found.reading)
        change = "verdict changes" if many == 1 else "verdicts change"
        out.append(f"With rows of high confidence only, {many} {change}.")
    return out


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
