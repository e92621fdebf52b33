"""A validation as a page: what was asked, what was found, and where the model fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..forecast.comparisons import wins_in_words
from ..forecast.win_rates import ENOUGH_POWER, HISTORIES, MOST_SIZE
from ..io.experiment import Answer
from ..io.markdown_page import render
from ..io.numerals import percent
from ..io.table import Column, Table, numbers
from . import ablations, tables
from .ablations import BASELINE, IMPROVES
from .evidence_weights import noise
from .validate import BROKEN, Validation

_TEMPLATE: Final = Path(__file__).parent / "templates" / "VALIDATION.md"
_NO_TEST: Final = "Nothing here tests a counterfactual: no test can."
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
    "export_price": "the documented external shock; a rival cause of all political events",
    "stockpile_sales": "the record has sales of tin; counterfactuals ask what they did",
    "oil": "a documented shock; its size is small",
    "growth_abroad": "a documented driver",
    "borrowing": "the boom of 1973-78 was borrowed (record: external_debt)",
    "performance": "the literature's most robust link between output and survival",
    "rally": "without it nationalisations have no motive",
    "repression_cost": "without it repression costs nothing, and every regime would use it",
    "suppression": "the literature's first effect of repression",
    "backlash": "the literature's second effect of repression; it shows after years",
    "intimidation": "without it repression could not protect a regime against officers at all",
    "fear": "the literature's reason for coups of the right against mobilisation",
    "distance": "the reason for coups of one current against another",
    "patronage": "the path through which military aid acts",
    "coup_trap": "a finding across countries, from which its prior comes",
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
        _TEMPLATE, found=found, command=command, summary=_tests(found), headline=headline(found),
        power=ENOUGH_POWER, size=MOST_SIZE, histories=HISTORIES, figure=figure, tables=tables,
        capital=_capital, percent=percent, idle=idle, noise=noise, broken=BROKEN,
        baseline=BASELINE,
    )  # fmt: skip


def headline(found: Validation) -> list[str]:
    """Return the few sentences that matter most."""
    out = []
    if found.scores is not None:
        verdicts = [c.verdict for of in found.scores.comparisons.values() for c in of]
        won, lost = verdicts.count("better"), verdicts.count("worse")
        sure = sum(c.verdict == "better" and c.rates.sure
                   for of in found.scores.comparisons.values() for c in of)  # fmt: skip
        out.append(
            f"Of {len(verdicts)} comparisons with naive forecasts, {won + lost} can tell which "
            f"forecast is better: the model wins {won} and loses {lost}. Of those won, {sure} are "
            "against a forecast that is sure of one history, which any other history refutes. In "
            "the other comparisons seven coups in ten years are too little evidence, or the naive "
            "forecast said exactly what happened."
        )
    if found.countries is not None:
        checks = found.countries.checks
        out.append(
            f"Of {len(checks)} regularities of coups in Latin America the model reproduces "
            f"{sum(check.holds for check in checks)} within the range of what is documented."
        )
    if found.versions is not None:
        ranges = []
        for name in ablations.ALTERNATIVES:
            factors = found.versions.by_weights(name).values()
            ranges.append(f"{tables.range_of_times(factors)} against '{name}'")
        out.append(
            "Raison d'état makes Moscow's documented dealings likelier than its rivals do; by how "
            f"much depends on assumed weights: {'; '.join(ranges)}."
        )
    return [*out, _NO_TEST]


def answer_of(found: Validation) -> Answer:
    """Return how many of the tests of each kind the model passes."""
    rows = list[tuple[str, str, str]]()
    if found.scores is not None:
        verdicts = [c.verdict for of in found.scores.comparisons.values() for c in of]
        won, lost = verdicts.count("better"), verdicts.count("worse")
        rows.append(("better than a naive forecast, where the data can tell", str(won),
                     str(won + lost)))  # fmt: skip
    if found.patterns is not None:
        there = found.patterns.table["of_those"]
        rows.append(("patterns in half of the worlds where they could be",
                     str((there >= _HALF).sum()), str(len(there))))  # fmt: skip
    if found.countries is not None:
        checks = found.countries.checks
        rows.append(("regularities of coups in Latin America",
                     str(sum(check.holds for check in checks)), str(len(checks))))  # fmt: skip
    if found.checks:
        rows.append(("extreme conditions, directions and units",
                     str(sum(check.holds for check in found.checks)),
                     str(len(found.checks))))  # fmt: skip
    text = [f"{found.title}: validated."]
    if found.versions is not None:
        text += [f"Raison d'état makes Moscow's dealings "
                 f"{tables.range_of_times(found.versions.by_weights(name).values())} as likely as "
                 f"'{name}', by weights that are assumed." for name in ablations.ALTERNATIVES]
    if found.reading is not None:
        text.append(f"With rows of high confidence only, verdicts that change: "
                    f"{len(found.reading)}.")  # fmt: skip
    text.append(_NO_TEST)
    columns = [Column("test"), *numbers("passed", "of")]
    return Answer(" ".join(text), Table("", columns).filled(rows) if rows else None)


def summary(found: Validation) -> list[str]:
    """Return what was found, a sentence each."""
    out = []
    if found.scores is not None:
        for title, comparisons in found.scores.comparisons.items():
            out.append(f"{_capital(title)}: {wins_in_words(comparisons)}.")
    if found.versions is not None:
        for name in ablations.ALTERNATIVES:
            factors = found.versions.by_weights(name).values()
            out.append(f"Raison d'état compared with the policy '{name}': the dealings between "
                       "Moscow, host and party, given the rest of the record, are "
                       f"{tables.range_of_times(factors)} as likely, by the weights that are "
                       "given to them.")  # fmt: skip
    return out + _tests(found)


def _tests(found: Validation) -> list[str]:
    """Return what the tests found that the headline doesn't have, a sentence each."""
    out = []
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
        failed = [check.asked for check in checks if not check.holds]
        out.append(
            f"Regularities across countries: {len(checks) - len(failed)} of {len(checks)} lie "
            "within 5–95 % of what is documented"
            + (f"; not: {'; '.join(failed)}." if failed else ".")
        )
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
