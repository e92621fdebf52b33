"""Models that nobody holds any more are let go of, whatever they have lived through."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from typing import Any

import mesa
import pytest

from palca.model import ColdWarModel
from palca.scenarios import build

LIVES = {
    "built": lambda model: None,
    "stepped": lambda model: model.step(),
    "advanced": lambda model: model.advance(2),
    "run": lambda model: model.run(),
}


@pytest.mark.pythons
@pytest.mark.parametrize("life", LIVES)
def test_of_many_models_few_stay(baseline: dict[str, Any], life: str) -> None:
    scenario = build({**baseline, "months": 3})
    models: weakref.WeakSet[ColdWarModel] = weakref.WeakSet()
    for seed in range(60):
        model = ColdWarModel(scenario, worlds=2, rng=seed)
        LIVES[life](model)
        models.add(model)
    gc.collect()
    assert len(models) <= 1  # `model`


@pytest.mark.pythons
def test_they_go_before_much_memory_is_taken(baseline: dict[str, Any]) -> None:
    """Though the collector, which counts objects, would not look for them by itself."""
    scenario = build({**baseline, "months": 60})
    models: weakref.WeakSet[ColdWarModel] = weakref.WeakSet()
    gc.collect()
    gc.disable()
    try:
        for seed in range(40):
            models.add(ColdWarModel(scenario, worlds=1000, rng=seed))  # some 15 MB
            assert len(models) <= 10
    finally:
        gc.enable()


@pytest.mark.pythons
def test_agents_are_numbered_from_one_in_each_model(baseline: dict[str, Any]) -> None:
    scenario = build({**baseline, "months": 3})
    for _ in range(2):
        model = ColdWarModel(scenario)
        more = [mesa.Agent(model) for _ in range(2)]
        assert [agent.unique_id for agent in model.agents] == [*range(1, 10)]
        assert [agent.unique_id for agent in more] == [8, 9]


ISLANDS = """
import resource, sys
from palca.experiments.validate import one_step_ahead as filtering
from palca.experiments.observe.histories import documented
from palca.experiments.observe.documented import load_record
from palca.scenarios import build, resolve

filtering.ISLAND = 512
short = {**resolve("baseline"), "months": 24}
record = load_record()
seen = filtering.past_evidence(documented(record, build(short)), record)
((logs, _),) = filtering.filtered([(short, seen)], 512 * int(sys.argv[1]), seed=0)
assert len(logs) == int(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no module resource")
def test_a_filter_of_many_islands_takes_the_memory_of_few() -> None:
    # the many first: whoever comes first compiles, which takes memory of its own
    many, few = (
        int(subprocess.run([sys.executable, "-c", ISLANDS, islands], capture_output=True,
                           text=True, check=True).stdout)
        for islands in ("100", "10")
    )  # fmt: skip
    assert many <= 1.2 * few
