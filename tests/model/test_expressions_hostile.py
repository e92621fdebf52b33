"""The expression language is safe: no text reaches Python, and any text at all is bearable."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expression_values import NAMES, evaluate
from palca.model.errors import PalcaError
from palca.model.language.expressions import parse
from palca.model.language.functions import FUNCTIONS, finite, identifier

pytestmark = [pytest.mark.pythons, pytest.mark.quick]


@pytest.mark.parametrize("text", [
    "__import__('os')", "__import__", "().__class__", "().__class__.__bases__[0].__subclasses__()",
    "regime.__class__", "regime.orientation.real", "growth.real", "growth.__class__", "growth.tofile",
    "min.__globals__", "min.__self__", "exp.__globals__['np']", "1.0.real", "1 .real", "f'{growth}'",
    "f'{().__class__}'", "'a'.format(growth)", "b'x'", "(x := 1)", "lambda: 1", "lambda x: x", "(lambda: 1)()",
    "[x for x in growth]", "(x for x in (1, 2))", "{1: 2}", "{1}", "growth[0]", "min(1, 2, key=abs)",
    "min(*(1, 2))", "min(**growth)", "await growth", "yield growth", "(yield)", "import os", "exec('1')",
    "eval(growth)", "open('x')", "print(growth)", "globals()", "getattr(growth, growth)", "where(true, 1, 2)",
    "divide(1, 2)", "finite(1)", "logical_not(true)", "see", "trace", "m1971_08_", "date >= m1971_08_",
    "regime__orientation", "growth; growth", "growth\\\n+ 1", "growth) + (growth", "growth\n)\nimport os\n(",
    "\x00", "growth\x00", "\ud800", "growth > '\\N{DIGIT ONE}'", "\\N{DIGIT ONE}", "ｍin(1, 2)", "ｇrowth",
    "growth\u00a0+ 1", "growth\u2028+ 1", "١ + 1", "...", "Ellipsis", "__debug__", "not_a_name", "1 if growth",
    "@growth", "1 -> 2", "print", "$growth", "`growth`", "growth?", "growth;", "type: ignore",
])  # fmt: skip
@pytest.mark.parametrize("kind", ["number", "condition"])
def test_no_text_reaches_python(text, kind):
    with pytest.raises(PalcaError) as caught:
        parse(text, kind, NAMES)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [
    "(" * 5000, "(" * 999 + "1" + ")" * 999, "(" * 41 + "1" + ")" * 41, "-" * 5000 + "1", "-" * 1999 + "1",
    "- " * 41 + "1", "1+" * 3000 + "1", "1+" * 999 + "1", "+".join(["growth"] * 41), "9**9**9**9", "9" * 10_000,
    "9" * 2000, "1e" + "9" * 1000, "0." + "9" * 3000, "not " * 3000 + "true", "not " * 490 + "true",
    "abs(" * 300 + "1" + ")" * 300, "1 if true else " * 130 + "1", "min(" + ",".join(["1"] * 401) + ")",
    " or ".join(["true"] * 300), "1<" * 500 + "1", "a" * 1900, "a." * 900 + "a", "1.." * 600, "- not " * 300 + "1",
    " " * 3000, "[" * 2000, "{" * 2000, "lambda:" * 280 + "1", "1971-08" * 280,
])  # fmt: skip
def test_what_is_huge_or_deep_is_refused_at_once(text):
    start = time.process_time()  # of this process: others may have the cores
    for kind in ("number", "condition"):
        with pytest.raises(PalcaError):
            parse(text, kind, NAMES)
    assert time.process_time() - start < 10  # a few thousandths, unless something explodes


def test_chains_within_chains_do_not_double_at_each_level():
    text = "growth"
    for _ in range(18):
        text = f"(1 if 0<{text}<1 else 0)"
    with pytest.raises(PalcaError, match="operations"):
        parse(text, "number", NAMES)


def test_what_is_just_within_the_limits_is_accepted():
    assert parse("+".join(["growth"] * 40), "number", NAMES).tame
    assert parse("(" * 40 + "1" + ")" * 40, "number", NAMES).source == "1.0"
    assert parse(" or ".join(["true"] * 200), "condition", NAMES).tame
    assert parse("1" + " " * 1999, "number", NAMES).source == "1.0"
    assert parse("-1e9", "number", NAMES).source == "-1000000000.0"


@pytest.mark.parametrize("name", ["where", "see", "Growth", "a__b", "_a", "a_", "a.b_", "type"])
def test_a_name_that_could_clash_with_generated_code_is_refused(name):
    with pytest.raises(ValueError, match="can't be the name"):
        identifier(name)


# ------------------------------------------------------------------ any text at all

TOKENS = [
    *NAMES, *FUNCTIONS, "date", "true", "false", "and", "or", "not", "if", "else", "1971-08",
    "1970-01", "0", "1", "2.5", "1e-9", "1e9", "(", ")", "(", ")", ",", "+", "-", "*", "/", "<",
    "<=", ">", ">=", "==", "!=", "**", "//", "%", ".", "=", ":=", "lambda", ":", "[", "]", "{", "}",
    "'", '"', "f'", "\\", "#", "\n", "\t", "\x00", "\ud800", "é", "is", "in", "None", "__class__",
    "_", "08", "0x", "1j", "~", "&", "|", "^", "@", ";", "e5", "regime", "growth.real", "\\N{DASH}",
]  # fmt: skip


def check_any(text: str) -> None:
    """A text is either refused in one line or becomes an expression that has a value."""
    for kind in ("number", "condition"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                expression = parse(text, kind, NAMES)
        except PalcaError:
            continue
        arrays = {name: np.array([0.0, -3.5, 1e9]) for name in NAMES}
        for values in ({**arrays, "date": 31}, {**dict.fromkeys(NAMES, 0.0), "date": 31}):
            result = np.asarray(evaluate(expression, values))
            assert result.dtype == (np.float64 if kind == "number" else np.bool_)
            assert kind == "condition" or np.isfinite(finite(result)).all()


@given(st.text(max_size=80))
@settings(max_examples=100)
def test_any_text_is_an_expression_or_an_error(text):
    check_any(text)


@given(st.lists(st.sampled_from(TOKENS), max_size=25), st.sampled_from(["", " "]))
@settings(max_examples=200)
def test_any_words_are_an_expression_or_an_error(words, gap):
    check_any(gap.join(words))
