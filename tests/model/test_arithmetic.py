from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.model.arithmetic import exp, log, logistic

pytestmark = pytest.mark.quick


@given(st.floats(-690, 690))
def test_exp_is_right_to_eleven_digits(x: float) -> None:
    assert math.isclose(float(exp(x)), math.exp(x), rel_tol=1e-11)


@given(st.floats(1e-300, 1e300))
def test_log_is_right_to_twelve_digits(x: float) -> None:
    assert math.isclose(float(log(x)), math.log(x), rel_tol=1e-12, abs_tol=1e-13)


@given(st.lists(st.floats(-40, 40), min_size=1, max_size=67), st.integers(0, 66))
def test_a_value_has_the_same_bits_alone_and_in_an_array(xs: list[float], at: int) -> None:
    x = np.array(xs)
    at %= len(xs)
    for f in (exp, logistic):
        assert f(x)[at] == f(x[at : at + 1])[0]
        assert f(x[::-1])[len(xs) - 1 - at] == f(x)[at]


def test_exp_caps_what_would_overflow() -> None:
    assert np.isfinite(exp(np.array([1e9, -1e9]))).all()
    assert float(exp(0.0)) == 1.0
    assert float(log(1.0)) == 0.0
