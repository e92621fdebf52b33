"""A command that is interrupted, ended or killed leaves nothing behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from fault_commands import COMMANDS, SMALL, SWEEP, Run, digest, left, started
from palca.experiments.cli import main
from palca.experiments.io.parallel import shared
from palca.experiments.io.signals import held
from palca.experiments.run import figure

pytestmark = pytest.mark.pythons


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_that_ends_a_run_leaves_nothing(
    palca: Run, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    def hit(*args: object, **kwargs: object) -> None:
        signal.raise_signal(number)
        time.sleep(5)
        pytest.fail("it went on")

    monkeypatch.setattr(figure, "draw_history", hit)
    before = signal.signal(number, signal.SIG_DFL)  # the tests may themselves run under nohup
    assert palca(*SMALL)[::2] == (code, "")
    assert left() == []
    assert signal.getsignal(number) is signal.SIG_IGN  # and no other disturbs its end
    signal.signal(number, before)
    monkeypatch.undo()


def test_a_signal_that_is_ignored_stays_ignored(
    palca: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = figure.draw_history
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup

    def hit(*args: Any) -> Any:
        signal.raise_signal(signal.SIGHUP)
        return draw(*args)

    monkeypatch.setattr(figure, "draw_history", hit)
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

    monkeypatch.setattr(figure, "draw_history", hit)
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


@pytest.mark.rendered
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
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_lab_ends_without_a_word(number: signal.Signals) -> None:
    process = started("lab", "--no-open", "--port", "0")
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"The lab is at")
    time.sleep(random.Random(int(number)).uniform(0, 3))  # it computes what will be asked
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (128 + number, b"")


@pytest.mark.slow
def test_a_process_that_is_killed_is_told_of(palca: Run) -> None:
    process = started("sensitivity", "baseline", "-j", "2", "-o", "made")
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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(
    "error", [ImportError(), RuntimeError(), BrokenPipeError(), OSError(), SystemExit(1)], ids=repr
)
def test_a_signal_that_a_library_calls_something_else_is_one(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, number: signal.Signals, code: int
) -> None:
    def run() -> int:
        try:
            signal.raise_signal(number)
        except BaseException:
            raise error  # noqa: B904
        return 0

    signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(main, "_run", run)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == code


def test_an_import_that_fails_by_itself_is_no_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> int:
        raise ImportError("no such library")

    monkeypatch.setattr(main, "_run", run)
    with pytest.raises(ImportError, match="no such"):
        main.main()


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_thread_that_a_signal_ends_says_nothing(
    monkeypatch: pytest.MonkeyPatch, interrupted: bool
) -> None:
    def run() -> int:
        try:
            if interrupted:
                signal.raise_signal(signal.SIGTERM)
        finally:
            thread = threading.Thread(target=[].pop)
            thread.start()
            thread.join()
        return 0

    raised: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda failed: raised.append(failed.exc_type))
    monkeypatch.setattr(main, "_run", run)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert (ended.value.code, raised) == ((143, []) if interrupted else (0, [IndexError]))


def test_a_signal_after_all_is_done_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(main, "_run", lambda: 0)
    with pytest.raises(SystemExit) as ended:
        main.main()
    for number in numbers:
        signal.raise_signal(number)  # while Python clears up
    assert ended.value.code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_put_off_until_a_library_is_set_up(number: signal.Signals) -> None:
    def hear(*_: object) -> None:
        raise TimeoutError

    def load() -> None:
        with held():
            signal.raise_signal(number)
            set_up.append(True)

    set_up: list[bool] = []
    signal.signal(number, hear)
    with pytest.raises(TimeoutError):
        load()
    assert set_up
    with pytest.raises(TimeoutError):
        signal.raise_signal(number)


@pytest.mark.filterwarnings("ignore:.* tasks ")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_signal_is_put_off_until_processes_have_started() -> None:
    def leave(*_: object) -> None:
        raise SystemExit(143)

    def calls() -> Iterator[Any]:  # joblib asks for them once its processes are on their way
        signal.raise_signal(signal.SIGTERM)
        begun.append(True)
        yield ()

    begun: list[bool] = []
    signal.signal(signal.SIGTERM, leave)
    with pytest.raises(SystemExit):
        shared(int, calls(), 2)
    assert begun


def test_an_ignored_signal_is_not_put_off() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with held():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.parametrize("done", [0, 2])
def test_what_an_interrupt_makes_useless_is_not_told(
    palca: Run, capsys: pytest.CaptureFixture[str], done: int
) -> None:
    # joblib counts the tasks that are done, and those that aren't, in one sentence or in two
    assert palca("--version")[0] == 0
    calls = ((0 if index <= done else 60,) for index in range(4))
    results = shared(time.sleep, calls, 2)
    next(results)
    time.sleep(1)  # the second and third, if they are quick, are now done and not asked for
    del results  # as an interrupt does
    assert capsys.readouterr().err == ""
