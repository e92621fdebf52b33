"""The page *Story*: scene by scene a student guesses, sees what came, and changes one thing."""

from __future__ import annotations

from typing import Any, Final

from palca.scenarios.story import Scene, Story

from ...io.language import N_, _, written_month
from ...io.numerals import spelled
from ...stories.frequencies import Frequency
from .. import cases
from ..blocks import (
    Block,
    facts,
    heading,
    hundreds,
    links,
    listing,
    picture,
    questions,
    text,
)
from ..cases import Case
from ..form import Form, Values
from ..page import Page
from .library import NAME, link, stories, told
from .past_figure import draw_past, reigns
from .scene_end import end_of
from .scene_words import count_of, fact_rows, guessed, hundred_rows, title_of_scene
from .scene_worlds import WORLDS, counted, happened
from .twin_of_scene import show_change

END: Final = "end"
_RARE: Final = 10.0  # worlds of 100
_LAST: Final = 119  # December 1978


def guess_name(number: int) -> str:
    """Return what the guess of a scene is called in an address."""
    return f"guess{number}"


def _ask(form: Form) -> None:
    titles = {name: told(story.title) for name, story in stories().items()}
    first = next(iter(titles))
    ask = form.select if len(titles) > 1 else form.aside
    story = stories()[ask("story", _("Story"), titles, first)]
    steps = {str(number): title_of_scene(number, scene)
             for number, scene in enumerate(story.scenes, 1)}  # fmt: skip
    steps[END] = _("The end")
    at = form.aside("scene", _("Scene"), steps, "1")
    for number, scene in enumerate(story.scenes, 1):
        form.aside(guess_name(number), _("Guess"), _guesses(scene), "")
    form.scene = {"steps": [
        {"text": title, "query": f"?{link(form.values, scene=step)}", "current": step == at}
        for step, title in steps.items()
    ]}  # fmt: skip
    if at == END:
        form.scene |= {"title": steps[END], "told": list(told(story.end)), "guess": None}
        return
    scene = story.scenes[int(at) - 1]
    changes = {"": _("nothing")} | {str(number): told(change.text)
                                    for number, change in enumerate(scene.changes, 1)}  # fmt: skip
    form.aside("change", _("Change"), changes, "")
    form.scene |= {"title": steps[at], "told": list(told(scene.told)),
                   "guess": _guess(form, scene, int(at))}  # fmt: skip


def _guesses(scene: Scene) -> dict[str, str]:
    """Return what may be guessed, with how it is said; empty for nothing yet."""
    none = {"": _("no guess")}
    if scene.answers:
        return none | {str(number): told(one.text) for number, one in enumerate(scene.answers, 1)}
    return none | {str(count): _("{count} of 100 worlds", count=count) for count in range(101)}


def _guess(form: Form, scene: Scene, number: int) -> dict[str, Any]:
    """Return the question with what may be answered, for the template."""
    said, offered = form.values[guess_name(number)], _guesses(scene)
    return {
        "name": guess_name(number),
        "question": told(scene.question),
        "options": [{"value": key, "text": title} for key, title in offered.items()
                    if key and scene.answers],
        "said": offered[said] if said else "",
    }  # fmt: skip


def _show(values: Values) -> list[Block]:
    story = stories()[values["story"]]
    if values["scene"] == END:
        return end_of(story, values)
    number = int(values["scene"])
    scene = story.scenes[number - 1]
    usual = Case()
    country, record = cases.scenario_of(usual).country, cases.record_of(usual)
    guess = values[guess_name(number)]
    later = [one.until for one in story.scenes[number:]]
    known = scene.until if not guess else later[0] if later else _LAST
    past = picture(lambda: draw_past(country, record, known),
                   _("Who has ruled until {month}: {names}.", month=written_month(known),
                     names=", ".join(name for name, _first, _last
                                     in reigns(country, record.to(known + 1)))))  # fmt: skip
    if not guess:
        return [past, text(_("Guess first. Then this page shows what happened."), tone="note")]
    shares = counted(values["story"], number)
    return [
        text(guessed(scene, guess, shares), tone="answer"),
        heading(_("What happened")),
        facts(fact_rows(scene)),
        past,
        heading(_("What worlds like ours say")),
        text(_("Palca made {count} worlds that went like Bolivia until {month}: the same people "
               "ruled, and the same coups were tried in the same months. From then on chance "
               "decides in each of them.", count=spelled(WORLDS, ","),
               month=written_month(scene.until))),
        hundreds(hundred_rows(scene, shares)),
        *_rare(scene, shares),
        heading(_("What these worlds can't tell")),
        listing(told(scene.limits)),
        heading(_("Now change one thing")),
        *show_change(scene, values),
        heading(_("Questions")),
        questions(told(scene.think), lines=0),
        links(_onwards(story, number, values)),
    ]  # fmt: skip


def _rare(scene: Scene, shares: list[Frequency]) -> list[Block]:
    """Say that what came was rare, if it was."""
    for one, share in zip(scene.asked, shares, strict=True):
        if scene.answers and happened(one, scene) and share.of_100 < _RARE:
            said = (_("What happened in Bolivia happens in only {count} of 100 of these worlds.",
                      count=count_of(share)) if share.of_100 else
                    _("What happened in Bolivia happens in none of these worlds."))  # fmt: skip
            which = _("Either history took a rare turn, or the model lacks a cause. One history "
                      "can't tell which.")  # fmt: skip
            return [text(said, which)]
    return []


def _onwards(story: Story, number: int, values: Values) -> list[tuple[str, str, str]]:
    """Return where to go from a scene."""
    last = number == len(story.scenes)
    step = END if last else str(number + 1)
    words = _("To the end") if last else _("Next scene")
    note = "" if last else told(story.scenes[number].title)
    return [(words, link(values, scene=step, change=""), note)]


_OF_MODEL: Final = (
    N_("The story is one choice of moments. Historians would choose others, and argue about "
       "these."),
    N_("How often something comes about in the worlds is about the model: its rules were written "
       "by people who knew what happened."),
    N_("A world that went like ours until a month had the same rulers and the same coup attempts. "
       "In what nobody recorded it may differ."),
)  # fmt: skip

PAGE: Final = Page(
    NAME,
    N_("Story"),
    N_("What would you have expected, what happened, and what might have happened instead?"),
    _ask,
    _show,
    _OF_MODEL,
    resets={
        "story": ("scene", "change", *(guess_name(number) for number in range(1, 13))),
        "scene": ("change",),
    },
    common=lambda: (
        {"story": name, "scene": str(number), guess_name(number): "1", "change": "1"}
        for name, story in stories().items() for number in range(1, len(story.scenes) + 1)
    ),
)  # fmt: skip
