"""The language in which policy rules are written, and its translation to array code.

An expression is arithmetic (``+ - * /``), comparisons (also chained), ``and``,
``or``, ``not``, ``x if c else y``, the functions ``min max clip exp log sqrt
logistic abs``, numbers, ``true`` and ``false``, the names of observables and of
parameters, and ``date``, compared with months such as ``1971-08``.

Nothing in it can reach Python. Two fences stand one behind the other: the text
is cut into words, numbers and signs, each of which must be known, and put
together again from these (`lexer`); then the tree that Python's ``ast`` makes of
them is read through an allow-list (`translator`). What comes out is new source text
that calls only those of the module `functions`. Each of them has a value, whatever
it is given; a result may still be too large for a float, and an expression whose
result may is not *tame*.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np

from ..errors import PalcaError, short
from ..types import Value
from .functions import HELPERS, LARGEST_NUMBER, MOST_CHARACTERS, identifier
from .lexer import TOO_DEEP, as_written, words_of
from .translator import Reader, bare

Kind = Literal["condition", "number"]
_PARSING: Final = threading.Lock()
_KEPT: Final = 4096  # expressions that have been read: the shipped policies have a few hundred


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression.

    Attributes
    ----------
    text : str
        As the user wrote it.
    kind : str
        ``"condition"`` or ``"number"``.
    names : frozenset of str
        Observables and parameters that it uses, ``date`` included.
    source : str
        Python source over arrays of shape ``(worlds,)`` or plain floats. Each name is an
        identifier, ``regime.age`` as ``regime__age``; ``date`` counts months from
        January 1969; the functions are `~palca.model.language.functions.HELPERS`.
    tame : bool
        Whether nothing in it can overflow but a quotient that ``min``, ``max`` or ``clip``
        brings back, as long as no observable or parameter is larger than 1e9. A number that
        is not tame may come out infinite or undefined: `~palca.model.language.functions.finite`
        mends it.
    """

    text: str
    kind: Kind
    names: frozenset[str]
    source: str
    tame: bool

    @property
    def quiet(self) -> bool:
        """Whether NumPy has nothing to warn of while it is computed."""
        return self.tame and "divide(" not in self.source


def text_of(value: object) -> str:
    """Return the text of an expression that a TOML file gives as text or as a bare value.

    Raises
    ------
    PalcaError
        If it is neither text nor a finite number nor ``true`` or ``false``.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        if not abs(value) <= LARGEST_NUMBER:
            raise PalcaError("the number is too large or not finite: stay within ±1e9")
        return repr(value)
    raise PalcaError(f"write an expression in quotes, or a number, not {_toml_kind(value)}")


def parse(text: str, kind: Kind, names: Collection[str]) -> Expression:
    """Check an expression and translate it.

    Parameters
    ----------
    text : str
        The expression.
    kind : str
        What is asked for: ``"condition"`` or ``"number"``.
    names : collection of str
        Observables and parameters that it may name. ``date`` is always known.

    Raises
    ------
    PalcaError
        If it isn't an expression of the language, or is of the other kind.

    Examples
    --------
    >>> parse("growth < 0 and date >= 1971-08", "condition", {"growth"}).source
    '(growth < 0.0) & (date >= 31)'
    """
    if len(text) > MOST_CHARACTERS:
        raise PalcaError(
            f"the expression has {len(text)} characters and may have {MOST_CHARACTERS}: "
            "split it over several rules"
        )
    return _parsed(text, kind, tuple(names))


@lru_cache(_KEPT)  # a scenario is built again for each block of worlds
def _parsed(text: str, kind: Kind, names: tuple[str, ...]) -> Expression:
    words = words_of(text, names)
    code = " ".join(words)
    reader = Reader(code)
    value = reader.expect(kind, _tree(code, words))
    return Expression(text, kind, frozenset(reader.names), bare(value.source), value.tame)


def parse_at(value: object, kind: Kind, names: Collection[str], where: str) -> Expression:
    """Return the expression of a file, as `text_of` and `parse` read it; `where` names it."""
    try:
        return parse(text_of(value), kind, names)
    except PalcaError as error:
        raise error.at(where) from None


def value_of(expression: Expression, values: Mapping[str, Value]) -> Any:
    """Return what an expression comes to for some values of its names, elementwise."""
    scope = {**HELPERS, **{identifier(name): value for name, value in values.items()}}
    with np.errstate(all="ignore"):
        # written by `parse`, from nothing but checked parts
        return eval(expression.source, {"__builtins__": {}}, scope)


def tree_of(code: str) -> ast.expr:
    """Return Python's tree of an expression, by one thread at a time.

    Python 3.11 counts the depth of all threads' trees together, and raises a SystemError when a
    collection of garbage lets another thread parse in between.
    """
    with _PARSING:
        return ast.parse(code, mode="eval").body


def _tree(code: str, words: list[str]) -> ast.expr:
    """Return Python's tree of words that are all known."""
    try:
        return tree_of(code)
    except SyntaxError as error:
        start = 0  # the words are joined by one space each: find the one that Python points at
        for word in words:
            if error.offset is not None and start <= error.offset - 1 <= start + len(word):
                where = f"near '{short(as_written(word), 40)}'"
                break
            start += len(word) + 1
        else:
            where = "at its end"
        raise PalcaError(
            f"the expression can't be read {where}: is a sign, a comma or an 'else' missing?"
        ) from None
    except (ValueError, OverflowError, RecursionError, MemoryError):
        raise PalcaError(TOO_DEEP) from None


def _toml_kind(value: object) -> str:
    kinds = {list: "a list", dict: "a table"}
    return kinds.get(type(value), f"a {type(value).__name__}")
