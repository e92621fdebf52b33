"""The model is an ordinary Mesa model when it has one world."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

from palca.model import ColdWarModel
from palca.model.compiler import cache
from palca.model.model import REPORTED
from palca.scenarios import build

pytestmark = pytest.mark.pythons


PAGE = (Path(__file__).parents[2] / "docs/howto/use-with-mesa.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n((?:(?!```).*\n)*)```$", PAGE, re.MULTILINE)
OLD = version("mesa").startswith("3.3")  # from 3.4 on batch_run has an argument for seeds


@pytest.mark.filterwarnings("ignore")
def test_the_page_for_mesa_does_what_it_says() -> None:
    solara = pytest.importorskip("solara")
    batched, collected, example = BLOCKS
    scope: dict[str, Any] = {}
    exec(batched, scope)
    last = {(row["scenario"].title, row["rng"]): row["legitimacy"] for row in scope["rows"]}
    assert len(last) == 6
    for title, _ in last:  # seeds differ; twins on one seed may not
        assert len({value for (of, _), value in last.items() if of == title}) == 3
    exec(collected, scope)
    frame = scope["model"].datacollector.get_model_vars_dataframe()
    assert list(frame) == ["ruler", "credit"]
    assert len(frame) == 120
    assert frame["ruler"].iloc[0] == "Barrientos"
    exec(example, scope)
    _, rc = solara.render(scope["page"], handle_error=False)
    rc.close()


def test_iterations_have_histories_of_their_own(baseline: dict[str, Any]) -> None:
    assert ("iterations=3" in PAGE, "rng=[None] * 3" in PAGE) == (True, True)
    repeated: dict[str, Any] = {"iterations": 3} if OLD else {"rng": [None] * 3}
    rows = mesa.batch_run(
        ColdWarModel, {"scenario": build({**baseline, "months": 24})},
        display_progress=False, **repeated,
    )  # fmt: skip
    assert len({row["legitimacy"] for row in rows}) == len(rows) == 3


def batch(model: type[ColdWarModel], parameters: dict[str, Any], seeds: list[Any]) -> list[dict]:
    given: dict[str, Any] = {"rng": seeds}
    return mesa.batch_run(
        model,
        parameters={**parameters, **(given if OLD else {})},
        data_collection_period=1,
        display_progress=False,
        **({} if OLD else given),
    )


def test_batch_run_collects_each_month_of_each_seed(baseline: dict[str, Any]) -> None:
    scenario = build({**baseline, "months": 24})
    rows = batch(ColdWarModel, {"scenario": [scenario], "worlds": [1, 3]}, [1, 2, 3])
    assert len(rows) == 2 * 3 * 24
    for row in rows:
        months = ColdWarModel(scenario, row["worlds"], row.get("rng", row.get("seed"))).run()
        step = int(row["Step"]) - (0 if OLD else 1)
        for name in REPORTED:
            assert row[name] == pytest.approx(months.field(name)[step].mean(), rel=1e-5, abs=1e-6)


def test_whoever_brings_a_collector_collects_himself(baseline: dict[str, Any]) -> None:
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
    rows = batch(Collected, {"scenario": [scenario], "worlds": [1]}, [1, 2, 3])
    assert len(rows) == 3 * 24
    direct = ColdWarModel(scenario, worlds=1, rng=1).run().field("orientation")[:, 0]
    assert [np.float32(row["orientation"]) for row in rows[:24]] == list(direct)


@pytest.mark.parametrize("compiled", [False, True])
def test_months_that_no_step_counts_are_not_collected(
    baseline: dict[str, Any], monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    monkeypatch.setattr(cache, "WORTH_COMPILING", 0 if compiled else 10**9)
    model = ColdWarModel(build({**baseline, "months": 24}), rng=1)
    model.advance(10)
    model.step()
    assert model.steps == len(model.datacollector.get_model_vars_dataframe()) == 1


def test_data_collector_reads_model_and_agents(baseline: dict[str, Any]) -> None:
    model = ColdWarModel(build({**baseline, "months": 12}), worlds=1, rng=9)
    collector = mesa.DataCollector(
        model_reporters={"legitimacy": lambda m: float(m.state.legitimacy[0])},
        agent_reporters={
            "name": "name",
            "credit": lambda a: float(np.max(a.acts.levers["credit"])) if a.name == "USSR" else np.nan,
        },
    )
    while model.running:
        model.step()
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert len(frame) == 12
    assert frame["legitimacy"].between(0, 1).all()
    agents = collector.get_agent_vars_dataframe()
    assert agents["credit"].notna().sum() == 12
    assert agents["name"].value_counts().to_dict() == dict.fromkeys(
        ("USSR", "UnitedStates", "Regime", "CommunistParty", "Economy", "Labour", "Officers"), 12
    )


def test_a_fresh_seed_is_drawn_for_none(baseline: dict[str, Any]) -> None:
    scenario = build({**baseline, "months": 2})
    one, other = (ColdWarModel(scenario, rng=None) for _ in range(2))
    assert one.seed_number != other.seed_number
