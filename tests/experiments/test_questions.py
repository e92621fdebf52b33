"""The commands that ask what would have been, as their users meet them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fault_commands import Run
from palca.experiments.infer import reanalysis

LIKELY = """title = "a coup of about the right"
[attempts]
tolerance = 12
false_negative = 0.2
extra = 0.9
"""


def test_compare_writes_what_other_tools_open_and_comes_out_the_same(palca: Run) -> None:
    code, out, _ = palca("compare", "baseline", "tin-bust-1973", "-n", "300", "-o", "made")
    assert code == 0
    files = {"differences.csv", "fifths.csv", "differences.png", "differences.svg", "worlds.parquet", "README.txt", "answer.txt", "SHA256SUMS",
             "manifest.json"}  # fmt: skip
    assert {path.name for path in Path("made").iterdir()} == files
    worlds = pd.read_parquet("made/worlds.parquet")
    assert len(worlds) == 300
    rows = pd.read_csv("made/differences.csv").set_index("name")
    difference = worlds["coups_1972_77_second"] - worlds["coups_1972_77_first"]
    assert rows.loc["coups_1972_77", "difference"] == pytest.approx(difference.mean())
    assert worlds["diverged"].dropna().str.fullmatch(r"19\d\d-\d\d").all()
    assert (worlds["reconverged"].isna() == worlds["diverged"].isna()).all()
    assert "of the worlds diverge" in " ".join(out.split())
    code, out, _ = palca("rerun", "made", "--jobs", "2")
    assert (code, "the same, bit for bit" in out) == (0, True)


@pytest.mark.slow
def test_counterfactual_writes_an_answer_that_comes_out_the_same(palca: Run) -> None:
    Path("likely.toml").write_text(LIKELY)
    code, out, _ = palca(
        "counterfactual", "us-disengages-1971", "--worlds", "32", "--jobs", "1", "--given",
        "likely.toml", "--stories", "1", "-o", "made", "--full",
    )  # fmt: skip
    assert code == 0
    for words in ("“a coup of about the right” to 1971-08", "What may be concluded", "Story 1",
                  "Overlap", "expected before the run"):  # fmt: skip
        assert words in " ".join(out.split())
    assert "nan" not in out.lower().replace("finance", "").replace("dominant", "")
    for path in Path("made").glob("*.csv"):
        pd.read_csv(path)
    pairs = pd.read_parquet("made/twins.parquet")
    assert pairs.groupby("given")["world"].nunique().to_dict() == {"fork": 32, "record": 32}
    Path("likely.toml").unlink()  # the manifest holds all that its question needs
    code, out, _ = palca("rerun", "made", "--jobs", "1")
    assert (code, "the same, bit for bit" in out) == (0, True)
    code, _, err = palca("explain", "made")
    assert (code, "palca run" in err) == (2, True)


@pytest.mark.parametrize("command", [("counterfactual", "soviet-break-1971"), ("claims",)])
def test_too_few_worlds_say_what_to_loosen_and_leave_nothing(
    palca: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(reanalysis, "_BUDGET", 2_000)
    code, out, err = palca(*command, "--worlds", "2", "--jobs", "1", "--seed", "5")  # of which none ships
    assert (code, err) == (1, "")
    for words in ("No answer", "of 4,000 tries", "1969-09", "--given FILE", "--through"):
        assert words in " ".join(out.split())
    assert not Path("runs").exists()


def test_evidence_files_are_checked(palca: Run) -> None:
    Path("likely.toml").write_text(LIKELY)
    code, out, _ = palca("check", "likely.toml")
    assert (code, "evidence, “a coup of about the right”, 7 events" in out) == (0, True)
    Path("likely.toml").write_text(LIKELY.replace("false_negative", "false_negativ"))
    code, _, err = palca("check", "likely.toml")
    assert (code, "did you mean 'false_negativ'" in err) == (2, True)
