"""Story files: what is refused, and with what words; texts by language."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.model.errors import PalcaError
from palca.scenarios.story import in_language, load_story, make_story, shipped_stories
from story_example import WHOLE, shared

pytestmark = pytest.mark.quick


def by_language(text: str, *languages: str) -> str:
    """The story with each of its texts by language."""
    lines = []
    for line in text.splitlines():
        key, sign, value = line.partition(" = ")
        said = sign and key in ("title", "about", "end", "told", "question", "limits", "think", "text")
        lines += [f"{key}.{language} = {value}" for language in languages] if said else [line]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('title = "A story"', "", "'title' is missing"),
        ('about = "What it is about."', 'abuot = "x"', "abuot"),
        ('end = ["What was seen."]', "end = []", "'end' is empty"),
        ('end = ["What was seen."]', 'end = "What was seen."', "list of texts"),
        ('told = ["What had happened."]', 'told = [" "]', "'told' is empty"),
        ('until = "1971-07"', 'until = "July 1971"', "'until'"),
        ('until = "1971-07"', 'until = "1968-07"', "from 1969-01 on"),
        ("happened = true", "", "0 that came"),
        ('text = "Torres"', 'text = "Torres"\nhappened = true', "2 that came"),
        ("happened = true", 'happened = "yes"', "true or false"),
        ('holds = "Juan José Torres rules in 1971-08"', "", "all others need 'holds'"),
        ('holds = "attempts > 0 in 1971-12"', 'holds = "otherwise"', "last [[scene.answer]]"),
        ('holds = "attempts > 0 in 1971-12"', "", "'holds' is missing"),
        ('date = "1971-08-19"\n', "", "'date' is missing"),
        ('quantity = "rules"', "", "'quantity' is missing"),
        ('scenario = "august-1971-fails"', "intervene = [3]", "list of texts"),
        ("[[scene.fact]]", "[[scene.facts]]", "[[fact]]"),
        ("[[scene]]", "[scene]", "write [[scene]]"),
        ('question = "Who', 'question.en = "Who', "by language"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(before: str, after: str, words: str) -> None:
    assert WHOLE.count(before) >= 1
    with pytest.raises(PalcaError) as caught:
        make_story("mine", WHOLE.replace(before, after, 1), "mine.toml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("mine.toml")


def test_a_scene_needs_something_to_guess_and_something_to_ask_the_worlds() -> None:
    assert make_story("mine", shared(), "mine.toml").scenes[0].answers == ()
    nothing = shared().replace('[[scene.outcome]]\ntext = "an attempt"\nholds = "attempts > 0 in 1971-12"', "")
    with pytest.raises(PalcaError, match="something to guess"):
        make_story("mine", nothing, "mine.toml")
    silent = "\n".join(line for line in WHOLE.splitlines() if not line.startswith("holds"))
    silent = silent.replace('[[scene.outcome]]\ntext = "an attempt"', "")
    with pytest.raises(PalcaError, match="asks the worlds nothing"):
        make_story("mine", silent, "mine.toml")


def test_every_text_is_in_every_language_of_the_title() -> None:
    whole = by_language(WHOLE, "en", "es")
    story = make_story("mine", whole, "mine.toml")
    assert story.languages == ("en", "es")
    for line in whole.splitlines():
        if ".es = " not in line:
            continue
        with pytest.raises(PalcaError) as caught:
            make_story("mine", whole.replace(line + "\n", "", 1), "mine.toml")
        assert "es" in str(caught.value)
    more = whole.replace('question.es = "', 'question.ru = "Кто?"\nquestion.es = "')
    with pytest.raises(PalcaError, match="ru"):
        make_story("mine", more, "mine.toml")
    with pytest.raises(PalcaError, match="is no language"):
        make_story("mine", by_language(WHOLE, "English"), "mine.toml")


@given(st.lists(st.sampled_from(["en", "es", "ru", "pt"]), min_size=1, unique=True),
       st.sampled_from(["en", "es", "ru", "de"]))  # fmt: skip
def test_what_isnt_said_in_a_language_is_said_in_the_first(languages: list[str], wanted: str) -> None:
    texts = {language: f"in {language}" for language in languages}
    expected = wanted if wanted in languages else languages[0]
    assert in_language(texts, wanted) == f"in {expected}"


def test_a_scenario_is_looked_for_beside_the_story(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('title = "Mine"\nextends = "baseline"\n')
    text = WHOLE.replace('scenario = "august-1971-fails"', 'scenario = "mine.toml"')
    (tmp_path / "told.toml").write_text(text, encoding="utf-8")
    story = load_story(str(tmp_path / "told.toml"))
    assert story.scenes[0].changes[0].scenario == str(tmp_path / "mine.toml")
    (tmp_path / "mine.toml").unlink()
    with pytest.raises(PalcaError, match=r"told\.toml.*no scenario 'mine\.toml'"):
        load_story(str(tmp_path / "told.toml"))


def test_a_story_that_isnt_there_is_told_which_are() -> None:
    with pytest.raises(PalcaError, match=next(iter(shipped_stories()))):
        load_story("no-such-story")
