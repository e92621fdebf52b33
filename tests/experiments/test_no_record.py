"""What is held against the record is Bolivia, over the months that the record is asked about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from concept_example import WHOLE
from palca.experiments.cli.app import app
from palca.experiments.counterfactual.asking import ask
from palca.experiments.counterfactual.question import Question
from palca.experiments.infer.calibrate import calibrate
from palca.experiments.validate.validate import validate
from palca.model.errors import PalcaError
from palca.scenarios import resolve
from palca.scenarios.reading.library import find_country


def scenario_of(folder: Path, name: str) -> str:
    """Return a scenario whose country is a copy of Bolivia's file under a name of its own."""
    text = Path(find_country("bolivia")).read_text(encoding="utf-8")
    (folder / "land.toml").write_text(text.replace('"Bolivia"', f'"{name}"'), encoding="utf-8")
    path = folder / "scenario.toml"
    path.write_text(
        'title = "There"\ncountry = "land.toml"\nuntil = "1978-12"\n[policy]\nussr = "pragmatic"\n'
        'us = "administrations"\nregime = "by-ideology"\nparty = "moscow-loyal"\n',
        encoding="utf-8",
    )
    return str(path)


def scores_of(scenario: str, folder: Path) -> pd.DataFrame:
    app(["run", scenario, "-n", "20", "--out", str(folder)], standalone_mode=False)
    return pd.read_csv(folder / "scores.csv")


def test_only_the_country_of_the_record_is_scored(tmp_path: Path) -> None:
    scores = scores_of(scenario_of(tmp_path, "Bolivia"), tmp_path / "own")
    assert scores["documented"].notna().sum() > 20
    assert scores.loc[scores["skill"].isna(), "no_skill"].notna().all()
    assert scores.loc[scores["skill"].notna(), "no_skill"].isna().all()
    other = scores_of(scenario_of(tmp_path, "Elsewhere"), tmp_path / "other")
    assert list(other["outcome"]) == list(scores["outcome"])
    for column in ("documented", "pit", "inside", "crps", "crps_naive", "skill"):
        assert other[column].isna().all(), column
    assert (other["no_skill"] == "no documented value").all()
    words = (tmp_path / "other" / "history.svg").read_text(encoding="utf-8")
    assert "#b8002e" not in words  # the colour of what is documented


def test_what_needs_a_record_refuses_a_country_without_one(tmp_path: Path) -> None:
    name = scenario_of(tmp_path, "Elsewhere")
    with pytest.raises(PalcaError, match="no record of Elsewhere"):
        calibrate(resolve(name), worlds=5000)
    with pytest.raises(PalcaError, match="no record of Elsewhere"):
        validate(lambda *settings: resolve(name, settings), ["checks"], 8192, 0)
    change = ('at="1971-09", policy.us="punitive"',)
    with pytest.raises(PalcaError, match=r"--given record.*no record of Elsewhere"):
        ask(Question(name, interventions=change, worlds=8, given="record"), 1)


@pytest.mark.slow
def test_a_country_without_a_record_has_answers_given_events_of_ones_own(tmp_path: Path) -> None:
    change = ('at="1971-09", policy.us="punitive"',)
    asked = Question(
        scenario_of(tmp_path, "Elsewhere"), interventions=change, worlds=8, given="embassy 1970-06 ± 30"
    )
    assert list(ask(asked, 1).parts) == ["fork", "record"]


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("command", ["compare", "concept"])
def test_scenarios_of_different_length_are_not_held_against_one_another(
    tmp_path: Path, command: str, monkeypatch: Any
) -> None:
    write(tmp_path, half='title = "To 1973"\nextends = "baseline"\nuntil = "1973-12"\n')
    monkeypatch.chdir(tmp_path)
    if command == "concept":
        given = WHOLE.replace('name = "b"', 'name = "b"\nscenario = "half.toml"')
        write(tmp_path, concept=given)
        arguments = ["concept", "concept.toml", "--worlds", "20"]
    else:
        arguments = ["compare", "baseline", "half.toml", "--worlds", "20"]
    with pytest.raises(PalcaError, match=r"1973-12.*1978-12|1978-12.*1973-12"):
        app([*arguments, "--out", "out"], standalone_mode=False)
    assert not (tmp_path / "out").exists()
