"""The language of policy rules in plain Python, and the arithmetic of the model.

An expression such as ``0.4 * (1 - us.trust) if date >= 1971-08 else 0`` is nearly Python
already: months become numbers, dots in names become ``__``, numbers become floats, and a
division gives 0 where the divisor is 0. What comes out is compiled once and evaluated by
Python itself. Texts are taken to be checked: `palca.model.language.expressions` refuses the others.
"""

from __future__ import annotations

import ast
import math
import re
from functools import cache
from types import CodeType
from typing import Any

# ------------------------------------------------------------- arithmetic, the same everywhere


def exp(x: float) -> float:
    """Return e**x for finite x, capped at ±700: x = k ln 2 + r, and a Padé approximant of e**r."""
    x = -700.0 if x < -700.0 else 700.0 if x > 700.0 else x
    k = round(x * 1.4426950408889634)  # halves to the even number
    r = x - k * 0.6931471805599453
    square = r * r
    even = (square * (1 / 1680) + 3 / 28) * square + 1.0
    odd = (square * (1 / 84) + 0.5) * r
    return math.ldexp((even + odd) / (even - odd), k)


def log(x: float) -> float:
    """Return ln x for finite x > 0: x = m 2**e, and ln m = 2 artanh((m - 1) / (m + 1))."""
    m, e = math.frexp(x)
    if m < 0.7071067811865476:  # so that m lies about 1
        m, e = m + m, e - 1
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    p = q * (1 / 15) + 1 / 13
    p = p * q + 1 / 11
    p = p * q + 1 / 9
    p = p * q + 1 / 7
    p = p * q + 1 / 5
    p = p * q + 1 / 3
    p = p * q + 1.0
    return 2.0 * s * p + e * 0.6931471805599453


def logistic(x: float) -> float:
    """Return 1 / (1 + e**-x)."""
    return 1.0 / (1.0 + exp(-x))


def share(x: float) -> float:
    """Return x clipped to 0..1."""
    return 0.0 if x < 0.0 else 1.0 if x > 1.0 else x


def clip(x: float, low: float, high: float) -> float:
    """Return the number of low..high that is nearest to x."""
    return low if x < low else high if x > high else x


def finite(x: float) -> float:
    """Return x with 0 for what is not a number, and at most 1e300 in size."""
    return clip(x, -1e300, 1e300) if x == x else 0.0


# ------------------------------------------------------------- what an expression may call
# Each has a value whatever it is given; what is not a number stays so until `finite` mends it.


def _divide(a: float, b: float) -> float:
    return 0.0 if b == 0.0 else a / b


def _min(*numbers: float) -> float:
    least, *others = numbers
    for number in others:
        if number < least or number != number:
            least = number
    return least


def _max(*numbers: float) -> float:
    return -_min(*(-number for number in numbers))


def _clip(x: float, low: float, high: float) -> float:
    return _min(_max(x, low), high)


def _exp(x: float) -> float:
    return exp(clip(x, -50.0, 50.0)) if x == x else x


def _log(x: float) -> float:
    return log(clip(x, 1e-12, 1e300)) if x == x else x


def _sqrt(x: float) -> float:
    return math.sqrt(x) if x > 0.0 else x if x != x else 0.0


def _logistic(x: float) -> float:
    return logistic(x) if x == x else x


FUNCTIONS: dict[str, Any] = {
    "__builtins__": {},
    "divide": _divide,
    "min": _min,
    "max": _max,
    "clip": _clip,
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "logistic": _logistic,
    "abs": abs,
}

# ------------------------------------------------------------- translation

_TOKEN = re.compile(
    r"(?P<month>\d{4}-(?:0[1-9]|1[0-2])(?![\w.]))"
    r"|(?P<word>[A-Za-z_][\w.]*)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
)


@cache
def identifier(name: str) -> str:
    """Return what stands for an observable or a parameter in Python."""
    return name.replace(".", "__")


def _as_python(token: re.Match[str]) -> str:
    text = token.group()
    if token["month"]:
        return str(12 * (int(text[:4]) - 1969) + int(text[5:]) - 1)
    if token["number"]:
        return repr(float(text))
    return {"true": "True", "false": "False"}.get(text, identifier(text))


class _Divisions(ast.NodeTransformer):
    """Write ``divide(a, b)`` for every a / b."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.Call(ast.Name("divide", ast.Load()), [node.left, node.right], [])


@cache
def compiled(*texts: str) -> CodeType:
    """Return the code of some expressions; its value is the tuple of theirs."""
    words = "".join(f"({_TOKEN.sub(_as_python, text)}), " for text in texts)
    tree = ast.parse(f"({words})", mode="eval")
    return compile(ast.fix_missing_locations(_Divisions().visit(tree)), "<rules>", "eval")


def names_in(code: CodeType) -> set[str]:
    """Return the names of observables and parameters in compiled expressions."""
    return {name.replace("__", ".") for name in code.co_names if name not in FUNCTIONS}
