"""What a scene says of a guess and of counts, in sentences for a student."""

from __future__ import annotations

from palca.scenarios.story import Scene

from ...io.language import _, written_date
from ...io.numerals import decimal
from ...stories.frequencies import Frequency
from ...stories.references import Documented
from .library import told
from .scene_worlds import WORLDS


def title_of_scene(number: int, scene: Scene) -> str:
    """Return a scene's title with its number."""
    return f"{number}. {told(scene.title)}"


def date_of(row: Documented) -> str:
    """Return the date of a row of the record as prose writes it."""
    return written_date(row.date)


def of_100(share: Frequency) -> str:
    """Return a count with its standard error; of none and of all there is no error to tell."""
    if not share.of_100:
        return _("in none of {count} worlds", count=f"{WORLDS:,}")
    if share.of_100 == 100.0:
        return _("in all of {count} worlds", count=f"{WORLDS:,}")
    return _("{count} of 100 worlds (standard error {se})", count=count_of(share),
             se=decimal(share.error, 1))  # fmt: skip


def count_of(share: Frequency) -> str:
    """Return a count; a small one with a decimal."""
    return decimal(share.of_100, 0 if share.of_100 >= 10.0 or not share.of_100 else 1)


def guessed(scene: Scene, guess: str, shares: list[Frequency]) -> str:
    """Return how a guess compares with what came, or with what was counted."""
    if not scene.answers:
        return _("You guessed {guess} of 100 worlds. Counted were {count} of 100.", guess=guess,
                 count=count_of(shares[0]))  # fmt: skip
    chosen = scene.answers[int(guess) - 1]
    (came,) = [one for one in scene.answers if one.happened]
    if chosen is came:
        return _("You guessed: {guess}. So it came.", guess=told(chosen.text))
    return _("You guessed: {guess}. What came: {came}.", guess=told(chosen.text),
             came=told(came.text))  # fmt: skip
