"""What the tests of the command line share, and those of the lab in a browser."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import pytest
import typer.main
from lab_visits import Visit, start_lab
from sweep_folders import SWEPT

from palca.experiments.cli.main import main
from palca.experiments.cli.options import Output
from palca.experiments.io.figure_style import Picture

# Typer makes all commands anew each time, which takes longer than many a command
_command = cache(typer.main.get_command)


def _sketch(picture: Picture, form: str, about: dict[str, Any]) -> bytes:
    """Return a file that is no more than a picture's head and its words."""
    words = f"<metadata><dc:description>{escape(picture.alt)}</dc:description></metadata>"
    svg = f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">{words}</svg>'
    return b"\x89PNG" + words.encode() if form == "png" else svg.encode()


@pytest.fixture
def palca(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Callable[..., tuple[int, str, str]]:
    """Call the command line in an empty folder; give exit code, output and errors.

    Figures are made but not rendered, which takes longer than all else a short command does;
    they are in tests marked ``rendered``.
    """
    if request.node.get_closest_marker("rendered") is None:
        monkeypatch.setattr(Picture, "_drawn", _sketch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("typer.main.get_command", _command)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["palca", *arguments])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="session")
def _finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a sweep of two blocks that has come to its end, made once."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(Picture, "_drawn", _sketch)
        patch.setattr(sys, "argv", ["palca", *SWEPT, "-o", "made"])
        with suppress(SystemExit):
            main()
    return folder / "made"


@pytest.fixture
def swept(palca: Callable[..., tuple[int, str, str]], _finished: Path) -> Path:
    """Return a copy of a finished sweep, in the empty folder that a test works in."""
    return shutil.copytree(_finished, Path("made"))


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put back what the end of a process need not put back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    monkeypatch.setattr(Output, "lost", "")
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        reason = "no chromium on this machine (Debian: apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def lab(chromium: str) -> Iterator[str]:
    """The lab's address, in a process of its own."""
    process, address = start_lab()
    yield address
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def context(browser: Any) -> Any:
    """One visitor's browser: what it has loaded it needn't load again."""
    return browser.new_context(viewport={"width": 1280, "height": 900})


@pytest.fixture
def visit(context: Any, lab: str) -> Iterator[Visit]:
    made = Visit(context, lab)
    yield made
    made.page.close()
