"""The page *What if*: an intervention and a date, and what tends to differ."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from palca.model.calendar import month_index, month_name
from palca.model.language.levers import LEVERS
from palca.model.state.scenario import Scenario

from ..counterfactual.report import effects_table
from ..counterfactual.twins import QUANTITIES
from ..io.numerals import percent
from . import cases
from .blocks import Block, command, picture, table, text
from .cases import Case, Difference
from .choices import FIRST, ask_actor, ask_worlds, interventions, policy_titles, usual_policies
from .form import Form, Values, exact
from .page import Page
from .what_if_figure import draw_difference

_KINDS: Final = {
    "shipped": "one that comes with Palca",
    "policy": "another policy of an actor",
    "lever": "a lever of an actor is multiplied",
    "coup": "coups fail, succeed or don't begin",
}
_COUPS: Final = {
    "fails": "every attempt fails", "succeeds": "every attempt succeeds",
    "never": "nobody attempts one",
}  # fmt: skip
_FIRST: Final = "soviet-break-1971"
_USUAL: Final = month_index("1971-09")
_LEAST: Final = 12  # months that are left to look at


def _last() -> int:
    return cases.scenario_of(Case()).months - 1


def _ask(form: Form) -> None:
    kind = form.select("kind", "What is changed", _KINDS, "shipped")
    at, last = _USUAL, _last()
    if kind == "shipped":
        titles = {name: title for name, (title, _) in interventions().items()}
        name = form.select("scenario", "Counterfactual", titles, _FIRST)
        at = interventions()[name][1]
    elif kind == "coup":
        form.select("outcome", "Coups", _COUPS, "fails")
        at = month_index("1971-08")
    else:
        actor = ask_actor(form)
        if kind == "policy":
            titles = policy_titles(actor)
            usual = usual_policies()[actor]
            form.select("policy", "Policy", titles, next(n for n in titles if n != usual),
                        f"In the baseline: {usual}.")  # fmt: skip
        else:
            levers = {name: f"{name.replace('_', ' ')}: {lever.meaning}"
                      for name, lever in LEVERS[actor].items()}  # fmt: skip
            first = {"ussr": "credit", "us": "aid", "regime": "repress", "party": "mobilise"}
            form.select("lever", "Lever", levers, first[actor])
            form.number("factor", "Times as much", 0.0, 4.0, 2.0, 0.1)
    since = form.month("at", "From", 0, last - _LEAST, at)
    if kind != "shipped":
        until = min(since + 11, last) if kind == "coup" else last
        form.month("until", "Until", since, last, until)
    form.select("quantity", "Shown", {name: title for name, (title, _) in QUANTITIES.items()},
                "ussr_delivered" if kind == "shipped" else "rules")  # fmt: skip
    ask_worlds(form)


def case_of(values: Values) -> Case:
    """Return the case that some choices make."""
    at = month_name(values["at"])
    kind = values["kind"]
    if kind == "shipped":
        name = values["scenario"]
        own = interventions()[name][1]
        return Case(name, () if values["at"] == own else (f"intervene[0].at={at}",))
    change = {
        "policy": lambda: f'policy.{values["actor"]} = "{values["policy"]}"',
        "lever": lambda: f'lever.{values["actor"]}.{values["lever"]}.scale = '
                         f'{exact(values["factor"])}',
        "coup": lambda: f'coup = {{ outcome = "{values["outcome"]}" }}',
    }[kind]()  # fmt: skip
    until = "" if values["until"] == _last() else f'until = "{month_name(values["until"])}", '
    return Case(FIRST, (), (f'at = "{at}", {until}{change}',))


def command_of(case: Case) -> str:
    """Return the command that asks the same given the record."""
    return " ".join(
        ["palca counterfactual", case.scenario]
        + [f"--set '{setting}'" for setting in case.settings]
        + [f"--intervene '{change}'" for change in case.interventions]
    )


def _show(values: Values) -> list[Block]:
    case = case_of(values)
    scenario = cases.scenario_of(case)
    found = cases.difference(case, values["worlds"])
    quantity = values["quantity"]
    last = month_name(next(iter(found.last.values())).month)
    return [
        text(_in_words(scenario, found)),
        picture(lambda: draw_difference(found, quantity)),
        *table(effects_table(f"Means in {last}", map(asdict, found.last.values()), apart=True)),
        text("The standard error is what more worlds would make smaller. “5–95 %” is not an error: "
             "it is how much the change does in one world and another.", tone="note"),
        text("This page asks about all worlds. To ask what would have been different in ",
             "the real history, given the record up to the change, use the command line; it takes "
             "a minute or two:"),
        command("Given the record", command_of(case)),
    ]  # fmt: skip


def _in_words(scenario: Scenario, found: Difference) -> str:
    twins = found.divergence
    when = f"In {found.worlds:,} pairs of worlds on the same draws, "
    if twins.share == 0:
        return when + "no world diverges: in all worlds the same people rule and attempt coups."
    return (
        f"{when}this is what tends to differ. {percent(twins.share)} of the worlds diverge (in who "
        f"rules, or in a coup attempt), half of them within {twins.median:.0f} months; "
        f"{percent(twins.reconverged)} of these have the same ruler and a similar orientation "
        f"again in {month_name(scenario.months - 1)}."
    )


PAGE: Final = Page(
    "what-if",
    "What if",
    "What tends to differ if one thing is changed, and how large is the standard error?",
    _ask,
    _show,
    (
        "A tendency over all worlds is not what would have happened in Bolivia: most of these "
        "worlds differ from the real history before the change.",
        "The difference is about the model, not about the real world: in the model, actors answer "
        "untried policies as the rules say.",
        "The standard error covers chance only. Uncertainty about parameters is in the spread of "
        "the worlds, because each world has its own parameter set.",
    ),
    resets={
        "kind": ("at", "until", "quantity"),
        "scenario": ("at",),
        "actor": ("policy", "lever"),
    },
    common=lambda: ({"scenario": name} for name in interventions()),
)
