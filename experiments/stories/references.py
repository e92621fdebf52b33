"""What a story refers to: rows of the record, outcomes of worlds, and changes; all must exist."""

from __future__ import annotations

from dataclasses import dataclass

from palca.model.calendar import month_name
from palca.model.errors import PalcaError, nearest
from palca.model.state.scenario import Scenario
from palca.scenarios import load, resolve
from palca.scenarios.story import REST, Change, Fact, Outcome, Scene, Story

from ..counterfactual.named_outcomes import NamedOutcome, read_outcome
from ..counterfactual.twins import QUANTITIES, fork_of
from ..observe.documented import Record, load_record
from ..observe.histories import Histories, documented


@dataclass(frozen=True, slots=True)
class Documented:
    """A row of the record that a story names.

    Attributes
    ----------
    fact : Fact
        What the story says of it.
    date, source, confidence : str
        As the record has them.
    """

    fact: Fact
    date: str
    source: str
    confidence: str


def check_references(story: Story, where: str) -> None:
    """Raise if a story refers to anything that doesn't exist, or contradicts the record.

    Raises
    ------
    PalcaError
    """
    scenario, record = load("baseline"), load_record()
    history = documented(record, scenario)
    for number, scene in enumerate(story.scenes, 1):
        place = f"{where}: [[scene]] {number}"
        if scene.until > scenario.end - 2:
            end = month_name(scenario.end - 2)
            raise PalcaError(f"'until' leaves no month to ask about: {end} at the latest", place)
        for at, fact in enumerate(scene.facts, 1):
            row_of(fact, record, f"{place}: [[fact]] {at}")
        read_outcomes(scene, scenario, place)
        for at, one in enumerate(scene.answers, 1):
            _check_happened(one, scene, scenario, history, f"{place}: [[answer]] {at}")
        for at, change in enumerate(scene.changes, 1):
            _check_change(change, f"{place}: [[change]] {at}")


def row_of(fact: Fact, record: Record, where: str) -> Documented:
    """Return the row of the record that a fact names.

    Raises
    ------
    PalcaError
        If there is none, or more than one.
    """
    rows = record.events[record.events["track"] == fact.track]
    same = rows[(rows["kind"] == fact.kind) & (rows["date"] == fact.date)]
    if len(same) == 1:
        (row,) = same.itertuples()
        return Documented(fact, str(row.date), str(row.source), str(row.confidence))
    named = f"{fact.track} {fact.kind} {fact.date}"
    if len(same):
        raise PalcaError(f"the record has {len(same)} rows '{named}'; name one that has its date "
                         "and kind to itself", where)  # fmt: skip
    found = [f"{row.kind} {row.date}" for row in rows.itertuples()]
    raise PalcaError(f"the record has no row '{named}'"
                     f"{nearest(f'{fact.kind} {fact.date}', found)}; 'palca record --sources' "
                     "shows all", where)  # fmt: skip


def read_outcomes(scene: Scene, scenario: Scenario, where: str) -> list[NamedOutcome | None]:
    """Return what the worlds are asked, in the order of `scene.asked`; None for the rest."""
    return [
        None if one.holds == REST
        else read_outcome(one.holds, scenario.country, scene.until + 1, scenario.end, where)
        for one in scene.asked
    ]  # fmt: skip


def came(one: Outcome, scene: Scene, scenario: Scenario, history: Histories) -> bool | None:
    """Return whether an outcome came in the record; None if the record can't tell.

    It can if the outcome is who rules in a month.
    """
    if not one.holds or one.holds == REST:
        return None
    outcome = read_outcome(one.holds, scenario.country, scene.until + 1, scenario.end, "")
    ruler = history.series["leader"][outcome.month, 0]
    if outcome.leader is None or ruler != ruler:
        return None
    return bool(ruler == outcome.leader)


def _check_happened(
    one: Outcome, scene: Scene, scenario: Scenario, history: Histories, where: str
) -> None:
    if came(one, scene, scenario, history) is (not one.happened):
        raise PalcaError(f"'happened' is {str(one.happened).lower()}, and the record says "
                         f"otherwise of '{one.holds}'", where)  # fmt: skip


def _check_change(change: Change, where: str) -> None:
    if change.quantity not in QUANTITIES:
        raise PalcaError(f"unknown quantity '{change.quantity}'"
                         f"{nearest(change.quantity, QUANTITIES)}; choose one of "
                         f"{', '.join(QUANTITIES)}", where)  # fmt: skip
    try:
        fork_of(resolve(change.scenario, (), change.interventions))
    except PalcaError as error:
        raise PalcaError(str(error), where) from None
