"""Forecasts of each month from what was known before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from palca.experiments.forecast.naive import HAZARDS
from palca.experiments.infer.evidence_file import make_evidence
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import documented
from palca.experiments.validate.ablations import prior_worlds
from palca.experiments.validate.one_step_ahead import filtered, mix, naive_ahead, past_evidence
from palca.model.errors import PalcaError
from palca.scenarios import build, resolve


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return resolve("baseline", ["posterior=off"])


@pytest.mark.slow
def test_a_forecast_one_month_ahead_knows_nothing_of_the_months_after(
    plain: dict[str, Any],
) -> None:
    scenario, record = build(plain), load_record()
    known = documented(record, scenario)
    ((_, said),) = filtered([(plain, past_evidence(known, record))], 8192, 0)
    # another future: no attempt, another regime, no money from 1975 on
    rows = known.events.month < 72
    events = type(known.events)(
        *(getattr(known.events, name)[rows]
          for name in ("world", "month", "code", "leader", "garrison", "amount"))
    )  # fmt: skip
    series = {name: values.copy() for name, values in known.series.items()}
    series["orientation"][72:] = -1.0
    series["us_commitment"][72:] = 1.0
    other = replace(known, events=events, series=series)
    ((_, again),) = filtered([(plain, past_evidence(other, record))], 8192, 0)
    assert np.array_equal(said[:, :73], again[:, :73])
    assert not np.array_equal(said[:, 73:], again[:, 73:])
    assert ((said >= 0.0) & (said <= 1.0)).all()


def test_naive_forecasts_one_month_ahead_see_the_past_alone() -> None:
    record, growth = load_record(), np.full(120, 4.0)
    truth = np.zeros((2, 120))
    truth[0, 30] = 1.0
    for hazard in HAZARDS:
        said = naive_ahead(hazard, truth, growth, record, 5.0)
        early = naive_ahead(hazard, 0.0 * truth, growth, record, 5.0)
        assert (said[:, :31] == early[:, :31]).all()
    said = naive_ahead("cross-national", truth, growth, record, 500.0)
    assert said[0, 31] > 1.5 * said[0, 30]  # the trap opens
    assert said[0, 67] < said[0, 66]  # and closes after three years


def test_islands_count_by_what_they_have_made_probable() -> None:
    predicted = np.array([[[0.2, 0.0]] * 3, [[0.6, 0.0]] * 3])
    even = mix(predicted, np.zeros((2, 3)))
    assert even[:, 0] == pytest.approx([0.4] * 3)
    logs = np.log(np.array([[0.75, 1.0, 1.0], [0.25, 1.0, 1.0]]))
    assert mix(predicted, logs)[:, 0] == pytest.approx([0.4, 0.3, 0.3])
    logs[1, 1] = -np.inf  # lost all its worlds in the second month
    predicted[1, 2] = np.nan
    assert mix(predicted, logs)[:, 0] == pytest.approx([0.4, 0.3, 0.2])


@pytest.mark.slow
def test_what_did_not_happen_is_evidence(plain: dict[str, Any]) -> None:
    record = load_record()
    known = documented(record, build(plain))
    rows = {"title": "x", "absent": [{"track": "ussr", "kind": "contact", "weight": 0.5}]}
    with pytest.raises(PalcaError, match="the record has a 'contact'"):
        make_evidence(rows, "x", known, record)
    rows["absent"] = [{"track": "power", "kind": "death", "weight": 0.5}]
    with pytest.raises(PalcaError, match="the record has"):
        make_evidence(rows, "x", known, record)
    rows["absent"] = [{"track": "conflict", "kind": "massacre", "weight": 0.25}]
    quiet = replace(known, events=type(known.events)(
        *(getattr(known.events, n)[:0]
          for n in ("world", "month", "code", "leader", "garrison", "amount"))))  # fmt: skip
    evidence = make_evidence(rows, "x", quiet, record)
    ((logs, _),) = filtered([(plain, evidence)], 8192, 0)
    # log mean of .25 ** massacres over worlds that are weighed by it as they go
    sampled = prior_worlds(plain, 8192, 0)[0]["massacres"]
    assert logs.sum() == pytest.approx(np.log(np.mean(0.25**sampled)), abs=0.05)
