"""The page *Two histories*: a world like ours and its twin with a change, side by side."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...io.language import N_, _, spoken, written_month
from ...io.numerals import decimal
from ...io.table import Column, Table, numbers
from ...observe.histories import Histories
from ...run.trace import Trace
from .. import cases
from ..blocks import Block, command, door, table, text
from ..cases import Case
from ..form import Form, Values
from ..kept import kept
from ..many_worlds.record_figure import documented_months
from ..many_worlds.what_if_page import ask_change, case_of, command_of
from ..page import Page
from .film import LOYAL_KEY, film, month_frames, strip
from .told import ask_world, first_difference, parted, trace


def _ask(form: Form) -> None:
    ask_change(form, 0)
    ask_world(form, find=False)
    last = cases.scenario_of(Case()).months - 1
    form.month("month", _("Month"), 0, last, form.values["at"], play=True)


def _show(values: Values) -> list[Block]:
    case, world = case_of(values), values["world"]
    one, other = trace(Case(), True, world), trace(case, True, world)
    return [
        _film(case, world, values["at"], spoken()),
        *([door(_("Why did the coup of this month happen?"), "why",
                {"world": str(world), "month": str(values["month"])})]
          if values["month"] in one.attempts else []),
        *table(both_table(one, other, cases.record_of(Case()), values["month"])),
        text(_("One pair of worlds is a story. What tends to differ, in a thousand pairs:"),
             tone="note"),
        door(_("What if"), "what-if", {name: str(values[name]) for name in _SHARED
                                       if name in values}),
        command(_("More worlds, channels and alternative models"), command_of(case)),
    ]  # fmt: skip


# Quantities of both that a table shows, and how many decimals they have.
_SHOWN: Final = {
    "orientation": (N_("orientation, left −1 to right 1"), 2),
    "legitimacy": (N_("legitimacy, 0 to 1"), 2), "repression": (N_("repression, 0 to 1"), 2),
    "mobilisation": (N_("mobilisation of labour, 0 to 1"), 2),
    "fiscal": (N_("fiscal space, −1 to 1"), 2),
    "ussr_committed": (N_("Soviet credits so far, million USD"), 1),
    "us_recent": (N_("US commitments, million USD a year"), 1),
}  # fmt: skip


def both_table(one: Trace, other: Trace, record: Histories, month: int) -> Table:
    """Return how both stand at a month's end, beside what is documented."""
    ends = [story.months[month].after for story in (one, other)]
    known = _known(record, month)
    leaders = one.scenario.country.leaders
    rulers = [leaders[int(who)].name if who == who else "–"
              for who in (known["leader"], *(end["leader"] for end in ends))]  # fmt: skip
    tried = [sum(told.after["attempt"] > 0 for told in story.months[: month + 1])
             for story in (one, other)]  # fmt: skip
    return Table(
        _("Both simulated worlds at the end of {month}", month=written_month(month)),
        [Column(""), *numbers(_("documented"), _("simulated, without the change"),
                              _("simulated, with the change"))],
        _("–: not documented, or not known exactly enough. The simulated numbers are the model's "
          "also before the change: only rulers and the months of coup attempts are made to agree "
          "with the record."),
    ).filled([
        (_("who rules"), *rulers),
        (_("coup attempts since 1969"), *(decimal(count, 0) for count in
                                          (known["attempts"], *tried))),
        *((_(title), *(decimal(float(row.get(name, np.nan)), places) for row in (known, *ends)))
          for name, (title, places) in _SHOWN.items()),
    ])  # fmt: skip


def _known(record: Histories, month: int) -> dict[str, float]:
    """Return what is documented of what the table shows, at a month's end; NaN or absent if not."""
    months = documented_months(record)
    tried = record.count("power", "coup") + record.count("power", "failed coup")
    covered = record.covers("power", ("coup", "failed coup"))
    return {
        "leader": float(record.series["leader"][month, 0]),
        "attempts": float(np.where(covered, tried[:, 0], np.nan)[: month + 1].sum()),
        "orientation": float(months["orientation"][month]),
        "us_recent": float(months["us_recent"][month]),
        "ussr_committed": float(record.series["ussr_commitment"][: month + 1, 0].sum()),
    }


_SHARED: Final = (
    "kind", "scenario", "outcome", "actor", "policy", "lever", "factor", "at", "until",
)  # fmt: skip


def apart(one: Trace, other: Trace) -> str:
    """Return when a world and its twin part, and in what."""
    month, first = parted(one, other), first_difference(one, other)
    if first < 0:
        return _("In this world the change changes nothing.")
    if month < 0:
        return _("The change does something from {first} on, but in this world it changes neither "
                 "who rules nor who strikes.", first=written_month(first))  # fmt: skip
    return _("They part in {month}: {one} without the change, {other} with it.",
             month=written_month(month), one=_end(one, month),
             other=_end(other, month))  # fmt: skip


def _end(story: Trace, month: int) -> str:
    """Return who rules at a month's end, and whether somebody has struck."""
    after = story.months[month].after
    ruler = story.scenario.country.leaders[int(after["leader"])].name
    if after["success"] > 0:
        return _("{ruler} takes power by a coup", ruler=ruler)
    if after["attempt"] > 0:
        return _("{ruler} survives a coup", ruler=ruler)
    return _("{ruler} rules, and nobody strikes", ruler=ruler)


@kept
def _film(case: Case, world: int, at: int, language: str) -> Block:
    one, other = trace(Case(), True, world), trace(case, True, world)
    country, month = one.scenario.country, parted(one, other)
    titles = _("without the change"), _("with the change")
    return film(
        _("A world like ours and its twin, month by month"), "month",
        [written_month(each) for each in range(len(one.months))], country,
        [{"title": title, "frames": month_frames(story)}
         for title, story in zip(titles, (one, other), strict=True)],
        low=0.4, key=_(LOYAL_KEY), step=_("Month"), back=_("Previous month"), on=_("Next month"),
        strips=[strip(country, title, story.histories)
                for title, story in zip(titles, (one, other), strict=True)],
        parted=month, parting=apart(one, other),
        going=[{"at": at, "text": _("{month}: the change begins", month=written_month(at))},
               *([{"at": month, "text": _("{month}: they part", month=written_month(month))}]
                 if month >= 0 else [])],
    )  # fmt: skip


PAGE: Final = Page(
    "two",
    N_("Two histories"),
    N_("When do a world like ours and its twin with one change part, and how do they go on?"),
    _ask,
    _show,
    (
        N_("Twins live through the same chance: what differs between them comes from the change "
           "and from nothing else."),
        N_("Small differences grow. That two histories part doesn't say that the change was "
           "needed, or that it tends to work so: one world is one way."),
        N_("Both histories are the model's; neither is a forecast."),
        N_("Officers who come to power only in the model have real names; their rule is invented."),
    ),
    resets={"kind": ("at", "until", "month"), "scenario": ("at", "month"),
            "actor": ("policy", "lever"), "at": ("month",)},
)  # fmt: skip
