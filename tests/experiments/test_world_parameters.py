"""A run's worlds stand with their parameters: those that the model uses."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.experiments.observe.outcomes import OUTCOMES
from palca.experiments.run.files import free_parameters
from palca.experiments.simulate.priors import FREE
from palca.model import ColdWarModel
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS
from palca.scenarios import build, resolve

SET = [(), ("posterior=off",), ("posterior=point",), ("backlash=0.02",),
       *((f"channel.{name}=off",) for name, row in CHANNELS.items() if {*row.zeroes} & {*FREE})]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(SET), st.integers(0, 2**53 - 1), st.lists(st.integers(0, 10**6), min_size=1, max_size=3))
def test_they_are_those_of_the_model(changes: tuple[str, ...], seed: int, worlds: list[int]) -> None:
    scenario, numbers = build(resolve("baseline", list(changes))), np.array(worlds)
    found = free_parameters(scenario, numbers, seed)
    model = ColdWarModel(scenario, numbers, seed)
    assert found.keys() == {*FREE}
    for name, values in found.items():
        assert np.array_equal(values, np.broadcast_to(getattr(model.p, name), len(numbers)))
    assert all(np.ndim(value) == 0 for name, value in model.p.items() if name not in found)


def test_no_parameter_has_the_name_of_an_outcome() -> None:
    assert PARAMETERS.keys().isdisjoint({"world", *(outcome.name for outcome in OUTCOMES)})
