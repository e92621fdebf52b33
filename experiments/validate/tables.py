"""The tables of a validation's page, each as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from ..forecast.comparisons import SkillComparison, jeffreys
from ..io.numerals import percent
from ..io.table import Column, Table, numbers, texts
from ..observe.outcomes import OUTCOMES
from ..observe.patterns import PATTERNS
from ..observe.windows import FIRST, LAST, outcomes_of
from . import ablations
from .ablations import IMPROVES, WORSENS, ModelComparison, log_bayes_factor
from .cross_country import Regularities
from .forecast_skill import Scores
from .pattern_frequencies import Patterns, ruled_out
from .validate import Validation, Versions

_TITLES: Final = {o.name: o.heading for o in (*OUTCOMES, *outcomes_of(FIRST, LAST))}
_HALF: Final = 0.5


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    first, *rest = headings
    return Table("", [Column(first), *numbers(*rest)]).filled(rows).markdown()


def _text_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return Table("", texts(*headings)).filled(rows).markdown()


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def wins(found: Mapping[str, Sequence[SkillComparison]]) -> str:
    """Return how many comparisons the model wins, by part."""
    headings = ["forecasts", "comparisons", "model better", "naive exact", "can tell: won",
                "against a sure one", "can tell: lost"]  # fmt: skip
    rows = []
    for title, comparisons in found.items():
        verdicts = [comparison.verdict for comparison in comparisons]
        counts = (
            len(comparisons),
            sum(c.model < c.naive for c in comparisons),
            verdicts.count("naive exact"),
            verdicts.count("better"),
            sum(c.verdict == "better" and c.rates.sure for c in comparisons),
            verdicts.count("worse"),
        )
        rows.append([title, *map(str, counts)])
    return _table(headings, rows)


def reference(scores: Scores) -> str:
    """Return what constant chances of an attempt score."""
    rows = [[name, f"{brier:.4f}", f"{log:.3f}"] for name, (brier, log) in scores.reference.items()]
    return _table(["constant chance", "Brier", "log, nats"], rows)


def comparisons(found: Sequence[SkillComparison]) -> str:
    """Return a row a comparison."""
    rows = [
        [f"{_TITLES.get(c.what, c.what)}, {c.score}", ", ".join(c.against), f"{c.model:.4g}",
         *_comparison(c)]
        for c in found
    ]  # fmt: skip
    return _table(["what, by which score", "against", "model", "skill", "power", "size", "verdict"],
                  rows)  # fmt: skip


def _comparison(comparison: SkillComparison) -> list[str]:
    if comparison.verdict == "naive exact":
        return ["", "", "", "naive exact"]
    won = comparison.verdict in ("better", "worse")
    low, high = (f"{end:+.2f}" if np.isfinite(end) else "unbounded"
                 for end in (comparison.low, comparison.high))  # fmt: skip
    rates = comparison.rates
    power, size = (f"{rate:.2f} ± {rates.error(rate):.2f}" for rate in (rates.power, rates.size))
    return [f"{comparison.skill:+.2f} ({low} to {high})", power, "0, sure" if rates.sure else size,
            f"**{comparison.verdict}**" if won else comparison.verdict]  # fmt: skip


def brier_parts(scores: Scores) -> str:
    """Return the parts of the Brier score of each forecast."""
    return _table(["forecast", "reliability", "resolution", "uncertainty", "rest"], (
        [name, *(f"{x:.4f}" for x in (d.reliability, d.resolution, d.uncertainty, d.rest))]
        for name, d in scores.decomposed.items()
    ))  # fmt: skip


def documented_ranks(scores: Scores) -> str:
    """Return where the documented values fall among the worlds."""
    return _table(["outcome", "documented", "5–50–95 %", "place"], (
        [v.outcome.heading, f"{v.documented:.3g}", f"{v.low:.3g} – {v.median:.3g} – {v.high:.3g}",
         f"{v.pit:.2f}{'' if v.inside else ' **outside**'}"]
        for v in scores.outcome_scores if not np.isnan(v.documented)
    ))  # fmt: skip


def patterns(found: Patterns) -> str:
    """Return how often worlds show each pattern."""
    headings = ["pattern", "origin", "use", "record", "worlds", "could show", "of those"]
    rows: list[dict[str, Any]] = found.table.to_dict("records")  # type: ignore[assignment]
    count = len(found.counts)
    return _table(headings, (
        [f"{row['number']}. {row['pattern']}", row["origin"], row["use"], _yes(row["record"]),
         share(row["worlds"], count), share(row["where"], count),
         share(row["of_those"], count * row["where"])]
        for row in rows
    ))  # fmt: skip


def definitions() -> str:
    """Return what each pattern is, and what builds it in."""
    rows = [[f"{p.number}", p.statement, p.built_in or "no rule"] for p in PATTERNS]
    return _text_table(["pattern", "true of a history if", "built in by"], rows)


def hardly_shown(found: Patterns) -> str:
    """Return which patterns hardly any world of a policy shows."""
    rows = [[f"`{policy}`", ", ".join(map(str, ruled_out(shares))) or "none"]
            for policy, shares in found.policies.iterrows()]  # fmt: skip
    return _text_table(["policy", "patterns"], rows)


def kept(reasons: Iterable[Sequence[str]]) -> str:
    """Return why mechanisms stay that don't improve the fit."""
    rows = [[f"`{name}`", why] for name, why in reasons]
    return _text_table(["mechanism", "why it is kept"], rows)


def share(value: float, worlds: float) -> str:
    """Return a share of so many worlds, with the 90 % interval that they leave to it."""
    if not worlds:
        return "–"
    low, high = jeffreys(value * worlds, worlds)
    return f"{percent(value)} ({percent(low).removesuffix(' %')} to {percent(high)})"


def parameters(found: Patterns) -> str:
    """Return which parameter moves each pattern most."""
    rows: list[dict[str, Any]] = found.parameters.to_dict("records")  # type: ignore[assignment]
    return _table(["pattern", "parameter", "lowest fifth", "highest fifth"], (
        [f"{row['number']}", f"`{row['parameter']}`",
         *(share(row[end], row[f"{end}_worlds"]) for end in ("lowest", "highest"))]
        for row in rows
    ))  # fmt: skip


def asked(found: Regularities, by_chance: Regularities | None) -> str:
    """Return which regularities hold, and which do where coups come at random."""
    headings = ["asked", "simulated", "documented (5–95 %)", "within"]
    rows = []
    for check in found.checks:
        known = f"{check.documented:.2f} ({check.low:.2f} to {check.high:.2f})"
        beyond = "" if check.tells else ": can't be told from no effect"
        rows.append([check.asked, f"{check.simulated:.2f}", known + beyond, _yes(check.holds)])
    if by_chance is not None:
        headings.append("coups at random")
        for row, check in zip(rows, by_chance.checks, strict=True):
            row.append(f"{check.simulated:.2f}: {'within' if check.holds else 'outside'}")
    return _table(headings, rows)


def curves(found: Regularities) -> str:
    """Return the chance of an attempt by the years since the last, and by growth."""
    return _table(["class", "simulated", "documented", "of documented years"], (
        [f"{part}: {r._1}", f"{r.simulated:.2f} ({r.low:.2f}–{r.high:.2f})",
         f"{r.documented:.2f} ({r.documented_low:.2f}–{r.documented_high:.2f})",
         f"{r.hits} of {r.years}"]
        for part, rows in (("years since the last attempt", found.since), ("growth", found.growth))
        for r in rows.itertuples()
    ))  # fmt: skip


def logit(found: Regularities) -> str:
    """Return what moves the log odds of an attempt."""
    return _table(["driver", "simulated", "documented"], (
        [str(r.driver), f"{r.simulated:+.2f} ({r.simulated_se:.2f})",
         f"{r.documented:+.2f} ({r.documented_se:.2f})"]
        for r in found.logit.itertuples()
    ))  # fmt: skip


def without(versions: Versions) -> str:
    """Return what the record says of each mechanism."""
    own, *others = versions.comparisons
    rows = [_row(own, other) for other in others if other.group == "without"]
    return _table(["without", "log evidence", "loss", "patterns", "the record says"], rows)


def alternatives(versions: Versions) -> str:
    """Return what the record says of each alternative policy of the USSR."""
    own, *others = versions.comparisons
    rows = []
    for other in others:
        if other.group == "alternative":
            whole, given = versions.alternative(other.name)
            rows.append([f"`{other.name}`", f"{whole:+.1f}", f"{given:+.1f}", times(given),
                         f"{other.loss:+.3f}", _lost(own, other)])  # fmt: skip
    return _table(
        ["alternative", "whole record", "dealings", "likelier by", "loss", "patterns lost"], rows
    )


def weightings(versions: Versions) -> str:
    """Return the Bayes factors of the dealings under each weighting of them."""
    by_name = {name: versions.by_weights(name) for name in ablations.ALTERNATIVES}
    return _table(["the dealings weighted", *(f"against `{name}`" for name in by_name)], (
        [title, *(f"{of[title]:+.1f}: {times(of[title])}" for of in by_name.values())]
        for title in versions.by_weighting
    ))  # fmt: skip


def broken(versions: Versions) -> str:
    """Return what the record says of models that are wrong on purpose."""
    own, *others = versions.comparisons
    words = {IMPROVES: "the record rejects it", WORSENS: "the record prefers it"}
    rows = []
    for other in others:
        if other.group == "broken":
            *cells, said = _row(own, other)
            rows.append([*cells, words.get(said, said), _lost(own, other)])
    return _table(["broken", "log evidence", "loss", "patterns", "verdict", "patterns lost"], rows)


def times(nats: float) -> str:
    """Return a Bayes factor in words."""
    factor = np.exp(min(abs(nats), 700))
    rounded = f"{factor:,.0f}" if factor >= 10 else f"{factor:.1f}"
    return f"{rounded} times" if nats >= 0 else f"1/{rounded}"


def range_of_times(nats: Iterable[float]) -> str:
    """Return the range of some Bayes factors in words."""
    factors = list(nats)
    return f"{times(min(factors)).removesuffix(' times')} to {times(max(factors))}"


def change_of_fit(own: ModelComparison, other: ModelComparison) -> str:
    """Return what the record says of a version of the model."""
    return ablations.change_of_fit(log_bayes_factor(own, other))


def _row(own: ModelComparison, other: ModelComparison) -> list[str]:
    factor, low, high = log_bayes_factor(own, other)
    noise = f"{low:+.1f} to {high:+.1f}" if np.isfinite(low) else "one group: no interval"
    evidence = f"{factor:+.1f} ({noise})" if factor < 500 else "impossible without"
    frequent = f"{other.frequent_patterns}"
    return [other.name, evidence, f"{other.loss:+.3f}", frequent, change_of_fit(own, other)]


def _lost(own: ModelComparison, other: ModelComparison) -> str:
    """Return the patterns that half of the scenario's worlds show, and not half of another's."""
    lost = [str(pattern.number) for pattern, mine, theirs
            in zip(PATTERNS, own.patterns, other.patterns, strict=True)
            if mine >= _HALF and not theirs >= _HALF]  # fmt: skip
    return ", ".join(lost) or "none"


def checks(found: Validation) -> str:
    """Return the extreme conditions, directions and units that were asked."""
    rows = [[c.kind, c.statement, c.found, _yes(c.holds)] for c in found.checks]
    return _table(["kind", "asked", "found", "holds"], rows)


def reading(found: Validation) -> str:
    """Return the verdicts that change with the record's surest rows alone."""
    return _table(["outcome", "all rows that may score", "high confidence alone"],
                  found.reading or ())  # fmt: skip
