"""Why something happened: the rules that fired in one month of one world, or in each.

The world is run again, alone: it is the same, bit for bit, as it was among the
others, so nothing has to be stored for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from palca.model import ColdWarModel
from palca.model.agents.strategist import Strategist
from palca.model.calendar import month_name
from palca.model.equations.discontent import garrison_loyalty
from palca.model.errors import PalcaError
from palca.model.language.levers import LEVERS
from palca.model.language.policy import Rule
from palca.model.state.scenario import Scenario
from palca.model.state.state import FIELDS
from palca.scenarios import build

from ..io.table import Column, Table, numbers, texts
from ..observe.histories import Histories, simulated
from .narrate import sentences

if TYPE_CHECKING:
    from rich.console import Console

ACTORS = {"ussr": "USSR", "us": "United States", "regime": "Regime", "party": "Communist party"}
_FIELDS = (
    "orientation", "legitimacy", "repression", "mobilisation", "fiscal", "patronage",
    "ussr_relations", "ussr_strain", "ussr_committed", "us_recent", "us_pressure", "friction",
)  # fmt: skip


@dataclass(slots=True)
class Decision:
    """What one actor decided in one month, and why.

    Attributes
    ----------
    actor, policy : str
    seen : dict of str to float
        What its rules look at, as it saw it.
    fired : list of (Rule, dict of str to float)
        The rules that fired and what each added to which lever.
    levers : dict of str to float
        The result, clipped to each lever's range.
    """

    actor: str
    policy: str
    seen: dict[str, float] = field(default_factory=dict)
    fired: list[tuple[Rule, dict[str, float]]] = field(default_factory=list)
    levers: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Explanation:
    """One month of one world: who ruled, who decided what and why, and what came of it."""

    world: int
    month: int
    ruler: str
    decisions: list[Decision]
    before: dict[str, float]
    after: dict[str, float]
    events: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Trace:
    """All that happened in one world, month by month.

    Attributes
    ----------
    scenario : Scenario
    months : list of Explanation
        Each with the events of its own month.
    histories : Histories
        Of the one world.
    loyalty : ndarray, shape ``(months, garrisons)``
        At the end of each month, the share of each garrison's force that would not rise.
    """

    scenario: Scenario
    months: list[Explanation]
    histories: Histories
    loyalty: NDArray[np.float64]


def explain(resolved: dict[str, Any], seed: int, world: int, month: int) -> Explanation:
    """Run a world up to a month and tell what happened in it.

    Parameters
    ----------
    resolved : dict
        The scenario as a manifest holds it.
    world, month : int
        The world's number; months since January 1969.

    Raises
    ------
    PalcaError
        If the month lies outside the run.
    """
    scenario = build(resolved)
    if not 0 <= month < scenario.months:
        last = month_name(scenario.months - 1)
        raise PalcaError(f"the run covers 1969-01 to {last}, not {month_name(month)}", "--month")
    model = ColdWarModel(scenario, worlds=[world], rng=seed)
    for _ in range(month):
        model.step()
    explanation = _live(model)
    while model.month < min(month + 3, scenario.months):
        model.step()
    explanation.events = sentences(model.history().events, scenario.country, 0, month)
    return explanation


def trace_world(resolved: dict[str, Any], seed: int, world: int) -> Trace:
    """Run a world to its end, and explain every month as :func:`explain` does one.

    Parameters
    ----------
    resolved : dict
        The scenario as a manifest holds it.
    world : int
        The world's number.
    """
    scenario = build(resolved)
    model = ColdWarModel(scenario, worlds=[world], rng=seed)
    months, loyalty = [], []
    for _ in range(scenario.months):
        months.append(_live(model))
        loyalty.append(garrison_loyalty(model.current.worlds)[:, 0])
    history = model.history()
    for month, sentence in sentences(history.events, scenario.country, 0, 0):
        months[month].events.append((month, sentence))
    return Trace(scenario, months, simulated(history), np.array(loyalty))


def _live(model: ColdWarModel) -> Explanation:
    """Live through the next month of a model of one world and tell all of it but its events."""
    before, month = _state(model), model.month
    leader = model.current.scenario.country.leaders[int(model.state.leader[0])]
    decisions = [_listen(strategist) for strategist in model.strategists]
    model.step()
    for decision, strategist in zip(decisions, model.strategists, strict=True):
        strategist.trace = None
        decision.policy = strategist.policy.title if strategist.policy else ""
        decision.seen = {name: _one(value) for name, value in strategist.seen.items()}
        decision.levers = {name: _one(value) for name, value in strategist.levers.items()}
    world = int(model.worlds[0])
    return Explanation(world, month, leader.name, decisions, before, _state(model), [])


def _listen(strategist: Strategist) -> Decision:
    """Have the strategist tell of every rule that fires."""
    decision = Decision(strategist.actor, "")

    def trace(index: int, fired: Any, contributions: Mapping[str, Any]) -> None:
        if bool(np.any(fired)) and strategist.policy is not None:
            added = {lever: _one(value) for lever, value in contributions.items()}
            decision.fired.append((strategist.policy.rules[index], added))

    strategist.trace = trace
    return decision


def _one(value: Any) -> float:
    """Return the number of the only world."""
    return float(np.asarray(value, dtype=np.float64).reshape(-1)[0])


def _state(model: ColdWarModel) -> dict[str, float]:
    return {name: float(getattr(model.state, name)[0]) for name in FIELDS}


def changes_table(explanation: Explanation) -> Table:
    """Return what the month changed."""
    before, after = explanation.before, explanation.after
    return Table("What changed", [Column("quantity"), *numbers("before", "after")]).filled(
        (name.replace("_", " "), f"{before[name]:.3f}", f"{after[name]:.3f}")
        for name in _FIELDS
        if abs(after[name] - before[name]) > 5e-4
    )


def print_explanation(console: Console, explanation: Explanation) -> None:
    """Print an explanation: each actor's rules, then what happened."""
    from rich.markup import escape
    from rich.padding import Padding
    from rich.text import Text

    ruler = escape(explanation.ruler)
    heading = f"World {explanation.world}, {month_name(explanation.month)}"
    console.print(f"[bold]{heading}[/]  under {ruler}", markup=True)
    for decision in explanation.decisions:
        title = f"{ACTORS[decision.actor]}: {decision.policy}"
        table = Table(title, texts("rule that fired", "adds", "why"))
        for rule, added in decision.fired:
            adds = "\n".join(f"{lever}\u00a0{value:+.3g}" for lever, value in added.items())
            why = Text.assemble(rule.why, (f" ({rule.source})", "dim"))
            table.add(rule.name, adds, why)
        if not decision.fired:
            table.add(Text("none", "dim"), "", "")
        console.print(table)
        defaults = LEVERS[decision.actor]
        levers = [
            f"{name} [bold]{value:.3g}[/]"
            for name, value in decision.levers.items()
            if value != defaults[name].default
        ]
        seen = [f"{name} {value:.3g}" for name, value in decision.seen.items() if name != "date"]
        does = f"result: {', '.join(levers) or 'all levers at their defaults'}"
        console.print(Padding.indent(does, 2), markup=True)
        console.print(Padding.indent(f"observed: {', '.join(seen)}\n", 2), style="dim")
    console.print(changes_table(explanation))
    console.print("[bold]Events of this month and the next two[/]", markup=True)
    for month, sentence in explanation.events:
        console.print(Padding.indent(f"{month_name(month)}  {sentence}", 2))
    if not explanation.events:
        console.print("  no events")
