"""The page of the expression language: its grammar and functions, and messages for mistakes."""

from __future__ import annotations

import inspect
from typing import Final

from palca.model.agents.observables import OBSERVABLES
from palca.model.errors import PalcaError
from palca.model.language import expressions
from palca.model.language.expressions import parse, value_of
from palca.model.language.functions import (
    FUNCTIONS,
    HELPERS,
    LARGEST_NUMBER,
    MOST_CHARACTERS,
    MOST_LEVELS,
    MOST_NODES,
)

from .markup import anchor, code, page, plain, table, target

# One ordinary call of each function, and one at the edge of its domain.
_CALLS: Final = {
    "min": ("min(3, 1, 2)", "min(0, 1 / 0)"),
    "max": ("max(3, 1, 2)", "max(0, log(0))"),
    "clip": ("clip(7, 0, 1)", "clip(-7, 0, 1)"),
    "exp": ("exp(1)", "exp(1000) / exp(50)"),
    "log": ("log(10)", "log(0)"),
    "sqrt": ("sqrt(2)", "sqrt(-1)"),
    "logistic": ("logistic(0)", "logistic(1000)"),
    "abs": ("abs(-3)", "abs(0 / 0)"),
}
_MEANINGS: Final = {
    "min": "the least of its arguments",
    "max": "the greatest of its arguments",
    "clip": "the first, not below the second and not above the third",
    "abs": "the size without the sign",
}
_MISTAKES: Final = (
    "regime.orientaton > 0", "growth = 0", "growth ** 2 > 1", "0.2 if growth > 0 else date",
    "growth > 0 & fiscal > 0", "growth", "1971-08-21 < date", "date >= 31", "ln(growth) > 0",
    "(growth > 0", "growth > 5%", "__import__ > 0",
)  # fmt: skip


def expression_language() -> str:
    """Return the page; the values and messages of its examples are computed."""
    about, *more = inspect.getdoc(expressions).split("\n\n")[1:]  # type: ignore[union-attr]
    fences = " ".join(more[0].split())
    return page(
        "# The language of rules",
        " ".join(about.replace("``", "`").split()),
        "A text is a *condition* (`when` of a rule, `any_of` and `among` of a measure) or a "
        "*number* (everything else). The two never mix: `growth > 0` is a condition, `1 if growth "
        "> 0 else 0` is a number. Policies, concepts, `palca discover` and `[[intervene]]` tables "
        "that add rules all use this language. They differ in the names that they may use: "
        "[observables](observables.md), [parameters](parameters.md), [fields](fields.md) or "
        "[outcomes](outcomes.md).",
        "## Grammar",
        "```text\n" + _GRAMMAR + "\n```",
        "Operators bind as in Python: `*` and `/` before `+` and `-`, these before comparisons, "
        "then `not`, `and`, `or`, and `if … else` last. `0.2 < x < 0.4` means that both are true.",
        "## Functions",
        "Every function has a value for every argument, and a division by zero gives 0.",
        table(["Function", "Arguments", "Meaning", "For example", "And"],
              map(_function, FUNCTIONS)),
        "## Limits",
        f"At most {MOST_CHARACTERS:,} characters, {MOST_NODES} operations and {MOST_LEVELS} levels "
        f"of brackets; numbers within ±{LARGEST_NUMBER:,.0f}.",
        fences,
        "## Mistakes",
        "`palca check FILE` finds them, with the file and the rule. These are conditions:",
        table(["Written", "Answer"], [[code(text), plain(_answer(text))] for text in _MISTAKES]),
    )  # fmt: skip


_GRAMMAR: Final = """\
condition   number < number        also <= > >= == !=, and chains
            date >= 1971-08        dates are compared with months only
            condition and condition, condition or condition, not condition
            condition if condition else condition
            true, false, (condition)
number      12, 0.5, 1e6, name, parameter
            number + number        also - * /, and -number
            number if condition else number
            function(number, …), (number)
name        small letters, digits and _, in parts joined by dots: regime.age"""


def _function(name: str) -> list[str]:
    fewest, most = FUNCTIONS[name]
    said = (inspect.getdoc(HELPERS[name]) or "").split("\n\n")[0] if name in HELPERS else ""
    meaning = _MEANINGS.get(name) or said.removeprefix("Return ").split(";")[0].rstrip(".")
    count = str(fewest) if most == fewest else f"{fewest} or more"
    examples = [f"{code(text)} → {_value(text)}" for text in _CALLS[name]]
    return [target(code(name), anchor(name)), count, plain(meaning), *examples]


def _value(text: str) -> str:
    return f"{float(value_of(parse(text, 'number', ()), {})):.4g}"


def _answer(text: str) -> str:
    try:
        parse(text, "condition", OBSERVABLES)
    except PalcaError as error:
        return str(error)
    raise AssertionError(f"{text!r} is no mistake")
