"""The guided story: what it shows when, that its link restores it, and that its numbers are counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.experiments.io.language import languages, speaking
from palca.experiments.lab import cases
from palca.experiments.lab.cases import Case
from palca.experiments.lab.lesson import library
from palca.experiments.lab.lesson.library import open_stories, stories
from palca.experiments.lab.lesson.scene_worlds import case_of, counted, pair_of
from palca.experiments.lab.session import Asked, Filled, answer, fill
from palca.model.errors import PalcaError
from palca.scenarios.story import Scene, Story
from story_example import WHOLE, shared

(NAME, STORY), *_rest = stories().items()
SCENES = range(1, len(STORY.scenes) + 1)


def of_query(query: str) -> Filled:
    filled = fill(Asked.of_query(query))
    assert filled.form["complaints"] == []
    return filled


def shown(query: str) -> list[dict[str, Any]]:
    answered = answer(of_query(query))
    assert not answered.error
    return list(answered.blocks)


def some_guess(scene: Scene, number: int) -> str:
    return f"guess{number}=" + ("1" if scene.answers else "40")


@pytest.mark.parametrize("number", SCENES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_before_the_guess_nothing_of_what_came_is_shown(number: int, language: str) -> None:
    scene = STORY.scenes[number - 1]
    filled = of_query(f"page=story&lang={language}&scene={number}")
    blocks = answer(filled).blocks
    assert not {block["kind"] for block in blocks} & {"facts", "hundreds", "questions"}
    said = str([{**block, "src": ""} for block in blocks]) + str(filled.form["scene"])
    for fact in scene.facts:
        assert fact.text[language] not in said
    asked = filled.form["scene"]["guess"]
    assert asked["question"] == scene.question[language]
    assert len(asked["options"]) == len(scene.answers)


@pytest.mark.slow
@pytest.mark.parametrize("number", SCENES)
def test_after_it_the_record_and_the_counts_are(number: int) -> None:
    scene = STORY.scenes[number - 1]
    blocks = shown(f"page=story&scene={number}&{some_guess(scene, number)}")
    by_kind = {block["kind"]: block for block in blocks}
    assert [row["text"] for row in by_kind["facts"]["rows"]] == [fact.text["en"] for fact in scene.facts]
    assert all(row["source"] for row in by_kind["facts"]["rows"])
    shares = counted(NAME, number)
    assert [row["count"] for row in by_kind["hundreds"]["rows"]] == [share.of_100 for share in shares]
    if scene.answers and all(one.holds for one in scene.answers):  # one of them comes in each world
        assert sum(share.of_100 for share in shares[: len(scene.answers)]) == pytest.approx(100.0)
    assert by_kind["questions"]["items"] == list(scene.think["en"])


@pytest.mark.slow
def test_each_change_shows_the_twins_in_every_language() -> None:
    for number, scene in enumerate(STORY.scenes, 1):
        for change in range(1, len(scene.changes) + 1):
            for language in languages():
                query = f"page=story&lang={language}&scene={number}&{some_guess(scene, number)}&change={change}"
                blocks = shown(query)
                pictures = [block for block in blocks if block["kind"] == "picture"]
                answers = [block for block in blocks if block.get("tone") == "answer"]
                parts = pair_of(case_of(scene.changes[change - 1])) is not None
                assert (len(pictures), len(answers)) == (3 if parts else 2, 3)
                marked = [item["text"] for block in blocks if block["kind"] == "links"
                          for item in block["items"] if item["current"]]  # fmt: skip
                assert marked == [scene.changes[change - 1].text[language]]


@pytest.mark.slow
@pytest.mark.parametrize("number", SCENES)
def test_a_world_and_its_twin_are_one_until_they_part(number: int) -> None:
    for change in STORY.scenes[number - 1].changes:
        pair = pair_of(case_of(change))
        if pair is None:
            continue
        world, twin = pair.leader
        assert pair.since <= pair.parted < len(world)
        assert np.array_equal(world[: pair.parted], twin[: pair.parted])
        assert world[pair.parted] != twin[pair.parted]
        assert np.array_equal(pair.orientation[0][: pair.since], pair.orientation[1][: pair.since])
        record = cases.record_of(Case()).series["leader"][: pair.since, 0]
        assert np.array_equal(world[: pair.since], record)
        assert 0.0 < pair.of_100 <= 100.0


@pytest.mark.slow
def test_the_end_holds_every_guess_that_was_made() -> None:
    guesses = "&".join(some_guess(scene, number) for number, scene in enumerate(STORY.scenes, 1))
    (table,) = [block for block in shown(f"page=story&scene=end&{guesses}") if block["kind"] == "table"]
    assert len(table["rows"]) == len(STORY.scenes)
    assert not any("no guess" in row for row in table["rows"])
    (table,) = [block for block in shown("page=story&scene=end") if block["kind"] == "table"]
    assert all("no guess" in row for row in table["rows"])


def choices() -> st.SearchStrategy[dict[str, str]]:
    """What a visitor may have chosen in the story."""
    guesses = {
        f"guess{number}": st.sampled_from([str(n) for n in range(1, len(scene.answers) + 1)])
        if scene.answers else st.integers(0, 100).map(str)
        for number, scene in enumerate(STORY.scenes, 1)
    }  # fmt: skip
    at = st.sampled_from([*map(str, SCENES), "end"])
    return st.fixed_dictionaries({"scene": at}, optional=guesses)


@given(choices(), st.sampled_from(["en", "es"]))
def test_a_link_restores_what_was_chosen(chosen: dict[str, str], language: str) -> None:
    filled = fill(Asked("story", chosen, language=language))
    again = of_query(filled.form["query"])
    assert again.values == filled.values
    assert again.form["query"] == filled.form["query"]
    assert {name: again.values[name] for name in chosen} == chosen


@given(choices())
def test_going_on_keeps_the_guesses_and_drops_the_change(chosen: dict[str, str]) -> None:
    filled = fill(Asked("story", {**chosen, "change": "1"} if chosen["scene"] != "end" else chosen))
    for step in filled.form["scene"]["steps"]:
        there = of_query(step["query"])
        assert {name: said for name, said in there.values.items() if name.startswith("guess")} == {
            name: said for name, said in filled.values.items() if name.startswith("guess")
        }
        assert not there.values.get("change")


@settings(max_examples=10)
@given(st.text(max_size=8))
def test_a_guess_that_cant_be_is_refused_in_words(guess: str) -> None:
    asked = Asked("story", {"scene": "3", "guess3": guess}, linked=True)
    filled = fill(asked)
    known = guess in {"", *map(str, range(101))}
    assert bool(filled.form["complaints"]) != known
    assert filled.values["guess3"] == (guess if known else "")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """A story of the teacher's own, which the lab was started with."""
    monkeypatch.setattr(library, "_OPENED", {})
    (tmp_path / "mine.toml").write_text(shared(), encoding="utf-8")
    open_stories([str(tmp_path / "mine.toml")])
    return stories()["mine"]


def test_a_teachers_story_is_played_first_and_in_its_one_language(opened: Story) -> None:
    assert list(stories()) == ["mine", NAME]
    for language in languages():
        with speaking(language):
            filled = of_query(f"page=story&lang={language}")
            assert filled.form["scene"]["guess"]["question"] == opened.scenes[0].question[""]
    assert of_query(f"page=story&story={NAME}").values["story"] == NAME


def test_a_wrong_story_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(WHOLE.replace("1971-08-19", "1971-08-18"), encoding="utf-8")
    with pytest.raises(PalcaError, match=r"mine\.toml.*no row"):
        open_stories([str(tmp_path / "mine.toml")])


def test_every_worksheet_asks_and_gives_no_answer() -> None:
    form = of_query("page=worksheets").form
    field = next(field for field in form["fields"] if field["name"] == "of")
    for option in field["options"]:
        blocks = shown(f"page=worksheets&of={option['value']}")
        kinds = [block["kind"] for block in blocks]
        assert "questions" in kinds
        assert {"button", "links"} <= {*kinds}
        (link,) = next(block for block in blocks if block["kind"] == "links")["items"]
        assert parse_qs(link["query"].lstrip("?"))["page"] == [option["value"].split("-")[0].replace("concept", "concepts")]
    said = str(shown(f"page=worksheets&of=story-{NAME}"))
    for scene in STORY.scenes:
        assert scene.question["en"] in said
        assert not any(fact.text["en"] in said for fact in scene.facts)


def test_the_teacher_gets_the_answers_on_a_page_of_their_own() -> None:
    blocks = shown(f"page=worksheets&of=story-{NAME}&answers=key&scenes={len(STORY.scenes)}")
    at = [block["kind"] for block in blocks].index("break")
    before, after = str(blocks[:at]), str(blocks[at:])
    for fact in (fact for scene in STORY.scenes for fact in scene.facts):
        assert repr(fact.text["en"])[1:-1] in after
        assert repr(fact.text["en"])[1:-1] not in before


def test_the_first_page_leads_to_every_task() -> None:
    assert Asked.of_query("").page == "start"
    doors = next(block for block in shown("page=start") if block["kind"] == "links")
    for item in doors["items"]:
        assert f"page={of_query(item['query']).page}" in item["query"]
