"""A guided story as a file: scenes in which a student guesses, sees what happened, and changes it.

A scene tells what had happened by a month and asks. The answer comes from the record and from
simulated worlds, never from the file: a scene names rows of the record, and what the worlds are
asked. Each text is written once, or once for each language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.table import InputTable

from .reading.library import LIBRARY, find, label, parse_toml, read_text, scenario_beside
from .settings import anchored_change

Said = Mapping[str, str]  # by language, such as "en"; "" is the key of what is said only once
Paragraphs = Mapping[str, tuple[str, ...]]
REST: Final = "otherwise"  # what none of the other answers says
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_MOST: Final = 12  # scenes of a story, or rows of one kind in a scene
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that may come after a scene's month.

    Attributes
    ----------
    text : Said
    holds : str
        What it is in a world, as a scenario's `outcomes` name it; :data:`REST`, or empty if the
        worlds aren't asked.
    happened : bool
        Whether it is what came; only of the answers to a question.
    """

    text: Said
    holds: str
    happened: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the record, found by its date, track and kind, and what the story says of it."""

    date: str
    track: str
    kind: str
    text: Said


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a student may change.

    Attributes
    ----------
    text : Said
    scenario : str
        A shipped name or a path.
    interventions : tuple of str
        As :func:`palca.scenarios.resolve` takes them.
    quantity : str
        In which quantity the worlds and their twins are compared.
    """

    text: Said
    scenario: str
    interventions: tuple[str, ...]
    quantity: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A moment, a question, and what came.

    Attributes
    ----------
    until : int
        The last month of what had happened by then.
    told : Paragraphs
        What is known before the guess, and `limits`, what the worlds can't tell.
    answers : tuple of Outcome
        What a student chooses from; if there are none, the share of the worlds in which the first
        of `outcomes` comes about is guessed.
    outcomes : tuple of Outcome
        What else the worlds are asked.
    think : Paragraphs
        Questions for the worksheet.
    """

    title: Said
    until: int
    told: Paragraphs
    question: Said
    answers: tuple[Outcome, ...]
    outcomes: tuple[Outcome, ...]
    facts: tuple[Fact, ...]
    changes: tuple[Change, ...]
    limits: Paragraphs
    think: Paragraphs

    @property
    def asked(self) -> tuple[Outcome, ...]:
        """What the worlds are asked."""
        return tuple(one for one in (*self.answers, *self.outcomes) if one.holds)


@dataclass(frozen=True, slots=True)
class Story:
    """Scenes in their order.

    Attributes
    ----------
    languages : tuple of str
        In which it is written; empty for one that doesn't say.
    about : Said
        What it is about, in a sentence.
    end : Paragraphs
        What is said when all scenes have been played.
    """

    name: str
    languages: tuple[str, ...]
    title: Said
    about: Said
    end: Paragraphs
    scenes: tuple[Scene, ...]


def in_language(texts: Mapping[str, T], language: str) -> T:
    """Return what is said in a language; in the file's first one if it isn't."""
    return texts[language] if language in texts else next(iter(texts.values()))


def shipped_stories() -> dict[str, Path]:
    """Return the files of the shipped stories by name."""
    return {path.stem: path for path in sorted((LIBRARY / "stories").glob("*.toml"))}


def load_story(name: str) -> Story:
    """Return a story: a shipped name, or the path of a file.

    Raises
    ------
    PalcaError
        For whatever is wrong with it: where, and how to mend it.
    """
    path = find(name, shipped_stories(), None, "story")
    story = make_story(path.stem, read_text(path), label(path))
    # what a change names of the user's is looked for beside the story
    scenes = tuple(
        replace(scene, changes=tuple(_anchored(change, path.parent, label(path))
                                     for change in scene.changes))
        for scene in story.scenes
    )  # fmt: skip
    return replace(story, scenes=scenes)


def _anchored(change: Change, folder: Path, where: str) -> Change:
    return replace(
        change,
        scenario=scenario_beside(change.scenario, folder, where),
        interventions=tuple(anchored_change(text, folder, where) for text in change.interventions),
    )


def make_story(name: str, text: str, where: str) -> Story:
    """Return the story that a file's text describes; `where` names the file in errors."""
    table = InputTable(parse_toml(text, where), where)
    title = table.value("title")
    languages = tuple(title) if isinstance(title, Mapping) else ()
    if odd := [key for key in languages if not _LANGUAGE.fullmatch(str(key))]:
        raise PalcaError(f"'{odd[0]}' is no language: write title.en, title.es", where)
    read = _Reader(languages)
    story = Story(
        name, languages, read.said(table, "title"), read.said(table, "about"),
        read.paragraphs(table, "end"),
        _some(table, "scene", lambda row: _scene(row, read), least=1),
    )  # fmt: skip
    table.reject_unknown()
    return story


def _scene(table: InputTable, read: _Reader) -> Scene:
    scene = Scene(
        read.said(table, "title"),
        table.month("until"),
        read.paragraphs(table, "told"),
        read.said(table, "question"),
        _some(table, "answer", lambda row: _answer(row, read)),
        _some(table, "outcome", lambda row: _outcome(row, read)),
        _some(table, "fact", lambda row: _fact(row, read), least=1),
        _some(table, "change", lambda row: _change(row, read), least=1),
        read.paragraphs(table, "limits"),
        read.paragraphs(table, "think"),
    )
    table.reject_unknown()
    if scene.until < 0:
        raise PalcaError(f"'until' must be a month from 1969-01 on, not {month_name(scene.until)}",
                         table.where)  # fmt: skip
    _check_question(scene, table.where)
    return scene


def _check_question(scene: Scene, where: str) -> None:
    """Raise unless there is one right answer, or a share to guess."""
    right = sum(one.happened for one in scene.answers)
    if not scene.answers:
        if not scene.outcomes:
            raise PalcaError("needs something to guess: two or more [[scene.answer]], or an "
                             "[[scene.outcome]] whose share is guessed", where)  # fmt: skip
    elif len(scene.answers) < 2 or right != 1:
        raise PalcaError("needs two or more [[scene.answer]], and happened = true in the one that "
                         f"came; there are {len(scene.answers)}, and {right} that came",
                         where)  # fmt: skip
    if not scene.asked:
        raise PalcaError("asks the worlds nothing: give an answer or an outcome 'holds', such as "
                         'holds = "Juan José Torres rules in 1971-12"', where)  # fmt: skip
    for at, one in enumerate(scene.answers):
        if one.holds == REST and (at + 1 < len(scene.answers)
                                  or not all(other.holds for other in scene.answers)):  # fmt: skip
            raise PalcaError(f"'{REST}' goes with the last answer, and all others need 'holds'",
                             where)  # fmt: skip


def _answer(table: InputTable, read: _Reader) -> Outcome:
    one = Outcome(read.said(table, "text"), table.text("holds", ""), table.flag("happened", False))
    table.reject_unknown()
    return one


def _outcome(table: InputTable, read: _Reader) -> Outcome:
    one = Outcome(read.said(table, "text"), table.text("holds"))
    table.reject_unknown()
    if one.holds == REST:
        raise PalcaError(f"'{REST}' is for the last [[scene.answer]]", table.where)
    return one


def _fact(table: InputTable, read: _Reader) -> Fact:
    fact = Fact(table.text("date"), table.text("track"), table.text("kind"),
                read.said(table, "text"))  # fmt: skip
    table.reject_unknown()
    return fact


def _change(table: InputTable, read: _Reader) -> Change:
    change = Change(read.said(table, "text"), table.text("scenario", "baseline"),
                    tuple(table.texts("intervene")), table.text("quantity"))  # fmt: skip
    table.reject_unknown()
    return change


def _some(
    table: InputTable, key: str, make: Callable[[InputTable], T], least: int = 0
) -> tuple[T, ...]:
    rows = table.tables(key)
    if not least <= len(rows) <= _MOST:
        raise PalcaError(f"needs {least} to {_MOST} [[{key}]] tables, and has {len(rows)}",
                         table.where)  # fmt: skip
    return tuple(make(row) for row in rows)


class _Reader:
    """Reads texts, each in the languages of the story's title."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages

    def said(self, table: InputTable, key: str) -> Said:
        """Return a text by language."""
        return self._each(table, key, lambda row, name: row.text(name))

    def paragraphs(self, table: InputTable, key: str) -> Paragraphs:
        """Return a list of texts by language, of which there must be one or more."""

        def some(row: InputTable, name: str) -> tuple[str, ...]:
            texts = tuple(row.texts(name))
            if not all(text.strip() for text in texts) or not texts:
                raise PalcaError(f"'{name}' is empty: write a list of texts", row.where)
            return texts

        return self._each(table, key, some)

    def _each(
        self, table: InputTable, key: str, read: Callable[[InputTable, str], T]
    ) -> Mapping[str, T]:
        value: Any = table.value(key)
        if not self._languages:
            if isinstance(value, Mapping):
                raise PalcaError(f"'{key}' is by language, and the story's title isn't: write "
                                 "title.en, title.es", table.where)  # fmt: skip
            return {"": read(table, key)}
        if not isinstance(value, Mapping):
            wanted = ", ".join(f"{key}.{language}" for language in self._languages)
            raise PalcaError(f"'{key}' must be written in each language of the title: {wanted}",
                             table.where)  # fmt: skip
        inner = InputTable(value, f"{table.where}: {key}")
        texts = {language: read(inner, language) for language in self._languages}
        inner.reject_unknown()
        return texts
