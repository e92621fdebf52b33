"""What the lab keeps for its visitors is bounded, however many they are and whatever they ask."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pandas as pd
import pytest

from palca.experiments.lab import kept


def test_what_is_kept_never_takes_more_than_the_store_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_STORE", kept.LRUCache(100_000, getsizeof=kept.bytes_of))
    calls: list[int] = []

    @kept.kept
    def some(size: int) -> dict[str, Any]:
        calls.append(size)
        return {"values": np.zeros(size)}

    for size in (1_000, 2_000, 3_000, 1_000, 20_000, 20_000, 4_000, 5_000, 6_000):
        some(size)
        assert kept._STORE.currsize <= 100_000
    # the second thousand was at hand; what is larger than the store is computed anew each time
    assert calls == [1_000, 2_000, 3_000, 20_000, 20_000, 4_000, 5_000, 6_000]
    some(1_000)  # it had to make room
    assert calls[-1] == 1_000


def test_two_functions_of_one_name_and_argument_keep_their_own() -> None:
    def first() -> Any:
        @kept.kept
        def same(x: int) -> str:
            return f"first {x}"

        return same

    def second() -> Any:
        @kept.kept
        def same(x: int) -> str:
            return f"second {x}"

        return same

    assert (first()(3), second()(3)) == ("first 3", "second 3")


@pytest.mark.parametrize(
    ("value", "least"),
    [
        (np.zeros(50_000), 400_000),
        (np.zeros((500, 100))[:, 3], 400_000),  # a column keeps its table
        (pd.DataFrame({"a": np.zeros(50_000)}), 400_000),
        ({"a": [np.zeros(10_000), (np.ones(40_000),)]}, 400_000),
        ("x" * 400_000, 400_000),
    ],
)  # fmt: skip
def test_bytes_are_counted_with_all_that_a_value_holds(value: Any, least: int) -> None:
    gc.collect()
    assert least <= kept.bytes_of(value) < 1.05 * least
    assert kept.bytes_of([value, value]) < 1.05 * least  # each part once
