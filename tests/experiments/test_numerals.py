"""Numbers as they are read: none is rounded into a falsehood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.io.language import speaking
from palca.experiments.io.numerals import decimal, percent, spelled

pytestmark = pytest.mark.quick

SHARES = st.floats(1e-6, 1.0 - 1e-6)


@pytest.mark.parametrize(
    ("share", "digits", "said"),
    [(0.0, 0, "0 %"), (1.0, 0, "100 %"), (0.5, 0, "50 %"), (0.004, 0, "0.4 %"),
     (0.998, 0, "99.8 %"), (0.0004, 1, "0.04 %"), (0.9996, 1, "99.96 %"), (1 / 300, 0, "0.3 %"),
     (1.0 - 0.9 - 0.1, 0, "0 %"), (-0.0004, 1, "-0.04 %"), (float("nan"), 0, "–")],
)  # fmt: skip
def test_a_share_reads_as_none_or_all_only_if_it_is(share: float, digits: int, said: str) -> None:
    assert percent(share, digits) == said


@given(SHARES, st.integers(0, 2))
def test_what_is_read_is_near_and_neither_none_nor_all(share: float, digits: int) -> None:
    read = float(percent(share, digits).removesuffix(" %"))
    assert 0.0 < read < 100.0
    assert abs(read - 100.0 * share) <= 0.5 * 10.0**-digits + 1e-9


@given(st.floats(-1e4, 1e4), st.integers(0, 3))
def test_no_zero_has_a_sign_and_no_number_is_nothing(value: float, digits: int) -> None:
    said = decimal(value, digits, "+")
    if abs(value) >= 1e-9:
        assert float(said) != 0.0
        assert (float(said) > 0.0) == (value > 0.0)
    else:
        assert said == f"{0.0:+.{digits}f}"
    assert abs(float(said) - value) <= 0.5 * 10.0**-digits * (1.0 + 1e-9)


def test_a_standard_error_is_never_said_to_be_nothing() -> None:
    assert (decimal(0.0031, 2), decimal(-0.02, 1, "+"), decimal(-0.0, 2)) == ("0.003", "-0.02", "0.00")


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_a_number_has_the_marks_of_the_language(value: float, digits: int) -> None:
    english = decimal(value, digits)
    with speaking("es"):
        assert decimal(value, digits) == english.replace(".", ",")
        assert spelled(value, ",.1f") == f"{value:,.1f}".translate({ord("."): ",", ord(","): "."})
