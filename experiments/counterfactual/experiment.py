"""The experiments on what would have been: ``palca compare``, ``counterfactual``, ``claims``."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from palca.scenarios import build

from ..io.experiment import UNKEPT, AtomicExperiment, OnProgress, Result
from . import paired
from .answer import Answer, Inputs, Question, ask
from .claims import ask_all, draw_claims, findings, headline_rows, print_claims
from .figure import draw_counterfactual
from .files import digest, row_of, tables
from .paired_report import draw_comparison, print_comparison
from .report import print_answer, too_few

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
            entries={"inputs": asdict(answer.inputs)}, answered=answer.twins is not None,
        )  # fmt: skip


@dataclass(frozen=True)
class ClaimsExperiment(AtomicExperiment):
    """The claims of the source study as questions."""

    kind: ClassVar[str] = "claims"

    worlds: int
    twins: int
    seed: int

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        answers = ask_all(self.worlds, self.twins, self.seed, jobs, on_progress)
        too_rare = [answer for answer in answers.values() if answer.twins is None]
        total = hashlib.sha256()
        for name, answer in answers.items():
            total.update(f"{name} {digest(answer)}".encode())

        def show(console: Console, seconds: float) -> None:
            for answer in too_rare:
                console.print(f"{answer.counter['title']}:", *too_few(answer), sep="\n")
            if not too_rare:
                print_claims(console, answers)

        return Result(
            total.hexdigest(), show, partial(_claimed, answers),
            {"claims.png": partial(draw_claims, answers)}, answered=not too_rare,
        )  # fmt: skip


def _claimed(answers: dict[str, Answer]) -> dict[str, pd.DataFrame]:
    """Return the tables of the claims."""
    import pandas as pd

    rows = [
        {"change": label, "frozen": channel, **row_of(effect)}
        for label, channel, effect, _, _ in headline_rows(answers)
    ]
    claims = pd.DataFrame([asdict(row) for row in findings(answers)])
    return {"claims.csv": claims, "headline.csv": pd.DataFrame(rows)}
