"""What is in a file, in a sentence: the words of ``palca check``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest
from palca.model.language.levers import ACTORS
from palca.model.state.parameters import PARAMETERS
from palca.scenarios import build, load, resolve, shipped_scenarios
from palca.scenarios.concept import load_concept
from palca.scenarios.country import build_country, read_country
from palca.scenarios.driver_files import end_of_drivers
from palca.scenarios.priors_table import build_priors, read_priors_file
from palca.scenarios.reading.library import read_toml
from palca.scenarios.scenario import build_policy
from palca.scenarios.story import in_language, load_story

from ..concepts.contrast import resolve_arms
from ..counterfactual.expectations import expectations_of
from ..explore.sweep_file import plan_of, read_sweep
from ..infer.evidence_file import ASPECTS, make_evidence
from ..observe.documented import load_record
from ..observe.histories import documented
from ..simulate.rule_use import WORLDS, rule_use
from ..stories.references import check_references

_LATE: Final = month_index("1974-01")  # half-way: what others need years for has come about


def describe(file: str) -> str:
    """Check a file, or a shipped scenario, and return what is in it in a sentence.

    Raises
    ------
    PalcaError
        For whatever is wrong with it.
    """
    path = Path(file)
    if file in shipped_scenarios() or not path.suffix:
        return _describe_scenario(file)
    table = read_toml(path) if path.is_file() else {}
    if "rule" in table or "actor" in table:
        return _describe_policy(file, table)
    if "garrison" in table or "leader" in table:
        country = build_country(read_country(path), file)
        last = month_name(end_of_drivers(table, path) - 1)
        return (
            f"{file}: a country, {country.name}, {len(country.leaders) - 1} leaders, drivers "
            f"to {last}, priors of {len(country.priors)} parameters of its own; all is well"
        )
    if not table.keys().isdisjoint(ASPECTS):
        record = load_record()
        known = documented(record, build(resolve("baseline")))
        evidence = make_evidence(table, file, known, record)
        return (
            f"{file}: evidence, “{evidence.title}”, {len(evidence.events)} events and "
            f"{len(evidence.levels)} levels; all is well"
        )
    if "arm" in table:
        concept = load_concept(file)
        resolve_arms(concept)
        return (
            f"{file}: a concept, “{concept.title}”, {len(concept.arms)} arms, "
            f"{len(concept.measures)} measures and {len(concept.claims)} claims; all is well"
        )
    if "scene" in table:
        story = load_story(file)
        check_references(story, file)
        written = f" in {' and '.join(story.languages)}" if story.languages else ""
        return (
            f"{file}: a story, “{in_language(story.title, 'en')}”, {len(story.scenes)} "
            f"scene{'s' if len(story.scenes) > 1 else ''}{written}; all is well"
        )
    if "priors" in table and table.keys().isdisjoint(("extends", "country")):
        title, rows = read_priors_file(path)
        priors = build_priors(rows, file)
        said = "; ".join(f"{name} {prior}, shipped {PARAMETERS[name].prior or 'fixed'}"
                         for name, prior in priors.items())  # fmt: skip
        return f"{file}: priors, “{title}”, {said}; all is well"
    if "vary" in table:
        sweep = read_sweep(path)
        plan = plan_of(sweep)
        return (
            f"{file}: a sweep of {sweep.scenario}, a {plan.design} of {plan.points:,} points, "
            f"{plan.worlds:,} worlds; all is well"
        )
    return _describe_scenario(file)


def _describe_policy(file: str, table: dict[str, Any]) -> str:
    """Check a policy and return what is in it, and which of its rules fire in the baseline."""
    actor = table.get("actor")
    if not isinstance(actor, str) or actor not in ACTORS:
        raise PalcaError(
            f"'actor' must be one of {', '.join(ACTORS)}, not {actor!r}"
            f"{nearest(str(actor), ACTORS)}",
            file,
        )
    policy = build_policy(actor, Path(file).stem, table, file)
    baseline = load("baseline")
    uses = rule_use(policy, baseline)
    silent = [use for use in uses if use.enabled and use.first is None]
    late = {use.rule: use for use in rule_use(policy, baseline, since=_LATE)} if silent else {}
    count = f"{len(uses)} rule{'s' if len(uses) > 1 else ''}"
    summary = f"{len(silent)} of them never fire" if silent else "all is well"
    lines = [
        f"{file}: a policy of '{actor}' with {count}; {summary}",
        f"How often each rule fires in {WORLDS} worlds of the baseline in which '{actor}' follows "
        "the policy from 1969-01:",
    ]
    for use in uses:
        if not use.enabled:
            frequency = "off"
        elif use.first is not None:
            frequency = f"in {use.frequency}, first in {month_name(use.first)}"
        elif late[use.rule].worlds:
            frequency = (f"never; if the policy begins in {month_name(_LATE)}: in "
                    f"{late[use.rule].frequency}")  # fmt: skip
        else:
            frequency = f"never, even if the policy begins in {month_name(_LATE)}"
        lines.append(f"  {use.rule}: {frequency}")
    return "\n".join(lines)


def _describe_scenario(name: str) -> str:
    resolved = resolve(name)
    scenario = build(resolved)
    count = len(expectations_of(resolved))
    expected = (f"; {count} expectation{'s' if count > 1 else ''}, in a file of SHA-256 "
                f"{resolved['registered'][:16]}" if count else "")  # fmt: skip
    policies = ", ".join(
        f"{actor} {' then '.join(policy.name for _, policy in rows)}"
        for actor, rows in scenario.policies.items()
    )
    closed = f"; closed channels: {', '.join(sorted(scenario.closed))}" if scenario.closed else ""
    return (
        f"{name}: a scenario, “{scenario.title}”, {scenario.months} months, {policies}"
        f"{closed}{expected}; all is well"
    )
