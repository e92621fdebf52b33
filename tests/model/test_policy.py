"""Policies: checked when made, and compiled to one function."""

from __future__ import annotations

import contextlib
import pickle
from dataclasses import replace

import numpy as np
import pytest

from palca.model.errors import PalcaError
from palca.model.language.codegen import source_of
from palca.model.language.policy import Policy, compile_policy, make_policy
from policy_example import LEVERS, NAMES, WHERE, decided, made, rule, table

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.quick]  # NumPy must have nothing to say

# ------------------------------------------------------------------ by hand


def test_rules_that_hold_add_up_and_levers_are_clipped():
    rules = [
        rule("a", "trust > 0.5", {"credit": "0.4 * capacity", "counsel": 0.25}),
        rule("b", "growth < 0 or trust > 0.9", {"credit": "50", "counsel": "-growth"}),
        rule("c", "date >= 1971-08", {"delivery": "-3 * trust"}),
    ]
    see = {
        "trust": np.array([0.2, 0.6, 0.6, 1.0]),
        "growth": np.array([1.0, 1.0, -0.5, -3.0]),
        "capacity": 300.0,
    }
    before, after = decided(*rules, **see, date=30), decided(*rules, **see, date=31)
    np.testing.assert_array_equal(before["credit"], [0.0, 120.0, 150.0, 150.0])
    np.testing.assert_array_equal(before["counsel"], [0.0, 0.25, 0.75, 1.0])
    assert before["delivery"] == 1.0
    assert before["protest"] == 0.0
    np.testing.assert_allclose(after["delivery"], [0.4, 0.0, 0.0, 0.0], atol=1e-15)
    assert list(before) == list(LEVERS)


def test_levers_that_nothing_moves_are_plain_defaults():
    levers = decided(rule(when="trust > 2", do={"counsel": "1"}), trust=np.array([0.0]))
    assert levers == {"credit": 0.0, "delivery": 1.0, "counsel": 0.0, "protest": 0.0}
    assert all(type(value) is float for value in levers.values())


def test_a_policy_without_rules_does_nothing():
    assert decided() == {"credit": 0.0, "delivery": 1.0, "counsel": 0.0, "protest": 0.0}


def test_scalars_will_do_for_arrays():
    levers = decided(
        rule("a", "not trust > 0.5 and date < 1971-08", {"credit": "growth", "protest": "0.3"}),
        trust=0.1,
        growth=7.0,
    )
    assert (levers["credit"], levers["protest"]) == (7.0, 0.3)


@pytest.mark.parametrize("worlds", [1, 3])
def test_contributions_are_made_finite(worlds):
    see = {"trust": np.full(worlds, 1e-320), "growth": np.full(worlds, 1e9)}
    quotient = "growth / trust"
    levers = decided(
        rule("a", do={"credit": quotient, "counsel": f"-{quotient}"}),
        rule("b", do={"protest": f"{quotient} - {quotient}"}),
        rule("c", do={"delivery": f"{quotient} * 0"}),
        **see,
    )
    expected = {"credit": 150.0, "counsel": -1.0, "protest": 0.0, "delivery": 1.0}
    for lever, value in expected.items():
        np.testing.assert_array_equal(levers[lever], np.full(worlds, value))


def test_a_month_can_be_explained():
    seen = []

    def trace(index, fired, contributions):
        seen.append(
            (index, np.asarray(fired).tolist(), {k: float(v) for k, v in contributions.items()})
        )

    policy = made(
        rule("off", do={"credit": 99}, enabled=False),
        rule("a", "trust > 0.5", {"credit": "2 * 3", "protest": "0.5"}),
        rule("never", "trust > 5"),
        rule("always", "true", {"delivery": "-1"}),
    )
    decide = compile_policy(policy, LEVERS)
    see = {"trust": np.array([0.0, 0.6])}
    explained = decide(see, trace)
    assert seen == [
        (1, [False, True], {"credit": 6.0, "protest": 0.5}),
        (3, True, {"delivery": -1.0}),
    ]
    plain = decide(see)
    assert all(np.array_equal(explained[lever], plain[lever]) for lever in LEVERS)


# ------------------------------------------------------------------ reading and writing


def test_a_policy_can_be_written_out_and_read_back():
    rules = [
        rule("a", "trust > 0.5 and\n  date >= 1971-08", {"credit": 3, "counsel": "-trust / 2"}),
        rule("b", when=True, concept="raison-detat"),
        rule("c", enabled=False),
    ]
    policy = made(*rules)
    out = policy.to_dict()
    assert out == table(
        rule("a", "trust > 0.5 and\n  date >= 1971-08", {"credit": "3", "counsel": "-trust / 2"}),
        rule("b", "true", concept="raison-detat"),
        rule("c", enabled=False),
    )
    again = make_policy("pragmatic", out, names=NAMES, levers=LEVERS)
    assert again == policy
    assert pickle.loads(pickle.dumps(policy)) == policy


def test_equal_rules_are_compiled_once():
    first, second = made(rule("a")), made(rule("another name"))
    assert compile_policy(first, LEVERS) is compile_policy(second, LEVERS)


def without(key, **more):
    row = rule("credit for distance", **more)
    del row[key]
    return row


IN_RULE = f"{WHERE}: rule 'credit for distance'"


@pytest.mark.parametrize(
    ("row", "where", "advice"),
    [
        (rule("credit for distance", do={"credit": "grwth"}), f"{IN_RULE}: do.credit", "'growth'"),
        (
            rule("credit for distance", do={"credit": "trust > 1"}),
            f"{IN_RULE}: do.credit",
            "number",
        ),
        (rule("credit for distance", do={"credit": True}), f"{IN_RULE}: do.credit", "a number"),
        (rule("credit for distance", do={"credit": [1]}), f"{IN_RULE}: do.credit", "not a list"),
        (rule("credit for distance", do={"credit": 1e300}), f"{IN_RULE}: do.credit", "too large"),
        (rule("credit for distance", do={"credits": "1"}), f"{IN_RULE}: do", "mean 'credit'"),
        (rule("credit for distance", do={"zzz": "1"}), f"{IN_RULE}: do", "the levers are credit"),
        (rule("credit for distance", do={}), f"{IN_RULE}: do", "which lever"),
        (rule("credit for distance", do="credit = 1"), f"{IN_RULE}: do", "must be a table"),
        (rule("credit for distance", when="trust"), f"{IN_RULE}: when", "condition"),
        (rule("credit for distance", when=1), f"{IN_RULE}: when", "condition"),
        (rule("credit for distance", enabled=1), IN_RULE, "true or false"),
        (rule("credit for distance", enable=True), IN_RULE, "mean 'enabled'"),
        (rule("credit for distance", zzz=True), IN_RULE, "the keys are concept"),
        (rule("credit for distance", why=3), IN_RULE, "must be a text"),
        (rule("credit for distance", source=" "), IN_RULE, "is empty"),
        (rule("credit for distance", concept=1), IN_RULE, "must be a text"),
        (without("when"), IN_RULE, "'when' is missing"),
        (without("do"), IN_RULE, "'do' is missing"),
        (without("why"), IN_RULE, "'why' is missing"),
        (without("source"), IN_RULE, "'source' is missing"),
        (without("name"), f"{WHERE}: rule 1", "'name' is missing"),
        (rule(3), f"{WHERE}: rule 1", "must be a text"),
        (rule("a\nb"), f"{WHERE}: rule 1: name", "one line"),
        (rule("a" * 101), f"{WHERE}: rule 1: name", "one line"),
        (3, f"{WHERE}: rule 1", "must be a table"),
        (rule("credit for distance", do={"credit": "grwth"}, enabled=False), None, "'growth'"),
    ],
)
def test_an_error_in_a_rule_says_where(row, where, advice):
    with pytest.raises(PalcaError) as caught:
        made(row)
    assert where is None or caught.value.where == where
    assert advice in caught.value.message
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"actor": None}, "'actor' is missing"),
        ({"title": None}, "'title' is missing"),
        ({"rule": None}, "no rule"),
        ({"rules": []}, "unknown key 'rules' (did you mean 'rule'?)"),
        ({"actor": 3}, "must be a text"),
        ({"rule": {"name": "a"}}, "[[rule]]"),
        ({"rule": [rule("same"), rule("same")]}, "two rules have this name"),
        ({"rule": [rule(str(i)) for i in range(201)]}, "201 rules"),
    ],
)
def test_an_error_in_the_table_says_where(change, advice):
    wrong = {key: value for key, value in (table(rule()) | change).items() if value is not None}
    with pytest.raises(PalcaError) as caught:
        make_policy("p", wrong, names=NAMES, levers=LEVERS, where=WHERE)
    assert caught.value.where.startswith(WHERE)
    assert advice in caught.value.message


def test_two_hundred_rules_are_fine():
    policy = made(*(rule(str(i), f"trust > {i / 200}", {"credit": "0.5"}) for i in range(200)))
    levers = compile_policy(policy, LEVERS)({"trust": np.array([0.0, 0.5, 1.0])})
    np.testing.assert_array_equal(levers["credit"], [0.0, 50.0, 100.0])


def deepest(pattern: str) -> Policy:
    """Return a policy whose rule puts a pattern into itself as often as the language allows."""
    inner, policy = "trust", None
    with contextlib.suppress(PalcaError):
        while True:
            inner = pattern.format(inner)
            policy = made(rule(when=f"{inner} > 0", do={"credit": inner}))
    assert policy
    return policy


@pytest.mark.parametrize(
    "pattern",
    [
        *(f"{function}({{}})" for function in ("abs", "exp", "log", "sqrt", "logistic", "-")),
        "clip({}, 0, 1)",
        "min({},1)",
        "min(1,1,1,1,{})",
        "(1 if {}<1 else 0)",
        "(1 if 0<{}<1 else 0)",
        "(1 if true and true and true and true and {}<1 else 0)",
        "(1 if not (true or (false or {}<1)) else 0)",
        "(1 if true else 1 if true else {})",
        "trust/({}+1)",
        "growth-trust*{}",
    ],
)
def test_what_is_as_deep_as_allowed_can_be_compiled(pattern):
    levers = compile_policy(deepest(pattern), LEVERS)({"trust": np.array([0.5]), "growth": 1.0})
    assert np.isfinite(levers["credit"]).all()


@pytest.mark.parametrize(
    "when", [" or ".join(["true"] * 200), "<".join(["trust"] * 100), "min(" + "1," * 190 + "1) > 0"]
)
def test_what_is_as_wide_as_allowed_can_be_compiled(when):
    assert decided(rule(when=when), trust=np.array([0.5]))["protest"] == 0.0


def test_a_policy_of_another_actor_is_refused():
    with pytest.raises(PalcaError, match="no lever 'credit'"):
        compile_policy(made(rule()), {"protest": LEVERS["protest"]})


# ------------------------------------------------------------------ the generated source


def source(*rules) -> str:
    return source_of({i: (r.when, r.do) for i, r in enumerate(made(*rules).rules)}, LEVERS)


def test_what_conditions_share_is_computed_once():
    text = source(
        rule("a", "trust > 0.5 and growth > 1", {"credit": "trust * growth"}),
        rule("b", "trust > 0.5 and growth > 1 and date >= 1971-08", {"credit": "1"}),
        rule("c", "trust * growth > 1 or not (growth > 1)", {"credit": "trust * growth + 1"}),
    )
    for part in ("trust > 0.5", "growth > 1.0", "trust * growth"):
        assert text.count(part) == 1, text


def test_no_text_of_a_user_enters_the_source():
    marks = {key: f"MARK {key} '''\"\"\"" for key in ("name", "why", "source", "concept")}
    assert "MARK" not in source({**rule(), **marks})


def test_a_forged_expression_is_refused():
    (honest,) = made(rule()).rules
    for forged in ("__import__('os')", "().__class__", "a[0]", "trust.real", "x if y else z"):
        with pytest.raises(ValueError, match="not the source of an expression"):
            source_of({0: (replace(honest.when, source=forged), honest.do)}, LEVERS)
