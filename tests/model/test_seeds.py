"""Seeds and numbers of worlds have one range, wherever they are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from palca.experiments.cli.app import app
from palca.experiments.explore.sweep_file import read_sweep
from palca.model import ColdWarModel, PalcaError, Scenario
from palca.model.seeds import seed_after
from palca.scenarios import build

LARGEST = 9_007_199_254_740_991
BAD: list[Any] = [-1, LARGEST + 1, 2**63, 2**64, 2**64 + 1, 1.0, 0.5, float("nan"), "1"]


@pytest.fixture(scope="module")
def brief(baseline: dict[str, Any]) -> Scenario:
    return build({**baseline, "months": 12})


@pytest.mark.pythons
@pytest.mark.parametrize("bad", BAD)
def test_a_model_takes_no_other_seed_and_no_other_world(brief: Scenario, bad: Any) -> None:
    for wrong in ({"rng": bad}, {"seed": bad}, {"rng": 0, "worlds": [0, bad]}):
        with pytest.raises(PalcaError, match="must be a whole number from 0 to 9007199254740991"):
            ColdWarModel(brief, **wrong)


@pytest.mark.pythons
def test_a_seed_is_given_once(brief: Scenario) -> None:
    with pytest.raises(PalcaError, match="not both"):
        ColdWarModel(brief, rng=1, seed=1)


@pytest.mark.pythons
def test_the_last_seed_and_the_last_world_are_like_any_others(brief: Scenario) -> None:
    """Distinct numbers have distinct draws, at the ends as elsewhere."""
    numbers = [0, 1, LARGEST - 1, LARGEST]
    keys = {int(key) for seed in numbers for key in ColdWarModel(brief, numbers, seed).draws.keys}
    assert len(keys) == 16
    whole = ColdWarModel(brief, numbers, LARGEST).run()
    alone = ColdWarModel(brief, np.array([LARGEST], np.uint64), np.int64(LARGEST)).run()
    assert np.array_equal(whole.monthly[:, :, 3:], alone.monthly)


@given(st.integers(0, LARGEST), st.integers(1, 10**6))
def test_later_seeds_lie_in_the_range_and_are_others(seed: int, steps: int) -> None:
    assert 0 <= seed_after(seed, steps) <= LARGEST
    assert seed_after(seed, steps) != seed


COMMANDS = [
    "run baseline", "compare baseline tin-boom", "sweep baseline --vary backlash=0.01,0.05",
    "sensitivity baseline", 'discover "coups_1972_77 >= 1"', "calibrate baseline",
    "counterfactual tin-boom", "concept coup-trap", "claims", "validate",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("seed", [LARGEST + 1, -1])
def test_every_command_refuses_another_seed_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, seed: int
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [*command.split(" ", 1), f"--seed={seed}"])
    assert result.exit_code == 2
    assert "--seed" in result.output
    assert not list(tmp_path.iterdir())


def test_a_file_of_a_sweep_has_the_same_range(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    for seed in (0, LARGEST):
        file.write_text(f'seed = {seed}\n[vary]\nbacklash = "0.01,0.05"\n')
        assert read_sweep(file).seed == seed
    file.write_text(f'seed = {LARGEST + 1}\n[vary]\nbacklash = "0.01,0.05"\n')
    with pytest.raises(PalcaError, match="seed"):
        read_sweep(file)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    ["sweep baseline --vary backlash=0.01,0.05 -r 3", "sensitivity baseline --points 16 -r 2",
     "discover coups_1972_77>=1 -n 1000"],
)  # fmt: skip
def test_the_last_seed_does(tmp_path: Path, command: str) -> None:
    out = ["--seed", str(LARGEST), "--jobs", "1", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*command.split(), *out])
    assert result.exit_code == 0, result.output
