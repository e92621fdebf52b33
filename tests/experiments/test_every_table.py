"""Whatever Palca prints keeps its numbers at every width of the terminal, and says what it drops."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from example_findings import answer, one_claim, pairs, swept
from rich.console import Console

from palca.experiments.cli.catalogue import LISTS, print_list
from palca.experiments.cli.concepts import concepts
from palca.experiments.cli.options import Output
from palca.experiments.cli.record import print_record, print_series
from palca.experiments.concepts.contrast import contrast
from palca.experiments.concepts.tables import answer_of as concept_answer
from palca.experiments.concepts.tables import print_concept
from palca.experiments.counterfactual import claims, short_answers
from palca.experiments.counterfactual.answer import FORK, Answer
from palca.experiments.counterfactual.arms import print_arms
from palca.experiments.counterfactual.effects import Effect
from palca.experiments.counterfactual.expectations import Expectation, judged_rows
from palca.experiments.counterfactual.files import tables
from palca.experiments.counterfactual.paired_report import print_comparison
from palca.experiments.counterfactual.report import (
    print_conclusion,
    print_details,
    print_expectations,
)
from palca.experiments.explore.discovery import Box, Discovery
from palca.experiments.explore.discovery_report import answer_of as discovery_answer
from palca.experiments.explore.discovery_report import print_discovery
from palca.experiments.explore.sensitivity import Measured, Noise
from palca.experiments.explore.sensitivity_report import answer_of as sensitivity_answer
from palca.experiments.explore.sensitivity_report import print_indices
from palca.experiments.explore.sweep_table import answer_of as sweep_answer
from palca.experiments.explore.sweep_table import chosen_outcomes, explained, means, print_sweep
from palca.experiments.forecast.naive import naive
from palca.experiments.forecast.scores import evaluate
from palca.experiments.infer.calibrate import Calibration, Forecast
from palca.experiments.infer.short_answer import answer_of as calibration_answer
from palca.experiments.infer.tables import print_calibration
from palca.experiments.io.experiment import Answer as ShortAnswer
from palca.experiments.io.table import Table
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import documented
from palca.experiments.observe.outcomes import OUTCOMES, outcomes
from palca.experiments.reanalysis.report import print_why, why_in_short
from palca.experiments.reanalysis.why import CAUSES, Necessity, Why
from palca.experiments.run.answer import answer_of as run_answer
from palca.experiments.run.explain import answer_of as explained_in_short
from palca.experiments.run.explain import explain, print_explanation
from palca.experiments.run.report import print_report
from palca.experiments.simulate import priors
from palca.experiments.simulate.ensemble import run_blocks, summarise
from palca.model.state.parameters import PRIORS
from palca.scenarios import build, resolve
from palca.scenarios.concept import load_concept, shipped_concepts

WIDTHS = range(60, 201)
WIDE = 2000  # nothing is wrapped or left out
NUMBER = re.compile(r"[-+−]?\d+(?:[.,:/–]\d+)*")
CHANCE = np.random.default_rng(0)
LONG = "a-scenario-of-my-own-that-is-called-by-a-long-name-of-1971-and-1972.toml"


class Reader(Console):
    """A console that keeps what it prints, the answers and the tables."""

    def __init__(self, width: int) -> None:
        super().__init__(
            width=width, file=io.StringIO(), highlight=False, markup=False, emoji=False
        )
        self.tables: list[Table] = []
        self.answers: list[ShortAnswer] = []

    def print(self, *objects: Any, **options: Any) -> None:
        self.answers += [thing for thing in objects if isinstance(thing, ShortAnswer)]
        self.tables += [thing for thing in objects if isinstance(thing, Table)]
        self.tables += [thing.table for thing in objects
                        if isinstance(thing, ShortAnswer) and thing.table]  # fmt: skip
        super().print(*objects, **options)

    @property
    def text(self) -> str:
        return self.file.getvalue()  # type: ignore[attr-defined]


Print = Callable[[Console], None]


def answered(found: ShortAnswer, report: Print) -> Print:
    """Return what prints an answer and then all tables."""

    def printed(console: Console) -> None:
        console.print(found)
        report(console)

    return printed


@cache
def varied() -> Answer:
    found = answer()
    effects = {name: found.parts[FORK].effects[name, found.main] for name in
               ("attempts", "successes", "rules", "friction", "ussr_delivered")}  # fmt: skip
    return replace(found, variants={"a hundred": effects, "too few": {}})


def run() -> Print:
    resolved = resolve("baseline")
    scenario, record = build(resolved), load_record()
    summary, rows = summarise(run_blocks(resolved, 40, 0), lambda block: None, scenario.months,
                              len(scenario.country.leaders))  # fmt: skip
    history = documented(record, scenario)
    truth = {name: float(values[0]) for name, values in outcomes(history).items()}
    outcome_scores = evaluate(rows, truth, outcomes(naive(scenario, record, 400, 0)))
    return answered(
        run_answer(scenario, rows, outcome_scores, scored=True),
        lambda console: print_report(console, scenario, summary, outcome_scores, history,
                                     worlds=40, seed=0, seconds=1.5),
    )  # fmt: skip


def comparison(worlds: int) -> Print:
    names = ("baseline", LONG)
    return answered(short_answers.of_comparison(names, pairs(worlds), worlds % 2 == 0),
                    lambda console: print_comparison(console, names, pairs(worlds)))  # fmt: skip


def claimed(console: Console) -> None:
    with one_claim() as answers:
        console.print(short_answers.of_claims(answers))
        claims.print_claims(console, answers)


def armed(console: Console) -> None:
    arms = {LONG: answer(), "soviet-break-1971": answer()}
    console.print(short_answers.of_arms(arms))
    print_arms(console, arms)


def expected() -> Print:
    pairs = [(Expectation(name, sign, least, 36),
              Effect(name, 68, 0.0, 0.0, size, abs(size) / 8, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0))
             for name, sign, least, size in (("attempts", "+", 0.2, -12.345), ("rules", "0", 0.1, 0.02),
                                             ("ussr_commitments", "-", 123.4, -1234.5))]  # fmt: skip
    rows = [row for given in ("fork", "record") for row in judged_rows(LONG, given, pairs)]
    return answered(short_answers.of_expectations(rows),
                    lambda console: print_expectations(console, rows))  # fmt: skip


def sweep() -> Print:
    chosen = chosen_outcomes(None)
    plan, worlds = swept(3, chosen)
    table = means(plan, worlds, chosen)
    share = explained(plan, worlds, chosen)
    return answered(sweep_answer(plan, table, share, chosen),
                    lambda console: print_sweep(console, plan, table, share, chosen))  # fmt: skip


def sensitivity(measure: str) -> Print:
    chosen, value = chosen_outcomes(None), np.array([0.4, 0.2, np.nan])
    measured = [Measured(o.name, of, value * scale, value * scale - 0.3, value * scale + 0.1)
                for o in chosen for of, scale in ((measure, 1.0), ("mean", -1.0))]  # fmt: skip
    noise = [Noise(o.name, 0.6, 1.0) for o in chosen]
    names = ["backlash", "cost", "purge"]
    return answered(sensitivity_answer(names, chosen, measured, noise),
                    lambda console: print_indices(console, names, chosen, measured, noise,
                                                  measure))  # fmt: skip


def discovery() -> Print:
    boxes = [Box(f"cost > 0.5 and backlash <= 0.0{i} and policy.us is disengaged", 900 + i, 8,
                 0.1 * i, 0.1 * i + 0.05, 0.9) for i in range(6)]  # fmt: skip
    found = Discovery("coups > 1", 0.25, boxes, (0.9, 0.8, 0.95), {"cost": 0.3}, np.zeros(9, bool))
    return answered(discovery_answer(found, 100_000),
                    lambda console: print_discovery(console, found, 100_000))  # fmt: skip


def calibration() -> Print:
    rows = {o.name: CHANCE.normal(5, 3, 60) for o in OUTCOMES}
    outcome_scores = evaluate(rows, {name: float(values[3]) for name, values in rows.items()},
                     {name: values + 1 for name, values in rows.items()})  # fmt: skip
    count = len(priors.FREE)

    def again() -> Any:
        return SimpleNamespace(
            ranks=CHANCE.integers(0, 100, (200, count)), draws=99, radii=np.ones(200),
            truth=CHANCE.normal(size=(200, count)), mean=CHANCE.normal(size=(200, count)),
            uniformity=lambda: np.linspace(0.001, 1, count),
            coverage=lambda central: np.linspace(0.8, 1, count),
        )  # fmt: skip

    draws: Any = {name: PRIORS[name].ppf(np.linspace(0.2, 0.6, 40)) for name in priors.FREE}
    posterior: Any = SimpleNamespace(
        worlds=np.arange(617), ess=321.0, sureness=210.0, radius=2.0,
        mean=np.linspace(-1, 1, count), sd=np.linspace(0.3, 1, count),
    )  # fmt: skip
    found = Calibration(
        PRIORS,
        1974,
        123_456,
        draws,
        posterior,
        list(OUTCOMES[:2]),
        outcome_scores,
        outcome_scores,
        again(),
        again(),
        Forecast(outcome_scores, outcome_scores, outcome_scores),
        0.31,
    )
    return answered(calibration_answer("a title", found),
                    lambda console: print_calibration(console, "a title", found))  # fmt: skip


def gallery(console: Console) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("palca.experiments.cli.options.make_console", lambda: console)
        concepts()


def concept() -> Print:
    found = contrast(load_concept(next(iter(shipped_concepts()))), 30, 0)
    return answered(concept_answer(found), lambda console: print_concept(console, found))


def why() -> Print:
    explanation = explain(resolve("baseline"), 0, 3, 32)
    return answered(explained_in_short(explanation),
                    lambda console: print_explanation(console, explanation))  # fmt: skip


def why_record(attempted: bool) -> Print:
    rules = [("regime", f"a rule of a name that is long enough to be wrapped, number {i}", 0.5)
             for i in range(9)]  # fmt: skip
    causes = [Necessity(cause, 0.01 * i, 0.002) for i, cause in enumerate(CAUSES)]
    terms: dict[str, dict[str, float]] = {side: dict.fromkeys(("all share", "fear of labour"), 0.25) for side in ("rebels", "loyal")}
    found = Why(31, 4096, 201.0, "Juan José Torres", rules, 1.0 * attempted, 0.99 * attempted, terms,
                {"La Paz": 0.3}, {"La Paz": {"all share": 0.2}}, {"La Paz": [0.1, 0.4]}, {"La Paz": 1.5},
                causes if attempted else [])  # fmt: skip
    return answered(why_in_short(found), lambda console: print_why(console, found))


def print_found(console: Console) -> None:
    console.print(short_answers.of_question(varied()))
    print_conclusion(console, varied())
    print_details(console, varied(), stories=2)


def record(sources: bool) -> Print:
    whole = load_record()
    return lambda console: print_record(whole, console, sources=sources)


def series(name: str) -> Print:
    whole = load_record()
    return lambda console: print_series(whole, console, name)


MADE: dict[str, Callable[[], Print]] = {
    "run": run,
    "compare": lambda: comparison(20),
    "compare of one world": lambda: comparison(1),
    "counterfactual": lambda: print_found,
    "claims": lambda: claimed,
    "arms": lambda: armed,
    "expectations": expected,
    "sweep": sweep,
    "sensitivity, morris": lambda: sensitivity("effect"),
    "sensitivity, sobol": lambda: sensitivity("total"),
    "discover": discovery,
    "calibrate": calibration,
    "concepts": lambda: gallery,
    "concept": concept,
    "explain": why,
    "explain --record, an attempt": lambda: why_record(True),
    "explain --record, none": lambda: why_record(False),
    "record": lambda: record(False),
    "record --sources": lambda: record(True),
    "record --series list": lambda: series("list"),
    "record --series gdp_growth": lambda: series("gdp_growth"),
    **{f"list {what}": lambda what=what: lambda console: print_list(console, what)
       for what in LISTS},
}  # fmt: skip


SLOW = ("counterfactual", "claims", "arms")  # worlds must be found first


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of each table that is made, by its identity."""
    rows: dict[int, list[tuple[Any, ...]]] = {}
    alive: list[Table] = []
    add = Table.add

    def kept(self: Table, *cells: Any, **options: Any) -> None:
        alive.append(self)  # else another table may have its id
        rows.setdefault(id(self), []).append(cells)
        add(self, *cells, **options)

    monkeypatch.setattr(Table, "add", kept)
    return rows


def found_in(text: str) -> Counter[str]:
    """Return the numbers of a text; it may have been wrapped, but not within one."""
    return Counter(NUMBER.findall(text))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in MADE]
)
def test_no_number_is_lost_at_any_width(name: str, cells: dict[int, list[tuple[Any, ...]]]) -> None:
    tell = MADE[name]()
    wide = Reader(WIDE)
    tell(wide)
    everything = found_in(wide.text)
    assert all(table.left_out(WIDE) == [] for table in wide.tables)
    assert "nan" not in wide.text.split()
    rows = sum(map(len, cells.values()))  # of long tables some widths; hypothesis tries them all
    for width in [80, 120, *WIDTHS[:: 20 + rows]]:
        narrow = Reader(width)
        tell(narrow)
        assert max(map(len, narrow.text.splitlines())) <= width
        gone: Counter[str] = Counter()
        for table in narrow.tables:
            out = table.left_out(width)
            for index, column in enumerate(table.columns):
                assert column.title
                if column in out:
                    assert column.title in " ".join(narrow.text.split())
                    for row in cells[id(table)]:
                        gone += found_in(str(row[index]))
        missing = everything - gone - found_in(narrow.text)
        assert not missing, (width, missing)


ANSWERED = [name for name in MADE
            if name != "concepts" and not name.startswith(("record", "list"))]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in ANSWERED],
)
def test_an_answer_is_short_and_is_printed_as_it_is_kept(name: str) -> None:
    reader = Reader(80)
    MADE[name]()(reader)
    (answer,) = reader.answers
    kept = answer.plain.splitlines()
    assert len(kept) <= 20
    assert max(map(len, kept)) <= 80
    assert answer.table is None or answer.table.left_out(80) == []
    printed = [line.rstrip() for line in reader.text.splitlines()]
    assert printed[: len(kept)] == kept


@pytest.mark.slow
def test_all_files_of_a_counterfactual_name_months() -> None:
    files = tables(varied())
    for name, column in (("effects.csv", "month"), ("months.csv", "month"),
                         ("variants.csv", "month"), ("fork.csv", "month"),
                         ("segments.csv", "first"), ("segments.csv", "last"),
                         ("evidence.csv", "first"), ("evidence.csv", "last")):  # fmt: skip
        table = files[name]
        assert isinstance(table, pd.DataFrame)
        months = table[column].astype(str)
        assert len(months)
        assert months.str.fullmatch(r"19\d\d-\d\d").all(), name


def test_outcomes_of_both_patrons_have_names_of_their_own() -> None:
    reader = Reader(WIDE)
    comparison(20)(reader)
    assert "Soviet deliveries from September 1971" in reader.text
    assert "US deliveries 7/1971–12/1978" in reader.text


def test_what_is_piped_is_as_wide_as_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from palca.experiments.cli.options import make_console

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("os.get_terminal_size", lambda *_: (_ for _ in ()).throw(OSError()))
    assert isinstance(make_console(), Output)
    assert make_console().width == 120
