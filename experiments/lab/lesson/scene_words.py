"""What a scene says of a guess and of counts, in sentences for a student."""

from __future__ import annotations

from typing import Final

from palca.scenarios.story import Scene

from ...io.language import N_, _, written_date
from ...io.numerals import decimal, spelled
from ...observe.documented import load_record
from ...stories.frequencies import Frequency
from ...stories.references import row_of
from .library import told
from .scene_worlds import WORLDS

_DOUBT: Final = {"medium": N_("medium confidence"), "low": N_("low confidence")}


def title_of_scene(number: int, scene: Scene) -> str:
    """Return a scene's title with its number."""
    return f"{number}. {told(scene.title)}"


def fact_rows(scene: Scene) -> list[tuple[str, str, str]]:
    """Return what the record says of a scene: when, what, and the source."""
    rows = [row_of(fact, load_record(), "") for fact in scene.facts]
    return [
        (written_date(row.date), told(row.fact.text),
         row.source if row.confidence == "high" else
         f"{row.source} ({_(_DOUBT[row.confidence])})")
        for row in rows
    ]  # fmt: skip


def hundred_rows(scene: Scene, shares: list[Frequency]) -> list[tuple[str, float, str]]:
    """Return what a scene asks of worlds, in how many of 100 it is so, and that in words."""
    return [(told(one.text), share.of_100, of_100(share))
            for one, share in zip(scene.asked, shares, strict=True)]  # fmt: skip


def of_100(share: Frequency) -> str:
    """Return a count with its standard error; of none and of all there is no error to tell."""
    if not share.of_100:
        return _("in none of {count} worlds", count=spelled(WORLDS, ","))
    if share.of_100 == 100.0:
        return _("in all of {count} worlds", count=spelled(WORLDS, ","))
    return _("{count} of 100 worlds (standard error {se})", count=count_of(share),
             se=decimal(share.error, 1))  # fmt: skip


def count_of(share: Frequency) -> str:
    """Return a count; a small one with a decimal."""
    return decimal(share.of_100, 0 if share.of_100 >= 10.0 or not share.of_100 else 1)


def begun(text: str) -> str:
    """Return a text that begins a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def guessed(scene: Scene, guess: str, shares: list[Frequency]) -> str:
    """Return how a guess compares with what came, or with what was counted."""
    if not scene.answers:
        return _("{what}: you said in {guess} of 100 worlds. In the model it was in {count} of "
                 "100.", what=begun(told(scene.outcomes[0].text)), guess=guess,
                 count=count_of(shares[0]))  # fmt: skip
    chosen = scene.answers[int(guess) - 1]
    (came,) = [one for one in scene.answers if one.happened]
    if chosen is came:
        return _("You guessed: {guess}. That is what happened.", guess=told(chosen.text))
    return _("You guessed: {guess}. What happened: {came}.", guess=told(chosen.text),
             came=told(came.text))  # fmt: skip
