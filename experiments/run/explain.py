"""Why something happened: the rules that fired in one month of one world, or in each.

The world is run again, alone: it is the same, bit for bit, as it was among the
others, so nothing has to be stored for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from palca.model import Simulation
from palca.model.agents.strategist import Strategist
from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.language.levers import LEVERS
from palca.model.language.policy import Rule
from palca.model.state.state import FIELDS
from palca.model.types import Floats
from palca.scenarios import build

from ..io.experiment import Answer
from ..io.language import N_, _
from ..io.numerals import spelled
from ..io.table import Column, Table, numbers, texts
from ..observe.documented import COUNTRY
from .narrate import Happening, happenings

if TYPE_CHECKING:
    from rich.console import Console

ACTORS = {"ussr": "USSR", "us": "United States", "regime": "Regime", "party": "Communist party"}
_MOST = 6  # events of an answer
_FIELDS = {
    "orientation": N_("orientation"), "legitimacy": N_("legitimacy"),
    "repression": N_("repression"), "mobilisation": N_("mobilisation"), "fiscal": N_("fiscal"),
    "patronage": N_("patronage"), "ussr_relations": N_("ussr relations"),
    "ussr_strain": N_("ussr strain"), "ussr_committed": N_("ussr committed"),
    "us_recent": N_("us recent"), "us_pressure": N_("us pressure"), "friction": N_("friction"),
}  # fmt: skip


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
class Episode:
    """One month of one world: who ruled as it began, and what came of it.

    Attributes
    ----------
    world, month : int
    ruler : str
    begins, ends : ndarray, shape ``(fields,)``
        The state; `before` and `after` have it by name.
    happened : list of Happening
    """

    world: int
    month: int
    ruler: str
    begins: Floats
    ends: Floats
    happened: list[Happening]

    @property
    def before(self) -> dict[str, float]:
        """The state as it begins."""
        return dict(zip(FIELDS, self.begins.tolist(), strict=True))

    @property
    def after(self) -> dict[str, float]:
        """The state as it ends."""
        return dict(zip(FIELDS, self.ends.tolist(), strict=True))

    @property
    def events(self) -> list[tuple[int, str]]:
        """Its months and sentences, in the language that is spoken now."""
        return [(event.month, event.said) for event in self.happened]


@dataclass(slots=True)
class Explanation(Episode):
    """One month of one world of a country, and who decided what in it and why."""

    decisions: list[Decision]
    country: str


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
    if not scenario.first <= month < scenario.end:
        span = f"{month_name(scenario.first)} to {month_name(scenario.end - 1)}"
        raise PalcaError(f"the run covers {span}, not {month_name(month)}", "--month")
    model = Simulation(scenario, worlds=[world], seed=seed)
    for _earlier in range(scenario.first, month):
        model.step()
    explanation = explained(model)
    while model.month < min(month + 3, scenario.end):
        model.step()
    explanation.happened = happenings(model.history().events, scenario.country, 0, month)
    return explanation


def explained(model: Simulation) -> Explanation:
    """Live through the next month of a model of one world and tell all of it but its events."""
    begins, month, ruler = state_of(model), model.month, ruler_of(model)
    decisions = [_listen(strategist) for strategist in model.strategists]
    model.step()
    for decision, strategist in zip(decisions, model.strategists, strict=True):
        strategist.trace = None
        decision.policy = strategist.policy.title if strategist.policy else ""
        decision.seen = {name: _one(value) for name, value in strategist.seen.items()}
        decision.levers = {name: _one(value) for name, value in strategist.levers.items()}
    world = int(model.worlds[0])
    country = model.current.scenario.country.name
    return Explanation(world, month, ruler, begins, state_of(model), [], decisions, country)


def _listen(strategist: Strategist) -> Decision:
    """Have the strategist tell of every rule that fires."""
    decision = Decision(strategist.actor, "")

    def trace(index: int, fired: Any, contributions: Mapping[str, Any]) -> None:
        if strategist.policy is not None:
            added = {lever: _one(value) for lever, value in contributions.items()}
            decision.fired.append((strategist.policy.rules[index], added))

    strategist.trace = trace
    return decision


def _one(value: Any) -> float:
    """Return the number of the only world."""
    return float(value.item() if isinstance(value, np.ndarray) else value)


def ruler_of(model: Simulation) -> str:
    """Return who rules in a model of one world."""
    return model.current.scenario.country.leaders[int(model.state.leader[0])].name


def state_of(model: Simulation) -> Floats:
    """Return the state of a model of one world, ``(fields,)``."""
    return model.state.values[:, 0].copy()


def changes_table(episode: Episode) -> Table:
    """Return what the month changed."""
    before, after = episode.before, episode.after
    head = [Column(N_("quantity")), *numbers(N_("before"), N_("after"))]
    return Table(_("What changed"), head).filled(
        (_(title), spelled(before[name], ".3f"), spelled(after[name], ".3f"))
        for name, title in _FIELDS.items()
        if abs(after[name] - before[name]) > 5e-4
    )


def answer_of(explanation: Explanation) -> Answer:
    """Return what came of the month, and which rules fired."""
    said = [f"World {explanation.world}, {month_name(explanation.month)}, under "
            f"{explanation.ruler}. Events of this month and the next two: "
            f"{len(explanation.events) or 'none'}."]  # fmt: skip
    said += [f"{month_name(month)}  {sentence.partition(' — ')[0]}"
             for month, sentence in explanation.events[:_MOST]]  # fmt: skip
    rows = [(ACTORS[decision.actor], "; ".join(rule.name for rule, _ in decision.fired) or "none")
            for decision in explanation.decisions]  # fmt: skip
    return Answer("\n".join(said), Table("", texts("actor", "rules that fired")).filled(rows))


def print_explanation(console: Console, explanation: Explanation) -> None:
    """Print an explanation: each actor's rules, then what happened."""
    from rich.markup import escape
    from rich.padding import Padding
    from rich.text import Text

    ruler = escape(explanation.ruler)
    heading = f"World {explanation.world}, {month_name(explanation.month)}"
    console.print(f"[bold]{heading}[/]  under {ruler}", markup=True)
    if explanation.country != COUNTRY:
        console.print(f"The rules and their sources are Bolivia's: no source says that the actors "
                      f"of {explanation.country} followed them.")  # fmt: skip
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
