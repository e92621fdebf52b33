"""Tables on the terminal: at no width is a number cut, a word broken or a column lost untold."""

from __future__ import annotations

import io
import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from palca.experiments.io.table import Column, Table, numbers

pytestmark = pytest.mark.quick

WIDTHS = st.integers(60, 200)
NUMBERS = st.one_of(
    st.floats(-1e6, 1e6).map(lambda value: f"{value:+,.2f}"),
    st.tuples(st.floats(-99, 99), st.floats(-999, 9999)).map(lambda v: f"{v[0]:.1f} to {v[1]:.1f}"),
    st.floats(-999, 999).map(lambda value: f"{value:.1f} %"),
    st.tuples(st.floats(0, 9), st.floats(0, 9)).map(lambda v: f"{v[0]:.2f}/{v[1]:.2f}"),
    st.just("–"),
    st.just(""),
)
WORDS = st.text(st.sampled_from("aäß1–海."), min_size=1, max_size=12)
TEXTS = st.lists(WORDS, max_size=20).map(" ".join)


def printed(table: Table, width: int) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, list[list[str]]]:
    headings = draw(st.lists(WORDS, min_size=1, max_size=9, unique=True))
    columns = [
        Column(heading, right=index > 0 and draw(st.booleans()), rank=draw(st.integers(0, 3)) if index else 0)
        for index, heading in enumerate(headings)
    ]
    rows = [
        [draw(NUMBERS if column.numeric else TEXTS) for column in columns]
        for _ in range(draw(st.integers(0, 4)))
    ]
    table = Table("a title", columns, "a note", "a file")
    for index, row in enumerate(rows):
        if index == 2:
            table.section("a section")
        table.add(*row)
    return table, rows


@given(tables(), WIDTHS)
def test_nothing_is_lost_at_any_width(
    made: tuple[Table, list[list[str]]], width: int
) -> None:
    table, rows = made
    text = printed(table, width)
    gone = table.left_out(width)
    visible = [index for index, column in enumerate(table.columns) if column not in gone]
    assert all(Text(line).cell_len <= width for line in text.splitlines())
    words = Counter(text.split())
    assert words >= Counter(word for row in rows for at in visible for word in row[at].split())
    lines = [f" {line} " for line in text.splitlines()]
    for row in rows:
        for index in visible:
            if table.columns[index].numeric:  # a number stands in one line, with nothing beside it
                assert any(f" {row[index]} " in line for line in lines), row[index]
    together = " ".join(text.split())
    for column in table.columns:  # left out or not, it is named
        assert column.title in together.replace(":", "").replace(",", ""), column
    assert all(column.rank for column in gone)


@given(tables())
def test_it_says_from_which_width_on_nothing_is_left_out(
    made: tuple[Table, list[list[str]]],
) -> None:
    table, _ = made
    assert table.left_out(table.full_width) == []
    assert table.left_out(table.full_width + 1) == []
    if table.left_out(table.full_width - 1):
        assert re.search(rf"\b{table.full_width}\b", printed(table, table.full_width - 1))


@given(
    st.lists(st.text(st.sampled_from("ab0123.-/_"), max_size=300), min_size=1, max_size=3), WIDTHS
)
@example(["9" * 31 + "." + "1" * 31], 60)
def test_a_word_that_no_width_holds_is_broken_and_not_cut(words: list[str], width: int) -> None:
    table = Table("", [Column("name"), Column("file")])
    table.add("x", " ".join(words))
    text = printed(table, width)
    assert "".join(words) in "".join(text.split())


def test_columns_go_by_their_rank() -> None:
    table = Table("", [Column("name"), Column("first", right=True, rank=2), Column("second", right=True, rank=1)])
    table.add("x" * 30, "1" * 20, "2" * 20)
    assert [column.title for column in table.left_out(74)] == []
    assert [column.title for column in table.left_out(73)] == ["first"]
    assert [column.title for column in table.left_out(51)] == ["first", "second"]


def test_a_table_of_numbers_falls_into_panels_that_repeat_the_names() -> None:
    table = Table("", [Column("name"), *numbers("a", "b", "c", "d")])
    table.add("a row", *["1234567890"] * 4)
    lines = [line.split() for line in printed(table, 40).splitlines()]
    assert ["name", "a", "b"] in lines
    assert ["name", "c", "d"] in lines
    assert lines.count(["a", "row", "1234567890", "1234567890"]) == 2
