"""``palca cases``: policies of the USSR on trial by right turns elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

from palca.model.agents.observables import RECORD
from palca.model.errors import PalcaError
from palca.model.language.policy import Policy
from palca.scenarios.reading.library import find_policy, read_toml, shipped_policies
from palca.scenarios.scenario import build_policy

from ..io.codebook import File
from ..io.experiment import AtomicExperiment, OnProgress, Result
from ..io.figure_style import many
from ..io.provenance import digest_of
from .case_files import Cases, check_cases, load_cases
from .contest import compete
from .figure import draw_cases
from .page import page_of
from .tables import FILES, answer_of, case_tables, print_all

ACTOR = "ussr"


def read_policies(named: Sequence[str]) -> dict[str, Policy]:
    """Return policies of the USSR by name; if none is named, all that ship and decide themselves.

    Parameters
    ----------
    named : sequence of str
        Each as "ussr=NAME" or "ussr=FILE".

    Raises
    ------
    PalcaError
        For another actor's policy, a policy that can't be read, or two of one name.
    """
    if not named:
        shipped = [build_policy(ACTOR, name, read_toml(path), name)
                   for name, path in shipped_policies(ACTOR).items()]  # fmt: skip
        return {one.name: one for one in shipped if one.names.isdisjoint(RECORD)}
    policies: dict[str, Policy] = {}
    for given in named:
        actor, _, name = given.partition("=")
        if actor != ACTOR or not name:
            raise PalcaError(f"write {ACTOR}=NAME or {ACTOR}=FILE, not '{given}': only the USSR is "
                             "on trial", "--policy")  # fmt: skip
        path = find_policy(ACTOR, name, where="--policy")
        if path.stem in policies:
            raise PalcaError(f"two policies are called '{path.stem}': rename a file", "--policy")
        policies[path.stem] = build_policy(ACTOR, path.stem, read_toml(path), str(name))
    return policies


@dataclass(frozen=True)
class CasesExperiment(AtomicExperiment):
    """Policies by name, and a user's cases by the cells of their files, if there are any."""

    kind: ClassVar[str] = "cases"
    files: ClassVar[tuple[File, ...]] = FILES
    page: ClassVar[str] = "CASES.md"
    libraries: ClassVar[tuple[str, ...]] = ("scikit-learn",)

    policies: Mapping[str, Policy]
    worlds: int
    seed: int
    given: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)

    @classmethod
    def asked(
        cls, policies: Mapping[str, Policy], worlds: int, seed: int, data: Path | None = None
    ) -> Self:
        """Return the experiment on the shipped cases, or on those of a folder or a file."""
        if data is None:
            return cls(policies, worlds, seed)
        cases = load_cases(data)
        if cases.core.empty:
            raise PalcaError("has no case that counts: write 1 in 'core'", str(data))
        facts = cases.facts.to_dict("records")
        return cls(policies, worlds, seed, {"cases": cases.rows, "facts": facts})  # pyright: ignore

    def request(self) -> dict[str, Any]:
        kept = {name: policy.to_dict() for name, policy in self.policies.items()}
        title = f"{many(len(self._cases().core), 'right turn')}, {', '.join(kept)}"
        return {**super().request(), "title": title, "policies": kept}

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], folder: Path) -> Self:
        policies = {name: build_policy(ACTOR, name, table, "manifest.json")
                    for name, table in manifest["policies"].items()}  # fmt: skip
        return cls(policies, manifest["worlds"], manifest["seed"], manifest["given"])

    def _cases(self) -> Cases:
        if not self.given:
            return load_cases()
        return check_cases(self.given["cases"], self.given["facts"], "cases")

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        found = compete(
            self.policies, self._cases(), self.worlds, self.seed, on_progress, bool(self.given)
        )
        tables = case_tables(found)
        digest = hashlib.sha256("".join(map(digest_of, tables.values())).encode()).hexdigest()
        return Result(
            digest, partial(answer_of, found), lambda console, _: print_all(console, found),
            lambda: tables, {"cases.png": partial(draw_cases, found)}, partial(page_of, found),
        )  # fmt: skip
