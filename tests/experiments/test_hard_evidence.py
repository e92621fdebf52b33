"""Hard evidence: who rules and when, attempts that are disputed, and where a filter's steps end."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.infer.evidence import ATTEMPTS, EventObservation, Evidence, Reign
from palca.experiments.infer.evidence_file import _windows, load_given, make_evidence
from palca.experiments.infer.likelihood import Likelihood
from palca.experiments.infer.reanalysis import segments_of
from palca.experiments.observe.documented import Record, load_record
from palca.experiments.observe.histories import Histories, documented
from palca.model import PalcaError
from palca.model.calendar import month_index, month_name
from palca.model.state.history import CODE_OF, Events
from palca.model.table import InputTable
from palca.scenarios import build, resolve

MONTHS = 7


def judge(
    evidence: Evidence, leaders: np.ndarray, attempts: dict[tuple[int, int], str] | None = None
) -> np.ndarray:
    """Return the log-likelihood, month by month, of worlds that are written down.

    Parameters
    ----------
    leaders : ndarray, shape ``(months, worlds)``
        Who rules at the end of each month.
    attempts : dict
        Attempts by month and world.
    """
    worlds = leaders.shape[1]
    likelihood, out = Likelihood(evidence, worlds), []
    for month, leader in enumerate(leaders):
        some = [(world, CODE_OF["power", kind]) for (when, world), kind in (attempts or {}).items()
                if when == month]  # fmt: skip
        numbers = np.array(some, dtype=int).reshape(-1, 2)
        count = len(numbers)
        nobody = np.full(count, -1)
        events = Events(numbers[:, 0], np.full(count, month), numbers[:, 1], nobody, nobody,
                        np.full(count, np.nan))  # fmt: skip
        state = SimpleNamespace(leader=leader.astype(float), orientation=np.zeros(worlds),
                                us_commitment=np.zeros(worlds), ussr_committed=np.zeros(worlds))  # fmt: skip
        model: Any = SimpleNamespace(
            month=month + 1, state=state, event_log=SimpleNamespace(take=lambda events=events: events)
        )
        out.append(likelihood.update(model))
    return np.array(out)


@st.composite
def reigns(draw: st.DrawFn) -> tuple[Reign, ...]:
    """Draw who must rule when: two or three rulers, whose windows don't overlap."""
    bounds = draw(st.lists(st.integers(1, MONTHS - 1), min_size=2, max_size=4, unique=True))
    bounds = sorted(bounds)[: len(bounds) // 2 * 2]
    leaders = draw(st.lists(st.integers(0, 2), min_size=3, max_size=3))
    found = [Reign(leaders[0], 0, 0, 0)]
    for leader, first, end in zip(leaders[1:], bounds[::2], bounds[1::2], strict=False):
        last = draw(st.integers(first, end - 1))
        found.append(Reign(leader, draw(st.integers(first, last)), first, last))
    return tuple(found)


@given(reigns())
def test_a_world_is_kept_if_its_rulers_can_have_come_in_order_and_in_time(
    rulers: tuple[Reign, ...],
) -> None:
    """All sequences of three leaders, against all months in which the rulers may have come."""
    sequences = np.array(list(product(range(3), repeat=MONTHS)))
    may = set()
    for since in product(*(range(reign.first, reign.last + 1) for reign in rulers)):
        lengths = np.diff([*since, MONTHS])
        may.add(tuple(np.repeat([reign.leader for reign in rulers], lengths).tolist()))
    judged = judge(Evidence("x", rulers=rulers), sequences.T)
    assert set(np.unique(judged)) <= {0.0, -np.inf}
    kept = np.isfinite(judged).all(axis=0)
    assert {tuple(one) for one in sequences[kept].tolist()} == may


@given(reigns(), st.integers(0, MONTHS - 1))
def test_evidence_that_ends_says_nothing_of_who_rules_later(
    rulers: tuple[Reign, ...], last: int
) -> None:
    sequences = np.array(list(product(range(3), repeat=MONTHS))).T
    whole = Evidence("x", rulers=rulers)
    judged = judge(whole.until(last), sequences)
    assert (judged[last + 1 :] == 0.0).all()
    if not any(reign.first <= last < reign.month for reign in rulers) and not any(
        reign.month <= last < reign.last for reign in rulers
    ):  # no window is open: it is what all evidence says by then
        assert np.array_equal(judged[: last + 1], judge(whole, sequences)[: last + 1])


# windows


@pytest.fixture(scope="module")
def known() -> tuple[Histories, Record]:
    record = load_record()
    return documented(record, build(resolve("baseline"))), record


@given(
    st.lists(st.integers(0, 119), min_size=1, max_size=9), st.integers(0, 12),
    st.dictionaries(st.integers(0, 119), st.integers(0, 12)),
)  # fmt: skip
def test_windows_hold_their_months_and_keep_apart(
    months: list[int], tolerance: int, wider: dict[int, int]
) -> None:
    months = sorted(months)
    own = {month: reach for month, reach in wider.items() if month in months}
    named = {month_name(month): reach for month, reach in own.items()}
    windows = _windows(InputTable({"tolerance": tolerance, "wider": named}, "x.toml"), months)
    assert len(windows) == len(months)
    for month, (first, last) in zip(months, windows, strict=True):
        assert first <= month <= last
        reach = own.get(month, tolerance)
        assert first >= max(month - reach, 0)
        assert last <= month + reach
        for other, (start, end) in zip(months, windows, strict=True):
            assert other == month or last < start or end < first
        # cut by nothing but a neighbour: what lies beyond is nearer to another month
        if first > max(month - reach, 0):
            assert any(abs(other - first + 1) <= month - first + 1 for other in months if other < month)
        if last < month + reach:
            assert any(other - last - 1 <= last + 1 - month for other in months if other > month)


def read(data: dict[str, Any], known: tuple[Histories, Record]) -> Evidence:
    return make_evidence({"title": "x", **data}, "x.toml", *known)


def test_rulers_are_those_of_the_record_with_their_own_tolerances(
    known: tuple[Histories, Record],
) -> None:
    rulers = read({"rulers": {"tolerance": 1, "wider": {"1970-10": 4}}}, known).rulers
    leader = known[0].series["leader"][:, 0]
    assert [leader[reign.month] for reign in rulers] == [reign.leader for reign in rulers]
    assert rulers[0] == Reign(int(leader[0]), 0, 0, 0)
    # Siles, Ovando, Torres, Banzer, Pereda, Padilla
    windows = {month_name(one.month): (month_name(one.first), month_name(one.last)) for one in rulers[1:]}
    assert windows == {
        "1969-04": ("1969-03", "1969-05"),
        "1969-09": ("1969-08", "1969-10"),
        "1970-10": ("1970-06", "1971-02"),
        "1971-08": ("1971-07", "1971-09"),
        "1978-07": ("1978-06", "1978-08"),
        "1978-11": ("1978-10", "1978-12"),
    }


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"rulers": {}}, "tolerance"),
        ({"rulers": {"tolerance": 13}}, "tolerance"),
        ({"rulers": {"tolerance": 1, "wider": {"1970-11": 3}}}, "1970-11"),
        ({"rulers": {"tolerance": 1, "wider": {"soon": 3}}}, "soon"),
        ({"rulers": {"tolerance": 1, "wider": {"1970-10": 99}}}, "1970-10"),
        ({"rulers": {"tolerance": 1, "widr": {}}}, "widr"),
        ({"ruler": {"tolerance": 1}}, "ruler"),
        ({"attempts": {"tolerance": 1, "false_negative": 0, "wider": {"1975-01": 1}}}, "1975-01"),
        ({"attempts": {"tolerance": 1, "false_negative": 0, "disputed": "yes"}}, "disputed"),
        ({"attempts": {"tolerance": 1, "false_negative": 0},
          "event": [{"track": "power", "kind": "coup", "tolerance": 0, "false_negative": 0, "date": "1970-10"}]},
         "1970-10"),
    ],
)  # fmt: skip
def test_errors_of_windows_name_the_key(
    data: dict[str, Any], key: str, known: tuple[Histories, Record]
) -> None:
    with pytest.raises(PalcaError) as caught:
        read(data, known)
    assert key in str(caught.value)
    assert "x.toml" in str(caught.value)


# attempts


def test_a_disputed_attempt_is_neither_asked_for_nor_forbidden() -> None:
    sure = EventObservation("power", "coup", 1, 1, 1, 0.0)
    disputed = EventObservation("power", "failed coup", 4, 3, 5, 1.0)
    evidence = Evidence("x", (sure, disputed), extra=0.0)
    histories = [
        ({1: "coup"}, True),  # without it
        ({1: "coup", 4: "failed coup"}, True),
        ({1: "coup", 3: "failed coup"}, True),  # within its window
        ({1: "coup", 2: "failed coup"}, False),
        ({1: "coup", 4: "coup"}, False),  # another kind
        ({1: "coup", 3: "failed coup", 5: "failed coup"}, False),  # once too often
        ({4: "failed coup"}, False),  # the other is asked for
        ({}, False),
    ]  # fmt: skip
    attempts = {(month, world): kind for world, (one, _) in enumerate(histories)
                for month, kind in one.items()}  # fmt: skip
    judged = judge(evidence, np.zeros((MONTHS, len(histories))), attempts).sum(axis=0)
    assert np.isfinite(judged).tolist() == [fits for _, fits in histories]
    assert (judged[np.isfinite(judged)] == 0.0).all()


def test_the_shipped_evidence_disputes_what_powell_and_thyne_leave_out(
    known: tuple[Histories, Record],
) -> None:
    evidence = make_evidence(load_given("record"), "--given", *known)
    by_weight: dict[float, list[str]] = {0.0: [], 1.0: []}
    for event in evidence.events:
        if event.kind in ATTEMPTS:
            by_weight[event.false_negative].append(month_name(event.month))
    assert by_weight[1.0] == ["1974-11"]
    # their seven attempts of 1969-78
    assert by_weight[0.0] == ["1969-09", "1970-10", "1971-01", "1971-08", "1974-06", "1978-07", "1978-11"]
    assert evidence.extra == 0.0
    plain = load_given("record")
    del plain["attempts"]["disputed"]
    assert len(make_evidence(plain, "--given", *known).events) == len(evidence.events) - 1


# the steps of a filter


@st.composite
def any_evidence(draw: st.DrawFn) -> Evidence:
    """Draw evidence of events of several weights and of rulers, in windows of any width."""
    events = []
    for kind, track in draw(st.lists(st.sampled_from(
        [("coup", "power"), ("failed coup", "power"), ("embassy", "ussr")]), max_size=6)):  # fmt: skip
        month = draw(st.integers(0, 119))
        first = draw(st.integers(max(month - 20, 0), month))
        weight = draw(st.sampled_from([0.0, 0.1, 1.0]))
        events.append(EventObservation(track, kind, month, first, draw(st.integers(month, month + 20)), weight))
    rulers = [Reign(0, 0, 0, 0)]
    for month in sorted(draw(st.sets(st.integers(1, 118), max_size=4))):
        rulers.append(Reign(1, month, max(month - draw(st.integers(0, 3)), 0), month + draw(st.integers(0, 3))))
    extra = draw(st.sampled_from([0.0, 0.5, 1.0]))
    return Evidence("x", tuple(events), rulers=tuple(rulers) if draw(st.booleans()) else (), extra=extra)


@given(any_evidence(), st.integers(1, 120))
def test_steps_end_in_order_and_cut_no_window_that_is_open(evidence: Evidence, end: int) -> None:
    ends = segments_of(evidence, end)
    assert ends == sorted(set(ends))
    assert ends[-1] == end
    assert ends[0] > 0
    for one in ends[:-1]:
        # whether a world goes as all says before the end of a step hangs on nothing that comes
        # after it: what is asked for by then has come, and of no attempt and no ruler is the month
        # still to come though he might be there
        for event in evidence.events:
            asked = event.false_negative < 1.0 or event.kind in ATTEMPTS
            assert not (asked and event.month < one <= event.last), event
            assert not (event.kind in ATTEMPTS and event.first < one <= event.last), event
        for reign in evidence.rulers[1:]:
            assert not reign.first < one <= reign.last, reign


def test_the_record_is_cut_at_each_change_and_each_year(known: tuple[Histories, Record]) -> None:
    evidence = make_evidence(load_given("record"), "--given", *known)
    ends = segments_of(evidence, 120)
    # a step ends before the month of each attempt and with it
    for month in ("1969-09", "1970-10", "1971-01", "1971-08", "1974-06", "1978-07", "1978-11"):
        assert {month_index(month), month_index(month) + 1} <= set(ends), month
    assert ends[0] == month_index("1969-09")  # to then all worlds are new
    assert max(np.diff([0, *ends])) <= 12
