"""The experiments on what would have been: ``palca compare``, ``counterfactual``, ``claims``."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from palca.scenarios import build

from ..io.experiment import UNKEPT, AtomicExperiment, OnProgress, Result
from ..io.figure_style import Picture
from . import paired
from .answer import RECORD, Answer, Inputs, Question, ask
from .arms import draw_on_one_axis, print_arms, rows_of_arms, tables_of_arms
from .claims import ask_all, findings, headline_rows, print_claims
from .figure import draw_counterfactual
from .files import digest, row_of, tables
from .paired_report import draw_comparison, print_comparison
from .report import print_answer
from .words import too_rare

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


@dataclass(frozen=True)
class ComparisonExperiment(AtomicExperiment):
    """Two resolved scenarios in the same worlds; `names` are shown for them."""

    kind: ClassVar[str] = "comparison"

    scenario: dict[str, Any]
    second: dict[str, Any]
    worlds: int
    seed: int
    names: tuple[str, str] = field(default=("", ""), metadata=UNKEPT)

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        for resolved in (self.scenario, self.second):
            build(resolved)  # before processes start
        parts, done = [], 0
        for block in paired.pair_blocks(self.scenario, self.second, self.worlds, self.seed, jobs):
            parts.append(block)
            done += len(block.worlds)
            on_progress("comparing worlds", done, self.worlds)
        pairs = paired.join_pairs(parts)
        digest = paired.digest(pairs)

        def show(console: Console, seconds: float) -> str:
            print_comparison(console, self.names, pairs)
            return f"Digest {digest[:16]}. "

        figures = {"differences.png": partial(draw_comparison, self.names, pairs)}
        return Result(digest, show, partial(_compared, pairs), figures)


def _compared(pairs: paired.Pairs) -> dict[str, pd.DataFrame]:
    """Return the tables of a comparison."""
    import pandas as pd

    rows = [{**asdict(row), "gain": row.gain} for row in paired.contrasts(pairs)]
    columns = {"world": pairs.worlds, "diverged": pairs.diverged,
               "reconverged": pairs.reconverged}  # fmt: skip
    columns |= {f"{name}_1": values for name, values in pairs.first.items()}
    columns |= {f"{name}_2": values for name, values in pairs.second.items()}
    return {"differences.csv": pd.DataFrame(rows), "worlds.parquet": pd.DataFrame(columns)}


@dataclass(frozen=True)
class CounterfactualExperiment(AtomicExperiment):
    """A question, and what its files held if they are not to be read again.

    `stories` is the number of worlds that are printed with their twins.
    """

    kind: ClassVar[str] = "counterfactual"

    question: Question
    inputs: Inputs | None = None
    stories: int = 0

    def request(self) -> dict[str, Any]:
        asked = self.question
        return {"seed": asked.seed, "worlds": asked.worlds, "question": asdict(asked)}

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], folder: Path) -> Self:
        # the digest is that of the twins, which neither variants nor frozen channels change
        question = Question(**{**manifest["question"], "variants": False, "freeze": ()})
        return cls(question, Inputs(**manifest["inputs"]))

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        answer = ask(self.question, jobs, on_progress, self.inputs)

        def show(console: Console, seconds: float) -> str:
            print_answer(console, answer, self.stories)
            return f"{seconds:.0f} s. "

        return Result(
            digest(answer), show, partial(tables, answer),
            {"counterfactual.png": partial(draw_counterfactual, answer)},
            entries={"inputs": asdict(answer.inputs)}, answered=bool(answer.parts),
        )  # fmt: skip


@dataclass(frozen=True)
class ArmsExperiment(AtomicExperiment):
    """Several changes as arms of one question.

    `questions` are asked in their order, each the fields of a :class:`Question`; `inputs` hold what
    the files of each held, if they are not to be read again.
    """

    kind: ClassVar[str] = "arms"

    questions: list[dict[str, Any]]
    inputs: list[dict[str, Any]] = field(default_factory=list, metadata=UNKEPT)

    def request(self) -> dict[str, Any]:
        return {"worlds": self.questions[0]["worlds"], "questions": self.questions}

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], folder: Path) -> Self:
        plain = [{**question, "variants": False, "freeze": ()}
                 for question in manifest["questions"]]  # fmt: skip
        return cls(plain, manifest["inputs"])

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        arms: dict[str, Answer] = {}
        for number, fields in enumerate(self.questions):
            question = Question(**fields)
            inputs = Inputs(**self.inputs[number]) if self.inputs else None
            name = Path(question.scenario).stem

            def on_part(doing: str, done: int, total: int, of: str = name) -> None:
                on_progress(f"{of}: {doing}", done, total)

            arms[name] = ask(question, jobs, on_part, inputs)
        total = hashlib.sha256()
        for name, answer in arms.items():
            total.update(f"{name} {digest(answer)}".encode())
        rows = rows_of_arms(arms)
        return Result(
            total.hexdigest(),
            lambda console, _: print_arms(console, arms),
            partial(tables_of_arms, arms),
            {"arms.png": partial(
                draw_on_one_axis, rows, max(answer.main for answer in arms.values()),
                "Effect of each change on coup attempts, in worlds like ours")},
            entries={"inputs": [asdict(answer.inputs) for answer in arms.values()]},
            answered=bool(rows),
        )  # fmt: skip


@dataclass(frozen=True)
class ClaimsExperiment(AtomicExperiment):
    """The claims of the source study as questions."""

    kind: ClassVar[str] = "claims"

    worlds: int
    seed: int

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        answers = ask_all(self.worlds, self.seed, jobs, on_progress)
        unanswered = [answer for answer in answers.values() if RECORD not in answer.parts]
        total = hashlib.sha256()
        for name, answer in answers.items():
            total.update(f"{name} {digest(answer)}".encode())

        def show(console: Console, seconds: float) -> None:
            for answer in unanswered:
                console.print(f"{answer.counter['title']}:", *too_rare(answer), sep="\n")
            if not unanswered:
                print_claims(console, answers)

        return Result(
            total.hexdigest(), show, partial(_claimed, answers),
            {"claims.png": partial(_draw_claims, answers)}, answered=not unanswered,
        )  # fmt: skip


def _draw_claims(answers: dict[str, Answer]) -> Picture:
    rows = [row for row in headline_rows(answers) if not row.frozen]
    title = "Effect of each change on coup attempts, in worlds like ours"
    return draw_on_one_axis(rows, next(iter(answers.values())).main, title)


def _claimed(answers: dict[str, Answer]) -> dict[str, pd.DataFrame]:
    """Return the tables of the claims."""
    import pandas as pd

    rows = [
        {"change": row.change, "frozen": row.frozen, "given": row.part.given,
         **row_of(row.attempts)}
        for row in headline_rows(answers)
    ]  # fmt: skip
    claims = pd.DataFrame([asdict(row) for row in findings(answers)])
    return {"claims.csv": claims, "headline.csv": pd.DataFrame(rows)}
