"""The tables of a validation's page, each as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from ..forecast.comparisons import SkillComparison
from ..io.numerals import percent
from ..io.table import Column, Table, numbers
from ..observe.outcomes import OUTCOMES
from ..observe.patterns import PATTERNS
from ..observe.windows import FIRST, LAST, outcomes_of
from . import ablations
from .ablations import IMPROVES, WORSENS, ModelComparison, log_bayes_factor
from .cross_country import Regularities
from .forecast_skill import Scores
from .pattern_frequencies import Patterns
from .validate import Validation, Versions

_TITLES: Final = {o.name: o.heading for o in (*OUTCOMES, *outcomes_of(FIRST, LAST))}
_HALF: Final = 0.5


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    first, *rest = headings
    return Table("", [Column(first), *numbers(*rest)]).filled(rows).markdown()


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def reference(scores: Scores) -> str:
    """Return what constant chances of an attempt score."""
    rows = [[name, f"{brier:.4f}", f"{log:.3f}"] for name, (brier, log) in scores.reference.items()]
    return _table(["constant chance", "Brier", "log, nats"], rows)


def comparisons(found: Sequence[SkillComparison]) -> str:
    """Return a row a thing and score, three columns for the three naive forecasts."""
    groups: dict[tuple[str, str], list[SkillComparison]] = {}
    for comparison in found:
        groups.setdefault((comparison.what, comparison.score), []).append(comparison)
    naive = [comparison.against for comparison in next(iter(groups.values()))]
    rows = [
        [f"{_TITLES.get(what, what)}, {score}", f"{some[0].model:.4g}", *map(_comparison, some)]
        for (what, score), some in groups.items()
    ]
    return _table(["what, by which score", "model", *(f"skill against {n}" for n in naive)], rows)


def _comparison(comparison: SkillComparison) -> str:
    if comparison.verdict == "naive exact":
        return "naive exact"
    mark = {"better": " **better**", "worse": " **worse**"}.get(comparison.verdict, "")
    low, high = (f"{end:+.2f}" if np.isfinite(end) else "unbounded"
                 for end in (comparison.low, comparison.high))  # fmt: skip
    return f"{comparison.skill:+.2f} ({low} to {high}), power {comparison.power:.2f}{mark}"


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
    return _table(headings, (
        [f"{row['number']}. {row['pattern']}", row["origin"], row["use"], _yes(row["record"]),
         *(percent(float(row[share])) for share in ("worlds", "where", "of_those"))]
        for row in rows
    ))  # fmt: skip


def parameters(found: Patterns) -> str:
    """Return which parameter moves each pattern most."""
    rows: list[dict[str, Any]] = found.parameters.to_dict("records")  # type: ignore[assignment]
    return _table(["pattern", "parameter", "lowest fifth", "highest fifth"], (
        [f"{row['number']}", f"`{row['parameter']}`", percent(row["lowest"]),
         percent(row["highest"])]
        for row in rows
    ))  # fmt: skip


def asked(found: Regularities, by_chance: Regularities | None) -> str:
    """Return which regularities hold, and which do where coups come at random."""
    rows = [[asked, measured, _yes(holds)] for asked, measured, holds in found.checks]
    headings = ["asked", "simulated", "holds"]
    if by_chance is not None:
        headings.append("coups at random")
        for row, (_, measured, holds) in zip(rows, by_chance.checks, strict=True):
            row.append(f"{measured}: {'holds' if holds else 'fails'}")
    return _table(headings, rows)


def curves(found: Regularities) -> str:
    """Return the chance of an attempt by the years since the last, and by growth."""
    return _table(["class", "simulated", "documented", "documented years"], (
        [f"{part}: {r._1}", f"{r.simulated:.2f} ({r.low:.2f}–{r.high:.2f})",
         f"{r.documented:.2f}", f"{r.years}"]
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


def broken(versions: Versions) -> str:
    """Return what the record says of models that are wrong on purpose."""
    own, *others = versions.comparisons
    words = {IMPROVES: "the record rejects it", WORSENS: "the record prefers it"}
    rows = []
    for other in others:
        if other.group == "broken":
            *cells, said = _row(own, other)
            rows.append([*cells, words.get(said, said), _lost(own, other)])
    return _table(
        ["broken", "log evidence", "loss", "patterns", "verdict", "patterns lost"], rows
    )


def times(nats: float) -> str:
    """Return a Bayes factor in words."""
    factor = np.exp(min(abs(nats), 700))
    rounded = f"{factor:,.0f}" if factor >= 10 else f"{factor:.1f}"
    return f"{rounded} times" if nats >= 0 else f"1/{rounded}"


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
