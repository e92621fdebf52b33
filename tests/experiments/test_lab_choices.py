"""The lab: what a visitor may ask, from an address or in a form."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palca.experiments.lab import scheduler
from palca.experiments.lab.address import read_query, write_query
from palca.experiments.lab.form import LONGEST
from palca.experiments.lab.pages import PAGES
from palca.experiments.lab.session import Asked, answer, fill

pytestmark = pytest.mark.pythons


def text_link(text: str) -> str:
    return quote(base64.urlsafe_b64encode(zlib.compress(text.encode())))


HOSTILE = (
    "page=policies&actor=us&policy=/etc/passwd",
    "page=policies&actor=../../etc&policy=..%2F..%2Fetc%2Fpasswd",
    "page=history&scenario=/etc/passwd&world=-1&month=1e999",
    "page=history&scenario=..%2Fbaseline&world=nan",
    "page=what-if&kind=lever&actor=us&lever=__class__&factor=inf&at=7.5",
    "page=what-if&kind=shipped&scenario=baseline",
    "page=sweep&across=%27%22%3E%3Cscript%3Ealert(1)%3C/script%3E&up=backlash",
    "page=record&worlds=100000000&series=__init__",
    "page=concepts&concept=%2Fetc%2Fpasswd",
    "page=%00&x=%ff%fe",
    "page=policies&text=" + "A" * 4000,
    "page=policies&text=" + text_link("x" * 10_000_000),
    "&".join(f"a{i}=1" for i in range(500)),
    "page=history&" + "x" * 100_000,
)


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_address_shows_the_defaults_and_says_so(query: str) -> None:
    filled = fill(Asked.of_query(query))
    assert filled.form["complaints"] or filled.wrong
    assert not any("/etc" in str(value) for value in filled.values.values())


NAMES = ["scenario", "actor", "policy", "world", "worlds", "month", "kind", "lever", "at", "until",
         "across", "up", "across_from", "up_to", "text", "concept", "factor", "group", "series",
         "quantity", "outcome", "world ", "wrld", ""]  # fmt: skip
TYPED = st.one_of(
    st.text(max_size=40),
    st.floats().map(str),
    st.integers(-10, 20_000).map(str),
    st.sampled_from(["us", "lever", "policy", "coup", "punitive", "aid", "soviet-break-1972", "5000",
                     "", " 7 ", "1,5", "1_000", "٣", "1e3", "-0", "0x10", "1598.0", "+5"]),
)  # fmt: skip


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    page=st.sampled_from(list(PAGES)),
    choices=st.dictionaries(st.sampled_from(NAMES), TYPED),
)
def test_whatever_is_asked_is_used_as_it_stands_or_refused_with_a_word(
    page: str, choices: dict[str, str]
) -> None:
    filled = fill(Asked(page, choices, linked=True))
    fields = {field["name"]: field for field in filled.form["fields"]}
    for name, asked in choices.items():
        if name not in fields:
            assert any(f"“{name}” in the address" in said for said in filled.form["complaints"])
            continue
        field, value = fields[name], filled.values[name]
        if field["error"]:  # a box shows what was typed, and nothing is computed
            assert field["label"] in filled.wrong
            assert field["value"] == asked
        elif name in filled.refused:
            assert any(said.startswith(f"{field['label']}: ") for said in filled.form["complaints"])
        elif field["kind"] in ("range", "number"):
            assert value == float(asked)
            assert float(field["value"]) == value
        else:
            assert str(value) == asked.replace("\r\n", "\n")
    for field in fields.values():
        value = filled.values[field["name"]]
        if field["kind"] == "select":
            assert str(value) in {option["value"] for option in field["options"]}
        elif field["kind"] in ("range", "number"):
            assert field["low"] <= value <= field["high"]
        else:
            assert len(value.encode()) <= LONGEST
    # and the address brings the same back
    again = fill(Asked.of_query(filled.form["query"]))
    assert again.values == filled.values
    assert again.wrong == filled.wrong
    assert again.form["query"] == filled.form["query"]


def test_what_another_choice_undoes_is_said() -> None:
    asked = Asked("what-if").choose("at", "50").choose("scenario", "soviet-break-1972")
    (said,) = fill(asked).form["notes"]
    assert "From" in said
    # a month before the one that now stands above it, and a factor that was chosen on both sides
    asked = Asked("what-if", {"kind": "coup"}).choose("until", "35").choose("at", "60")
    assert any(said.startswith("Until: “35”") for said in fill(asked).form["complaints"])
    assert not fill(asked.choose("quantity", "friction")).form["complaints"]  # it has been told
    asked = Asked("sweep").choose("across", "coup_trap")
    assert not fill(asked).form["complaints"]  # nobody had chosen what is up, but it is another
    assert "Up" in fill(asked).form["notes"][0]
    asked = Asked("sweep").choose("up", "coup_trap").choose("across", "coup_trap")
    assert any(said.startswith("Up: ") for said in fill(asked).form["complaints"])


def test_a_choice_named_twice_is_said() -> None:
    filled = fill(Asked.of_query("page=history&world=3&world=5"))
    assert filled.values["world"] == 5
    assert any("more than once" in said for said in filled.form["complaints"])


@given(st.text())
def test_any_text_can_stand_in_an_address(text: str) -> None:
    choices, _ = read_query(text)
    assert len(choices) <= 40


@given(st.text(max_size=2000))
def test_a_policy_comes_back_from_its_address(text: str) -> None:
    query, too_long = write_query("policies", {"text": text})
    assert not too_long
    assert read_query(query)[0].get("text", "") == text


def test_a_policy_too_long_for_a_link_is_said_to_be() -> None:
    noise = np.random.default_rng(0).integers(32, 126, 15_000).astype(np.uint8).tobytes().decode()
    filled = fill(Asked("policies", {"text": noise}))
    assert "text=" not in filled.form["query"]
    assert any("too long" in note for note in filled.form["notes"])


def test_too_long_a_policy_is_refused_with_a_word_and_stays_in_its_box() -> None:
    for text, held in (("é" * (LONGEST // 2), False), ("é" * (LONGEST // 2) + "x", True)):
        filled = fill(Asked("policies", {"text": text}))
        (field,) = [field for field in filled.form["fields"] if field["kind"] == "prose"]
        assert (field["held"], bool(field["error"])) == (held, held)
        assert filled.wrong == (("Rules",) if held else ())
        assert "text=" not in filled.form["query"] or not held
        if held:  # nothing is shown that belongs to other rules
            assert [block["kind"] for block in answer(filled).blocks] == ["text"]


def test_no_choice_makes_more_worlds_than_a_visitor_may_have() -> None:
    for page in PAGES:
        for field in fill(Asked(page)).form["fields"]:
            if field["name"] == "worlds":
                assert max(int(o["value"]) for o in field["options"]) <= scheduler.MOST_WORLDS


@pytest.mark.parametrize(("language", "said"), [("en", "July 1971"), ("es", "julio de 1971")])
@pytest.mark.parametrize("page", ["history&month", "what-if&at", "two&month"])
def test_a_month_at_a_slider_is_written_out(page: str, language: str, said: str) -> None:
    filled = fill(Asked.of_query(f"page={page}=30&lang={language}"))
    (field,) = [row for row in filled.form["fields"] if row["name"] == page.partition("&")[2]]
    assert field["text"] == said == field["names"][30 - field["low"]]
    assert len(set(field["names"])) == field["high"] - field["low"] + 1
