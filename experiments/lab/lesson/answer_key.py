"""The answers to a story's worksheet: what happened, what the worlds say, what the changes do."""

from __future__ import annotations

from typing import Final

from palca.scenarios.story import Change, Scene, Story

from ...io.language import _
from .. import cases
from ..blocks import Block, facts, heading, hundreds, later, listing, page_break, text
from ..cases import Case
from ..many_worlds.what_if_words import ruler_of, sentence
from .library import told
from .scene_words import fact_rows, hundred_rows, title_of_scene
from .scene_worlds import changed, counted

SCENES: Final = "scenes"  # how many have their answers


def story_key(story: Story, scenes: int) -> list[Block]:
    """Return the answers to the questions of the first scenes.

    The page asks for the next scene by itself: all together would take too long.
    """
    blocks = [page_break(), heading(_("Answers, for the teacher")),
              text(_("The questions for thought have no single answer. What these worlds can't "
                     "tell belongs to every discussion of them."))]  # fmt: skip
    for number, scene in enumerate(story.scenes[:scenes], 1):
        blocks += _of_scene(story.name, number, scene)
    if scenes < len(story.scenes):
        blocks += [text(_("The answers to the next scene are being computed."), tone="note"),
                   later(SCENES, str(scenes + 1))]  # fmt: skip
    return blocks


def _of_scene(story: str, number: int, scene: Scene) -> list[Block]:
    return [
        heading(title_of_scene(number, scene)),
        text(_("What happened")),
        facts(fact_rows(scene)),
        text(_("What worlds like ours say")),
        hundreds(hundred_rows(scene, counted(story, number))),
        text(_("What the changes do")),
        listing([f"{told(change.text)}. {_done(change)}" for change in scene.changes]),
        text(_("What these worlds can't tell")),
        listing(told(scene.limits)),
    ]


def _done(change: Change) -> str:
    found = changed(change)
    ruler = ruler_of(found, cases.scenario_of(Case()).country)
    return " ".join(sentence(found, part, change.quantity, ruler) for part in found.parts)
