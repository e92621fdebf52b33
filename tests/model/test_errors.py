"""What a user is told is one line, and says of what is left out how much it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.model.errors import PalcaError, one_line, short

pytestmark = pytest.mark.quick


@given(st.lists(st.from_regex(r"\A[a-z_]{1,60}\Z"), min_size=1, max_size=120))
def test_a_list_of_names_is_whole_or_says_how_much_is_left_out(names: list[str]) -> None:
    text = f"there are {', '.join(names)}"
    message = PalcaError(text, "file.toml").at("run").message
    assert len(message) <= 1000
    if len(text) <= 1000:
        assert message == text
        return
    said = re.fullmatch(r"there are (.*) … \((\d+) more characters\)", message)
    assert said is not None
    listed = said[1].split(", ")
    assert listed == names[: len(listed)]
    assert int(said[2]) == len(text) - len(f"there are {said[1]}")


@given(st.text(max_size=3000))
def test_a_line_is_one_line_and_comes_out_the_same_twice(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= 1000
    assert one_line(line) == line


@given(st.text(max_size=200), st.integers(2, 120))
def test_what_is_shortened_is_marked(text: str, most: int) -> None:
    shortened = short(text, most)
    assert len(shortened) <= most
    assert (
        shortened == text
        if len(text) <= most
        else (shortened[-1], shortened[:-1]) == ("…", text[: most - 1])
    )
