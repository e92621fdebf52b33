"""What is a share stays one, whatever the parameters, the rules and the country."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import ColdWarModel
from palca.model.state.parameters import PARAMETERS
from palca.model.state.scenario import Scenario
from palca.model.state.state import FIELDS
from palca.scenarios import build, resolve
from random_scenarios import scenarios

pytestmark = pytest.mark.quick

SHARES = ("share", "0 or 1", "0, 0.5 or 1", "0 to 3", "left -1 to right 1")
BOUNDED = [name for name, row in FIELDS.items() if row.unit in SHARES and row.high != 2]


def assert_bounded(scenario: Scenario, seed: int) -> None:
    history = ColdWarModel(scenario, worlds=20, rng=seed, keep=BOUNDED).run()
    for name in BOUNDED:
        values, row = history.field(name), FIELDS[name]
        assert ((values >= row.low) & (values <= row.high)).all(), name


@pytest.mark.slow
@settings(max_examples=30)
@given(scenarios(), st.integers(0, 9))
def test_a_share_stays_one_in_random_scenarios(scenario: Scenario, seed: int) -> None:
    assert_bounded(scenario, seed)


@pytest.mark.slow
@settings(max_examples=10)
@given(st.data())
def test_a_share_stays_one_where_parameters_are_extreme(data: st.DataObject) -> None:
    ends = {name: st.sampled_from([row.low, row.high]) for name, row in PARAMETERS.items()}
    resolved = {**resolve("baseline"), "parameters": data.draw(st.fixed_dictionaries(ends))}
    assert_bounded(build({**resolved, "sets": {}}), data.draw(st.integers(0, 9)))
