"""What a command prints is its answer, in few and short lines; the folder keeps the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from fault_commands import COMMANDS, Run
from palca.experiments.cli.runner import make
from palca.experiments.infer import calibrate
from palca.experiments.io.experiment import (
    ANSWER,
    WIDTH,
    Answer,
    AtomicExperiment,
    OnProgress,
    Result,
    show_early,
)
from palca.experiments.io.table import Table, texts
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import documented
from palca.experiments.observe.outcomes import OUTCOMES, outcomes
from palca.experiments.observe.stability import MEASURES
from palca.scenarios import build, resolve

MOST = 24  # lines that a command prints
LIKELY = ["--given", "embassy 1970-06 ± 12", "-n", "64", "-j", "1", "-o", "made"]
LONGER = {
    "counterfactual": ["counterfactual", "soviet-break-1971", *LIKELY],
    "arms": ["counterfactual", "soviet-break-1971", "us-disengages-1971", *LIKELY],
    "reanalysis": ["reanalysis", *LIKELY],
    "calibrate": ["calibrate", "-n", "5000", "--sets", "20", "--check", "0", "-o", "made"],
    "validate": ["validate", "--part", "checks", "--part", "countries", "-n", "8192", "-o", "made"],
    "concepts": ["concepts", "-n", "8", "-o", "made"],
}  # fmt: skip
CALLS = {**COMMANDS, **LONGER}


@pytest.mark.parametrize(
    "name",
    [name if name in ("run", "concept") else
     pytest.param(name, marks=pytest.mark.long if name in LONGER else pytest.mark.slow)
     for name in CALLS],
)  # fmt: skip
def test_a_command_prints_its_answer_and_where_the_rest_is(
    palca: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(calibrate, "SURE", 1.0)  # for the few worlds of a test
    code, out, err = palca(*CALLS[name])
    assert (code, err) == (0, "")
    lines = [line.rstrip() for line in out.splitlines()]
    assert len(lines) <= MOST
    assert max(map(len, lines)) <= WIDTH
    kept = Path("made", ANSWER).read_text(encoding="utf-8").splitlines()
    assert lines[: len(kept)] == kept
    (picture,) = [line for line in lines if line.startswith("Picture: ")]
    assert Path(picture.removeprefix("Picture: ")).exists()


def test_full_prints_the_tables_below_the_same_answer(palca: Run) -> None:
    _, short, _ = palca(*COMMANDS["run"])
    kept = Path("made", ANSWER).read_text(encoding="utf-8")
    code, out, _ = palca(*COMMANDS["run"], "--force", "--full")
    assert code == 0
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[: len(kept.splitlines())] == kept.splitlines()
    assert "Who ruled when" in out
    assert "Who ruled when" not in short


@dataclass(frozen=True)
class Early(AtomicExperiment):
    """Knows its answer before its end, or comes to none."""

    kind: ClassVar[str] = "early"

    answered: bool

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        answer = Answer("so it is")
        if self.answered:
            show_early(on_progress, answer)
        return Result("", lambda: answer, lambda *_: None, answered=self.answered)


@pytest.mark.parametrize("full", [True, False])
def test_an_answer_that_is_known_early_is_printed_once(
    full: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(Early(True), tmp_path / "made", "", False, full)
    assert capsys.readouterr().out.count("so it is") == 1
    with pytest.raises(typer.Exit):
        make(Early(False), tmp_path / "none", "", False, full)
    assert capsys.readouterr().out == "so it is\n"
    assert not (tmp_path / "none").exists()


@dataclass(frozen=True)
class Drawn(AtomicExperiment):
    """Says something before its answer, and draws."""

    kind: ClassVar[str] = "drawn"

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        return Result("", lambda: Answer("so it is"), lambda *_: None, notices=["take care"])

    def draw(self, result: Result, folder: Path) -> None:
        print("drawing")


def test_the_answer_comes_after_what_is_said_of_it_and_before_what_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(Drawn(), tmp_path / "made", "", False, False)
    assert capsys.readouterr().out.splitlines()[:3] == ["take care", "so it is", "drawing"]


@pytest.mark.parametrize("month", ["1969-01", "1969-09"])
def test_an_explanation_is_short_too(palca: Run, month: str) -> None:
    palca(*COMMANDS["run"])
    for world in "012":
        code, out, _ = palca("explain", "made", "--world", world, "--month", month)
        assert (code, len(out.splitlines()) <= MOST) == (0, True)
        assert max(map(len, out.splitlines())) <= WIDTH
        assert len(palca("explain", "made", "-w", world, "-m", month, "--full")[1]) > len(out)


@given(st.text(min_size=1), st.lists(st.tuples(st.text("ab 0%", max_size=200), st.text("xyz")), max_size=9))
def test_no_answer_is_wider_than_a_page(text: str, rows: list[tuple[str, str]]) -> None:
    answer = Answer(text, Table("", texts("one", "other")).filled(rows))
    assert max(map(len, answer.plain.splitlines()), default=0) <= WIDTH
    assert answer.plain.endswith("\n")


# stability and cooperation


def test_measures_are_sums_of_outcomes_and_none_without_one_of_them() -> None:
    rng = np.random.default_rng(0)
    values = {outcome.name: rng.integers(0, 5, 30).astype(float) for outcome in OUTCOMES}
    for measure in MEASURES:
        found = measure.of(values)
        assert found is not None
        np.testing.assert_array_equal(found, sum(values[name] for name in measure.outcomes))
        for name in measure.outcomes:
            assert measure.of({key: one for key, one in values.items() if key != name}) is None


def test_the_measures_of_the_record_are_the_documented_ones() -> None:
    scenario = build(resolve("baseline"))
    history = documented(load_record(), scenario)
    values = {name: float(value[0]) for name, value in outcomes(history).items()}
    found = {measure.title: measure.of(values) for measure in MEASURES}
    # Powell and Thyne's attempts of 1969-78, seven, of which five succeed; Banzer's 83 months
    assert found["coup attempts 1969–78"] == 7
    assert found["irregular exits (by a coup) 1969–78"] == 5
    assert found["longest rule of one leader, months"] == 83
    for title in ("months of lethal or national unrest", "Soviet credit from September 1971, USD m"):
        value = found[title]  # the record doesn't cover it
        assert value is not None
        assert math.isnan(value)
