from __future__ import annotations

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from palca.experiments.cli.record import print_coverage, print_record, print_series
from palca.experiments.observe.documented import FOLDER, covered, load_record, scored
from palca.experiments.observe.record_files import CONFIDENCES, span
from palca.model import PalcaError
from palca.model.calendar import month_index, month_name
from palca.model.events import KINDS, TRACKS

pytestmark = pytest.mark.quick


def test_the_attempts_are_those_of_powell_and_thyne() -> None:
    rows = load_record().select(["power"], ["coup", "failed coup"], "1969-01", "1978-12")
    rows = rows[rows["powell_thyne"] == 1]
    months = {row.first_month: row.kind for row in rows.itertuples()}
    assert months == {
        month_index("1969-09"): "coup", month_index("1970-10"): "coup",
        month_index("1971-01"): "failed coup", month_index("1971-08"): "coup",
        month_index("1974-06"): "failed coup", month_index("1978-07"): "coup",
        month_index("1978-11"): "coup",
    }  # fmt: skip


def test_what_may_score_is_firm() -> None:
    record = load_record()
    rows = scored(record)
    assert 0 < len(rows) < len(record.events)
    assert set(rows["confidence"]) <= {"high", "medium"}
    assert "context" not in set(rows["kind"])
    assert not rows["source"].str.contains("unverified", case=False).any()


def test_every_row_has_a_source_and_a_known_kind() -> None:
    events = load_record().events
    assert len(events) > 150
    assert (events["source"].str.len() > 3).all()
    assert all(row.kind in KINDS[str(row.track)] for row in events.itertuples())
    assert (events["first_month"] <= events["last_month"]).all()


def test_a_year_is_an_interval() -> None:
    assert span("1971") == (24, 35)
    assert span("1971-08") == span("1971-08-21") == (31, 31)


@given(st.text(alphabet="0123456789-", max_size=12))
def test_a_date_is_an_interval_or_an_error(text: str) -> None:
    try:
        first, last = span(text, "here")
    except PalcaError as error:
        where = error.where
    else:
        where = "here"
        assert first <= last <= first + 11
    assert where == "here"


@given(st.dates())
def test_a_day_lies_in_its_month_and_its_year(day: date) -> None:
    if day.year < 1000 or day.year > 2999:
        return
    text = day.isoformat()
    first, last = span(text[:4])
    assert first <= span(text)[0] <= last
    assert span(text) == span(text[:7])


CHANGES = {
    "source": ("", "has no source"),
    "date": ("1971-13", "no month"),
    "until": ("soon", "not a date"),
    "until ": ("1950", "before its beginning"),
    "date ": ("1971-02-30", "is not a day of the calendar"),
    "track": ("usr", "did you mean 'ussr'"),
    "kind": ("copu", "did you mean 'coup'"),
    "confidence": ("hgh", "did you mean 'high'"),
    "amount": ("much", "has no 'unit'"),
    "unit": ("rubles", "is in 'rubles': give it in orientation"),
    "unit ": ("orientation", "must be a number"),
    "text": (" ", "say what happened"),
    "powell_thyne": ("inf", "must be finite"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER, tmp_path / "record")


@pytest.mark.parametrize("column", CHANGES)
def test_a_bad_row_is_refused_with_its_place(folder: Path, column: str) -> None:
    value, says = CHANGES[column]
    with (folder / "events.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    at = next(i for i, row in enumerate(rows) if row["kind"] == "coup")
    if column.strip() == "unit":
        rows[at]["amount"] = "much"
    rows[at][column.strip()] = value
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(PalcaError) as caught:
        load_record(folder)
    assert says in str(caught.value)
    assert f"events.csv: line {at + 2}" in str(caught.value)


@pytest.mark.parametrize("row", ["1971-10,,ussr,context,USSR,,,one, two,A,low,,", "1971-10,,ussr"])
def test_a_row_with_a_comma_too_many_or_too_few_is_refused(folder: Path, row: str) -> None:
    with (folder / "events.csv").open("a", encoding="utf-8") as file:
        file.write(f"\n{row}\n")  # an empty line before it is none
    with pytest.raises(PalcaError, match=r"events\.csv: line \d+: \d+ cells"):
        load_record(folder)


COVERAGE = {
    "track": ("usr", "did you mean 'ussr'"),
    "kind": ("brek", "did you mean 'break'"),
    "since": ("1969", "no month"),
    "since ": ("1969-01-01", "write its month, 1969-01"),
    "since  ": ("1968-12", "must begin in 1969-01"),
    "since   ": ("1969-02", "must begin in 1969-01"),
    "until": ("soon", "no month"),
    "until ": ("1968-12", "before its beginning"),
    "complete": ("maybe", "must be yes or no"),
    "confidence": ("low", "write no"),
    "confidence ": ("hgh", "did you mean 'high'"),
    "reason": (" ", "say why"),
    "source": ("", "has no source"),
}


def rewritten(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["track", "kind", "since", "until", "complete", "reason",
                                       "source", "confidence"])  # fmt: skip
        writer.writeheader()
        writer.writerows(rows)


def coverage_rows() -> list[dict[str, str]]:
    with (FOLDER / "coverage.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("column", COVERAGE)
def test_a_bad_row_of_coverage_is_refused_with_its_place(folder: Path, column: str) -> None:
    value, says = COVERAGE[column]
    rows = coverage_rows()
    at = next(i for i, row in enumerate(rows) if row["kind"] == "break")
    rows[at][column.strip()] = value
    rewritten(folder / "coverage.csv", rows)
    with pytest.raises(PalcaError) as caught:
        load_record(folder)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"coverage.csv: line {at + 2}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_coverage_leaves_no_month_out_and_judges_none_twice(
    folder: Path, data: st.DataObject
) -> None:
    rows = coverage_rows()
    row = data.draw(st.sampled_from(rows))
    end = data.draw(st.sampled_from(["since", "until"]))
    moved = data.draw(st.integers(-130, 130).filter(bool))
    row[end] = month_name(month_index(row[end]) + moved)
    rewritten(folder / "coverage.csv", rows)
    with pytest.raises(PalcaError, match=r"^coverage\.csv"):
        load_record(folder)


@pytest.mark.parametrize("track", TRACKS)
def test_every_track_is_covered_or_not_in_every_month(folder: Path, track: str) -> None:
    rows = [row for row in coverage_rows() if (row["track"], row["kind"]) != (track, "")]
    rewritten(folder / "coverage.csv", rows)
    with pytest.raises(PalcaError, match=f"the track '{track}' from 1969-01 on: add a row"):
        load_record(folder)


def test_a_kind_goes_before_its_track_and_an_event_needs_no_coverage() -> None:
    record = load_record()
    known = covered(record)
    own = set(zip(record.coverage["track"], record.coverage["kind"], strict=True))
    for row in record.coverage.itertuples():
        kinds = KINDS[str(row.track)] if row.kind == "" else [str(row.kind)]
        for kind in kinds:
            if row.kind or (row.track, kind) not in own:
                months = slice(int(str(row.first_month)), int(str(row.last_month)) + 1)
                assert (known[str(row.track), kind][months] == row.complete).all()
    assert not known["ussr", "visit"][month_index("1974-05")]
    assert len(record.select(["ussr"], ["visit"], "1974-05", "1974-05")) == 1


def test_a_missing_column_or_file_is_named(folder: Path) -> None:
    (folder / "series.csv").write_text("series,date,vale,unit,source,confidence,note\n")
    with pytest.raises(PalcaError, match="did you mean 'vale'"):
        load_record(folder)
    with pytest.raises(PalcaError, match=r"events\.csv"):
        load_record(folder / "nowhere")


def test_selection_and_series_name_what_they_do_not_know() -> None:
    record = load_record()
    assert len(record.select(since="1971-08", until="1971-08")) > 3
    for call in (
        lambda: record.select(["powr"]), lambda: record.select(None, ["cuop"]),
        lambda: record.values("gdp_grwth"),
    ):  # fmt: skip
        with pytest.raises(PalcaError, match="did you mean"):
            call()
    with pytest.raises(PalcaError, match="1970-01 is before 1971-08"):
        record.select(since="1971-08", until="1970-01")
    assert float(record.values("us_aid_obligations")["1972"]) == 66.022


def test_two_values_of_a_series_at_one_date_are_refused(folder: Path) -> None:
    path = folder / "series.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(PalcaError, match=f"line {len(lines) + 1}: a second value of 'net_oda'"):
        load_record(folder)


def test_october_1970_and_november_1974_are_counted_as_powell_and_thyne_do() -> None:
    events = load_record().events
    power = events[events["track"] == "power"]
    october = power[(power["first_month"] == month_index("1970-10"))]
    assert list(october["kind"]).count("coup") == 1
    november = power[power["first_month"] == month_index("1974-11")]
    unlisted = november[november["kind"] == "failed coup"]
    assert unlisted["powell_thyne"].isna().all()
    assert unlisted["note"].str.lower().str.startswith("not in powell-thyne").all()
    assert "self-coup" in set(november["kind"])
    attempts = power["kind"].isin(["coup", "failed coup"])
    assert attempts[power["powell_thyne"] == 1].all()


def test_the_leaders_follow_each_other_without_a_gap() -> None:
    rows = load_record().select(["power"], ["accession"], "1969-01")
    rows = rows.sort_values("date")
    ends, starts = list(rows["until"])[:-1], list(rows["date"])[1:]
    days = [
        (date.fromisoformat(b) - date.fromisoformat(a)).days
        for a, b in zip(ends, starts, strict=True)
    ]
    assert all(0 <= d <= 1 for d in days)
    assert rows["amount"].between(-1, 1).all()


@given(
    st.lists(st.sampled_from(sorted(TRACKS)), max_size=3),
    st.lists(st.sampled_from(CONFIDENCES), max_size=2),
    st.integers(0, 143),
    st.integers(0, 143),
)
def test_a_selection_is_what_was_asked_for(
    tracks: list[str], confidence: list[str], a: int, b: int
) -> None:
    record = load_record()
    rows = record.select(tracks, None, month_name(min(a, b)), month_name(max(a, b)), confidence)
    assert set(rows["track"]) <= set(tracks or TRACKS)
    assert set(rows["confidence"]) <= set(confidence or CONFIDENCES)
    assert (rows["last_month"] >= min(a, b)).all()
    assert (rows["first_month"] <= max(a, b)).all()


def test_a_series_between_two_months() -> None:
    values = load_record().values("gdp_growth", "1970-06", "1972-01")
    assert list(values.index) == ["1970", "1971", "1972"]


def test_coverage_prints_with_its_reasons() -> None:
    record = load_record()
    out = Console(file=io.StringIO(), width=900)
    print_coverage(record, out, ["ussr"], sources=True)
    assert isinstance(out.file, io.StringIO)
    text = out.file.getvalue()
    for row in record.coverage.itertuples():
        assert (str(row.reason) in text) == (row.track == "ussr")
    assert "1970-12 to 1978-12" in text
    with pytest.raises(PalcaError, match="did you mean 'ussr'"):
        print_coverage(record, out, ["usr"])


def test_the_record_prints_with_its_sources_and_says_what_may_score() -> None:
    record = load_record()
    out = Console(file=io.StringIO(), width=600)
    print_record(record, out, ["ussr"], ["credit"], "1970-01", "1978-12", sources=True)
    print_series(record, out, "list")
    print_series(record, out, "soviet_credit")
    assert isinstance(out.file, io.StringIO)
    text = out.file.getvalue()
    assert "27.5 million USD" in text
    assert "Nixon Library" in text
    credits = record.select(["ussr"], ["credit"], "1970-01", "1978-12")
    may = len(credits.index.intersection(scored(record).index))
    assert 0 < may < len(credits)
    assert f"{len(credits)} rows (ussr {len(credits)}); {may} may score" in text
    assert "us_aid_obligations_const_tq" in text
