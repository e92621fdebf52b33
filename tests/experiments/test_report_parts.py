"""The parts of a report: links, numbers, tables, a page in Markdown, interventions in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.io.numerals import significant
from palca.experiments.io.safe_folder import Folder
from palca.experiments.report.caveats import caveats, linked
from palca.experiments.report.markdown import page_of
from palca.experiments.report.scenario import change_in_words
from palca.experiments.report.tables import tables_of, unknown


@given(
    st.text()
    | st.from_regex(r"(see )?(https?://|doi:10\.1234/|javascript:|HTTP:)[a-z\"<>&]{1,9}[.)]? x")
)
def test_only_web_addresses_and_dois_become_links(text: str) -> None:
    parts = linked(text)
    assert "".join(label for label, _ in parts) == text
    for label, address in parts:
        assert not address or re.fullmatch(r"https?://[^\s<>\"']+", address)
        assert not address or re.match(r"https?://|doi", label, re.IGNORECASE)


def test_links_are_found() -> None:
    assert linked("A (https://x.org/y). B, DOI 10.18254/s20-5; c") == [
        ("A (", ""), ("https://x.org/y", "https://x.org/y"), ("). B, ", ""),
        ("DOI 10.18254/s20-5", "https://doi.org/10.18254/s20-5"), ("; c", ""),
    ]  # fmt: skip


@given(st.floats())
def test_numbers_are_rounded_to_what_can_be_read(value: float) -> None:
    text = significant(value)
    assert len(text) <= 16
    if value != value:
        assert text == "–"
    elif abs(value) != float("inf"):
        read = float(text.replace(",", ""))
        assert abs(read - value) <= 0.051 * abs(value)


def test_columns_of_numbers_stand_to_the_right() -> None:
    rows = [
        {"a": "x1", "b": "1.23456", "c": "1 ± 2", "d": ""},
        {"a": "2", "b": "", "c": "3 ± 4", "d": ""},
    ]
    table = unknown("t", rows)
    headings = [(column.title, column.numeric) for column in table.columns]
    assert headings == [("a", False), ("b", True), ("c", True), ("d", False)]
    assert table.cells[0] == ["x1", "1.23", "1 ± 2", "–"]


def test_a_long_table_says_where_the_rest_is(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("a\n" + "1\n" * 1000)
    (many,) = tables_of("something new", Folder(tmp_path))
    assert len(many.cells) == 300
    assert all(part in many.notes for part in ("300 of 1,000", "f.csv"))
    assert not many.short


@given(st.text(alphabet="#|-* `[]()!\n a", max_size=60))
def test_any_page_is_taken_apart(text: str) -> None:
    tags = re.findall(r"<(\w+)", page_of(text))
    assert not {*tags} & {"h1", "h2", "h5", "h6", "a", "img", "script"}
    assert "h4" not in tags or "h3" in tags[: tags.index("h4")]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "a <img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
     "![a](https://example.org/x.png)", "<https://example.org>", "# <svg onload=alert(1)>",
     "## <svg onload=alert(1)>", "| <b onclick=x> |\n|---|\n| <iframe> |", "```<x>\n<y>\n```"],
)  # fmt: skip
def test_no_markup_of_a_page_is_markup(text: str) -> None:
    made = page_of(text)
    assert not re.search(
        r"<(?!/?(p|h3|h4|div|table|caption|thead|tbody|tr|th|td|pre|code)\b)", made
    )
    assert not re.search(r"<[^>]*\son\w+=", made)


def test_a_page_keeps_its_words_and_its_tables() -> None:
    made = page_of(
        "# T\n\n## A\n\nb **c** [d](e.md)\n\n![f](g.png)\n\n### H\n\n| i | j |\n|---|--:|\n| 1 | 2 |\n"
    )
    assert "<h3>A</h3>" in made
    assert "<h4>H</h4>" in made
    assert "b <strong>c</strong> d" in made
    assert '<td>1</td>\n<td class="number">2</td>' in made
    assert not {"T", "f", "g.png", "e.md"} & {*re.findall(r"[\w.]+", re.sub("<[^>]*>", " ", made))}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("policy.us", "/home/x/policies/us/disengaged.toml", 36, 9999),
         "1972-01 United States 'disengaged'"),
        (("lever.ussr.credit", ["set", 0.0], 32, 38),
         "1971-09 1972-03 USSR credit 0"),
        (("coup", {"outcome": "succeeds", "by": "Hugo Banzer"}, 31, 31),
         "1971-08 Hugo Banzer succeeds"),
        (("driver.export_price", ["hold", 35], 36, 9999), "1972-01 export price 1971-12"),
        (("rule.ussr.break", ["drop", {}], 36, 9999), "1972-01 USSR 'break' dropped"),
        (("death.Hugo Banzer", {"leader": "Hugo Banzer", "successor": ""}, 36, 36),
         "1972-01 Hugo Banzer dies"),
        (("survival.René Barrientos", "René Barrientos", 3, 3),
         "1969-04 René Barrientos doesn't die"),
    ],
)  # fmt: skip
def test_interventions_are_told_in_words(changed: tuple[str, Any, int, int], said: str) -> None:
    sentence = change_in_words(
        dict(zip(("target", "content", "since", "until"), changed, strict=True))
    )
    assert re.search(r"(?!\w).*".join([*map(re.escape, said.split()), ""]), sentence)


def test_what_the_naive_forecast_said_exactly_it_said_better(tmp_path: Path) -> None:
    # won, lost, lost to an exact forecast (no skill), a draw of two exact ones, not documented
    (tmp_path / "scores.csv").write_text(
        "title,inside,crps,crps_naive,skill\na,True,1,2,0.5\nb,True,2,1,-1\nc,True,0.1,0,\n"
        "d,True,0,0,\ne,,,,\n"
    )
    said = caveats("run", {}, Folder(tmp_path), [])
    assert any("naive" in line and "2 of 4" in line for line in said)
