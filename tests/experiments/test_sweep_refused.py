"""Sweeps that can't be: bad options, bad files and foreign folders are refused in a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sweep_folders import QUICK

from fault_commands import BRIEF, Run
from palca.experiments.io import provenance

ONE = ("--vary", "backlash=0.01:0.05")
BAD_FILES = [
    ('[vary]\nbacklash = 3\n', "[vary]: backlash"),
    ('[vary]\nbacklash = "0.05:0.01"\n', "empty range"),
    ('[vary]\n', "at least one factor"),
    ('vary = 3\n', "must be a table"),
    ('worldz = 5\n[vary]\nbacklash = "0:0.1"\n', "did you mean 'worlds'"),
    ('worlds = 0\n[vary]\nbacklash = "0:0.1"\n', "'worlds' must lie in"),
    ('design = "gird"\n[vary]\nbacklash = "0:0.1"\n', "unknown design 'gird'"),
    ('scenario = "basline"\n[vary]\nbacklash = "0:0.1"\n', "did you mean 'baseline'"),
    ('set = [3]\n[vary]\nbacklash = "0:0.1"\n', "set"),
    ('[vary]\n"policy.ussr" = ["a,b", "c"]\n', "without a comma"),
    ('outcome = ["growth", "growth"]\n[vary]\nbacklash = "0:0.1"\n', "s.toml: outcome: 'growth' is named twice"),
    ('outcome = ["growht"]\n[vary]\nbacklash = "0:0.1"\n', "s.toml: outcome: unknown outcome 'growht'"),
    ('set = ["a=1", "a=2"]\n[vary]\nbacklash = "0:0.1"\n', "s.toml: set: 'a' is set twice"),
    ('scenario = "short.toml"\noutcome = ["growth"]\n[vary]\nbacklash = "0:0.1"\n',
     "'growth'"),
    ('[vary]\nbacklash = [[1]]\n', "a list holds numbers, or texts"),
    ('[vary]\nbacklash = "0:0.1"\n"backlash " = "0:0.1"\n', "named twice"),
]


@pytest.mark.parametrize(("text", "says"), BAD_FILES)
def test_a_bad_file_is_named(palca: Run, text: str, says: str) -> None:
    Path("s.toml").write_text(text)
    Path("short.toml").write_text('title = "S"\nextends = "baseline"\nuntil = "1975-12"\n')
    for command in ("check", "sweep"):  # what the one calls well the other runs
        code, _, err = palca(command, "s.toml")
        assert (code, err.count("\n")) == (2, 1)
        assert says in err
    assert sorted(path.name for path in Path().iterdir()) == ["s.toml", "short.toml"]


@pytest.mark.parametrize("command", [
    ["sensitivity", "short.toml", "--outcome", "growth"], ["discover", "growth > 3", "--scenario", "short.toml"],
], ids=lambda command: command[0])  # fmt: skip
def test_what_can_not_be_measured_is_refused_before_a_world_is_run(
    palca: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    Path("short.toml").write_text('title = "S"\nextends = "baseline"\nuntil = "1975-12"\n')
    monkeypatch.setattr("palca.experiments.simulate.world_table.run_rows", lambda *_: pytest.fail("ran worlds"))
    code, _, err = palca(*command)
    assert (code, "'growth'" in err) == (2, True)
    assert [path.name for path in Path().iterdir()] == ["short.toml"]


@pytest.mark.slow
def test_a_sweep_is_not_gone_on_with_for_what_can_not_be_measured(palca: Run) -> None:
    Path("short.toml").write_text('title = "S"\nextends = "baseline"\nuntil = "1975-12"\n')
    palca("sweep", "short.toml", *ONE, "-r", "2", "-o", "made", "--outcome", "coups_1969_71")
    part = Path("made/worlds/part-000000.parquet")
    part.unlink()
    code, _, err = palca("sweep", "--resume", "made", "--outcome", "growth")
    assert (code, err.startswith("palca: --outcome: "), "'growth'" in err) == (2, True, True)
    assert not part.exists()  # no world was run


def test_what_another_version_began_and_what_is_no_sweep_are_refused(
    palca: Run, swept: Path
) -> None:
    palca("run", BRIEF, "-n", "2", "-o", "run")
    code, _, err = palca("sweep", "--resume", "run")
    assert (code, err) == (2, "palca: run: holds no sweep\n")
    sound = (swept / "manifest.json").read_bytes()
    for group, name in (("versions", "palca"), ("versions", "numpy"), ("libraries", "pyarrow"), ("versions", "palca's code")):
        manifest = provenance.read_manifest(swept)
        manifest[group] = {**manifest[group], name: "0.0.1"}
        provenance.write_manifest(swept, **manifest)
        for command in (["sweep", "--resume", "made"], ["rerun", "made"]):
            code, _, err = palca(*command)
            assert (code, err.count("\n"), f"begun with {name} 0.0.1" in err) == (2, 1, True)
        (swept / "manifest.json").write_bytes(sound)
    assert palca("sweep", "--resume", "made", *QUICK)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (("run", "--set", "prestige_ussr=0.5"), "--set prestige_ussr"),
        (("run", "-i", 'at = "1970-01", parameter.prestige_ussr = 1.0'), "--intervene"),
        (("sweep", "baseline", "--vary", "prestige_ussr=0:0.3"), "--vary prestige_ussr"),
        (("discover", "growth > 5", "--vary", "prestige_ussr=0:0.3"), "--vary prestige_ussr"),
    ],
)
def test_a_parameter_that_feeds_a_closed_channel_is_refused(
    palca: Run, arguments: tuple[str, ...], where: str
) -> None:
    closed = ("--set", "channel.soviet_prestige=off")
    code, _, err = palca(*arguments, *closed)
    assert (code, err.count("\n")) == (2, 1)
    assert where in err
    assert all(word in err for word in ("'prestige_ussr'", "'soviet_prestige'", "closed"))
    assert not list(Path().iterdir())


def test_a_channel_may_be_closed_and_what_feeds_it_be_nothing(palca: Run) -> None:
    both = ("--set", "channel.soviet_prestige=off", "--set", "prestige_ussr=0")
    assert palca("run", BRIEF, *both, "-n", "3", "-o", "r")[0] == 0
