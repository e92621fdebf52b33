"""One world, found among many and told from January 1969 on; and its twin with a change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from palca.model import Simulation
from palca.model.errors import PalcaError
from palca.model.types import Floats, Ints

from ...counterfactual.divergence import pairwise_divergence
from ...counterfactual.named_outcomes import read_outcome
from ...counterfactual.twins import run_from
from ...infer.reanalysis import replayed
from ...io.language import _
from ...run.trace import Trace, tell
from .. import cases
from ..cases import SEED, Case
from ..choices import FIRST, scenario_titles
from ..form import Form, Values
from ..kept import kept
from ..many_worlds.twin_worlds import found_worlds
from ..scheduler import look_at_clock

OURS: Final = 4_096  # worlds like ours that ship
SEARCHED: Final = 2_000  # of all worlds of a scenario
_MOST_WORLD: Final = 9_999
# What may be looked for, in worlds like ours and in all.
EXAMPLES: Final = {
    True: ("legitimacy < 0.3 in 1971-07", "ussr_commitments > 100 in 1978-12",
           "friction > 0.5 in 1974-12"),
    False: ("Hugo Banzer rules in 1975-01", "Juan José Torres rules in 1973-01",
            "attempts >= 10 in 1978-12"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Which:
    """Which world a page tells.

    Attributes
    ----------
    case : Case
        A scenario without a visitor's changes.
    ours : bool
        Whether it is one of the worlds that went like Bolivia.
    find : str
        What must be so in it, as an outcome that is named; empty for nothing.
    number : int
        Its place among those.
    """

    case: Case
    ours: bool
    find: str
    number: int


def ask_world(form: Form, find: bool = True) -> None:
    """Ask for a world like ours or, if `find`, for any world and for what must be so in it."""
    if not find:
        form.whole("world", _("World like ours"), 0, OURS - 1, 0, another=_("Another world"))
        return
    given = form.select("given", _("Worlds"), {
        "ours": _("worlds that went like Bolivia"), "all": _("all worlds of a scenario"),
    }, "ours")  # fmt: skip
    case = Case()
    if given == "all":
        form.select("scenario", _("Scenario"), scenario_titles(), FIRST)
        case = Case(form.values["scenario"])
    scenario = cases.scenario_of(case)

    def wrong(text: str) -> str:
        try:
            read_outcome(text, scenario.country, scenario.first, scenario.end, "")
        except PalcaError as error:
            return str(error).removeprefix(": ")
        return ""

    form.line("find", _("Find worlds in which …"), EXAMPLES[given == "ours"], wrong)
    most = OURS - 1 if given == "ours" else _MOST_WORLD
    form.whole("world", _("World"), 0, most, 0, another=_("Another world"))


def which(values: Values) -> Which:
    """Return the world that some choices name."""
    ours = values.get("given", "ours") == "ours"
    case = Case() if ours else Case(values["scenario"])
    return Which(case, ours, values.get("find", "").strip(), values["world"])


def searched(asked: Which) -> int:
    """Return among how many worlds it is searched."""
    return OURS if asked.ours else SEARCHED


def number_of(asked: Which) -> tuple[int, int]:
    """Return the number of the world that is asked for, and how many were found; -1 if none."""
    if not asked.find:
        return asked.number, 0
    all_ = found(asked.case, asked.ours, asked.find)
    return (int(all_[min(asked.number, len(all_) - 1)]) if len(all_) else -1), len(all_)


@kept
def found(case: Case, ours: bool, find: str) -> Ints:
    """Return the numbers of the worlds in which something is so, in ascending order.

    Of all worlds of a scenario the first :data:`SEARCHED` are looked at.
    """
    if ours:
        reanalysis = found_worlds(case, True, OURS)
        model = replayed(cases.scenario_of(case), reanalysis, reanalysis.end)
    else:
        model = Simulation(cases.scenario_of(case), SEARCHED, SEED)
    look_at_clock()
    scenario, january = model.current.scenario, model.snapshot()
    paths = run_from(scenario, january, np.zeros(len(january)))
    outcome = read_outcome(find, scenario.country, scenario.first, scenario.end, "")
    (those,) = np.nonzero(outcome.of(paths))
    return those


@kept
def trace(case: Case, ours: bool, world: int) -> Trace:
    """Return the whole story of a world.

    Parameters
    ----------
    case : Case
        Of a world like ours: with or without a change.
    """
    if not ours:
        return tell(Simulation(cases.scenario_of(case), [world], SEED))
    reanalysis = found_worlds(cases.without_changes(case), True, OURS)
    tries = {reanalysis.end: reanalysis.tries[reanalysis.end][:, [world]]}
    look_at_clock()
    model = replayed(cases.scenario_of(case), replace(reanalysis, tries=tries), reanalysis.end)
    # the same, keeping all that a story tells
    return tell(Simulation(model.current.scenario, [world], SEED, start=model.snapshot()))


def parted(one: Trace, other: Trace) -> int:
    """Return the first month in which who rules, or whether somebody strikes, differs; -1 if none.

    That is when a world and its twin diverge in `palca counterfactual`, too.
    """

    def both(name: str) -> tuple[Floats, Floats]:
        here, there = (np.array([[month.after[name]] for month in story.months])
                       for story in (one, other))  # fmt: skip
        return here, there

    first, _alike = pairwise_divergence(both("leader"), both("attempt"), both("orientation"))
    return int(first[0])


def first_difference(one: Trace, other: Trace) -> int:
    """Return the first month at whose end anything of the state differs; -1 if nothing does."""
    for month, (here, there) in enumerate(zip(one.months, other.months, strict=True)):
        if here.after != there.after:
            return month
    return -1
