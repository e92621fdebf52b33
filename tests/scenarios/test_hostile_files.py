"""Files that mean harm: each is refused in one line, soon, and in little memory."""

from __future__ import annotations

import io
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from palca.model import PalcaError, Scenario
from palca.scenarios import build, load, resolve
from palca.scenarios.country import build_country
from palca.scenarios.reading.library import LIBRARY, parse_toml, read_columns, read_text

pytestmark = pytest.mark.pythons

HEAD = 'title = "t"\nextends = "baseline"\n'
SOON = 20.0  # seconds of this process; most take a hundredth of one
LITTLE = 200_000  # kB that the peak may rise by; none of these takes 120,000


@pytest.fixture
def soon() -> Any:
    """Hold what a test does to bounds of time and memory."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - began < SOON
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < LITTLE


def refused(say: Callable[[], Any]) -> str:
    with pytest.raises(PalcaError) as caught:
        say()
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) <= 2002
    return message


SCENARIOS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "'title' is missing"),
    "a byte that is no text": (b'title = "\xff"', "not UTF-8 text (byte 9)"),
    "UTF-16": ('title = "t"'.encode("utf-16"), "not UTF-8"),
    "a NUL": (b'title = "a\x00b"', "not valid TOML"),
    "NUL bytes": (b"\x00" * 1000, "not valid TOML"),
    "lists a hundred thousand deep": (b"a = " + b"[" * 100_000, "not usable TOML: RecursionError"),
    "tables a hundred thousand deep": (b"a = " + b"{a=" * 100_000, "not usable TOML: RecursionError"),
    "a key of ten thousand parts": (b"a." * 10_000 + b"a = 1", "more than 200 dots"),
    "a key of a hundred thousand numbers": (b"1.1 . " * 50_000 + b"a = 1", "more than 200 dots"),
    "a table of two hundred thousand parts": (b"[" + b"a." * 200_000 + b"a]", "more than 200 dots"),
    "a key of a thousand parts, line by line": (
        b"\n".join(b"[%d.%s]" % (i, b".".join([b"a"] * 150)) for i in range(660)), "'title' is missing"),
    "so many of them that they make a hundred thousand tables": (
        b"\n".join(b"[%d.%s]" % (i, b".".join([b"a"] * 150)) for i in range(2000)), "100,000 dots"),
    "more than a megabyte": (HEAD.encode() + b"#" * 1_000_000, "larger than 1,000,000 bytes"),
    "a key twice": (b'title = "t"\ntitle = "u"', "not valid TOML"),
    "a table twice": ((HEAD + "[start]\n[start]\n").encode(), "not valid TOML"),
    "a whole number of 4,000 digits": ((HEAD + f"[parameters]\nbacklash = {'9' * 4000}").encode(), "fit in 64 bits"),
    "a whole number of 5,000 digits": ((HEAD + f"[start]\nfiscal = {'9' * 5000}").encode(), "not usable TOML"),
    "a hexadecimal number of 400 digits": ((HEAD + f"[parameters]\nbacklash = 0x{'f' * 400}").encode(), "fit in 64 bits"),
    "a hexadecimal number of 9,000 digits": ((HEAD + f"[start]\nfiscal = 0x{'f' * 9000}").encode(), "fit in 64 bits"),
    "an infinite number": ((HEAD + "[start]\nfiscal = inf").encode(), "must lie in"),
    "no number": ((HEAD + "[start]\nfiscal = nan").encode(), "must lie in"),
    "a date for a text": (b"title = 1971-08-21", "must be a text"),
    "a time for a number": ((HEAD + "[parameters]\nbacklash = 07:32:00").encode(), "takes a number"),
    "what a terminal obeys": ((b'extends = "baseline"\ntitle = "a\\u001b]0;b\\u0007"'), "control character '\\x1b'"),
    "marks of direction": ('extends = "baseline"\ntitle = "\u202e"'.encode(), "control character '\\u202e'"),
    "a carriage return": ((b'extends = "baseline"\ntitle = "a\\rb"'), "control character '\\r'"),
    "a hundred thousand interventions": (HEAD.encode() + b"[[intervene]]\n" * 70_000, "'at' is missing"),
    "extends a NUL": (b'title = "t"\nextends = "a\\u0000b"', "control character"),
    "extends a folder": (b'title = "t"\nextends = "."', "is a folder"),
    "extends an endless file": (b'title = "t"\nextends = "/dev/zero"', "no scenario '/dev/zero'"),
    "extends what never answers": (b'title = "t"\nextends = "pipe.toml"', "no scenario 'pipe.toml'"),
    "extends a link to itself": (b'title = "t"\nextends = "loop.toml"', "no scenario 'loop.toml'"),
    "extends itself": (b'title = "t"\nextends = "hostile.toml"', "is circular"),
    "extends itself by a link": (b'title = "t"\nextends = "again.toml"', "is circular"),
    "extends a long chain": (b'title = "t"\nextends = "chain0.toml"', "more than ten deep"),
    "extends a name without an end": (b'title = "t"\nextends = "' + b"x" * 900_000 + b'"', "no scenario"),
    "a policy that never answers": ((HEAD + '[policy]\nussr = "pipe.toml"').encode(), "no policy of 'ussr'"),
    "a policy that is a device": ((HEAD + '[policy]\nussr = "/dev/zero"').encode(), "no policy of 'ussr'"),
    "a driver that is a device": ((HEAD + '[drivers]\nexport_price = "/dev/zero"').encode(), "no driver '/dev/zero'"),
    "a country that is a device": (b'title = "t"\ncountry = "/dev/stdin"', "no country"),
    "a posterior that never answers": ((HEAD + 'posterior = "pipe.toml"').encode(), "no posterior"),
    "a file that is not for this": ((HEAD + '[policy]\nussr = "/etc/passwd"').encode(), "not valid TOML"),
}  # fmt: skip


@pytest.mark.parametrize("case", SCENARIOS)
@pytest.mark.usefixtures("soon")
def test_a_hostile_scenario_is_refused(tmp_path: Path, case: str) -> None:
    content, says = SCENARIOS[case]
    file = tmp_path / "hostile.toml"
    file.write_bytes(content)
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "again.toml").symlink_to("hostile.toml")
    for i in range(30):
        (tmp_path / f"chain{i}.toml").write_text(f'title = "t"\nextends = "chain{i + 1}.toml"')
    assert says in refused(lambda: load(str(file)))


def test_a_mark_of_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "marked.toml"
    file.write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert load(str(file)).title == "t"


RULE = '[[rule]]\nname = "r"\nwhen = "true"\ndo = { credit = "1" }\nwhy = "w"\nsource = "s"\n'
HEADING = 'actor = "ussr"\ntitle = "t"\n'
POLICIES = {
    "six thousand rules": (HEADING + RULE * 6000, "has 6000 rules; at most 200 are allowed"),
    "rules that are a number": (HEADING + "rule = 3", "must be a list"),
    "rules that are numbers": (HEADING + "rule = [1, 2]", "must be a table"),
    "an endless expression": (HEADING + RULE.replace('"true"', f'"{"1+" * 200_000}1"'), "characters and may have"),
    "a deep expression": (HEADING + RULE.replace('"true"', f'"{"(" * 900}1"'), "nested deeper"),
    "a rule that a terminal obeys": (HEADING + RULE.replace('"w"', '"\\u001b[2J"'), "control character"),
}


@pytest.mark.parametrize("case", POLICIES)
@pytest.mark.parametrize("change", ["", 'at = "1971-09", rule.ussr.drop = ["r"]'])
@pytest.mark.usefixtures("soon")
def test_a_hostile_policy_is_refused(tmp_path: Path, case: str, change: str) -> None:
    text, says = POLICIES[case]
    file = tmp_path / "policy.toml"
    file.write_text(text)
    message = refused(lambda: load("baseline", [f"policy.ussr={file}"], [change] if change else []))
    assert says in message or (change and "has no rule 'r'" in message)


@pytest.mark.parametrize("death", ["death = [1]", "death = 3", '[death]\nat = "1969-04"', "death = [[]]"])
def test_deaths_that_are_none_are_refused(tmp_path: Path, death: str) -> None:
    country = (LIBRARY / "countries/bolivia.toml").read_text().split("[[death]]")[0]
    (tmp_path / "country.toml").write_text(f"{death}\n{country}" if "=" in death[:8] else f"{country}\n{death}")
    file = tmp_path / "s.toml"
    file.write_text('title = "t"\nextends = "baseline"\ncountry = "country.toml"\n')
    assert "death" in refused(lambda: load(str(file)))


def test_a_country_of_very_many_officers_is_refused() -> None:
    table = parse_toml((LIBRARY / "countries/bolivia.toml").read_text(), "c")
    table["garrison"] = [{"name": f"g{i}", "officers": 4096} for i in range(5000)]
    assert "1 to 4096 officers" in refused(lambda: build_country(table, "c"))


SERIES: dict[str, tuple[str, bytes, str]] = {
    "a cell without an end": ("export_price", b"date,value,source\n1966-01,1," + b"x" * 500_000, "not a table of comma-separated"),
    "NUL bytes": ("export_price", b"date,value,source\n\x00\x00,\x00,\x00", "'value' must be a number"),
    "no headings": ("export_price", b"\n" * 1000, "no rows"),
    "a row that is short": ("neighbours", b"date,value,source,country\n1960-01,0.5,x\n1960-01,0,x,a,b,c", ""),
    "a price of nothing": ("deflator", b"date,value,source\n1960,0,x\n1990,0,x", "above 0"),
    "a price below nothing": ("deflator", b"date,value,source\n1960,-1,x\n1990,2,x", "above 0"),
    "years in another order": ("gdp", b"date,value,source\n1990,100,x\n1960,100,x", "in order"),
    "numbers without a limit": ("abroad", b"date,value,source\n1960,1e308,x\n1961,1e308,x", "must be finite"),
    "no number": ("abroad", b"date,value,source\n1960,nan,x", "must be finite"),
    "an infinite number": ("abroad", b"date,value,source\n1960,-inf,x", "must be finite"),
    "no year": ("gdp", "date,value,source\n²,1,x".encode(), "dates must be years"),
    "a megabyte of rows": ("gdp", b"date,value,source\n" + b"1960,1,x\n" * 120_000, "larger than"),
}  # fmt: skip


@pytest.mark.parametrize("case", SERIES)
@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.usefixtures("soon")
def test_a_hostile_series_is_refused_or_means_something(tmp_path: Path, case: str) -> None:
    driver, content, says = SERIES[case]
    (tmp_path / "own.csv").write_bytes(content)
    file = tmp_path / "s.toml"
    file.write_text(f'{HEAD}[drivers]\n{driver} = "{tmp_path}/own.csv"\n')
    if not says:
        assert isinstance(load(str(file)), Scenario)
        return
    assert says in refused(lambda: load(str(file)))


def test_what_never_answers_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "/dev/zero"):
        assert "is no file" in refused(lambda name=name: read_text(tmp_path / name))


# ------------------------------------------------------------------------------- Parquet


def parquet(columns: Any, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), sink, **options)
    return sink.getvalue()


TWO = parquet({"backlash": [0.01, 0.02], "cost": [0.9, 1.1]}, compression="none")
MANY = pa.array([0.01]).take(pa.array([0] * 200_000))
PANDAS = {b"pandas": b'{"index_columns": ["x"], "columns": [{"numpy_type": "object", "pandas_type": '
                     b'"object", "metadata": {"pickle": "Y29zCnN5c3RlbQo="}}]}'}  # fmt: skip
LYING = Path(__file__).parents[1] / "fuzz/corpus/posterior/group-of-rows-that-lies"
TABLES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no Parquet file"),
    "a beginning": (TWO[:100], "no Parquet file"),
    "an end": (TWO[-100:], "no Parquet file"),
    "two ends": (b"PAR1" + b"\x00" * 100 + b"\xff\xff\xff\x7fPAR1", "no Parquet file"),
    "broken in the middle": (TWO[:40] + b"\xff" * 60 + TWO[100:], "no Parquet file"),
    "JSON": (b'{"backlash": [0.1]}', "no Parquet file"),
    "another parameter": (parquet({"nonsense": [1.0]}), "no parameter 'nonsense'"),
    "texts": (parquet({"backlash": ["0.01"]}), "must be numbers"),
    "lists": (parquet({"backlash": [[0.01]]}), "must be numbers"),
    "tables": (parquet({"backlash": [{"a": 0.01}]}), "must be numbers"),
    "times": (parquet({"backlash": pa.array([1], pa.timestamp("ns"))}), "must be numbers"),
    "bytes": (parquet({"backlash": [b"\x80\x04."]}), "must be numbers"),
    "nothing at all": (parquet({"backlash": pa.nulls(3)}), "must be numbers"),
    "no value": (parquet({"backlash": [0.01, None]}), "takes a number"),
    "no number": (parquet({"backlash": [float("nan")]}), "takes a number"),
    "no rows": (parquet({"backlash": pa.array([], pa.float64())}), "list of numbers"),
    "a column twice": (parquet(pa.Table.from_arrays([pa.array([0.1])] * 2, names=["backlash"] * 2)), "or two"),
    "too many rows": (parquet({"backlash": MANY}, compression="zstd"), "200,000 rows, more than 100,000"),
    "too many columns": (parquet({f"c{i}": [0.1] for i in range(1200)}), "more than 1,000 columns"),
    "a bomb": (parquet({"backlash": ["x" * 20_000_000] * 4}, compression="zstd"), "must be numbers"),
    "a group of 45 billion rows": (LYING.read_bytes(), "contradict the whole"),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
@pytest.mark.usefixtures("soon")
def test_a_hostile_posterior_is_refused(tmp_path: Path, case: str) -> None:
    content, says = TABLES[case]
    (tmp_path / "own.parquet").write_bytes(content)
    assert says in refused(lambda: load("baseline", [f"posterior={tmp_path / 'own.parquet'}"]))


def test_what_a_file_says_to_pandas_is_not_listened_to(tmp_path: Path) -> None:
    table = pa.table({"backlash": [0.01]}).replace_schema_metadata(PANDAS)
    (tmp_path / "own.parquet").write_bytes(parquet(table))
    read = read_columns(tmp_path / "own.parquet", 10)
    assert read.schema.metadata is None
    assert read.to_pandas()["backlash"].tolist() == [0.01]


@pytest.mark.slow
def test_texts_stay_within_bounds(tmp_path: Path) -> None:
    (tmp_path / "bomb.parquet").write_bytes(TABLES["a bomb"][0])
    message = refused(lambda: read_columns(tmp_path / "bomb.parquet", 10, texts=["backlash"]))
    assert "has a text of 20,000,000 bytes" in message
    # sixty million letters, once, in a hundred thousand rows
    many = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), ["x" * 60_000_000])
    (tmp_path / "bomb.parquet").write_bytes(parquet({"a": many}, compression="zstd"))
    message = refused(lambda: read_columns(tmp_path / "bomb.parquet", 100_000, texts=["a"]))
    assert "has a text of 60,000,000 bytes" in message
    (tmp_path / "sound.parquet").write_bytes(parquet({"a": ["x", None, "y"], "b": [1, 2, 3]}))
    read = read_columns(tmp_path / "sound.parquet", 3, texts=["a"])
    assert read.to_pydict() == {"a": ["x", None, "y"], "b": [1, 2, 3]}


# ------------------------------------------------------------- a manifest's scenario, by hand

JUNK: dict[str, tuple[dict[str, Any], str]] = {
    "no months": ({"months": 0}, "'months' must lie in 1 to 168"),
    "months without an end": ({"months": 10**9}, "'months' must lie in"),
    "a driver that is short": ({"drivers": {"export_price": [0.0]}}, "a number in each of 120 months"),
    "a driver that is no number": ({"drivers": {"export_price": [float("nan")] * 120}}, "'export_price' must stay within"),
    "a driver of texts": ({"drivers": {"export_price": ["a"] * 120}}, "'export_price' must be numbers"),
    "a driver of lists": ({"drivers": {"export_price": [[0.0]] * 120}}, "'export_price' must have a number"),
    "drivers left out": ({"drivers": {}}, "must be numbers"),
    "a title that a terminal obeys": ({"title": "\x1b[2J"}, "control character"),
    "an actor left out": ({"policies": {}}, "needs a policy for each"),
}  # fmt: skip
CHANGES: dict[str, tuple[str, Any]] = {
    "an actor that there isn't": ("lever.gods.aid", ["set", 1.0]),
    "a lever that there isn't": ("lever.us.rain", ["set", 1.0]),
    "what can't be done": ("lever.us.aid", ["explode", 1.0]),
    "a lever without bounds": ("lever.us.aid", ["scale", float("inf")]),
    "a parameter out of range": ("parameter.backlash", 9.0),
    "a parameter that is a list": ("parameter.backlash", [0.1]),
    "a parameter that is endless": ("parameter.backlash", 10**400),
    "another coup": ("coup", {"outcome": "maybe", "by": ""}),
    "more of a coup": ("coup", {"outcome": "fails", "by": "", "more": 1}),
}  # fmt: skip


@pytest.mark.parametrize("case", JUNK)
def test_a_resolved_scenario_that_is_not_sound_is_refused(baseline: dict[str, Any], case: str) -> None:
    entries, says = JUNK[case]
    entries = {key: {**baseline[key], **value} if isinstance(value, dict) and value else value
               for key, value in entries.items()}  # fmt: skip
    assert says in refused(lambda: build({**baseline, **entries}))


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_that_no_file_could_ask_for_is_refused(baseline: dict[str, Any], case: str) -> None:
    target, content = CHANGES[case]
    row = {"target": target, "content": content, "since": 3, "until": 9, "place": "x"}
    refused(lambda: build({**baseline, "changes": [row]}))
    for since, until in ((-1, 9), (3, 10**9), (3, float("nan"))):
        sound = {"target": "lever.us.aid", "content": ["set", 1.0], "since": since, "until": until}
        refused(lambda sound=sound: build({**baseline, "changes": [{**sound, "place": "x"}]}))


def test_changes_that_a_file_asked_for_are_built_again() -> None:
    asked = ['at = "1971-09", lever.us.aid.scale = 2, parameter.coup_trap = 0, policy.ussr = "ideological"',
             'at = "1971-08", coup = { outcome = "succeeds", by = "Hugo Banzer" }',
             'at = "1972-01", driver.export_price.hold = "1971-12", rule.ussr.add = [{ name = "r", when = "true", '
             'do = { credit = "1" }, why = "w", source = "s" }]']  # fmt: skip
    made = build(resolve("baseline", [], asked))
    kinds = [type(intervention) for intervention in made.interventions]
    assert sorted(kind.__name__ for kind in kinds) == ["ForcedCoup", "LeverChange", "ParameterChange"]
