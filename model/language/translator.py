"""The grammar of an expression: the second of the two fences between a user and Python.

The tree that Python's parser makes of known words is read through an allow-list
and translated. On the way each part is given its kind (condition, number or
date), so that kinds never mix, and bounds, so that a quotient whose divisor
can't be 0 is a plain one and a result that can't overflow needs no mending.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import PalcaError, short
from .functions import FUNCTIONS, LARGEST_NUMBER, LARGEST_RESULT, MOST_LEVELS, MOST_NODES
from .lexer import MONTH, TOO_DEEP, TOO_LONG, as_written


def bare(source: str) -> str:
    """Return generated source without its outermost brackets.

    Every operation is written in brackets of its own, so a first ``(`` encloses all of it.
    """
    return source[1:-1] if source.startswith("(") else source


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation of a part of an expression, and what is known of it.

    `low` and `high` bound a number. Rounding keeps order, so bounds worked out by the same
    operations hold exactly. `wild` says that something in it may have overflowed
    otherwise than by a quotient, so that it may be undefined.
    """

    kind: str
    source: str
    size: int
    low: float = 0.0
    high: float = 0.0
    wild: bool = False

    @property
    def bounded(self) -> bool:
        """Whether it is small enough that sums of such numbers stay finite."""
        return max(-self.low, self.high) <= LARGEST_RESULT

    @property
    def tame(self) -> bool:
        """Whether it is certainly a finite number, or a condition of finite numbers."""
        return self.bounded and not self.wild


_ARITHMETIC: Final = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISONS: Final = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


class Reader:
    """Reads the tree of an expression through the allow-list; notes the names it meets."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.names: set[str] = set()

    def expect(self, kind: str, node: ast.expr, depth: int = 0) -> Translation:
        """Return the translation of a part that must be of a given kind."""
        value = self.read(node, depth)
        if value.kind == kind:
            return value
        piece = self.piece(node)
        if value.kind == "date":
            raise PalcaError(
                f"{piece} is a date, but a {kind} is needed here: compare dates, as in date >= "
                "1971-08"
            )
        if kind == "number":
            raise PalcaError(
                f"{piece} is a condition, but a number is needed here: join conditions by and / "
                "or, or write '1 if c else 0'"
            )
        raise PalcaError(
            f"{piece} is a number, but a condition is needed here: compare it, as in 'growth > 0'"
        )

    def read(self, node: ast.expr, depth: int) -> Translation:
        """Return the translation of a part of any kind."""
        if depth >= MOST_LEVELS:
            raise PalcaError(TOO_DEEP)
        depth += 1
        match node:
            case ast.Constant(bool(truth)):
                value = Translation("condition", str(truth), 1)
            case ast.Constant(float(x)):
                value = Translation("number", repr(x), 1, x, x)
            case ast.Name(name):
                value = self.name(name)
            case ast.UnaryOp(ast.USub(), operand):
                x = self.expect("number", operand, depth)
                value = Translation("number", f"(-{x.source})", x.size + 1, -x.high, -x.low, x.wild)
            case ast.UnaryOp(ast.Not(), operand):
                c = self.expect("condition", operand, depth)
                source = f"logical_not({bare(c.source)})"
                value = Translation("condition", source, c.size + 1, wild=c.wild)
            case ast.BinOp(left, sign, right) if type(sign) in _ARITHMETIC:
                a, b = self.expect("number", left, depth), self.expect("number", right, depth)
                value = _arithmetic(_ARITHMETIC[type(sign)], a, b)
            case ast.BoolOp(joint, parts):
                sign = "&" if isinstance(joint, ast.And) else "|"
                value = _fold(_join, sign, [self.expect("condition", c, depth) for c in parts])
            case ast.Compare(left, signs, rest) if _COMPARISONS.keys() >= {*map(type, signs)}:
                value = self.comparison([left, *rest], signs, depth)
            case ast.IfExp(test, yes, no):
                value = self.choice(test, yes, no, depth)
            case ast.Call(ast.Name(function), arguments, []):
                value = self.call(function, arguments, depth)
            case ast.UnaryOp(ast.UAdd()):
                raise PalcaError("write a number without a '+' before it")
            case ast.Tuple():
                raise PalcaError("write commas only between the arguments of a function, and "
                                 "numbers with a point, as in 0.5")
            case ast.Call():
                raise PalcaError(f"write a call as one of {', '.join(FUNCTIONS)} and its arguments")
            case _:
                raise PalcaError(
                    f"{self.piece(node)} is not part of this language: write arithmetic, "
                    "comparisons, and, or, not, 'x if c else y' and functions"
                )
        if value.size > MOST_NODES:
            raise PalcaError(TOO_LONG)
        return value

    def name(self, name: str) -> Translation:
        """Return an observable, a parameter, the date or a month."""
        month = MONTH.fullmatch(name)
        if month:
            return Translation("date", str(12 * (int(month[1]) - 1969) + int(month[2]) - 1), 1)
        if name in FUNCTIONS:
            raise PalcaError(f"{name} is a function: write its arguments, as in {name}(…)")
        self.names.add(name.replace("__", "."))
        if name == "date":
            return Translation("date", name, 1)
        return Translation("number", name, 1, -LARGEST_NUMBER, LARGEST_NUMBER)

    def comparison(self, parts: list[ast.expr], signs: list[ast.cmpop], depth: int) -> Translation:
        """Return a chain a < b < c as (a < b) & (b < c)."""
        values = [self.read(part, depth) for part in parts]
        kind = "date" if any(value.kind == "date" for value in values) else "number"
        for part, value in zip(parts, values, strict=True):
            if kind == "date" and value.kind == "number":
                raise PalcaError(
                    f"{self.piece(part)} is a number compared with a date: "
                    "write a month as 1971-08, without spaces"
                )
            if value.kind != kind:
                self.expect("number", part, depth)  # raises
        links = [
            Translation(
                "condition",
                f"({a.source} {_COMPARISONS[type(sign)]} {b.source})",
                a.size + b.size + 1,
                wild=a.wild or b.wild,
            )
            for a, sign, b in zip(values[:-1], signs, values[1:], strict=True)
        ]
        return _fold(_join, "&", links)

    def choice(self, test: ast.expr, yes: ast.expr, no: ast.expr, depth: int) -> Translation:
        """Return x if c else y, two numbers or two conditions."""
        c, a = self.expect("condition", test, depth), self.read(yes, depth)
        if a.kind == "date":
            self.expect("number", yes, depth)  # raises
        b = self.expect(a.kind, no, depth)
        return Translation(
            a.kind,
            f"where({bare(c.source)}, {bare(a.source)}, {bare(b.source)})",
            a.size + b.size + c.size + 1,
            min(a.low, b.low),
            max(a.high, b.high),
            a.wild or b.wild or c.wild,
        )

    def call(self, function: str, arguments: list[ast.expr], depth: int) -> Translation:
        """Return the call of a function."""
        if function not in FUNCTIONS:
            raise PalcaError(
                f"'{short(as_written(function), 40)}' is not a function: "
                f"the functions are {', '.join(FUNCTIONS)}"
            )
        fewest, most = FUNCTIONS[function]
        if not fewest <= len(arguments) <= most:
            count = f"{fewest} or more" if most > fewest else str(most)
            raise PalcaError(f"{function} needs {count} between its brackets, not {len(arguments)}")
        x, *more = (self.expect("number", argument, depth) for argument in arguments)
        if function == "clip":
            low, high = more
            if low.low > high.high:
                raise PalcaError("clip(x, low, high) has its bounds in the wrong order: exchange "
                                 "them")
            return _extreme("min", _extreme("max", x, low), high)
        return _fold(_extreme, function, [x, *more]) if more else _function(function, x)

    def piece(self, node: ast.expr) -> str:
        """Return the part of the text that a node stands for, for an error."""
        return f"'{short(as_written(self.code[node.col_offset : node.end_col_offset]), 40)}'"


def _fold(
    join: Callable[[str, Translation, Translation], Translation],
    sign: str,
    parts: Sequence[Translation],
) -> Translation:
    """Join many parts by halves: a hundred one by one would be too many brackets for Python."""
    if len(parts) == 1:
        return parts[0]
    half = (len(parts) + 1) // 2
    whole = join(sign, _fold(join, sign, parts[:half]), _fold(join, sign, parts[half:]))
    if whole.size > MOST_NODES:  # before a chain within chains doubles its text at each level
        raise PalcaError(TOO_LONG)
    return whole


def _join(sign: str, a: Translation, b: Translation) -> Translation:
    source = f"({a.source} {sign} {b.source})"
    return Translation("condition", source, a.size + b.size + 1, wild=a.wild or b.wild)


def _arithmetic(sign: str, a: Translation, b: Translation) -> Translation:
    size = a.size + b.size + 1
    wild = a.wild or b.wild or not (a.bounded and b.bounded)  # inf - inf, 0 * inf, inf / inf
    low, high = -math.inf, math.inf
    if a.bounded and b.bounded:
        if sign == "+":
            low, high = a.low + b.low, a.high + b.high
        elif sign == "-":
            low, high = a.low - b.high, a.high - b.low
        elif sign == "*" or b.low > 0.0 or b.high < 0.0:
            ends = [
                x * y if sign == "*" else x / y for x in (a.low, a.high) for y in (b.low, b.high)
            ]
            low, high = min(ends), max(ends)
    whole = max(-low, high) <= LARGEST_RESULT
    if sign == "/" and not whole:  # the divisor may be 0 or nearly so
        source = f"divide({bare(a.source)}, {bare(b.source)})"
        return Translation("number", source, size, -math.inf, math.inf, wild)
    source = f"({a.source} {sign} {b.source})"
    return Translation("number", source, size, low, high, wild or not whole)


def _extreme(function: str, a: Translation, b: Translation) -> Translation:
    helper, pick = ("minimum", min) if function == "min" else ("maximum", max)
    return Translation(
        "number",
        f"{helper}({bare(a.source)}, {bare(b.source)})",
        a.size + b.size + 1,
        pick(a.low, b.low),
        pick(a.high, b.high),
        a.wild or b.wild,
    )


def _function(function: str, x: Translation) -> Translation:
    source, size = f"{function}({bare(x.source)})", x.size + 1
    match function:
        case "exp":
            low, high = 1e-22, 1e22  # e**±50 and to spare
        case "log":
            low, high = -28.0, 700.0  # ln 1e-12 and ln 1e300 and to spare
        case "logistic":
            low, high = 0.0, 1.0
        case "sqrt":
            low, high = math.sqrt(max(x.low, 0.0)), math.sqrt(max(x.high, 0.0))
        case _:  # abs
            low = max(x.low, -x.high, 0.0)
            high = max(-x.low, x.high)
    return Translation("number", source, size, low, high, x.wild)
