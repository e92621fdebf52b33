"""The command line as its users meet it: what it writes, and how it refuses."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fault_commands import BRIEF, SMALL, Run
from palca.experiments.cli.app import EXPERIMENTS, experiment_of
from palca.experiments.cli.main import main
from palca.experiments.io import provenance
from palca.experiments.observe.outcomes import OUTCOMES
from palca.model import Simulation

pytestmark = pytest.mark.pythons


@pytest.mark.rendered
def test_run_writes_a_folder_that_other_tools_open(palca: Run) -> None:
    code, out, _ = palca("run", "baseline", "--worlds", "40", "--out", "made", "--full")
    assert code == 0
    folder = Path("made")
    names = {path.name for path in folder.iterdir()}
    assert names == {"manifest.json", "README.txt", "answer.txt", "SHA256SUMS", "worlds.parquet", "months.parquet", "events.parquet",
                     "scores.csv", "fifths.csv", "history.png", "history.svg"}  # fmt: skip
    worlds = pd.read_parquet(folder / "worlds.parquet")
    assert worlds["world"].tolist() == list(range(40))
    assert {outcome.name for outcome in OUTCOMES} <= set(worlds.columns)
    months = pd.read_parquet(folder / "months.parquet")
    orientation = months[months["series"] == "orientation"]
    assert len(orientation) == 120
    assert (orientation["q05"] <= orientation["q50"]).all()
    events = pd.read_parquet(folder / "events.parquet")
    coups = events[events["kind"] == "coup"].groupby("world").size()
    totals = worlds[["coups_1969_71", "coups_1972_77", "coups_1978"]].sum(axis=1)
    assert coups.reindex(range(40), fill_value=0).tolist() == totals.tolist()
    assert events[events["kind"] == "coup"]["leader"].notna().all()
    filled = events.set_index("kind")[["million_usd", "orientation", "force_share"]].notna()
    assert (filled.sum(axis=1) <= 1).all()  # an amount is money, an orientation or a share
    for kind, column in (("coup", "force_share"), ("accession", "orientation"), ("credit", "million_usd")):
        assert filled.loc[[kind], column].all()
    scores = pd.read_csv(folder / "scores.csv")
    assert scores["inside"].notna().sum() >= 20
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["worlds"] == 40
    assert "Banzer" in out
    assert "nan" not in out.lower().replace("finance", "").replace("dominant", "")


def test_help_waits_for_no_model() -> None:
    code = (
        "import sys; from palca.experiments.cli.main import main; sys.argv = ['palca', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit(bool({'numpy', 'mesa', 'llvmlite', 'matplotlib'} & {*sys.modules}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_a_counterfactual_waits_for_no_mesa() -> None:
    code = "import sys, palca.experiments.counterfactual.asking; sys.exit('mesa' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("kind", EXPERIMENTS)
def test_a_manifest_names_the_kind_of_its_experiment(kind: str) -> None:
    assert experiment_of({"kind": kind}).kind == kind


def test_rerun_comes_out_the_same_or_says_so(palca: Run) -> None:
    palca("run", BRIEF, "-n", "10", "-o", "made")
    code, out, _ = palca("rerun", "made")
    assert (code, "the same, bit for bit" in out) == (0, True)
    manifest = provenance.read_manifest(Path("made"))
    manifest["scenario"]["parameters"]["backlash"] = 0.11
    provenance.write_manifest(Path("made"), **manifest)
    code, out, _ = palca("rerun", "made")
    assert (code, "differs" in out) == (1, True)


def _leaves(data: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            yield from _leaves(data[key], (*way, key))
    yield way


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_manifest_that_was_changed_is_refused_whatever_was_changed(
    palca: Run, data: st.DataObject
) -> None:
    if not Path("made").exists():
        palca("run", BRIEF, "-n", "2", "-o", "made")
        Path("sound.json").write_bytes(Path("made/manifest.json").read_bytes())
    manifest = json.loads(Path("sound.json").read_text())
    way = data.draw(st.sampled_from(sorted(_leaves(manifest), key=str)))
    odd = st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.just({})
    if not way:
        manifest = data.draw(odd)
    else:
        *upper, last = way
        inner_table = reduce(lambda inner, key: inner[key], upper, manifest)
        inner_table[last] = data.draw(odd.filter(lambda new: new != inner_table[last]))
    Path("made/manifest.json").write_text(json.dumps(manifest))
    command = data.draw(st.sampled_from(["rerun", "explain"]))
    code, out, err = palca(command, "made")
    assert (code, err.count("\n"), out) == (2, 1, "")


def test_nothing_is_overwritten_without_force(palca: Run) -> None:
    palca("run", BRIEF, "-n", "3", "-o", "made")
    before = Path("made/manifest.json").read_bytes()
    code, _, err = palca("run", BRIEF, "-n", "4", "-o", "made")
    assert code == 2
    assert "--force" in err
    assert Path("made/manifest.json").read_bytes() == before
    assert palca("run", BRIEF, "-n", "4", "-o", "made", "--force")[0] == 0
    assert Path("made/manifest.json").read_bytes() != before
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("my only copy")
    code, _, err = palca("run", BRIEF, "-n", "3", "-o", "mine", "--force")
    assert (code, "holds no run" in err) == (2, True)
    assert Path("mine/thesis.txt").read_text() == "my only copy"


def test_two_runs_without_out_get_two_folders(palca: Run) -> None:
    results = [palca("run", BRIEF, "-n", "3") for _ in range(2)]
    assert [code for code, _, _ in results] == [0, 0]
    assert {path.name for path in Path("runs").iterdir()} == {"brief", "brief-2"}
    first, second = (out.splitlines() for _, out, _ in results)
    assert "exists" not in first[0]
    assert ("runs/brief exists and is kept" in second[0], second[0].split()[-1]) == (
        True, "runs/brief-2",
    )  # fmt: skip


@pytest.mark.parametrize("folder", ["my runs/it's $HOME (1)", "-n", "a\"b;ümläut",
                                    "so long a name of many words " * 5])
def test_what_is_to_be_pasted_can_be(palca: Run, folder: str) -> None:
    code, out, _ = palca("run", BRIEF, "-n", "1", f"--out={folder}")
    assert code == 0
    *_, written, report, why = out.splitlines()
    assert re.fullmatch(rf"Written: {re.escape(folder)} \(\d+ files\)", written)
    for line, command in ((report, "report"), (why, "explain")):
        typed = shlex.split(line[line.index("palca") :])
        assert typed[:2] == ["palca", command]
        assert palca(*typed[1:])[0] == 0


def test_explain_tells_which_rules_fired_and_what_came_of_it(
    palca: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # no name is wrapped
    palca("run", "baseline", "-n", "5", "-o", "made")
    code, out, _ = palca("explain", "made", "--world", "3", "--month", "1971-09", "--full")
    assert code == 0
    for words in ("World 3, 1971-09", "USSR", "United States", "Regime", "Communist party",
                  "money and caution for the party", "subsidise_party +0.4", "What changed"):  # fmt: skip
        assert words in out
    assert palca("explain", "made", "--world", "5")[0] == 2
    assert palca("explain", "made", "--month", "1990-01")[0] == 2
    assert palca("explain", "nowhere")[0] == 2


@pytest.mark.parametrize("until", ["1969-01", "1969-02", "1980-12"])
def test_a_scenario_may_be_short_or_as_long_as_the_drivers(palca: Run, until: str) -> None:
    toml = f'title = "T"\nextends = "baseline"\nuntil = "{until}"\n'
    Path("mine.toml").write_text(toml)
    code, out, err = palca("run", "./mine.toml", "-n", "5", "-o", "made")
    assert (code, err.strip()) == (0, "")
    (command,) = [line for line in out.splitlines() if "palca explain" in line]
    assert palca(*command.split("palca ")[1].split())[0] == 0


def test_a_broken_run_leaves_nothing_behind(palca: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from palca.experiments.run import figure

    def fail(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(figure, "draw_history", fail)
    monkeypatch.setattr(sys, "argv", ["palca", *SMALL])
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        main()
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    "what", ["scenarios", "policies", "parameters", "observables", "levers", "channels", "events"]
)
def test_list_lists(palca: Run, what: str) -> None:
    code, out, _ = palca("list", what)
    assert code == 0
    assert len(out.splitlines()) > 4


def test_check_tells_what_is_in_a_file(palca: Run) -> None:
    Path("p.toml").write_text(
        'actor = "ussr"\ntitle = "Credit only for the left"\n\n[[rule]]\n'
        'name = "credit for comrades in uniform"\n'
        'when = "ussr.relations >= 1 and regime.orientation < -0.3"\n'
        'do = { offer_credit = "0.1", credit = "20 - 10 * regime.orientation" }\n'
        'why = "Why lend to those who jail our friends?"\nsource = "assumed"\n'
    )
    code, out, _ = palca("check", "p.toml")
    assert (code, "1 rule; 1 of" in out) == (0, True)
    assert re.search(r"in uniform: never.*\b1974-01.* in [1-9]", " ".join(out.split()))
    Path("q.toml").write_text(Path("p.toml").read_text().replace("ussr.relations >= 1 and ", ""))
    code, out, _ = palca("check", "q.toml")
    assert (code, "1 rule" in out, "never" in out) == (0, True, False)
    assert re.search(r"uniform: in \d+ worlds, .* of .*months, .*1969-0", " ".join(out.split()))
    Path("p.toml").write_text(Path("p.toml").read_text().replace("-0.3", "-0.3 +"))
    code, _, err = palca("check", "p.toml")
    assert code == 2
    assert "p.toml" in err
    assert "credit for comrades" in err
    assert palca("check", "baseline")[0] == 0


def test_a_negative_number_is_no_option(palca: Run) -> None:
    for words in (("growth", "<", "-5"), ("growth", ">", "-.5", "-n", "2000")):
        code, _, err = palca("discover", *words, "--scenario", "nosuch")
        assert (code, "no scenario 'nosuch'" in err) == (2, True)
    for words in (("growth", "<", "--5"), ("growth", "<", "-5", "--wrolds", "3"), ("-q",)):
        code, _, err = palca("discover", *words)
        assert (code, "No such option" in err) == (2, True)
    code, _, err = palca("discover", "growth", "<", "-5", "--seed", "-5")
    assert (code, "'--seed'" in err) == (2, True)


@pytest.mark.parametrize("command", [
    ("run", "baseline"), ("compare", "baseline", "january-1971"), ("counterfactual", "january-1971"),
    ("claims",), ("expectations",), ("sweep", "baseline", "--vary", "backlash=0.01:0.05"), ("sensitivity",),
    ("discover", "growth", "<", "-5"), ("calibrate",), ("validate",), ("concept", "coup-trap"),
    ("concepts",),
], ids=lambda words: words[0])  # fmt: skip
def test_a_folder_that_cannot_be_made_is_told_before_anything_is_computed(
    palca: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    made = Simulation.__init__

    def one(model: Simulation, scenario: Any, worlds: Any = 1, *rest: Any, **other: Any) -> None:
        assert worlds == 1, "more was computed than what there is to measure"
        made(model, scenario, worlds, *rest, **other)

    monkeypatch.setattr(Simulation, "__init__", one)
    gallery = "palca.experiments.concepts.experiment.shipped_concepts"
    monkeypatch.setattr(gallery, lambda: ["coup-trap"])  # of all concepts one will do
    Path("file").write_text("mine")
    for out in ("file", "file/far/inside"):
        code, _, err = palca(*command, "--out", out, "--force")
        assert (code, "is a file, not a folder" in err) == (2, True)
    assert Path("file").read_text() == "mine"
    assert [path.name for path in Path().iterdir()] == ["file"]


def test_a_strangers_words_are_printed_as_they_are(palca: Run) -> None:
    words = '[/bold] [red]boo[/] :fire: [link=x'
    Path("p.toml").write_text(
        f'actor = "ussr"\ntitle = "{words}"\n[[rule]]\nname = "{words}"\nwhen = "true"\n'
        f'do = {{ protest = "0.1" }}\nwhy = "{words}"\nsource = "{words}"\n'
    )
    Path("s.toml").write_text(
        f'title = "{words}"\nextends = "baseline"\nuntil = "1970-12"\n[policy]\nussr = "p.toml"\n'
    )
    code, out, _ = palca("run", "s.toml", "-n", "3", "-o", "[x]")
    assert (code, words in out) == (0, True)
    code, out, _ = palca("explain", "[x]", "--month", "1970-05", "--full")
    assert code == 0
    assert out.count("boo") >= 3
    assert out.count(":fire:") >= 3
    assert palca("check", "s.toml")[0] == 0
    assert ":fire:.toml" in palca("check", ":fire:.toml")[2]
