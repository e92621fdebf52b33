"""What a page asks, and what the visitor chose: each value checked against what is known.

A page fills a form from top to bottom; what it may ask can depend on what was chosen above.
Choices come as text, from the page or from its address, where anything may stand. Nothing is
ever looked up by such a text: it either is one of the values that are offered, or a number
within bounds, or the text of a policy. What can't be used is said to be: a box keeps what was
typed into it, and the page answers nothing until it is mended; where there is only a list or a
slider, the default is shown instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from palca.model.errors import short

from ..io.language import _, written_month
from ..io.numerals import spelled

LONGEST: Final = 20_000  # bytes of a policy's text
_LONG: Final = 40  # characters of an option that needs room
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
Values = dict[str, Any]


class Form:
    """The fields of a page, in order, and the values chosen.

    Parameters
    ----------
    asked : mapping of str to str
        What was chosen so far, by field.

    Attributes
    ----------
    values : dict
        By field: texts, whole numbers and numbers.
    fields : list of dict
        As the template shows them; one whose `error` isn't empty can't be used.
    complaints : dict of str to str
        By field, why a choice can't be had and what is shown instead.
    scene : dict, optional
        What a story tells and asks above the fields, for the template.
    """

    def __init__(self, asked: Mapping[str, str]) -> None:
        self._asked = asked
        self.values: Values = {}
        self.fields: list[dict[str, Any]] = []
        self.complaints: dict[str, str] = {}
        self.texts: dict[str, str] = {}  # by field, the value as it stands in an address
        self.scene: dict[str, Any] | None = None

    def select(
        self, name: str, label: str, options: Mapping[str, str], default: str, note: str = ""
    ) -> str:
        """Ask for one of some options; `options` has a title for each."""
        value = self._one_of(name, label, options, default)
        choices = [{"value": key, "text": title} for key, title in options.items()]
        long = max(map(len, options.values())) > _LONG
        self._add(name, value, value, kind="select", label=label, options=choices, note=note,
                  long=long)  # fmt: skip
        return value

    def aside(self, name: str, label: str, options: Mapping[str, str], default: str) -> str:
        """Keep one of some options that the page shows in a way of its own, not as a field."""
        value = self.values[name] = self._one_of(name, label, options, default)
        if value != default:
            self.texts[name] = value
        return value

    def _one_of(self, name: str, label: str, options: Mapping[str, str], default: str) -> str:
        value = self._asked.get(name, default)
        if value not in options:
            self.complaints[name] = _(
                "{label}: {said} is not one of the choices, so “{shown}” is shown.",
                label=label, said=_quoted(value), shown=options[default],
            )  # fmt: skip
            value = default
        return value

    def whole(
        self, name: str, label: str, low: int, high: int, default: int, note: str = "",
        another: str = "",
    ) -> int:  # fmt: skip
        """Ask for a whole number between two, both included; what is typed stays in its box.

        Parameters
        ----------
        another : str
            What a button is called that takes the next number; empty for no button.
        """
        text = self._asked.get(name, str(default))
        value, wrong = _read(text, low, high, whole=True)
        as_text = text if wrong else f"{value:.0f}"
        self._add(name, default if wrong else int(value), as_text, kind="number", label=label,
                  low=low, high=high, step=1, note=note, another=another, error=wrong)  # fmt: skip
        self.fields[-1]["value"] = as_text
        return self.values[name]

    def line(
        self, name: str, label: str, examples: Sequence[str], wrong: Callable[[str], str],
        note: str = "",
    ) -> str:  # fmt: skip
        """Ask for a line of text, empty unless somebody types it; it stays in its box.

        Parameters
        ----------
        wrong : callable
            Returns what is wrong with a text that isn't empty, or nothing.
        """
        text = self._asked.get(name, "")
        error = wrong(text) if text.strip() else ""
        self._add(name, "" if error else text, text, kind="line", label=label, note=note,
                  examples=list(examples), error=error)  # fmt: skip
        self.fields[-1]["value"] = text
        return self.values[name]

    def number(
        self, name: str, label: str, low: float, high: float, default: float, step: float,
        note: str = "",
    ) -> float:  # fmt: skip
        """Ask for a number by a slider."""
        allowed = _("{low} to {high}", low=exact(low), high=exact(high))
        value = self._slid(name, label, low, high, default, allowed)
        self._add(name, value, exact(value), kind="range", label=label, low=low, high=high,
                  step=step, note=note, text=exact(value), names=[])  # fmt: skip
        return value

    def month(
        self, name: str, label: str, low: int, high: int, default: int, play: bool = False,
        note: str = "", zero: int = 0,
    ) -> int:  # fmt: skip
        """Ask for a month by a slider; with buttons to go on and back if `play`.

        Parameters
        ----------
        zero : int
            The month at 0, counted from January 1969.
        """
        names = [written_month(zero + month) for month in range(low, high + 1)]
        allowed = _("{low} to {high}, which are {first} to {last}", low=low, high=high,
                    first=names[0], last=names[-1])  # fmt: skip
        value = int(self._slid(name, label, low, high, default, allowed, names))
        self._add(name, value, f"{value}", kind="range", label=label, low=low, high=high, step=1,
                  text=names[value - low], names=names, play=play, note=note)  # fmt: skip
        return value

    def prose(self, name: str, label: str, default: str, draft: str, note: str = "") -> str:
        """Ask for a text of some lines; it may be empty.

        Parameters
        ----------
        draft : str
            Whose draft it is, for the browser that keeps it.
        """
        value = self._asked.get(name, default).replace("\r\n", "\n")
        held = len(value.encode("utf-8", "replace")) > LONGEST
        wrong = _(
            "The text is longer than {most} bytes, so it isn't run: shorten it. The whole text is "
            "still in the box.", most=spelled(LONGEST, ",")
        ) if held else ""  # fmt: skip
        if held:
            value = default
        self._add(name, value, value, kind="prose", label=label, note=note, error=wrong, line=0,
                  held=held, draft=draft, longest=LONGEST)  # fmt: skip
        self.fields[-1]["shipped"] = value == default
        return value

    def _slid(
        self, name: str, label: str, low: float, high: float, default: float, allowed: str,
        names: list[str] | None = None,
    ) -> float:  # fmt: skip
        text = self._asked.get(name)
        if text is None:
            return default
        value, wrong = _read(text, low, high, whole=names is not None)
        if not wrong:
            return value
        instead = names[int(default - low)] if names else exact(default)
        self.complaints[name] = _(
            "{label}: {said} can't be chosen here (allowed: {allowed}), so {shown} is shown.",
            label=label, said=_quoted(text), allowed=allowed, shown=instead,
        )  # fmt: skip
        return default

    def _add(self, name: str, value: Any, as_text: str, **about: Any) -> None:
        self.values[name] = value
        self.texts[name] = as_text
        self.fields.append({"name": name, "value": value, "error": "", **about})


def exact(value: float) -> str:
    """Return the shortest text that is this number and no other."""
    return repr(float(value)).removesuffix(".0")


def _quoted(text: str) -> str:
    return f"“{short(text, 40)}”"


def _read(text: str, low: float, high: float, whole: bool) -> tuple[float, str]:
    """Return the number that a text is, and why it can't be used, if it can't."""
    said, value = text.strip(), 0.0
    if not said:
        wrong = _("The box is empty")
    elif "," in said:
        wrong = _(
            "{said} has a comma; write decimals with a point, and thousands without a separator",
            said=_quoted(said),
        )
    elif not _NUMBER.fullmatch(said):
        wrong = _("{said} isn't a number", said=_quoted(said))
    else:
        value = float(said)
        if value < low:
            wrong = _("{said} is too small", said=_quoted(said))
        elif value > high:
            wrong = _("{said} is too large", said=_quoted(said))
        elif whole and value % 1:
            wrong = _("{said} isn't a whole number", said=_quoted(said))
        else:
            return value, ""
    mend = (
        _("write a whole number from {low} to {high}.") if whole
        else _("write a number from {low} to {high}.")
    )  # fmt: skip
    return value, f"{wrong}: {mend.format(low=exact(low), high=exact(high))}"
