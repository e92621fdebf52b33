"""The alive filter: its evidence and its posterior by Bayes and by rejection, and its worlds again."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
from small_model import POLICY, write_small

from palca.experiments.infer import alive_filter, reanalysis
from palca.experiments.infer.alive_filter import (
    Segment,
    TooRare,
    families,
    model_of,
    parameters_of,
)
from palca.experiments.infer.evidence import EventObservation, Evidence, Reign
from palca.experiments.infer.evidence_file import load_given, make_evidence
from palca.experiments.infer.particles import Particles
from palca.experiments.infer.reanalysis import (
    Reanalysis,
    Stale,
    at_fork,
    key_of,
    reanalyse,
    replay,
    until,
)
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import documented
from palca.experiments.simulate import priors
from palca.model.state.history import CODE_OF
from palca.model.state.state import FIELDS
from palca.scenarios import build, resolve

LEADER = list(FIELDS).index("leader")
OPENED = EventObservation("ussr", "embassy", 0, 0, 0, 0.0)
VISITED = EventObservation("us", "visit", 1, 1, 1, 0.0)
NOTHING = Evidence("nothing")
# Barrientos dies in April 1969; Siles follows, and falls to Ovando's coup of September.
RULERS = (Reign(0, 0, 0, 0), Reign(1, 3, 3, 3), Reign(2, 8, 8, 8))
TAKES_OVER = EventObservation("power", "coup", 8, 8, 8, 0.0)
AS_OURS = Evidence("1969", (TAKES_OVER,), rulers=RULERS, extra=0.0)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Return the small structural model: an embassy in January, a US visit in February (0.4)."""
    file = write_small(tmp_path_factory.mktemp("small"))
    rule = POLICY.format(actor="us", when="date >= 1969-02 and date < 1969-03",
                         lever="make_contact", value="0.4")  # fmt: skip
    file.with_name("us.toml").write_text(rule)
    return lambda *settings: resolve(str(file), settings)


Extend = Callable[..., tuple[Particles, Segment]]


@pytest.fixture
def extend(tmp_path: Path) -> Extend:
    """Return `extend`, with a folder of its own for each call."""

    def extended(*arguments: Any, **more: Any) -> tuple[Particles, Segment]:
        folder = Path(mkdtemp(dir=tmp_path))
        return alive_filter.extend(*arguments, folder=folder, **more)

    return extended


@pytest.fixture(scope="module")
def year(baseline: dict[str, Any]) -> dict[str, Any]:
    """Return the baseline to the end of 1969."""
    return {**baseline, "months": 12}


@pytest.fixture(scope="module")
def ours(year: dict[str, Any]) -> Reanalysis:
    """Return worlds in which 1969 went as it did, few from the first month on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reanalysis, "_SURPLUS", (1,))
        return reanalyse(year, AS_OURS, 16, 0)


# what is known on paper


def test_evidence_teaches_parameters_as_bayes_says(small: Callable[..., dict[str, Any]], extend: Extend) -> None:
    # opportunity ~ U(a, b), P(Y | opportunity) = 5 opportunity:
    # posterior mean = ((b³ - a³) / 3) / ((b² - a²) / 2)
    a, b, wanted = 0.015, 0.075, 8000
    chance = 2.5 * (a + b)
    expected = ((b**3 - a**3) / 3) / ((b**2 - a**2) / 2)
    uniform = {"uniform": [a, b], "source": "a test", "place": "a test"}
    resolved = {**small(), "priors": {"opportunity": uniform}}
    particles, found = extend(resolved, Evidence("x", (OPENED,)), None, (0, 1), wanted, 1)
    values = parameters_of(build(resolved), particles.tries[0], 1)["opportunity"]
    assert abs(np.mean(values) - expected) < 4 * np.std(values) / np.sqrt(wanted)
    assert abs(found.probability - chance) < 4 * chance * np.sqrt((1 - chance) / wanted)
    assert len(particles) == found.kept == wanted
    assert found.families == pytest.approx(wanted)


def test_soft_evidence_keeps_a_world_as_often_as_it_is_likely(
    small: Callable[..., dict[str, Any]], extend: Extend,
) -> None:
    # an embassy opens in 0.3 of the worlds, and these are kept one time in four
    soft = Evidence("x", absent=(("ussr", "embassy", 0.25),))
    resolved, wanted = small("opportunity=0.06"), 8000
    particles, found = extend(resolved, soft, None, (0, 1), wanted, 1)
    likely = 0.7 + 0.3 * 0.25
    assert abs(found.probability - likely) < 4 * likely * np.sqrt((1 - likely) / wanted)
    opened = (particles.likelihood.atmosphere > 0).mean()
    share = 0.3 * 0.25 / likely
    assert abs(opened - share) < 4 * np.sqrt(share * (1 - share) / wanted)


@pytest.mark.slow
def test_the_estimated_probability_of_the_evidence_is_unbiased(
    small: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, extend: Extend
) -> None:
    """Of filters of five worlds the mean is the truth, 0.3 times 0.4."""
    resolved = small("opportunity=0.06")
    scenario = build(resolved)
    monkeypatch.setattr(alive_filter, "build", lambda _: scenario)  # once, not for each filter
    monkeypatch.setattr(alive_filter, "_round", lambda *_: 40)
    evidence = Evidence("x", (OPENED, VISITED))
    estimates, with_last = [], []
    for seed in range(1000):
        particles, product, last = None, 1.0, 1.0
        for segment in ((0, 1), (1, 2)):
            particles, one = extend(resolved, evidence, particles, segment, 5, seed)
            product *= one.probability
            last *= (one.kept + 1) / (one.tried + 1)
        estimates.append(product)
        with_last.append(last)
    error = np.std(estimates) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - 0.12) < 4 * error
    # with the world that was one too many it would not be
    assert abs(np.mean(with_last) - 0.12) > 4 * error


def test_every_world_is_as_likely_to_be_tried_again_with_draws_of_its_own(
    small: Callable[..., dict[str, Any]], extend: Extend,
) -> None:
    evidence = Evidence("x", (OPENED,))
    parents, _ = extend(small(), evidence, None, (0, 1), 50, 6)
    children, found = extend(small(), evidence, parents, (1, 2), 5000, 6)
    assert (found.kept, found.tried) == (5000, 5000)  # nothing is asked of February
    tried = np.bincount(np.searchsorted(np.sort(parents.tries[0]), children.tries[0]), minlength=50)
    assert (np.abs(tried - 100) < 5 * np.sqrt(100)).all()
    # no try has the draws of another, nor of January's worlds
    keys = np.concatenate([children.snapshot.keys.ravel(), parents.snapshot.keys.ravel()])
    assert len(np.unique(children.snapshot.keys)) == 5000
    assert len(np.unique(keys)) == 5050


def test_what_cannot_be_is_too_rare(small: Callable[..., dict[str, Any]], extend: Extend) -> None:
    never = Evidence("x", (EventObservation("ussr", "break", 0, 0, 0, 0.0),))
    with pytest.raises(TooRare) as caught:
        extend(small(), never, None, (0, 1), 3, 0, budget=5000)
    assert (caught.value.kept, caught.value.start, caught.value.end) == (0, 0, 1)
    assert 0 < caught.value.tried <= 5000
    found = reanalyse(small(), Evidence("x", (OPENED, VISITED, EventObservation(
        "ussr", "break", 3, 3, 3, 0.0))), 1, 0, ends=[1, 2, 4])  # fmt: skip
    assert found.stopped is not None
    assert (found.stopped.start, found.stopped.end, found.stopped.kept) == (2, 4, 0)
    assert sorted(found.tries) == [1, 2]
    assert found.end == 2


# against worlds that run freely


def as_ours(resolved: dict[str, Any], worlds: np.ndarray, seed: int) -> np.ndarray:
    """Return which worlds, run freely, go as 1969 went, by a rule that uses no likelihood."""
    history = model_of(build(resolved), worlds, seed, keep=("leader",)).run()
    leader = history.field("leader")
    course = np.array([0] * 3 + [1] * 5 + [2] * 4)
    events = history.events
    attempts = np.zeros((len(worlds), 12))
    coups = [CODE_OF["power", kind] for kind in ("coup", "failed coup")]
    some = np.isin(events.code, coups)
    np.add.at(attempts, (events.world[some], events.month[some]), 1)
    won = (events.code == coups[0]) & (events.month == 8)
    of_september = np.isin(np.arange(len(worlds)), events.world[won])
    wanted = np.arange(12) == 8
    return of_september & (attempts == wanted).all(axis=1) & (course == leader.T).all(axis=1)


def test_the_first_segment_keeps_just_the_worlds_that_go_so_when_run_freely(
    year: dict[str, Any], extend: Extend,
) -> None:
    found, segment = extend(year, AS_OURS, None, (0, 12), 8, 5)
    free = np.flatnonzero(as_ours(year, np.arange(segment.tried + 1), 5))
    assert found.tries[0].tolist() == free[:8].tolist()
    assert (len(free), free[8]) == (9, segment.tried)


@pytest.mark.slow
def test_the_filter_finds_what_rejection_finds(
    year: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    count, seed = 100_000, 11
    free = np.flatnonzero(as_ours(year, np.arange(count), seed))
    assert len(free) > 100
    monkeypatch.setattr(reanalysis, "_SURPLUS", (1,))
    found = reanalyse(year, AS_OURS, 2000, 12, ends=[9, 12])
    share, error = len(free) / count, 1 / np.sqrt(len(free))
    for segment in found.segments:
        error = np.hypot(error, np.sqrt((1 - segment.probability) / segment.kept))
    assert abs(found.log_evidence(12) - np.log(share)) < 4 * error
    scenario = build(year)
    tried = parameters_of(scenario, found.tries[12][0], 12)
    rejected = parameters_of(scenario, free, seed)
    prior = parameters_of(scenario, np.arange(20_000), 13)
    moved = 0
    for name in priors.FREE:
        if not isinstance(tried[name], np.ndarray):
            continue
        spread = np.std(tried[name]) * np.sqrt(1 / len(free) + 1 / found.families(12))
        assert abs(np.mean(tried[name]) - np.mean(rejected[name])) < 4 * spread, name
        spread = np.std(tried[name]) * np.sqrt(1 / found.families(12) + 1 / 20_000)
        moved += abs(np.mean(tried[name]) - np.mean(prior[name])) > 4 * spread
    assert moved  # the evidence teaches something that could be wrong


# worlds again


def test_every_world_goes_as_the_evidence_says_when_it_is_made_again(
    year: dict[str, Any], ours: Reanalysis
) -> None:
    assert ours.stopped is None
    course = [0] * 3 + [1] * 5 + [2] * 4
    for month in range(1, 13):
        state = replay(year, AS_OURS, ours, 12, month).snapshot.state
        assert (state[LEADER] == course[month - 1]).all(), month


@pytest.mark.slow
def test_in_worlds_like_the_record_its_rulers_rule_and_its_attempts_are_made(
    baseline: dict[str, Any],
) -> None:
    """Month by month to the end of 1971, by name and by outcome, and no other attempt."""
    resolved, record = {**baseline, "months": 36}, load_record()
    known = documented(record, build(baseline))
    evidence = make_evidence(load_given("record"), "--given", known, record)
    found = reanalyse(resolved, evidence, 8, 0)
    assert found.stopped is None
    # from January 1969 on, with the draws that each world brings
    start = at_fork(resolved, evidence, found, 36, 0)
    model = model_of(build(resolved), start.ancestors, 0, start.snapshot, keep=("leader",))
    history = model.run()
    ruler = known.series["leader"][:36]
    assert (history.field("leader") == ruler).all()
    for kind in ("coup", "failed coup"):
        events = history.events
        some = events.code == CODE_OF["power", kind]
        attempts = np.zeros((36, 8))
        np.add.at(attempts, (events.month[some], events.world[some]), 1)
        assert (attempts == known.count("power", kind)[:36]).all(), kind
    assert attempts.sum() == 8  # January 1971


def test_what_is_made_again_is_what_was_kept(small: Callable[..., dict[str, Any]], extend: Extend) -> None:
    """To the last bit: state, draws, and what the likelihood remembers."""
    resolved, evidence = small(), Evidence("x", (OPENED, VISITED), absent=(("conflict", "strike", 0.1),))
    kept: Particles | None = None
    segments: list[Segment] = []
    for segment in ((0, 1), (1, 2), (2, 5)):
        kept, one = extend(resolved, evidence, kept, segment, 40, 3)
        segments.append(one)
    assert kept is not None
    found = Reanalysis("", 3, tuple(segments), {5: kept.tries})
    again = replay(resolved, evidence, found, 5, 5)
    assert np.array_equal(again.snapshot.state, kept.snapshot.state)
    assert np.array_equal(again.snapshot.draw_index, kept.snapshot.draw_index)
    for name in ("seen", "atmosphere", "year", "reign"):
        assert np.array_equal(getattr(again.likelihood, name), getattr(kept.likelihood, name))
    # and they go on alike
    futures = [model_of(build(resolved), one.tries[0], 3, one.snapshot) for one in (again, kept)]
    for model in futures:
        model.advance()
    assert np.array_equal(futures[0].snapshot().state, futures[1].snapshot().state)


def test_later_evidence_changes_nothing_before_it(year: dict[str, Any], ours: Reanalysis) -> None:
    """Worlds that later evidence has chosen are, to an earlier month, those they descend from."""
    early, late = min(ours.tries), ours.end
    assert early < late
    rows = len(ours.tries[early])
    parents = Reanalysis(ours.key, ours.seed, ours.segments, {early: ours.tries[late][:rows]})
    for fork in (0, early - 2, early):
        chosen = at_fork(year, AS_OURS, ours, late, fork)
        plain = at_fork(year, AS_OURS, parents, early, fork)
        assert np.array_equal(chosen.snapshot.state, plain.snapshot.state)
        assert np.array_equal(chosen.ancestors, plain.ancestors)
        assert np.array_equal(chosen.atmosphere, plain.atmosphere)
        for name, values in chosen.parameters.items():
            assert np.array_equal(values, plain.parameters[name]), name


def test_worlds_of_another_model_are_told(year: dict[str, Any], ours: Reanalysis) -> None:
    other = Reanalysis(ours.key, ours.seed + 1, ours.segments, ours.tries)
    with pytest.raises(Stale):
        replay(year, AS_OURS, other, 12, 12)


def test_a_fork_within_a_window_is_answered(year: dict[str, Any]) -> None:
    """The worlds go on from a segment that ends before the window, with all that is known."""
    wide = Evidence("x", (EventObservation("power", "coup", 7, 5, 11, 0.0),), extra=0.0)
    whole = reanalyse(year, wide, 16, 2, ends=[4, 12])
    found = until(year, wide, whole, 8)
    seen = wide.until(7)
    assert max(found.tries) == 8
    assert [one.end for one in found.segments] == [4, 5, 8]
    assert replay(year, seen, found, 8, 8).likelihood.seen.all()  # a coup by August in each
    assert until(year, wide, found, 8) is found
    # in the worlds given all, some have it later
    assert not replay(year, wide, whole, 12, 8).likelihood.seen.all()


@pytest.mark.slow
def test_every_month_may_be_a_fork(year: dict[str, Any]) -> None:
    """Also one within windows: what is to come after it is neither known nor allowed yet."""
    takes_over = EventObservation("power", "coup", 8, 6, 10, 0.0)
    rulers = (Reign(0, 0, 0, 0), Reign(1, 3, 3, 3), Reign(2, 8, 6, 10))
    tolerant = Evidence("x", (takes_over,), rulers=rulers, extra=0.0)
    whole = reanalyse(year, tolerant, 4, 1)
    assert whole.stopped is None
    for fork in range(1, 13):
        found = until(year, tolerant, whole, fork)
        leader = at_fork(year, tolerant, found, fork, fork).snapshot.state[LEADER]
        ruler = 0 if fork <= 3 else 1 if fork <= 8 else 2
        assert (leader == ruler).all(), fork
    last = replay(year, tolerant, whole, 12, 12).snapshot.state[LEADER]
    assert (last == 2).all()


# what changes nothing


@pytest.mark.parametrize("block", [1000, 64_000])
def test_blocks_and_rounds_change_nothing(
    small: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, block: int, extend: Extend
) -> None:
    resolved, evidence = small(), Evidence("x", (OPENED, VISITED))
    first, one = extend(resolved, evidence, None, (0, 1), 700, 4)
    second, other = extend(resolved, evidence, first, (1, 3), 500, 4)
    monkeypatch.setattr(alive_filter, "_BLOCK", block)
    monkeypatch.setattr(alive_filter, "_round", lambda *_: 1100)
    again, same = extend(resolved, evidence, None, (0, 1), 700, 4)
    assert (same, again.tries.tolist()) == (one, first.tries.tolist())
    again, same = extend(resolved, evidence, again, (1, 3), 500, 4)
    assert (same, again.tries.tolist()) == (other, second.tries.tolist())
    assert np.array_equal(again.snapshot.state, second.snapshot.state)


@pytest.mark.slow
def test_processes_change_nothing(small: Callable[..., dict[str, Any]]) -> None:
    one, two = (reanalyse(small(), Evidence("x", (OPENED, VISITED)), 50, 4, jobs) for jobs in (1, 2))
    assert one.segments == two.segments
    assert {end: tries.tolist() for end, tries in one.tries.items()} == {
        end: tries.tolist() for end, tries in two.tries.items()
    }


def test_more_worlds_of_the_first_months_begin_with_the_fewer(
    small: Callable[..., dict[str, Any]], extend: Extend,
) -> None:
    evidence = Evidence("x", (OPENED,))
    few, more = (extend(small(), evidence, None, (0, 2), wanted, 4)[0] for wanted in (30, 90))
    assert more.tries[:, :30].tolist() == few.tries.tolist()


def test_no_evidence_keeps_the_worlds_as_they_come(year: dict[str, Any]) -> None:
    found = reanalyse(year, NOTHING, 50, 9, ends=[6])
    assert found.log_evidence(6) == 0.0
    assert found.tries[6].tolist() == [list(range(50))]
    own = build(year)
    free = model_of(own, np.arange(50), 9)
    free.advance(6)
    assert np.array_equal(at_fork(year, NOTHING, found, 6, 6).snapshot.state, free.snapshot().state)


def test_families_are_those_of_january_1969() -> None:
    assert families(np.array([3, 3, 3, 3])) == pytest.approx(1)
    assert families(np.array([1, 2, 3, 4])) == pytest.approx(4)
    assert families(np.array([1, 1, 1, 2])) == pytest.approx(1 / (0.75**2 + 0.25**2))


def test_the_key_knows_what_worlds_depend_on(year: dict[str, Any]) -> None:
    @cache
    def key(seed: int = 0, title: str = "x", **other: Any) -> str:
        return key_of({**year, **other}, Evidence(title, (OPENED,)), seed)

    assert key(title="y") == key(title="x") == key(question="another?")
    different = [key(), key(1), key(months=13), key_of(year, Evidence("x", (VISITED,)), 0),
                 key_of({**year, "parameters": {**year["parameters"], "backlash": 0.05}},
                        Evidence("x", (OPENED,)), 0)]  # fmt: skip
    assert len(set(different)) == 5
