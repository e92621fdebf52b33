"""A concept of political science as a file: what it says, and the contrast that would show it.

A concept has *arms* (scenarios that differ in what the concept speaks of), *measures* (each
a mean over the months of all worlds) and *claims*: comparisons of measures between arms,
which the simulation decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from palca.model.errors import PalcaError
from palca.model.events import KINDS
from palca.model.language.expressions import Expression, parse, parse_at
from palca.model.language.functions import identifier
from palca.model.state.state import FIELDS
from palca.model.table import InputTable

from .reading.library import (
    LIBRARY,
    find,
    label,
    parse_toml,
    read_text,
    scenario_beside,
)
from .settings import anchored, anchored_change, set_once

Gathered = Literal["mean_of", "sum_of", "any_of"]
_GATHERED: Final[tuple[Gathered, ...]] = ("mean_of", "sum_of", "any_of")
_LONGEST: Final = 119  # months that a measure may look ahead

#: How an event is called in a measure: how often it happened, and what it amounted to.
EVENTS: Final = {
    f"{what}.{track}.{kind.replace(' ', '_').replace('-', '_')}": (what, track, kind)
    for what in ("event", "amount")
    for track, kinds in KINDS.items()
    for kind in kinds
}
_OWN: Final = frozenset({*FIELDS, *EVENTS})
NAMES: Final = _OWN | {f"first.{name}" for name in _OWN}


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the scenarios that are compared.

    Attributes
    ----------
    name, title : str
    scenario : str
        A shipped name or a path.
    settings, interventions : tuple of str
        As :func:`palca.scenarios.resolve` takes them.
    """

    name: str
    title: str
    scenario: str
    settings: tuple[str, ...]
    interventions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity of an arm: a mean over the months of all worlds in which `among` holds.

    Attributes
    ----------
    name, title, unit : str
    gathered : str
        How `value` is gathered over the window: its mean, its sum, or whether it ever holds.
    value : Expression
        Of fields of the state and of events in a month; ``first.NAME`` is the same world in
        the first arm.
    among : Expression
        The months that count, a condition.
    window : (int, int)
        First and last month of what is gathered, counted from each month that counts.
    """

    name: str
    title: str
    unit: str
    gathered: Gathered
    value: Expression
    among: Expression
    window: tuple[int, int]

    @property
    def names(self) -> frozenset[str]:
        """The fields and events that it looks at."""
        return (self.value.names | self.among.names) - {"date"}


@dataclass(frozen=True, slots=True)
class Claim:
    """A comparison of measures that the concept leads one to expect.

    Attributes
    ----------
    says : str
        In words.
    text : str
        As the file has it, such as ``"trap.again > none.again"``.
    greater, lesser : Expression
        Of ``ARM.MEASURE``; the claim is that the first exceeds the second.
    least : float
        The least size of interest: by how much it must exceed it to matter, in their own unit.
    because : str
        Why less wouldn't matter.
    otherwise : str
        Why this model would not show it.
    """

    says: str
    text: str
    greater: Expression
    lesser: Expression
    least: float
    because: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept, its literature, and the contrast of arms that would show it.

    Attributes
    ----------
    definition, against, question, limits : str
        What it means; what would speak against it; a question for students; what its
        contrast can't say.
    drawn : Measure
        What its picture shows by month.
    text : str
        The file.
    """

    name: str
    title: str
    definition: str
    literature: tuple[str, ...]
    against: str
    question: str
    limits: str
    arms: tuple[Arm, ...]
    measures: tuple[Measure, ...]
    claims: tuple[Claim, ...]
    drawn: Measure
    text: str


def shipped_concepts() -> dict[str, Path]:
    """Return the files of the shipped concepts by name."""
    return {path.stem: path for path in sorted((LIBRARY / "concepts").glob("*.toml"))}


def load_concept(name: str) -> Concept:
    """Return a concept: a shipped name, or the path of a file.

    Raises
    ------
    PalcaError
        For whatever is wrong with it: where, and how to mend it.
    """
    path = find(name, shipped_concepts(), None, "concept")
    concept = make_concept(path.stem, read_text(path), label(path))
    # what an arm names of the user's is looked for beside the concept
    arms = tuple(_anchored(arm, path.parent, f"{label(path)}: arm '{arm.name}'")
                 for arm in concept.arms)  # fmt: skip
    return replace(concept, arms=arms)


def _anchored(arm: Arm, folder: Path, where: str) -> Arm:
    return replace(
        arm,
        scenario=scenario_beside(arm.scenario, folder, where),
        settings=tuple(anchored(text, folder, where) for text in arm.settings),
        interventions=tuple(anchored_change(text, folder, where) for text in arm.interventions),
    )


def make_concept(name: str, text: str, where: str) -> Concept:
    """Return the concept that a file's text describes; `where` names the file in errors."""
    table = InputTable(parse_toml(text, where), where)
    arms = tuple(_arm(row) for row in table.tables("arm"))
    measures = tuple(_measure(row) for row in table.tables("measure"))
    for what, rows in (("arm", arms), ("measure", measures)):
        names = [row.name for row in rows]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise PalcaError(f"two are called '{min(twice)}'", f"{table.where}: [[{what}]]")
    if len(arms) < 2:
        raise PalcaError("a contrast needs two or more [[arm]] tables", table.where)
    if not measures:
        raise PalcaError("a concept needs a [[measure]]: what is measured in each arm", table.where)
    known = [f"{arm.name}.{measure.name}" for arm in arms for measure in measures]
    claims = tuple(_claim(row, known) for row in table.tables("claim"))
    if not claims:
        raise PalcaError("a concept needs a [[claim]]: what its contrast should show", table.where)
    concept = Concept(
        name,
        table.text("title"),
        table.text("definition"),
        _literature(table),
        table.text("against"),
        table.text("question"),
        table.text("limits", ""),
        arms,
        measures,
        claims,
        _measure(table.table("drawn"), drawn=True),
        text,
    )
    table.reject_unknown()
    return concept


def _literature(table: InputTable) -> tuple[str, ...]:
    works = tuple(_texts(table, "literature"))
    if not works:
        raise PalcaError(
            'a concept needs its literature: write literature = ["Author Year, Title", …]',
            table.where,
        )
    return works


def _arm(table: InputTable) -> Arm:
    arm = Arm(
        _name(table), table.text("title"), table.text("scenario", "baseline"),
        tuple(set_once(_texts(table, "set"), f"{table.where}: set")),
        tuple(_texts(table, "intervene")),
    )  # fmt: skip
    table.reject_unknown()
    return arm


def _measure(table: InputTable, drawn: bool = False) -> Measure:
    """Read a [[measure]] table, or [drawn], which has a value in each month and no more."""
    given: list[Gathered] = [key for key in _GATHERED if key in table]
    if len(given) != 1 or (drawn and given != ["mean_of"]):
        which = "mean_of" if drawn else "one of mean_of, sum_of and any_of"
        raise PalcaError(f"needs {which}", table.where)
    gathered = given[0]
    kind = "condition" if gathered == "any_of" else "number"
    value = parse_at(table.text(gathered), kind, NAMES, f"{table.where}: {gathered}")
    among = parse_at(table.text("among", "true"), "condition", NAMES, f"{table.where}: among")
    window = table.rows("window") if "window" in table else [0, 0]
    whole = all(isinstance(month, int) and not isinstance(month, bool) for month in window)
    if len(window) != 2 or not whole or not -_LONGEST <= window[0] <= window[1] <= _LONGEST:
        raise PalcaError(
            f"'window' is the first and the last month, within ±{_LONGEST}, such as [1, 24]",
            table.where,
        )
    measure = Measure(
        "drawn" if drawn else _name(table), table.text("title"), table.text("unit"), gathered,
        value, among, (window[0], window[1]),
    )  # fmt: skip
    table.reject_unknown()
    return measure


def _claim(table: InputTable, known: Collection[str]) -> Claim:
    text = table.text("holds")
    more, sign, less = text.partition(">")
    where = f"{table.where}: holds"
    if not sign or ">" in less or "<" in text or "=" in text:
        raise PalcaError("write one comparison with '>', such as 'trap.again > none.again'", where)
    try:
        sides = parse(more, "number", known), parse(less, "number", known)
    except PalcaError as error:
        there_are = f"; there are {', '.join(known)}" if error.unknown else ""
        raise PalcaError(f"{error.message}{there_are}", where) from None
    if sides[0].source == sides[1].source:
        raise PalcaError("compares a measure with itself", where)
    if not {"least", "because"} <= table.flat().keys():
        raise PalcaError(
            "needs its least size of interest: how much larger the first side must be to matter, "
            "in its own unit, and why, such as least = 0.05 and because = \"Nobody would notice "
            'less."', table.where,
        )  # fmt: skip
    least = table.number("least", 1e-9, 1e9)
    claim = Claim(
        table.text("says"), text, *sides, least, table.text("because"), table.text("otherwise")
    )
    table.reject_unknown()
    return claim


def _name(table: InputTable) -> str:
    name = table.text("name")
    try:
        identifier(name)
    except ValueError:
        raise PalcaError(f"'{name}' can't be a name here: small letters, digits and '_', "
                         "a letter first", table.where) from None  # fmt: skip
    if "." in name:
        raise PalcaError(f"'{name}' can't be a name here: leave out the dot", table.where)
    return name


def _texts(table: InputTable, key: str) -> list[str]:
    texts: list[Any] = table.rows(key)
    if not all(isinstance(text, str) for text in texts):
        raise PalcaError(f"'{key}' must be a list of texts", table.where)
    return texts
