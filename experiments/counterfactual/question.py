"""What a counterfactual question asks, and what of it can't be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError, nearest
from palca.model.state.channels import FREEZABLE
from palca.scenarios import resolve

from ..infer.evidence import Evidence
from ..infer.evidence_file import load_given
from ..infer.reanalysis import WORLDS


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes
    ----------
    scenario : str
    settings, interventions : tuple of str
    given : str
        The evidence: "record", a file, or a list of events.
    through : int, optional
        Last month of what had happened by then; the scenario's own, or the month before the fork,
        if None.
    worlds, seed : int
    freeze : tuple of str, optional
        Channels to be held at their factual path; those of the changed actor if None.
    variants : bool
        Whether to ask the structural variants too.
    outcomes : tuple of str
        Named outcomes, beside those of the scenario.
    at : int, optional
        The month in which the first intervention begins, if not its own: all are moved as far.
    """

    scenario: str
    settings: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    given: str = "record"
    through: int | None = None
    worlds: int = WORLDS
    seed: int = 0
    freeze: tuple[str, ...] | None = None
    variants: bool = False
    outcomes: tuple[str, ...] = ()
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the files that a question names held, as its manifest keeps it.

    Attributes
    ----------
    scenario : dict
        The resolved scenario with the interventions.
    given : dict
        The evidence file's data.
    """

    scenario: dict[str, Any]
    given: dict[str, Any]


def read_inputs(question: Question) -> Inputs:
    """Return what the question's files hold.

    Raises
    ------
    PalcaError
    """
    scenario = resolve(question.scenario, question.settings, question.interventions, question.at)
    return Inputs(scenario, load_given(question.given))


def last_month_of(question: Question, counter: dict[str, Any], fork: int) -> int:
    """Return the last month of evidence; before January 1969 if there is none."""
    if question.through is not None:
        last, where = question.through, "--through"
    elif counter["given"]:
        last, where = month_index(counter["given"]), f"{counter['place']}: given"
    else:
        return fork - 1
    if not 0 <= last < counter["months"]:
        end = month_name(counter["months"] - 1)
        raise PalcaError(f"evidence must end between 1969-01 and {end}, not {month_name(last)}",
                         where)  # fmt: skip
    return last


def check_seen(whole: Evidence, last: int, where: str) -> None:
    """Raise if a month that was named lies after the evidence's end: it couldn't count."""
    for event in whole.events:
        if event.named and event.month > last:
            month = month_name(event.month)
            end = f"ends in {month_name(last)}" if last >= 0 else "would be later than the fork"
            raise PalcaError(
                f"{event.kind} {month} can't count: evidence {end}; leave it out, or "
                f"extend the evidence with --through {month}",
                where,
            )


def channels_of(question: Question, counter: dict[str, Any]) -> tuple[str, ...]:
    """Return the channels to freeze: those asked for, or those of what is changed."""
    if question.freeze is not None:
        for name in question.freeze:
            if name not in FREEZABLE:
                raise PalcaError(
                    f"can't freeze the channel '{name}'{nearest(name, FREEZABLE)}; "
                    f"choose one of {', '.join(FREEZABLE)}",
                    "--freeze",
                )
        return question.freeze
    actors = {change["target"].split(".")[1] for change in counter["changes"]
              if change["target"].startswith(("policy.", "lever.", "rule."))}  # fmt: skip
    drivers = {change["target"] for change in counter["changes"]}
    groups = {
        "soviet_": "ussr" in actors,
        "moscow_": "ussr" in actors,
        "us_": "us" in actors,
        "export_price": "driver.export_price" in drivers,
    }
    prefixes = tuple(prefix for prefix, concerned in groups.items() if concerned)
    return tuple(name for name in FREEZABLE if prefixes and name.startswith(prefixes))
