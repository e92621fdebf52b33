"""The page *Why?*: an attempted coup from within, in one world like ours or in all of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from palca.model.calendar import month_index, month_name

from ...infer.reanalysis_files import given_before
from ...io.language import N_, _, spoken, written_month
from ...io.numerals import spelled
from ...reanalysis.why import Why, why
from ...run.trace import Trace
from .. import cases
from ..blocks import Block, door, heading, picture, table, text
from ..cases import Case
from ..form import Form, Values
from ..kept import kept
from ..many_worlds.twin_worlds import found_worlds, record_given
from ..many_worlds.what_if_page import LEFT
from ..page import Page
from .film import REBEL_KEY, film
from .told import ask_world, parted, trace
from .why_words import (
    causes_table,
    course,
    draw_movers,
    moved,
    movers_table,
    of_100,
    of_world,
    round_names,
    rounds_of,
    rounds_of_all,
    succeeded,
)

_WORLDS: Final = 1_024  # like ours, over which the record is explained
_FIRST: Final = month_index("1971-08")


def attempts() -> dict[int, bool]:
    """Return the months of the documented attempts, and whether they succeeded."""
    record = cases.record_of(Case())
    won, lost = (record.count("power", kind)[:, 0] for kind in ("coup", "failed coup"))
    last = cases.scenario_of(Case()).months
    return {int(at): bool(won[at]) for at in np.flatnonzero(won + lost) if at < last}


def _ask(form: Form) -> None:
    titles = {
        str(month): f"{written_month(month)}: {_('coup') if won else _('failed coup')}"
        for month, won in attempts().items()
    }
    first = _FIRST if str(_FIRST) in titles else int(next(iter(titles)))
    form.values["month"] = int(form.select("month", _("Attempt"), titles, str(first)))
    of = form.select("of", _("In"), {
        "one": _("one world like ours"), "all": _("all worlds like ours"),
    }, "one")  # fmt: skip
    if of == "one":
        ask_world(form, find=False)


def twin_of(month: int, won: bool) -> Case:
    """Return the baseline in which attempts of a month end otherwise."""
    when, outcome = month_name(month), "fails" if won else "succeeds"
    change = f'at = "{when}", until = "{when}", coup = {{ outcome = "{outcome}" }}'
    return Case("baseline", (), (change,))


def _show(values: Values) -> list[Block]:
    return _of_all(values["month"]) if values["of"] == "all" else _of_one(
        values["world"], values["month"])  # fmt: skip


def _of_one(world: int, month: int) -> list[Block]:
    story = trace(Case(), True, world)
    if month not in story.attempts:
        return [text(_("In this world nobody strikes in {month}: the sources don't agree on that "
                       "attempt, so worlds like ours may lack it. Take another world.",
                       month=written_month(month)))]  # fmt: skip
    attempt, country = story.attempt(month), story.scenario.country
    won = succeeded(story, month)
    other = trace(twin_of(month, won), True, world)
    by_garrison = of_world(attempt, country)
    return [
        text(f"{written_month(month).capitalize()}.", course(story, month), tone="answer"),
        text(moved(attempt)),
        _rounds(world, month, spoken()),
        text(_twin(story, other, month), tone="note"),
        door(_("Play this history and that of the twin side by side"), "two",
             {"kind": "coup", "outcome": "fails" if won else "succeeds", "world": str(world),
              "at": str(month), "until": str(month), "month": str(month)}),
        heading(_("What moved the officers")),
        picture(lambda: draw_movers(by_garrison)),
        *table(movers_table(by_garrison, -float(np.ravel(attempt.pull["risk"])[0]))),
        text(_("In points of discontent: an officer rises if his points exceed the risk. Once "
               "somebody plots, officers of his politics and of his garrison get more points. When "
               "he strikes, all look at his rank, at the side that workers take, at what the radio "
               "seems to say, and at who has joined."), tone="note"),
    ]  # fmt: skip


def _twin(story: Trace, other: Trace, month: int) -> str:
    at = parted(story, other)
    return _("The twin is the same world with the same chances, but for one thing: in {month} all "
             "officers hear, as from a radio that names the winner, that the attempt will end the "
             "other way; if they don't follow, its end is set. Until then both are the same; they "
             "part in {parted}.", month=written_month(month), parted=written_month(at))  # fmt: skip


@kept
def _rounds(world: int, month: int, language: str) -> Block:
    story = trace(Case(), True, world)
    won = succeeded(story, month)
    other = trace(twin_of(month, won), True, world)
    count = max(len(each.attempt(month).rounds) for each in (story, other))
    return film(
        _("The attempt of {month}, round by round", month=written_month(month)), "",
        round_names(count), story.scenario.country,
        [{"title": _("this world"), "frames": rounds_of(story, month, count)},
         {"title": _("its twin in which the coup fails") if won
          else _("its twin in which the coup succeeds"),
          "frames": rounds_of(other, month, count)}],
        low=0.0, key=_(REBEL_KEY), step=_("Round"), back=_("Previous round"), on=_("Next round"),
    )  # fmt: skip


@kept
def _explained(month: int) -> Why:
    factual, found = cases.factual(Case()), found_worlds(Case(), True, _WORLDS)
    evidence = record_given(Case())
    return why(factual, evidence, given_before(factual, evidence, found, month + 1), month)


def _of_all(month: int) -> list[Block]:
    found, country = _explained(month), cases.scenario_of(Case()).country
    won = attempts()[month]
    ends = [shares[-1] for shares in found.joined.values()]
    orientation = float(cases.record_of(Case()).series["orientation"][max(month - 1, 0), 0])
    frames = rounds_of_all(found, country, found.ruler, orientation)
    first = max(found.garrisons, key=lambda name: found.garrisons[name])
    lost = sum(found.paid.values())
    said = _(
        "{month}, under {ruler}: in 100 worlds like ours, {attempts} have an attempt and "
        "{successes} a successful one.", month=written_month(month), ruler=found.ruler,
        attempts=of_100(found.attempt), successes=of_100(found.success),
    )  # fmt: skip
    led = _(
        "Of 100 attempts {share} are led from {garrison}. In the end between {low} and {high} of "
        "every 100 soldiers of a garrison stand with the rebels, on average, and {lost} officers "
        "lose their posts.", share=of_100(found.garrisons[first]), garrison=_(first),
        low=of_100(min(ends)), high=of_100(max(ends)), lost=spelled(lost, ".0f"),
    )  # fmt: skip
    return [
        text(said, tone="answer"),
        text(led),
        film(_("The attempts of {month}, round by round", month=written_month(month)), "",
             round_names(len(frames) - 1), country,
             [{"title": _("means of {count} worlds like ours", count=spelled(found.worlds, ",")),
               "frames": frames}],
             low=0.0, key=_(REBEL_KEY), step=_("Round"), back=_("Previous round"),
             on=_("Next round")),
        *_what_if(month, won),
        heading(_("Without what the coup would not have succeeded") if found.of_success else
                _("Without what nobody would have attempted a coup")),
        *table(causes_table(found)),
        heading(_("What moved the officers")),
        picture(lambda: draw_movers(found.movers)),
        *table(movers_table(found.movers, None)),
        text(_("{worlds} worlds like ours to the end of {month}, which descend from {families} "
               "independent worlds of January 1969.", worlds=spelled(found.worlds, ","),
               month=written_month(month), families=spelled(found.families, ",.0f")), tone="note"),
    ]  # fmt: skip


def _what_if(month: int, won: bool) -> list[Block]:
    """Return a door to the question of what had followed, if enough months are left to look at."""
    if month + LEFT >= cases.scenario_of(Case()).months:
        return []
    label = _("What if this coup had failed?") if won else _("What if this coup had succeeded?")
    return [door(label, "what-if", {"kind": "coup", "outcome": "fails" if won else "succeeds",
                                    "at": str(month), "until": str(month)})]  # fmt: skip


PAGE: Final = Page(
    "why",
    N_("Why?"),
    N_("Why did somebody attempt a coup, who joined him, and why did it end as it did?"),
    _ask,
    _show,
    (
        N_("What an officer felt is the model's: no source measures it. What is documented is who "
           "ruled, and in which month somebody struck."),
        N_("To find a cause, each world is run again without one thing, such as the fear of the "
           "unions, and with the same chances. If then the coup doesn't succeed this month (or, if "
           "it failed, nobody tries), that thing was a cause in this world. US money counts with "
           "all that the model lets flow before, of which no source knows. What the model lacks "
           "can't be a cause in it: friendships, money among officers, orders, plans."),
        N_("One world is one way in which it can have happened. Choose all worlds like ours to see "
           "in how many of them the same thing was a cause."),
    ),
    resets={"of": ("world",)},
    common=lambda: (
        {"month": str(month), "of": of} for of in ("one", "all") for month in attempts()
    ),
)
