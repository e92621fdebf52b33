"""A validation as a page: what was asked, what was found, and where the model fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from ..forecast.comparisons import Contest, won
from ..io.numerals import percent
from ..observe.outcomes import OUTCOMES
from ..observe.patterns import PATTERNS
from ..observe.windows import FIRST, LAST, outcomes_of
from . import ablations
from .ablations import BASELINE, Standing, log_bayes_factor
from .cross_country import Regularities
from .forecast_skill import Scores
from .pattern_frequencies import Patterns, ruled_out
from .validate import BROKEN, Validation, Versions

_TITLES: Final = {o.name: o.heading for o in (*OUTCOMES, *outcomes_of(FIRST, LAST))}
_HALF: Final = 0.5
_FEWEST: Final = 0.05

# Why a mechanism stays that the record does not ask for.
STAYS: Final[dict[str, str]] = {
    "Soviet aid": "the channel of the studied thesis: it must be there to turn out to be nothing",
    "PCB loyalty": "without it the party has no friction with Moscow at all, a documented outcome",
    "US aid": "the rival of Soviet aid as a cause; its size is free and may be nothing",
    "soviet_leverage": "the thesis that Moscow's credits moved Washington needs it to be tested",
    "soviet_diplomacy": "without it no regime answers what Moscow does",
    "us_sanctions": "the record has sanctions; counterfactuals ask what they did",
    "us_covert": "the record has covert money; counterfactuals ask what it did",
    "us_diplomacy": "elections under pressure in 1977-78 pass through it",
    "tin": "the documented shock from outside; the rival cause of all politics",
    "tin_sales": "the record has sales of stockpile tin; counterfactuals ask what they did",
    "oil": "a documented shock; its size is small",
    "growth_abroad": "a documented driver",
    "borrowing": "the boom of 1973-78 was borrowed (record: external_debt)",
    "performance": "the literature's most robust link between output and survival",
    "rally": "nationalisations have no motive without it",
    "repression_cost": "without it repression is free, and every regime would use it",
    "suppression": "the literature's first effect of repression",
    "backlash": "the literature's second effect of repression; it shows after years",
    "fear": "the literature's reason for coups of the right against mobilisation",
    "distance": "the reason for coups of one current against another",
    "patronage": "what military aid acts through",
    "coup_trap": "a finding across countries; its prior reaches to nothing",
    "learning": "why failed coups make quiet; its effect fades in months",
    "labour_defence": "October 1970; its effect is small",
}


def page(found: Validation, command: str, alts: Mapping[str, str] | None = None) -> str:
    """Return the page, in Markdown, with links to its figures.

    Parameters
    ----------
    alts : mapping of str to str, optional
        The figures' alternative texts, by the names of their files; else short titles stand.
    """
    alts = alts or {}
    lines = [
        "# Is it right? The model validated",
        "",
        f"Scenario: {found.title}. Everything on this page is computed: `{command}` "
        f"({found.worlds:,} worlds in each particle filter, seed {found.seed}). "
        "`palca validate --help` has what else it can do. Read it with [ODD.md](ODD.md), section 8 "
        "on what rules build in, and [LIMITS.md](LIMITS.md) on where it fails and what was tried.",
        "",
        *_summary(found),
    ]
    if found.scores is not None:
        lines += _scores(found.scores, alts)
    if found.patterns is not None:
        lines += _patterns(found.patterns, alts)
    if found.countries is not None:
        by_chance = found.versions.random_countries if found.versions else None
        lines += _countries(found.countries, by_chance, alts)
    if found.versions is not None:
        lines += _versions(found.versions, alts)
    if found.checks:
        lines += _checks(found)
    if found.reading is not None:
        lines += _reading(found.reading)
    return "\n".join(lines).rstrip() + "\n"


def summary(found: Validation) -> list[str]:
    """Return what was found, a sentence each."""
    out = []
    if found.scores is not None:
        for title, contests in found.scores.contests.items():
            out.append(f"{_capital(title)}: {won(contests)}.")
    if found.patterns is not None:
        table = found.patterns.table
        plain, there = (int((table[c] >= _HALF).sum()) for c in ("worlds", "of_those"))
        rare = table[table["worlds"] < _FEWEST]["pattern"].tolist()
        out.append(
            f"Patterns: {there} of {len(table)} show in at least half of the worlds where they "
            f"could, {plain} in at least half of all worlds (asked: 80 %)"
            + (f"; in fewer than 5 %: {'; '.join(rare)}." if rare else "; each in 5 % or more.")
        )
    if found.countries is not None:
        verdicts = found.countries.verdicts
        failed = [asked for asked, _, holds in verdicts if not holds]
        out.append(
            f"Regularities across countries: {len(verdicts) - len(failed)} of "
            f"{len(verdicts)} hold" + (f"; not: {'; '.join(failed)}." if failed else ".")
        )
    if found.versions is not None:
        for rival in ablations.RIVALS:
            whole, given = found.versions.rival(rival)
            out.append(f"Raison d'état against the policy '{rival}': the dealings between Moscow, "
                       f"host and party, given all else, are {_times(given)} as likely; the whole "
                       f"record {_times(whole)}.")  # fmt: skip
    if found.checks:
        failed = [check.statement for check in found.checks if not check.holds]
        out.append(f"Extreme conditions, directions and units: "
                   f"{len(found.checks) - len(failed)} of {len(found.checks)} hold"
                   + (f"; not: {'; '.join(failed)}." if failed else "."))  # fmt: skip
    if found.reading is not None:
        many = len(found.reading)
        change = "verdict changes" if many == 1 else "verdicts change"
        out.append(f"With rows of high confidence alone {many} {change}.")
    return out


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _times(nats: float) -> str:
    """Return a Bayes factor in words."""
    if nats >= 0:
        return f"{_round(np.exp(min(nats, 700)))} times"
    return f"1/{_round(np.exp(min(-nats, 700)))}"


def _round(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"


def _summary(found: Validation) -> list[str]:
    return ["## In short", "", *(f"- {line}" for line in summary(found)), ""]


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a table in Markdown; columns after the first are aligned to the right."""
    rule = ["---", *("---:" for _ in headings[1:])]
    return [
        f"| {' | '.join(headings)} |", f"| {' | '.join(rule)} |",
        *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows), "",
    ]  # fmt: skip


def _figure(name: str, title: str, alts: Mapping[str, str]) -> str:
    file = f"validation-{name}.png"
    return f"![{alts.get(file, title)}]({file})"


def _scores(scores: Scores, alts: Mapping[str, str]) -> list[str]:
    lines = [
        "## 1. Scores against naive forecasts", "",
        "Three forecasts that know nothing of politics: *constant*, the coup rate of twenty Latin "
        "American countries in 1964–80; *persistence*, whoever rules goes on ruling; "
        "*cross-national*, a logit on growth, income and a recent attempt (record: base_rates). "
        "Free-running ones are made in January 1969, those one month ahead from what was known.",
        "",
        "Skill is 1 − score / naive score: above 0 the model is better. In brackets 5 and 95 % by "
        "bootstrap over worlds (one month ahead: over groups of worlds). *Power* is how often the "
        "model would win if histories came from it; below 0.8 the contest *cannot discriminate*, "
        "whoever wins. *Naive exact*: it said what happened, and can't be beaten; *unbounded*: so "
        "it does in more than 5 % of the bootstrap's samples.", "",
        _figure("ahead", "One month ahead", alts), "",
    ]  # fmt: skip
    rows = [[name, f"{brier:.4f}", f"{log:.3f}"] for name, (brier, log) in scores.reference.items()]
    lines += ["For comparison, a constant chance of an attempt, September 1969 to December 1978 "
              "(the record's own rate can only be known afterwards):", "",
              *table(["constant chance", "Brier", "log, nats"], rows)]  # fmt: skip
    for title, contests in scores.contests.items():
        lines += [f"### {_capital(title)}", "", f"{_capital(won(contests))}.", ""]
        lines += _contests(contests)
    parts = [
        [name, *(f"{x:.4f}" for x in (d.reliability, d.resolution, d.uncertainty, d.rest))]
        for name, d in scores.decomposed.items()
    ]
    places = [
        [v.outcome.heading, f"{v.documented:.3g}", f"{v.low:.3g} – {v.median:.3g} – {v.high:.3g}",
         f"{v.position:.2f}{'' if v.inside else ' **outside**'}"]
        for v in scores.verdicts
        if not np.isnan(v.documented)
    ]  # fmt: skip
    lines += [
        "### Parts of the Brier score: attempts one month ahead, 1969–78", "",
        "Score = reliability − resolution + uncertainty + rest (Murphy 1973), in five bins. Low "
        "reliability and high resolution are good; the uncertainty is the record's.", "",
        *table(["forecast", "reliability", "resolution", "uncertainty", "rest"], parts),
        "### Where the documented values fall", "",
        "The probability integral transform: the documented value's place among free-running "
        "worlds of the posterior, 0 to 1. Even places would fill 0 to 1 evenly.", "",
        *table(["outcome", "documented", "5–50–95 %", "place"], places),
    ]  # fmt: skip
    return lines


def _contests(contests: Sequence[Contest]) -> list[str]:
    """Return a table: a row a thing and score, three columns for the three rivals."""
    groups: dict[tuple[str, str], list[Contest]] = {}
    for contest in contests:
        groups.setdefault((contest.what, contest.score), []).append(contest)
    rivals = [contest.against for contest in next(iter(groups.values()))]
    rows = []
    for (what, score), some in groups.items():
        rows.append([f"{_TITLES.get(what, what)}, {score}", f"{some[0].model:.4g}",
                     *(_cell(contest) for contest in some)])  # fmt: skip
    return table(["what, by which score", "model", *(f"skill against {r}" for r in rivals)], rows)


def _cell(contest: Contest) -> str:
    if contest.verdict == "naive exact":
        return "naive exact"
    mark = {"better": " **better**", "worse": " **worse**"}.get(contest.verdict, "")
    low, high = (f"{end:+.2f}" if np.isfinite(end) else "unbounded"
                 for end in (contest.low, contest.high))  # fmt: skip
    return (f"{contest.skill:+.2f} ({low} to {high}), "
            f"power {contest.power:.2f}{mark}")  # fmt: skip


def _patterns(patterns: Patterns, alts: Mapping[str, str]) -> list[str]:
    rows = [
        [f"{r.number}. {r.pattern}", r.origin, r.use, "yes" if r.record else "**no**",
         percent(float(r.worlds)), percent(float(r.where)),  # type: ignore[arg-type]
         percent(float(r.of_those))]  # type: ignore[arg-type]
        for r in patterns.table.itertuples()
    ]  # fmt: skip
    total, counts = len(patterns.table), patterns.counts
    lines = [
        "## 2. Patterns", "",
        "Each is a function of a course of events (experiments/observe/patterns.py), true of the "
        "record; numbers are those of the list that they come from. Pattern 9 (a credit is "
        "delivered years after it is committed) has no row: deliveries are undocumented by year, "
        "so the record can't be asked. *Could show*: some patterns need a regime of the left, or a "
        "coup against it. *Built in*: a rule puts it there, see below. *Calibration*: the "
        "posterior was fitted to outcomes that hold it, so that it is no test.", "",
        _figure("patterns", "Patterns", alts), "",
        *table(["pattern", "origin", "use", "record", "worlds", "could show", "of those"], rows),
        f"Worlds show {counts.mean():.1f} of {total} on average; "
        f"{percent(float((counts == total).mean()), 2)} show all, "
        f"{percent(float((counts >= total / 2).mean()))} at least half of them.", "",
        "What is asked, and what builds it in:", "",
        *(f"- **{p.number}.** {_capital(p.statement)}."
          + (f" Built in by {p.built_in}." if p.built_in else "") for p in PATTERNS), "",
        "### What policies rule out", "",
        "Patterns that fewer than 5 % of the worlds of a policy show, where they could:", "",
    ]  # fmt: skip
    for policy, shares in patterns.policies.iterrows():
        gone = ruled_out(shares)
        lines.append(f"- `{policy}`: {', '.join(map(str, gone)) if gone else 'none'}")
    parameters = [
        [f"{r.number}", f"`{r.parameter}`", percent(float(r.lowest)),  # type: ignore[arg-type]
         percent(float(r.highest))]  # type: ignore[arg-type]
        for r in patterns.parameters.itertuples()
    ]  # fmt: skip
    return [
        *lines, "", "### What parameters do", "",
        "The free parameter that moves each pattern most, and the share of worlds, where it could "
        "show, in the lowest and in the highest fifth of its prior:", "",
        *table(["pattern", "parameter", "lowest fifth", "highest fifth"], parameters),
    ]  # fmt: skip


def _countries(
    found: Regularities, by_chance: Regularities | None, alts: Mapping[str, str]
) -> list[str]:
    verdicts = [[asked, measured, "yes" if holds else "**no**"]
                for asked, measured, holds in found.verdicts]  # fmt: skip
    headings = ["asked", "simulated", "holds"]
    if by_chance is not None:
        headings.append("coups at random")
        for row, (_, measured, holds) in zip(verdicts, by_chance.verdicts, strict=True):
            row.append(f"{measured}: {'holds' if holds else 'fails'}")
    curves = [
        [name, f"{r.simulated:.2f} ({r.low:.2f}–{r.high:.2f})", f"{r.documented:.2f}", r.years]
        for part, rows in (("years since the last attempt", found.since), ("growth", found.growth))
        for r in rows.itertuples()
        for name in [f"{part}: {r._1}"]
    ]
    logit = [
        [r.driver, f"{r.simulated:+.2f} ({r.simulated_se:.2f})",
         f"{r.documented:+.2f} ({r.documented_se:.2f})"]
        for r in found.logit.itertuples()
    ]  # fmt: skip
    return [
        "## 3. Regularities across countries", "",
        "Invented countries: the scenario's rules, barracks and parameters, with the state of "
        f"January 1969, the factions and the drivers drawn wide; {found.years:,} country-years, "
        "counted as those of twenty Latin American countries were. They are all Bolivia's kin: a "
        "country of strong parties and weak barracks isn't among them.", "",
        _figure("countries", "Across countries", alts), "",
        *table(headings, verdicts),
        "Chance of any attempt in a year (in brackets 5 and 95 % over countries):", "",
        *table(["class", "simulated", "documented", "documented years"], curves),
        "Log odds of an attempt within a year, by growth of the year before (a point), log income "
        "and an attempt in the three years before; standard errors in brackets:", "",
        *table(["driver", "simulated", "documented"], logit),
    ]  # fmt: skip


def _versions(versions: Versions, alts: Mapping[str, str]) -> list[str]:
    own = versions.standings[0]
    lines = [
        "## 4. Ablations", "",
        "Each mechanism is switched off in turn, then each actor's rules. *Log evidence*: how much "
        "likelier the record is with it than without, in nats (1.1 is three to one, 3 twenty to "
        "one), with parameters from the priors, so that a mechanism is charged for what it leaves "
        "open; in brackets the filter's noise (5 and 95 %). *Loss*: how much farther from the "
        "documented outcomes worlds lie without it, −1 to 1. *Patterns*: how many at least half of "
        "the worlds show, where they could; with everything on "
        f"{own.shown} of {len(own.patterns)}.", "",
        _figure("versions", "Versions of the model", alts), "",
    ]  # fmt: skip
    without = [s for s in versions.standings if s.group == "without"]
    lines += table(["without", "log evidence", "loss", "patterns", "the record says"],
                   [_standing_row(own, s) for s in without])  # fmt: skip
    idle = [s for s in without if _verdict(own, s) != "earns its place" and s.name in STAYS]
    lines += ["What stays though the record doesn't ask for it, and why:", "",
              *(f"- `{s.name}`: {STAYS[s.name]}." for s in idle), ""]  # fmt: skip
    rivals = [s for s in versions.standings if s.group == "rival"]
    rows = []
    for s in rivals:
        whole, given = versions.rival(s.name)
        lost = ", ".join(map(str, _lost(own, s))) or "none"
        rows.append([f"`{s.name}`", f"{whole:+.1f}", f"{given:+.1f}", _times(given),
                     f"{s.loss:+.3f}", lost])  # fmt: skip
    lines += [
        "## 5. Rival explanations of Soviet conduct", "",
        "The study's argument as a test: the same model with the policies *ideological*, "
        "*party-first* and *random* for the USSR, each against raison d'état (`pragmatic`). Log "
        "Bayes factors in nats; positive speaks for raison d'état. *Dealings*: what Moscow, host "
        "and party did to one another (embassy, credits, the expulsion of 1972, a mending, the "
        "party's dissent, no suspension and no break), given the rest of the record.", "",
        *table(["rival", "whole record", "dealings", "likelier by", "loss", "patterns lost"], rows),
        "A caution: `pragmatic` was written from the literature that describes these dealings, so "
        "this says that the argument is coherent and fits what is known of it, not that it would "
        "have been foreseen. The weights of the evidence are assumed "
        "(experiments/infer/given/dealings.toml).",
        "",
    ]  # fmt: skip
    words = {"earns its place": "refuses it", "costs more than it earns": "prefers it"}
    rows = []
    for s in versions.standings:
        if s.group == "broken":
            *cells, said = _standing_row(own, s)
            lost = ", ".join(map(str, _lost(own, s))) or "none"
            rows.append([*cells, words.get(said, said), lost])
    return [
        *lines, "### Models that are broken on purpose", "",
        "What the tests above are worth is seen by what they refuse: coups that come at random "
        "whatever officers think, and a Moscow whose policy flips with the regime's colour.", "",
        *table(["broken", "log evidence", "loss", "patterns", "the record", "patterns lost"], rows),
        "Settings: " + "; ".join(f"*{name}*: `{' '.join(s)}`" for name, s in BROKEN.items()) + ".",
        "",
    ]  # fmt: skip


def _verdict(own: Standing, other: Standing) -> str:
    return ablations.verdict(log_bayes_factor(own, other))


def _standing_row(own: Standing, other: Standing) -> list[str]:
    factor, low, high = log_bayes_factor(own, other)
    noise = f"{low:+.1f} to {high:+.1f}" if np.isfinite(low) else "one group: no interval"
    evidence = f"{factor:+.1f} ({noise})" if factor < 500 else "impossible without"
    return [other.name, evidence, f"{other.loss:+.3f}", f"{other.shown}", _verdict(own, other)]


def _lost(own: Standing, other: Standing) -> list[int]:
    """Return the patterns that half of the scenario's worlds show, and not half of another's."""
    return [pattern.number for pattern, mine, theirs
            in zip(PATTERNS, own.patterns, other.patterns, strict=True)
            if mine >= _HALF and not theirs >= _HALF]  # fmt: skip


def _checks(found: Validation) -> list[str]:
    rows = [[c.kind, c.statement, c.found, "yes" if c.holds else "**no**"] for c in found.checks]
    return [
        "## 6. Extreme conditions, directions, units", "",
        "No record is needed for these: they ask whether the equations do what they say. "
        "Directions are asked world by world, with the same draws.", "",
        *table(["kind", "asked", "found", "holds"], rows),
    ]  # fmt: skip


def _reading(changed: Sequence[tuple[str, str, str]]) -> list[str]:
    lines = ["## 7. The record read with high confidence alone", ""]
    if not changed:
        return [*lines, f"No verdict changes (worlds against '{BASELINE}').", ""]
    headings = ["outcome", "all rows that may score", "high confidence alone"]
    return [*lines, "Rows of medium confidence left out as well, these verdicts change:", "",
            *table(headings, changed)]  # fmt: skip
