"""A policy: rules as data, checked, and compiled to one function over arrays.

Every rule whose condition holds adds what it says to the actor's levers; at the
end each lever is clipped to its range. So a month can be explained: which rules
fired, and what each contributed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PalcaError, nearest, short
from ..table import InputTable
from .codegen import Decide, compile_rules
from .expressions import Expression, parse_at
from .levers import Lever

MOST_RULES: Final = 200


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

    @property
    def names(self) -> set[str]:
        """What its rules name, of those that are on."""
        parts = [part for rule in self.rules if rule.enabled
                 for part in (rule.when, *rule.do.values())]  # fmt: skip
        return set().union(*(part.names for part in parts))

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
                raise PalcaError(f"its actor has no lever '{lever}'",
                                 f"{policy.name}: rule {rule.name!r}")
    rules = {i: (rule.when, rule.do) for i, rule in enumerate(policy.rules) if rule.enabled}
    return compile_rules(rules, levers)


def make_policy(
    name: str,
    table: Mapping[str, Any],
    *,
    names: Collection[str],
    levers: Mapping[str, Lever],
    where: str = "",
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
    where : str
        The file, for errors.

    Raises
    ------
    PalcaError
        Its `where` goes down to the key, as in
        ``policies/regime/pragmatic.toml: rule 'credit': do.credit: ...``.
    """
    top, outer = InputTable(table, where), f"{where}: " if where else ""
    actor, title = _line(top, "actor"), top.text("title")
    has_rules, rows = "rule" in top, top.rows("rule")
    top.reject_unknown()
    if not has_rules:
        raise PalcaError("it has no rule: add a table [[rule]]", where)
    if len(rows) > MOST_RULES:
        raise PalcaError(
            f"it has {len(rows)} rules; at most {MOST_RULES} are allowed: join some of them", where
        )
    rules: dict[str, Rule] = {}
    for number, row in enumerate(rows, start=1):
        rule = _rule(InputTable(row, f"{outer}rule {number}"), outer, names, levers)
        if rule.name in rules:
            raise PalcaError("two rules have this name: give each its own",
                             f"{outer}rule {rule.name!r}")
        rules[rule.name] = rule
    return Policy(name, actor, title, tuple(rules.values()))


def _rule(
    row: InputTable, outer: str, names: Collection[str], levers: Mapping[str, Lever]
) -> Rule:
    """Return the rule of a table; errors name it by its name as soon as it is known."""
    name = _line(row, "name")
    row.where = f"{outer}rule {name!r}"
    when = parse_at(row.value("when"), "condition", names, f"{row.where}: when")
    do = InputTable(row.value("do"), f"{row.where}: do")
    if not do.flat():
        raise PalcaError('write what to add to which lever, as in { credit = "20 * trust" }',
                         do.where)
    for lever in do.flat():
        if lever not in levers:
            hint = nearest(lever, levers) or f": the levers are {', '.join(levers)}"
            raise PalcaError(f"unknown lever '{short(lever, 40)}'{hint}", do.where)
    rule = Rule(
        name=name,
        when=when,
        do={
            lever: parse_at(value, "number", names, f"{do.where}.{lever}")
            for lever, value in do.items()
        },
        why=row.text("why"),
        source=row.text("source"),
        concept=row.text("concept", ""),
        enabled=row.flag("enabled", True),
    )
    row.reject_unknown()
    return rule


def _line(table: InputTable, key: str) -> str:
    """Return a text of a single line."""
    text = table.text(key)
    if not (text.isprintable() and len(text) <= 100):
        raise PalcaError("write one line of at most 100 characters", f"{table.where}: {key}")
    return text
