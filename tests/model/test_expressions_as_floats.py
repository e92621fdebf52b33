"""Expressions over arrays give what Python's own floats give, one at a time."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expression_values import NAMES, evaluate
from palca.model import arithmetic
from palca.model.errors import PalcaError
from palca.model.language.expressions import Kind, parse
from palca.model.language.functions import finite
from palca.model.language.lexer import words_of
from palca.model.language.translator import Reader

pytestmark = [pytest.mark.pythons, pytest.mark.quick]


class Total(float):
    """A float whose arithmetic stays in the family and whose division by zero is 0."""

    def __add__(self, other):
        return Total(float(self) + float(other))

    def __sub__(self, other):
        return Total(float(self) - float(other))

    def __mul__(self, other):
        return Total(float(self) * float(other))

    def __truediv__(self, other):
        return Total(float(self) / float(other)) if other != 0 else Total(0.0)

    def __neg__(self):
        return Total(-float(self))


def least(*xs):
    return Total(math.nan if any(map(math.isnan, xs)) else min(xs))


def most(*xs):
    return Total(math.nan if any(map(math.isnan, xs)) else max(xs))


PLAIN = {
    "N": Total,
    "min": least,
    "max": most,
    "clip": lambda x, low, high: least(most(x, low), high),
    "abs": lambda x: Total(math.fabs(x)),
    "sqrt": lambda x: Total(math.sqrt(most(x, 0.0))),
    # the bits of exp and log are those of the one place where they are written
    "exp": lambda x: Total(arithmetic.exp(least(most(x, -50.0), 50.0))),
    "log": lambda x: Total(arithmetic.log(least(most(x, 1e-12), 1e300))),
    "logistic": lambda x: Total(arithmetic.logistic(x)),
}

# Every strategy below draws a pair: the text for Palca, and the same for Python's own eval.
literals = st.sampled_from(["0", "1", "2.5", ".1", "1e-9", "1e9", "3"]).map(
    lambda text: (text, f"N({text})")
)
observed = st.sampled_from(NAMES).map(lambda name: (name, f"v[{name!r}]"))
dates = st.sampled_from([("date", "v['date']"), ("1971-08", "31"), ("1968-12", "-1")])


def combined(pattern: str, *parts):
    """Fill one pattern on both sides, now and then in brackets."""
    return st.tuples(st.sampled_from([pattern, f"({pattern})"]), *parts).map(
        lambda row: tuple(row[0].format(*(part[side] for part in row[1:])) for side in (0, 1))
    )


def numbers_of(number, condition):
    calls = [f"{f}({{}})" for f in ("abs", "sqrt", "exp", "log", "logistic")]
    return st.one_of(
        *(combined(f"{{}} {sign} {{}}", number, number) for sign in "+-*/"),
        combined("-{}", number),
        combined("({} if {} else {})", number, condition, number),
        *(combined(call, number) for call in calls),
        *(combined(f"{f}({{}}, {{}})", number, number) for f in ("min", "max")),
        combined("max({}, {}, {})", number, number, number),
        combined("clip({}, -1, {})", number, number.map(lambda pair: tuple(
            f"max({part}, {one})" for part, one in zip(pair, ("0", "N(0)"), strict=True)))),
    )  # fmt: skip


def conditions_of(number, condition):
    signs = ("<", "<=", ">", ">=", "==", "!=")
    return st.one_of(
        *(combined(f"{{}} {sign} {{}}", number, number) for sign in signs),
        *(combined(f"{{}} {sign} {{}}", dates, dates) for sign in signs),
        combined("{} < {} <= {}", number, number, number),
        combined("{} <= {} < {}", dates, dates, dates),
        combined("{} and {}", condition, condition),
        combined("{} or {}", condition, condition),
        combined("not {}", condition),
        combined("({} if {} else {})", condition, condition, condition),
    )


simple_number = st.one_of(literals, observed)
simple_condition = st.sampled_from([("true", "True"), ("false", "False")])
conditions = conditions_of(simple_number, simple_condition)
numbers = numbers_of(simple_number, conditions)
for _ in range(2):
    numbers, conditions = (
        numbers_of(st.one_of(simple_number, numbers), conditions),
        conditions_of(st.one_of(simple_number, numbers), conditions),
    )

quantities = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e9, -1e9, 1e-300, 5e-324, 0.1, -2.5, 60.0]),
    st.floats(-1e9, 1e9),
)
WORLDS = 5
worlds = st.fixed_dictionaries(
    {name: st.lists(quantities, min_size=WORLDS, max_size=WORLDS) for name in NAMES}
)


def same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def read(text: str, kind: Kind):
    """Return what is known of an expression before it is computed: its bounds above all."""
    code = " ".join(words_of(text, NAMES))
    return Reader(code).expect(kind, ast.parse(code, mode="eval").body)


@pytest.mark.parametrize(("kind", "pairs"), [("number", numbers), ("condition", conditions)])
def test_arrays_give_what_python_floats_give(kind, pairs):
    @given(pairs, worlds, st.sampled_from([-20, -1, 31, 90]))
    @settings(max_examples=150, deadline=None)
    def check(pair, seen, month):
        text, python = pair
        if len(text) > 2000:
            return
        try:
            expression = parse(text, kind, NAMES)
        except PalcaError:
            limits = "operations|levels"  # a large one now and then
            with pytest.raises(PalcaError, match=limits):
                parse(text, kind, NAMES)
            return
        known = read(text, kind)
        arrays = {name: np.array(row) for name, row in seen.items()}
        together = np.broadcast_to(evaluate(expression, {**arrays, "date": month}), WORLDS)
        for world in range(WORLDS):
            v = {name: Total(row[world]) for name, row in seen.items()} | {"date": month}
            expected = eval(python, {"__builtins__": {}, **PLAIN}, {"v": v})
            assert same(together[world], expected)
            alone = {name: float(row[world]) for name, row in seen.items()}
            assert same(evaluate(expression, {**alone, "date": month}), expected)
            if not known.wild and kind == "number":
                assert known.low <= expected <= known.high
            assert np.isfinite(finite(expected))

    check()
