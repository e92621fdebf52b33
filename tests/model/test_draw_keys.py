"""A draw's key is a frozen string: no name that is shown is a key, or a part of one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from palca.experiments.simulate.priors import FREE
from palca.model.state import draw_keys

PALCA = Path(draw_keys.__file__).parents[2]
# As they were when the first results were published; more may be added.
FROZEN = """
opportunity; plot found out; embassy; agreement; contact; credit; soviet trade; soviet protest;
soviet suspension; soviet resumption; soviet break; tin sale; us contact; us protest;
nationalisation; settlement; expulsion of soviets; expulsion of americans; break with ussr; ban
of the party; toleration of the party; legalisation of the party; reform; promise of elections;
breach of promise; self-coup; campaign; election result; party protest; party dissent; party
rupture; party front; party stand; strike; general strike; massacre; siege; guerrilla; amnesty;
growth; fiscal; legitimacy; mobilisation; public signal; orientation by coup; orientation by
vote; orientation by death; size of credit; us budget; ussr sees regime.orientation; us sees
regime.orientation; us sees disaffection; regime sees disaffection; luck of a leader by coup;
luck of a leader by vote; luck of a leader by death; officer's faction; officer's ideology;
officer's grievance; officers' moods; officer's fate; prior of fiscal_tin; prior of
fiscal_aid_us; prior of fiscal_aid_ussr; prior of legitimacy_speed;
prior of legitimacy_performance; prior of legitimacy_repression; prior of prestige_ussr; prior
of suppression; prior of backlash; prior of restraint_party; prior of discontent_fiscal; prior
of discontent_distance; prior of discontent_fear; prior of discontent_legitimacy; prior of
discontent_patronage; prior of discontent_spread; prior of opportunity; prior of coup_trap;
prior of cost; prior of complementarity; prior of intimidation; prior of purge;
prior of delivery_ussr; prior of leverage_ussr; prior of friction_gain; resampling; naive attempt; naive success; naive handover;
naive side; parent of a try; draws of a try; acceptance of a try
"""
ASKS = {"event_keys", "shock", "happens", "of", "chooses", "draw"}  # each takes a key


def keys() -> list[str]:
    """Return all keys of draws."""
    found: list[str] = []
    for name, value in vars(draw_keys).items():
        if name.isupper():
            values = value.values() if isinstance(value, dict) else value
            found += [value] if isinstance(value, str) else values
    return found


def made_up(tree: ast.AST) -> list[int]:
    """Return the lines of a file on which a key is put together of parts."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        call.lineno
        for call in calls
        if getattr(call.func, "attr", getattr(call.func, "id", "")) in ASKS
        for argument in call.args
        if isinstance(argument, ast.JoinedStr)
        or (isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Add | ast.Mod)
            and "str" in {type(part.value).__name__ for part in ast.walk(argument)
                          if isinstance(part, ast.Constant)})
    ]  # fmt: skip


def test_every_key_is_what_it_was() -> None:
    frozen = " ".join(FROZEN.split()).split("; ")
    assert len(frozen) == 94
    assert set(frozen) <= set(keys())


def test_keys_are_written_out() -> None:
    """No key is computed, say from a parameter's or an actor's name."""
    tree = ast.parse(Path(draw_keys.__file__).read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.comprehension)]
    files = [path for room in ("model", "experiments") for path in (PALCA / room).rglob("*.py")]
    found = {str(path): made_up(ast.parse(path.read_text(encoding="utf-8"))) for path in files}
    assert len(found) > 100
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line", ['draws.shock(f"{actor} sees {name}")', 'event_keys("prior of " + name, 1, 1)']
)
def test_a_key_made_of_a_name_is_found(line: str) -> None:
    assert made_up(ast.parse(line)) == [1]


def test_every_free_parameter_has_a_key() -> None:
    assert set(draw_keys.PRIORS) == set(FREE)
