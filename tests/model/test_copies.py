"""A model that is copied goes on as the original does, and the original as if it had no copy."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palca.model import ColdWarModel, PalcaError, Scenario
from palca.model.compiler import cache
from palca.model.state.channels import ChannelLog
from palca.model.state.history import Events, History
from palca.model.state.state import FIELDS
from palca.scenarios import build, resolve

pytestmark = pytest.mark.pythons

MONTHS, WORLDS = 18, 5
COPY = {"deepcopy": copy.deepcopy, "pickle": lambda value: pickle.loads(pickle.dumps(value))}
CHANGE = 'at = "1969-03", until = "1969-05", parameter.cost = 0.4'


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return build({**resolve("baseline", [], [CHANGE]), "months": MONTHS})


@pytest.fixture
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile however few the worlds."""
    monkeypatch.setattr(cache, "WORTH_COMPILING", 0)


def made(scenario: Scenario) -> ColdWarModel:
    return ColdWarModel(scenario, WORLDS, 3, channel_log=ChannelLog(frozenset({"soviet_fiscal"})))


def advance(model: ColdWarModel, months: int, by_code: bool) -> None:
    if by_code:
        model.advance(months)
    else:
        for _ in range(months):
            model.step()


def assert_same(one: History, other: History) -> None:
    assert np.array_equal(one.monthly, other.monthly, equal_nan=True)
    for column in fields(Events):
        values = [getattr(history.events, column.name) for history in (one, other)]
        assert np.array_equal(*values, equal_nan=True), column.name


@pytest.mark.usefixtures("_always")
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(COPY)), st.integers(0, MONTHS), st.booleans(), st.booleans())
def test_both_go_on_as_if_they_had_never_been_parted(
    scenario: Scenario, way: str, month: int, before: bool, after: bool
) -> None:
    whole = made(scenario)
    advance(whole, MONTHS, False)
    model = made(scenario)
    advance(model, month, before)
    kept = model.state.values.copy()
    twin = COPY[way](model)
    advance(twin, MONTHS - month, after)
    assert np.array_equal(model.state.values, kept)
    advance(model, MONTHS - month, not after)
    for each in (twin, model):
        assert_same(each.history(), whole.history())
        assert np.array_equal(each.state.values, whole.state.values)
        loads, whole_loads = each.channel_log.loads, whole.channel_log.loads
        assert loads.keys() == whole_loads.keys()
        assert all(np.array_equal(loads[load], whole_loads[load]) for load in whole_loads)


@pytest.mark.parametrize("way", COPY)
def test_what_a_model_hands_out_is_copied_whole(scenario: Scenario, way: str) -> None:
    model = made(scenario)
    model.advance(12)
    taken = COPY[way](model.snapshot())
    again = ColdWarModel(scenario, WORLDS, start=taken).run()
    assert np.array_equal(again.monthly, made(scenario).run().monthly[12:])
    assert_same(COPY[way](model.history()), model.history())
    state = COPY[way](model.state)
    state.values += 1.0
    assert all((getattr(state, name) == getattr(model.state, name) + 1.0).all() for name in FIELDS)


def test_an_agent_brings_its_model_along(scenario: Scenario) -> None:
    """The model hangs on its agents, and they on it: whichever is copied, both are."""
    model = made(scenario)
    advance(model, 7, False)
    agent = pickle.loads(pickle.dumps(next(iter(model.agents))))
    assert agent.acts is agent.model.current.ussr
    assert_same(agent.model.run(), model.run())


@pytest.mark.slow
def test_models_may_be_sent_to_other_processes(scenario: Scenario) -> None:
    from joblib import Parallel, delayed

    models = [ColdWarModel(scenario, WORLDS, seed) for seed in range(3)]
    models[2].advance(11)
    there: Any = Parallel(2)(delayed(ColdWarModel.run)(model) for model in models)
    for model, history in zip(models, there, strict=True):
        assert_same(model.run(), history)


# ------------------------------------------------------------------------------- the end


def test_what_lies_after_the_last_month_is_refused(scenario: Scenario) -> None:
    model = made(scenario)
    model.run()
    assert not model.running
    for go_on in (model.step, model.advance):
        with pytest.raises(PalcaError, match=r"from 0 to 0.*1970-06"):
            go_on()
    model.advance(0)
    assert_same(model.run(), made(scenario).run())


@pytest.mark.parametrize("months", [-1, MONTHS - 9, 2.0, np.float64(1), 1.5, float("nan"), "3", None])
def test_no_other_number_of_months_is_taken(scenario: Scenario, months: Any) -> None:
    model = made(scenario)
    model.advance(10)
    with pytest.raises(PalcaError, match="from 0 to 8"):
        model.advance(months)
    assert model.month == 10
    model.advance(8)
    assert model.month == MONTHS


def test_mesa_runs_a_model_to_its_end(scenario: Scenario) -> None:
    model = made(scenario)
    model.run_model()
    assert (model.month, model.steps, model.running) == (MONTHS, MONTHS, False)
