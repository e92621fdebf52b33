"""The page *Policies*: read a policy's rules, change them, run them."""

from __future__ import annotations

from typing import Final

from palca.model.agents.observables import OBSERVABLES
from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.language.levers import LEVERS
from palca.scenarios import shipped_policies
from palca.scenarios.scenario import names_for

from ..io.table import Table, numbers, texts
from ..simulate.ensemble import MONTHLY
from ..simulate.rule_use import WORLDS, RuleUse
from . import cases
from .address import PACKED
from .blocks import Block, download, heading, picture, table, text, wrong
from .cases import Case
from .choices import ask_actor, ask_worlds, policy_titles, usual_policies
from .form import LONGEST, Form, Values
from .page import Page
from .policy_text import line_of, policy_of, shipped_text
from .record_figure import documented_months, draw_months, draw_two

_OF: Final = {"ussr": "ussr_delivered", "us": "us_recent", "regime": "orientation",
              "party": "friction"}  # fmt: skip


def _ask(form: Form) -> None:
    actor = ask_actor(form)
    name = form.select("policy", "Policy", policy_titles(actor), usual_policies()[actor])
    titles = {series: title for series, (title, _) in MONTHLY.items()}
    form.select("series", "Shown", titles, _OF[actor])
    ask_worlds(form)
    form.prose(
        PACKED, "Rules", shipped_text(shipped_policies(actor)[name]), f"{actor}/{name}",
        f"At most {LONGEST:,} bytes. The rules are checked and run as soon as you stop typing; "
        "this browser keeps them.",
    )  # fmt: skip


def _show(values: Values) -> list[Block]:
    actor, name, written = values["actor"], values["policy"], values[PACKED]
    shipped = shipped_text(shipped_policies(actor)[name])
    try:
        policy = policy_of(actor, written)
    except PalcaError as error:
        return [wrong(PACKED, str(error), line_of(error, written)),
                text("The rules can't be run: the form says what is wrong, and where."),
                *_help(actor)]  # fmt: skip
    settings = () if name == usual_policies()[actor] else (f"policy.{actor}={name}",)
    case, series = Case(settings=settings), values["series"]
    before, _ = cases.ensemble(case, values["worlds"])
    edited = written != shipped
    if edited:
        after, _ = cases.ensemble(Case(actor=actor, policy=written), values["worlds"])
        said = f"Your rules compared with the shipped “{name}”, from January 1969 on."
        names = (f"shipped: {name}", "yours")
        block = picture(lambda: draw_two(before, after, series, names))
    else:
        said = (
            f"The rules are those of the shipped “{name}”. If you change them, both versions "
            "are plotted."
        )
        fact = documented_months(cases.record_of(case)).get(series)
        block = picture(lambda: draw_months(before, series, fact))
    uses = cases.uses(actor, written)
    silent = [use.rule for use in uses if use.enabled and not use.worlds]
    return [
        text(said),
        block,
        *([text(f"{len(silent)} of {len(uses)} rules never fired in {WORLDS} worlds, so they "
                f"change nothing in these worlds: {', '.join(silent)}.")] if silent else []),
        *table(Table(policy.title, texts("rule", "fires", "when", "adds", "why")).filled(
            (rule.name, _often(use), rule.when.text,
             "; ".join(f"{lever} {amount.text}" for lever, amount in rule.do.items()), rule.why)
            for rule, use in zip(policy.rules, uses, strict=True)
        )),
        text(f"“Fires”: how often in {WORLDS} worlds of the baseline, with this policy from "
             "January 1969 on; palca check prints the same.", tone="note"),
        download("Download the policy", f"{name}-edited.toml" if edited else f"{name}.toml",
                 written),
        text(f"To run it on the command line: palca run baseline --set policy.{actor}=FILE.toml",
             tone="note"),
        *_help(actor),
    ]  # fmt: skip


def _often(use: RuleUse) -> str:
    if not use.enabled:
        return "off"
    if use.first is None:
        return "never"
    return f"in {use.frequency}, first in {month_name(use.first)}"


def _help(actor: str) -> list[Block]:
    return [
        heading("What rules may use"),
        *table(Table("Levers", [*texts("lever", "meaning", "unit"),
                                *numbers("range", "without a rule")]).filled(
            (name, row.meaning, row.unit, f"{row.lowest:g} to {row.highest:g}", f"{row.default:g}")
            for name, row in LEVERS[actor].items()
        )),
        text("Conditions and amounts may use what the actor observes: "
             + ", ".join(name for name in OBSERVABLES if name in names_for(actor)) + "; and "
             "date >= 1971-08, min, max, clip, exp, log, sqrt, logistic, abs, x if c else y; and "
             "parameters.", tone="note"),
    ]  # fmt: skip


PAGE: Final = Page(
    "policies",
    "Policies",
    "By which rules does an actor decide, and what would other rules change?",
    _ask,
    _show,
    (
        "The policy is followed from January 1969 to the end, whatever happens; the other actors "
        "keep their policies and respond by them.",
        "The shipped rules are an interpretation of the sources; nobody knows what the actors "
        "really thought.",
    ),
    resets={"actor": ("policy", PACKED, "series"), "policy": (PACKED,)},
)
