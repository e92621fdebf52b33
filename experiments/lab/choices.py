"""What several pages offer for choice: scenarios, actors, policies, numbers of worlds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from palca.model.calendar import month_index
from palca.scenarios import shipped_policies, shipped_scenarios
from palca.scenarios.reading.library import read_toml

from ..run.explain import ACTORS
from .form import Form
from .scheduler import MOST_WORLDS

WORLDS: Final = {
    str(count): f"{count:,}" for count in (250, 1_000, 2_000, 5_000) if count <= MOST_WORLDS
}
FIRST: Final = "baseline"


@lru_cache(maxsize=1)
def scenario_titles() -> dict[str, str]:
    """Return the titles of the shipped scenarios by name, the baseline first."""
    titles = {name: _title(path) for name, path in shipped_scenarios().items()}
    return {FIRST: titles.pop(FIRST), **titles}


@lru_cache(maxsize=1)
def interventions() -> dict[str, tuple[str, int]]:
    """Return title and first month of each shipped scenario that intervenes, by name."""
    found = {}
    for name, path in shipped_scenarios().items():
        table = read_toml(path)
        if dates := [month_index(row["at"]) for row in table.get("intervene", [])]:
            found[name] = table["title"], dates[0]
    return found


@lru_cache(maxsize=8)
def policy_titles(actor: str) -> dict[str, str]:
    """Return the titles of the shipped policies of an actor by name."""
    return {name: _title(path) for name, path in shipped_policies(actor).items()}


@lru_cache(maxsize=1)
def usual_policies() -> Mapping[str, str]:
    """Return the policy that each actor follows in the baseline."""
    return read_toml(shipped_scenarios()[FIRST])["policy"]


def _title(path: Path) -> str:
    return str(read_toml(path)["title"])


def ask_scenario(form: Form) -> str:
    """Ask for a shipped scenario."""
    return form.select("scenario", "Scenario", scenario_titles(), FIRST)


def ask_actor(form: Form, default: str = "ussr") -> str:
    """Ask for an actor."""
    return form.select("actor", "Actor", ACTORS, default)


def ask_worlds(form: Form, most: int = MOST_WORLDS) -> int:
    """Ask for a number of worlds."""
    offered = {name: title for name, title in WORLDS.items() if int(name) <= most}
    form.values["worlds"] = count = int(form.select("worlds", "Worlds", offered, "1000"))
    return count
