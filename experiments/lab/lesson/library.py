"""The stories that the lab plays: those that ship, and files that it was started with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from palca.scenarios.story import Story, in_language, load_story, shipped_stories

from ...io.language import spoken
from ...stories.references import check_references
from ..address import write_query

NAME: Final = "story"  # of the page
_OPENED: Final[dict[str, Story]] = {}
T = TypeVar("T")


def open_stories(files: Sequence[str]) -> None:
    """Have files of the user's played too.

    Raises
    ------
    PalcaError
        For whatever is wrong with one.
    """
    for file in files:
        story = load_story(file)
        check_references(story, file)
        _OPENED[Path(file).stem] = story


def stories() -> dict[str, Story]:
    """Return all stories by name, the user's first."""
    return {**_OPENED, **{name: story for name, story in _shipped().items() if name not in _OPENED}}


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Story]:
    return {name: load_story(name) for name in shipped_stories()}


def link(values: Mapping[str, Any], **other: str) -> str:
    """Return the address of a story with what was chosen so far, and some choices made anew."""
    usual = next(iter(stories()))
    chosen = {**values, **other}
    kept = {name: str(said) for name, said in chosen.items()
            if said and not (name == "story" and said == usual)}  # fmt: skip
    return write_query(NAME, kept, spoken())[0]


def told(texts: Mapping[str, T]) -> T:
    """Return a story's text in the language that is spoken now, or the first that it has."""
    return in_language(texts, spoken())
