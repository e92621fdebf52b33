"""What a scene's change does: the worlds with it beside the same worlds without it."""

from __future__ import annotations

from palca.scenarios import shipped_scenarios
from palca.scenarios.story import Change, Scene

from ...io.language import _, spoken
from ...io.numerals import decimal
from .. import cases
from ..address import write_query
from ..blocks import Block, links, picture, text
from ..cases import Case
from ..form import Values
from ..many_worlds.what_if_figure import draw_difference
from ..many_worlds.what_if_page import answers
from ..many_worlds.what_if_words import ruler_of
from .library import link, told
from .pair_figure import draw_pair
from .scene_worlds import case_of, changed, pair_of


def show_change(scene: Scene, values: Values) -> list[Block]:
    """Return what may be changed, and what the chosen change does."""
    chosen = values["change"]
    offered = [(told(change.text), link(values, change=str(number)), "")
               for number, change in enumerate(scene.changes, 1)]  # fmt: skip
    choices = links(offered, f"?{link(values)}" if chosen else "", stay=True)
    lead = text(_("Each world is run once more with the same chances and one change: its twin. "
                  "Choose the change."))  # fmt: skip
    if not chosen:
        return [lead, choices]
    return [lead, choices, *_twins(scene.changes[int(chosen) - 1])]


def _twins(change: Change) -> list[Block]:
    found, quantity = changed(change), change.quantity
    usual = cases.scenario_of(Case())
    ruler = ruler_of(found, usual.country)
    return [
        *answers(found, quantity, ruler),
        picture(lambda: draw_difference(found, quantity, ruler)),
        *_pair(change),
        *_further(change),
    ]


def _pair(change: Change) -> list[Block]:
    """Return one world and its twin, and how many pairs part at all."""
    pair = pair_of(case_of(change))
    if pair is None:
        return [text(_("The change moved no ruler in any of the pairs that were looked at."))]
    country = cases.scenario_of(Case()).country
    count = decimal(pair.of_100, 0 if pair.of_100 >= 10.0 else 1)
    return [
        text(_("In about {count} of 100 of these worlds the change puts somebody else in power at "
               "some time. Here is one of them, chance and all, and its twin.", count=count)),
        picture(lambda: draw_pair(country, pair)),
    ]


def _further(change: Change) -> list[Block]:
    """Return a link to the same question on the page *What if*, if it can ask it."""
    if change.scenario not in shipped_scenarios() or change.interventions:
        return []
    asked = {"kind": "shipped", "scenario": change.scenario, "quantity": change.quantity}
    words = _("The same change on the page What if, with other quantities and dates")
    return [links([(words, write_query("what-if", asked, spoken())[0], "")])]
