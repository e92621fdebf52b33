"""The page *Compare with the record*: outcomes and months, documented and simulated."""

from __future__ import annotations

from typing import Final

from ...io.language import N_, _
from ...io.numerals import spelled
from ...observe.outcome import GROUPS
from ...run.files import score_rows
from ...run.report import scores_table
from ...simulate.ensemble import MONTHLY
from .. import cases
from ..blocks import Block, listing, picture, table, text
from ..cases import Case
from ..choices import ask_scenario, ask_worlds, said
from ..form import Form, Values
from ..page import Page
from .record_figure import documented_months, draw_months, draw_outcomes


def _ask(form: Form) -> None:
    ask_scenario(form)
    form.select("group", _("Outcomes"), said(GROUPS), "power")
    titles = said({name: row[0] for name, row in MONTHLY.items()})
    form.select("series", _("Month by month"), titles, "ussr_atmosphere")
    ask_worlds(form)


def _show(values: Values) -> list[Block]:
    case, worlds = Case(values["scenario"]), values["worlds"]
    summary, _events = cases.ensemble(case, worlds)
    every = cases.outcome_scores(case, worlds)
    chosen = [score for score in every if score.outcome.group == values["group"]]
    scored = [score for score in every if score.documented == score.documented]
    fact = documented_months(cases.record_of(case)).get(values["series"])
    first = cases.scenario_of(case).first
    inside = sum(score.inside for score in scored)
    better = sum(score.skill > 0 for score in scored)
    return [
        text(_("Of {scored} documented outcomes {inside} lie within the central 90 % of {worlds} "
               "worlds; for {better} the worlds score better than a naive forecast that uses no "
               "politics.", scored=len(scored), inside=inside, worlds=spelled(worlds, ","),
               better=better)),
        picture(lambda: draw_outcomes(chosen)),
        picture(lambda: draw_months(summary, values["series"], fact, first)),
        *table(scores_table(score_rows(chosen), _("Outcomes"))),
        listing([f"{_(score.outcome.heading)}: {_(score.outcome.note)}" for score in chosen
                 if score.outcome.note]),
    ]  # fmt: skip


PAGE: Final = Page(
    "record",
    N_("Compare with the record"),
    N_("Does the documented history look like one of the simulated worlds?"),
    _ask,
    _show,
    (
        N_("The parameters were fitted to Bolivia's record, so it is no test of the model that it "
           "lies inside; palca validate tests the model. Other countries' have priors that were "
           "chosen with Bolivia in view."),
        N_("One history is little evidence: a range that is wide enough contains any record."),
        N_("Silence of the record isn't calm: months that it doesn't cover are hatched and don't "
           "score."),
    ),
)
