"""What the author of a scenario expected, and whether it came out so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from palca.model.errors import PalcaError, nearest
from palca.scenarios.expectations import SIGNS

from ..io.codebook import File, column
from ..io.numerals import significant
from .effects import Effect
from .size import verdict_on
from .twins import QUANTITIES

Judged = Literal["miss", "too small", "can't tell", "hit"]
JUDGED: Final[tuple[Judged, ...]] = get_args(Judged)  # misses first
_NORMAL: Final = 1.96  # standard errors on either side hold 95 %


EXPECTATIONS_FILE: Final = File("expectations.csv", "something that a scenario's author expected", (
    column("verdict", "hit; too small, of the expected sign but less than the least size; can't "
                      "tell; or miss"),
    column("scenario", "its name"),
    column("given", "what the worlds are given: fork, what had happened by then, or record, all "
                    "that happened"),
    column("quantity", "its name"), column("title", "what it is"), "unit",
    column("months_on", "after the first month of the change", "months"),
    column("sign", "expected: + a rise, - a fall, 0 no change of the least size"),
    column("least", "least size of interest"), column("expected", "in words"),
    column("effect", "with the change minus without"), "se", "ci95_low", "ci95_high",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the author of a scenario expects of a quantity.

    Attributes
    ----------
    quantity : str
        One of :data:`~.twins.QUANTITIES`.
    sign : str
        "+", "-", or "0" for no change of the size `least`.
    least : float
        The least size of interest, in the quantity's unit.
    months : int
        How long after the first month of the change.
    """

    quantity: str
    sign: str
    least: float
    months: int

    def judged(self, effect: Effect) -> Judged:
        """Return what an effect, with its 95 % interval, says of the expectation."""
        low, high = interval_of(effect)
        if self.sign == "0":
            beyond = "shown" in (
                verdict_on(low, high, self.least), verdict_on(-high, -low, self.least)
            )  # fmt: skip
            within = -self.least < low and high < self.least
            return "miss" if beyond else "hit" if within else "can't tell"
        if self.sign == "-":
            low, high = -high, -low
        words: dict[str, Judged] = {
            "shown": "hit", "shown but small": "too small", "not shown": "miss"
        }  # fmt: skip
        return words.get(verdict_on(low, high, self.least), "can't tell")

    @property
    def in_words(self) -> str:
        """What is expected."""
        if self.sign == "0":
            return f"a change of less than {significant(self.least)}"
        return f"{SIGNS[self.sign]}, by {significant(self.least)} or more"


def interval_of(effect: Effect) -> tuple[float, float]:
    """Return the 95 % interval of an effect."""
    return effect.effect - _NORMAL * effect.se, effect.effect + _NORMAL * effect.se


def expectations_of(resolved: Mapping[str, Any]) -> list[Expectation]:
    """Return what the author of a resolved scenario expects.

    Raises
    ------
    PalcaError
        If he expects something of a quantity that isn't measured.
    """
    out = [Expectation(**row) for row in resolved.get("expectations", ())]
    for number, one in enumerate(out, start=1):
        if one.quantity not in QUANTITIES:
            raise PalcaError(
                f"there is no quantity '{one.quantity}'{nearest(one.quantity, QUANTITIES)}; choose "
                f"one of {', '.join(QUANTITIES)}",
                f"{resolved['place']}: [[expectation]] {number}: quantity",
            )
    return out


def rank(row: Mapping[str, Any]) -> int:
    """Return how far down a row belongs: misses come first."""
    return JUDGED.index(row["verdict"])


def judged_rows(
    scenario: str, given: str, pairs: Iterable[tuple[Expectation, Effect]]
) -> list[dict[str, Any]]:
    """Return the rows of ``expectations.csv`` for one scenario, given one past, misses first."""
    rows = []
    for expected, effect in pairs:
        title, unit = QUANTITIES[expected.quantity]
        low, high = interval_of(effect)
        rows.append({
            "verdict": expected.judged(effect), "scenario": scenario, "given": given,
            "quantity": expected.quantity, "title": title, "unit": unit,
            "months_on": expected.months, "sign": expected.sign, "least": expected.least,
            "expected": expected.in_words, "effect": effect.effect, "se": effect.se,
            "ci95_low": low, "ci95_high": high,
        })  # fmt: skip
    return sorted(rows, key=rank)
