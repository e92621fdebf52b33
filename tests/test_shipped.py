"""What ships keeps a contract: `Contract` for all, and its heirs for each kind of file.

A policy, scenario, concept or country that is added to its folder is tried here without a line more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from palca.experiments.concepts.contrast import contrast
from palca.experiments.concepts.figure import draw_concept
from palca.experiments.concepts.tables import tables
from palca.experiments.counterfactual.expectations import expectations_of
from palca.experiments.lab.policy_text import line_of, read_policy
from palca.experiments.stories.references import check_references
from palca.model import ColdWarModel, History, PalcaError
from palca.model.calendar import month_index
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.language.policy import Policy
from palca.model.state.scenario import Country, Scenario
from palca.scenarios import build, load, resolve, shipped_policies, shipped_scenarios
from palca.scenarios.concept import Concept, load_concept, make_concept, shipped_concepts
from palca.scenarios.country import build_country, read_country
from palca.scenarios.driver_files import end_of_drivers
from palca.scenarios.outline import Point, map_of
from palca.scenarios.reading.library import LIBRARY, read_toml
from palca.scenarios.scenario import build_policy, names_for
from palca.scenarios.story import Story, load_story, make_story, shipped_stories


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each test of a contract with each file of its kind."""
    if "path" in metafunc.fixturenames and metafunc.cls is not None:
        files = metafunc.cls.files
        metafunc.parametrize("path", files.values(), ids=files)


class Contract:
    """What every file that ships must be; an heir says which files, and how one is read."""

    files: ClassVar[Mapping[str, Path]]

    def read(self, file: Path, path: Path) -> Any:
        """Read a file that stands for the one at `path`."""
        raise NotImplementedError

    def test_it_is_sound_and_has_a_name_that_can_be_typed(self, path: Path) -> None:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", path.stem)
        assert self.read(path, path)

    def test_a_key_that_is_misspelt_is_refused(self, path: Path, tmp_path: Path) -> None:
        text, file = path.read_text(encoding="utf-8"), tmp_path / path.name
        for key in set(re.findall(r"^(\w+) = ", text, re.MULTILINE)):
            wrong = re.sub(rf"^{key} = ", f"{key}x = ", text, count=1, flags=re.MULTILINE)
            file.write_text(wrong, encoding="utf-8")
            with pytest.raises(PalcaError, match=key):
                self.read(file, path)


class TestPolicy(Contract):
    files: ClassVar = {f"{a}/{name}": path for a in ACTORS for name, path in shipped_policies(a).items()}

    def read(self, file: Path, path: Path) -> Policy:
        return build_policy(path.parent.name, path.stem, read_toml(file), file.name)

    def test_it_has_six_to_twelve_rules_with_their_reasons(self, path: Path) -> None:
        rules = read_toml(path)["rule"]
        decides = path.stem not in ("documented", "absent")
        assert 6 <= len(rules) <= 12 or not decides
        assert all(rule["why"] and rule["source"] for rule in rules)

    def test_its_actor_may_follow_it_in_the_baseline(self, path: Path) -> None:
        actor = path.parent.name
        scenario = load("baseline", [f"policy.{actor}={path.stem}"])
        assert [policy.name for _, policy in scenario.policies[actor]] == [path.stem]

    def test_its_rules_name_what_the_actor_sees_and_moves(self, path: Path) -> None:
        actor = path.parent.name
        for rule in self.read(path, path).rules:
            assert {*rule.do} <= {*LEVERS[actor]}
            used = rule.when.names.union(*(said.names for said in rule.do.values()))
            assert used <= names_for(actor) | {"date"}

    def test_an_error_is_shown_at_the_line_that_is_wrong(self, path: Path) -> None:
        """In the lab, where the rules are typed."""
        text = path.read_text(encoding="utf-8")
        read_policy(path.parent.name, text)
        lines, tried = text.split("\n"), set()
        for at, line in enumerate(lines):
            key = line.partition(" =")[0]
            if key in tried:  # the first of each: the rest are found in the same way
                continue
            match key:
                case "when":
                    wrong = 'when = "regime.orientaton > 0"'
                case "do":
                    wrong = re.sub(r"= \{ (\w+) =", r"= { \1_x =", line)
                case "why":
                    wrong = "why = 7"
                case "source" | "concept":
                    wrong = f"re{line}"
                case "title":
                    wrong = 'title = "no end'
                case _:
                    continue
            if key != "do" or wrong != line:
                tried.add(key)
            broken = "\n".join([*lines[:at], wrong, *lines[at + 1 :]])
            with pytest.raises(PalcaError) as error:
                read_policy(path.parent.name, broken)
            found_line = line_of(error.value, broken)
            # without its source a rule lacks a key, and so has no line of its own for it
            assert found_line == at + 1 or (key == "source" and abs(found_line - at - 1) < 8), (
                key,
                found_line,
                at,
            )
        assert {"title", "when", "do", "why", "source"} <= tried


WORLDS, SEED = 40, 3


@pytest.fixture(scope="module")
def factual() -> History:
    return ColdWarModel(load("baseline"), worlds=WORLDS, rng=SEED).run()


class TestScenario(Contract):
    files: ClassVar = {name: path for name, path in shipped_scenarios().items() if name != "baseline"}

    def read(self, file: Path, path: Path) -> Scenario:
        return load(str(file))

    def test_it_says_what_it_asks(self, path: Path) -> None:
        data = read_toml(path)
        for key in ("title", "question", "expect", "sources"):
            assert len(data.get(key, "")) > 10, f"a shipped scenario needs a text '{key}'"
        open_question = data["expect"].startswith("Open")
        assert open_question or data.get("expectation"), "it needs an [[expectation]]"
        expectations_of(resolve(path.stem))
        assert data.get("plausibility") in ("A", "B", "C"), (
            'it needs plausibility = "A", "B" or "C"'
        )

    def test_it_acts_from_its_date_on(self, factual: History, path: Path) -> None:
        since = min(month_index(change["at"]) for change in read_toml(path)["intervene"])
        within = {**resolve(path.stem), "months": min(since + 12, 120)}
        monthly = ColdWarModel(build(within), worlds=WORLDS, rng=SEED).run().monthly
        assert np.array_equal(monthly[:since], factual.monthly[:since])
        assert not np.array_equal(monthly, factual.monthly[: len(monthly)])


class TestConcept(Contract):
    files: ClassVar = shipped_concepts()

    def read(self, file: Path, path: Path) -> Concept:
        return make_concept(path.stem, file.read_text(encoding="utf-8"), file.name)

    def test_it_is_whole(self, path: Path) -> None:
        concept = self.read(path, path)
        assert all(work.split()[-1] for work in concept.literature)
        assert concept.definition.rstrip().endswith((".", "?"))
        assert concept.question.endswith("?")
        assert concept.against.startswith("If ")
        arms = {arm.name for arm in concept.arms}
        for claim in concept.claims:  # a contrast, not a measure against itself
            used = claim.greater.names | claim.lesser.names
            assert {name.partition(".")[0] for name in used} <= arms
            assert claim.otherwise.endswith(".")

    @pytest.mark.slow
    def test_it_runs_and_says_why_not(self, path: Path) -> None:
        concept = load_concept(path.stem)
        found = contrast(concept, 100, 0)
        measures, claims = tables(found).values()
        assert len(measures) == len(concept.arms) * len(concept.measures)
        assert measures["value"].notna().all()
        for _, row in claims.iterrows():
            assert (row["why_not"] == "") == (row["verdict"] == "shown")
        picture = draw_concept(found)
        assert concept.title in picture.alt
        assert found.verdict in picture.alt

    def test_the_fifteen_of_the_theory_are_there(self) -> None:
        assert len(self.files) >= 15


class TestStory(Contract):
    files: ClassVar = shipped_stories()

    def read(self, file: Path, path: Path) -> Story:
        return make_story(path.stem, file.read_text(encoding="utf-8"), file.name)

    def test_what_it_refers_to_exists(self, path: Path) -> None:
        check_references(load_story(path.stem), path.name)

    def test_it_is_written_in_english_and_spanish_and_asks(self, path: Path) -> None:
        story = self.read(path, path)
        assert story.languages == ("en", "es")
        for language in story.languages:
            for scene in story.scenes:
                assert scene.question[language].endswith("?")
                assert all("?" in line for line in scene.think[language])
                assert all(line.endswith(".") for line in (*scene.told[language], *scene.limits[language]))
                assert all(fact.text[language].endswith(".") for fact in scene.facts)
        for scene in story.scenes:
            assert len({len(texts) for texts in scene.told.values()}) == 1

    def test_it_types_no_number_of_worlds(self, path: Path) -> None:
        """Frequencies are computed: a text speaks of 100 worlds, and of no other number of them."""
        text = path.read_text(encoding="utf-8")
        assert {*re.findall(r"(\d+) (?:worlds|mundos)", text)} <= {"100"}
        assert not re.search(r"\d+ (?:%|per cent|por ciento|de cada 100|of 100)", text)


class TestCountry(Contract):
    files: ClassVar = {path.stem: path for path in sorted((LIBRARY / "countries").glob("*.toml"))}

    def read(self, file: Path, path: Path) -> Country:
        end_of_drivers(read_toml(file), file)  # its series are there
        return build_country(read_country(file), file.name)

    def test_its_garrisons_lie_within_its_outline(self, path: Path) -> None:
        country = self.read(path, path)
        shape = map_of(country.name)
        assert shape is not None
        assert {garrison.name for garrison in country.garrisons} == {*shape.garrisons}
        for name, position in shape.garrisons.items():
            assert inside(position, shape.ring), name
        assert not inside((-58.0, -34.6), shape.ring)  # Buenos Aires


def inside(point: Point, ring: tuple[Point, ...]) -> bool:
    """Whether a ray to the east crosses the outline an odd number of times."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            crossings += 1
    return crossings % 2 == 1
