"""The thesis is never built in: with its channels closed, Moscow can't touch a coup."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import ColdWarModel
from palca.model.agents.observables import OBSERVABLES
from palca.model.language.levers import LEVERS
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS
from palca.scenarios import build, resolve
from palca.scenarios.reading.library import LIBRARY
from palca.scenarios.scenario import names_for

SOVIET = {name: False for name in CHANNELS if name.startswith("soviet_") or name == "moscow_line"}
POWER = ("leader", "orientation", "legitimacy", "mobilisation", "fiscal", "patronage", "attempt",
         "success", "coup_memory", "repression", "grievance", "us_recent", "legality")  # fmt: skip


def power_of(resolved: dict[str, Any]) -> np.ndarray:
    """Return what matters of six years: long enough for what Moscow does to be felt."""
    return ColdWarModel(build({**resolved, "months": 72}), worlds=60, rng=4, keep=POWER).run().monthly


@pytest.fixture(scope="module")
def closed(baseline: dict[str, Any]) -> np.ndarray:
    return power_of({**baseline, "channels": SOVIET})


POLICIES = ("withdrawal", "generous-patron", "ideological", "party-first")


@pytest.mark.parametrize("policy", POLICIES)
def test_with_soviet_channels_closed_aid_full_or_none_changes_no_coup(
    closed: np.ndarray, policy: str
) -> None:
    other = resolve("baseline", [f"policy.ussr={policy}"])
    assert np.array_equal(power_of({**other, "channels": SOVIET}), closed)


def test_nor_where_the_party_is_at_odds_with_moscow_from_the_start() -> None:
    def at_odds(name: str) -> np.ndarray:
        data = resolve("baseline", [f"policy.ussr={name}", "start.friction=0.6"])
        data["policies"]["party"][0]["table"]["rule"].append(
            {"name": "rupture, and the streets", "when": "true",
             "do": {"break_with_moscow": "0.05", "mobilise": "party.friction"},
             "why": "a test", "source": "none"}
        )  # fmt: skip
        return power_of({**data, "channels": SOVIET})

    pragmatic = at_odds("pragmatic")
    for policy in POLICIES:
        assert np.array_equal(at_odds(policy), pragmatic), policy


@pytest.mark.slow
@settings(max_examples=8)
@given(
    lever=st.sampled_from(sorted(LEVERS["ussr"])),
    size=st.floats(-1, 1),
    name=st.sampled_from(sorted(OBSERVABLES.keys() & names_for("ussr"))),
)
def test_with_soviet_channels_closed_no_soviet_rule_changes_a_coup(
    baseline: dict[str, Any], closed: np.ndarray, lever: str, size: float, name: str
) -> None:
    other = copy.deepcopy({**baseline, "channels": SOVIET})
    rule = {
        "name": "a random rule", "when": f"{name} > 0.1 or date > 1970-03",
        "do": {lever: f"{size:.3f} * {LEVERS['ussr'][lever].highest}"},
        "why": "a test", "source": "none",
    }  # fmt: skip
    other["policies"]["ussr"][0]["table"]["rule"].append(rule)
    assert np.array_equal(power_of(other), closed)


def test_with_the_channels_open_aid_can_matter(baseline: dict[str, Any]) -> None:
    values = {"parameters": {"prestige_ussr": 0.5}}
    full = power_of({**resolve("baseline", ["policy.ussr=generous-patron"]), **values})
    none = power_of({**resolve("baseline", ["policy.ussr=withdrawal"]), **values})
    assert not np.array_equal(full, none)


def test_the_thesis_parameters_have_priors_that_contain_zero() -> None:
    for name in ("prestige_ussr", "restraint_party", "leverage_ussr", "fiscal_aid_ussr"):
        row = PARAMETERS[name]
        assert row.prior is not None
        assert row.prior.family == "normal"
        assert row.prior.interval[0] < 0 < row.prior.interval[1]
        assert row.low < 0 < row.high


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_a_closed_channel_is_a_switch(baseline: dict[str, Any], name: str) -> None:
    channel = CHANNELS[name]
    assert channel.zeroes or channel.hides
    assert set(channel.zeroes) <= set(PARAMETERS)
    model = ColdWarModel(build({**baseline, "months": 6, "channels": {name: False}}), worlds=3, rng=0)
    model.run()
    for parameter in channel.zeroes:
        assert getattr(model.p, parameter) == 0.0


COUNTRY = re.compile(
    r"bolivia|chile|peru|argentin|brazil|cuba|banzer|torres|ovando|barrientos|siles|pereda|padilla"
    r"|la paz|santa cruz|allende|pinochet|velasco",
    re.IGNORECASE,
)


def test_no_line_of_the_model_and_no_policy_names_a_country() -> None:
    model = Path(__import__("palca.model.model", fromlist=["x"]).__file__).parent
    files = [*model.rglob("*.py"), *(LIBRARY / "policies").rglob("*.toml")]
    assert len(files) > 30
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            assert not COUNTRY.search(line), f"{file.name}:{number}: {line}"
