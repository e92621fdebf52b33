"""Other users, clocks, locales and a missing network change nothing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fault_commands import COMMANDS, SMALL, SWEEP, Run, digest, expected, started
from palca.model import ColdWarModel
from palca.model.compiler import cache, codegen
from palca.scenarios import load

pytestmark = pytest.mark.pythons


@pytest.mark.parametrize("fault", ["file", "folder", "owner", "link"])
def test_code_that_another_could_have_written_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, baseline_code: Any, fault: str
) -> None:
    """The cache holds machine code: whoever writes to it can make its reader run anything."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("PALCA_CACHE", str(folder))
    monkeypatch.setattr(cache, "WORTH_COMPILING", 0)
    monkeypatch.setattr(cache, "_kernels", {})
    scenario = load("baseline")
    model = ColdWarModel(scenario, rng=0)
    made: list[object] = []
    monkeypatch.setattr(codegen, "compile_months", lambda shape: made.append(shape) or baseline_code)
    cache.kernel_for(model.current, 0)
    cache._kernels.clear()
    cache.kernel_for(model.current, 0)
    assert len(made) == 1
    (file,) = folder.iterdir()
    if fault == "file":
        file.chmod(0o620)
    elif fault == "folder":
        folder.chmod(0o777)
    elif os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    elif fault == "owner":
        os.chown(file, 12345, 12345)
    else:
        planted = file.rename(tmp_path / "planted")
        os.chown(planted, 12345, 12345)
        file.symlink_to(planted)
    cache._kernels.clear()
    if fault == "folder":
        with pytest.warns(UserWarning, match="other users can write to it"):
            cache.kernel_for(model.current, 0)
    else:
        cache.kernel_for(model.current, 0)  # and puts its own in its place
        assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (os.geteuid(), 0o600)
        assert not file.is_symlink()
    assert len(made) == 2


STRANGER = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups",
            "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # fmt: skip


@pytest.fixture
def stranger() -> list[str]:
    """What makes a command another user's, who is in no list, and may read but not write."""
    if not shutil.which("setpriv") or subprocess.run(
        [*STRANGER, sys.executable, "-c", ""], capture_output=True
    ).returncode:
        pytest.skip("no process can be another user's: that takes root")
    return STRANGER


@pytest.fixture
def public(palca: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that others may enter: whenever pytest begins it shuts those of all its tests."""
    with tempfile.TemporaryDirectory() as name:
        (folder := Path(name)).chmod(0o755)
        monkeypatch.chdir(folder)
        yield folder


@pytest.mark.slow
def test_a_user_without_home_or_rights_computes_the_same(
    palca: Run, public: Path, stranger: list[str]
) -> None:
    assert palca(*SMALL[:-1], "whole")[0] == 0
    bare = {name: value for name, value in os.environ.items()
            if name not in ("HOME", "PALCA_CACHE", "XDG_CACHE_HOME", "MPLCONFIGDIR")}  # fmt: skip
    forced = [*SMALL[:-2], "--force", "-o"]
    for folder in (public / "mine", public / "whole"):  # another's folder, and another's run
        _, err = (process := started(*forced, str(folder), prefix=stranger, env=bare)).communicate()
        assert process.returncode == 2
        assert err.count(b"\n") == 1
        assert b"can't be written (Permission denied); choose another --out" in err
    before = digest("whole")
    (public / "theirs").mkdir()
    (public / "theirs").chmod(0o777)
    (left := public / "theirs" / ".made.part").mkdir()  # by a user who was killed, or still writes
    (left / ".lock").touch()
    _, err = (
        process := started(*SMALL, prefix=stranger, env=bare, cwd=public / "theirs")
    ).communicate()
    assert process.returncode == 2
    assert b".made.part: choose another --out" in err
    shutil.rmtree(left)
    process = started(*SMALL, prefix=stranger, env=bare, cwd=public / "theirs")
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert b"Traceback" not in err
    assert [path.name for path in (public / "theirs").iterdir()] == ["made"]  # and no "~"
    assert digest("theirs/made") == digest("whole") == before


def test_a_clock_that_is_set_back_is_no_matter(palca: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()

    def earlier() -> float:
        nonlocal now
        now -= 3600
        return now

    monkeypatch.setattr(time, "time", earlier)
    code, out, err = palca(*SMALL, "--full")
    assert (code, err) == (0, "")
    assert "seed 0, -" not in out
    assert digest("made") == expected()


SURROUNDINGS = [
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Pacific/Kiritimati",
     "PYTHONHASHSEED": "1"},
    {"LC_ALL": "tr_TR.UTF-8", "PYTHONIOENCODING": "latin-1:strict", "TZ": "Etc/GMT+12",
     "PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "7", "OPENBLAS_NUM_THREADS": "7", "TERM": ""},
    {"PYTHONOPTIMIZE": "2", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "de_DE.UTF-8",
     "PYTHONIOENCODING": "ascii", "OPENBLAS_NUM_THREADS": "1"},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("odd", SURROUNDINGS, ids=lambda odd: odd["LC_ALL"])
def test_locale_and_time_zone_change_nothing(palca: Run, odd: dict[str, str]) -> None:
    process = started(*SMALL, "--full", env={**os.environ, **odd})
    out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b"Barrientos" in out
    assert digest("made") == expected()


@pytest.mark.parametrize(
    "name", ["run", *(pytest.param(n, marks=pytest.mark.slow) for n in ("concept", "sweep"))]
)
def test_nothing_is_asked_of_a_network(
    palca: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    asked: list[object] = []

    def refuse(*what: object, **more: object) -> None:
        asked.append(what)
        raise OSError("no network")

    for function in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
        monkeypatch.setattr(socket, function, refuse)
    for way in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, way, refuse)
    assert palca(*COMMANDS[name])[0] == 0
    assert palca("report", "made")[0] == 0
    assert asked == []


@pytest.mark.rendered
@pytest.mark.slow
def test_processes_share_the_work_without_a_network(palca: Run) -> None:
    alone = ["unshare", "--net"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("no process can be cut off from the network: that takes root")
    assert palca(*SWEEP, "-o", "whole")[0] == 0
    process = started(*SWEEP, "-j", "2", "-o", "made", prefix=alone)
    _, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert digest("made") == digest("whole")
