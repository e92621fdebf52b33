"""The page *History*: one world, month by month."""

from __future__ import annotations

from typing import Final

import numpy as np

from palca.model.calendar import month_index, month_name
from palca.model.language.levers import LEVERS
from palca.model.state.history import CODE_OF

from ..io.numerals import number, percent
from ..io.table import Table, numbers, texts
from ..observe.histories import Histories
from ..run.explain import ACTORS, Decision, changes_table
from . import cases
from .blocks import Block, heading, listing, picture, table, text
from .cases import Case
from .choices import ask_scenario
from .form import Form, Values
from .history_figure import draw_country, draw_network, draw_timeline, in_a_word
from .kept import kept
from .page import Page

_MOST_WORLD: Final = 9_999
_FIRST: Final = month_index("1971-08")
_WORLD: Final = 1598  # as shipped, Banzer overthrows Torres in it in that very month
_STRIKES: Final = (CODE_OF["power", "coup"], CODE_OF["power", "failed coup"])


def _ask(form: Form) -> None:
    case = Case(ask_scenario(form))
    form.whole("world", "World", 0, _MOST_WORLD, _WORLD, "Each number is another history.")
    last = cases.scenario_of(case).months - 1
    form.month("month", "Month", 0, last, min(_FIRST, last), play=True)


def _show(values: Values) -> list[Block]:
    case, month = Case(values["scenario"]), values["month"]
    story = cases.world_trace(case, values["world"])
    explanation, country = story.months[month], story.scenario.country
    events = story.histories.events
    now = (events.month == month) & np.isin(events.code, _STRIKES)
    struck = [int(garrison) for garrison in events.garrison[now] if garrison >= 0]
    loyalty = story.loyalty[month]
    levers = {decision.actor: decision.levers for decision in explanation.decisions}
    now_rules = country.leaders[int(explanation.after["leader"])].name
    change = "" if now_rules == explanation.ruler else f", and {now_rules} at its end"
    return [
        text(f"{month_name(month)}, world {values['world']:,}: {explanation.ruler} rules at the "
             f"start of the month{change}."),
        picture(lambda: draw_timeline(country, _histories(case, values["world"]), month)),
        picture(lambda: draw_country(country, list(loyalty), struck, month),
                "Garrisons; a ring marks one that attempts a coup this month.", wide=False),
        picture(lambda: draw_network(explanation.after, levers, now_rules, month),
                "Who gives to whom. A dashed line means nothing this month; the widest line means "
                "60 million USD a year or more.", wide=False),
        heading("What happened this month"),
        *_events(explanation.events),
        heading("Which rules fired, and why"),
        *(block for decision in explanation.decisions for block in _decision(decision)),
        heading("Numbers of the month"),
        *table(Table("Garrisons", [*texts("garrison", "stands"),
                                   *numbers("officers", "force that would not join a "
                                                        "coup")]).filled(
            (garrison.name, in_a_word(float(share)), f"{garrison.officers}", percent(float(share)))
            for garrison, share in zip(country.garrisons, loyalty, strict=True)
        )),
        *table(changes_table(explanation)),
    ]  # fmt: skip


@kept
def _histories(case: Case, world: int) -> dict[str, Histories]:
    simulated = cases.world_trace(case, world).histories
    return {"documented": cases.record_of(case), "simulated": simulated}


def _events(events: list[tuple[int, str]]) -> list[Block]:
    if not events:
        return [text("No events.")]
    return [listing([sentence for _, sentence in events])]


def _decision(decision: Decision) -> list[Block]:
    """Return one actor's rules with their reasons, and what it does in sum."""
    actor = ACTORS[decision.actor]
    defaults = LEVERS[decision.actor]
    does = ", ".join(
        f"{name.replace('_', ' ')} {number(value)}"
        for name, value in decision.levers.items()
        if value != defaults[name].default
    )
    caption = f"{actor}: {decision.policy}"
    said = text(
        f"Result: {does}." if does else "Result: all levers at their defaults.", tone="note"
    )
    if not decision.fired:
        return [text(f"{caption}: no rule fired."), said]
    return [*table(Table(caption, texts("rule", "adds", "why", "source")).filled(
        (rule.name, "; ".join(f"{lever} {value:+.3g}" for lever, value in added.items()), rule.why,
         rule.source)
        for rule, added in decision.fired
    )), said]  # fmt: skip


PAGE: Final = Page(
    "history",
    "History",
    "What happened in one simulated world, and why did each actor act as it did?",
    _ask,
    _show,
    (
        "One world is one of the histories that are possible in the model. It isn't a forecast, "
        "and whether it resembles the record proves nothing.",
        "An officer “would not join a coup” if his discontent is below the risk, in an average "
        "mood and before anybody plots. How many join in an attempt depends on who leads it, and "
        "on chance.",
        "Monthly deliveries, loyalty and legitimacy are the model's; no source documents them.",
    ),
    resets={"scenario": ("month",)},
)
