"""Evidence: what counts, what can't and is refused, and which months it is cut to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.counterfactual.answer import FORK, Answer
from palca.experiments.counterfactual.asking import _begin, ask
from palca.experiments.counterfactual.question import Question, read_inputs
from palca.experiments.counterfactual.words import documented_attempts, like
from palca.experiments.infer.evidence import EventObservation, Evidence, describe
from palca.experiments.infer.evidence_file import load_given, make_evidence
from palca.experiments.infer.likelihood import Likelihood
from palca.experiments.observe.by_month import atmosphere
from palca.experiments.observe.documented import Record, load_record
from palca.experiments.observe.histories import Histories, documented
from palca.model import ColdWarModel, PalcaError
from palca.model.calendar import month_index, month_name
from palca.model.state.history import CODE_OF, Events
from palca.scenarios import build, resolve

FORK_MONTH = month_index("1971-09")  # of soviet-break-1971
EARLY = 'at = "1969-01", lever.ussr.credit.scale = 2'


@pytest.fixture(scope="module")
def known() -> tuple[Histories, Record]:
    record = load_record()
    return documented(record, build(resolve("baseline"))), record


def read(data: dict[str, Any], known: tuple[Histories, Record]) -> Evidence:
    return make_evidence({"title": "x", **data}, "x.toml", *known)


def asked(given_: str, scenario: str = "soviet-break-1971", *changes: str, **rest: Any) -> Answer:
    """Return an answer that has no worlds yet."""
    question = Question(scenario, (), changes, given_, **rest)
    return _begin(question, read_inputs(question))


def event(**other: Any) -> dict[str, Any]:
    return {"event": [{"track": "ussr", "kind": "embassy", "tolerance": 3, "false_negative": 0.1, **other}]}


# what can't count is refused


@pytest.mark.parametrize(
    "named",
    ["coup 1971-09", "coup 1975-01", "coup 1975-01 ± 60", "coup 2050-01", "coup 1968-12 ± 5",
     "coup 1971-08, coup 1971-08", "coup 1970-10, coup 1971-08 ± 12", "coup 1971-08-21",
     "coup 1971-08 ± x"],
)  # fmt: skip
def test_a_month_that_cannot_count_is_refused(named: str) -> None:
    with pytest.raises(PalcaError, match=r"^--given"):
        asked(named)


def test_a_file_may_not_name_what_cannot_count_either(tmp_path: Path) -> None:
    rows = '[[event]]\ntrack = "ussr"\nkind = "embassy"\ntolerance = 3\nfalse_negative = 0.1\n'
    file = tmp_path / "own.toml"
    file.write_text(f'title = "T"\n{rows}date = "1971-09"\n')
    with pytest.raises(PalcaError, match="1971-09 can't count"):
        asked(str(file))
    file.write_text(f'title = "T"\n{rows}date = "1971-08"\n')
    assert [s.month for s in asked(str(file)).evidence.events] == [FORK_MONTH - 1]


def test_later_evidence_counts_if_it_is_asked_for() -> None:
    answer = asked("coup 1972-01", through=month_index("1972-06"))
    assert [(s.first, s.last) for s in answer.evidence.events] == [(34, 38)]
    with pytest.raises(PalcaError, match="can't count"):
        asked("coup 1972-01", through=month_index("1971-12"))


# what counts


@given(
    month=st.integers(0, 119), before=st.integers(0, 200), after=st.integers(0, 200),
    last=st.integers(-1, 119),
)  # fmt: skip
def test_the_month_of_an_event_decides_whether_it_counts(
    month: int, before: int, after: int, last: int
) -> None:
    one = EventObservation("power", "coup", month, max(month - before, 0), month + after, 0.0)
    left = Evidence("x", (one,)).until(last)
    assert len(left.events) == (month <= last)
    assert left.silent == (month > last)
    for seen in left.events:
        assert (seen.first, seen.last) == (one.first, min(one.last, last))
        assert seen.first <= seen.month <= seen.last


@pytest.mark.parametrize("sign", ["±", "+-", "+/-", " ± ", " +/- "])
def test_a_tolerance_may_be_written_in_each_way(sign: str, known: tuple[Histories, Record]) -> None:
    (seen,) = make_evidence(load_given(f"coup 1971-08{sign}40"), "--given", *known).events
    assert (seen.month, seen.first, seen.last) == (31, 0, 71)


def test_the_record_counts_to_the_fork_and_says_how_much() -> None:
    answer = asked("record")
    names = [leader.name for leader in answer.country.leaders]
    rows = describe(answer.whole, answer.last, names)
    months = [month_index(row["first"]) for row in rows]
    counted = [row["what"] for row in rows if row["counted"] and ":" in row["what"]]
    # attempts of September 1969, October 1970, January and August 1971 (Powell and Thyne); the
    # embassy of December 1969; who has ruled
    assert sorted(what for what in counted if not what.startswith("ruler")) == [
        "power: coup", "power: coup", "power: coup", "power: failed coup", "ussr: embassy",
    ]  # fmt: skip
    assert [what.split()[-1] for what in counted if what.startswith("ruler")] == [
        "Barrientos", "Salinas", "Ovando", "Torres", "Banzer",
    ]  # fmt: skip
    assert all(row["counted"] for row, month in zip(rows, months, strict=True) if month < FORK_MONTH - 3)
    assert not any(
        row["counted"] for row, month in zip(rows, months, strict=True) if month >= FORK_MONTH
    )


def test_nothing_counts_before_the_first_month() -> None:
    answer = asked("record", "baseline", EARLY)
    assert (answer.last, answer.evidence.silent) == (-1, True)
    names = [leader.name for leader in answer.country.leaders]
    assert not any(row["counted"] for row in describe(answer.whole, -1, names))
    assert "19" not in like(answer)  # no month: there is no record of any
    with pytest.raises(PalcaError, match="can't count"):
        asked("coup 1969-01", "baseline", EARLY)


@pytest.mark.slow
def test_evidence_may_end_long_before_the_fork() -> None:
    last = month_index("1969-06")
    answer = ask(Question("soviet-break-1971", given="coup 1969-05 ± 3", through=last, worlds=64, freeze=()))
    assert answer.last == last
    part = answer.parts[FORK]
    assert (part.last, part.twins.factual.since) == (last, FORK_MONTH)
    segments = part.reanalysis.segments
    assert segments[-1].end == FORK_MONTH
    assert all(one.probability == 1.0 for one in segments if one.start > last)
    assert part.reanalysis.log_evidence(FORK_MONTH) < 0.0


def test_what_did_not_happen_is_not_judged_after_the_end(short: dict[str, Any]) -> None:
    quiet = Evidence("x", extra=0.5, absent=(("conflict", "strike", 0.5),))
    judged = []
    for last in (19, 9):
        model = ColdWarModel(build(short), 64, 0, keep=())
        likelihood = Likelihood(quiet.until(last), 64)
        judged.append(np.array([likelihood.update(model.advance() or model) for _ in range(20)]))
    whole, cut = judged
    assert np.array_equal(cut[:10], whole[:10])
    assert (cut[10:] == 0.0).all()
    assert (whole[10:] != 0.0).any()


# evidence files


def test_an_event_has_a_month_of_ones_own_or_the_records(known: tuple[Histories, Record]) -> None:
    (of_record,) = read(event(), known).events
    assert (of_record.month, of_record.named) == (month_index("1969-12"), False)
    (own,) = read(event(date="1970-03"), known).events
    assert (own.month, own.first, own.last, own.named) == (14, 11, 17, True)
    for month in ("1968-12", "1979-01"):
        with pytest.raises(PalcaError, match="outside the simulated months"):
            read(event(date=month), known)
        with pytest.raises(PalcaError, match="outside the simulated months"):
            read({"ussr_commitments": {"sd": 1, "floor": 5, "until": month}}, known)


def test_silence_is_evidence_only_where_the_record_covers_it(known: tuple[Histories, Record]) -> None:
    seen = read({"ussr_atmosphere": {"sd": 4, "months": 12}}, known).levels
    covered = np.nonzero(~np.isnan(atmosphere(known[0], "ussr")[:, 0]))[0].tolist()
    assert [level.month for level in seen] == covered == list(range(month_index("1970-11") + 1))
    assert {level.share for level in seen} == {1 / 12}

    def absent(kind: str) -> Evidence:
        return read({"absent": [{"track": "ussr", "kind": kind, "weight": 0.1}]}, known)

    assert absent("break").absent == (("ussr", "break", 0.1),)
    with pytest.raises(PalcaError, match="doesn't cover 'military' in track 'ussr'"):
        absent("military")
    with pytest.raises(PalcaError, match="Soviet credits from 1971-09 on"):
        read({"ussr_commitments": {"sd": 1, "floor": 5, "until": "1971-09"}}, known)


def test_attempts_of_one_month_both_keep_their_windows(known: tuple[Histories, Record]) -> None:
    histories, record = known
    kinds = ["failed coup", "coup", "coup"]
    months = np.array([20, 20, 23])
    codes = np.array([CODE_OF["power", kind] for kind in kinds])
    none = np.full(3, -1)
    both = replace(histories, events=Events(np.zeros(3, int), months, codes, none, none, none * np.nan))
    for tolerance in (0, 2):
        data = {"attempts": {"tolerance": tolerance, "false_negative": 0.1}}
        seen = read(data, (both, record)).events
        assert sorted((s.month, s.kind) for s in seen) == sorted(zip(months, kinds, strict=True))
        assert all(s.first <= s.month <= s.last for s in seen)
        assert {(s.first, s.last) for s in seen if s.month == 20} == {
            (20 - tolerance, 20 + min(tolerance, 1))
        }


@pytest.mark.parametrize("text", ["1971-09-01", '"1971-09-01"'])
def test_a_day_is_refused_with_the_month_to_write(text: str, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    change = '[[intervene]]\nat = {}\npolicy.ussr = "ideological"\n'
    head = 'title = "T"\nextends = "baseline"\n'
    file.write_text(head + change.format(text))
    with pytest.raises(PalcaError) as caught:
        resolve(str(file))
    mend = str(caught.value).removesuffix('"')
    assert mend.endswith(month_name(32))
    file.write_text(head + change.format(f'"{mend[-7:]}"'))
    assert resolve(str(file))["changes"][0]["since"] == 32


def test_the_records_attempts_are_counted_where_all_of_them_are_evidence() -> None:
    of_record = asked("record")
    # from September 1971 to September 1974 that of June 1974; later those of July and November 1978
    assert documented_attempts(of_record) == 1
    assert documented_attempts(of_record, 87) == 3
    assert documented_attempts(of_record, 0) == 0
    assert documented_attempts(asked("coup 1971-08")) is None
