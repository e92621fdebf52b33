"""Properties of every policy: each world on its own, levers in their ranges, the order of rules."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model.language.policy import compile_policy
from policy_example import LEVERS, decided, made, rule

# NumPy must have nothing to say
pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.quick]

WHENS = [
    "trust > 0.5", "trust <= 0.5 and growth > 0", "not growth > 0", "date >= 1971-08", "true",
    "regime.orientation > 0 or trust > 0.9", "growth / trust > 3", "trust > 0.5 and growth > 0",
    "0 < regime.orientation < 0.5", "logistic(growth) > 0.3",
]  # fmt: skip
DOS = [
    "0.3", "-0.0", "-trust", "growth / trust", "exp(growth) - 1", "growth * 0.1", "-1.5", "1e9",
    "0.2 if trust > 0.5 else regime.orientation", "log(trust)", "sqrt(growth)", "growth - growth",
    "trust / growth * (growth / trust)",
]  # fmt: skip
levers_moved = st.dictionaries(
    st.sampled_from(list(LEVERS)), st.sampled_from(DOS), min_size=1, max_size=3
)
some_rules = st.lists(
    st.tuples(st.sampled_from(WHENS), levers_moved, st.booleans()), min_size=1, max_size=6
).map(lambda rows: [rule(str(i), w, do, enabled=on) for i, (w, do, on) in enumerate(rows)])
WORLDS = 7
quantities = st.one_of(
    st.sampled_from([0.0, -0.0, 0.5, 1.0, -1.0, 1e-320, 1e9, -1e9]), st.floats(-3, 3)
)
rows = st.lists(quantities, min_size=WORLDS, max_size=WORLDS).map(np.array)
seen_worlds = st.fixed_dictionaries(
    dict.fromkeys(("trust", "growth", "regime.orientation"), rows)
    | {"date": st.sampled_from([0, 31, 100])}
)


def bits(levers, worlds=WORLDS) -> bytes:
    return np.array([np.broadcast_to(levers[lever], worlds) for lever in LEVERS]).tobytes()


def world(see, chosen):
    return {k: v[chosen] if isinstance(v, np.ndarray) else v for k, v in see.items()}


@given(some_rules, seen_worlds)
@settings(max_examples=50, deadline=None)
def test_a_world_has_the_same_levers_alone_or_among_many(rules, see):
    decide = compile_policy(made(*rules), LEVERS)
    together = decide(see)
    for index in range(WORLDS):
        alone = decide(world(see, slice(index, index + 1)))
        among = {k: np.broadcast_to(v, WORLDS)[index] for k, v in together.items()}
        assert bits(alone, 1) == bits(among, 1)
        plain = decide({k: float(v) if k != "date" else v for k, v in world(see, index).items()})
        assert bits(plain, 1) == bits(among, 1)


@given(some_rules, seen_worlds)
@settings(max_examples=50, deadline=None)
def test_levers_are_numbers_within_their_ranges(rules, see):
    for name, value in compile_policy(made(*rules), LEVERS)(see).items():
        assert np.all((LEVERS[name].lowest <= value) & (value <= LEVERS[name].highest))


@given(some_rules, seen_worlds)
@settings(max_examples=50, deadline=None)
def test_a_rule_switched_off_is_a_rule_removed(rules, see):
    switched = compile_policy(made(*rules), LEVERS)(see)
    removed = compile_policy(made(*(r for r in rules if r["enabled"])), LEVERS)(see)
    assert bits(switched) == bits(removed)


@given(some_rules, seen_worlds, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_rules_matters_only_by_rounding(rules, see, random):
    """Sums in two orders differ by at most n eps times the sum of sizes (Higham 2002, §4.2)."""
    shuffled = copy.copy(rules)
    random.shuffle(shuffled)
    sizes = {lever: np.full(WORLDS, abs(float(LEVERS[lever].default))) for lever in LEVERS}

    def trace(index, fired, contributions):
        for lever, x in contributions.items():
            sizes[lever] += np.where(fired, np.abs(x), 0.0)

    one = compile_policy(made(*rules), LEVERS)(see, trace)
    other = compile_policy(made(*shuffled), LEVERS)(see)
    for lever in LEVERS:
        allowed = 2 * len(rules) * np.finfo(float).eps * sizes[lever]
        assert np.all(np.abs(one[lever] - other[lever]) <= allowed)


@given(some_rules, seen_worlds)
@settings(max_examples=50, deadline=None)
def test_levers_are_their_default_and_what_the_trace_tells(rules, see):
    sums = {lever: np.full(WORLDS, float(row.default) + 0.0) for lever, row in LEVERS.items()}

    def trace(index, fired, contributions):
        for lever, x in contributions.items():
            sums[lever] += np.where(fired, x, 0.0)

    levers = compile_policy(made(*rules), LEVERS)(see, trace)
    for lever, row in LEVERS.items():
        clipped = np.minimum(np.maximum(sums[lever], row.lowest), row.highest)
        np.testing.assert_array_equal(levers[lever], clipped)


def test_a_rule_that_fires_elsewhere_leaves_the_same_bits():
    rules = [
        rule("a", "growth > 0", {"counsel": "-0.0"}),
        rule("b", "trust > 0", {"counsel": "-0.0"}),
    ]
    see = {"growth": np.array([0.0, 1.0, 0.0, 1.0]), "trust": np.array([0.0, 0.0, 1.0, 1.0])}
    counsel = decided(*rules, **see)["counsel"]
    assert not np.signbit(counsel).any()
    for index in range(4):
        alone = decided(*rules, **world(see, slice(index, index + 1)))["counsel"]
        assert not np.signbit(alone).any()
