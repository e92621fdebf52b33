"""The lab's page of policies: rules as a visitor writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.lab.policy_text import line_of, read_policy
from palca.experiments.lab.session import Asked, answer, fill
from palca.model.errors import PalcaError

pytestmark = pytest.mark.pythons


@given(st.text(max_size=300))
def test_no_text_breaks_the_search_for_its_line(text: str) -> None:
    with pytest.raises(PalcaError) as error:
        read_policy("us", text)
    assert 1 <= line_of(error.value, text) <= len(text.split("\n"))


@pytest.mark.parametrize(
    "when", ["__import__('os').system('true')", "open('/etc/passwd')", "().__class__", "x.y.z"]
)
def test_a_typed_rule_can_do_no_more_than_one_in_a_file(when: str) -> None:
    text = (f'actor = "us"\ntitle = "x"\n[[rule]]\nname = "n"\nwhen = "{when}"\n'
            'do = { aid = "1" }\nwhy = "w"\nsource = "s"\n')  # fmt: skip
    with pytest.raises(PalcaError):
        read_policy("us", text)
    filled = fill(Asked("policies", {"actor": "us", "text": text}))
    answered = answer(filled)
    assert not answered.error
    (said,) = [block for block in answered.blocks if block["kind"] == "wrong"]
    assert (said["field"], said["line"]) == ("text", 5)
    assert not [block for block in answered.blocks if block["kind"] == "picture"]


def test_the_page_of_a_policy_says_which_rules_fire_and_which_never() -> None:
    text = """actor = "ussr"
title = "three"
[[rule]]
name = "always"
when = "1 > 0"
do = { credit = "0.1" }
why = "w"
source = "assumed"
[[rule]]
name = "in one month"
when = "date >= 1970-03 and date < 1970-04"
do = { credit = "0.1" }
why = "w"
source = "assumed"
[[rule]]
name = "no month is both"
when = "date >= 1970-03 and date < 1970-03"
do = { credit = "0.1" }
why = "w"
source = "assumed"
[[rule]]
name = "left aside"
when = "1 > 0"
do = { credit = "0.1" }
why = "w"
source = "assumed"
enabled = false
"""
    answered = answer(fill(Asked("policies", {"text": text, "worlds": "250"})))
    assert not answered.error
    rules = next(block for block in answered.blocks if block["kind"] == "table")
    assert [row[:2] for row in rules["rows"]] == [
        ["always", "in 400 worlds, 100.00 % of months, first in 1969-01"],
        ["in one month", "in 400 worlds, 0.83 % of months, first in 1970-03"],  # 1 of 120
        ["no month is both", "never"],
        ["left aside", "off"],
    ]
    assert any(block["kind"] == "text" and "never fired" in block["text"]
               and "no month is both" in block["text"] for block in answered.blocks)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("actor", ["ussr", "us", "regime", "party"])
def test_an_example_is_short_and_each_of_its_rules_fires(actor: str) -> None:
    filled = fill(Asked("policies", {"actor": actor, "policy": "example", "worlds": "250"}))
    text = filled.values["text"]
    assert len(text.splitlines()) <= 17
    answered = answer(filled)
    assert not answered.error
    said = [block["text"] for block in answered.blocks if block.get("tone") == "answer"]
    rules = next(block for block in answered.blocks if block["kind"] == "table")
    assert len(said) == len(rules["rows"]) == text.count("[[rule]]")
    assert not any(row[1] in ("never", "off") for row in rules["rows"])


def test_of_rules_that_somebody_writes_it_is_said_how_often_they_fire() -> None:
    shipped = fill(Asked("policies", {"worlds": "250"})).values["text"]
    rule = """
[[rule]]
name = "{name}"
when = "{when}"
do = {{ credit = "0.1" }}
why = "w"
source = "assumed"
"""
    own = rule.format(name="always", when="1 > 0") + rule.format(name="never", when="1 < 0")
    answered = answer(fill(Asked("policies", {"text": shipped + own, "worlds": "250"})))
    assert not answered.error
    always, never = (block["text"] for block in answered.blocks if block.get("tone") == "answer")
    assert "100" in always
    assert "“always”" in always
    assert "“never”" in never
    assert "%" not in never
    untouched = answer(fill(Asked("policies", {"worlds": "250"})))
    assert not [block for block in untouched.blocks if block.get("tone") == "answer"]
