"""A folder is packed, and run again from its archive; an archive from a stranger does no harm."""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fault_commands import SMALL, Run
from palca.experiments.io import archive, provenance
from palca.model.errors import PalcaError

MINE = 'title = "Mine"\nextends = "baseline"\nuntil = "1969-03"\n'


@pytest.fixture(autouse=True)
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where archives are unpacked; nothing stays there."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert not [*place.iterdir()]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a folder that holds little."""
    folder = tmp_path_factory.mktemp("packed") / "made"
    folder.mkdir()
    (folder / "table.csv").write_text("a\n1\n")
    (folder / "README.txt").write_text("what is here\n")
    provenance.write_manifest(folder, kind="run", worlds=1)
    provenance.write_sums(folder)
    path = folder.with_suffix(".zip")
    with path.open("wb") as file:
        archive.pack(folder, file)
    return path


def test_an_archive_is_checked_and_run_again_where_nothing_else_is(palca: Run, tmp_path: Path) -> None:
    Path("mine.toml").write_text(MINE, encoding="utf-8")
    assert palca("run", "mine.toml", "-n", "3", "-o", "made")[0] == 0
    code, out, _ = palca("pack", "made")
    assert (code, "rerun" in out) == (0, True)
    there = tmp_path / "there"
    there.mkdir()
    shutil.move("made.zip", there)
    shutil.rmtree("made")
    Path("mine.toml").unlink()
    os.chdir(there)
    code, out, err = palca("rerun", "made.zip")
    assert (code, err, "made.zip: the same, bit for bit (3 worlds)" in out) == (0, "", True), out
    with zipfile.ZipFile("made.zip") as made:
        names = set(made.namelist())
        assert made.read("made/inputs/mine.toml").decode() == MINE
        assert "numpy==" in made.read("made/requirements.txt").decode()
    assert {f"made/{name}" for name in ("LICENSE", "CITATION.cff", "README.txt", "run/README.txt", "run/worlds.parquet",
                                        "run/history.png", "run/manifest.json", "run/SHA256SUMS")} <= names  # fmt: skip
    assert palca("pack", "nowhere")[0] == 2
    assert [path.name for path in there.iterdir()] == ["made.zip"]


def test_what_is_altered_is_neither_packed_nor_called_the_same(palca: Run) -> None:
    assert palca(*SMALL)[0] == 0
    assert palca("pack", "made", "-o", "whole.zip")[0] == 0
    assert "exists already" in palca("pack", "made", "-o", "whole.zip")[2]
    with zipfile.ZipFile("whole.zip") as whole, zipfile.ZipFile("other.zip", "w") as other:
        for name in whole.namelist():
            other.writestr(name, whole.read(name) + (b"x" if name.endswith("scores.csv") else b""))
    code, out, _ = palca("rerun", "other.zip")
    assert (code, "scores.csv was altered" in out) == (1, True)
    Path("made/scores.csv").write_text("mine")
    code, _, err = palca("pack", "made", "-o", "altered.zip")
    assert (code, "made/scores.csv: was altered" in err) == (2, True)
    assert not [path for path in Path().iterdir() if "altered" in path.name]


def test_the_same_folder_gives_the_same_bytes(palca: Run) -> None:
    assert palca(*SMALL)[0] == 0
    for path in Path("made").iterdir():
        os.utime(path, (0, 0))
    assert palca("pack", "made", "-o", "one.zip")[0] == 0
    shutil.copytree("made", "elsewhere/made", copy_function=shutil.copyfile)
    assert palca("pack", "elsewhere/made", "-o", "other.zip")[0] == 0
    assert Path("one.zip").read_bytes() == Path("other.zip").read_bytes()


def test_no_file_is_taken_whose_content_the_folder_does_not_know(tmp_path: Path) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text("what is nobody else's")
    scenario = {"place": str(secret), "registered": "0" * 64, "title": "a stranger's"}
    made, folder = io.BytesIO(), tmp_path / "made"
    folder.mkdir()
    (folder / "table.csv").write_text("a\n1\n")
    provenance.write_manifest(folder, kind="run", worlds=1, scenario=scenario)
    provenance.write_sums(folder)
    archive.pack(folder, made)
    assert not [name for name in zipfile.ZipFile(made).namelist() if "secret" in name]


PARTS = st.sampled_from(["..", ".", "", "run", "made", "é", "C:", "a\\b", "con", "x" * 300, "/", "\x00", "manifest.json"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["..", "out.txt"])
@example(["", "tmp", "out.txt"])
@example(["made", "run", "table.csv"])  # there already
@example(["made", "run", "table.csv", "a"])
@given(st.lists(PARTS, min_size=1, max_size=4))
def test_nothing_is_unpacked_elsewhere(packed: Path, tmp_path: Path, parts: list[str]) -> None:
    entry, path = zipfile.ZipInfo("/".join(parts)), tmp_path / "stranger.zip"
    name = entry.filename
    path.write_bytes(packed.read_bytes())
    with zipfile.ZipFile(path, "a") as made:
        made.writestr(entry, b"harm")
    before = set(tmp_path.rglob("*"))
    with suppress(PalcaError), archive.opened(path) as folder:
        inside = folder.parent.parent
        assert name.endswith("/") or (inside / name).read_bytes() == b"harm"
        assert {one for one in tmp_path.rglob("*") if not one.is_relative_to(inside)} == before
        assert (folder / "table.csv").read_text() == "a\n1\n"
    assert set(tmp_path.rglob("*")) == before


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


def _bomb(made: zipfile.ZipFile) -> None:
    made.writestr("made/zeros", bytes(100_000_000), zipfile.ZIP_DEFLATED)


HARM: dict[str, Callable[[zipfile.ZipFile], None]] = {
    "a link": lambda made: made.writestr(_entry("made/link", stat.S_IFLNK | 0o777), "/etc/passwd"),
    "a device": lambda made: made.writestr(_entry("made/zero", stat.S_IFCHR | 0o777), ""),
    "a pipe": lambda made: made.writestr(_entry("made/pipe", stat.S_IFIFO | 0o777), ""),
    "a bomb": _bomb,
    "another form": lambda made: made.writestr("made/x", b"x" * 1000, zipfile.ZIP_LZMA),
    "two of one name": lambda made: made.writestr("made/RUN/table.csv", "b"),
    "two runs": lambda made: made.writestr("other/run/manifest.json", "{}"),
}


@pytest.mark.parametrize("harm", HARM)
def test_harm_is_refused(packed: Path, tmp_path: Path, harm: str) -> None:
    path = tmp_path / "stranger.zip"
    path.write_bytes(packed.read_bytes())
    with zipfile.ZipFile(path, "a") as made:
        HARM[harm](made)
    with pytest.raises(PalcaError, match=r"stranger\.zip"), archive.opened(path):
        pass


def test_an_endless_index_is_not_read(packed: Path, tmp_path: Path) -> None:
    path, size = tmp_path / "stranger.zip", 2**31 - 1
    with path.open("wb") as file:
        file.truncate(size)  # takes no room on the disk
        file.seek(size)
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, size, 0, 0))
    with pytest.raises(PalcaError, match=r"stranger\.zip"), archive.opened(path):
        pass


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_damaged_is_refused_or_told(packed: Path, tmp_path: Path, data: st.DataObject) -> None:
    path, whole = tmp_path / "damaged.zip", packed.read_bytes()
    where, cut = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.booleans())
    path.write_bytes(whole[:where] + (b"" if cut else bytes([whole[where] ^ 0x55]) + whole[where + 1 :]))
    with suppress(PalcaError), archive.opened(path) as folder:
        assert not cut
        assert provenance.read_manifest(folder)["kind"] == "run"
        assert provenance.differing(folder)[0] == {}
