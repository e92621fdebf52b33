"""What comes out of a question: the tables and figures of its folder."""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self, overload

import pandas as pd

from palca.experiments.io import provenance, run_folder
from palca.experiments.io.experiment import ANSWER, Experiment, Result
from palca.experiments.io.safe_folder import Folder
from palca.model.errors import PalcaError

from .arguments import python_names
from .tables import Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Table:
    """A table of a folder as an attribute of what came out."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Table: ...
    @overload
    def __get__(self, instance: Finding, owner: type) -> pd.DataFrame: ...
    def __get__(self, instance: Finding | None, owner: type) -> Table | pd.DataFrame:
        return self if instance is None else instance.tables[self._name]


class Finding:
    """What came out of a question.

    Attributes
    ----------
    folder : Path
        Where its tables are: a folder of this process until it is saved.
    tables : mapping of str to DataFrame
        All tables, by the names of their files.
    manifest : dict
        All that is needed to run it again.
    """

    def __init__(
        self, folder: Path, experiment: Experiment | None = None, result: Result | None = None,
        keeps: TemporaryDirectory[str] | None = None,
    ) -> None:  # fmt: skip
        self.folder, self._experiment, self._result, self._keeps = folder, experiment, result, keeps
        self.manifest = provenance.read_manifest(folder)
        self.tables = Tables(folder, str(self.manifest.get("digest", "")))

    @cached_property
    def answer(self) -> str:
        """The answer in words and a few numbers."""
        content = Folder(self.folder).content(ANSWER)
        return "" if content is None else content.decode()

    def plot(self, ax: Axes | None = None, figure: str | None = None) -> Figure:
        """Draw a figure.

        Parameters
        ----------
        ax : Axes, optional
            Where: the figure takes its place, with all its panels. Without it a figure is made.
        figure : str, optional
            The name of its file; the first if none is named.

        Returns
        -------
        Figure
            Where it was drawn.
        """
        import matplotlib.pyplot as plt

        from palca.experiments.io.figure_style import drawn_into

        names = self.figures
        name = figure if figure is None or figure.endswith(".png") else f"{figure}.png"
        if not names or (name is not None and name not in names):
            raise PalcaError(f"there is no figure '{figure or ''}'; there are: "
                             f"{', '.join(names) or 'none'}", "figure")  # fmt: skip
        if ax is None:
            place: Any = plt.figure(layout="constrained")
        else:
            spec, place = ax.get_subplotspec(), ax.figure
            if spec is None or place is None:  # None once removed
                raise PalcaError("has no place in a grid, or another figure has taken it: give "
                                 "axes of plt.subplots()", "ax")  # fmt: skip
            ax.remove()
            place = place.add_subfigure(spec)
        name = name or names[0]
        if self._result is None:  # a folder keeps the picture
            _show(place, self.folder / name)
        else:
            with drawn_into(place):
                self._result.figures[name]()
        return place.figure

    @property
    def figures(self) -> list[str]:
        """The names of its figures."""
        if self._result is not None:
            return list(self._result.figures)
        return sorted(path.name for path in self.folder.glob("*.png"))

    def save(self, folder: str | os.PathLike[str], replace: bool = False) -> Self:
        """Write the folder that the command writes, figures included.

        What is here stays in a folder of this process, whatever becomes of the other.

        Parameters
        ----------
        folder : str or path
        replace : bool
            Whether to replace an earlier one.
        """
        target = Path(folder).absolute()
        if target.is_relative_to(self.folder):
            raise PalcaError("lies in the folder that is to be saved", str(target))
        with python_names(), run_folder.writing(target, replace) as part:
            shutil.copytree(self.folder, part, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns(run_folder.LOCK))  # fmt: skip
            if self._experiment is not None and self._result is not None:
                self._experiment.draw(self._result, part)
        return self

    def __repr__(self) -> str:
        about = f"<palca {self.manifest.get('kind', 'run')}: {self._about()}>"
        return f"{about}\n{self.answer}".rstrip()

    def _about(self) -> str:
        title = str(self.manifest.get("title", ""))
        worlds = f"{self.manifest.get('worlds', 0):,} worlds"
        return ", ".join(filter(None, (title, worlds, f"tables {', '.join(sorted(self.tables))}")))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>{next(self._pictures(), '')}"

    def _pictures(self) -> Iterator[str]:
        if self._result is not None:
            for draw in self._result.figures.values():
                drawn = draw()
                yield _image(drawn.address(), drawn.alt)
        else:
            for kept in Folder(self.folder).pictures():
                yield _image(kept.address, kept.alt)


def _image(address: str, alt: str) -> str:
    return f'<img style="max-width:100%" src="{address}" alt="{html.escape(alt)}">'


def _show(place: Any, path: Path) -> None:
    """Show a picture that a folder keeps."""
    from matplotlib.image import imread

    axes = place.subplots()
    axes.imshow(imread(path))
    axes.axis("off")
