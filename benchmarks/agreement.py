"""Check that compiled months equal NumPy's, over many random scenarios.

Example: python -m benchmarks.agreement 300
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import fields
from unittest import mock

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.progress import Progress

from palca.model import ColdWarModel, Scenario
from palca.model.compiler import cache
from palca.model.seeds import LARGEST
from palca.model.state.history import Events
from random_scenarios import scenarios

WORLDS = 19  # one full group of lanes and a partial one


def _same(one: ColdWarModel, other: ColdWarModel) -> bool:
    first, second = one.history(), other.history()
    pairs = [
        (first.monthly, second.monthly),
        (one.state.values, other.state.values),
        (one.current.worlds.absent_until, other.current.worlds.absent_until),
        (one.corps.ideology, other.corps.ideology),
        (one.corps.grievance, other.corps.grievance),
        (one.corps.generation, other.corps.generation),
    ]
    for column in fields(Events):
        pairs.append((getattr(first.events, column.name), getattr(second.events, column.name)))
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def agree(examples: int) -> int:
    """Return how many kernels were compiled; raise for a scenario that differs."""
    kernels: set[str] = set()
    with Progress(transient=True) as progress:
        task = progress.add_task("random scenarios", total=examples)

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(scenario=scenarios(worlds=WORLDS), seed=st.integers(0, LARGEST))
        def check(scenario: Scenario, seed: int) -> None:
            stepped = ColdWarModel(scenario, worlds=WORLDS, rng=seed)
            while stepped.running:
                stepped.step()
            compiled = ColdWarModel(scenario, worlds=WORLDS, rng=seed)
            with mock.patch.object(cache, "WORTH_COMPILING", 0):
                compiled.run()
            kernels.update(cache._kernels)
            assert _same(stepped, compiled)
            progress.advance(task)

        with tempfile.TemporaryDirectory() as own, mock.patch.dict("os.environ", PALCA_CACHE=own):
            check()
    return len(kernels)


if __name__ == "__main__":
    tried = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    count = agree(tried)
    print(f"{tried} random scenarios, {count} compiled kernels: every bit the same")
