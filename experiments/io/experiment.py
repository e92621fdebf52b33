"""An experiment: what a command asks, what comes out, and what its folder keeps of both.

Each kind is a class in the ``experiment.py`` of the room where its science is. A command makes one
and hands it to the runner; ``palca rerun`` reads it back from the manifest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, fields
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, Union

from palca.model.errors import PalcaError

from . import provenance, run_folder
from .codebook import File, write_readme
from .csv_copy import write_csv

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console, ConsoleOptions, RenderResult

    from .figure_style import Picture
    from .table import Table

OnProgress = Callable[[str, int, int], None]  # what is done, how much of it, of how much
Content = Union["pd.DataFrame", str, Callable[[Path], None]]  # of a file
UNKEPT: Final = {"unkept": True}  # metadata of a field that is only for the screen
ANSWER: Final = "answer.txt"  # of every folder
WIDTH: Final = 80  # columns of an answer


@dataclass(frozen=True)
class Answer:
    """What was found, in a few lines.

    Attributes
    ----------
    text : str
        One or a few sentences, with their uncertainty.
    table : Table, optional
        The few numbers that carry it.
    """

    text: str
    table: Table | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay it out for a width of the terminal."""
        from .terminal_table import paragraph

        yield from paragraph(self.text, options.max_width)
        if self.table is not None:
            yield ""
            yield self.table

    @property
    def plain(self) -> str:
        """What :data:`ANSWER` holds of it: no line is longer than :data:`WIDTH`."""
        from rich.console import Console

        file = StringIO()
        Console(file=file, width=WIDTH, color_system=None, legacy_windows=False, markup=False,
                force_jupyter=False,
                highlight=False, emoji=False).print(self)  # fmt: skip
        return "\n".join(line.rstrip() for line in file.getvalue().splitlines()).rstrip() + "\n"


@dataclass(frozen=True)
class Result:
    """What came out of an experiment.

    Attributes
    ----------
    digest : str
        SHA-256 of what came out, by which a rerun is judged.
    answer : callable
        Returns what was found, in a few lines; why nothing was, if not `answered`.
    show : callable
        Prints all of it, given the console and the seconds that it took; may return what is to
        stand before "Written: …".
    tables : callable
        Returns tables, texts and what writes a file, by the files' names; not called by a rerun.
    figures : mapping of str to callable
        What draws each figure, by the name of its PNG file.
    page : callable, optional
        Returns the Markdown page that the experiment calls ``page``, given the alternative texts
        of its figures by file.
    entries : dict
        What the manifest keeps beside the request.
    by_prior : callable, optional
        Returns the table of its main numbers in fifths of the priors that matter, if asked for.
    notices : sequence of str
        What is said of this run before the answer, and not kept.
    answered : bool
        If not, there is no folder.
    """

    digest: str
    answer: Callable[[], Answer]
    show: Callable[[Console, float], str | None]
    tables: Callable[[], Mapping[str, Content]] = dict
    figures: Mapping[str, Callable[[], Picture]] = field(default_factory=dict)
    page: Callable[[Mapping[str, str]], str] | None = None
    entries: dict[str, Any] = field(default_factory=dict)
    by_prior: Callable[[], Table] | None = None
    notices: Sequence[str] = ()
    answered: bool = True


def show_early(on_progress: OnProgress, answer: Answer) -> None:
    """Have the answer printed before all else is known, if who follows can print it."""
    show = getattr(on_progress, "show", None)
    if show is not None:
        show(answer)


def own_entry(own: Collection[str]) -> dict[str, list[str]]:
    """Return what a manifest keeps of outcomes that are Python functions: their names alone."""
    return {"own": sorted(own)} if own else {}


def check_repeatable(manifest: Mapping[str, Any], folder: Path) -> None:
    """Raise if a folder has outcomes that only Python's functions could compute again.

    Raises
    ------
    PalcaError
    """
    if own := manifest.get("own"):
        raise PalcaError(
            f"has outcomes that are Python functions ({', '.join(map(str, own))}), which no file "
            "keeps: it can't be repeated; ask again in Python",
            str(folder),
        )


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
    files : tuple of File
        What its folder may hold, each described; those of every folder are left out.
    """

    kind: ClassVar[str]
    rate: ClassVar[str] = ""
    files: ClassVar[tuple[File, ...]] = ()

    @abstractmethod
    def compute(self, folder: Path, jobs: int, on_progress: OnProgress) -> Result:
        """Run it, write all but the figures into an empty folder, and return what came out.

        Raises
        ------
        Unanswered
        """

    @abstractmethod
    def draw(self, result: Result, folder: Path) -> None:
        """Write the figures into a folder that has all else."""

    @abstractmethod
    def making(
        self, folder: Path, force: bool, jobs: int, on_progress: OnProgress, csv: bool = False
    ) -> AbstractContextManager[tuple[Result, Path]]:
        """Run it and write its folder; give what came out, and draw it at the end.

        Beside the result it gives the folder as it is until then, which has all but figures.

        Parameters
        ----------
        csv : bool
            Whether a CSV file is written beside each Parquet file.

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

    def compute(self, folder: Path, jobs: int, on_progress: OnProgress) -> Result:
        result = self.run(jobs, on_progress, folder)
        if not result.answered:
            raise Unanswered(result)
        for name, table in result.tables().items():
            _write(folder / name, table)
        _write(folder / ANSWER, result.answer().plain)
        if result.page:
            _write(folder / self.page, result.page({}))
        entries = {"kind": self.kind, **self.request(), **result.entries}
        if self.libraries:
            entries["libraries"] = provenance.versions_of(self.libraries)
        files = provenance.sums(folder, self.page)
        provenance.write_manifest(folder, **entries, digest=result.digest, files=files)
        return result

    def draw(self, result: Result, folder: Path) -> None:
        alts = provenance.draw(folder, result.figures)
        if result.page:
            _write(folder / self.page, result.page(alts))
        write_readme(folder, self.files)
        provenance.write_sums(folder)

    @contextmanager
    def making(
        self, folder: Path, force: bool, jobs: int, on_progress: OnProgress, csv: bool = False
    ) -> Iterator[tuple[Result, Path]]:
        with run_folder.writing(folder, force) as part:
            result = self.compute(part, jobs, on_progress)
            for path in sorted(part.glob("*.parquet")) if csv else ():
                write_csv([path], path.with_suffix(".csv"))
            yield result, part
            self.draw(result, part)

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
