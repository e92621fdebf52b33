"""The tables of fields, observables, functions and parameters agree with one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from palca.model import ColdWarModel, PalcaError
from palca.model.agents.observables import BLIND, BLURRED, OBSERVABLES
from palca.model.language.expressions import parse
from palca.model.language.functions import FUNCTIONS
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS
from palca.model.state.state import FIELDS
from palca.scenarios import build, resolve

pytestmark = pytest.mark.quick

OF_FIELDS = [name for name, row in OBSERVABLES.items() if row.field]


def same_field(name: str) -> str:
    """Return the state's field that an observable shows."""
    last = name.split(".")[-1]
    candidates = (last, name.replace(".", "_"), {"ussr.delivered": "ussr_delivery"}.get(name, ""))
    return next(field for field in candidates if field in FIELDS)


@pytest.mark.parametrize("name", OF_FIELDS)
def test_an_observable_has_the_range_of_the_field_that_it_shows(name: str) -> None:
    seen, field = OBSERVABLES[name], FIELDS[same_field(name)]
    assert (seen.low, seen.high) == (field.low, field.high)


@pytest.mark.parametrize("table", [FIELDS, OBSERVABLES])
def test_a_range_is_what_its_unit_says(table: dict) -> None:
    for name, row in table.items():
        if row.unit == "0 or 1":
            assert (name, row.low, row.high) == (name, 0, 1)
        assert row.low < row.high


def test_a_start_and_a_default_lie_in_their_range() -> None:
    assert [name for name, row in FIELDS.items() if not row.low <= row.start <= row.high] == []
    assert [n for n, row in PARAMETERS.items() if not row.low <= row.default <= row.high] == []
    for actor in ACTORS:
        for name, lever in LEVERS[actor].items():
            assert lever.lowest <= lever.default <= lever.highest != lever.lowest, name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_as_many_arguments_as_it_says(name: str) -> None:
    fewest, most = FUNCTIONS[name]
    for count in {fewest, min(most, 5)}:
        parse(f"{name}({', '.join(['0.5'] * count)})", "number", ())
    for count in {fewest - 1, *([most + 1] if most < 5 else [])}:
        with pytest.raises(PalcaError, match="between its brackets"):
            parse(f"{name}({', '.join(['0.5'] * count)})", "number", ())


@pytest.mark.parametrize("channel", [name for name, row in CHANNELS.items() if row.hides])
def test_a_closed_channel_hides_what_comes_through_it_and_nothing_else(channel: str) -> None:
    """Rules that name everything; what is seen with the channel closed, beside what is there."""
    ((actor, prefix),) = CHANNELS[channel].hides
    blurred = {name for who, name in BLURRED if who == actor}
    names = [n for n in OBSERVABLES if n not in blurred and not n.startswith(BLIND[actor] or ("-",))]
    resolved = resolve("baseline")
    for at, name in enumerate(names):
        resolved["policies"][actor][-1]["table"]["rule"].append(
            {"name": f"look {at}", "when": f"{name} > 9e8",
             "do": {next(iter(LEVERS[actor])): "0"}, "why": "a test", "source": "none"}
        )  # fmt: skip
    model = ColdWarModel(build({**resolved, "channels": {channel: False}}), worlds=20, rng=3)
    for _ in range(12):
        model.step()
    strategist = {"us": model.current.united_states, "party": model.current.party, "regime": model.current.regime}[actor]
    seen = strategist.see()
    for name in names:
        truth = 0.0 if name.startswith(prefix) else model.current.observe(name)
        assert (seen[name] == truth).all() if hasattr(seen[name], "all") else seen[name] == truth, name


def test_levers_rest_at_nothing_or_at_the_usual() -> None:
    for actor in ACTORS:
        for name, lever in LEVERS[actor].items():
            if lever.unit == "chance":
                assert (name, lever.lowest, lever.highest, lever.default) == (name, 0, 1, 0)
            elif lever.unit.startswith("million USD"):
                assert (name, lever.lowest, lever.default) == (name, 0, 0)
            elif lever.unit == "ratio":
                assert (name, lever.lowest, lever.default) == (name, 0, 1)


@pytest.mark.parametrize("table", [FIELDS, OBSERVABLES])
def test_amounts_are_never_negative_and_steps_are_counted(table: dict) -> None:
    for name, row in table.items():
        if row.unit in ("GDP", "acts", "attempts", "level", "months", "ratio") or "USD" in row.unit:
            assert (name, row.low) == (name, 0)
        if row.unit == "0 to 3":
            assert (name, row.low, row.high) == (name, 0, 3)
        if row.unit == "share":
            assert (name, row.low in (0, -1), row.high in (1, 2)) == (name, True, True)


# What could help or hurt; all else has the sign that its meaning says, or is nothing.
EITHER_WAY = {
    "discontent_base", "discontent_civilian", "fiscal_aid_us", "fiscal_aid_ussr", "intimidation",
    "legitimacy_civilian", "legitimacy_party", "leverage_ussr", "mobilisation_base", "prestige_ussr",
    "restraint_party", "trust_us_base", "trust_ussr_base",
}  # fmt: skip
NEVER_NOTHING = {"legitimacy_speed", "prestige_scale"}  # things stand still; a divisor


def test_which_effects_may_have_either_sign_or_be_nothing() -> None:
    for name, row in PARAMETERS.items():
        if name in EITHER_WAY:
            assert row.low < 0.0 < row.high, name
        elif name in NEVER_NOTHING:
            assert 0.0 < row.low <= 1.0, name
        else:
            assert (name, row.low) == (name, 0.0)


def test_shares_and_chances_of_parameters_end_at_one() -> None:
    for name, row in PARAMETERS.items():
        if row.unit == "share":
            assert (name, row.high) == (name, 2.0 if name == "rally_campaign" else 1.0)
        if row.unit == "per month":
            assert row.high <= 1.0, name
            assert not name.endswith(("_rate", "_decay")) or row.high in (0.5, 1.0), name
        assert row.high != row.low, name


def test_a_prior_leaves_room_in_the_range() -> None:
    """Sensitivity and counterfactuals go beyond what was thought likely."""
    for name, row in PARAMETERS.items():
        if row.prior is not None:
            low, high = replace(row.prior, low=-np.inf, high=np.inf).interval
            assert row.low <= low < high < row.high, name


def test_nothing_has_happened_before_the_start_unless_a_country_says_so() -> None:
    happened = ("0 or 1", "0, 0.5 or 1", "level", "acts", "attempts", "log price", "0 to 3", "roster")
    begun = {name for name, row in FIELDS.items() if row.unit in happened and row.start != 0}
    assert begun == {"military"}
    assert FIELDS["military"].start == 1
    memories = ("rally", "dispute", "price_shock", "guerrilla", "survived", "succession", "friction",
                "ussr_inherited", "promise_broken", "us_sanction", "us_covert", "us_pressure",
                "us_conditions", "age", "elections_due", "party_support", "orientation",
                "fiscal")  # fmt: skip
    assert {name for name in memories if FIELDS[name].start != 0} == set()
