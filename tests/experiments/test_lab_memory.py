"""What the lab keeps for its visitors is bounded, however many they are and whatever they ask."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cachetools import LRUCache

from palca.experiments.lab import kept

VISITS = """
import random, sys, threading
from palca.experiments.lab.scheduler import Visitor
from palca.experiments.lab.session import Asked, answer, fill

chance = random.Random(7)


def asked_of(page):
    asked = Asked(page)
    for name in fill(asked).values:
        for field in fill(asked).form["fields"]:
            if field["name"] != name:
                continue
            if name == "worlds":
                asked = asked.choose(name, field["options"][0]["value"])  # the fewest
            elif name == "across":  # a parameter: levers take long
                asked = asked.choose(name, chance.choice(field["options"][:10])["value"])
            elif field["kind"] == "select":
                asked = asked.choose(name, chance.choice(field["options"])["value"])
            elif field["kind"] == "prose":
                asked = asked.choose(name, field["value"] + f"\\n# {chance.random()}")
            elif name in ("world", "at", "month"):
                asked = asked.choose(name, str(chance.randrange(12, 100)))
    return asked


def visit(page):
    filled, answers = fill(asked_of(page)), []
    visitor = Visitor()
    thread = threading.Thread(target=lambda: answers.append(visitor.compute(lambda: answer(filled))))
    thread.start()
    thread.join()
    assert answers, page  # a change that can not be made is an answer too


def held():
    return int(open("/proc/self/statm").read().split()[1])


pages = ["history"] * 9 + ["what-if"] * 5 + ["record"] * 3 + ["sweep", "policies", "concepts"]
for count in range(1, 201):
    visit(pages[count % 20])
    if count in (20, 200):
        print(held(), flush=True)
"""


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_two_hundred_visits_hold_little_more_than_twenty() -> None:
    done = subprocess.run([sys.executable, "-c", VISITS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    early, late = map(int, done.stdout.split())
    assert late < 1.5 * early


def test_what_is_kept_never_takes_more_than_the_store_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_STORE", LRUCache(100_000, getsizeof=kept.bytes_of))
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
