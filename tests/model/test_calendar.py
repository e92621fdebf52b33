from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.model import PalcaError
from palca.model.calendar import month_index, month_name

pytestmark = pytest.mark.quick


@given(st.integers(-2000, 5000))
def test_names_and_numbers_go_round(month: int) -> None:
    assert month_index(month_name(month)) == month


def test_january_1969_is_the_first() -> None:
    assert month_index("1969-01") == 0
    assert month_index("1968-12") == -1
    assert month_name(119) == "1978-12"


@given(st.text(max_size=10))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        month = month_index(text)
    except PalcaError:
        return
    assert month_name(month) == text
