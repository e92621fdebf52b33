"""The end of a story: the guesses of all scenes beside what came and what worlds say."""

from __future__ import annotations

from palca.scenarios.story import Scene, Story

from ...io.language import _, spoken
from ...io.table import Table, texts
from .. import cases
from ..address import write_query
from ..blocks import Block, links, picture, table, text
from ..cases import Case
from ..form import Values
from .library import told
from .past_figure import draw_past
from .scene_words import begun, count_of, title_of_scene
from .scene_worlds import counted, happened


def end_of(story: Story, values: Values) -> list[Block]:
    """Return the blocks of a story's end."""
    usual = Case()
    country, record = cases.scenario_of(usual).country, cases.record_of(usual)
    rows = [
        (title_of_scene(number, scene), *_row(story.name, number, scene, values[f"guess{number}"]))
        for number, scene in enumerate(story.scenes, 1)
    ]
    names = {"of": f"story-{story.name}"}
    return [
        *table(Table(_("Your guesses"), texts(_("scene"), _("your guess"), _("what happened"),
                                              _("in worlds like ours"))).filled(rows)),
        picture(lambda: draw_past(country, record, 119)),
        text(_("To go on:")),
        links([
            (_("What if"), write_query("what-if", {}, spoken())[0],
             _("change anything at any date")),
            (_("Worksheet"), write_query("worksheets", names, spoken())[0],
             _("the questions of all scenes, to print")),
            (_("Start"), write_query("start", {}, spoken())[0], ""),
        ]),
    ]  # fmt: skip


def _row(story: str, number: int, scene: Scene, guess: str) -> tuple[str, str, str]:
    """Return a guess, what came, and how often the worlds have it; nothing where none was made."""
    if not guess:
        return (_("no guess"), "–", "–")
    shares = counted(story, number)
    if not scene.answers:
        came = {True: _("this happened"), False: _("this did not happen"), None: "–"}[
            happened(scene.outcomes[0], scene)
        ]
        what = told(scene.outcomes[0].text)
        return (_("{what}: in {guess} of 100 worlds", what=begun(what), guess=guess), came,
                _("in {count} of 100 worlds", count=count_of(shares[0])))  # fmt: skip
    (right,) = [one for one in scene.answers if one.happened]
    counts = [_("{what}: in {count} of 100 worlds", what=told(right.text), count=count_of(share))
              for one, share in zip(scene.asked, shares, strict=True)
              if one is right]  # fmt: skip
    said = told(scene.answers[int(guess) - 1].text)
    return (said, told(right.text), counts[0] if counts else "–")
