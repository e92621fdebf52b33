"""Interventions that are refused: each in one clear line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import PalcaError
from palca.scenarios import build, load, resolve


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (('at = "1971-08", death.leader = "Hugo Banzer"', 'at = "1971-08", survival = "Hugo Banzer"'),
         "contradict each other"),
        (('at = "1969-04", survival = "René Barrientos"', 'at = "1969-04", death.leader = "René Barrientos"'),
         "contradict each other"),
        (('at = "1970-01", death.leader = "Hugo Banzer"',
          'at = "1971-08", coup = { outcome = "succeeds", by = "Hugo Banzer" }'),
         "'Hugo Banzer' can't lead a coup in 1971-08: he dies in 1970-01"),
        (('at = "1971-01", lever.us.aid.cap = 5000',), "aid.cap"),
        (('at = "1971-01", until = "1990-01", lever.us.aid.cap = 5',), "'until' may be 1982-12 at the latest"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused(tables: tuple[str, ...], message: str) -> None:
    for order in (tables, tables[::-1]):
        with pytest.raises(PalcaError, match=message):
            resolve("baseline", [], list(order))


BAD = {
    "nothing": ('at = "1971-09"', "nothing to change"),
    "no date": ('policy.ussr = "pragmatic"', "'at' is missing"),
    "not TOML": ("at = ", "write it as"),
    "ends before": ('at = "1971-09", until = "1970-01", coup.outcome = "never"', "'until' lies before"),
    "too late": ('at = "1981-09", coup.outcome = "never"', "'at' must lie in"),
    "lever": ('at = "1971-09", lever.ussr.credits.set = 1', "did you mean 'credit'"),
    "operation": ('at = "1971-09", lever.ussr.credit.put = 1', "write one of set, scale, cap"),
    "two operations": ('at = "1971-09", lever.ussr.credit = { set = 1, cap = 2 }', "write one of"),
    "parameter": ('at = "1971-09", parameter.backlsh = 1', "did you mean 'backlash'"),
    "range": ('at = "1971-09", parameter.backlash = 9', "must lie in 0 to 0.2"),
    "list": ('at = "1971-09", parameter.backlash = [1]', "number"),
    "driver": ('at = "1971-09", driver.export_prise.scale = 1', "did you mean 'export_price'"),
    "price": ('at = "1971-09", driver.export_price.set = 1', "write scale = 0.6"),
    "price of zero": ('at = "1971-09", driver.export_price.scale = 0', "must lie in 0.01"),
    "no economy": ('at = "1971-09", driver.gdp.scale = 0', "must stay within 10 to 1e+06"),
    "outcome": ('at = "1971-09", coup.outcome = "wins"', "succeeds, fails or never"),
    "leader": ('at = "1971-09", coup = { outcome = "fails", by = "Hugo Banser" }', "Hugo Banzer"),
    "leaderless": ('at = "1971-09", coup = { outcome = "never", by = "Hugo Banzer" }', "drop 'by'"),
    "dead": ('at = "1971-09", death.leader = "Hugo Banser"', "(did you mean 'Hugo Banzer'?)"),
    "heir": ('at = "1971-09", death = { leader = "Hugo Banzer", successor = "x" }', "no leader 'x'"),
    "no quotes": ("at = 1971-09, policy.us = 'x'", "months and names in double quotes"),
    "a date": ("at = 1971-09-01, policy.us = 'x'", "the date 1971-09-01; write a month in quotes"),
    "its rule": ('at = "1971-09", rule.us.add = [{ name = "x", when = "tru", do = { aid = "1" }, '
                 'why = "w", source = "a" }]', "did you mean 'true'"),
    "immortal": ('at = "1971-09", survival = "Hugo Banzer"', "does not die at that time"),
    "rule": ('at = "1971-09", rule.us.drop = ["money for reforms"]', "did you mean 'money for reform'"),
    "rule key": ('at = "1971-09", rule.us.delete = ["x"]', "there are drop, add and change"),
    "unknown": ('at = "1971-09", polcy.us = "x"', "did you mean 'policy'"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_malformed_intervention_ends_in_one_clear_line(case: str) -> None:
    text, says = BAD[case]
    with pytest.raises(PalcaError) as caught:
        load("baseline", [], [text])
    assert says in str(caught.value)
    assert "--intervene" in str(caught.value) or case == "no economy"
    assert "\n" not in str(caught.value)


CONTRADICTIONS = [
    ('at = "1971-09", until = "1972-12", lever.ussr.credit.set = 0',
     'at = "1971-09", lever.ussr.credit.scale = 2'),
    ('at = "1971-09", policy.us = "punitive"', 'at = "1971-09", policy.us = "disengaged"'),
    ('at = "1971-09", coup.outcome = "never"', 'at = "1971-09", coup.outcome = "fails"'),
    ('at = "1971-09", until = "1972-01", death.leader = "Hugo Banzer"',
     'at = "1971-10", death.leader = "Hugo Banzer"'),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), CONTRADICTIONS)
def test_two_that_contradict_each_other_are_refused_with_both_named(one: str, two: str) -> None:
    for texts in ([one, two], [two, one]):
        with pytest.raises(PalcaError, match="contradict") as caught:
            load("baseline", [], texts)
        assert one[:40] in str(caught.value)
        assert two[:40] in str(caught.value)


def test_a_lever_set_from_the_beginning_has_no_rival_there() -> None:
    with pytest.raises(PalcaError, match="contradict"):
        resolve("baseline", ["lever.us.aid.scale=2"], ['at = "1969-01", lever.us.aid.set = 0'])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.sampled_from([text for text, _ in BAD.values()]).flatmap(
    lambda text: st.integers(0, len(text)).map(lambda cut: text[:cut] + text[cut + 1 :])))  # fmt: skip
def test_no_text_raises_anything_but_our_own_error(text: str) -> None:
    with suppress(PalcaError):
        build(resolve("baseline", [], [text]))
