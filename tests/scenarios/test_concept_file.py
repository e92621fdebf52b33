"""Concept files: what is refused, and with what words."""

from __future__ import annotations

import re

import pytest

from concept_example import WHOLE
from palca.model.errors import PalcaError
from palca.model.language.expressions import parse
from palca.scenarios.concept import NAMES, load_concept, make_concept

pytestmark = pytest.mark.quick


def test_whatever_a_measure_may_name_can_be_written():
    assert len(NAMES) > 400
    for name in NAMES:
        assert parse(name, "number", NAMES).names == {name}


def test_a_concept_without_a_measure_is_told_what_it_lacks():
    without = re.sub(r"\[\[measure\]\]\n([^\[].*\n)+", "", WHOLE)
    with pytest.raises(PalcaError, match=r"needs a \[\[measure\]\]"):
        make_concept("mine", without, "mine.toml")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('title = "A concept"', "", "'title' is missing"),
        ('name = "b"', 'name = "a"', "two are called 'a'"),
        ('name = "b"', 'name = "B b"', "can't be a name here"),
        ('mean_of = "legitimacy"\namong', 'mean_of = "legitimac"\namong', "legitimacy"),
        ('mean_of = "legitimacy"\namong', 'sum_of = "attempt"\nmean_of = "attempt"\namong', "one of"),
        ("window = [0, 6]", "window = [6, 0]", "'window'"),
        ("window = [0, 6]", "window = [0, 600]", "'window'"),
        ("window = [0, 6]", "window = [true, 6]", "'window'"),
        ("a.level > b.level", "a.level >= b.level", "one comparison"),
        ("a.level > b.level", "a.level", "one comparison"),
        ("a.level > b.level", "a.level > b.levle", "'b.level'"),
        ("a.level > b.level", "a.level > (b.level > 0)", "one comparison"),
        ("a.level > b.level", "a.level > c.level", "there are a.level"),
        ("a.level > b.level", "a.level > a.level", "with itself"),
        ("least = 0.01\n", "", "least size of interest"),
        ('because = "Nobody would notice less."\n', "", "least size of interest"),
        ("least = 0.01", "least = 0", "'least' must lie in"),
        ("least = 0.01", 'least = "much"', "'least' must be a number"),
        ('set = ["coup_trap=0"]', "set = [0]", "list of texts"),
        ('against = "What would count against it."', 'againts = "x"\nagainst = "y"', "againts"),
        ("[[claim]]", "[claim]", "write [[claim]]"),
        ('literature = ["Author 1990, Title, Journal"]', "literature = []", "needs its literature"),
        ('literature = ["Author 1990, Title, Journal"]', 'literature = "X 1999"', "must be a list"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(before, after, words):
    assert WHOLE.count(before) >= 1
    with pytest.raises(PalcaError) as caught:
        make_concept("mine", WHOLE.replace(before, after, 1), "mine.toml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("mine.toml")


def test_a_scenario_is_looked_for_beside_the_concept(tmp_path):
    (tmp_path / "mine.toml").write_text('title = "Mine"\nextends = "baseline"\n')
    text = WHOLE.replace('set = ["coup_trap=0"]', 'scenario = "mine.toml"')
    (tmp_path / "told.toml").write_text(text, encoding="utf-8")
    concept = load_concept(str(tmp_path / "told.toml"))
    assert concept.arms[1].scenario == str(tmp_path / "mine.toml")
    assert concept.arms[0].scenario == "baseline"
    (tmp_path / "mine.toml").unlink()
    with pytest.raises(PalcaError, match=r"told\.toml: arm 'b'.*no scenario 'mine\.toml'"):
        load_concept(str(tmp_path / "told.toml"))
