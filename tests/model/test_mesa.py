"""The model is an ordinary Mesa model when it has one world."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import mesa
import numpy as np

from palca.model import ColdWarModel
from palca.scenarios import build


def test_batch_run(baseline: dict[str, Any]) -> None:
    class Collected(ColdWarModel):
        """The model with a DataCollector, as a user of Mesa would write it."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.datacollector = mesa.DataCollector(
                model_reporters={"orientation": lambda m: float(m.state.orientation[0])}
            )

        def step(self) -> None:
            super().step()
            self.datacollector.collect(self)

    scenario = build({**baseline, "months": 24})
    seeds: dict[str, Any] = {"rng": [1, 2, 3]}
    old = version("mesa").startswith("3.3")  # from 3.4 on batch_run has an argument for seeds
    rows = mesa.batch_run(
        Collected,
        parameters={"scenario": [scenario], "worlds": [1], **(seeds if old else {})},
        number_processes=1,
        data_collection_period=1,
        display_progress=False,
        **({} if old else seeds),
    )
    last = {row["RunId"]: row["orientation"] for row in rows}
    assert len(last) == 3
    assert len(set(last.values())) == 3
    direct = ColdWarModel(scenario, worlds=1, rng=1).run().field("orientation")[-1, 0]
    assert np.float32(last[0]) == direct


def test_data_collector_reads_model_and_agents(baseline: dict[str, Any]) -> None:
    model = ColdWarModel(build({**baseline, "months": 12}), worlds=1, rng=9)
    collector = mesa.DataCollector(
        model_reporters={"legitimacy": lambda m: float(m.state.legitimacy[0])},
        agenttype_reporters={
            type(model.ussr): {"credit": lambda a: float(np.max(a.levers["credit"]))}
        },
    )
    while model.running:
        model.step()
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert len(frame) == 12
    assert frame["legitimacy"].between(0, 1).all()
    assert len(collector.get_agenttype_vars_dataframe(type(model.ussr))) == 12
    assert {type(agent).__name__ for agent in model.agents} == {
        "USSR", "UnitedStates", "Regime", "CommunistParty", "Economy", "Labour", "Officers",
    }  # fmt: skip


def test_a_fresh_seed_is_drawn_for_none(baseline: dict[str, Any]) -> None:
    scenario = build({**baseline, "months": 2})
    one, other = (ColdWarModel(scenario, rng=None) for _ in range(2))
    assert one.seed_number != other.seed_number
