"""What the commands of the command line share: options, the console, the progress bar."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

import typer
from rich.console import Console
from typer.core import TyperCommand

from palca.model.errors import PalcaError, short
from palca.model.seeds import LARGEST

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ..io.experiment import Answer

_MOST_WORLDS = 100_000_000


class Output(Console):
    """The standard output. If it can't be written to, the command still finishes its work.

    Attributes
    ----------
    lost : str
        Why what was printed is lost, for all of them; empty if it isn't, or if its reader has
        left, as ``head`` does.
    """

    lost: ClassVar[str] = ""

    def print(self, *objects: Any, **options: Any) -> None:
        try:
            super().print(*objects, **options)
        except OSError as error:
            Output.lost = error.strerror or str(error)
            self.on_broken_pipe()

    def on_broken_pipe(self) -> None:
        self.quiet = True
        with suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), self.file.fileno())  # else Python fails again at its end


def make_console() -> Console:
    """Return the console of the standard output."""
    # a pipe has no width of its own: lines of 120 columns stay readable in a file
    width = shutil.get_terminal_size((120, 24)).columns
    return Output(highlight=False, markup=False, emoji=False, width=width)


def scenario_names(incomplete: str) -> list[str]:
    """Return the shipped scenarios whose names begin so, for tab completion."""
    from palca.scenarios.reading.library import shipped_scenarios

    return [name for name in shipped_scenarios() if name.startswith(incomplete)]


ScenarioName = Annotated[
    str,
    typer.Argument(help="Name of a shipped scenario, or a path.", autocompletion=scenario_names),
]
Worlds = Annotated[
    int, typer.Option("--worlds", "-n", help="Number of worlds.", min=1, max=_MOST_WORLDS)
]
WorldsLikeOurs = Annotated[
    int,
    typer.Option(
        "--worlds", "-n", help="Number of worlds like ours, each replayed with and without.",
        min=2, max=1_000_000,
    ),
]  # fmt: skip
Given = Annotated[
    str,
    typer.Option(
        "--given",
        metavar="EVIDENCE",
        help='"record", an evidence file, or events: "coup 1971-08, embassy 1969-12 ± 3".',
    ),
]
SEED: Final = typer.Option("--seed", "-s", help="Seed of all random draws.", min=0, max=LARGEST)
Seed = Annotated[int, SEED]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", help="Number of processes or threads; it does not change the result.",
        min=1, max=256,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="tcp://…",
        help="Address of a Dask scheduler whose workers do the work instead of --jobs processes.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set a parameter, policy.ACTOR, channel.NAME (on, off), start.FIELD, posterior, "
        "priors, lever.ACTOR.LEVER.scale (or set, cap) or intervene[0].at; repeatable.",
    ),
]

Point = Annotated[
    bool,
    typer.Option("--point", help="Give all worlds the single best parameter set of the posterior."),
]

Priors = Annotated[
    str | None,
    typer.Option(
        "--priors",
        metavar="FILE",
        help="Draw parameters from the priors in this file, or of this shipped name, instead of "
        "from the posterior.",
    ),
]
ByPrior = Annotated[
    bool,
    typer.Option(
        "--by-prior", help="Show the main numbers in fifths of the priors that matter to them."
    ),
]

Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Folder to write; by default runs/NAME.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace an earlier run in the folder of --out.")
]
Csv = Annotated[bool, typer.Option("--csv", help="Write a CSV file beside each Parquet file.")]
Full = Annotated[bool, typer.Option("--full", help="Print all tables too.")]
Interventions = Annotated[
    list[str] | None,
    typer.Option(
        "--intervene",
        "-i",
        metavar="CHANGE",
        help='A dated intervention, written as a scenario file has it: \'at = "1971-09", '
        'policy.ussr = "ideological"\'; repeatable.',
    ),
]


def folder_for(out: Path | None, name: str) -> Path:
    """Return the folder to write: ``--out``, or runs/NAME; say so if that is there already."""
    from ..io.run_folder import free_folder

    if out is not None:
        return out
    folder = free_folder(name)
    if folder.name != name:
        print_line(f"{folder.with_name(name)} exists and is kept: this run is written to {folder}")
    return folder


def command(*words: object) -> str:
    """Return a command of Palca as it can be pasted into a shell."""
    return shlex.join(["palca", *(_word(word) for word in words)])


def _word(word: object) -> str:
    """Return a word of a command; a file's name that would be taken for an option as a path."""
    return f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word)


def print_line(text: str) -> None:
    """Print a line as it is, however long: what is to be pasted must not be broken."""
    make_console().print(text, soft_wrap=True)


def chosen(
    settings: list[str] | None, point: bool = False, priors: str | None = None
) -> list[str]:
    """Return the settings of ``--set``, ``--point`` and ``--priors``.

    Raises
    ------
    PalcaError
        If two set the same, so that one of them would not be used.
    """
    from palca.scenarios.settings import set_once

    short_for = [*([f"priors={priors}"] if priors else []), *(["posterior=point"] if point else [])]
    return [*set_once([*(settings or []), *short_for], "--set")]


def of_priors(settings: list[str] | None, priors: str | None = None) -> list[str]:
    """Return the settings of a command that draws all parameters from their priors.

    Raises
    ------
    PalcaError
        If one of them names a posterior, which would not be used.
    """
    kept = chosen(settings, priors=priors)
    for setting in kept:
        name, _, value = (part.strip() for part in setting.partition("="))
        if name == "posterior" and value != "off":
            raise PalcaError("this command samples the parameters from their priors and uses no "
                             "posterior: leave it out", short(f"--set {setting}", 120))  # fmt: skip
    return [*kept, "posterior=off"]


Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="NAME=VALUES",
        help=(
            "A factor: a name as in --set, with its values lo:hi, lo:hi:n, 1971-01..1973-12 or "
            "a,b,c; repeatable."
        ),
    ),
]


class TakesNumbers(TyperCommand):
    """A command whose arguments may be negative numbers, which else were taken for options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        valued = {
            name
            for parameter in self.params
            if not getattr(parameter, "is_flag", True)
            for name in parameter.opts
        }
        for index, (before, arg) in enumerate(zip(["", *args], args, strict=False)):
            if before not in valued and re.match(r"-\.?\d", arg):
                args[index] = f" {arg}"  # no option begins with a space
        return super().parse_args(ctx, args)


class Follower:
    """Moves a progress bar: what is done, how much of it, of how much.

    Attributes
    ----------
    shown : bool
        Whether the answer was printed before all else was known.
    """

    def __init__(self, bar: Progress, task: TaskID, visible: bool) -> None:
        self.shown = False
        self._bar, self._task, self._visible = bar, task, visible

    def __call__(self, doing: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=doing, completed=done, total=total)

    def show(self, answer: Answer) -> None:
        """Print an answer on the standard output, above the bar."""
        self.shown = True
        with self.aside():
            print_answer(answer)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let others print above the bar."""
        if self._visible:
            self._bar.stop()
        yield
        if self._visible:
            self._bar.start()


def print_answer(answer: Answer) -> None:
    """Print an answer: the same lines as in its file, unless the terminal is narrower."""
    from ..io.experiment import WIDTH

    make_console().print(answer, width=WIDTH)


@contextmanager
def progress(unit: str = "", wanted: bool = True) -> Iterator[Follower]:
    """Show a progress bar on the error stream; give what moves it.

    Parameters
    ----------
    unit : str
        Of the rate that it shows, such as "worlds/s"; no rate if empty.
    wanted : bool
        Whether to show it where there is a terminal, or a notebook, to show it on.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} {unit}" if unit and task.speed else "")

    console = Console(stderr=True)
    # FORCE_COLOR makes a terminal of a file, for colours: a bar would fill it
    if console.is_jupyter:
        visible = wanted and find_spec("ipywidgets") is not None
    else:
        visible = wanted and console.is_interactive and console.file.isatty()
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not visible,  # else it writes an empty line into files
    )
    with bar:
        yield Follower(bar, bar.add_task("starting", total=None), visible)
