"""What users of Python give, as the commands take it: settings, dates, interventions, files."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from hashlib import sha256
from numbers import Real
from pathlib import Path
from typing import Any, Final

import pandas as pd

from palca.model.errors import PalcaError
from palca.scenarios.settings import inline

Composed = Mapping[str, Any]  # what a file of scenario, policy or evidence holds
Named = str | os.PathLike[str] | Composed  # shipped by name, a file, or composed
Setting = str | float | bool | os.PathLike[str] | Composed
Settings = Mapping[str, Setting]
Change = str | Mapping[str, Any]  # an [[intervene]] table
Changes = Change | Sequence[Change]
Month = str | date | pd.Period
Range = tuple[float, float] | tuple[float, float, int] | tuple[Month, Month]
Levels = Sequence[Setting] | Range | str

_OPTION: Final = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)")
_BARE: Final = re.compile(r"[\w\-.]+")
_UNFIT: Final = re.compile(r'[/\\:*?"<>|,\0-\x1f]+|^\.+')  # in the name of a file
# arguments of another name than the option's
_ARGUMENTS: Final = {
    "from": "sweep", "parameter": "parameters", "outcome": "outcomes", "part": "parts",
    "out": "folder", "force": "replace", "check": "histories",
}  # fmt: skip


@contextmanager
def python_names() -> Iterator[None]:
    """Have errors speak of Python's arguments where a command's speak of options."""
    try:
        yield
    except PalcaError as error:
        where, message = (_OPTION.sub(_argument, text) for text in (error.where, error.message))
        raise PalcaError(message, where, error.unknown) from None


def _argument(option: re.Match[str]) -> str:
    return _ARGUMENTS.get(option[1], option[1].replace("-", "_"))


def month(value: Month) -> str:
    """Return a month as files have it, such as "1971-08"."""
    return value if isinstance(value, str) else f"{value.year:04d}-{value.month:02d}"


def named(value: Named, name: str = "composed") -> str:
    """Return a shipped name or a path; what was composed is written into a file of this process.

    Its `title`, if it has one, names that file.
    """
    if not isinstance(value, Mapping):
        return os.fspath(value)
    text = "".join(f"{_key(key)} = {inline(of)}\n" for key, of in value.items())
    stem = _UNFIT.sub("-", str(value.get("title", name)))[:60] or name
    folder = _folder() / sha256(text.encode()).hexdigest()[:12]
    folder.mkdir(exist_ok=True)
    path = folder / f"{stem}.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@cache
def _folder() -> Path:
    """Return a folder for what is composed, which lasts as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="palca-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def several(given: Any) -> list[Any]:
    """Return what is given as a list; a text is one thing, not its letters."""
    return [given] if isinstance(given, str) else list(given)


def settings(given: Settings | None) -> list[str]:
    """Return settings as after ``--set``."""
    return [f"{name}={_setting(value)}" for name, value in (given or {}).items()]


def _setting(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (Mapping, os.PathLike)):
        return named(value)
    return month(value) if isinstance(value, (date, pd.Period)) else str(value)


def factors(vary: Mapping[str, Levels] | None) -> list[str]:
    """Return factors as after ``--vary``: a list of levels, or a tuple for a range."""
    return [f"{name}={_levels(levels)}" for name, levels in (vary or {}).items()]


def _levels(levels: Levels) -> str:
    if isinstance(levels, str):
        return levels
    if not isinstance(levels, tuple):
        return ",".join(map(_setting, levels))
    between = ":" if isinstance(levels[0], Real) else ".."
    return between.join(map(_setting, levels))


def changes(given: Changes | None) -> list[str]:
    """Return interventions as after ``--intervene``."""
    if given is None:
        return []
    rows: Iterable[Change] = [given] if isinstance(given, (str, Mapping)) else given
    return [row if isinstance(row, str) else _inside(row) for row in rows]


def _inside(row: Mapping[str, Any]) -> str:
    """Return the inside of an ``[[intervene]]`` table in braces."""
    return ", ".join(f"{_key(key)} = {inline(_plain(key, value))}" for key, value in row.items())


def _plain(key: str, value: Any) -> Any:
    if key.startswith("policy") and isinstance(value, Mapping):
        inner = {name: _plain("policy.", of) for name, of in value.items()}
        return inner if key == "policy" else named(value)
    if isinstance(value, (date, pd.Period)):
        return month(value)
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _key(key: str) -> str:
    """Return a key as TOML writes it; dots part it, as in a file."""
    return key if _BARE.fullmatch(key) else inline(key)


def whole(value: int, name: str, least: int, most: int = 2**53) -> int:
    """Return a whole number within bounds.

    Raises
    ------
    PalcaError
        If it is none.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or not least <= value <= most:
        raise PalcaError(f"must be a whole number from {least:,} to {most:,}, not {value!r}", name)
    return int(value)
