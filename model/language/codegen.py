"""The rules of a policy as one generated function over arrays.

The source is written here from checked expressions only; names of rules and
other texts of a user never enter it. A subexpression that several rules share
is computed once, unless only rules that may not fire need it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

import numpy as np

from ..types import Value
from .expressions import Expression, tree_of
from .functions import HELPERS, LARGEST_NUMBER, finite, identifier
from .levers import Lever
from .translator import bare

RuleCallback = Callable[[int, Any, Mapping[str, Value]], None]


class Decide(Protocol):
    """What `compile_rules` makes."""

    def __call__(
        self, see: Mapping[str, Value], trace: RuleCallback | None = None
    ) -> dict[str, Value]:
        """Return the value of every lever.

        Parameters
        ----------
        see : mapping of str to float or ndarray of shape ``(worlds,)``
            Every name that the rules use, as floats, none larger than 1e9; ``date`` in months
            since January 1969.
        trace : callable, optional
            Called ``trace(rule, fired, contributions)`` for each rule that fires in any
            world: its index in the policy, where it fired, and what it adds there to each
            lever. `fired` and the contributions have shape ``(worlds,)`` or are scalars.

        Returns
        -------
        dict of str to float or ndarray of shape ``(worlds,)``
            A lever that no rule has moved in any world is a plain float, its default: an
            array of one value would cost time and say no more.
        """
        ...


def compile_rules(
    rules: Mapping[int, tuple[Expression, Mapping[str, Expression]]], levers: Mapping[str, Lever]
) -> Decide:
    """Return the function that adds up what rules say.

    Parameters
    ----------
    rules : mapping of int to (Expression, mapping of str to Expression)
        For each rule, by its index in the policy, its condition and what it adds to which lever.
    levers : mapping of str to Lever
        All levers of the actor.
    """
    rows = tuple((index, when, tuple(do.items())) for index, (when, do) in rules.items())
    return _compiled(rows, tuple(levers.items()))


@lru_cache(maxsize=256)  # a sweep of small models compiles the same rules again and again
def _compiled(
    rows: tuple[tuple[int, Expression, tuple[tuple[str, Expression], ...]], ...],
    levers: tuple[tuple[str, Lever], ...],
) -> Decide:
    source = source_of({index: (when, dict(do)) for index, when, do in rows}, dict(levers))
    scope: dict[str, Any] = {
        **HELPERS,
        "finite": finite,
        "count_nonzero": np.count_nonzero,
        "errstate": np.errstate,
        "__builtins__": {"float": float, "type": type},
    }
    exec(source, scope)  # written by source_of, from nothing but checked parts
    return scope["decide"]


def source_of(
    rules: Mapping[int, tuple[Expression, Mapping[str, Expression]]], levers: Mapping[str, Lever]
) -> str:
    """Return the source of the function that adds up what rules say."""
    expressions = [e for when, do in rules.values() for e in (when, *do.values())]
    moved = [lever for lever in levers if any(lever in do for _, do in rules.values())]
    sharing = _Sharing(
        [when for when, _ in rules.values()],
        [e for _, do in rules.values() for e in do.values()],
    )
    body = [f"sum_{_lever(lever)}_ = {_number(levers[lever].default)}" for lever in moved]
    for index, (when, do) in rules.items():
        body += _rule_lines(index, when, do, sharing)
    body += ["return {", *(f"    {_result(levers[k], k, k in moved)}," for k in levers), "}"]

    head = [
        f"{identifier(name)} = see[{name!r}]"
        for name in sorted(frozenset().union(*(e.names for e in expressions)))
    ]
    if not all(e.quiet for e in expressions):
        body = ["with errstate(all='ignore'):", *_indented(body)]
    return "\n".join(["def decide(see, trace=None):", *_indented(head + body), ""])


def _rule_lines(
    index: int, when: Expression, do: Mapping[str, Expression], sharing: _Sharing
) -> list[str]:
    """Return the lines of one rule.

    Where it fires in no world it is skipped. That leaves the same bits as adding 0.0, since
    no sum is ever -0.0: none starts so, and only -0.0 + -0.0 gives it.
    """
    shared: list[str] = []
    condition = sharing.write(when, shared)
    contributions = {lever: sharing.write(e, shared) for lever, e in do.items()}
    inside: list[str] = []
    for lever, number in contributions.items():
        add, total = f"add_{_lever(lever)}_", f"sum_{lever}_"
        inside.append(f"{add} = {bare(number) if do[lever].tame else f'finite({number})'}")
        inside.append(f"{total} = {total} + where(fired_, {add}, 0.0)")
    table = ", ".join(f"{lever!r}: add_{lever}_" for lever in do)
    return [
        f"# rule {index}",
        *shared,
        f"fired_ = {bare(condition)}",
        "if count_nonzero(fired_):",
        *_indented(inside),
        "    if trace is not None:",
        f"        trace({index}, fired_, {{{table}}})",
    ]


def _result(lever: Lever, name: str, moved: bool) -> str:
    """Return the entry of one lever in the result; only a sum that rules moved needs clipping."""
    default, low, high = _number(lever.default), _number(lever.lowest), _number(lever.highest)
    if not moved:
        return f"{_lever(name)!r}: {default}"
    total = f"sum_{name}_"
    clipped = f"minimum(maximum({total}, {low}), {high})"
    return f"{name!r}: {total} if type({total}) is float else {clipped}"


def _number(value: float) -> str:
    if not abs(value) <= LARGEST_NUMBER:
        raise ValueError(f"a lever's range and default must be within ±1e9, not {value}")
    return repr(float(value) + 0.0)  # + 0.0 turns -0.0 into 0.0


def _lever(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise ValueError(f"{name!r} can't be the name of a lever")
    return name


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


# ------------------------------------------------------------------------ shared subexpressions

_SIGNS: Final = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.BitAnd: "&", ast.BitOr: "|",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


def _operation(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """Return an operation as a pattern and its operands; refuse what no expression contains."""
    match node:
        case ast.BinOp(a, sign, b) if type(sign) in _SIGNS:
            return f"({{}} {_SIGNS[type(sign)]} {{}})", [a, b]
        case ast.Compare(a, [sign], [b]) if type(sign) in _SIGNS:
            return f"({{}} {_SIGNS[type(sign)]} {{}})", [a, b]
        case ast.UnaryOp(ast.USub(), a):
            return "(-{})", [a]
        case ast.Call(ast.Name(helper), operands, []) if helper in HELPERS:
            return f"{helper}({', '.join(['{}'] * len(operands))})", operands
        case ast.Name(name) if _IDENTIFIER.fullmatch(name):
            return name, []
        case ast.Constant(bool() | int() | float() as number):
            return repr(number), []
    raise ValueError(f"not the source of an expression: {ast.dump(node)[:100]}")


class _Sharing:
    """Which subexpressions of a policy are computed once, and under which name.

    Conditions are always computed, so what they contain is shared among them and with the
    contributions. What only contributions contain is left where it is.
    """

    def __init__(self, conditions: list[Expression], contributions: list[Expression]) -> None:
        self._trees = {e.source: tree_of(e.source) for e in conditions + contributions}
        self._texts: dict[ast.expr, str] = {}
        self._uses: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        for condition in conditions:
            self._count(self._trees[condition.source], anew=True)
        for contribution in contributions:
            self._count(self._trees[contribution.source], anew=False)

    def write(self, expression: Expression, lines: list[str]) -> str:
        """Return the source of an expression; add to `lines` what it shares and is new."""
        return self._write(self._trees[expression.source], lines)

    def _write(self, tree: ast.expr, lines: list[str]) -> str:
        text = self._text(tree)
        if text in self._names:
            return self._names[text]
        pattern, operands = _operation(tree)
        parts = [self._write(operand, lines) for operand in operands]
        source = pattern.format(*(map(bare, parts) if isinstance(tree, ast.Call) else parts))
        if self._uses[text] < 2:
            return source
        self._names[text] = name = f"shared_{len(self._names) + 1}_"
        lines.append(f"{name} = {bare(source)}")
        return name

    def _count(self, tree: ast.expr, anew: bool) -> None:
        """Count the uses of a tree; if it is in use already, its parts need no further look."""
        _, operands = _operation(tree)
        if not operands:
            return
        text = self._text(tree)
        known = text in self._uses
        if known or anew:
            self._uses[text] += 1
        if not known:
            for operand in operands:
                self._count(operand, anew)

    def _text(self, tree: ast.expr) -> str:
        if tree not in self._texts:
            pattern, operands = _operation(tree)
            self._texts[tree] = pattern.format(*map(self._text, operands))
        return self._texts[tree]
