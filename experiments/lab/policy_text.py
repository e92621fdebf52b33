"""The text of a policy as a visitor types it, and the line at which it is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from palca.model.errors import PalcaError
from palca.model.language.policy import Policy
from palca.scenarios.reading.library import parse_toml, read_text
from palca.scenarios.scenario import build_policy

from .kept import kept

_WHERE: Final = "the policy"


def shipped_text(path: Path) -> str:
    """Return the text of a shipped policy's file."""
    return read_text(path).replace("\r\n", "\n")


def read_policy(actor: str, text: str) -> dict[str, Any]:
    """Return the table of a policy's text, checked as a file's is.

    Raises
    ------
    PalcaError
        As a file would give it.
    """
    table = parse_toml(text, _WHERE)
    build_policy(actor, "edited", table, _WHERE)
    return table


@kept
def policy_of(actor: str, text: str) -> Policy:
    """Return the policy of a text that has been found good."""
    return build_policy(actor, "edited", read_policy(actor, text), _WHERE)


def line_of(error: PalcaError, text: str) -> int:
    """Return the number of the line that an error is about, counted from 1.

    The error names the rule and the key, as in ``rule 'credit': do.credit``; the line that has
    the key is looked for in that rule. Where no line is found it is the rule's first one, or
    the first of all.
    """
    lines = text.split("\n")
    if at := re.search(r"\(at line (\d+)", error.message):
        return min(int(at[1]), len(lines))
    if "(at end of document)" in error.message:
        return len(lines)
    begin, end = _rule_lines(error.where, lines)
    inner = error.where.rsplit(": ", 1)[-1]
    wanted = [*_named(error.message), inner.rpartition(".")[2], inner.partition(".")[0]]
    for word in wanted:
        if re.fullmatch(r"[\w-]+", word):
            key = re.compile(rf"(^|[{{,\s\"']){re.escape(word)}[\"']?\s*=")
            for number in range(begin, end):
                if key.search(lines[number]):
                    return number + 1
    return begin + 1


def _named(message: str) -> list[str]:
    """Return the names that a message quotes."""
    return re.findall(r"'([\w.-]+)'", message)[:1]


def _rule_lines(where: str, lines: list[str]) -> tuple[int, int]:
    """Return the first line of the rule that `where` names and the one after its last."""
    heads = [i for i, line in enumerate(lines) if re.match(r"\s*\[\[\s*rule\s*\]\]", line)]
    ends = [*heads[1:], len(lines)]
    if at := re.search(r"rule (\d+)(:|$)", where):
        which = int(at[1]) - 1
        if which < len(heads):
            return heads[which], ends[which]
    if at := re.search(r"rule (?:'(.*?)'|\"(.*?)\")(?:: |$)", where):
        name = at[1] if at[1] is not None else at[2]
        found = [
            (begin, end)
            for begin, end in zip(heads, ends, strict=True)
            if any(re.match(r"\s*name\s*=", line) and name in line for line in lines[begin:end])
        ]
        if found:  # of two rules of one name the second is too many
            return found[-1]
    return 0, heads[0] if heads else len(lines)
