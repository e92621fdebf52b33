"""Files of cases, the command and its pages, and credits."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from palca.experiments.cases.case_files import GIVEN, TURNS, load_cases
from palca.experiments.cases.credits import credit_rows, trade
from palca.experiments.cases.scores import (
    OUTCOMES,
    RULES,
    log_score,
    rule_chances,
)
from palca.model import ColdWarModel, PalcaError
from palca.model.state.history import CODE_OF
from palca.scenarios import load
from palca.scenarios.reading.library import shipped_policies

CORE = load_cases().core
HALT = OUTCOMES[0]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of cases of the same form."""
    folder = tmp_path / "blind"
    folder.mkdir()
    for name in (TURNS, "turn_facts.csv"):
        shutil.copyfile(GIVEN / name, folder / name)
    return folder


def _edit(folder: Path, case: str, /, **cells: str) -> None:
    """Change cells of a case."""
    with (folder / TURNS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["case"] == case:
            row |= cells
    with (folder / TURNS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"date": "September 1973"}, "'date' must be a day"),
        ({"party_size": "huge"}, "'party_size' must be one of"),
        ({"orientation_after": "1.4"}, "'orientation_after' must lie in"),
        ({"orientation_after": "right"}, "'orientation_after' must be a number"),
        ({"orientation_before": ""}, "'orientation_before' is empty"),
        ({"who_broke": "both"}, "'who_broke' must begin"),
        ({"soviet_suspension_24m": "0"}, "counts as a suspension"),
        ({"who_broke": "none"}, "'who_broke' that it didn't"),
        ({"orientation_before": "0.9"}, "turns to the right by 0.25"),
        ({"confidence": "sure"}, "confidence 'sure'"),
        ({"hostile_act_month": "1973-07"}, "before the turn"),
        ({"case": "BOL1971"}, "a second row of the case 'BOL1971'"),
        ({"case": "CHL"}, "no case 'CHL1973'"),
    ],
)
def test_a_row_that_can_not_be_is_refused(own: Path, cells: dict[str, str], message: str) -> None:
    _edit(own, "CHL1973", **cells)
    with pytest.raises(PalcaError, match=message) as error:
        load_cases(own)
    assert error.value.where.startswith(("turns.csv: ", "turn_facts.csv: line"))


def test_a_file_without_a_column_is_refused(own: Path) -> None:
    text = (own / TURNS).read_text(encoding="utf-8").replace("party_size", "size", 1)
    (own / TURNS).write_text(text, encoding="utf-8")
    with pytest.raises(PalcaError, match="no column 'party_size'"):
        load_cases(own)


def test_a_case_is_as_sure_as_its_least_sure_fact() -> None:
    cases = load_cases()
    assert cases.confidence("IDN1966", "soviet_suspension_24m") == "medium"
    assert cases.confidence("IDN1966", "soviet_suspension_24m", "suspension") == "low"
    assert cases.confidence("CHL1973", "of which there is no fact") == "high"


Run = Callable[..., tuple[int, str, str]]


def test_the_command_lists_and_tells_cases(palca: Run) -> None:
    code, out, _ = palca("cases")
    assert code == 0
    assert all(case in out for case in load_cases().table.index)
    code, out, _ = palca("cases", "CHL1973")
    assert code == 0
    assert "Salvador Allende fell" in out
    code, _, err = palca("cases", "CHL1937")
    assert code == 2
    assert "did you mean 'CHL1973'" in err


@pytest.mark.slow
def test_cases_that_nobody_has_seen_are_scored_without_a_change_of_code(
    palca: Run, own: Path
) -> None:
    text = (own / TURNS).read_text(encoding="utf-8")
    facts = (own / "turn_facts.csv").read_text(encoding="utf-8")
    for case in load_cases().table.index:
        text, facts = (one.replace(case, f"X{case[2:]}") for one in (text, facts))
    (own / TURNS).write_text(text, encoding="utf-8")
    (own / "turn_facts.csv").write_text(facts, encoding="utf-8")
    code, _, err = palca("cases", "--data", str(own), "--policy", "ussr=random", "-n", "10",
                         "-o", "made")  # fmt: skip
    assert (code, err) == (0, "")
    scores = pd.read_csv("made/scores.csv").set_index(["who", "outcome", "basis"])
    # all 24 shipped cases are others: three halts among them
    expected = (3 * np.log(3.5 / 25) + 21 * np.log(21.5 / 25)) / 24
    assert scores.at[("base rate", "halt", "rate"), "log"] == pytest.approx(expected)
    alone = own / TURNS
    code, _, err = palca("cases", "--data", str(alone), "--policy", "ussr=random", "-n", "10",
                         "-o", "alone")  # fmt: skip
    assert (code, err) == (0, "")
    code, out, _ = palca("rerun", "alone")
    assert (code, "the same, bit for bit" in out) == (0, True)


@pytest.mark.slow
def test_python_tries_a_policy_that_was_composed() -> None:
    import palca as pc

    rules = {**pc.policy("ussr", "random"), "title": "mine"}
    found = pc.cases(["random", rules], worlds=4, progress=False)
    gains = found.scores.query("outcome == 'halt' and basis == 'own chances'").set_index("who")
    assert [*gains.index] == ["random", "mine"]
    assert gains["log"].nunique() == 1
    assert len(found.cases) == 2 * len(CORE)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["CHL1973", "--policy", "ussr=random"], "leave out --policy"),
        (["--policy", "us=punitive"], "only the USSR is on trial"),
        (["--policy", "ussr=randon"], "did you mean 'random'"),
        (["--data", "nowhere"], "no such folder"),
        (["--worlds", "30"], "give --policy, --data or --out"),
    ],
)
def test_what_can_not_be_asked_is_refused(palca: Run, words: list[str], message: str) -> None:
    code, _, err = palca("cases", *words)
    assert code == 2
    assert message in err


# ---------------------------------------------------------------------------------------- credits


def test_claim_e_is_worked_out_from_the_file() -> None:
    rows = {str(row["measure"]): row for row in credit_rows()}
    firm, total = rows["extended: the credit of 1970"], rows["extended: all to 1978"]
    heads = 9_741_579 / 4_600_600
    assert firm["ratio"] == pytest.approx(27.5 / (238 - 57))
    assert firm["per_head"] == pytest.approx(27.5 / 181 * heads)
    assert total["ratio"] == pytest.approx(69 / 181)
    assert (firm["bolivia_confidence"], firm["chile_confidence"]) == ("high", "low")
    assert str(rows["drawn by 1972"]["bolivia"]) == "nan"


def test_silence_is_not_absence_of_trade() -> None:
    table = trade().set_index(["country", "year"])
    assert table["turnover"].isna()["BOL", 1975]
    assert not table.at[("BOL", 1975), "covered"]
    assert table.at[("BRA", 1970), "turnover"] == 25


# ------------------------------------------------------------------------------------------ pages

def test_the_page_of_policies_has_the_numbers_of_the_last_trial() -> None:
    text = (ROOT / "docs/POLICIES.md").read_text(encoding="utf-8")
    table = pd.read_csv(ROOT / "docs/numbers/cases.csv")
    own = table[table["basis"] == "own chances"].set_index(["who", "outcome"])
    assert {*own.index.unique("who")} == {*shipped_policies("ussr")} - {"documented"}
    for who in own.index.unique("who"):
        cells = [f"{own.at[(who, name), 'gain']:+.2f} ({own.at[(who, name), 'gain_se']:.2f})"
                 for name in ("halt", "answer", "credit")]  # fmt: skip
        assert f"| `{who}` | {' | '.join(cells)} |" in text


def test_the_page_of_cases_has_the_rules_as_they_score_now() -> None:
    page = (ROOT / "docs/CASES.md").read_text(encoding="utf-8")
    for rule in RULES:
        log = log_score(rule_chances(rule, HALT, CORE, CORE), HALT.happened(CORE)).mean()
        assert f"*{rule}* {log:.3f}" in page


def test_the_page_of_sources_counts_facts_as_the_file_does() -> None:
    page = (ROOT / "docs/PROVENANCE.md").read_text(encoding="utf-8")
    counts = load_cases().facts["confidence"].value_counts()
    sentence = (f"Of the {len(load_cases().facts)} facts {counts['high']} are of high confidence, "
                f"{counts['medium']} of medium and {counts['low']} of low")  # fmt: skip
    assert sentence in page


@pytest.mark.long
def test_the_page_of_cases_is_what_the_command_writes(palca: Run) -> None:
    code, _, err = palca("cases", "-o", "made")
    assert (code, err) == (0, "")
    made, kept = (path.read_text(encoding="utf-8")
                  for path in (Path("made/CASES.md"), ROOT / "docs/CASES.md"))  # fmt: skip
    assert made == kept


@pytest.mark.slow
def test_the_page_of_policies_tells_what_graded_does_in_bolivia() -> None:
    page = " ".join((ROOT / "docs/POLICIES.md").read_text(encoding="utf-8").split())
    told = []
    for policy in ("graded", "pragmatic"):
        history = ColdWarModel(load("baseline", [f"policy.ussr={policy}"]), worlds=2000, rng=0).run()
        counts = [
            (history.events.code == CODE_OF["ussr", kind]).sum() / 2000
            for kind in ("suspension", "break")
        ]
        told += [*counts, np.median(history.field("ussr_committed")[-1])]
    suspends, breaks, median, never, rarely, other = told
    assert never == 0
    assert (
        f"it suspends {suspends:.2f} times and breaks {breaks:.2f} times a world, where `pragmatic` never suspends "
        f"and breaks {rarely:.2f} times, and commits a median of {median:.0f} million USD to 1978 where `pragmatic` "
        f"commits {other:.0f}."
    ) in page  # fmt: skip
