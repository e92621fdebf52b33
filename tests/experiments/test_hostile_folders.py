"""Folders that mean harm, in every command that reads one: refused in one line, and in time.

What such a folder says is never run, nothing outside of it is read or written, and nothing is
waited for that never comes.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fault_commands import Run
from palca.experiments.explore import sweep_folder
from palca.experiments.io import provenance
from palca.experiments.report import html_page
from palca.model.errors import PalcaError
from palca.scenarios import resolve

READERS = {
    "rerun": ("rerun", "made"),
    "report": ("report", "made"),
    "explain": ("explain", "made"),
    "resume": ("sweep", "--resume", "made"),
    "discover": ("discover", "growth > 0", "--from", "made"),
}
PLAN: dict[str, Any] = {
    "scenario": "baseline", "settings": [], "interventions": [], "design": "grid",
    "factors": [{"name": "backlash", "levels": [0.01, 0.02]}], "points": 2, "replicates": 1,
    "worlds": 2, "seed": 0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    """Hold what a test does to bounds of time and memory."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - began < 40
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000  # kB


@pytest.fixture
def made() -> Path:
    path = Path("made")
    path.mkdir()
    return path


def refused(palca: Run, *arguments: str) -> str:
    """Call a command that must refuse; return the one line that it says."""
    code, out, err = palca(*arguments)
    assert (code, err.count("\n")) == (2, 1), err[-2000:]
    assert "Traceback" not in out + err
    assert err.rstrip("\n").isprintable()
    return err


def seal(folder: Path, **entries: Any) -> None:
    """Write a manifest as Palca seals it, of which a stranger may make what he likes."""
    provenance.write_manifest(folder, **{"seed": 0, "worlds": 4, "digest": "d", **entries})


# ------------------------------------------------------------------- what is no manifest

CONTENTS: dict[str, bytes | str] = {
    "nothing": b"",
    "no JSON": b"scenario = 3",
    "another kind of JSON": b"[1, 2]",
    "a number": b"3",
    "not UTF-8": b'{"format": "\xff"}',
    "NUL bytes": b"\x00" * 1000,
    "a mark of byte order": b'\xef\xbb\xbf{"format": 3}',
    "lists without an end": b"[" * 1_000_000,
    "tables without an end": b'{"a":' * 1_000_000,
    "lists a hundred thousand deep": b'{"format": 3, "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of a million digits": b'{"format": 3, "seed": ' + b"9" * 1_000_000 + b"}",
    "halves of characters": rb'{"format": 3, "seal": "\ud800", "a": "\udfff"}',
    "a wrong seal": b'{"format": 3, "seal": {}}',
    "another format": b'{"format": 99}',
    "65 MB": b"65",
    "a pipe": "pipe",
    "a folder": "folder",
    "an endless device": "/dev/zero",
    "a file elsewhere": "../elsewhere.json",
    "itself": "manifest.json",
}


@pytest.mark.parametrize("case", CONTENTS)
def test_what_is_no_manifest_is_refused(palca: Run, made: Path, case: str) -> None:
    content, path = CONTENTS[case], made / "manifest.json"
    Path("elsewhere.json").write_text('{"format": 3}')
    if case == "65 MB":
        with path.open("wb") as file:
            file.truncate(65_000_000)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "pipe":
        os.mkfifo(path)
    elif content == "folder":
        path.mkdir()
    else:
        path.symlink_to(content)
    before = sorted(Path().rglob("*"))
    for arguments in READERS.values():
        assert "made/manifest.json: " in refused(palca, *arguments)
    assert sorted(Path().rglob("*")) == before


# --------------------------------------------- manifests that are sealed, and that nobody wrote

WHOLE = resolve("baseline", ["posterior=off"])
ENTRIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no scenario": {"scenario": None},
    "a scenario of texts": {"scenario": "../../etc/passwd"},
    "a scenario of nothing": {"scenario": {}},
    "no worlds": {"scenario": WHOLE, "worlds": 0},
    "fewer worlds than none": {"scenario": WHOLE, "worlds": -5},
    "worlds without an end": {"scenario": WHOLE, "worlds": 10**30},
    "worlds as a text": {"scenario": WHOLE, "worlds": "\x1b[2J"},
    "a seed that is none": {"scenario": WHOLE, "seed": "__import__('os')"},
    "months without an end": {"scenario": {**WHOLE, "months": 10**9}},
    "drivers that are short": {"scenario": {**WHOLE, "drivers": {**WHOLE["drivers"], "export_price": [0.0]}}},
    "a title that a terminal obeys": {"scenario": {**WHOLE, "title": "\x1b]0;x\x07"}},
    "sets of nothing": {"scenario": {**WHOLE, "sets": {"backlash": []}}},
    "sets without an end": {"scenario": {**WHOLE, "sets": {"backlash": [1e308] * 1000}}},
    "policies left out": {"scenario": {**WHOLE, "policies": {}}},
    "a rule that is Python": {"scenario": {**WHOLE, "policies": {
        **WHOLE["policies"], "ussr": [{"since": "1969-01", "name": "x", "place": "x", "table": {
            "actor": "ussr", "title": "t", "rule": [{
                "name": "r", "when": "__import__('os').system('touch ran')", "do": {"credit": "1"},
                "why": "w", "source": "s"}]}}]}}},
    "an intervention that is none": {"scenario": {**WHOLE, "changes": [
        {"target": "lever.us.aid", "content": ["explode", 1], "since": 0, "until": 1, "place": "x"}]}},
    "a comparison of nothing": {"kind": "comparison", "scenario": {}, "second": {}},
    "a counterfactual of nothing": {"kind": "counterfactual", "inputs": {"scenario": {}}, "question": {}},
    "a concept that is no TOML": {"kind": "concept", "concept": "= =", "arms": []},
    "a concept that takes hours": {"kind": "concept", "concept": "a." * 400_000 + "a = 1", "arms": []},
    "a sensitivity of nothing": {"kind": "sensitivity", "scenario": {}},
    "a discovery of nothing": {"kind": "discovery", "outcome": ["growth > 0"], "variants": [], "vary": []},
    "a validation of nothing": {"kind": "validation", "name": "/dev/zero", "settings": []},
    "a sweep of nothing": {"kind": "sweep"},
    "another kind": {"kind": "../../x"},
    "a kind that is none": {"kind": ["x"]},
}  # fmt: skip


@pytest.mark.parametrize("case", ENTRIES)
def test_a_sealed_manifest_that_nobody_wrote_is_refused(palca: Run, made: Path, case: str) -> None:
    seal(made, **ENTRIES[case])
    for name in ("rerun", "explain", "resume", "discover"):
        refused(palca, *READERS[name])
    code, _, err = palca(*READERS["report"])  # a page shows whatever has the form of a run
    assert (code, err.count("\n")) in ((0, 0), (2, 1))
    assert not Path("ran").exists()


PLANS: dict[str, dict[str, Any]] = {
    "worlds without an end": {"worlds": 10**15, "replicates": 5 * 10**14},
    "points that contradict": {"points": 10**9},
    "blocks that contradict": {"worlds": 1000},
    "no worlds": {"worlds": 0},
    "half a world": {"worlds": 1.5},
    "a seed that is none": {"seed": -1},
    "no factor": {"factors": []},
    "a factor that is none": {"factors": [3]},
    "a factor with more": {"factors": [{"name": "backlash", "levels": [0.1, 0.2], "more": 1}]},
    "a factor out of range": {"factors": [{"name": "backlash", "levels": [0.1, 99.0]}]},
    "a factor that is no number": {"factors": [{"name": "backlash", "low": 0.0, "high": float("nan")}]},
    "a factor that is endless": {"factors": [{"name": "backlash", "levels": [10**400, 0.1]}]},
    "another design": {"design": "x"},
    "a scenario that is a device": {"scenario": "/dev/zero"},
    "a scenario elsewhere": {"scenario": "../../../etc/passwd"},
    "a scenario with a NUL": {"scenario": "a\0b"},
    "a setting that is a device": {"settings": ["policy.ussr=/dev/zero"]},
    "a setting that is deep": {"settings": ["intervene[0]." + "a." * 5000 + "a=1"]},
    "a setting that is none": {"settings": 3},
    "more than a plan": {"more": 1},
}  # fmt: skip


@pytest.mark.parametrize("case", PLANS)
def test_a_plan_that_nobody_made_is_refused(palca: Run, made: Path, case: str) -> None:
    plan = {**PLAN, **PLANS[case]}
    seal(made, kind="sweep", plan=plan, scenarios="d", libraries=provenance.versions_of(("scipy",)))
    for name in ("rerun", "resume"):
        refused(palca, *READERS[name])
    assert {path.name for path in made.iterdir()} <= {"manifest.json", ".lock"}


def test_libraries_that_there_are_not_are_told_on_one_line(palca: Run, made: Path) -> None:
    names = {"no-such\x1b[2J": "\x1b]0;x\x07", "": "1"}
    seal(made, scenario={**WHOLE, "months": 1}, libraries=names, worlds=1)
    code, out, err = palca("rerun", "made")
    assert (code, err) == (1, "")
    assert "\x1b" not in out
    assert "no-such\\x1b[2J" in out


# ------------------------------------------------------------ links that lead out of a sweep

def test_a_sweep_writes_and_deletes_nothing_outside_its_folder(palca: Run, swept: Path) -> None:
    home = Path("home")
    home.mkdir()
    mine = {name: home / name for name in (".part-mine", ".profile", "mine")}
    for path in mine.values():
        path.write_text("mine")
    # what is being written is written under a name with a dot: a link may wait there
    for name in (".summary.csv", ".scenarios.json.xz", ".SHA256SUMS", ".sweep.png"):
        (swept / name).symlink_to("../home/mine")
    assert palca(*READERS["resume"], "--outcome", "growth")[0] == 0
    for path in (swept / "worlds").iterdir():
        path.unlink()
    (swept / "worlds").rmdir()
    (swept / "worlds").symlink_to("../home")
    assert "is a link to another folder" in refused(palca, *READERS["resume"])
    (swept / "worlds").unlink()
    (swept / ".lock").unlink(missing_ok=True)
    (swept / ".lock").symlink_to("../home/mine")
    palca(*READERS["resume"])
    assert sorted(path.name for path in home.iterdir()) == sorted(mine)
    assert {path.read_text() for path in mine.values()} == {"mine"}


@pytest.mark.parametrize("target", ["../../elsewhere", "/dev/zero", "pipe"])
def test_a_part_that_is_no_file_of_the_folder_is_not_read(
    palca: Run, swept: Path, target: str
) -> None:
    part = sweep_folder.part_path(swept, 0)
    Path("elsewhere").write_bytes(part.read_bytes())
    part.unlink()
    if target == "pipe":
        os.mkfifo(part)
    else:
        part.symlink_to(target)
    for name in ("rerun", "resume", "discover"):
        message = refused(palca, *READERS[name])
        assert "is a link out of the folder" in message or "is not a file" in message


def test_files_of_other_people_in_a_folder_of_parts_stay(palca: Run, swept: Path) -> None:
    (swept / "worlds/.mine").write_text("mine")
    (swept / "worlds/.part-000000.parquet").write_text("half")
    assert palca(*READERS["resume"], "--outcome", "growth")[0] == 0
    assert (swept / "worlds/.mine").read_text() == "mine"
    assert not (swept / "worlds/.part-000000.parquet").exists()


def _with(table: pa.Table, growth: Any) -> pa.Table:
    """Return a part whose outcome is something else, the same in every row."""
    values = pa.array([growth] * len(table))
    return table.set_column(table.column_names.index("growth"), "growth", values)


PANDAS = {b"pandas": b'{"index_columns": ["growth"], "columns": [], "pandas_version": "x"}'}
PARTS: dict[str, Callable[[pa.Table], pa.Table]] = {
    "texts": lambda sound: _with(sound, "a"),
    "lists": lambda sound: _with(sound, [1.0]),
    "bytes": lambda sound: _with(sound, b"cos\nsystem\n"),
    "a row too many": lambda sound: pa.concat_tables([sound, sound.slice(0, 1)]),
    "no factor": lambda sound: sound.drop_columns(["backlash"]),
    "a billion rows": lambda sound: sound.take(pa.array([0] * 100_000)),
    "words for pandas": lambda sound: sound.replace_schema_metadata(PANDAS),
}


@pytest.mark.parametrize("case", PARTS)
def test_a_part_that_no_sweep_wrote_is_run_again(palca: Run, swept: Path, case: str) -> None:
    part = sweep_folder.part_path(swept, 0)
    sound = part.read_bytes()
    (swept / "SHA256SUMS").unlink()  # as if the sweep had been broken off
    pq.write_table(PARTS[case](pq.read_table(part)), part)
    code, out, err = palca(*READERS["resume"], "--outcome", "growth")
    assert (code, err) == (0, "")
    if case != "words for pandas":  # it is sound but for these
        assert "part-000000.parquet is incomplete or damaged: it is run again" in out
        assert part.read_bytes() == sound


def test_a_damaged_part_is_named_when_worlds_are_looked_at(palca: Run, swept: Path) -> None:
    part = sweep_folder.part_path(swept, 0)
    part.write_bytes(part.read_bytes()[:200])
    assert "part-000000.parquet" in refused(palca, *READERS["discover"])
    part.write_bytes(b"")
    assert "part-000000.parquet" in refused(palca, *READERS["discover"])


# -------------------------------------------------------------------------- months of a run


def months(**columns: Any) -> pa.Table:
    sound = {"month": ["1969-12", "1970-12"], "series": ["fiscal"] * 2, "unit": ["share"] * 2,
             "q05": [0.0, 0.0], "q50": [0.1, 0.1], "q95": [0.2, 0.2]}  # fmt: skip
    return pa.table({**sound, **columns})


MONTHS: dict[str, pa.Table] = {
    "a column left out": months().drop_columns(["q50"]),
    "numbers for texts": months(month=[1, 2]),
    "texts for numbers": months(q50=["<script>", "x"]),
    "lists": months(q50=[[0.1], [0.2]]),
    "too many rows": months().take(pa.array([0] * 200_000)),
    "a bomb": months(unit=["x" * 20_000_000] * 2).take(pa.array([0, 1, 0, 1])),
}


@pytest.mark.parametrize("case", MONTHS)
def test_months_that_no_run_wrote_are_refused(palca: Run, made: Path, case: str) -> None:
    seal(made, scenario=WHOLE)
    options: Any = {"use_dictionary": False} if case == "a bomb" else {}
    pq.write_table(MONTHS[case], made / "months.parquet", compression="zstd", **options)
    assert "is not a table of months as Palca writes it" in refused(palca, *READERS["report"])


def test_months_with_gaps_and_markup_are_shown(palca: Run, made: Path) -> None:
    seal(made, scenario=WHOLE)
    table = months(series=["fiscal", "legitimacy"], unit=["<script>alert(1)</script>", "\x1b"])
    pq.write_table(table, made / "months.parquet")
    page = html_page.report(made)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_manifest_that_nests_deeply_is_no_reason_to_fail(made_deep: Path) -> None:
    with pytest.raises(PalcaError, match="isn't a manifest as Palca writes it"):
        html_page.report(made_deep)


@pytest.fixture
def made_deep(tmp_path: Path) -> Path:
    inner: Any = 1
    for _ in range(900):
        inner = [inner]
    text = json.dumps(inner)
    assert text.count("[") == 900
    seal(tmp_path, kind="something new", more=inner)
    return tmp_path
