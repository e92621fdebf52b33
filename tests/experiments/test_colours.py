"""A bar is for a terminal alone; colours are written into a file only if one asks for them."""

from __future__ import annotations

import sys

import pytest

from fault_commands import Run
from palca.experiments.cli.options import progress

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("forced", ["1", ""])
def test_no_bar_goes_into_a_file(
    forced: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", forced)
    assert not sys.stderr.isatty()
    with progress() as on_progress:
        on_progress("doing", 1, 2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
    ids=str,
)
def test_colours_go_into_a_file_only_if_asked_for(
    palca: Run, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], coloured: bool
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, out, _ = palca("record", "--series", "list")
    assert (code, "\x1b" in out) == (0, coloured)
    code, _, err = palca("run", "basline")
    assert (code, "\x1b" in err) == (2, coloured)
