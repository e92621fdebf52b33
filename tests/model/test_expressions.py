"""The expression language: worked out by hand, and errors that help."""

from __future__ import annotations

import ast
import gc
import math
import threading
import time

import numpy as np
import pytest

from expression_values import NAMES, evaluate
from palca.model.errors import PalcaError
from palca.model.language.expressions import Kind, parse, text_of
from palca.model.language.functions import LARGEST_NUMBER
from palca.model.language.lexer import words_of
from palca.model.language.translator import Reader

pytestmark = [pytest.mark.pythons, pytest.mark.quick]


def value(text: str, kind: Kind = "number", **values):
    return evaluate(parse(text, kind, NAMES), values)


# ------------------------------------------------------------------ by hand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("-growth / 4", -0.5),
        ("7 - 4 - 2", 1.0),
        ("12 / 3 / 2", 2.0),
        ("1e3 + .5 + 1.", 1001.5),
        ("growth / 0", 0.0),
        ("growth / (trust - trust)", 0.0),
        ("min(3, growth, 4)", 2.0),
        ("max(3, growth, 4)", 4.0),
        ("clip(growth, 3, 5)", 3.0),
        ("clip(growth, 0, 1)", 1.0),
        ("abs(-growth)", 2.0),
        ("sqrt(-growth)", 0.0),
        ("sqrt(growth + 7)", 3.0),
        ("1 if growth > 1 else 2", 1.0),
        ("1 if growth > 2 else 3 if growth > 1 else 4", 3.0),
        ("1 if (true if growth > 1 else false) else 0", 1.0),
    ],
)
def test_numbers_worked_out_by_hand(text, expected):
    assert value(text, growth=2.0, trust=0.3) == expected
    many = np.broadcast_to(value(text, growth=np.full(3, 2.0), trust=np.full(3, 0.3)), 3)
    assert many.tolist() == [expected] * 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("growth > 1 and trust < 0.5", True),
        ("growth > 1 and trust > 0.5", False),
        ("not growth > 1 or trust > 0.5", False),
        ("not (growth > 1 and trust > 0.5)", True),
        ("true or false and false", True),
        ("0 < trust < growth < 3", True),
        ("0 < trust > growth", False),
        ("growth == 2 != trust", True),
        ("date >= 1971-08", True),
        ("date > 1971-08", False),
        ("date == 1971-08", True),
        ("1970-01 <= date < 1971-08", False),
        ("date >= 1968-12", True),
        ("date >= 1971-08 and growth > 3", False),
        ("growth > 3 if date < 1971-08 else trust > 0", True),
        ("date\n  >= 1971-08\n  and growth > 1", True),
        ("date>=1971-08and growth>1", None),
    ],
)
def test_conditions_worked_out_by_hand(text, expected):
    if expected is None:
        with pytest.raises(PalcaError):
            parse(text, "condition", NAMES)
        return
    assert bool(value(text, "condition", growth=2.0, trust=0.3, date=31)) is expected
    arrays = {"growth": np.array([2.0]), "trust": np.array([0.3]), "date": 31}
    assert np.asarray(value(text, "condition", **arrays)).all() == expected


def test_functions_are_those_of_mathematics_within_their_caps():
    x = np.array([-1e9, -60, -50, -1, 0, 1e-13, 1e-12, 0.3, 1, 49, 50, 51, 1e9])
    expected = np.exp(np.clip(x, -50, 50))
    np.testing.assert_allclose(value("exp(growth)", growth=x), expected, rtol=1e-10)
    expected = np.log(np.maximum(x, 1e-12))
    np.testing.assert_allclose(value("log(growth)", growth=x), expected, rtol=1e-10, atol=1e-12)
    few = np.array([-30.0, -1.0, 0.0, 1.0, 30.0])
    expected = 1 / (1 + np.exp(-few))
    np.testing.assert_allclose(value("logistic(growth)", growth=few), expected, rtol=1e-10)


def test_an_expression_tells_what_it_uses():
    expression = parse(
        "regime.orientation * fiscal_export > 1 and date >= 1971-08", "condition", NAMES
    )
    assert expression.names == {"regime.orientation", "fiscal_export", "date"}
    assert expression.source == "((regime__orientation * fiscal_export) > 1.0) & (date >= 31)"
    assert expression.tame


@pytest.mark.parametrize(
    ("text", "tame", "source"),
    [
        ("growth / 3", True, "growth / 3.0"),
        ("growth / trust", False, "divide(growth, trust)"),
        ("growth / max(trust, 0.1)", True, "growth / maximum(trust, 0.1)"),
        ("1 / (1 + abs(growth))", True, "1.0 / (1.0 + abs(growth))"),
        ("1 / (1 + exp(growth))", True, "1.0 / (1.0 + exp(growth))"),
        ("clip(growth / trust, 0, 1)", True, "minimum(maximum(divide(growth, trust), 0.0), 1.0)"),
        ("growth / trust - growth / fiscal_export", False, None),
        ("clip(growth / trust - growth / fiscal_export, 0, 1)", False, None),
        ("clip((growth / trust) / (growth / fiscal_export), 0, 1)", False, None),
        ("*".join(["growth"] * 33), True, None),
        ("*".join(["growth"] * 34), False, None),
        ("exp(exp(growth))", True, "exp(exp(growth))"),
        ("exp(growth / trust)", True, None),
        ("1 if growth / trust > 3 else 0", True, None),
    ],
)
def test_what_cannot_overflow_is_tame(text, tame, source):
    expression = parse(text, "number", NAMES)
    assert expression.tame is tame
    assert source is None or expression.source == source


NAME = (-LARGEST_NUMBER, LARGEST_NUMBER)  # the bounds of whatever may be named


@pytest.mark.parametrize(
    ("text", "size", "bounds"),
    [
        ("growth", 1, NAME),
        ("2.5", 1, (2.5, 2.5)),
        ("-2.5", 2, (-2.5, -2.5)),
        ("2.0 + 3.0", 3, (5.0, 5.0)),
        ("2.0 - 3.0", 3, (-1.0, -1.0)),
        ("2.0 * -3.0", 4, (-6.0, -6.0)),
        ("3.0 / -2.0", 4, (-1.5, -1.5)),
        ("logistic(growth)", 2, (0.0, 1.0)),
        ("exp(growth)", 2, (1e-22, 1e22)),
        ("log(growth)", 2, (-28.0, 700.0)),
        ("sqrt(4.0)", 2, (2.0, 2.0)),
        ("abs(-3.0)", 3, (3.0, 3.0)),
        ("abs(growth)", 2, (0.0, LARGEST_NUMBER)),
        ("min(growth, 1.0)", 3, (-LARGEST_NUMBER, 1.0)),
        ("max(growth, 1.0, 2.0)", 5, (2.0, LARGEST_NUMBER)),
        ("clip(growth, 0.0, 1.0)", 5, (0.0, 1.0)),
        ("clip(growth, 1.0, 2.0) - clip(growth, 3.0, 5.0)", 11, (-4.0, -1.0)),
        ("clip(growth, 1.0, 2.0) / clip(growth, 4.0, 5.0)", 11, (0.2, 0.5)),
        ("clip(growth, -1.0, 2.0) * clip(growth, -3.0, 5.0)", 13, (-6.0, 10.0)),
        ("1.0 if growth > 2.0 else 3.0", 6, (1.0, 3.0)),
    ],
)
def test_bounds_and_sizes_worked_out_by_hand(text, size, bounds):
    code = " ".join(words_of(text, NAMES))
    found = Reader(code).expect("number", ast.parse(code, mode="eval").body)
    assert (found.size, found.low, found.high) == (size, *bounds)
    assert found.tame


@pytest.mark.parametrize(
    ("given_value", "text"), [(0.4, "0.4"), (3, "3"), (-2, "-2"), (True, "true"), ("x", "x")]
)
def test_a_bare_toml_value_is_an_expression_too(given_value, text):
    assert text_of(given_value) == text


@pytest.mark.parametrize("bad", [math.nan, math.inf, 10**5000, 1e10, [1], {"a": 1}, None], ids=type)
def test_other_toml_values_are_not(bad):
    with pytest.raises(PalcaError):
        text_of(bad)


# ------------------------------------------------------------------ errors that help


@pytest.mark.parametrize(
    ("text", "kind", "advice"),
    [
        ("", "number", "empty"),
        (" \n\t", "number", "empty"),
        ("grwth", "number", "unknown name 'grwth' (did you mean 'growth'?)"),
        ("regime.orientaton > 0", "condition", "did you mean 'regime.orientation'"),
        ("regime > 0", "condition", "unknown name 'regime'"),
        ("Clip(growth, 0, 1)", "number", "did you mean 'clip'"),
        ("growth", "condition", "'growth' is a number, but a condition is needed here: compare it"),
        ("growth and trust > 1", "condition", "'growth' is a number, but a condition"),
        ("not growth", "condition", "'growth' is a number, but a condition"),
        ("1 if growth else 2", "number", "'growth' is a number, but a condition"),
        ("growth > 1", "number", "'growth > 1' is a condition, but a number is needed here"),
        ("2 * (growth > 1)", "number", "'growth > 1' is a condition, but a number"),
        ("-true", "number", "'true' is a condition, but a number"),
        ("min(growth, true)", "number", "'true' is a condition, but a number"),
        ("(growth > 1) == true", "condition", "is a condition, but a number"),
        ("1 if true else false", "number", "'false' is a condition, but a number"),
        ("true if true else 1", "condition", "'1' is a number, but a condition"),
        ("date", "number", "'date' is a date, but a number is needed here"),
        ("date", "condition", "'date' is a date, but a condition is needed here"),
        ("date + 1", "number", "'date' is a date, but a number"),
        ("1971-08", "number", "'1971-08' is a date, but a number"),
        ("date if true else date", "number", "'date' is a date, but a number"),
        ("max(date, 1971-08)", "number", "'date' is a date, but a number"),
        ("date > growth", "condition", "'growth' is a number compared with a date"),
        ("date > 31", "condition", "'31' is a number compared with a date"),
        ("date >= 1971 - 08", "condition", "write a month as 1971-08, without spaces"),
        ("date >= 1971-13", "condition", "'1971 - 13' is a number compared with a date"),
        ("date >= 1971-00", "condition", "is a number compared with a date"),
        ("date >= 1971-8", "condition", "is a number compared with a date"),
        ("date >= 1971-08-21", "condition", "write the month only, 1971-08"),
        ("date >= 1971-08x", "condition", "'08x' is neither a number nor a name"),
        ("date > true", "condition", "'true' is a condition"),
        ("growth ** 2", "number", "x * x"),
        ("growth ^ 2", "number", "x * x"),
        ("growth // 2", "number", "write '/'"),
        ("growth % 2", "number", "0.25"),
        ("growth > 1 & trust > 1", "condition", "write 'and'"),
        ("growth > 1 | trust > 1", "condition", "write 'or'"),
        ("~growth", "condition", "write 'not'"),
        ("!growth", "condition", "write 'not'"),
        ("growth = 1", "condition", "write '=='"),
        ("growth ≥ 1", "condition", "write '>='"),
        ("growth − 1", "number", "plain sign '-'"),
        ("growth << 1", "number", "'<<'"),
        ("growth is 1", "condition", "write '=='"),
        ("growth is not 1", "condition", "write '=='"),
        ("growth in (1, 2)", "condition", "instead of 'in'"),
        ("True", "condition", "write true"),
        ("None", "number", "no None"),
        ("pow(growth, 2)", "number", "x * x"),
        ("2growth", "number", "'2growth' is neither a number nor a name"),
        ("1_000", "number", "'1_000' is neither"),
        ("0x10", "number", "'0x10' is neither"),
        ("2j", "number", "'2j' is neither"),
        ("1.growth", "number", "'1.growth' is neither"),
        ("1e10", "number", "too large"),
        ("1e999", "number", "too large"),
        ("9" * 1500, "number", "too large"),
        ("+growth", "number", "without a '+'"),
        ("growth, 1", "number", "commas only"),
        ("()", "number", "commas only"),
        ("'growth'", "number", "without quotes"),
        ("growth # more", "number", "comments in the file"),
        ("growth[0]", "number", "round brackets"),
        ("growth(2)", "number", "'growth' is not a function: the functions are min, max"),
        ("regime.age(2)", "number", "'regime.age' is not a function"),
        ("min", "number", "min is a function: write its arguments"),
        ("min(1)", "number", "min needs 2 or more between its brackets, not 1"),
        ("clip(1, 2)", "number", "clip needs 3"),
        ("clip(growth, 2, 1)", "number", "in the wrong order"),
        ("exp()", "number", "exp needs 1"),
        ("min(*growth, 2)", "number", "is not part of this language"),
        ("min(min(1, 2))(3, 4)", "number", "write a call as one of"),
        ("(growth", "number", "has no closing one"),
        ("growth)", "number", "has no opening one"),
        ("growth +", "number", "can't be read"),
        ("growth trust", "number", "can't be read near 'trust'"),
        ("1 if growth > 0", "number", "can't be read"),
        ("growth > > 1", "condition", "can't be read"),
        ("growth..age", "number", "before the dot"),
        ("regime . age", "number", "unknown name 'regime'"),
        ("growth $ 2", "number", "'$' has no meaning here"),
        ("grówth", "number", "plain letters"),
    ],
)
def test_an_error_says_what_to_write(text, kind, advice):
    with pytest.raises(PalcaError) as caught:
        parse(text, kind, NAMES)
    assert advice in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 250


def test_threads_read_expressions_at_the_same_time() -> None:
    """Garbage whose end lets another thread in is what made Python 3.11 raise a SystemError."""

    class Garbage:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            time.sleep(0)

    text = " + ".join(f"growth * {number}" for number in range(30))
    raised: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(100):
                garbage = [Garbage() for _ in range(20)]
                del garbage
                parse(text, "number", NAMES)
        except BaseException as error:
            raised.append(error)

    often = gc.get_threshold()
    gc.set_threshold(50)
    try:
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        gc.set_threshold(*often)
    assert not raised
