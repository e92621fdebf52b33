"""The page *Policies*: read a policy's rules, change them, run them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from palca.model.agents.observables import OBSERVABLES
from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.language.levers import LEVERS
from palca.model.language.policy import Rule
from palca.scenarios import shipped_policies
from palca.scenarios.scenario import names_for

from ...io.language import N_, _
from ...io.numerals import percent, spelled
from ...io.table import Table, numbers, texts
from ...simulate.ensemble import MONTHLY
from ...simulate.rule_use import WORLDS, RuleUse
from .. import cases
from ..address import PACKED
from ..blocks import Block, download, heading, picture, table, text, wrong
from ..cases import Case
from ..choices import ask_actor, ask_worlds, policy_titles, usual_policies
from ..form import LONGEST, Form, Values
from ..page import Page
from ..policy_text import line_of, policy_of, shipped_text
from .record_figure import documented_months, draw_months, draw_two

_EXAMPLE: Final = "example"
_EXAMPLES: Final = Path(__file__).parent / "examples"
_MOST_SAID: Final = 4  # rules of the visitor's that a sentence tells of
_OF: Final = {"ussr": "ussr_delivered", "us": "us_recent", "regime": "orientation",
              "party": "friction"}  # fmt: skip


def _files(actor: str) -> dict[str, Path]:
    """Return the policies that can be read and rewritten: those that ship, and an example."""
    return {**shipped_policies(actor), _EXAMPLE: _EXAMPLES / f"{actor}.toml"}


def _ask(form: Form) -> None:
    actor = ask_actor(form)
    titles = policy_titles(actor) | {_EXAMPLE: _("an example of ten lines, to start from")}
    name = form.select("policy", _("Policy"), titles, usual_policies()[actor])
    series = {series: _(title) for series, (title, _unit) in MONTHLY.items()}
    form.select("series", _("Shown"), series, _OF[actor])
    ask_worlds(form)
    form.prose(
        PACKED, _("Rules"), shipped_text(_files(actor)[name]), f"{actor}/{name}",
        _("At most {most} bytes. The rules are checked and run as soon as you stop typing; this "
          "browser keeps them.", most=spelled(LONGEST, ",")),
    )  # fmt: skip


def _show(values: Values) -> list[Block]:
    actor, name, written = values["actor"], values["policy"], values[PACKED]
    shipped = shipped_text(_files(actor)[name])
    try:
        policy = policy_of(actor, written)
    except PalcaError as error:
        return [wrong(PACKED, str(error), line_of(error, written)),
                text(_("The rules can't be run: the form says what is wrong, and where.")),
                *_help(actor)]  # fmt: skip
    other = usual_policies()[actor] if name == _EXAMPLE else name
    settings = () if other == usual_policies()[actor] else (f"policy.{actor}={other}",)
    case, series = Case(settings=settings), values["series"]
    before, _outcomes = cases.ensemble(case, values["worlds"])
    edited = written != shipped
    uses = cases.uses(actor, written)
    if edited or name == _EXAMPLE:
        after, _outcomes = cases.ensemble(Case(actor=actor, policy=written), values["worlds"])
        title = policy_titles(actor)[other]
        said = _("Your rules compared with the shipped “{name}”, from January 1969 on.", name=title)
        names = (_("shipped: {name}", name=title), _("yours"))
        block = picture(lambda: draw_two(before, after, series, names))
    else:
        said = _("The rules are those of the shipped “{name}”. If you change them, both versions "
                 "are plotted.", name=policy_titles(actor)[name])  # fmt: skip
        fact = documented_months(cases.record_of(case)).get(series)
        block = picture(lambda: draw_months(before, series, fact))
    theirs = [] if name == _EXAMPLE else policy_of(actor, shipped).rules
    own = [use for rule, use in zip(policy.rules, uses, strict=True)
           if all((rule.name, rule.when.text, _amounts(rule)) !=
                  (one.name, one.when.text, _amounts(one)) for one in theirs)]  # fmt: skip
    silent = [use.rule for use in uses if use.enabled and not use.worlds]
    return [
        text(said),
        *(text(_in_short(use), tone="answer") for use in own[:_MOST_SAID]),
        block,
        *([text(_("{count} of {all_} rules never fired in {worlds} worlds, so they change nothing "
                  "in these worlds: {rules}.", count=len(silent), all_=len(uses), worlds=WORLDS,
                  rules=", ".join(silent)))] if silent else []),
        *table(Table(_(policy.title), texts(
            _("rule"), _("fires"), _("when"), _("adds"), _("why")
        )).filled(
            (rule.name, _often(use), rule.when.text, _amounts(rule), _(rule.why))
            for rule, use in zip(policy.rules, uses, strict=True)
        )),
        text(_("“Fires”: how often in {worlds} worlds of the baseline, with this policy from "
               "January 1969 on; palca check prints the same.", worlds=WORLDS), tone="note"),
        download(_("Download the policy"), f"{name}-edited.toml" if edited else f"{name}.toml",
                 written),
        text(_("To run it on the command line: {line}",
               line=f"palca run baseline --set policy.{actor}=FILE.toml"), tone="note"),
        *_help(actor),
    ]  # fmt: skip


def _amounts(rule: Rule) -> str:
    return "; ".join(f"{lever} {amount.text}" for lever, amount in rule.do.items())


def _in_short(use: RuleUse) -> str:
    """Return how often a rule of the visitor's fired."""
    if not use.enabled:
        return _("Your rule “{rule}” is off.", rule=use.rule)
    if not use.worlds:
        return _("Your rule “{rule}” never fired in {worlds} worlds: it changes nothing in them. "
                 "Look at its condition.", rule=use.rule, worlds=WORLDS)  # fmt: skip
    return _("Your rule “{rule}” fired in {share} of all months, in {count} of {worlds} worlds.",
             rule=use.rule, share=percent(use.share, 1), count=use.worlds,
             worlds=WORLDS)  # fmt: skip


def _often(use: RuleUse) -> str:
    if not use.enabled:
        return _("off")
    if use.first is None:
        return _("never")
    return _("in {frequency}, first in {month}", frequency=use.frequency,
             month=month_name(use.first))  # fmt: skip


def _help(actor: str) -> list[Block]:
    return [
        heading(_("What rules may use")),
        *table(Table(_("Levers"), [*texts(_("lever"), _("meaning"), _("unit")),
                                   *numbers(_("range"), _("without a rule"))]).filled(
            (name, _(row.meaning), row.unit,
             _("{low} to {high}", low=spelled(row.lowest, "g"), high=spelled(row.highest, "g")),
             spelled(row.default, "g"))
            for name, row in LEVERS[actor].items()
        )),
        text(_("Conditions and amounts may use what the actor observes: {names}; and date >= "
               "1971-08, min, max, clip, exp, log, sqrt, logistic, abs, x if c else y; and "
               "parameters.",
               names=", ".join(name for name in OBSERVABLES if name in names_for(actor))),
             tone="note"),
    ]  # fmt: skip


PAGE: Final = Page(
    "policies",
    N_("Policies"),
    N_("By which rules does an actor decide, and what would other rules change?"),
    _ask,
    _show,
    (
        N_("The policy is followed from January 1969 to the end, whatever happens; the other "
           "actors keep their policies and respond by them."),
        N_("The shipped rules are an interpretation of the sources; nobody knows what the actors "
           "really thought."),
    ),
    resets={"actor": ("policy", PACKED, "series"), "policy": (PACKED,)},
)
