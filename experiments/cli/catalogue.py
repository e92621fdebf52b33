"""What is on the shelf: the tables of ``palca list``, and the words of ``palca check``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from palca.model.agents.observables import BLIND, OBSERVABLES
from palca.model.calendar import START, month_index, month_name
from palca.model.errors import PalcaError, nearest
from palca.model.events import KINDS
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.state.channels import CHANNELS, FREEZABLE
from palca.model.state.parameters import PARAMETERS
from palca.model.state.state import FIELDS
from palca.scenarios import build, load, resolve, shipped_policies, shipped_scenarios
from palca.scenarios.concept import load_concept
from palca.scenarios.country import build_country
from palca.scenarios.driver_files import end_of_drivers
from palca.scenarios.priors_table import build_priors, read_priors_file
from palca.scenarios.reading.library import elsewhere_scenarios, read_toml, shipped_countries
from palca.scenarios.scenario import build_policy
from palca.scenarios.story import in_language, load_story, shipped_stories

from ..concepts.contrast import resolve_arms
from ..counterfactual.expectations import expectations_of
from ..explore.sweep_file import plan_of, read_sweep
from ..infer.evidence_file import ASPECTS, make_evidence
from ..io.numerals import significant
from ..io.table import Table, numbers, texts
from ..observe.documented import load_record
from ..observe.histories import documented
from ..observe.outcomes import EVERY, GROUPS, OUTCOMES, documented_outcomes
from ..simulate.rule_use import WORLDS, rule_use
from ..stories.references import check_references

if TYPE_CHECKING:
    from rich.console import Console

_LATE: Final = month_index("1974-01")  # half-way: what others need years for has come about


def print_list(console: Console, what: str) -> None:
    """Print one of the tables in :data:`LISTS`."""
    if what not in LISTS:
        raise PalcaError(
            f"can't list '{what}'{nearest(what, LISTS)}; choose one of {', '.join(LISTS)}"
        )
    console.print(LISTS[what]())


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
        country = build_country(table, file)
        last = month_name(end_of_drivers(table, path) - 1)
        return (
            f"{file}: a country, {country.name}, {len(country.leaders) - 1} leaders, drivers "
            f"to {last}; all is well"
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


def _scenarios() -> Table:
    table = Table(
        "Scenarios by date", texts("from", "name", "plausible", "title", "question"),
        "plausible: A, an alternative that was considered at the time; B, one that fits the "
        "actors' aims; C, one that needs another aim",
    )  # fmt: skip
    rows = []
    for name, path in shipped_scenarios().items():
        data = read_toml(path)
        dates = [change.get("at", "") for change in data.get("intervene", [])]
        rows.append((min(dates, default=""), name, data.get("plausibility", ""),
                     data.get("title", ""), data.get("question", "")))  # fmt: skip
    for row in sorted(rows):
        table.add(*row)
    return table


def _policies() -> Table:
    table = Table(
        'Policies (policy.ACTOR = "NAME")',
        [*texts("actor", "name"), *numbers("rules"), *texts("title")],
    )
    for actor in ACTORS:
        for name, path in shipped_policies(actor).items():
            policy = build_policy(actor, name, read_toml(path), str(path.name))
            table.add(actor, name, str(len(policy.rules)), policy.title)
    return table


def _parameters() -> Table:
    table = Table(
        "Parameters (free ones have a prior)",
        [*texts("name"), *numbers("default", "range"),
         *texts("unit", "prior", "meaning", "source")],
    )  # fmt: skip
    for row in PARAMETERS.values():
        table.add(row.name, f"{row.default:g}", f"{row.low:g} to {row.high:g}", row.unit,
                      str(row.prior or "fixed"), row.meaning, row.source)  # fmt: skip
    return table


def _observables() -> Table:
    table = Table(
        "Observables that rules may use, besides parameters and 'date'",
        [*texts("name"), *numbers("range"), *texts("unit", "meaning", "hidden from")],
    )
    for row in OBSERVABLES.values():
        blind = ", ".join(actor for actor, names in BLIND.items() if row.name in names)
        table.add(row.name, f"{row.low:g} to {row.high:g}", row.unit, row.meaning, blind)
    return table


def _levers() -> Table:
    table = Table(
        "Levers that rules may change",
        [*texts("actor", "name"), *numbers("range", "default"), *texts("unit", "meaning")],
    )
    for actor, levers in LEVERS.items():
        for row in levers.values():
            table.add(actor, row.name, f"{row.lowest:g} to {row.highest:g}",
                          f"{row.default:g}", row.unit, row.meaning)  # fmt: skip
    return table


def _channels() -> Table:
    table = Table(
        "Channels that a scenario may close ([channels] NAME = false)",
        texts("name", "can be frozen", "meaning", "what it sets to zero or hides"),
        "can be frozen: by palca counterfactual --freeze",
    )
    for row in CHANNELS.values():
        hides = [f"{prefix}* from {actor}" for actor, prefix in row.hides]
        frozen = "yes" if row.name in FREEZABLE else ""
        table.add(row.name, frozen, row.meaning, ", ".join([*row.zeroes, *hides]))
    return table


def _fields() -> Table:
    table = Table(
        "Fields of the state, which a concept's measures may use",
        [*texts("name"), *numbers("range"), *texts("unit", "meaning")],
        "Measures may also use event.TRACK.KIND and amount.TRACK.KIND (see 'palca list events'; "
        "write '_' for a space), 'date', and first.NAME, the value in the same world of the first "
        "arm.",
    )
    for row in FIELDS.values():
        table.add(row.name, f"{row.low:g} to {row.high:g}", row.unit, row.meaning)
    return table


def _events() -> Table:
    table = Table("Kinds of events, documented and simulated", texts("track", "kind", "meaning"))
    for track, kinds in KINDS.items():
        for kind, meaning in kinds.items():
            table.add(track, kind, meaning)
    return table


def _stories() -> Table:
    table = Table("Guided stories: 'palca lab' plays them", [*texts("name", "title", "about"),
                  *numbers("scenes"), *texts("languages")])  # fmt: skip
    for name in shipped_stories():
        story = load_story(name)
        table.add(name, in_language(story.title, "en"), in_language(story.about, "en"),
                  str(len(story.scenes)), ", ".join(story.languages))  # fmt: skip
    return table


def _outcomes() -> Table:
    known = documented_outcomes(OUTCOMES, documented(load_record(), load("baseline")))
    table = Table(
        "Outcomes: one number for each world, and for the record where it is documented",
        [*texts("name", "meaning", "unit"), *numbers("documented"), *texts("until", "note")],
        "documented: the value of the record; none if the record doesn't cover it, and then it "
        "isn't scored. until: the last month that counts; empty of those that stand for the "
        "others in scenarios that don't begin in January 1969, and count their whole length.",
    )
    for group, title in GROUPS.items():
        table.section(title)
        for row in (outcome for outcome in EVERY if outcome.group == group):
            value = significant(known[row.name]) if row.name in known else "–"
            table.add(row.name, row.heading, row.unit, value, row.until, row.note)
    return table


def _countries() -> Table:
    table = Table(
        "Countries: 'palca run NAME' simulates one",
        [*texts("name", "country", "from"), *numbers("rulers"), *texts("record", "scenarios")],
        "record: what a run is compared with. All but Bolivia are made from tables by one rule "
        "(palca country); what no table has is assumed and marked in their files. Missions, growth "
        "and aid are in their records too, but as inputs: no run is compared with them.",
    )
    others = {name: read_toml(path) for name, path in elsewhere_scenarios().items()}
    for name, path in shipped_countries().items():
        data = read_toml(path)
        runs = [one for one, scenario in others.items() if scenario.get("extends") == name]
        ours = name not in others
        named = [leader for leader in data["leader"] if leader["name"][:2] != "a "]
        table.add(
            name, data["name"], data.get("from", START), str(len(named)),
            "events, series and coverage" if ours else "attempts and rulers",
            "palca list scenarios" if ours else ", ".join([name, *runs]),
        )  # fmt: skip
    return table


LISTS: Final[dict[str, Callable[[], Table]]] = {
    "scenarios": _scenarios,
    "policies": _policies,
    "parameters": _parameters,
    "observables": _observables,
    "levers": _levers,
    "channels": _channels,
    "fields": _fields,
    "events": _events,
    "outcomes": _outcomes,
    "stories": _stories,
    "countries": _countries,
}
