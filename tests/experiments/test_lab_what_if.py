"""The page What if: its worlds are ours, its sentence is its table, its numbers the command's."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.experiments.counterfactual.answer import FORK, RECORD
from palca.experiments.counterfactual.asking import ask_effects
from palca.experiments.counterfactual.question import Question, read_inputs
from palca.experiments.counterfactual.twins import QUANTITIES
from palca.experiments.lab import cases
from palca.experiments.lab.cases import Case
from palca.experiments.lab.choices import PLAIN, interventions
from palca.experiments.lab.many_worlds.twin_worlds import Difference, Twinned, difference
from palca.experiments.lab.many_worlds.what_if_words import (
    HORIZONS,
    horizons_of,
    horizons_table,
    main_of,
    sentence,
)
from palca.experiments.lab.session import Asked, answer, fill
from palca.model.calendar import month_index, month_name

WORLDS = 512
TORRES_STAYS = Case("august-1971-fails")


def lever(at: str, factor: float) -> Case:
    return Case("baseline", (), (f'at = "{at}", lever.us.aid.scale = {factor}',))


def documented_ruler(month: int) -> int:
    """Who rules when a month begins."""
    return int(cases.record_of(Case()).series["leader"][month - 1, 0])


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(month=st.integers(1, 107))
def test_the_documented_ruler_rules_when_the_change_begins(month: int) -> None:
    found = difference(lever(month_name(month), 0.5), True, WORLDS)
    assert [part.given for part in found.parts] == [FORK, RECORD]
    for part in found.parts:
        assert part.rulers == {documented_ruler(month): 1.0}
    assert found.parts[0].last == month - 1
    # without the change, worlds given all that happened go as the record does
    for quantity in ("rules", "attempts", "successes"):
        known = ~np.isnan(found.record[quantity])
        same = found.parts[1].means[quantity][:, 0] - found.record[quantity]
        tolerance = 0.02 if quantity == "attempts" else 0.0  # a disputed attempt isn't forbidden
        assert np.abs(same[known]).max() <= tolerance


@pytest.mark.slow
@pytest.mark.parametrize("name", interventions())
def test_a_shipped_change_is_shown_by_what_it_moves(name: str) -> None:
    quantity = fill(Asked("what-if", {"scenario": name})).values["quantity"]
    assert quantity in PLAIN
    found = difference(Case(name), True, 2 * WORLDS)
    effects = [part.effect[quantity][at] for part in found.parts for at in horizons_of(found)]
    assert any(abs(mean) > 2.0 * se for mean, se in effects)


def test_a_change_that_changes_nothing_has_no_effect() -> None:
    found = difference(lever("1976-06", 1.0), True, WORLDS)
    for part in found.parts:
        for quantity in QUANTITIES:
            assert not part.effect[quantity].any()
            assert "can't be told from none" in sentence(found, part, quantity, "Banzer")


@pytest.mark.slow
def test_the_numbers_are_those_of_the_command() -> None:
    question = Question(TORRES_STAYS.scenario, worlds=WORLDS, freeze=())
    asked, _ = ask_effects(question, read_inputs(question), 1, lambda *_: None)
    found = difference(TORRES_STAYS, True, WORLDS)
    assert found.since == asked.fork
    for part in found.parts:
        same = asked.parts[part.given]
        assert (part.last, part.families) == (same.last, same.families)
        assert part.colour == same.overlap.colour
        for (quantity, months_on), effect in same.effects.items():
            assert np.array_equal(
                part.effect[quantity][months_on], [effect.effect, effect.se], equal_nan=True
            )
            assert tuple(part.means[quantity][months_on]) == (effect.factual, effect.counter)


def made(mean: float, se: float, quantity: str, months: int) -> tuple[Difference, Twinned]:
    """A difference that grows from month to month."""
    effect = np.arange(1, months + 1)[:, None] / months * np.array([mean, se])
    means = np.stack([np.full(months, 0.3), 0.3 + effect[:, 0]], axis=1)
    of = dict.fromkeys(("rules", quantity), effect)
    part = Twinned(FORK, 30, {3: 1.0}, 200.0, {quantity: means}, of, "green")
    return Difference(month_index("1971-08"), 512, (part,), {}), part


@given(
    mean=st.floats(-0.99, 0.99),
    se=st.floats(0.0, 0.2),
    quantity=st.sampled_from(list(QUANTITIES)),
    months=st.integers(13, 120),
)
def test_the_numbers_of_the_sentence_are_those_of_the_table(
    mean: float, se: float, quantity: str, months: int
) -> None:
    found, part = made(mean, se, quantity, months)
    said = sentence(found, part, quantity, "Torres")
    table = horizons_table(found, part, quantity, "Torres")
    ends = horizons_of(found)
    assert ends == sorted(set(ends))
    assert ends[-1] == months - 1
    assert set(ends[:-1]) <= set(HORIZONS)
    _, _, _, effect, error = map(str, table.cells[ends.index(main_of(found))])
    assert f"standard error {error}" in said
    clear = effect.endswith(" *")
    assert clear == ("can't be told from none" not in said)
    size = effect.removesuffix(" *")
    if quantity in ("rules", "right") and clear:
        (count, more) = re.findall(r" ([0-9.e-]+) (more|fewer) ", said)[0]
        assert (more == "fewer") == size.startswith("-")
        assert abs(float(size)) == pytest.approx(float(count), abs=0.0 if "." in count else 0.55)
    else:
        assert f" {size} " in said


@pytest.mark.slow
def test_the_page_answers_its_question() -> None:
    blocks = answer(fill(Asked("what-if", {"worlds": "512"}))).blocks
    kinds = [block["kind"] for block in blocks]
    assert kinds.count("table") == 2
    said = [block["text"] for block in blocks if block.get("tone") == "answer"]
    assert len(said) == 2
    assert all(re.match(r"Of 100 worlds .+ after three years \d+ more still have Torres in power", line)
               for line in said)  # fmt: skip
    everything = answer(fill(Asked("what-if", {"worlds": "512", "given": "all"}))).blocks
    (line,) = [block["text"] for block in everything if block.get("tone") == "answer"]
    assert line.startswith("Of 100 worlds that begin like Bolivia in January 1969, ")
