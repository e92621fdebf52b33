"""Commands on a real scheduler and real workers, of which one is killed."""

from __future__ import annotations

import logging
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer.main
from hypothesis import given, settings
from hypothesis import strategies as st

import palca as pc
from fault_commands import Run
from palca.experiments.io import dask_cluster, provenance
from palca.experiments.io.dask_cluster import _check
from palca.model.errors import PalcaError

pytestmark = pytest.mark.pythons

pytest.importorskip("distributed")

VARY = ("baseline", "--vary", "backlash=0.01:0.05", "--outcome", "growth")
# a busy machine may start workers slowly: wait longer than a user would
COMMAND = (
    "from palca.experiments.io import dask_cluster; dask_cluster._PATIENCE = 120\n"
    "from palca.experiments.cli.main import main; main()"
)


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self._folder = folder
        self._all: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", self.address, "--no-dashboard", "--no-show")

    def _start(self, what: str, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + what, *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder,
            # how long the scheduler asks a dead worker for what it had made: 30 s if not told
            env={**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s", **more},
        )  # fmt: skip
        self._all.append(process)
        return process

    def work(self, **more: str) -> subprocess.Popen[bytes]:
        alone = "--nthreads", "1", "--no-nanny", "--no-dashboard"
        return self._start("worker", self.address, *alone, **more)

    def stop(self) -> None:
        for process in reversed(self._all):
            process.kill()
            process.wait()


class Dice:
    """A client whose calls are done in an order of chance."""

    loop = None

    def __init__(self, threads: int, chance: random.Random) -> None:
        self._threads, self._chance = threads, chance
        self.running: list[Future] = []
        self.most = 0

    def nthreads(self) -> dict[str, int]:
        return {"a": self._threads}

    def submit(self, function: Callable[..., Any], *arguments: Any, pure: bool) -> Any:
        assert not pure
        made = [one.made if isinstance(one, Shared) else one for one in arguments]
        if function is dask_cluster._itself:
            return Shared(made[0])
        return Future(made[0](*made[1:]))  # as `_signed`, without a worker

    def as_completed(self, loop: None) -> Any:
        return self

    def count(self) -> int:
        return len(self.running)

    def add(self, future: Any) -> None:
        self.running.append(future)
        self.most = max(self.most, len(self.running))

    def __iter__(self) -> Iterator[Any]:
        while self.running:
            yield self.running.pop(self._chance.randrange(len(self.running)))


@dataclass(eq=False)
class Shared:
    """What stands on the cluster for an argument."""

    made: Any


@dataclass(eq=False)
class Future:
    """A call that is done when it is looked at."""

    made: Any

    def result(self) -> tuple[dict[str, Any], Any, None]:
        return {}, self.made, None


def pair(one: object, other: int) -> tuple[object, int]:
    return one, other


@pytest.fixture
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    running = Cluster(tmp_path_factory.mktemp("dask"))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "_PATIENCE", 120)


def _parts(folder: str) -> int:
    return len(list(Path(folder, "worlds").glob("part-*")))


def _wait(until: Callable[[], bool], process: subprocess.Popen[Any]) -> None:
    end = time.monotonic() + 300
    while not until():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.mark.slow
@pytest.mark.rendered  # the cluster's sweep draws real pictures
def test_a_cluster_makes_the_same_files_though_a_worker_and_then_the_scheduler_die(
    palca: Run, dask: Cluster
) -> None:
    assert palca("sweep", *VARY, "-n", "10000", "-o", "here")[0] == 0
    assert _parts("here") == 20
    first, _ = dask.work(), dask.work()

    def begin(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, "sweep", *arguments, "--cluster", dask.address],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    sweep = begin(*VARY, "-n", "10000", "-o", "there")
    _wait(lambda: _parts("there") >= 5, sweep)
    first.kill()
    assert _parts("there") < 20
    _, err = sweep.communicate(timeout=300)
    assert (sweep.returncode, err) == (0, "")
    assert Path("there/SHA256SUMS").read_bytes() == Path("here/SHA256SUMS").read_bytes()

    sweep = begin(*VARY, "-n", "10000", "-o", "broken")
    _wait(lambda: _parts("broken") >= 1, sweep)
    dask.scheduler.kill()
    _, err = sweep.communicate(timeout=300)
    assert (sweep.returncode, err.count("\n"), "the scheduler has ended" in err) == (2, 1, True)
    assert 0 < _parts("broken") < 20
    code, _, err = palca("sweep", "--resume", "broken", "--outcome", "growth")
    assert (code, err) == (0, "")
    assert Path("broken/SHA256SUMS").read_bytes() == Path("here/SHA256SUMS").read_bytes()


ASKED = {
    "run": ("run", "baseline", "-n", "600"),
    "counterfactual": (
        "counterfactual", "soviet-break-1971", "-n", "40", "--given", "coup 1971-08 ± 12",
    ),
}  # fmt: skip


@pytest.mark.slow
def test_what_a_command_writes_does_not_depend_on_where_its_work_is_done(
    palca: Run, dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, words in ASKED.items():
        assert palca(*words, "-o", f"{name}-here")[0] == 0
    dask.work()
    dask.work()
    monkeypatch.setattr("palca.experiments.io.parallel.leave_with", None)  # no process begins here
    for name, words in ASKED.items():
        code, _, err = palca(*words, "-o", f"{name}-there", "--cluster", dask.address)
        assert (code, err) == (0, "")
        tables = [*Path(f"{name}-here").glob("*.parquet"), *Path(f"{name}-here").glob("*.csv")]
        assert tables
        for table in tables:
            read = pd.read_parquet if table.suffix == ".parquet" else pd.read_csv
            pd.testing.assert_frame_equal(read(table), read(Path(f"{name}-there", table.name)))


@given(
    st.lists(st.integers(0, 3), max_size=40), st.integers(1, 5), st.booleans(), st.randoms()
)  # fmt: skip
@settings(max_examples=40)
def test_results_come_whole_and_in_order_whichever_is_done_first(
    shared: list[int], threads: int, ordered: bool, chance: random.Random
) -> None:
    common = [object() for _ in range(4)]
    client = Dice(threads, chance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("distributed.as_completed", client.as_completed)
        patch.setattr(dask_cluster, "_check", lambda *_: None)
        calls = ((common[kind], number) for number, kind in enumerate(shared))
        found = list(dask_cluster._spread(client, "x", pair, calls, ordered))  # type: ignore[arg-type]
    wanted = [(common[kind], number) for number, kind in enumerate(shared)]
    assert (found if ordered else sorted(found, key=lambda one: one[1])) == wanted
    assert client.most <= 2 * threads + 1


@pytest.mark.slow
def test_a_function_of_a_users_own_fails_in_its_own_words(dask: Cluster) -> None:
    def wrong(history: Any) -> Any:
        return history.orientatoin

    dask.work()
    level = logging.getLogger("distributed.worker").level
    with pytest.raises(AttributeError, match="orientatoin"):
        pc.sweep(vary={"backlash": [0.01, 0.02]}, worlds=50, outcomes=[wrong],
                 cluster=dask.address, progress=False)  # fmt: skip
    assert logging.getLogger("distributed.worker").level == level


@pytest.mark.quick
def test_every_command_that_takes_jobs_takes_a_cluster() -> None:
    from palca.experiments.cli.app import app

    commands = typer.main.get_command(app).commands.values()  # type: ignore[attr-defined]
    names = [{name for one in command.params for name in one.opts} for command in commands]
    assert sum("--jobs" in of for of in names) >= 10
    assert all(("--jobs" in of) == ("--cluster" in of) for of in names)


@pytest.mark.slow
def test_a_single_worker_does_the_work_and_not_this_machine(
    palca: Run, dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise AssertionError("ran here")

    monkeypatch.setattr("palca.experiments.explore.sweep.run_block", fail)
    dask.work()
    code, _, err = palca("sweep", *VARY, "-n", "600", "-o", "made", "--cluster", dask.address)
    assert (code, err, _parts("made")) == (0, "", 2)


@pytest.mark.slow
def test_a_worker_of_changed_code_is_named_though_it_joins_later(
    palca: Run, dask: Cluster, tmp_path: Path
) -> None:
    """It has the same version, and would give other worlds."""
    changed = tmp_path / "changed" / "palca"
    shutil.copytree(Path(str(files("palca"))), changed, ignore=shutil.ignore_patterns("__pycache__"))
    economy = changed / "model/equations/economy.py"
    text = economy.read_text(encoding="utf-8")
    economy.write_text(text.replace("- p.growth_coup * coup", "- p.growth_coup * coup + 3.0"), encoding="utf-8")
    assert economy.read_text(encoding="utf-8") != text
    ours = dask.work()
    sweep = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "sweep", *VARY, "-n", "10000", "-o", "made", "--cluster", dask.address],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _wait(lambda: _parts("made") >= 1, sweep)
    dask.work(PYTHONPATH=str(changed.parent))
    ours.kill()  # the rest is the other's
    _, err = sweep.communicate(timeout=300)
    assert (sweep.returncode, err.count("\n"), "has palca's code" in err) == (2, 1, True)
    for part in Path("made/worlds").glob("part-*"):
        assert pd.read_parquet(part)["growth"].mean() < 10


NO_ADDRESS, NO_ANSWER = "write tcp://HOST:PORT", "no scheduler answers there"


@pytest.mark.parametrize(
    ("address", "said"),
    [("tcp://127.0.0.1:1", NO_ANSWER), ("127.0.0.1:1", NO_ANSWER), ("nonsense", NO_ADDRESS),
     ("gopher://x:1", NO_ADDRESS), ("tcp://", NO_ADDRESS), ("tcp://x:99999", NO_ADDRESS),
     ("", NO_ADDRESS)],
)  # fmt: skip
def test_a_cluster_that_does_not_answer_is_named(
    palca: Run, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setattr(dask_cluster, "_PATIENCE", 0.5)
    code, _, err = palca("sweep", *VARY, "--cluster", address)
    assert (code, err.count("\n")) == (2, 1)
    assert f"--cluster {address}".strip() in err
    assert said in err
    assert not list(Path().iterdir())


@pytest.mark.slow
def test_a_cluster_without_workers_is_named_and_an_earlier_sweep_kept(
    palca: Run, dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert palca("sweep", *VARY, "-n", "22", "-o", "made")[0] == 0
    before = Path("made/SHA256SUMS").read_bytes()
    for patience, address, says in (
        (0.5, "tcp://127.0.0.1:1", "no scheduler answers"), (10.0, dask.address, "has no workers"),
    ):  # fmt: skip
        monkeypatch.setattr(dask_cluster, "_PATIENCE", patience)
        code, _, err = palca("sweep", *VARY, "-n", "44", "-o", "made", "--force", "--cluster", address)
        assert (code, err.count("\n"), says in err) == (2, 1, True)
        assert Path("made/SHA256SUMS").read_bytes() == before


def test_workers_with_another_palca_are_named() -> None:
    here = provenance.all_versions()
    _check({"tcp://a:1": here, "tcp://b:1": {**here, "python": "3.99"}}, "--cluster x")
    for name in ("palca", "numpy", "pyarrow", "palca's code"):
        with pytest.raises(PalcaError, match=rf"tcp://b:1 has {name} 0\.0\.1, and this"):
            _check({"tcp://a:1": here, "tcp://b:1": {**here, name: "0.0.1"}}, "--cluster x")
    with pytest.raises(PalcaError, match=r"tcp://a:1 can't import Palca \(No module"):
        _check({"tcp://a:1": ModuleNotFoundError("No module named 'palca'")}, "--cluster x")


def test_without_dask_the_extra_is_named(palca: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, err = palca("sweep", *VARY, "--cluster", "tcp://127.0.0.1:1")
    assert (code, "pip install 'palca[cluster]'" in err) == (2, True)
    assert not list(Path().iterdir())
