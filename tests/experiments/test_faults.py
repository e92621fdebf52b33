"""Faults of the surroundings: a full disk, signals, odd streams and names, other users, no network."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest

from palca.experiments import figures, runs
from palca.experiments.ensemble import run_blocks, summarise
from palca.experiments.entry import main
from palca.experiments.options import Output
from palca.model import ColdWarModel, compiler, kernel_cache
from palca.scenarios import load, resolve

Run = Callable[..., tuple[int, str, str]]
COMMAND = "import sys; from palca.experiments.entry import main; main()"
SMALL = ["run", "baseline", "-n", "3", "-o", "made"]
SWEEP = ["sweep", "baseline", "--vary", "backlash=0.01:0.05", "-n", "1500", "--outcome", "growth"]
COMMANDS = {
    "run": SMALL,
    "compare": ["compare", "baseline", "soviet-break-1971", "-n", "3", "-o", "made"],
    "concept": ["concept", "coup-trap", "-n", "8", "-o", "made"],
    "sensitivity": ["sensitivity", "baseline", "-m", "sobol", "-p", "backlash", "--points", "16",
                    "-r", "2", "--outcome", "growth", "-o", "made"],
    "discover": ["discover", "longest_spell", ">= 60", "-n", "1000", "-o", "made"],
    "sweep": [*SWEEP, "-o", "made"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put back what the end of a process need not put back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    monkeypatch.setattr(Output, "lost", "")
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def started(*arguments: str, prefix: Sequence[str] = (), **options: Any) -> subprocess.Popen[bytes]:
    """Start the command line in a process group of its own, as a shell does."""
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    return subprocess.Popen[bytes](
        [*prefix, sys.executable, "-c", heard + COMMAND, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options,
    )  # fmt: skip


def digest(folder: str) -> str:
    """Return the digest of a run's folder, or of a sweep's."""
    if Path(folder, "SHA256SUMS").exists():
        return Path(folder, "SHA256SUMS").read_text()
    return str(json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))["digest"])


@cache
def expected() -> str:
    """Return the digest of three worlds of the baseline, as SMALL runs them."""
    resolved = resolve("baseline")
    leaders = len(resolved["country"]["leader"]) + 1
    blocks = run_blocks(resolved, 3, 0)
    return runs.digest(*summarise(blocks, lambda block: None, resolved["months"], leaders))


def left() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*"))


# a full disk


@pytest.fixture
def disk(tmp_path: Path, palca: Run) -> Iterator[Callable[[int], None]]:
    """Give what makes a disk of so many kB, empty, the working folder; skip if one may not."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("no disk can be mounted: that takes root, and a machine that lets it")

    def make(size: int) -> None:
        if place.is_mount():
            mount(f"remount,size={size}k")
            return
        mount(f"size={size}k")
        os.chdir(place)

    yield make
    os.chdir(tmp_path)
    if place.is_mount():
        subprocess.run(["umount", str(place)], check=True)


SIZES = [("run", 8), ("run", 96), ("report", 60)]
SIZES += [pytest.param(name, size, marks=pytest.mark.slow)
          for name in ("run", "compare", "concept", "sensitivity", "discover", "sweep")
          for size in ((140,) if name in ("discover", "sensitivity") else (24, 140))]  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(("name", "size"), SIZES)
def test_a_full_disk_is_named_and_keeps_nothing_half_written(
    palca: Run, disk: Callable[[int], None], tmp_path: Path, name: str, size: int
) -> None:
    command = COMMANDS.get(name, [])
    if name == "report":
        palca(*SMALL)
        command = ["report", str(tmp_path / "made"), "-o", "made.html"]
    disk(size)
    code, _, err = palca(*command)
    assert (code, err.count("\n")) == (2, 1)
    assert "made" in err
    assert "No space left on device" in err
    assert "make room" in err
    if name == "sweep":  # what is complete is kept
        command = ["sweep", "--resume", "made"] if Path("made").exists() else command
        assert not [path for path in Path("made").rglob(".*") if path.name != ".lock"]
        disk(4000)
        assert palca(*command)[::2] == (0, "")
    else:
        assert left() == []


# signals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_that_ends_a_run_leaves_nothing(
    palca: Run, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    def hit(*args: object, **kwargs: object) -> None:
        signal.raise_signal(number)
        time.sleep(5)
        pytest.fail("it went on")

    monkeypatch.setattr(figures, "draw_history", hit)
    before = signal.signal(number, signal.SIG_DFL)  # the tests may themselves run under nohup
    assert palca(*SMALL)[::2] == (code, "")
    assert left() == []
    assert signal.getsignal(number) is signal.SIG_IGN  # and no other disturbs its end
    signal.signal(number, before)
    monkeypatch.undo()


def test_a_signal_that_is_ignored_stays_ignored(
    palca: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = figures.draw_history
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup

    def hit(*args: Any) -> Any:
        signal.raise_signal(signal.SIGHUP)
        return draw(*args)

    monkeypatch.setattr(figures, "draw_history", hit)
    assert palca(*SMALL)[0] == 0
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_signal_in_a_callback_is_not_lost(
    palca: Run, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    class Dying:
        def __del__(self) -> None:  # where Python ignores what is raised
            if error is SystemExit:
                signal.raise_signal(signal.SIGTERM)
            raise KeyboardInterrupt

    def hit(*args: object, **kwargs: object) -> None:
        Dying()
        until = time.monotonic() + 5
        while time.monotonic() < until:
            time.sleep(0.01)
        pytest.fail("it went on")

    monkeypatch.setattr(figures, "draw_history", hit)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert palca(*SMALL)[::2] == (143 if error is SystemExit else 130, "")
    assert left() == []


def _hit(number: signal.Signals, arguments: list[str], after: float) -> tuple[int, str]:
    """Send a signal to a command and its processes; return its exit code and what it says."""
    process = started(*arguments)
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        children = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, number)
    else:
        return process.returncode, ""
    _, err = process.communicate(timeout=60)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    return process.returncode, err.decode()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=lambda n: n.name)
def test_a_terminal_that_interrupts_a_sweep_leaves_one_that_can_be_resumed(
    palca: Run, number: signal.Signals
) -> None:
    assert palca(*SWEEP, "-o", "whole")[0] == 0
    moments = random.Random(int(number))
    process = started(*SWEEP, "-j", "2", "-o", "made")
    until = time.monotonic() + 100
    while not Path("made/worlds").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    time.sleep(moments.uniform(0, 3))  # its processes are starting, or are at work
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.decode()) in ((128 + number, ""), (0, ""))
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert not [path for path in Path("made").rglob(".*") if path.name != ".lock"]
    assert palca("sweep", "--resume", "made", "--outcome", "growth")[::2] == (0, "")
    assert digest("made") == digest("whole")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["run", "compare", "discover"])
def test_a_command_that_is_interrupted_leaves_nothing(palca: Run, name: str) -> None:
    after = random.Random(name).uniform(1, 4)
    code, err = _hit(signal.SIGINT, [*COMMANDS[name], "-j", "2"], after)
    if code != 0:  # 0: it was quicker
        assert (code, err, left()) == (130, "", [])


@pytest.mark.slow
def test_a_process_that_is_killed_is_told_of(palca: Run) -> None:
    process = started("run", "baseline", "-n", "200000", "-j", "2", "-o", "made")
    until = time.monotonic() + 100
    workers: list[psutil.Process] = []
    while not workers:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
        workers = [child for child in psutil.Process(process.pid).children()
                   if "popen_loky_posix" in " ".join(child.cmdline())]  # fmt: skip
    workers[0].kill()  # as a system does that runs out of memory
    _, err = process.communicate(timeout=100)
    assert (process.returncode, err.count(b"\n")) == (2, 1)
    assert b"one of the processes was killed" in err
    assert left() == []


# streams and names


@pytest.mark.parametrize("way", ["no reader", "full"])
def test_what_can_not_be_printed_is_written_all_the_same(
    palca: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    if way == "full":
        if not Path("/dev/full").exists():
            pytest.skip("there is no /dev/full")
        there = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, there = os.pipe()
        os.close(reader)
    with os.fdopen(there, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "argv", ["palca", *SMALL])
        with pytest.raises(SystemExit) as end:
            main()
    err = capsys.readouterr().err
    said = "palca: standard output: can't be written to (No space left on device)"
    assert end.value.code == (2 if way == "full" else 0)
    assert err.startswith(said) if way == "full" else err == ""
    assert digest("made") == expected()


@pytest.mark.slow
def test_streams_that_are_closed_are_no_matter(palca: Run) -> None:
    def close() -> None:
        for stream in (0, 1, 2):
            os.close(stream)

    process = started(*SMALL, "-j", "2", preexec_fn=close)
    process.communicate(timeout=100)
    assert process.returncode == 0
    assert digest("made") == expected()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    "command", [["list", "scenarios"], ["record", "--sources"]], ids=lambda command: command[0]
)
def test_a_terminal_of_few_characters_is_told_what_it_can_show(
    palca: Run, monkeypatch: pytest.MonkeyPatch, encoding: str, command: list[str]
) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding=encoding))
    monkeypatch.setattr(sys, "argv", ["palca", *command])
    with pytest.raises(SystemExit) as end:
        main()
    sys.stdout.flush()
    assert end.value.code == 0
    assert len(shown.getvalue().decode(encoding).splitlines()) > 10


@pytest.mark.parametrize("columns", ["0", "1", "-5", "many", "400"])
def test_any_width_will_do(palca: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    code, out, err = palca("list", "levers")
    assert (code, err) == (0, "")
    widest = max(len(line) for line in out.splitlines())
    assert widest > 60 if columns != "1" else widest == 1


@pytest.mark.parametrize("name", ["run", "compare", "concept", "sweep"])
@pytest.mark.parametrize("fault", ["no text", "gone"])
def test_a_folder_that_can_not_be_is_refused(
    palca: Run, tmp_path: Path, name: str, fault: str
) -> None:
    *command, _ = COMMANDS[name]
    if fault == "no text":
        code, out, err = palca(*command, "mad\udcff")  # a byte that is no UTF-8
        assert (code, out, "UTF-8" in err) == (2, "", True)
        assert left() == []
    else:
        Path("deep").mkdir()
        os.chdir("deep")
        Path("../deep").rmdir()
        code, out, err = palca(*command, str(tmp_path / "made"))
        os.chdir(tmp_path)
        assert (code, out, "the folder you are in is gone" in err) == (2, "", True)
    assert err.count("\n") == 1


# other users, and what runs as one's own


@pytest.mark.parametrize("fault", ["file", "folder", "owner", "link"])
def test_code_that_another_could_have_written_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The cache holds machine code: whoever writes to it can make its reader run anything."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("PALCA_CACHE", str(folder))
    monkeypatch.setattr(kernel_cache, "WORTH_COMPILING", 0)
    monkeypatch.setattr(kernel_cache, "_kernels", {})
    scenario = load("baseline")
    model = ColdWarModel(scenario)
    code = compiler.compile_months(kernel_cache.Shape.of(model))
    made: list[object] = []
    monkeypatch.setattr(compiler, "compile_months", lambda shape: made.append(shape) or code)
    kernel_cache.kernel_for(model)
    kernel_cache._kernels.clear()
    kernel_cache.kernel_for(model)
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
    kernel_cache._kernels.clear()
    if fault == "folder":
        with pytest.warns(UserWarning, match="others can write to it"):
            kernel_cache.kernel_for(model)
    else:
        kernel_cache.kernel_for(model)  # and puts its own in its place
        assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (os.geteuid(), 0o600)
        assert not file.is_symlink()
    assert len(made) == 2


def test_two_runs_do_not_share_a_folder(palca: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = figures.draw_history
    told = []

    def meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(figures, "draw_history", draw)
        told.append(palca("run", "baseline", "-n", "4", "-o", "made"))
        assert Path(".made.part/worlds.parquet").exists()  # the first one's, still
        return draw(*args)

    monkeypatch.setattr(figures, "draw_history", meanwhile)
    Path(".made.part").mkdir()
    Path(".made.part/history.png").write_bytes(b"half")  # what one that was killed has left
    assert palca(*SMALL)[0] == 0
    ((code, _, err),) = told
    assert (code, err.count("\n"), "another process is writing it" in err) == (2, 1, True)
    assert digest("made") == expected()
    assert [path.name for path in Path().iterdir()] == ["made"]
    assert not [path for path in Path("made").iterdir() if path.name.startswith(".")]


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


@pytest.mark.slow
def test_a_user_without_home_or_rights_computes_the_same(
    palca: Run, tmp_path: Path, stranger: list[str]
) -> None:
    assert palca("run", "baseline", "-n", "3", "-o", "whole")[0] == 0
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:2]:
        parent.chmod(0o755)
    bare = {name: value for name, value in os.environ.items()
            if name not in ("HOME", "PALCA_CACHE", "XDG_CACHE_HOME", "MPLCONFIGDIR")}  # fmt: skip
    forced = ["run", "baseline", "-n", "3", "--force", "-o"]
    for folder in (tmp_path / "mine", tmp_path / "whole"):  # another's folder, and another's run
        _, err = (process := started(*forced, str(folder), prefix=stranger, env=bare)).communicate()
        assert process.returncode == 2
        assert err.count(b"\n") == 1
        assert b"can't be written (Permission denied); choose another --out" in err
    before = digest("whole")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs").chmod(0o777)
    (left := tmp_path / "theirs" / ".made.part").mkdir()  # by a user who was killed, or still writes
    (left / ".lock").touch()
    _, err = (
        process := started(*SMALL, prefix=stranger, env=bare, cwd=tmp_path / "theirs")
    ).communicate()
    assert process.returncode == 2
    assert b"left it unfinished in .made.part: choose another --out" in err
    shutil.rmtree(left)
    process = started(*SMALL, prefix=stranger, env=bare, cwd=tmp_path / "theirs")
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert b"Traceback" not in err
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["made"]  # and no "~"
    assert digest("theirs/made") == digest("whole") == before


# the clock, the locale, the network


def test_a_clock_that_is_set_back_is_no_matter(palca: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()

    def earlier() -> float:
        nonlocal now
        now -= 3600
        return now

    monkeypatch.setattr(time, "time", earlier)
    code, out, err = palca(*SMALL)
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
    process = started(*SMALL, env={**os.environ, **odd})
    out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b"Banzer" in out
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

    for place in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
        monkeypatch.setattr(socket, place, refuse)
    for way in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, way, refuse)
    assert palca(*COMMANDS[name])[0] == 0
    assert palca("report", "made")[0] == 0
    assert asked == []


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
