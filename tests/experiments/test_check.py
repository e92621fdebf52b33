"""``palca check`` finds a file well if, and only if, the command that takes it would begin."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from concept_example import WHOLE
from fault_commands import Run
from palca.experiments.cli import description
from palca.experiments.cli.description import describe
from palca.model import Simulation
from palca.model.errors import PalcaError
from palca.model.language.levers import ACTORS
from palca.scenarios.reading.library import LIBRARY

CORPUS = Path(__file__).parents[1] / "fuzz/corpus"
SWEEP = 'replicates = 7\noutcome = ["growth"]\n[vary]\npolicy.ussr = ["pragmatic", "ideological"]\n'
LAND = 'title = "x"\nextends = "baseline"\ncountry = "file.toml"\nuntil = "1969-03"\n'
SOUND = {
    "scenario": [path.read_bytes() for path in sorted(LIBRARY.glob("*.toml"))],
    "policy": [path.read_bytes() for path in sorted((LIBRARY / "policies").glob("*/*.toml"))],
    "country": [path.read_bytes() for path in sorted((LIBRARY / "countries").glob("*.toml"))],
    "concept": [WHOLE.encode(), *(p.read_bytes() for p in (LIBRARY / "concepts").glob("*.toml"))],
    "sweep": [SWEEP.encode()],
}
# what would be well but for the file that it names, or for the name
BAD = {
    "scenario": [
        'title = "x"\nextends = "baseline"\n[drivers]\nexport_price = "nosuch.csv"\n',
        'title = "x"\nextends = "baseline"\ncountry = "nosuch.toml"\n',
        'title = "x"\nextends = "baseline"\nposterior = "nosuch.parquet"\n',
        'title = "x"\nextends = "nosuch.toml"\n',
        'title = "x"\nextends = "baseline"\n[parameters]\nbacklash = 7\n',
    ],
    "country": [
        SOUND["country"][0].decode().replace('"tin_price"', '"nosuch.csv"'),
        SOUND["country"][0].decode().replace('export_price = "tin_price"', ""),
        SOUND["country"][0].decode().replace("export_price =", "export_prise ="),
        SOUND["country"][0].decode().replace('"tin_price"', '"neighbours"'),
    ],
    "policy": [SOUND["policy"][0].decode().replace("when =", "whn =", 1)],
    "concept": [
        WHOLE.replace("coup_trap=0", "policy.ussr=nosuch.toml"),
        WHOLE.replace("coup_trap=0", "coup_trp=0"),
        WHOLE.replace('title = "as it is"', 'title = "as it is"\nscenario = "nosuch.toml"'),
        WHOLE.replace("a.level > b.level", "a.level > c.level"),
    ],
    "sweep": [
        SWEEP.replace("ideological", "nosuch.toml"),
        SWEEP.replace('"growth"', '"growht"'),
        SWEEP.replace('"growth"', '"growth", "growth"'),
        f'scenario = "nosuch.toml"\n{SWEEP}',
        f'design = "gird"\n{SWEEP}',
        f'set = ["policy.ussr=pragmatic"]\n{SWEEP}',
    ],
}


class _Begun(BaseException):
    """The command has made a model of what was asked for."""


def _command(kind: str, data: bytes) -> list[str]:
    """Return the command that takes a file of a kind."""
    match kind:
        case "country":
            Path("its.toml").write_text(LAND)
            return ["run", "its.toml"]
        case "policy":
            try:
                actor = tomllib.loads(data.decode()).get("actor")
            except ValueError:
                actor = None
            actor = actor if isinstance(actor, str) and actor in ACTORS else "ussr"
            return ["run", "baseline", "--set", f"policy.{actor}=file.toml"]
        case "scenario":
            return ["run", "file.toml"]
        case _:
            return [kind, "file.toml"]


def _agree(
    palca: Run, monkeypatch: pytest.MonkeyPatch, kind: str, files: list[bytes]
) -> list[bool]:
    """Return which files are found well, each by both."""
    made, found = Simulation.__init__, []

    def begin(model: Simulation, scenario: Any, worlds: Any = 1, *rest: Any, **more: Any) -> None:
        if not isinstance(worlds, int) or worlds > 1:  # one tells which outcomes there are
            raise _Begun
        made(model, scenario, worlds, *rest, **more)

    for data in files:
        Path("file.toml").write_bytes(data)
        try:
            describe("file.toml")
            found.append(True)
        except PalcaError:
            found.append(False)
        with monkeypatch.context() as patched:
            patched.setattr(Simulation, "__init__", begin)
            try:
                code, _, err = palca(*_command(kind, data))
                assert (code, found[-1]) == (2, False), (err, data)
            except _Begun:
                assert found[-1], data
    return found


@pytest.mark.parametrize("kind", SOUND)
def test_check_knows_what_would_begin(
    palca: Run, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    files = [SOUND[kind][0], *(text.encode() for text in BAD[kind])]
    assert _agree(palca, monkeypatch, kind, files) == [True, *[False] * len(BAD[kind])]


@pytest.mark.slow
@pytest.mark.parametrize("kind", SOUND)
def test_check_knows_what_would_begin_of_all_that_ever_was_odd(
    palca: Run, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    # to count which rules fire refuses nothing, and takes a second for each
    monkeypatch.setattr(description, "rule_use", lambda *asked, **more: [])
    odd = [path.read_bytes() for path in sorted((CORPUS / kind).iterdir())]
    found = _agree(palca, monkeypatch, kind, [*SOUND[kind], *odd])
    assert all(found[: len(SOUND[kind])])
    assert not all(found)
