"""The page *What if*: an intervention and a date, and what tends to differ."""

from __future__ import annotations

from typing import Final

from palca.model.calendar import month_index, month_name
from palca.model.language.levers import LEVERS

from ...counterfactual.twins import QUANTITIES
from ...io.language import N_, _
from ...io.numerals import spelled
from .. import cases
from ..blocks import Block, command, picture, table, text
from ..cases import Case
from ..choices import (
    FIRST,
    LIKE_OURS,
    ask_actor,
    ask_worlds,
    interventions,
    policy_titles,
    said,
    usual_policies,
)
from ..form import Form, Values, exact
from ..page import Page
from .twin_worlds import Difference, difference
from .what_if_figure import draw_difference
from .what_if_words import explained, far, horizons_table, one_way, ruler_of, sentence, title_of

_KINDS: Final = {
    "shipped": N_("one that comes with Palca"),
    "policy": N_("another policy of an actor"),
    "lever": N_("a lever of an actor is multiplied"),
    "coup": N_("coups fail, succeed or don't begin"),
}
_COUPS: Final = {
    "fails": N_("every attempt fails"), "succeeds": N_("every attempt succeeds"),
    "never": N_("nobody attempts one"),
}  # fmt: skip
_GIVEN: Final = {"ours": N_("worlds that went like Bolivia until then, or to the end"),
                 "all": N_("all worlds")}  # fmt: skip
_ALL_WORLDS: Final = N_(
    "All worlds: nothing that happened after January 1969 is given, so in most of them somebody "
    "else rules when the change comes."
)
_FIRST: Final = "august-1971-fails"
_USUAL: Final = month_index("1971-09")
LEFT: Final = 12  # months that are left to look at


def _last() -> int:
    return cases.scenario_of(Case()).months - 1


def ask_change(form: Form, left: int) -> None:
    """Ask what is changed, and when, so that some months are left to look at."""
    kind = form.select("kind", _("What is changed"), said(_KINDS), "shipped")
    at, last = _USUAL, _last()
    if kind == "shipped":
        titles = {name: row[0] for name, row in interventions().items()}
        name = form.select("scenario", _("Counterfactual"), titles, _FIRST)
        at = interventions()[name][1]
    elif kind == "coup":
        form.select("outcome", _("Coups"), said(_COUPS), "fails")
        at = month_index("1971-08")
    else:
        actor = ask_actor(form)
        if kind == "policy":
            titles = policy_titles(actor)
            usual = usual_policies()[actor]
            form.select("policy", _("Policy"), titles, next(n for n in titles if n != usual),
                        _("In the baseline: {policy}.", policy=titles[usual]))  # fmt: skip
        else:
            levers = {name: f"{name.replace('_', ' ')}: {_(lever.meaning)}"
                      for name, lever in LEVERS[actor].items()}  # fmt: skip
            first = {"ussr": "credit", "us": "aid", "regime": "repress", "party": "mobilise"}
            form.select("lever", _("Lever"), levers, first[actor])
            form.number("factor", _("Times as much"), 0.0, 4.0, 2.0, 0.1)
    since = form.month("at", _("From"), 0, last - left, at)
    if kind != "shipped":
        until = min(since + 11, last) if kind == "coup" else last
        form.month("until", _("Until"), since, last, until)


def _ask(form: Form) -> None:
    ask_change(form, LEFT)
    shipped = interventions().get(form.values.get("scenario", ""))
    shown = "rules" if shipped is None else shipped[2]
    titles = {name: title_of(name, _("who ruled then")) for name in QUANTITIES}
    form.select("quantity", _("Shown"), titles, shown)
    form.select("given", _("In which worlds"), said(_GIVEN), "ours", _(_ALL_WORLDS))
    ask_worlds(form, LIKE_OURS, "1024")


def case_of(values: Values) -> Case:
    """Return the case that some choices make."""
    kind = values["kind"]
    if kind == "shipped":
        name = values["scenario"]
        own = interventions()[name][1]
        return Case(name, at=None if values["at"] == own else values["at"])
    change = {
        "policy": lambda: f'policy.{values["actor"]} = "{values["policy"]}"',
        "lever": lambda: f'lever.{values["actor"]}.{values["lever"]}.scale = '
                         f'{exact(values["factor"])}',
        "coup": lambda: f'coup = {{ outcome = "{values["outcome"]}" }}',
    }[kind]()  # fmt: skip
    until = "" if values["until"] == _last() else f'until = "{month_name(values["until"])}", '
    at = month_name(values["at"])
    return Case(FIRST, (), (f'at = "{at}", {until}{change}',))


def command_of(case: Case) -> str:
    """Return the command that asks the same and more of worlds that went like the record."""
    return " ".join(
        ["palca counterfactual", case.scenario]
        + [f"--intervene '{change}'" for change in case.interventions]
        + ([] if case.at is None else [f"--at {month_name(case.at)}"])
    )


def answers(found: Difference, quantity: str, ruler: str) -> list[Block]:
    """Return what the change does, in a sentence for each kind of worlds, and what limits it."""
    return [
        *(block for part in found.parts
          for block in (text(sentence(found, part, quantity, ruler), tone="answer"),
                        text(explained(part), tone="note"))),
        *(text(said, tone="note") for said in (far(found), one_way(found, quantity)) if said),
    ]  # fmt: skip


def _show(values: Values) -> list[Block]:
    case, quantity = case_of(values), values["quantity"]
    found = difference(case, values["given"] == "ours", values["worlds"])
    usual = cases.scenario_of(cases.without_changes(case))  # at hand, and of the same country
    ruler = ruler_of(found, usual.country)
    tables = [table(horizons_table(found, part, quantity, ruler), wide=len(found.parts) == 1)
              for part in found.parts]  # fmt: skip
    return [
        *answers(found, quantity, ruler),
        picture(lambda: draw_difference(found, quantity, ruler)),
        *(block for blocks in tables for block in blocks),
        text(_("Means of {count} pairs of worlds. s.e.: standard error; more worlds make it "
               "smaller, and copies of one world of January 1969 count as one. *: further from "
               "none than two standard errors of chance. Parameters that fit the record equally "
               "well may still disagree about the sign: the command tells.",
               count=spelled(found.worlds, ",")), tone="note"),
        command(_("More worlds, channels and alternative models"), command_of(case)),
    ]  # fmt: skip


PAGE: Final = Page(
    "what-if",
    N_("What if"),
    N_("If one thing had been changed, what would have gone otherwise in worlds like ours?"),
    _ask,
    _show,
    (
        N_("The difference is about the model, not about the real world: in the model, actors "
           "answer untried policies as the rules say."),
        N_("The standard error covers chance only. The worlds have different parameters that fit "
           "the record, and the change may do more under some than under others; the command "
           "tells."),
        N_("If nothing can be told from none, the change may still work in ways that the model "
           "doesn't have."),
    ),
    resets={
        "kind": ("at", "until", "quantity"),
        "scenario": ("at", "quantity"),
        "actor": ("policy", "lever"),
    },
    common=lambda: ({"scenario": name} for name in interventions()),
)
