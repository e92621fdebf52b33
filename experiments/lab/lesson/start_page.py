"""The page *Start*: where one is, what happened there, and what can be done here."""

from __future__ import annotations

from typing import Final

from palca.model.calendar import month_index, month_name

from ...io.figure_style import spells
from ...io.language import N_, _, spoken, written_date, written_month
from ...io.table import Table, texts
from ...observe.by_month import side
from ...observe.documented import load_record
from ...observe.histories import Histories
from .. import cases
from ..address import write_query
from ..blocks import Block, heading, links, listing, picture, table, text
from ..cases import Case
from ..form import Form, Values
from ..page import Page
from .past_figure import draw_past

_LAST: Final = 119  # December 1978
_SIDES: Final = {"left": N_("left"), "centre": N_("centre"), "right": N_("right")}
# Where one can go from here: the page, what one does there, and for whom it is.
_DOORS: Final = (
    ("story", N_("Play the story"), N_("Five moments: guess, see what happened, change one thing. "
                                       "Begin here.")),
    ("what-if", N_("Ask what if"), N_("Change one thing at a date of yours, in worlds that went "
                                      "like Bolivia.")),
    ("history", N_("Follow one history"), N_("Month by month: who ruled, what happened, and which "
                                             "rules made it so.")),
    ("why", N_("Ask why a coup came"), N_("Garrison by garrison: who was discontented, who "
                                          "plotted, who joined.")),
    ("two", N_("Watch two histories"), N_("A world and its twin, side by side, until they part.")),
    ("record", N_("Compare with the record"), N_("Does what happened look like one of the "
                                                 "simulated worlds?")),
    ("concepts", N_("Try a concept"), N_("Ideas of political science, such as the coup trap: does "
                                         "this model show them?")),
    ("policies", N_("Write the rules"), N_("Read what Moscow, Washington and La Paz go by, rewrite "
                                           "it, and run it.")),
    ("worksheets", N_("Print a worksheet"), N_("Questions for a class, on each story and "
                                               "concept.")),
)  # fmt: skip


def _ask(form: Form) -> None:
    """Ask nothing."""


def _show(values: Values) -> list[Block]:
    usual = Case()
    country, record = cases.scenario_of(usual).country, cases.record_of(usual)
    tries = record.count("power", "coup") + record.count("power", "failed coup")
    rulers = _rulers(record.to(_LAST + 1))
    return [
        text(_("This is a Bolivia in the computer, from January 1969 to December 1978, month by "
               "month. You can watch it, and you can change it.")),
        links([(_(words), write_query(name, {}, spoken())[0], _(note))
               for name, words, note in _DOORS]),
        heading(_("Bolivia, 1969 to 1978")),
        text(_("Bolivia is a mining country in the middle of South America. In these ten years it "
               "had {rulers} rulers, not counting juntas of some hours. By a common count, "
               "officers tried {tries} times to seize power.", rulers=len(rulers),
               tries=int(tries[: _LAST + 1].sum()))),
        text(
            _("In September 1969 General Alfredo Ovando seized power, nationalised an American oil "
              "company and opened relations with the Soviet Union."),
            _("In October 1970 General Juan José Torres, from the left, came to power; in August "
              "1971 Colonel Hugo Banzer, from the right, overthrew him."),
            _("Banzer banned the left, and in March 1972 he sent Soviet diplomats home, but Moscow "
              "kept its embassy and went on with its projects."),
            _("In July 1978 an election was annulled, and within five months two generals seized "
              "power one after the other."),
        ),
        picture(lambda: draw_past(country, record, _LAST)),
        *table(Table(_("Who ruled"), texts(_("ruler"), _("from"), _("side")),
                     _("The sides are coded from what each regime did. In a simulated world a "
                       "regime moves by the model's rules, so there the same ruler may stand "
                       "elsewhere.")).filled(rulers)),
        heading(_("What Palca is")),
        text(_("Palca is a model. Each month the Soviet Union, the United "
               "States, Bolivia's rulers and its communist party act by written rules, officers "
               "decide whether to plot, and chance does the rest. You can read every rule and "
               "change it.")),
        text(_("A world is one history that comes of this, from January 1969 to December 1978. "
               "Chance makes each world another. Of millions of worlds, those were kept that went "
               "like ours: the same people ruled, and the same coups were tried, month by "
               "month.")),
        heading(_("What it can't tell")),
        listing([
            _("What would really have happened. A difference between worlds is a difference in "
              "this model."),
            _("What the future brings. It knows nothing after 1978."),
            _("What people thought and suffered. Arrests, torture and deaths of these years are "
              "not numbers of a game; many families still wait for answers."),
            _("Whether its rules are right. People wrote them who knew what had happened."),
        ]),
    ]  # fmt: skip


def _rulers(record: Histories) -> list[tuple[str, str, str]]:
    """Return who ruled in the documented history, from when, and on which side."""
    rows = load_record().select(["power"], ["accession"], until=month_name(record.months - 1))
    rows = rows.sort_values("date")
    begins = [max(month_index(str(date)[:7]), 0) for date in rows["date"]]
    ends = [*begins[1:], record.months]
    return [(str(row.actor), written_date(str(row.date)), _sides(record, first, end))
            for row, first, end in zip(rows.itertuples(), begins, ends, strict=True)]  # fmt: skip


def _sides(record: Histories, first: int, end: int) -> str:
    """Return on which side a regime stood, and from when on another."""
    stood = [side(float(turn)) for turn in record.series["orientation"][first:end, 0]]
    return ", ".join(
        _("from {month}: {side}", month=written_month(first + start), side=_(_SIDES[stood[start]]))
        if start else _(_SIDES[stood[start]])
        for start, _end in spells(stood)
    )


PAGE: Final = Page(
    "start",
    N_("Start"),
    N_("Where are you, what happened there, and what can you do here?"),
    _ask,
    _show,
    (),
)
