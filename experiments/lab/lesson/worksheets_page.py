"""The page *Worksheets*: the questions of a story or a concept, to print."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from palca.scenarios.concept import Concept, load_concept, shipped_concepts
from palca.scenarios.story import Scene, Story

from ...io.language import N_, _, spoken
from ..address import write_query
from ..blocks import Block, button, heading, links, listing, page_break, questions, text
from ..choices import USUAL_WORLDS
from ..form import Form, Values
from ..many_worlds.concepts_page import claim_blocks, contrasted, reading
from ..page import Page
from .answer_key import SCENES, story_key
from .library import stories, told
from .scene_words import title_of_scene

_load = lru_cache(maxsize=64)(load_concept)
_STORY, _CONCEPT = "story-", "concept-"


def _ask(form: Form) -> None:
    offered = {f"{_STORY}{name}": _("Story: {title}", title=told(story.title))
               for name, story in stories().items()}  # fmt: skip
    offered |= {f"{_CONCEPT}{name}": _("Concept: {title}", title=_(_load(name).title))
                for name in shipped_concepts()}  # fmt: skip
    form.select("of", _("Worksheet for"), offered, next(iter(offered)))
    most = max(len(story.scenes) for story in stories().values())
    form.aside(SCENES, _("Scenes"), {str(count): str(count) for count in range(1, most + 1)}, "1")
    form.select("answers", _("Answers"), {
        "": _("none: for the class"), "key": _("on a page of their own: for the teacher"),
    }, "")  # fmt: skip


def _show(values: Values) -> list[Block]:
    of, key = values["of"], bool(values["answers"])
    if of.startswith(_STORY):
        story = stories()[of.removeprefix(_STORY)]
        return _of_story(story) + (story_key(story, int(values[SCENES])) if key else [])
    name = of.removeprefix(_CONCEPT)
    return _of_concept(name, _load(name)) + (_concept_key(name) if key else [])


def _head(title: str, page: str, query: dict[str, str]) -> list[Block]:
    return [
        button(_("Print this worksheet"), "print"),
        links([(_("Open the page that goes with it"), write_query(page, query, spoken())[0], "")]),
        heading(title),
        text(_("Name: {line} Date: {date}", line="_" * 30, date="_" * 14)),
    ]


def _of_story(story: Story) -> list[Block]:
    blocks = _head(told(story.title), "story", {"story": story.name} if len(stories()) > 1 else {})
    blocks.append(text(told(story.about)))
    for number, scene in enumerate(story.scenes, 1):
        blocks += _of_scene(number, scene)
    return [*blocks, heading(_("The end")), text(*told(story.end))]


def _of_scene(number: int, scene: Scene) -> list[Block]:
    asked = told(scene.question)
    before = (
        [text(_("Before you look, tick your guess:"), asked),
         listing([f"☐ {told(one.text)}" for one in scene.answers])] if scene.answers else
        [text(_("Before you look, write your guess:"), asked),
         text(_("{line} of 100 worlds", line="_" * 8))]
    )  # fmt: skip
    return [
        heading(title_of_scene(number, scene)),
        *(text(line) for line in told(scene.told)),
        *before,
        questions([
            _("What happened? Give the date and the source."),
            _("What do the worlds like ours say? Write down one number of 100, and what it is "
              "about."),
            _("Which change did you try, and what did it do?"),
            *told(scene.think),
        ]),
    ]  # fmt: skip


def _of_concept(name: str, concept: Concept) -> list[Block]:
    claims = [_("☐ yes ☐ no ☐ can't tell: {claim}", claim=_(claim.says))
              for claim in concept.claims]  # fmt: skip
    return [
        *_head(_(concept.title), "concepts", {"concept": name}),
        text(_(concept.definition)),
        text(_("Before you look, guess for each claim: does this model show it?")),
        listing(claims),
        questions([
            _(concept.question),
            _("For which claims was your guess wrong? What had you not thought of?"),
            _("Write down one number of the page and say what it counts."),
            _("Would you say the same of Bolivia as of the model? Why, or why not?"),
        ]),
    ]  # fmt: skip


def _concept_key(name: str) -> list[Block]:
    found = contrasted(name, int(USUAL_WORLDS))
    return [
        page_break(),
        heading(_("Answers, for the teacher")),
        *(block for number, finding in enumerate(found.findings, 1)
          for block in claim_blocks(found.concept, number, finding)),
        *reading(found.concept),
    ]  # fmt: skip


PAGE: Final = Page(
    "worksheets",
    N_("Worksheets"),
    N_("Which questions go with a story or a concept?"),
    _ask,
    _show,
    (),
    resets={"of": (SCENES,)},
    common=lambda: (
        {"of": f"{_STORY}{name}", "answers": "key", SCENES: str(count)}
        for name, story in stories().items() for count in range(1, len(story.scenes) + 1)
    ),
)
