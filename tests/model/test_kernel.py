"""Compiled months give what NumPy gives, to the last bit, and are made when that pays."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import ColdWarModel, Scenario
from palca.model.compiler import cache, codegen
from palca.model.compiler.cache import kernel_for
from palca.model.compiler.signature import Shape
from palca.model.month import Month
from palca.model.seeds import LARGEST
from palca.model.state.channels import FREEZABLE, ChannelLog
from palca.model.state.history import Events
from palca.scenarios import load
from random_scenarios import scenarios

pytestmark = pytest.mark.pythons


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile however few the worlds."""
    monkeypatch.setattr(cache, "WORTH_COMPILING", 0)


@pytest.fixture
def made(baseline_code: Any, monkeypatch: pytest.MonkeyPatch) -> list[Shape]:
    """What is compiled, of which each has the same code, at hand."""
    shapes: list[Shape] = []
    monkeypatch.setattr(codegen, "compile_months", lambda shape: shapes.append(shape) or baseline_code)
    return shapes


@pytest.fixture
def folder(made: list[Shape], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing has been compiled before, and here is where it will be kept."""
    monkeypatch.setattr(cache, "_kernels", {})
    monkeypatch.setattr(cache, "_asked", Counter())
    monkeypatch.setenv("PALCA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def stepped(scenario: Scenario, **options: Any) -> ColdWarModel:
    """Return a model that has lived through all months one by one, with NumPy."""
    model = ColdWarModel(scenario, **{"rng": 0, **options})
    while model.running:
        model.step()
    return model


def compiled(scenario: Scenario, **options: Any) -> ColdWarModel:
    """Return a model that has lived through all months by compiled code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "WORTH_COMPILING", 0)
        patch.setattr(Month, "step", refused)
        model = ColdWarModel(scenario, **{"rng": 0, **options})
        model.run()
    return model


def refused(month: Month) -> None:
    """Stand for NumPy's month where only compiled code may run; the compiler traces it."""
    if type(month) is Month:
        raise AssertionError("a month of NumPy")
    _STEP(month)


_STEP = Month.step


def assert_same(one: ColdWarModel, other: ColdWarModel) -> None:
    """Check that two models have lived through the same, to the last bit."""
    first, second = one.history(), other.history()
    assert np.array_equal(first.monthly, second.monthly, equal_nan=True)
    assert np.array_equal(one.state.values, other.state.values, equal_nan=True)
    assert np.array_equal(one.current.worlds.absent_until, other.current.worlds.absent_until)
    for trait in ("ideology", "grievance", "generation"):
        assert np.array_equal(getattr(one.corps, trait), getattr(other.corps, trait))
    for column in fields(Events):
        values = [getattr(history.events, column.name) for history in (first, second)]
        assert np.array_equal(*values, equal_nan=True), column.name


@pytest.mark.parametrize("name", ["baseline", "siracusa-1971", "fast-delivery-1971"])
@pytest.mark.slow
def test_shipped_scenarios_are_the_same(name: str) -> None:
    scenario = load(name)
    assert_same(stepped(scenario, worlds=203, rng=8), compiled(scenario, worlds=203, rng=8))


@pytest.mark.slow
@settings(max_examples=3)
@given(scenario=scenarios(worlds=19, longest=9), seed=st.integers(0, LARGEST))
def test_random_scenarios_are_the_same(scenario: Scenario, seed: int) -> None:
    """`python -m benchmarks.agreement` tries hundreds."""
    options = {"worlds": 19, "rng": seed}
    assert_same(stepped(scenario, **options), compiled(scenario, **options))


@pytest.mark.parametrize("worlds", [1, 15, 16, 17, 40])
def test_any_number_of_worlds_will_do(worlds: int) -> None:
    scenario = replace(load("baseline"), months=60)
    numbers = np.arange(worlds) * 7 + 100
    options = {"worlds": numbers, "rng": 2, "keep": ("orientation", "leader")}
    assert_same(stepped(scenario, **options), compiled(scenario, **options))


@pytest.mark.slow
def test_channels_are_listened_to_and_frozen_alike() -> None:
    factual, counter, channels = load("baseline"), load("soviet-break-1972"), frozenset(FREEZABLE)
    ears, twins = [], []
    for run, other in ((stepped, compiled), (compiled, stepped)):
        ear = ChannelLog(listened=channels)
        run(factual, worlds=37, channel_log=ear)
        twin = ChannelLog(frozen=channels, factual=ear)
        twins.append(other(counter, worlds=37, channel_log=twin))
        ears.append(ear)
    assert ears[0].loads.keys() == ears[1].loads.keys()
    for load_of, rows in ears[0].loads.items():
        for one, other in zip(rows, ears[1].loads[load_of], strict=True):
            assert np.all(one == other), load_of
    assert_same(*twins)


def test_compiled_and_stepped_months_follow_each_other(always: None) -> None:
    """A run may change between the two at any month, and go on from a snapshot."""
    scenario = load("siracusa-1971")
    whole = stepped(scenario, worlds=50, rng=4)
    mixed = ColdWarModel(scenario, worlds=50, rng=4)
    mixed.advance(20)
    for _ in range(7):
        mixed.step()
    mixed.advance(30)
    assert mixed.month == 57
    last = ColdWarModel(scenario, worlds=50, rng=99, start=mixed.snapshot())
    later = last.run()
    assert np.array_equal(later.monthly, whole.history().monthly[57:])
    mixed.run()
    assert_same(whole, mixed)


def test_keys_by_month_are_followed(always: None) -> None:
    """As in a past whose draws were chosen month by month."""
    scenario = replace(load("baseline"), months=48)
    begun = ColdWarModel(scenario, worlds=21, rng=1)
    begun.advance(10)
    start = begun.snapshot()
    keys = np.array([start.keys + np.uint64(month) for month in range(38)])
    start = replace(start, keys=keys)
    assert_same(
        stepped(scenario, worlds=21, start=start), compiled(scenario, worlds=21, start=start)
    )


def test_a_month_at_a_time_is_the_same(always: None) -> None:
    scenario = replace(load("baseline"), months=30)
    model = ColdWarModel(scenario, worlds=33, rng=6)
    while model.running:
        model.advance()
        assert model.draws.keys.shape == (33,)
    assert_same(stepped(scenario, worlds=33, rng=6), model)


def test_what_is_compiled_is_kept(
    folder: Path, always: None, made: list[Shape], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = replace(load("baseline"), months=3)
    assert kernel_for(ColdWarModel(scenario, rng=0).current, 0) is not None
    assert len(list(folder.iterdir())) == 1
    cache._kernels.clear()
    assert kernel_for(ColdWarModel(scenario, rng=5).current, 0) is not None
    assert len(made) == 1
    # and even for one world, since it is at hand
    monkeypatch.setattr(cache, "WORTH_COMPILING", 10**9)
    cache._kernels.clear()
    assert kernel_for(ColdWarModel(scenario, rng=0).current, 0) is not None


def test_a_damaged_file_is_made_anew(
    folder: Path, always: None, made: list[Shape]
) -> None:
    scenario = replace(load("baseline"), months=3)
    kernel_for(ColdWarModel(scenario, rng=0).current, 0)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    harmed = [whole[: len(whole) // 2], whole[:-100] + bytes(100), b"", b"[]\n" + whole, b"\xff\n"]
    for count, content in enumerate(harmed, start=2):
        file.write_bytes(content)
        cache._kernels.clear()
        assert kernel_for(ColdWarModel(scenario, rng=0).current, 0) is not None
        assert len(made) == count
        assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_to_costs_a_warning(folder: Path, always: None) -> None:
    folder.write_text("a file where the folder should be")
    scenario = replace(load("baseline"), months=3)
    with pytest.warns(UserWarning, match="PALCA_CACHE names another folder"):
        history = ColdWarModel(scenario, worlds=5, rng=0).run()
    assert np.array_equal(history.monthly, stepped(scenario, worlds=5).history().monthly)


@pytest.mark.slow
def test_a_small_run_does_not_wait_for_a_compiler(folder: Path) -> None:
    code = (
        "import sys; from palca.model import ColdWarModel; from palca.scenarios import load;"
        "ColdWarModel(load('baseline'), worlds=100, rng=0).run(); sys.exit('llvmlite' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not folder.exists()


def test_many_small_models_are_worth_a_compiler_together(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = replace(load("baseline"), months=3)
    monkeypatch.setattr(cache, "WORTH_COMPILING", 3 * 3 * 10)
    at_hand = [kernel_for(ColdWarModel(scenario, worlds=10, rng=0).current, 0) is not None for _ in range(4)]
    assert at_hand == [False, False, True, True]


def test_a_subclass_with_a_step_of_its_own_is_stepped(always: None) -> None:
    class Counting(ColdWarModel):
        lived = 0

        def step(self) -> None:
            super().step()
            self.lived += 1

    model = Counting(replace(load("baseline"), months=5))
    model.run()
    assert model.lived == 5


def key_of(scenario: Scenario) -> str:
    return cache._key(Shape.of(ColdWarModel(scenario, rng=0).current))


def test_code_is_found_by_what_it_depends_on() -> None:
    scenario = load("baseline", ["posterior=off"])
    since, policy = scenario.policies["us"][0]

    def other(**changes: Any) -> Scenario:
        rules = (replace(policy.rules[0], **changes), *policy.rules[1:])
        policies = {**scenario.policies, "us": ((since, replace(policy, rules=rules)),)}
        return replace(scenario, policies=policies)

    key = key_of(scenario)
    assert key_of(other(why="another argument", name="another name")) == key
    assert key_of(replace(scenario, parameters={"purge": 0.1}, months=7)) == key
    assert key_of(other(enabled=False)) != key
    assert key_of(replace(scenario, closed=frozenset({"soviet_fiscal"}))) != key
    assert key_of(replace(scenario, parameters={"purge": np.array([0.1])})) != key


def test_an_edit_of_any_file_of_the_model_is_noticed(tmp_path: Path) -> None:
    source = Path(cache.__file__).parents[1]
    model = shutil.copytree(source, tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__"))
    files = sorted(model.rglob("*.py"))
    assert {"month.py", "society.py", "emitter.py", "policy.py"} <= {file.name for file in files}
    seen = {cache.digest_of(model)}
    assert seen == {cache.digest_of(source)}
    for file in files:
        file.write_text(file.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
        seen.add(cache.digest_of(model))
    assert len(seen) == len(files) + 1


@pytest.mark.slow
def test_a_key_is_the_same_in_every_process() -> None:
    code = (
        "from palca.model import ColdWarModel; from palca.model.compiler import cache; from palca.scenarios import load;"
        "from palca.model.compiler.signature import Shape; print(cache._key(Shape.of(ColdWarModel(load('baseline'), rng=0).current)))"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == key_of(load("baseline"))
