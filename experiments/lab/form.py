"""What a page asks, and what the visitor chose: each value checked against what is known.

A page fills a form from top to bottom; what it may ask can depend on what was chosen above.
Choices come as text, from the page or from its address, where anything may stand. Nothing is
ever looked up by such a text: it either is one of the values that are offered, or a number
within bounds, or the text of a policy; else the default holds and the form says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from palca.model.calendar import month_name

LONGEST: Final = 20_000  # bytes of a policy's text
_LONG: Final = 40  # characters of an option that needs room
Values = dict[str, Any]


class Form:
    """The fields of a page, in order, and the values chosen.

    Parameters
    ----------
    asked : mapping of str to str
        What was chosen so far, by field.
    tell : bool
        Whether to complain of a choice that can't be had: of an address, but not of a choice
        that another has just made impossible.

    Attributes
    ----------
    values : dict
        By field: texts, whole numbers and numbers.
    fields : list of dict
        As the template shows them.
    complaints : list of str
    """

    def __init__(self, asked: Mapping[str, str], tell: bool = True) -> None:
        self._asked = asked
        self._tell = tell
        self.values: Values = {}
        self.fields: list[dict[str, Any]] = []
        self.complaints: list[str] = []
        self.shown: dict[str, str] = {}  # by field, the value as it stands in an address

    def select(
        self, name: str, label: str, options: Mapping[str, str], default: str, note: str = ""
    ) -> str:
        """Ask for one of some options; `options` has a title for each."""
        value = self._asked.get(name, default)
        if value not in options:
            self._complain(label, value, options.get(default, default))
            value = default
        choices = [{"value": key, "text": title} for key, title in options.items()]
        long = max(map(len, options.values())) > _LONG
        self._add(name, value, value, kind="select", label=label, options=choices, note=note,
                  long=long)  # fmt: skip
        return value

    def whole(
        self, name: str, label: str, low: int, high: int, default: int, note: str = ""
    ) -> int:
        """Ask for a whole number between two, both included."""
        value = self._number(name, label, low, high, default, whole=True)
        self._add(name, int(value), f"{int(value)}", kind="number", label=label, low=low, high=high,
                  step=1, note=note)  # fmt: skip
        return int(value)

    def number(
        self, name: str, label: str, low: float, high: float, default: float, step: float,
        note: str = "",
    ) -> float:  # fmt: skip
        """Ask for a number by a slider."""
        value = self._number(name, label, low, high, default)
        self._add(name, value, f"{value:g}", kind="range", label=label, low=low, high=high,
                  step=step, note=note, text=f"{value:g}", names=[])  # fmt: skip
        return value

    def month(
        self, name: str, label: str, low: int, high: int, default: int, play: bool = False,
        note: str = "",
    ) -> int:  # fmt: skip
        """Ask for a month by a slider; with buttons to go on and back if `play`."""
        value = int(self._number(name, label, low, high, default, whole=True))
        names = [month_name(month) for month in range(low, high + 1)]
        self._add(name, value, f"{value}", kind="range", label=label, low=low, high=high, step=1,
                  text=names[value - low], names=names, play=play, note=note)  # fmt: skip
        return value

    def prose(self, name: str, label: str, default: str, note: str = "") -> str:
        """Ask for a text of some lines; it may be empty."""
        value = self._asked.get(name, default).replace("\r\n", "\n")
        if len(value.encode("utf-8", "replace")) > LONGEST:
            self.complaints.append(
                f"{label}: longer than {LONGEST:,} bytes, so it was left as it is shipped."
            )
            value = default
        self._add(name, value, value, kind="prose", label=label, note=note, error="", line=0)
        self.fields[-1]["shipped"] = value == default
        return value

    def _number(
        self, name: str, label: str, low: float, high: float, default: float, whole: bool = False
    ) -> float:
        text = self._asked.get(name)
        if text is None:
            return default
        try:
            value = float(text[:40])
        except ValueError:
            value = math.nan
        if not low <= value <= high or (whole and value != int(value)):
            self._complain(label, text, f"{default:g}")
            return default
        return value

    def _complain(self, label: str, value: str, instead: str) -> None:
        if self._tell:
            short = value if len(value) <= 40 else f"{value[:39]}…"
            self.complaints.append(
                f"{label}: “{short}” can't be chosen here, so “{instead}” is shown."
            )

    def _add(self, name: str, value: Any, shown: str, **about: Any) -> None:
        self.values[name] = value
        self.shown[name] = shown
        self.fields.append({"name": name, "value": value, **about})

