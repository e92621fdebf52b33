"""A policy: rules as data, checked, and compiled to one function over arrays.

Every rule whose condition holds adds what it says to the actor's levers; at the
end each lever is clipped to its range. So a month can be explained: which rules
fired, and what each contributed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PalcaError, check_text, nearest, short
from .codegen import Decide, compile_rules
from .expressions import Expression, Kind, parse, text_of
from .levers import Lever

MOST_RULES: Final = 200

_POLICY_KEYS = ("actor", "title", "rule")
_RULE_KEYS = ("name", "when", "do", "why", "source", "concept", "enabled")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a policy.

    Attributes
    ----------
    name : str
        Unique in its policy.
    when : Expression
        The condition.
    do : mapping of str to Expression
        What is added to each lever named while the condition holds, in the lever's unit.
    why, source : str
        The argument in a sentence, and who made it.
    concept : str
        The concept of the discipline that the rule expresses; may be empty.
    enabled : bool
        A rule that is off is as if it were not there.
    """

    name: str
    when: Expression
    do: Mapping[str, Expression]
    why: str
    source: str
    concept: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """What an actor does: its rules, all of which apply at once."""

    name: str
    actor: str
    title: str
    rules: tuple[Rule, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as the table of its TOML file; `make_policy` reads it back."""
        return {
            "actor": self.actor,
            "title": self.title,
            "rule": [_table_of(rule) for rule in self.rules],
        }


def _table_of(rule: Rule) -> dict[str, Any]:
    table: dict[str, Any] = {
        "name": rule.name,
        "when": rule.when.text,
        "do": {lever: expression.text for lever, expression in rule.do.items()},
        "why": rule.why,
        "source": rule.source,
    }
    if rule.concept:
        table["concept"] = rule.concept
    if not rule.enabled:
        table["enabled"] = False
    return table


def compile_policy(policy: Policy, levers: Mapping[str, Lever]) -> Decide:
    """Return the function that decides by a policy.

    Parameters
    ----------
    policy : Policy
    levers : mapping of str to Lever
        All levers of the policy's actor.

    Returns
    -------
    callable
        ``decide(see, trace=None)``, see `~palca.model.language.codegen.Decide`.

    Raises
    ------
    PalcaError
        If a rule moves a lever that isn't among `levers`.
    """
    for rule in policy.rules:
        for lever in rule.do:
            if lever not in levers:
                raise PalcaError(f"its actor has no lever '{lever}'", _of_rule(policy.name, rule))
    rules = {place: rule for place, rule in enumerate(policy.rules) if rule.enabled}
    return compile_rules({k: (rule.when, rule.do) for k, rule in rules.items()}, levers)


# ------------------------------------------------------------------------------- checking


def make_policy(
    name: str,
    table: Mapping[str, Any],
    *,
    names: Collection[str],
    levers: Mapping[str, Lever],
    place: str = "",
) -> Policy:
    """Check the table of a policy's TOML file and make the policy.

    Parameters
    ----------
    name : str
        What scenarios call it.
    table : mapping
        As parsed from TOML: ``actor``, ``title`` and an array ``rule`` of tables with
        ``name``, ``when``, ``do``, ``why``, ``source`` and, if wanted, ``concept`` and
        ``enabled``.
    names : collection of str
        Observables that the actor sees, and parameters.
    levers : mapping of str to Lever
        The actor's levers.
    place : str
        The file, for errors.

    Raises
    ------
    PalcaError
        With the place down to the key, as in
        ``policies/regime/pragmatic.toml: rule 'credit': do.credit: ...``.
    """
    if not isinstance(table, Mapping):
        raise PalcaError("a policy is a table with actor, title and rules", place)
    _check_keys(table, _POLICY_KEYS, place)
    actor = _sentence(table, "actor", place)
    title = _sentence(table, "title", place)
    if "rule" not in table:
        raise PalcaError("it has no rule: add a table [[rule]]", place)
    rows = table["rule"]
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise PalcaError("write each rule as a table that begins with [[rule]]", place)
    if len(rows) > MOST_RULES:
        raise PalcaError(
            f"it has {len(rows)} rules and may have {MOST_RULES}: join some of them", place
        )
    rules = tuple(_rule(row, at, names, levers, place) for at, row in enumerate(rows, start=1))
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise PalcaError("two rules have this name: give each its own", _of_rule(place, rule))
        seen.add(rule.name)
    return Policy(name, actor, title, rules)


def _rule(
    row: Mapping[str, Any],
    at: int,
    names: Collection[str],
    levers: Mapping[str, Lever],
    place: str,
) -> Rule:
    """Return the rule of one table, the policy's `at`-th."""
    name = _sentence(row, "name", _inside(place, f"rule {at}"))
    place = _inside(place, f"rule {name!r}")
    _check_keys(row, _RULE_KEYS, place)
    for key in ("when", "do"):
        if key not in row:
            raise PalcaError(f"'{key}' is missing", place)
    do = row["do"]
    if not isinstance(do, Mapping) or not do:
        raise PalcaError(
            'write what to add to which lever, as in { credit = "20 * trust" }',
            _inside(place, "do"),
        )
    for lever in do:
        if lever not in levers:
            hint = nearest(str(lever), levers) or f": the levers are {', '.join(levers)}"
            raise PalcaError(f"unknown lever {_quoted(lever)}{hint}", _inside(place, "do"))
    enabled = row.get("enabled", True)
    if not isinstance(enabled, bool):
        raise PalcaError("write true or false", _inside(place, "enabled"))
    return Rule(
        name=name,
        when=_expression(row["when"], "condition", names, _inside(place, "when")),
        do={
            lever: _expression(value, "number", names, _inside(place, f"do.{lever}"))
            for lever, value in do.items()
        },
        why=_sentence(row, "why", place),
        source=_sentence(row, "source", place),
        concept=_sentence(row, "concept", place) if "concept" in row else "",
        enabled=enabled,
    )


def _expression(value: object, kind: Kind, names: Collection[str], place: str) -> Expression:
    try:
        return parse(text_of(value), kind, names)
    except PalcaError as error:
        raise error.at(place) from None


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for key in table:
        if key not in known:
            hint = nearest(str(key), known) or f": the keys are {', '.join(known)}"
            raise PalcaError(f"unknown key {_quoted(key)}{hint}", place)


def _sentence(table: Mapping[str, Any], key: str, place: str) -> str:
    """Return a text that must be there; a name is a single line."""
    if key not in table:
        raise PalcaError(f"'{key}' is missing", place)
    value = table[key]
    if not isinstance(value, str):
        raise PalcaError("write a text in quotes", _inside(place, key))
    if not value.strip():
        raise PalcaError("is empty: write a text", _inside(place, key))
    if key in ("name", "actor") and not (value.isprintable() and len(value) <= 100):
        raise PalcaError("write one line of at most 100 characters", _inside(place, key))
    check_text(key, value, place)
    return value


def _inside(place: str, inner: str) -> str:
    return f"{place}: {inner}" if place else inner


def _of_rule(place: str, rule: Rule) -> str:
    return _inside(place, f"rule {rule.name!r}")


def _quoted(key: object) -> str:
    return ascii(short(key, 40))
