"""Histories as the browser plays them: maps, who rules, what happens, and a line of time.

Python says what is shown at each step; how it moves is ``film.js``. Every step can stand still, and
has a sentence for those who don't see it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from palca.model.events import KINDS
from palca.model.state.scenario import Country, Garrison
from palca.model.types import Floats
from palca.scenarios.outline import map_of

from ...io.figure_style import spells
from ...io.language import N_, _, written_month
from ...observe.by_month import side
from ...observe.histories import Histories
from ...run.narrate import happenings
from ...run.trace import Trace
from ..blocks import Block

_WIDTH: Final = 300.0  # of a map, in its own units; garrisons are drawn to the same scale
_SMALLEST: Final = 10.0  # radius in which a number of three digits has room
_PER_FORCE: Final = 3.0
# Of the house's heat (figure_style.HEAT), in five even steps; Matplotlib isn't asked for it, since
# to import it here would take long, and beside another thread that draws it may fail.
_HEAT: Final = ((0, 34, 78), (65, 77, 107), (124, 123, 120), (188, 174, 108), (254, 232, 56))
_BRIGHT: Final = 0.5  # from here on black is read better than white
_LETTER: Final = 6.8  # width of one, about
Box = tuple[float, float, float, float]  # left, top, right, bottom
_SIDES: Final = {"left": N_("left"), "centre": N_("centre"), "right": N_("right")}
_TRACKS: Final = {
    "power": N_("Power"), "ussr": N_("USSR"), "us": N_("United States"),
    "party": N_("Communist party"), "conflict": N_("Unrest"),
}  # fmt: skip
_TURNS: Final = ("coup", "failed coup", "death", "handover", "election")
# What is said of the share that colours a garrison, whose colours begin at `low`.
LOYAL: Final = N_("{garrison}: {share} of every 100 soldiers would not join a coup")
REBEL: Final = N_("{garrison}: {share} of every 100 soldiers stand with the rebels")
SIDES_KEY: Final = N_("Orange: left; grey: centre; blue: right; in a simulated world as the model "
                      "has it.")  # fmt: skip
LOYAL_KEY: Final = N_("In the circles: of every 100 soldiers of a garrison, so many would not join "
                      "a coup (dark: few). A red ring: an attempt is led from here.")  # fmt: skip
REBEL_KEY: Final = N_("In the circles: of every 100 soldiers of a garrison, so many stand with the "
                      "rebels (bright: many). A red ring: it is led from here.")  # fmt: skip


def garrison_map(country: Country) -> dict[str, Any]:
    """Return a country's outline and its garrisons; these in a row if there is no map."""
    shape, garrisons = map_of(country.name), country.garrisons
    radii = [_radius(garrison) for garrison in garrisons]
    if shape is None or any(garrison.name not in shape.garrisons for garrison in garrisons):
        step = _WIDTH / len(garrisons)
        places = [{"name": _(garrison.name), "x": step * (at + 0.5), "y": 50.0,
                   "r": min(radius, step / 2.5), "tx": step * (at + 0.5), "ty": 95.0,
                   "anchor": "middle"}
                  for at, (garrison, radius) in enumerate(zip(garrisons, radii, strict=True))
                  ]  # fmt: skip
        return {"box": f"0 0 {_WIDTH:.0f} 110", "outline": "", "places": places}
    ring = np.array(shape.ring)
    low, high = ring.min(axis=0), ring.max(axis=0)
    narrow = math.cos(math.radians((low[1] + high[1]) / 2))
    scale = _WIDTH / ((high[0] - low[0]) * narrow)

    def placed(point: Sequence[float]) -> tuple[float, float]:
        return (point[0] - low[0]) * narrow * scale, (high[1] - point[1]) * scale

    outline = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(placed, ring)) + "Z"
    at = [placed(shape.garrisons[garrison.name]) for garrison in garrisons]
    circles = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(at, radii, strict=True)]
    taken, places = list(circles), []
    for (x, y), r, garrison in zip(at, radii, garrisons, strict=True):
        name, (tx, ty, anchor), box = _label(_(garrison.name), x, y, r, taken)
        taken.append(box)
        places.append({"name": name, "x": round(x, 1), "y": round(y, 1), "r": r,
                       "tx": round(tx, 1), "ty": round(ty, 1), "anchor": anchor})  # fmt: skip
    height = float((high[1] - low[1]) * scale)
    return {"box": f"-36 -4 {_WIDTH + 44:.0f} {height + 8:.0f}", "outline": outline,
            "places": places}  # fmt: skip


def _label(
    name: str, x: float, y: float, r: float, taken: Sequence[Box]
) -> tuple[str, tuple[float, float, str], Box]:
    """Return where a circle's name stands, on the side where it covers least, and its frame."""
    wide = _LETTER * len(name)
    sides = {
        "end": (x - r - 4 - wide, y - 7, x - r - 4, y + 7),
        "start": (x + r + 4, y - 7, x + r + 4 + wide, y + 7),
        "right above": (x, y - r - 17, x + wide, y - r - 3),
        "above": (x - wide / 2, y - r - 17, x + wide / 2, y - r - 3),
        "below": (x - wide / 2, y + r + 3, x + wide / 2, y + r + 17),
    }
    best = min(sides, key=lambda one: sum(_common(sides[one], other) for other in taken))
    left, _top, right, bottom = sides[best]
    at, anchor = {"end": (right, "end"), "above": ((left + right) / 2, "middle"),
                  "below": ((left + right) / 2, "middle")}.get(best, (left, "start"))  # fmt: skip
    return name, (at, bottom - 3, anchor), sides[best]


def _common(one: Box, other: Box) -> float:
    """Return the area that two frames share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(up, 0.0)


def _radius(garrison: Garrison) -> float:
    return round(max(_PER_FORCE * math.sqrt(garrison.officers * garrison.weight), _SMALLEST), 1)


def shades(low: float) -> list[dict[str, str]]:
    """Return colours and what is written on them, for each of 100 from `low` on."""
    shares = np.linspace(0.0, 1.0, 101)
    at = np.clip((shares - low) / (1.0 - low), 0.0, 1.0)
    stops = np.linspace(0.0, 1.0, len(_HEAT))
    rgb = [np.interp(at, stops, part) for part in np.array(_HEAT).T]
    return [
        {"fill": f"#{red:02x}{green:02x}{blue:02x}", "ink": "#000000" if light else "#ffffff"}
        for red, green, blue, light in zip(*np.rint(rgb).astype(int), at >= _BRIGHT, strict=True)
    ]


def shown_side(orientation: float) -> str:
    """Return a regime's side in words."""
    return _(_SIDES[side(orientation)])


def month_frames(story: Trace) -> list[dict[str, Any]]:
    """Return what is shown of each month of a world."""
    country = story.scenario.country
    frames = []
    happened = happenings_by_month(story)
    for at, told in enumerate(story.months):
        after, month = told.after, told.month
        ruler = country.leaders[int(after["leader"])].name
        frames.append(frame(
            country, ruler, after["orientation"], story.loyalty[at], LOYAL,
            [story.attempts[month]] if month in story.attempts else [],
            happened.get(at, []), written_month(month),
        ))  # fmt: skip
    return frames


def frame(
    country: Country, ruler: str, orientation: float, shares: Floats, of: str,
    struck: Sequence[int], events: Sequence[str], when: str, coded: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return what is shown of one step: who rules, each garrison's share, and what happens.

    Parameters
    ----------
    of : str
        What the shares are: :data:`LOYAL` or :data:`REBEL`.
    struck : sequence of int
        Garrisons from which somebody strikes.
    coded : bool
        Whether the ruler's side is the record's, and not that of a simulated world.
    """
    told = []
    for at, (garrison, share) in enumerate(zip(country.garrisons, shares, strict=True)):
        said = _(of, garrison=_(garrison.name), share=f"{100 * float(share):.0f}")
        told.append(said + (f" – {_('an attempt is led from here')}" if at in struck else ""))
    side_of = {"ruler": ruler, "side": shown_side(orientation)}
    rules = (_("{ruler} rules (by the record: {side})", **side_of) if coded else
             _("{ruler} rules (in this world: {side})", **side_of))  # fmt: skip
    return {
        "ruler": rules, "side": side(orientation), "struck": list(struck),
        "shares": [round(100 * float(share)) for share in shares], "told": told,
        "events": list(events), "said": f"{when}. {rules}. {' '.join(events)}".strip(),
    }  # fmt: skip


def strip(country: Country, title: str, histories: Histories) -> dict[str, Any]:
    """Return who ruled when in one history, and its coups, for the line of time."""
    leader, turn = histories.series["leader"][:, 0], histories.series["orientation"][:, 0]
    both = [(float(who), side(float(at))) for who, at in zip(leader, turn, strict=True)]
    rulers, before, zero = [], float("nan"), histories.first
    for start, end in spells(both):
        who, of = both[start]
        if np.isnan(who):
            continue
        known = country.leaders[int(who)]
        months = f"{written_month(zero + start)} – {written_month(zero + end - 1)}"
        said = f"{known.name} ({_(_SIDES[of])}), {months}"
        rulers.append({"from": start, "to": end, "side": of, "told": said,
                       "name": known.short if who != before else ""})  # fmt: skip
        before = who
    coups = []
    for kind, mark in (("coup", "▾"), ("failed coup", "×")):
        for at in np.flatnonzero(histories.count("power", kind)[:, 0]):
            said = _("coup") if kind == "coup" else _("failed coup")
            when = written_month(zero + int(at))
            coups.append({"at": int(at), "mark": mark, "told": f"{when}: {said}"})
    coups.sort(key=lambda coup: coup["at"])
    return {"title": title, "rulers": rulers, "coups": coups}


def happenings_by_month(story: Trace) -> dict[int, list[str]]:
    """Return what happened in a world, in a few words each, by month."""
    said: dict[int, list[str]] = {}
    for event in happenings(story.histories.events, story.scenario.country, 0, 0):
        what = _(event.kind if event.track == "power" else KINDS[event.track][event.kind])
        said.setdefault(event.month, []).append(
            " · ".join([f"{_(_TRACKS[event.track])}: {what}", *event.details])
        )
    return said


def turns(story: Trace) -> list[dict[str, Any]]:
    """Return when somebody struck, died in office or came to power in a world, to go there."""
    country, zero = story.scenario.country, story.scenario.first
    return [{"at": event.month,
             "text": f"{written_month(zero + event.month)}: "
                     f"{' · '.join([_(event.kind), *event.details[:1]])}"}
            for event in happenings(story.histories.events, country, 0, 0)
            if event.track == "power" and event.kind in _TURNS]  # fmt: skip


def film(
    title: str, field: str, steps: Sequence[str], country: Country,
    sides: Sequence[Mapping[str, Any]], *, low: float, key: str, step: str, back: str, on: str,
    strips: Sequence[Mapping[str, Any]] = (), parted: int = -1, parting: str = "",
    going: Sequence[Any] = (),
) -> Block:  # fmt: skip
    """Return a film.

    Parameters
    ----------
    field : str
        The field of the form that holds the step; empty if the browser alone knows it.
    steps : sequence of str
        What each step is called.
    sides : sequence of mapping
        Each a `title` and `frames`, one a step.
    low : float
        Share at which the colours begin.
    key : str
        What the numbers in the circles are.
    step, back, on : str
        What the slider and its buttons are called.
    parted, parting : int, str
        The step at which two sides part, -1 if there aren't two, or if they never do; and what is
        said of that.
    going : sequence
        Steps to go to, as :func:`turns` returns them.
    """
    said = {
        "title": title, "field": field, "steps": list(steps), "map": garrison_map(country),
        "shades": shades(low), "sides": list(sides), "strips": list(strips), "parted": parted,
        "parting": parting, "turns": list(going), "key": key, "step": step, "back": back, "on": on,
        "colours": _(SIDES_KEY) if strips else "",
    }  # fmt: skip
    return {"kind": "film", "text": json.dumps(said, ensure_ascii=False)}
