"""The lab's pages on one world: found, told, seen from within, and beside its twin."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from palca.experiments.infer.reanalysis import replayed
from palca.experiments.lab import cases
from palca.experiments.lab.cases import Case
from palca.experiments.lab.many_worlds.twin_worlds import found_worlds
from palca.experiments.lab.one_world.film import shades
from palca.experiments.lab.one_world.told import (
    EXAMPLES,
    OURS,
    SEARCHED,
    first_difference,
    found,
    parted,
    trace,
)
from palca.experiments.lab.one_world.two_page import apart
from palca.experiments.lab.one_world.why_page import attempts, twin_of
from palca.experiments.lab.one_world.why_words import (
    force_of,
    movers_table,
    of_world,
    rounds_of,
    succeeded,
)
from palca.experiments.lab.session import Asked, answer, fill
from palca.experiments.reanalysis.why import why
from palca.experiments.run.officers import MOVERS
from palca.experiments.run.trace import Trace
from palca.model.calendar import month_index, month_name
from palca.model.equations.discontent import added
from palca.model.state.history import CODE_OF
from palca.model.state.state import FIELDS

# an example takes seconds: none is made smaller
FAST = [Phase.explicit, Phase.reuse, Phase.generate]
AUGUST = month_index("1971-08")


def path(story: Trace, name: str) -> list[float]:
    return [month.after[name] for month in story.months]


@pytest.mark.slow
def test_a_world_like_ours_is_that_of_the_set_and_goes_as_ours() -> None:
    reanalysis = found_worlds(Case(), True, OURS)
    model = replayed(cases.scenario_of(Case()), reanalysis, reanalysis.end)
    for _month in range(40):
        model.advance()
    fact = cases.record_of(Case()).series["leader"][:, 0]
    for world in (0, 7, OURS - 1):
        story = trace(Case(), True, world)
        then = story.months[39].after
        assert [then[name] for name in FIELDS] == model.state.values[:, world].tolist()
        assert path(story, "leader") == fact[: len(story.months)].tolist()
        assert set(attempts()) - set(story.attempts) <= {month_index("1974-06")}  # disputed


@settings(max_examples=4, deadline=None, phases=FAST)
@given(world=st.integers(0, OURS - 1), month=st.sampled_from(sorted(attempts())))
def test_the_twin_differs_from_the_attempt_on_and_ends_otherwise(world: int, month: int) -> None:
    story = trace(Case(), True, world)
    if month not in story.attempts:
        return
    won = succeeded(story, month)
    assert won == attempts()[month]
    other = trace(twin_of(month, won), True, world)
    assert first_difference(story, other) == month
    early = [[one.after for one in each.months[:month]] for each in (story, other)]
    assert early[0] == early[1]
    assert parted(story, other) == (month if won else _first(story, other))
    assert succeeded(other, month) != won
    # who would rise at once is the same: nothing has been changed before they strike
    here, there = story.attempt(month), other.attempt(month)
    assert np.array_equal(here.rounds[0], there.rounds[0])
    assert np.array_equal(added(here.discontent), added(there.discontent))


def _first(one: Trace, other: Trace) -> int:
    """When ruler or attempt differ, worked out month by month."""
    for month in range(len(one.months)):
        here, there = one.months[month].after, other.months[month].after
        if (here["leader"], here["attempt"]) != (there["leader"], there["attempt"]):
            return month
    return -1


CHANGES = st.builds(
    lambda actor, at, scale: Case("baseline", (), (
        f'at = "{month_name(at)}", lever.{actor}.scale = {scale}',)),
    st.sampled_from(["us.aid", "ussr.credit", "regime.repress"]), st.integers(6, 100),
    st.sampled_from([0.0, 1.0, 3.0]),
)  # fmt: skip


@settings(max_examples=4, deadline=None, phases=FAST)
@given(case=CHANGES, world=st.integers(0, 200))
def test_histories_part_in_their_first_difference(case: Case, world: int) -> None:
    one, other = trace(Case(), True, world), trace(case, True, world)
    month, first = parted(one, other), first_difference(one, other)
    assert month == _first(one, other)
    since = min(change["since"] for change in cases.resolved(case)["changes"])
    assert first == -1 or since <= first
    assert month == -1 or first <= month
    if "scale = 1.0" in case.interventions[0]:
        assert first == -1
        assert apart(one, other) == "In this world the change changes nothing."


def test_what_is_shown_of_an_attempt_is_what_the_model_did() -> None:
    story = trace(Case(), True, 0)
    country = story.scenario.country
    force = np.array([garrison.officers * garrison.weight for garrison in country.garrisons])
    events = story.histories.events
    for month in story.attempts:
        attempt = story.attempt(month)
        (at,) = np.flatnonzero((events.month == month) & np.isin(
            events.code, [CODE_OF["power", kind] for kind in ("coup", "failed coup")]
        ))  # fmt: skip
        assert force_of(attempt)[-1] == pytest.approx(events.amount[at], abs=1e-6)
        frames = rounds_of(story, month, len(attempt.rounds) + 2)
        assert len(frames) == len(attempt.rounds) + 3
        shown = np.array(frames[-1]["shares"]) / 100
        assert shown @ force / force.sum() == pytest.approx(events.amount[at], abs=0.005)
        assert frames[0]["struck"] == [int(events.garrison[at])]
        # each garrison's terms sum to the discontent that the model used
        discontent = attempt.by_garrison(added(attempt.discontent))[:, 0]
        of = of_world(attempt, country)
        assert [sum(of[one.name].values()) for one in country.garrisons] == pytest.approx(
            discontent.tolist()
        )
        rows = movers_table(of, None).cells
        assert len(rows) == len(MOVERS) + 1


@pytest.mark.slow
def test_the_means_of_all_worlds_are_those_of_single_ones() -> None:
    factual, reanalysis = cases.factual(Case()), found_worlds(Case(), True, 512)
    from palca.experiments.infer.reanalysis_files import given_before
    from palca.experiments.lab.many_worlds.twin_worlds import record_given
    from palca.experiments.run.officers import live_through

    evidence = record_given(Case())
    early = given_before(factual, evidence, reanalysis, AUGUST + 1)
    told = why(factual, evidence, early, AUGUST)
    model = replayed(cases.scenario_of(Case()), early, AUGUST + 1)
    model.advance(AUGUST)
    attempt = live_through(model)
    assert attempt is not None
    garrisons = list(told.joined)
    for at, name in enumerate(garrisons):
        joined = [float(attempt.by_garrison(who)[at].mean()) for who in attempt.rounds]
        assert told.joined[name][0] == pytest.approx(joined[0])
        assert told.joined[name][-1] == pytest.approx(joined[-1], abs=0.01)  # the last are long
        total = attempt.by_garrison(added(attempt.discontent))[at].mean()
        assert sum(told.movers[name].values()) == pytest.approx(total)
    assert sum(told.paid.values()) == pytest.approx(attempt.paid.sum(axis=0).mean())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("find", "ours"),
    [("attempts >= 8 in 1978-12", True), ("legitimacy < 0.3 in 1971-07", True),
     ("Hugo Banzer rules in 1975-01", False), ("Torres rules in 1973-01", True)],
)  # fmt: skip
def test_it_is_so_in_the_worlds_that_are_found_and_in_no_others(find: str, ours: bool) -> None:
    numbers = found(Case(), ours, find)
    count = OURS if ours else SEARCHED
    assert ((numbers >= 0) & (numbers < count)).all()
    assert (np.diff(numbers) > 0).all()
    if "Torres" in find:  # no documented ruler of 1973
        assert len(numbers) == 0
        said = answer(fill(Asked("history", {"find": find})))
        assert not said.error
        assert not said.film
        return
    others = np.setdiff1d(np.arange(count), numbers)
    for world, so in [(int(numbers[0]), True), (int(numbers[-1]), True), (int(others[0]), False)]:
        story = trace(Case(), ours, world)
        if "attempts" in find:
            assert (sum(path(story, "attempt")) >= 8) == so
        elif "legitimacy" in find:
            assert (story.months[month_index("1971-07")].after["legitimacy"] < 0.3) == so
        else:
            rules = int(story.months[month_index("1975-01")].after["leader"])
            assert (story.scenario.country.leaders[rules].name == "Hugo Banzer") == so


@pytest.mark.slow
def test_the_examples_are_found() -> None:
    for ours, examples in EXAMPLES.items():
        for example in examples:
            count = OURS if ours else SEARCHED
            assert 0 < len(found(Case(), ours, example)) < count


@pytest.mark.parametrize(
    "find", ["Nobody rules in 1973-01", "attempts > in 1973-01", "x", "attempts > 1 in 1990-01"]
)
def test_what_cannot_be_looked_for_is_said_in_its_box(find: str) -> None:
    filled = fill(Asked("history", {"find": find}))
    (field,) = [field for field in filled.form["fields"] if field["name"] == "find"]
    assert field["error"]
    assert field["value"] == find
    assert filled.wrong == (field["label"],)


@pytest.mark.parametrize(
    ("page", "choices"),
    [("history", {}), ("history", {"given": "all", "world": "1598"}), ("why", {"month": "31"}),
     pytest.param("why", {"month": "31", "of": "all"}, marks=pytest.mark.slow),
     ("two", {"scenario": "august-1971-fails"})],
)  # fmt: skip
def test_a_film_is_complete_at_each_step(page: str, choices: dict[str, str]) -> None:
    said = answer(fill(Asked(page, choices)))
    assert not said.error
    film: dict[str, Any] = json.loads(said.film)
    steps, places = len(film["steps"]), len(film["map"]["places"])
    for side in film["sides"]:
        assert len(side["frames"]) == steps
        for frame in side["frames"]:
            assert len(frame["shares"]) == len(frame["told"]) == places
            assert all(0 <= share <= 100 for share in frame["shares"])
            assert all(at < places for at in frame["struck"])
            assert frame["ruler"] in frame["said"]
    assert len(film["shades"]) == 101
    for strip in film["strips"]:
        assert all(row["from"] < row["to"] <= steps for row in strip["rulers"])
    assert all(0 <= turn["at"] < steps for turn in film["turns"])
    assert film["parted"] < steps
    if page == "two":
        assert film["parted"] == AUGUST
        pairs = zip(*(side["frames"] for side in film["sides"]), strict=True)
        differ = [here["ruler"] != there["ruler"] for here, there in pairs]
        assert differ.index(True) == AUGUST


@pytest.mark.slow
def test_a_twin_is_that_of_the_counterfactual() -> None:
    from palca.experiments.counterfactual.twins import replay
    from palca.experiments.infer.reanalysis import at_fork
    from palca.experiments.lab.many_worlds.twin_worlds import record_given

    case = Case("august-1971-fails")
    factual, counter = cases.factual(Case()), cases.resolved(case)
    reanalysis = found_worlds(Case(), True, OURS)
    fork = min(change["since"] for change in counter["changes"])
    particles = at_fork(factual, record_given(Case()), reanalysis, reanalysis.end, fork)
    some = np.array([0, 5])
    twins = replay(factual, counter, particles.take(some))
    for place, world in enumerate(some):
        here, there = trace(Case(), True, int(world)), trace(case, True, int(world))
        assert path(here, "leader")[fork:] == twins.factual.values["leader"][:, place].tolist()
        assert path(there, "leader")[fork:] == twins.counter.values["leader"][:, place].tolist()


def test_what_is_written_on_a_shade_can_be_read() -> None:
    def light(colour: str) -> float:  # relative luminance, as WCAG 2 has it
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for low in (0.0, 0.4):
        for shade in shades(low):
            one, other = sorted((light(shade["fill"]), light(shade["ink"])))
            assert (other + 0.05) / (one + 0.05) >= 4.2
    brightness = [light(shade["fill"]) for shade in shades(0.0)]
    assert brightness == sorted(brightness)
