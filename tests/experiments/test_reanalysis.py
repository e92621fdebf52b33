"""The worlds that ship go as the record says, and what is told of them is theirs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from palca.experiments.infer import reanalysis_files
from palca.experiments.infer.evidence import Evidence
from palca.experiments.infer.evidence_file import load_given, make_evidence
from palca.experiments.infer.reanalysis import Reanalysis, key_of, reanalyse, replay, replayed
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import Histories, documented
from palca.experiments.reanalysis.underneath import QUANTITIES, underneath
from palca.experiments.reanalysis.why import CAUSES, why
from palca.model.errors import PalcaError
from palca.model.state.parameters import PARAMETERS, check_parameter
from palca.scenarios import build, resolve


@pytest.fixture(scope="module")
def record() -> tuple[dict, Histories, Evidence]:
    """Return the baseline, the documented history, and the evidence of the record."""
    resolved = resolve("baseline")
    scenario, rows = build(resolved), load_record()
    history = documented(rows, scenario)
    return resolved, history, make_evidence(load_given("record"), "record", history, rows)


@pytest.fixture(scope="module")
def shipped(record: tuple[dict, Histories, Evidence]) -> Reanalysis:
    """Return the worlds that ship."""
    resolved, _, evidence = record
    found = reanalysis_files.read_reanalysis(
        reanalysis_files.SHIPPED, key_of(resolved, evidence, 0), 4096
    )
    assert found is not None, "the shipped worlds are of another model or evidence: make reanalysis"
    return found


@pytest.mark.slow
def test_the_documented_ruler_rules_in_every_month_of_every_shipped_world(
    record: tuple[dict, Histories, Evidence], shipped: Reanalysis
) -> None:
    resolved, history, evidence = record
    assert shipped.stopped is None
    assert shipped.end == resolved["months"]
    model = replayed(build(resolved), shipped, shipped.end)
    wanted = history.series["leader"][:, 0]
    attempts = np.zeros((2, resolved["months"]))
    for month in range(resolved["months"]):
        model.advance()
        assert (model.state.leader == wanted[month]).all(), month
        tried, won = model.state.attempt > 0, model.state.success > 0
        attempts[:, month] = (tried & ~won).mean(), won.mean()
    failed, succeeded = (history.count("power", kind)[:, 0] for kind in ("failed coup", "coup"))
    disputed = [event.month for event in evidence.events if event.false_negative == 1.0]
    known = np.setdiff1d(np.arange(resolved["months"]), disputed)
    assert np.array_equal(attempts[0, known], failed[known])
    assert np.array_equal(attempts[1, known], succeeded[known])


@pytest.mark.slow
def test_the_worlds_of_each_fork_go_as_the_record_says_to_it(
    record: tuple[dict, Histories, Evidence], shipped: Reanalysis
) -> None:
    resolved, _, evidence = record
    for end in shipped.tries:
        few = replace(shipped, tries={end: shipped.tries[end][:, :200]})
        replay(resolved, evidence, few, end, end)  # else Stale


SMALL = {"title": "Barrientos's death", "rulers": {"tolerance": 0}}


@pytest.fixture(scope="module")
def small(record: tuple[dict, Histories, Evidence]) -> tuple[dict, Evidence, Reanalysis]:
    """Return a scenario of ten months, and some worlds in which Ovando comes in September 1969."""
    resolved, _, _ = record
    short = {**resolved, "months": 10, "drivers": {
        name: values[:10] for name, values in resolved["drivers"].items()}}  # fmt: skip
    rows = load_record()
    evidence = make_evidence(SMALL, "small", documented(rows, build(short)), rows)
    return short, evidence, reanalyse(short, evidence, 64, 3)


def test_ranges_are_those_of_the_worlds(small: tuple[dict, Evidence, Reanalysis]) -> None:
    resolved, _, found = small
    result = underneath(resolved, found)
    model = replayed(build(resolved), found, found.end)
    model.advance(resolved["months"])
    for name in QUANTITIES:
        expected = np.quantile(getattr(model.state, name), (0.05, 0.25, 0.5, 0.75, 0.95))
        assert result.quantiles[name][-1] == pytest.approx(expected)
        assert (result.narrowing(name)[~np.isnan(result.narrowing(name))] <= 1.0).all()
    assert (result.shares == 1.0).all()


def test_why_a_month_came_is_asked_of_worlds_in_which_it_did(
    small: tuple[dict, Evidence, Reanalysis],
) -> None:
    resolved, evidence, found = small
    answer = why(resolved, evidence, found, 8)
    assert answer.success == 1.0  # Ovando came by force in all of them
    assert {one.cause for one in answer.causes} == set(CAUSES)
    assert all(0.0 <= one.undone <= 1.0 for one in answer.causes)
    undone = [one.undone for one in answer.causes]
    assert undone == sorted(undone, reverse=True)
    assert sum(answer.garrisons.values()) == pytest.approx(1.0)
    for shares in answer.joined.values():
        assert all(0.0 <= share <= 1.0 for share in shares)


def test_a_cause_that_is_not_there_is_necessary_in_no_world(
    small: tuple[dict, Evidence, Reanalysis],
) -> None:
    resolved, evidence, _ = small
    absent = "covert_support"
    without = {**resolved, "parameters": {**resolved["parameters"], absent: 0.0}}
    again = reanalyse(without, evidence, 64, 3)
    answer = why(without, evidence, again, 8)
    names = [cause for cause, parameters in CAUSES.items() if parameters == (absent,)]
    assert [one.undone for one in answer.causes if one.cause in names] == [0.0]


@pytest.mark.parametrize("cause", CAUSES)
def test_what_is_taken_away_may_be_nothing(cause: str) -> None:
    for parameter in CAUSES[cause]:
        assert parameter in PARAMETERS
        check_parameter(parameter, 0.0)


def test_a_month_outside_our_history_is_refused() -> None:
    from palca.experiments.reanalysis.experiment import why_of_record

    with pytest.raises(PalcaError, match="1978-12"):
        why_of_record(120, 1, lambda *_: None)
