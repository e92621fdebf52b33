"""What a story refers to must exist; what the worlds say of it is counted, not written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from palca.experiments.counterfactual.twins import go_on
from palca.experiments.infer.evidence import Evidence
from palca.experiments.infer.reanalysis import ParticleSet, at_fork, reanalyse
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import documented
from palca.experiments.stories.frequencies import frequencies
from palca.experiments.stories.references import came, check_references, read_outcomes
from palca.model.errors import PalcaError
from palca.scenarios import load, resolve
from palca.scenarios.story import load_story, make_story, shipped_stories
from story_example import WHOLE

WORLDS = 60


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('until = "1971-07"', 'until = "1978-12"', "no month to ask about"),
        ('date = "1971-08-19"', 'date = "1971-08-20"', "coup 1971-08-19"),
        ('kind = "coup"', 'kind = "cuop"', "coup 1971-08-19"),
        ('track = "power"', 'track = "weather"', "no row"),
        ('holds = "attempts > 0 in 1971-12"', 'holds = "attemps > 0 in 1971-12"', "attempts"),
        ('holds = "attempts > 0 in 1971-12"', 'holds = "attempts > 0 in 1970-12"', "outside the question"),
        ('holds = "Hugo Banzer rules', 'holds = "Hugo Banser rules', "Hugo Banzer"),
        ('quantity = "rules"', 'quantity = "rulse"', "rules"),
        ('scenario = "august-1971-fails"', 'scenario = "baseline"', "no interventions"),
        ('scenario = "august-1971-fails"', "intervene = ['at = \"1971-08\", nonsense = 1']", "nonsense"),
    ],
)
def test_what_a_story_refers_to_must_exist(before: str, after: str, words: str) -> None:
    assert before in WHOLE
    check_references(make_story("mine", WHOLE, "mine.toml"), "mine.toml")
    with pytest.raises(PalcaError) as caught:
        check_references(make_story("mine", WHOLE.replace(before, after, 1), "mine.toml"), "mine.toml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("mine.toml: [[scene]] 1")


def test_a_story_cant_contradict_the_record() -> None:
    wrong = WHOLE.replace("happened = true\n", "").replace(
        'holds = "Juan José Torres rules in 1971-08"', 'holds = "Juan José Torres rules in 1971-08"\nhappened = true'
    )
    with pytest.raises(PalcaError, match="the record says otherwise"):
        check_references(make_story("mine", wrong, "mine.toml"), "mine.toml")


def test_what_came_is_read_from_the_record() -> None:
    scene = make_story("mine", WHOLE, "").scenes[0]
    scenario = load("baseline")
    history = documented(load_record(), scenario)
    found = [came(one, scene, scenario, history) for one in (*scene.answers, *scene.outcomes)]
    assert found == [False, True, None, None]


@pytest.fixture(scope="module")
def particles() -> ParticleSet:
    """Worlds at the start of August 1971, given nothing."""
    nothing, end = Evidence("nothing"), 31
    found = reanalyse(resolve("baseline"), nothing, WORLDS, 0, ends=[end])
    return at_fork(resolve("baseline"), nothing, found, end, end)


def test_frequencies_are_counts_of_worlds(particles: ParticleSet) -> None:
    scene = make_story("mine", WHOLE, "").scenes[0]
    scenario = load("baseline")
    outcomes = read_outcomes(scene, scenario, "")
    shares = frequencies(resolve("baseline"), particles, outcomes, len(scene.answers))
    paths = go_on(resolve("baseline"), particles)
    ruler = [scenario.country.leaders[int(who)].short for who in paths.values["leader"][0]]
    tried = paths.values["attempts"][4] > 0
    counted = [ruler.count("Torres"), ruler.count("Banzer"),
               sum(name not in ("Torres", "Banzer") for name in ruler), int(tried.sum())]  # fmt: skip
    assert [share.of_100 for share in shares] == pytest.approx([100.0 * n / WORLDS for n in counted])
    # worlds of January 1969 that are all different: the error of a mean of noughts and ones
    assert shares[3].error == pytest.approx(100.0 * np.std(tried) / np.sqrt(WORLDS), rel=0.02)


def test_the_example_of_the_page_is_sound() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/write-a-story.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml[^\n]*\n(.*?)```", page, re.DOTALL)
    story = make_story("january", text, "january.toml")
    check_references(story, "january.toml")
    keys = {*re.findall(r"^\| (`.*`) \|", page, re.MULTILINE)}
    named = {name.strip("[]").removeprefix("scene.") for row in keys for name in re.findall(r"`([^`]+)`", row)}
    used = {*re.findall(r"^(\w+) =", text, re.MULTILINE)} | {*re.findall(r"^\[\[scene\.(\w+)", text, re.MULTILINE)}
    in_rows = {"text", "date", "track", "kind", "scenario", "quantity", "happened"}  # said in a row of another
    assert used - in_rows == named


def test_the_command_checks_and_lists_stories(
    palca: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text(WHOLE, encoding="utf-8")
    code, out, _ = palca("check", "mine.toml")
    assert code == 0
    assert "A story" in out
    (tmp_path / "mine.toml").write_text(WHOLE.replace("1971-08-19", "1971-08-18"), encoding="utf-8")
    code, _, err = palca("check", "mine.toml")
    assert code == 2
    assert err.count("\n") == 1
    code, out, _ = palca("list", "stories")
    assert code == 0
    for name in shipped_stories():
        assert name in out
        assert str(len(load_story(name).scenes)) in out
