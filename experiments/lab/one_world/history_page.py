"""The page *History*: one world, month by month."""

from __future__ import annotations

from typing import Final

from palca.model.calendar import month_index
from palca.model.language.levers import LEVERS

from ...io.language import N_, _, spoken, written_month
from ...io.numerals import number, spelled
from ...io.table import Table, texts
from ...run.explain import ACTORS, Decision, changes_table
from .. import cases
from ..blocks import Block, door, heading, picture, table, text
from ..cases import Case
from ..form import Form, Values
from ..kept import kept
from ..page import Page
from .film import LOYAL_KEY, film, month_frames, strip, turns
from .history_figure import draw_network
from .told import Which, ask_world, number_of, searched, trace, which

_FIRST: Final = month_index("1971-08")


def _ask(form: Form) -> None:
    ask_world(form)
    case = Case(form.values.get("scenario", Case().scenario))
    scenario = cases.scenario_of(case)
    last = scenario.months - 1
    usual = last // 2 if scenario.first else min(_FIRST, last)
    form.month("month", _("Month"), 0, last, usual, play=True, zero=scenario.first)


def _show(values: Values) -> list[Block]:
    asked = which(values)
    world, count = number_of(asked)
    if world < 0:
        return [text(_("In none of {worlds} worlds is it so: {find}.", find=asked.find,
                       worlds=spelled(searched(asked), ",")))]  # fmt: skip
    story = trace(asked.case, asked.ours, world)
    month = story.scenario.first + values["month"]
    explanation = story.explain(month)
    levers = {decision.actor: decision.levers for decision in explanation.decisions}
    ruler = story.scenario.country.leaders[int(explanation.after["leader"])].name
    when = written_month(month)
    return [
        _film(asked.case, asked.ours, world, spoken()),
        *(text(line, tone="note") for line in _found(asked, world, count)),
        *_why(asked, world, month, month in story.attempts),
        heading(_("Which rules fired in {month}, and why", month=when)),
        *(block for decision in explanation.decisions for block in _decision(decision)),
        heading(_("Numbers of {month} in this simulated world", month=when)),
        picture(lambda: draw_network(explanation.after, levers, ruler, month),
                _("Who gives to whom. A dashed line means nothing this month; the widest line "
                  "means 60 million USD a year or more."), wide=False),
        *table(changes_table(explanation), wide=False),
    ]  # fmt: skip


@kept
def _film(case: Case, ours: bool, world: int, language: str) -> Block:
    story = trace(case, ours, world)
    country = story.scenario.country
    title = _("World {world} of those like ours", world=world) if ours else \
        _("World {world} of the scenario", world=world)
    return film(
        _("One history, month by month"), "month",
        [written_month(told.month) for told in story.months], country,
        [{"title": title, "frames": month_frames(story)}], low=0.4, key=_(LOYAL_KEY),
        step=_("Month"), back=_("Previous month"), on=_("Next month"),
        strips=[strip(country, _("documented"), cases.record_of(case)),
                strip(country, _("this simulated world"), story.histories)],
        going=turns(story),
    )  # fmt: skip


def _found(asked: Which, world: int, count: int) -> list[str]:
    if not asked.find:
        return []
    said = [_("{count} of {worlds} worlds are so: {find}. This is world {world}.",
              count=spelled(count, ","), worlds=spelled(searched(asked), ","), find=asked.find,
              world=world)]  # fmt: skip
    if asked.number >= count:
        said.append(_("There are no more, so this is the last."))
    return said


def _why(asked: Which, world: int, month: int, struck: bool) -> list[Block]:
    """Return doors to the pages that tell more of a world like ours."""
    if not asked.ours:
        return []
    here = {"world": str(world), "month": str(month)}
    return [
        *([door(_("Why did the coup of this month happen?"), "why", here)] if struck else []),
        door(_("Set this history beside its twin with a change"), "two", here),
    ]


def _decision(decision: Decision) -> list[Block]:
    """Return one actor's rules with their reasons, and what it does in sum."""
    defaults = LEVERS[decision.actor]
    does = ", ".join(
        f"{name.replace('_', ' ')} {number(value)}"
        for name, value in decision.levers.items()
        if value != defaults[name].default
    )
    caption = f"{_(ACTORS[decision.actor])}: {_(decision.policy)}"
    said = text(
        _("Result: {levers}.", levers=does) if does else _("Result: all levers at their defaults."),
        tone="note",
    )
    if not decision.fired:
        return [text(_("{policy}: no rule fired.", policy=caption)), said]
    columns = texts(_("rule"), _("adds"), _("why"), _("source"))
    return [*table(Table(caption, columns).filled(
        (_(rule.name), "; ".join(f"{lever} {spelled(value, '+.3g')}"
                                 for lever, value in added.items()), _(rule.why), rule.source)
        for rule, added in decision.fired
    )), said]  # fmt: skip


PAGE: Final = Page(
    "history",
    N_("History"),
    N_("What happened in one simulated world, and why did each actor act as it did?"),
    _ask,
    _show,
    (
        N_("One world is one of the histories that are possible in the model. In worlds that went "
           "like Bolivia the documented rulers rule and coups are tried in the documented months; "
           "all else is the model's."),
        N_("An officer “would not join a coup” if his discontent is below the risk, in an average "
           "mood and before anybody plots. How many join in an attempt depends on who leads it, "
           "and on chance."),
        N_("Officers who come to power only in the model have real names; their rule is invented."),
        N_("Monthly deliveries, loyalty and legitimacy are the model's; no source documents them."),
    ),
    resets={"given": ("scenario", "world", "find"), "scenario": ("month", "world"),
            "find": ("world",)},
)  # fmt: skip
