"""The documents name what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from palca.model.channels import CHANNELS
from palca.model.levers import ACTORS, LEVERS
from palca.model.parameters import PARAMETERS
from palca.model.scenario import DRIVERS
from palca.model.state import FIELDS
from palca.scenarios.shelf import shipped_policies

ROOT = Path(__file__).parents[1]
ODD = (ROOT / "docs/ODD.md").read_text(encoding="utf-8")
POLICIES = (ROOT / "docs/POLICIES.md").read_text(encoding="utf-8")
# "Casper and Tyson 2014", "Gassebner, Gutmann and Voigt 2016", "Nielsen et al. 2011"
_WORK = re.compile(r"[A-Z][\w-]+(?:(?:, | and )[A-Z][\w-]+)*(?: et al\.)? (?:18|19|20)\d\d")


@pytest.mark.parametrize("name", [*FIELDS, *CHANNELS, *DRIVERS])
def test_odd_names_every_field_channel_and_driver(name: str) -> None:
    assert f"`{name}`" in ODD


@pytest.mark.parametrize("name", [name for name, row in PARAMETERS.items() if row.free])
def test_odd_lists_every_free_parameter(name: str) -> None:
    assert f"`{name}`" in ODD.split("### 7.11")[1]


def test_odd_names_no_parameter_that_does_not_exist() -> None:
    equations = "\n".join(line for line in ODD.splitlines() if line.startswith("    "))
    words = set(re.findall(r"[a-z]+_[a-z_]+", equations))
    levers = {lever for actor in ACTORS for lever in LEVERS[actor]}
    assert len(words) > 80
    assert words - {*PARAMETERS, *FIELDS, *DRIVERS, *levers} == {"z_i"}


def test_odd_lists_every_work_that_the_parameter_table_cites() -> None:
    sources = ODD.split("## 10. Sources")[1].replace("é", "e").replace("á", "a").replace("ñ", "n")
    cited = {
        work
        for row in PARAMETERS.values()
        for work in _WORK.findall(row.source)
        if not work.startswith(("FRUS", "TIME", "Dec", "CIA", "INR"))
    }
    assert len(cited) > 15
    assert {work for work in cited if work not in " ".join(sources.split())} == set()


def test_policies_md_names_every_policy() -> None:
    names = [name for actor in ACTORS for name in shipped_policies(actor)]
    assert len(names) > 15
    assert [name for name in names if f"`{name}`" not in POLICIES] == []
