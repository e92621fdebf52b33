"""The words of an expression: the first of the two fences before Python's parser.

A text is cut into words, numbers and signs. Each must be known, and what the
parser gets is put together again from these alone. Most of what a newcomer to
the language gets wrong is met here, so most of the advice stands here.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Mapping
from typing import Final

from ..errors import PalcaError, nearest, short
from .functions import FUNCTIONS, LARGEST_NUMBER, MOST_LEVELS, MOST_NODES, identifier

TOO_DEEP: Final = (
    f"the expression is nested deeper than {MOST_LEVELS} levels: split it over several rules"
)
TOO_LONG: Final = (
    f"the expression has more than {MOST_NODES} operations: split it over several rules"
)
MONTH: Final = re.compile(r"\bm([0-9]{4})_([0-9]{2})_\b")  # no name ends with an underscore

_FOREIGN = re.compile(r"[^\x00-\x7f]")
_RUN = re.compile(r"\.?[0-9][\w.]*", re.ASCII)  # what begins like a number
_JOINTS = frozenset({"and", "or", "not", "if", "else"})
_TOKEN = re.compile(
    r"""
      (?P<space>  [ \t\r\n]+)
    | (?P<day>    [0-9]{4}-[0-9]{2}-[0-9]{2} (?!\w))
    | (?P<month>  [0-9]{4}-(?:0[1-9]|1[0-2]) (?![\w.]))
    | (?P<number> (?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+) (?:[eE][+-]?[0-9]+)? (?![\w.]))
    | (?P<word>   [A-Za-z_]\w* (?:\.[A-Za-z_]\w*)*)
    | (?P<sign>   \*\*|//|<<|>>|->|[<>=!]=|[-+*/<>(),])
    """,
    re.VERBOSE | re.ASCII,
)

# What to write instead of a sign that the language doesn't have.
_SIGNS: Final[Mapping[str, str]] = {
    "**": "write x * x, sqrt(x) or exp(y * log(x)) instead of '**'",
    "//": "write '/' instead of '//'",
    "%": "write a share as a number such as 0.25; there is no '%'",
    "<<": "write '*' or '<' instead of '<<'",
    ">>": "write '/' or '>' instead of '>>'",
    "->": "write '-' or '>' instead of '->'",
    "^": "write x * x or exp(y * log(x)) instead of '^'",
    "&": "write 'and' instead of '&'",
    "|": "write 'or' instead of '|'",
    "~": "write 'not' instead of '~'",
    "!": "write 'not', or '!=' for unequal, instead of '!'",
    "=": "write '==' to compare; a single '=' has no meaning here",
    "'": "write names without quotes; there is no text in an expression",
    '"': "write names without quotes; there is no text in an expression",
    "[": "write round brackets; there are no lists here",
    "]": "write round brackets; there are no lists here",
    "{": "write round brackets; there are no tables here",
    "}": "write round brackets; there are no tables here",
    ":": "write 'x if c else y' to choose; there is no ':'",
    "#": "write comments in the file, outside the quotes of an expression",
    ".": "write names such as regime.age without a space and with nothing else before the dot",
    "≤": "write '<=' instead of '≤'",
    "≥": "write '>=' instead of '≥'",
    "≠": "write '!=' instead of '≠'",
    "−": "write the plain sign '-' instead of '−'",
    "–": "write the plain sign '-' instead of '–'",
    "×": "write '*' instead of '×'",
    "·": "write '*' instead of '·'",
    "÷": "write '/' instead of '÷'",
    "∧": "write 'and' instead of '∧'",
    "∨": "write 'or' instead of '∨'",
    "¬": "write 'not' instead of '¬'",
}
_WORDS: Final[Mapping[str, str]] = {
    "True": "write true instead of True",
    "False": "write false instead of False",
    "None": "write 0 or false; there is no None",
    "is": "write '==' instead of 'is'",
    "in": "write 'low < x and x < high', or compare with '==', instead of 'in'",
    "AND": "write 'and' in small letters",
    "OR": "write 'or' in small letters",
    "NOT": "write 'not' in small letters",
    "pow": "write x * x, sqrt(x) or exp(y * log(x)) instead of pow",
    "ln": "write log instead of ln",
}


def words_of(text: str, names: Collection[str]) -> list[str]:
    """Cut an expression into words, each known and fit for Python's parser.

    Joined by a space each they are the code that the parser is to see: a name as its
    identifier, a month as ``m1971_08_``, a number with a point.

    Raises
    ------
    PalcaError
        At the first word or sign that isn't of the language, or if brackets don't match.
    """
    foreign = _FOREIGN.search(text)  # before a word is cut short at it
    if foreign:
        raise PalcaError(_unreadable(text, foreign.start()))
    words: list[str] = []
    end = 0
    while end < len(text):
        found = _TOKEN.match(text, end)
        if not found:
            raise PalcaError(_unreadable(text, end))
        if found.lastgroup != "space":
            words.append(_word(str(found.lastgroup), found.group(), names))
        end = found.end()
    if not words:
        raise PalcaError("the expression is empty: write a name, a number, true or false")
    _check_brackets(words)
    return words


def _word(sort: str, word: str, names: Collection[str]) -> str:
    """Return one word as Python's parser shall see it."""
    match sort:
        case "day":
            raise PalcaError(f"write the month only, {word[:7]}, instead of {word}")
        case "month":
            return f"m{word[:4]}_{word[5:]}_"
        case "number":
            number = float(word)
            if not number <= LARGEST_NUMBER:
                raise PalcaError(f"{short(word, 40)} is too large: numbers stay within ±1e9")
            return repr(number)
        case "sign":
            if word in _SIGNS:
                raise PalcaError(_SIGNS[word])
            return word
    if word in _JOINTS or word in FUNCTIONS or word == "date":
        return word
    if word in ("true", "false"):
        return word.capitalize()
    if word in names:
        return identifier(word)
    if word in _WORDS:
        raise PalcaError(_WORDS[word])
    if keyword.iskeyword(word):
        raise PalcaError(
            f"{word!r} is not part of this language: write names, numbers, and, or, not, 'x if c "
            f"else y' and the functions {', '.join(FUNCTIONS)}"
        )
    known = [*names, *FUNCTIONS, "date", "true", "false"]
    hint = nearest(word, known) if len(word) <= 60 else ""
    raise PalcaError(f"unknown name '{short(word, 40)}'{hint}", unknown=word)


def _unreadable(text: str, at: int) -> str:
    """Return what is wrong where no word can begin in a text."""
    character, run = text[at], _RUN.match(text, at)
    if run:
        return (
            f"'{short(run.group(), 40)}' is neither a number nor a name: write numbers as 12, 0.5 "
            "or 1e6, and '*' to multiply"
        )
    known = _SIGNS.get(character)
    return known or f"{character!a} has no meaning here: use plain letters, digits and signs"


def _check_brackets(words: list[str]) -> None:
    """Check that brackets match and that nothing is nested so deep as to trouble the parser."""
    depth = run = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        run = run + 1 if word in ("-", "+", "not") else 0
        if depth < 0:
            raise PalcaError("a closing bracket has no opening one: remove a ')'")
        if max(depth, run) > MOST_LEVELS:
            raise PalcaError(TOO_DEEP)
    if depth:
        raise PalcaError("an opening bracket has no closing one: add a ')'")


def as_written(code: str) -> str:
    """Return a piece of the code that Python's parser saw as the user may have written it."""
    code = MONTH.sub(r"\1-\2", code).replace("__", ".").replace("True", "true")
    return re.sub(r"\.0\b", "", code.replace("False", "false"))
