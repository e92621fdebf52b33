from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from palca.experiments import ensemble
from palca.experiments.ensemble import MONTHLY, run_blocks, summarise
from palca.experiments.runs import digest

pytestmark = pytest.mark.pythons


def result(
    resolved: dict[str, Any], worlds: int, jobs: int = 1
) -> tuple[Any, dict[str, Any], list[Any]]:
    blocks: list[Any] = []
    leaders = len(resolved["country"]["leader"]) + 1
    summary, rows = summarise(
        run_blocks(resolved, worlds, 0, jobs), blocks.append, resolved["months"], leaders
    )
    return summary, rows, blocks


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_the_size_of_blocks_changes_no_bit(
    short: dict[str, Any], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    summary, rows, _ = result(short, 20)
    monkeypatch.setattr(ensemble, "BLOCK", size)
    assert digest(*result(short, 20)[:2]) == digest(summary, rows)


def test_two_processes_change_no_bit(
    short: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ensemble, "BLOCK", 16)
    one, two = result(short, 50), result(short, 50, jobs=2)
    assert digest(*one[:2]) == digest(*two[:2])
    for a, b in zip(one[2], two[2], strict=True):
        assert np.array_equal(a.events.code, b.events.code)
        assert np.array_equal(a.events.month, b.events.month)


def test_another_seed_gives_another_digest(short: dict[str, Any]) -> None:
    leaders = len(short["country"]["leader"]) + 1
    digests = {
        digest(*summarise(run_blocks(short, 10, seed), lambda b: None, short["months"], leaders))
        for seed in (0, 1)
    }
    assert len(digests) == 2


def test_counts_add_up_and_quantiles_are_those_of_the_worlds(short: dict[str, Any]) -> None:
    from palca.model import ColdWarModel
    from palca.scenarios import build

    summary, _, _ = result(short, 300)
    history = ColdWarModel(build(short), worlds=300).run()
    for series in MONTHLY:
        assert np.all(summary.counts[series].sum(axis=1) == 300)
    assert np.all(summary.rulers.sum(axis=1) == 300)
    for series in ("orientation", "legitimacy", "us_recent"):
        low, high, *_ = MONTHLY[series]
        exact = np.quantile(history.field(series), (0.05, 0.5, 0.95), axis=1,
                            method="inverted_cdf").T  # fmt: skip
        bin_width = (high - low) / (ensemble._BINS - 1)
        assert np.abs(summary.quantiles(series, (0.05, 0.5, 0.95)) - exact).max() <= bin_width
        mean = history.field(series).mean(axis=1)
        assert np.abs(summary.mean(series) - mean).max() <= bin_width
