"""Where scenario files stand: the shipped ones by name, a user's by path."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from palca.model.errors import PalcaError, nearest
from palca.model.levers import ACTORS

SHELF = Path(__file__).parent
_LARGEST = 1_000_000  # bytes; a scenario or policy is a page of text


def shipped_scenarios() -> dict[str, Path]:
    """Return the shipped scenarios by name."""
    return {path.stem: path for path in sorted(SHELF.glob("*.toml"))}


def shipped_policies(actor: str) -> dict[str, Path]:
    """Return the shipped policies of an actor by name."""
    return {path.stem: path for path in sorted((SHELF / "policies" / actor).glob("*.toml"))}


def find_scenario(name: str, beside: Path | None = None) -> Path:
    """Return the file of a scenario: a shipped name, or a path (relative to `beside`)."""
    return find(name, shipped_scenarios(), beside, "scenario")


def find_policy(actor: str, name: str, beside: Path | None = None) -> Path:
    """Return the file of an actor's policy: a shipped name, or a path (relative to `beside`)."""
    return find(name, shipped_policies(actor), beside, f"policy of '{actor}'")


def find_country(name: str, beside: Path | None = None) -> Path:
    """Return the file of a country: a shipped name, or a path (relative to `beside`)."""
    shipped = {path.stem: path for path in sorted((SHELF / "countries").glob("*.toml"))}
    return find(name, shipped, beside, "country")


def find_driver(name: str, beside: Path | None = None) -> Path:
    """Return the file of a driver: a shipped name, or a path (relative to `beside`)."""
    shipped = {path.stem: path for path in sorted((SHELF / "drivers").glob("*.csv"))}
    return find(name, shipped, beside, "driver")


def find(name: str, shipped: dict[str, Path], beside: Path | None, what: str) -> Path:
    """Return the file of a shipped name, or of a path (relative to `beside`).

    Raises
    ------
    PalcaError
        If there is none; `what` says what was looked for.
    """
    if name in shipped:
        return shipped[name]
    if not name or "\0" in name:
        raise PalcaError(f"{name!r} is no {what}; shipped are: {', '.join(shipped)}")
    path = Path(name)
    if beside is not None and not path.is_absolute():
        path = beside / path
    try:
        if path.is_file():
            return path
        if path.is_dir():
            raise PalcaError(f"'{name}' is a folder, not a {what} file")
    except OSError:
        pass  # a name too long for a path, or one that may not be looked at
    raise PalcaError(f"no {what} '{name[:80]}'{nearest(name, shipped)}; shipped are: "
                     f"{', '.join(shipped)}; or give the path of a file")


def label(path: Path) -> str:
    """Return how errors name a file: shipped ones from their folder, others as they are."""
    try:
        return path.relative_to(SHELF).as_posix()
    except ValueError:
        return str(path)


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises
    ------
    PalcaError
        If it can't be read, is too large, or isn't UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise PalcaError(f"can't be read ({error.strerror})", label(path)) from None
    if len(data) > _LARGEST:
        raise PalcaError(f"larger than {_LARGEST:,} bytes", label(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PalcaError(f"not UTF-8 text (byte {error.start})", label(path)) from None


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's table; errors as in :func:`read_text` and :func:`parse_toml`."""
    return parse_toml(read_text(path), label(path))


def parse_toml(text: str, place: str) -> dict[str, Any]:
    """Return the table that a TOML text makes.

    Raises
    ------
    PalcaError
        If it isn't TOML; `place` names its file.
    """
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise PalcaError(f"not valid TOML: {error}".replace("\n", " "), place) from None
    except (RecursionError, ValueError) as error:
        raise PalcaError(f"not usable TOML: {type(error).__name__}", place) from None


def actors_of(table: dict[str, Any], place: str) -> None:
    """Raise unless every key of the table is an actor."""
    for actor in table:
        if actor not in ACTORS:
            raise PalcaError(
                f"no actor '{actor}'{nearest(actor, ACTORS)}; there are {', '.join(ACTORS)}", place
            )
