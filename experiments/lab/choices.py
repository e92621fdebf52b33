"""What several pages offer for choice: scenarios, actors, policies, numbers of worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from palca.model.calendar import month_index
from palca.scenarios import shipped_policies, shipped_scenarios
from palca.scenarios.reading.library import elsewhere_scenarios, read_toml

from ..io.language import _
from ..io.numerals import spelled
from ..run.explain import ACTORS
from .form import Form
from .scheduler import MOST_WORLDS

WORLDS: Final = tuple(count for count in (250, 1_000, 2_000, 5_000) if count <= MOST_WORLDS)
USUAL_WORLDS: Final = "1000"
LIKE_OURS: Final = (512, 1_024, 2_048, 4_096)  # no more ship
FIRST: Final = "baseline"
# Quantities that one understands without knowing the model.
PLAIN: Final = ("rules", "right", "attempts", "successes", "ussr_commitments", "ussr_delivered",
                "us_commitments", "friction")  # fmt: skip


def said(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles in the language that is spoken now."""
    return {name: _(title) for name, title in titles.items()}


def scenario_titles() -> dict[str, str]:
    """Return the titles of the shipped scenarios by name: the baseline, others, other countries."""
    files = {**shipped_scenarios(), **elsewhere_scenarios()}
    titles = {name: _(_title(path)) for name, path in files.items()}
    return {FIRST: titles.pop(FIRST), **titles}


def interventions() -> dict[str, tuple[str, int, str]]:
    """Return of each shipped scenario that intervenes its title, first month, and what to look at.

    That is the first quantity of which its author expected something and that needs no
    explanation: "rules" if there is none.
    """
    return {name: (_(title), at, shown) for name, (title, at, shown) in _interventions().items()}


@lru_cache(maxsize=1)
def _interventions() -> dict[str, tuple[str, int, str]]:
    found = {}
    for name, path in shipped_scenarios().items():
        table = read_toml(path)
        if dates := [month_index(row["at"]) for row in table.get("intervene", [])]:
            expected = (row["quantity"] for row in table.get("expectation", []))
            shown = next((quantity for quantity in expected if quantity in PLAIN), "rules")
            found[name] = table["title"], dates[0], shown
    return found


def policy_titles(actor: str) -> dict[str, str]:
    """Return the titles of the shipped policies of an actor by name."""
    return {name: _(_title(path)) for name, path in shipped_policies(actor).items()}


@lru_cache(maxsize=1)
def usual_policies() -> Mapping[str, str]:
    """Return the policy that each actor follows in the baseline."""
    return read_toml(shipped_scenarios()[FIRST])["policy"]


@lru_cache(maxsize=128)
def _title(path: Path) -> str:
    return str(read_toml(path)["title"])


def ask_scenario(form: Form) -> str:
    """Ask for a shipped scenario."""
    return form.select("scenario", _("Scenario"), scenario_titles(), FIRST)


def ask_actor(form: Form, default: str = "ussr") -> str:
    """Ask for an actor."""
    return form.select("actor", _("Actor"), said(ACTORS), default)


def ask_worlds(form: Form, offered: Sequence[int] = WORLDS, usual: str = USUAL_WORLDS) -> int:
    """Ask for a number of worlds."""
    titles = {str(count): spelled(count, ",") for count in offered}
    form.values["worlds"] = count = int(form.select("worlds", _("Worlds"), titles, usual))
    return count
