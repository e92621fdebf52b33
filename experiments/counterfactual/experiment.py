"""The experiments on what would have been: ``palca compare``, ``counterfactual``, ``claims``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from palca.model.calendar import month_name
from palca.model.errors import PalcaError, nearest, short
from palca.scenarios import build, resolve, shipped_scenarios

from ..cases.credits import credit_rows, trade
from ..infer.fifths import FIFTHS, Rows, WorldsByPrior, fifths_table, outcomes_file
from ..io.codebook import File
from ..io.experiment import UNKEPT, AtomicExperiment, OnProgress, Result, show_early
from ..io.figure_style import Picture
from ..io.provenance import digest_of
from . import paired, short_answers
from .answer import RECORD, Answer
from .arms import FILES as ARMS_FILES
from .arms import draw_on_one_axis, print_arms, rows_of_arms, tables_of_arms
from .asking import ask, ask_effects
from .claims import FILES as CLAIMS_FILES
from .claims import HEADLINE, ask_all, findings, headline_rows, print_claims
from .expectations import EXPECTATIONS_FILE, expectations_of, judged_rows, rank
from .figure import draw_counterfactual
from .files import (
    FIGURE,
    FILES,
    attempts_by_prior,
    digest,
    fifth_rows,
    fifths_of,
    row_of,
    tables,
)
from .paired_report import FILES as COMPARISON_FILES
from .paired_report import draw_comparison, print_comparison
from .question import Inputs, Question, read_inputs
from .report import print_conclusion, print_details, print_expectations

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


@dataclass(frozen=True)
class ComparisonExperiment(AtomicExperiment):
    """Two resolved scenarios in the same worlds; `names` are shown for them."""

    kind: ClassVar[str] = "comparison"
    files: ClassVar[tuple[File, ...]] = COMPARISON_FILES

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
        drawn_alike = all(self.scenario.get(of) == self.second.get(of)
                          for of in ("posterior", "priors"))  # fmt: skip

        def show(console: Console, seconds: float) -> str:
            print_comparison(console, self.names, pairs)
            return f"Digest {digest[:16]}. "

        @cache
        def by_prior() -> Rows:
            worlds = WorldsByPrior.free_running(build(self.scenario), self.worlds, self.seed)
            both = pairs.first.keys() & pairs.second.keys()
            differences = {name: pairs.second[name] - pairs.first[name] for name in both}
            return worlds.outcome_rows(differences, differences)

        return Result(
            digest, partial(short_answers.of_comparison, self.names, pairs, drawn_alike), show,
            lambda: {**_compared(pairs), "fifths.csv": outcomes_file(by_prior())},
            {"differences.png": partial(draw_comparison, self.names, pairs)},
            by_prior=lambda: fifths_table(
                f"{self.names[1]} minus {self.names[0]}, in fifths of the priors that matter most",
                by_prior(), itemgetter("title"), sign="+",
            ),
        )  # fmt: skip


def _compared(pairs: paired.Pairs) -> dict[str, pd.DataFrame]:
    """Return the tables of a comparison."""
    import pandas as pd

    rows = [{**asdict(row), "gain": row.gain} for row in paired.contrasts(pairs)]
    months = [month_name(pairs.since + month) if month >= 0 else None
              for month in pairs.diverged.tolist()]  # fmt: skip
    alike = pd.array(pairs.reconverged, dtype="boolean")
    alike[pairs.diverged < 0] = pd.NA
    columns = {"world": pairs.worlds, "diverged": pd.Series(months, dtype="str"),
               "reconverged": alike}  # fmt: skip
    columns |= {f"{name}_first": values for name, values in pairs.first.items()}
    columns |= {f"{name}_second": values for name, values in pairs.second.items()}
    return {"differences.csv": pd.DataFrame(rows), "worlds.parquet": pd.DataFrame(columns)}


@dataclass(frozen=True)
class CounterfactualExperiment(AtomicExperiment):
    """A question, and what its files held if they are not to be read again.

    `stories` is the number of worlds that are printed with their twins.
    """

    kind: ClassVar[str] = "counterfactual"
    files: ClassVar[tuple[File, ...]] = (*FILES, FIGURE)

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
        def on_effects(answer: Answer) -> None:
            if not self.question.variants:  # else the answer hangs on them too
                show_early(on_progress, short_answers.of_question(answer))

        answer = ask(self.question, jobs, on_progress, self.inputs, on_effects)

        def show(console: Console, seconds: float) -> str:
            print_conclusion(console, answer)
            if answer.parts:
                print_details(console, answer, self.stories)
            return f"{seconds:.0f} s. "

        return Result(
            digest(answer), partial(short_answers.of_question, answer), show,
            partial(tables, answer),
            {"counterfactual.png": partial(draw_counterfactual, answer)},
            entries={"inputs": asdict(answer.inputs)}, answered=bool(answer.parts),
            by_prior=lambda: attempts_by_prior(fifth_rows(answer)),
        )  # fmt: skip


@dataclass(frozen=True)
class ArmsExperiment(AtomicExperiment):
    """Several changes as arms of one question.

    `questions` are asked in their order, each the fields of a :class:`Question`; `inputs` hold what
    the files of each held, if they are not to be read again.
    """

    kind: ClassVar[str] = "arms"
    files: ClassVar[tuple[File, ...]] = ARMS_FILES

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
            partial(short_answers.of_arms, arms),
            lambda console, _: print_arms(console, arms),
            partial(tables_of_arms, arms),
            {"arms.png": partial(
                draw_on_one_axis, rows, max(answer.main for answer in arms.values()),
                "Effect of each change on coup attempts, in worlds like ours")},
            entries={"inputs": [asdict(answer.inputs) for answer in arms.values()]},
            answered=bool(rows),
            by_prior=lambda: attempts_by_prior(fifths_of(arms)),
        )  # fmt: skip


@dataclass(frozen=True)
class ExpectationsExperiment(AtomicExperiment):
    """What the authors of shipped scenarios expected, and what comes out.

    `registered` holds the digest of each scenario's file as it was when this was asked.
    """

    kind: ClassVar[str] = "expectations"
    files: ClassVar[tuple[File, ...]] = (EXPECTATIONS_FILE,)

    registered: dict[str, str]
    worlds: int
    seed: int

    @classmethod
    def of(cls, scenarios: Sequence[str], worlds: int, seed: int) -> Self:
        """Return the experiment on some shipped scenarios as their files are now."""
        shipped = shipped_scenarios()
        for name in scenarios:
            if name not in shipped:
                raise PalcaError(
                    f"'{short(name)}' is no shipped scenario{nearest(name, shipped)}; palca "
                    "counterfactual tells hits and misses of a file of your own",
                    "expectations",
                )
        resolved = {name: resolve(name) for name in scenarios}
        asked = {name: of["registered"] for name, of in resolved.items() if expectations_of(of)}
        return cls(asked, worlds, seed)

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for number, (name, digest_then) in enumerate(self.registered.items(), start=1):
            question = Question(name, worlds=self.worlds, seed=self.seed, freeze=())
            inputs = read_inputs(question)
            if inputs.scenario["registered"] != digest_then:
                raise PalcaError(
                    "has changed since its expectations were registered: run palca expectations "
                    "again",
                    inputs.scenario["place"],
                )
            of = f"{name} ({number} of {len(self.registered)})"

            def on_part(doing: str, done: int, total: int, of: str = of) -> None:
                on_progress(f"{of}: {doing}", done, total)

            answer, _ = ask_effects(question, inputs, jobs, on_part)
            for given, part in answer.parts.items():
                rows += judged_rows(name, given, part.expected)
        rows.sort(key=rank)
        table = pd.DataFrame(rows)
        return Result(
            digest_of(table), partial(short_answers.of_expectations, rows),
            lambda console, _: print_expectations(console, rows),
            lambda: {"expectations.csv": table}, answered=bool(rows),
        )  # fmt: skip


@dataclass(frozen=True)
class ClaimsExperiment(AtomicExperiment):
    """The claims of the source study as questions.

    `settings` are those of all scenarios. With them `inputs` hold what the files of each held, for
    a rerun; without, Palca has them.
    """

    kind: ClassVar[str] = "claims"
    files: ClassVar[tuple[File, ...]] = CLAIMS_FILES

    worlds: int
    seed: int
    settings: list[str] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list, metadata=UNKEPT)

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], folder: Path) -> Self:
        own = {name: manifest[name] for name in cls._kept() if name in manifest}
        return cls(**own, inputs=manifest.get("inputs", []))

    def run(self, jobs: int, on_progress: OnProgress, folder: Path | None = None) -> Result:
        inputs = [Inputs(**one) for one in self.inputs]
        answers = ask_all(self.worlds, self.seed, jobs, on_progress, self.settings, inputs)
        unanswered = [answer for answer in answers.values() if RECORD not in answer.parts]
        total = hashlib.sha256()
        for name, answer in answers.items():
            total.update(f"{name} {digest(answer)}".encode())

        return Result(
            total.hexdigest(), partial(short_answers.of_claims, answers),
            lambda console, _: print_claims(console, answers), partial(_claimed, answers),
            {"claims.png": partial(_draw_claims, answers)}, answered=not unanswered,
            entries={"inputs": [asdict(answer.inputs) for answer in answers.values()]}
            if self.settings else {},
            by_prior=lambda: attempts_by_prior(fifths_of(_headline(answers))),
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
    columns = ["change", "given", "months_on", "quantity", *FIFTHS]
    fifths = pd.DataFrame(fifths_of(_headline(answers)), columns=columns)
    return {"claims.csv": claims, "headline.csv": pd.DataFrame(rows), "fifths.csv": fifths,
            "credit.csv": pd.DataFrame(credit_rows()), "trade.csv": trade()}  # fmt: skip


def _headline(answers: dict[str, Answer]) -> dict[str, Answer]:
    """Return the answers of the changes on one axis by their labels."""
    return {label: answers[name] for label, name, _ in HEADLINE}
