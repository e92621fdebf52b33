"""An experiment: what a command asks, what comes out, and what its folder keeps of both.

Each kind is a class in the ``experiment.py`` of the room where its science is. A command makes one
and hands it to the runner; ``palca rerun`` reads it back from the manifest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, Union

from . import provenance, run_folder

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from .figure_style import Picture

OnProgress = Callable[[str, int, int], None]  # what is done, how much of it, of how much
Content = Union["pd.DataFrame", str, Callable[[Path], None]]  # of a file
UNKEPT: Final = {"unkept": True}  # metadata of a field that is only for the screen


@dataclass(frozen=True)
class Result:
    """What came out of an experiment.

    Attributes
    ----------
    digest : str
        SHA-256 of what came out, by which a rerun is judged.
    show : callable
        Prints it, given the console and the seconds that it took; may return what is to stand
        before "Written: …".
    tables : callable
        Returns tables, texts and what writes a file, by the files' names; not called by a rerun.
    figures : mapping of str to callable
        What draws each figure, by the name of its PNG file.
    page : callable, optional
        Returns the Markdown page that the experiment calls ``page``, given the alternative texts
        of its figures by file.
    entries : dict
        What the manifest keeps beside the request.
    answered : bool
        If not, `show` says why, and there is no folder.
    """

    digest: str
    show: Callable[[Console, float], str | None]
    tables: Callable[[], Mapping[str, Content]] = dict
    figures: Mapping[str, Callable[[], Picture]] = field(default_factory=dict)
    page: Callable[[Mapping[str, str]], str] | None = None
    entries: dict[str, Any] = field(default_factory=dict)
    answered: bool = True


class Unanswered(Exception):
    """An experiment has come to no answer: its result says why, and no folder is made."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


@dataclass(frozen=True)
class Experiment(ABC):
    """What is asked for.

    Attributes
    ----------
    kind : str
        As the manifest names it.
    rate : str
        Unit of the rate that the progress bar shows; no rate if empty.
    """

    kind: ClassVar[str]
    rate: ClassVar[str] = ""

    @abstractmethod
    def make(self, folder: Path, force: bool, jobs: int, on_progress: OnProgress) -> Result:
        """Run it, write its folder, and return what came out.

        Raises
        ------
        PalcaError
            If there is something in `folder` and `force` isn't given, or it can't be written to.
        Unanswered
        """

    @classmethod
    @abstractmethod
    def differences(
        cls, folder: Path, manifest: dict[str, Any], jobs: int, on_progress: OnProgress
    ) -> dict[str, str]:
        """Run a folder's experiment again; return what comes out otherwise, and how."""

    @classmethod
    def compared_by_rerun(cls, folder: Path) -> list[str]:
        """Return the files that :meth:`differences` compares itself, by what comes out."""
        return []


class AtomicExperiment(Experiment):
    """An experiment whose folder is made whole or not at all.

    A subclass is a frozen dataclass; the manifest keeps its fields by their names, but those whose
    metadata are :data:`UNKEPT`.

    Attributes
    ----------
    libraries : tuple of str
        Packages, beside those of every run, on whose versions the result may depend.
    page : str
        Name of a Markdown page in the folder, if it has one.
    """

    libraries: ClassVar[tuple[str, ...]] = ()
    page: ClassVar[str] = ""

    @abstractmethod
    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        """Return what comes out; what is too large to be held goes to `folder`, if there is one."""

    def request(self) -> dict[str, Any]:
        """Return what the manifest keeps of it: all that a rerun needs."""
        return {name: getattr(self, name) for name in self._kept()}

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], folder: Path) -> Self:
        """Return the experiment that a manifest keeps."""
        return cls(**{name: manifest[name] for name in cls._kept() if name in manifest})

    def make(self, folder: Path, force: bool, jobs: int, on_progress: OnProgress) -> Result:
        with run_folder.writing(folder, force) as part:
            result = self.run(jobs, on_progress, part)
            if not result.answered:
                raise Unanswered(result)
            for name, table in result.tables().items():
                _write(part / name, table)
            if result.page:
                _write(part / self.page, result.page({}))
            entries = {"kind": self.kind, **self.request(), **result.entries}
            if self.libraries:
                entries["libraries"] = provenance.versions_of(self.libraries)
            files = provenance.sums(part, self.page)
            provenance.write_manifest(part, **entries, digest=result.digest, files=files)
            alts = provenance.draw(part, result.figures)
            if result.page:
                _write(part / self.page, result.page(alts))
            provenance.write_sums(part)
        return result

    @classmethod
    def differences(
        cls, folder: Path, manifest: dict[str, Any], jobs: int, on_progress: OnProgress
    ) -> dict[str, str]:
        then = manifest["digest"]
        digest = cls.from_manifest(manifest, folder).run(jobs, on_progress).digest
        if digest == then:
            return {}
        return {"digest": f"is different: {digest[:16]}, and was {then[:16]}"}

    @classmethod
    def _kept(cls) -> list[str]:
        return [entry.name for entry in fields(cls) if "unkept" not in entry.metadata]


def _write(path: Path, content: Content) -> None:
    """Write a file: a table as the ending says, a text, or by what is given to write it."""
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif callable(content):
        content(path)
    elif path.suffix == ".csv":
        content.to_csv(path, index=False)
    else:
        content.to_parquet(path, index=False)
