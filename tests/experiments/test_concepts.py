"""A concept's contrast: measures worked out on paper, verdicts that can go either way."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_example import WHOLE
from palca.experiments.concepts.contrast import (
    Estimate,
    Finding,
    _gather,
    contrast,
    verdict_of,
)
from palca.experiments.counterfactual.size import VERDICTS
from palca.model import ColdWarModel
from palca.scenarios import load
from palca.scenarios.concept import load_concept, make_concept, shipped_concepts


def made(*changes):
    text = WHOLE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return make_concept("mine", text, "mine.toml")


@pytest.mark.parametrize("gathered", ["mean_of", "sum_of", "any_of"])
@pytest.mark.parametrize("window", [(0, 0), (1, 2), (-1, 0), (0, 3)])
def test_a_measure_is_what_its_words_say(gathered, window):
    """Against the plainest loop over worlds and months."""
    rng = np.random.default_rng(5)
    values = {
        "attempt": (rng.random((9, 4)) < 0.3).astype(float),
        "date": np.arange(9)[:, None],
    }
    value = "attempt > 0" if gathered == "any_of" else "attempt"
    concept = made(
        ('mean_of = "legitimacy"\namong = "date >= 1970-01"\nwindow = [0, 6]',
         f'{gathered} = "{value}"\namong = "attempt < 1 and date >= 1969-03"\n'
         f"window = [{window[0]}, {window[1]}]"),
    )  # fmt: skip
    sums, counts = _gather(concept.measures[0], values, 4)
    for world in range(4):
        seen = []
        for month in range(2, 9):
            span = range(month + window[0], month + window[1] + 1)
            if values["attempt"][month, world] == 0 and span[0] >= 0 and span[-1] < 9:
                some = [values["attempt"][at, world] for at in span]
                total = sum(some)
                seen.append({"mean_of": total / len(some), "sum_of": total,
                             "any_of": float(total > 0)}[gathered])  # fmt: skip
        assert counts[world] == len(seen)
        assert sums[world] == pytest.approx(sum(seen))


def test_a_measure_of_an_arm_is_that_of_its_model():
    concept = made()
    found = contrast(concept, 50, 3)
    history = ColdWarModel(load("baseline"), 50, 3).run()
    legitimacy = history.field("legitimacy").astype(float)
    windows = [legitimacy[month : month + 7].mean(axis=0) for month in range(12, 114)]
    assert found.estimates["a.level"].value == pytest.approx(np.mean(windows), rel=1e-9)


@pytest.mark.slow
def test_arms_that_are_alike_show_nothing():
    """No effect of a null change: the claim is refused, and so is its contrary."""
    for claim in ("a.level > b.level", "b.level > a.level"):
        concept = made(('set = ["coup_trap=0"]', "set = []"), ("a.level > b.level", claim))
        found = contrast(concept, 30, 1)
        assert found.verdict == "not shown"
        assert found.findings[0].why == "no difference at all"


@pytest.mark.slow
def test_a_claim_and_its_contrary_are_never_both_shown():
    there = contrast(made(('"coup_trap=0"', '"discontent_base=1"')), 60, 2)
    back = contrast(
        made(('"coup_trap=0"', '"discontent_base=1"'), ("a.level > b.level", "b.level > a.level")),
        60, 2,
    )  # fmt: skip
    assert there.findings[0].difference.value == pytest.approx(-back.findings[0].difference.value)
    # a corps in uproar moves legitimacy one way or the other
    assert {there.verdict, back.verdict} == {"shown", "not shown"}


def judged(low, high, least=1.0):
    claim = replace(made().claims[0], least=least)
    side = Estimate(0.0, 0.0, 0.0)
    return Finding(claim, side, side, Estimate((low + high) / 2, low, high)).verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1, 1, "shown"), (1, 2, "shown"), (3, 9, "shown"),
        (0.1, 0.9, "shown but small"), (0.5, 0.5, "shown but small"),
        (-2, -1, "not shown"), (-1, 0, "not shown"), (0, 0, "not shown"),
        (0.5, 1, "can't tell"), (0.5, 9, "can't tell"), (0, 0.9, "can't tell"),
        (-1, 0.1, "can't tell"), (-1, 9, "can't tell"), (np.nan, np.nan, "can't tell"),
    ],
)  # fmt: skip
def test_a_verdict_names_the_part_in_which_the_interval_lies(low, high, verdict):
    assert judged(low, high) == verdict
    assert judged(low / 8, high / 8, least=0.125) == verdict


ENDS = st.sampled_from([-2.0, -1.0, -1e-9, 0.0, 1e-9, 0.3, 0.999, 1.0, 1.001, 2.0]) | st.floats(-3, 3)


@given(st.lists(ENDS, min_size=4, max_size=4).map(sorted))
def test_an_interval_within_another_can_only_leave_cant_tell(ends):
    lowest, low, high, highest = ends
    wide, narrow = judged(lowest, highest), judged(low, high)
    assert wide in (narrow, "can't tell")


@given(st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=4), st.data())
def test_a_concept_can_only_leave_cant_tell_as_its_claims_do(before, data):
    after = [data.draw(st.sampled_from(VERDICTS)) if one == "can't tell" else one for one in before]
    assert verdict_of(before) in ("can't tell", verdict_of(after))


@pytest.mark.long
@pytest.mark.parametrize("name", shipped_concepts())
def test_more_worlds_only_lead_out_of_cant_tell(name):
    """From 1,000 worlds to 16,000. 100,000 take half an hour of one core for all concepts."""
    concept = load_concept(name)
    few, many = contrast(concept, 1_000, 0), contrast(concept, 16_000, 1)
    for before, after in zip(few.findings, many.findings, strict=True):
        assert before.verdict in ("can't tell", after.verdict), before.says


def test_what_never_happens_is_no_measure():
    concept = made(('among = "date >= 1970-01"', 'among = "date >= 1990-01"'))
    found = contrast(concept, 20, 0)
    assert found.verdict == "can't tell"
    assert found.findings[0].why == "there is nothing to measure"


@pytest.mark.slow
def test_the_interval_covers_what_many_worlds_give():
    """95 % intervals of 60 worlds, at 10 seeds, cover the value of 4,000 in most cases."""
    concept = made()
    far = contrast(concept, 4000, 1000).estimates["a.level"].value
    covered = 0
    for seed in range(10):
        level = contrast(concept, 60, seed).estimates["a.level"]
        covered += level.low <= far <= level.high
    assert covered >= 7  # 9.5 expected; 6 or fewer in one of ten thousand


@pytest.mark.slow
def test_a_broken_mechanism_is_not_shown():
    """The coup trap's claim fails in a model whose trap works the other way."""
    text = shipped_concepts()["coup-trap"].read_text(encoding="utf-8")
    whole = contrast(make_concept("trap", text, ""), 400, 0)
    assert whole.findings[1].verdict == "shown"
    shut = text.replace('set = ["coup_trap=1.0"]', 'set = ["coup_trap=0"]')
    assert shut != text
    assert contrast(make_concept("trap", shut, ""), 400, 0).findings[1].verdict != "shown"


def test_the_command_shows_and_reruns(palca, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(WHOLE, encoding="utf-8")
    code, out, _ = palca("concept", "mine.toml", "--worlds", "40", "--out", "run")
    assert code == 0
    assert "A concept" in out
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"concept.png", "concept.svg", "measures.csv", "claims.csv", "README.txt", "answer.txt", "SHA256SUMS",
                     "manifest.json"}  # fmt: skip
    code, out, _ = palca("rerun", "run")
    assert code == 0
    assert "the same, bit for bit" in out
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["concept"] == WHOLE


def test_a_wrong_file_is_one_line(palca, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(WHOLE.replace("legitimacy", "legitimacie", 1), encoding="utf-8")
    for command in ("concept", "check"):
        code, _, err = palca(command, "mine.toml")
        assert code == 2
        assert err.count("\n") == 1
        assert "legitimacy" in err
