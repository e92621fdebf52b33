"""``palca validate``: the model tested against the record and other countries."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from palca.model.errors import PalcaError, nearest
from palca.scenarios import resolve

from ..explore.packed_variants import listed, unlisted
from ..io.codebook import File
from ..io.experiment import UNKEPT, AtomicExperiment, OnProgress, Result
from .figures import FILES, pictures
from .page import answer_of, page, summary
from .validate import validate

if TYPE_CHECKING:
    from rich.console import Console

PARTS: Final = ("scores", "patterns", "countries", "versions", "checks", "reading")
WORLDS: Final = 65_536
_Versions = dict[tuple[str, ...], dict[str, Any]]


class Resolved(_Versions):
    """Versions of a scenario by the settings that make them, resolved as they are asked for."""

    def __init__(self, name: str, settings: list[str]) -> None:
        super().__init__()
        self._name, self._settings = name, settings

    def __missing__(self, changes: tuple[str, ...]) -> dict[str, Any]:
        self[changes] = resolve(self._name, [*self._settings, *changes])
        return self[changes]


@dataclass(frozen=True)
class ValidationExperiment(AtomicExperiment):
    """Parts of a validation of a scenario.

    Attributes
    ----------
    versions : dict of tuple of str to dict
        The scenario by what is changed in it: :class:`Resolved`, or as a manifest keeps them.
    command : str
        That asks for it, as the page names it.
    """

    kind: ClassVar[str] = "validation"
    files: ClassVar[tuple[File, ...]] = FILES
    libraries: ClassVar[tuple[str, ...]] = ("scikit-learn", "scipy", "scoringrules")
    page: ClassVar[str] = "VALIDATION.md"

    name: str
    worlds: int
    seed: int
    parts: list[str]
    settings: list[str]
    versions: _Versions = field(metadata=UNKEPT)
    command: str = field(default="", metadata=UNKEPT)

    @classmethod
    def of(
        cls, scenario: str, parts: Sequence[str], worlds: int, seed: int, settings: Sequence[str]
    ) -> Self:
        """Return the validation that ``palca validate`` asks for; of all parts if none is named.

        Raises
        ------
        PalcaError
            If there is no such part.
        """
        for name in parts:
            if name not in PARTS:
                raise PalcaError(f"unknown part '{name}'{nearest(name, PARTS)}; choose one of "
                                 f"{', '.join(PARTS)}", "--part")  # fmt: skip
        wanted = [name for name in PARTS if not parts or name in parts]
        words = ["palca", "validate", scenario]
        for option, values in (
            ("--part", wanted if parts else ()),
            ("--worlds", (worlds,) if worlds != WORLDS else ()),
            ("--seed", (seed,) if seed else ()),
            ("--set", settings),
        ):
            words += [str(word) for value in values for word in (option, value)]
        kept = [*settings]
        return cls(scenario, worlds, seed, wanted, kept, Resolved(scenario, kept),
                   shlex.join(words))  # fmt: skip

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], folder: Path) -> Self:
        own = {name: manifest[name] for name in cls._kept()}
        return cls(**own, versions=unlisted(manifest["versions_of_it"]))

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        def version(*changes: str) -> dict[str, Any]:
            return self.versions[changes]

        found = validate(version, self.parts, self.worlds, self.seed, jobs, on_progress)

        def show(console: Console, seconds: float) -> None:
            console.print(f"{found.title}: validated\n")
            for line in summary(found):
                console.print(f"- {line}")

        return Result(
            hashlib.sha256(page(found, "").encode()).hexdigest(),
            partial(answer_of, found),
            show,
            figures=pictures(found),
            page=partial(page, found, self.command),
            entries={
                "title": found.title,
                "scenario": version(),
                "versions_of_it": listed(self.versions),
            },
        )
