"""What is on the shelf: the tables of ``palca list``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from palca.model.agents.observables import BLIND, OBSERVABLES
from palca.model.calendar import START
from palca.model.errors import PalcaError, nearest
from palca.model.events import KINDS
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.state.channels import CHANNELS, FREEZABLE
from palca.model.state.parameters import PARAMETERS
from palca.model.state.state import FIELDS
from palca.scenarios import load, shipped_policies, shipped_scenarios
from palca.scenarios.reading.library import elsewhere_scenarios, read_toml, shipped_countries
from palca.scenarios.scenario import build_policy
from palca.scenarios.story import in_language, load_story, shipped_stories

from ..io.numerals import significant
from ..io.table import Table, numbers, texts
from ..observe.documented import load_record
from ..observe.histories import documented
from ..observe.outcome import GROUPS
from ..observe.outcomes import EVERY, OUTCOMES, documented_outcomes

if TYPE_CHECKING:
    from rich.console import Console


def print_list(console: Console, what: str) -> None:
    """Print one of the tables in :data:`LISTS`."""
    if what not in LISTS:
        raise PalcaError(
            f"can't list '{what}'{nearest(what, LISTS)}; choose one of {', '.join(LISTS)}"
        )
    console.print(LISTS[what]())


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
        "Parameters (free ones have a prior, unless a country or --priors has another)",
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
        "others in scenarios that don't begin in January 1969, and count their whole length. A "
        "country or a scenario may add windows, whose outcomes are called by their months: "
        "coups_197011_197309.",
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
