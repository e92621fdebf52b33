"""What the mutator may put in, and the sound inputs that it begins with."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from palca.experiments.infer.evidence_file import LIBRARY as GIVEN
from palca.experiments.observe import documented
from palca.model.agents.observables import OBSERVABLES
from palca.model.events import KINDS, TRACKS
from palca.model.language.functions import FUNCTIONS
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.state.channels import CHANNELS
from palca.model.state.drivers import DRIVERS
from palca.model.state.parameters import PARAMETERS
from palca.model.state.state import FIELDS
from palca.scenarios import resolve
from palca.scenarios.reading.library import LIBRARY

_LEVERS: Final = tuple(sorted({lever for levers in LEVERS.values() for lever in levers}))
_KINDS: Final = tuple(sorted({kind for kinds in KINDS.values() for kind in kinds}))
_ODD: Final = (
    "\x00", "\ufeff", "\u202e", "\U0001f600", "1e400", "-1e400", "nan", "inf", "-inf", "-0.0",
    "9223372036854775808", "0x" + "f" * 64, "1_000", "0o777", "0b1", "1979-05-27T07:32:00Z",
    "07:32:00", "1971-13", "0000-00", "9999-12",
)  # fmt: skip

LANGUAGE: Final = (
    *FUNCTIONS, *OBSERVABLES, *sorted(PARAMETERS)[:20], "and", "or", "not", "if", "else", "true",
    "false", "date", "1971-08", "1e9", "1e-9", "0.0", "(", ")", ",", "<", "<=", ">", ">=", "==",
    "!=", "+", "-", "*", "/", "__", "lambda", "**", "clip(", "min(",
)  # fmt: skip
TOML: Final = (
    "[[", "]]", "[", "]", "= ", '"', '"""', "'''", "{ ", " }", ", ", "\n", "#", ".", "\\u0000",
    "\\U0010ffff", "true", "false", "[]", "{}", '""', *_ODD,
)  # fmt: skip
JSON: Final = ("{", "}", "[", "]", ":", ",", '"', "null", "true", "\\ud800", "NaN", *_ODD)
CSV: Final = (",", '"', "\n", "\r\n", "1969", "1969-01", "high", "unverified", *_ODD)
POLICY: Final = (
    *TOML, *LANGUAGE, *_LEVERS, *ACTORS, "actor", "title", "[[rule]]", "name", "when", "do", "why",
    "source", "concept", "enabled",
)  # fmt: skip
SCENARIO: Final = (
    *TOML, *ACTORS, *CHANNELS, *DRIVERS, *FIELDS, *sorted(PARAMETERS), "title", "extends",
    "baseline", "question", "plausibility", "expect", "[[expectation]]", "quantity", "sign", "least",
    "months", "sources", "given", "until", "country",
    "bolivia", "posterior", "record", "[policy]", "[parameters]", "[channels]", "[start]",
    "[drivers]", "[[intervene]]", "at", "deflator",
)  # fmt: skip
CHANGE: Final = (
    *TOML, *ACTORS, *_LEVERS, *DRIVERS, *sorted(PARAMETERS), "at", "until", "why", "source",
    "policy", "lever", "parameter", "driver", "rule", "coup", "death", "survival", "set", "scale",
    "cap", "add", "hold", "drop", "change", "outcome", "by", "leader", "successor", "succeeds",
    "fails", "never", "channel", "start", "posterior", "point", "off", "intervene[0]", "..", ":",
)  # fmt: skip
COUNTRY: Final = (
    *TOML, *FIELDS, "name", "[[leader]]", "short", "ideology", "rank", "top", "middle", "civilian",
    "since", "until", "candidate", "[[garrison]]", "officers", "weight", "[[faction]]", "share",
    "spread", "[[death]]", "at", "leader", "successor", "[drivers]", "[start]",
)  # fmt: skip
CONCEPT: Final = (
    *TOML, *LANGUAGE, *FIELDS, "title", "definition", "literature", "against", "question", "limits",
    "[[arm]]", "[[measure]]", "[[claim]]", "[drawn]", "name", "scenario", "set", "intervene",
    "unit", "mean_of", "sum_of", "any_of", "among", "window", "says", "holds", "least", "because", "otherwise",
    "first.", "event.", "amount.",
)  # fmt: skip
PRIORS: Final = (
    *TOML, *sorted(PARAMETERS), "title", "[priors]", "uniform", "normal", "low", "high", "source",
    "place", "[0.0, 0.1]", "[-1e308, 1e308]",
)  # fmt: skip
SWEEP: Final = (
    *TOML, *sorted(PARAMETERS), "title", "scenario", "[vary]", "design", "grid", "lhs", "sobol",
    "random", "worlds", "replicates", "seed", "set", "intervene", "outcome", "policy.us",
    "intervene[0].at", "..", ":", "0:1:5",
)  # fmt: skip
EVIDENCE: Final = (
    *TOML, *TRACKS, *_KINDS, "title", "events", "[rulers]", "[rulers.wider]", "[attempts]", "[attempts.wider]", "disputed", "[[event]]", "[[absent]]",
    "orientation", "ussr_atmosphere", "us_commitments", "ussr_commitments", "tolerance", "false_negative",
    "side", "extra", "track", "kind", "weight", "sd", "months", "floor", "until", "±", "+-",
)  # fmt: skip
OUTLINE: Final = (*TOML, "title", "source", "ring", "[place]", "[-180.0, 90.0]")
PARQUET: Final = ("PAR1", "pandas", "ARROW:schema", "index_columns", "column_indexes", *PARAMETERS)
MARKDOWN: Final = ("# ", "## ", "| ", "|---|", "```", "![", "](", "<script>", "<!--", "&lt;", "\x00")


def toml(folder: str) -> Iterable[bytes]:
    """Return the texts of the shipped TOML files of some folders."""
    return [path.read_bytes() for path in sorted(LIBRARY.glob(folder))]


def given() -> Iterable[bytes]:
    """Return the shipped evidence, and evidence in a line."""
    yield from (path.read_bytes() for path in sorted(GIVEN.glob("*.toml")))
    yield "?coup 1971-08, embassy 1969-12 ± 3".encode()


def language() -> Iterable[bytes]:
    """Return expressions: an even byte before a number, an odd one before a condition."""
    from palca.scenarios.reading.library import read_toml

    for path in sorted(LIBRARY.glob("policies/*/*.toml")):
        for rule in read_toml(path)["rule"]:
            yield b"1" + rule["when"].encode()
            yield from (b"0" + str(said).encode() for said in rule["do"].values())


def changes() -> Iterable[bytes]:
    """Return lines such as the options --intervene, --set and --vary take."""
    yield (b'at = "1971-09", until = "1972-01", policy.ussr = "ideological"\n'
           b'at = "1971-09", lever.us.aid.scale = 2, parameter.coup_trap = 0\n'
           b'at = "1970-01", driver.export_price.hold = "1971-12", driver.abroad.add = 1')
    yield (b'at = "1971-08", coup = { outcome = "succeeds", by = "Hugo Banzer" }\n'
           b'at = "1969-05", death.leader = "X", survival = "Y", rule.ussr.drop = ["a"]\n'
           b'at = "1971-09", rule.us.change.a = { when = "true" }, rule.us.add = [{ name = "b" }]')
    yield b'+backlash=0.3\n+channel.export_price=off\n+start.fiscal=0.1\n+lever.us.aid.scale=2'
    yield b'+posterior=point\n+policy.ussr=ideological\n?backlash=0.01:0.05\n?a=1971-01..1973-12'
    yield b'at = "1971-09", coup = { outcome = "never" }\n+intervene[0].at=1971-10\n?x=0:2:5'


def sweeps() -> Iterable[bytes]:
    """Return sweeps as files."""
    yield (b'title = "t"\nscenario = "soviet-break-1971"\nreplicates = 200\n[vary]\n'
           b'policy.us = ["administrations", "disengaged"]\n"intervene[0].at" = "1970-01..1973-06"\n')
    yield (b'design = "lhs"\nworlds = 100\nseed = 1\nset = ["cost=1"]\noutcome = ["coups_1972_77"]\n'
           b"intervene = ['at = \"1971-09\", lever.us.aid.scale = 2']\n[vary]\nbacklash = \"0.01:0.05\"\n")


def series() -> Iterable[bytes]:
    """Return the shipped series; the first byte says which driver each is used for."""
    files = {path.stem: path for path in LIBRARY.rglob("*.csv")}
    names = ("us_growth", "neighbours", "us_administrations", "us_cpi", "host_gdp", "tin_price")
    for index, name in enumerate(names):
        lines = files[name].read_bytes().splitlines()
        yield bytes([index]) + b"\n".join([lines[0], *lines[1:][-60:]])
    yield b"\x05date,value,source\n" + b"".join(
        b"%d-%02d,%d,x\n" % (1966 + i // 12, i % 12 + 1, i + 1) for i in range(38)
    )


def record() -> Iterable[bytes]:
    """Return the beginnings of the record's files; the first byte says which."""
    for index, name in enumerate(("events.csv", "series.csv", "base_rates.csv")):
        lines = (documented.FOLDER / name).read_bytes().split(b"\n")
        yield bytes([index]) + b"\n".join(lines[:8]) + b"\n"
    yield b"\3" + (documented.FOLDER / "coverage.csv").read_bytes()  # leaves no month out


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    """Return a table as a Parquet file."""
    sink = io.BytesIO()
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def posteriors() -> Iterator[bytes]:
    """Return small posteriors as Parquet has them, plain, compressed and with dictionaries."""
    columns = {"backlash": [0.01, 0.02], "cost": [0.9, 1.1]}
    yield parquet(columns, compression="none", use_dictionary=False)
    yield parquet(columns, compression="zstd")
    yield parquet({"backlash": [[0.01], [0.02]]}, compression="snappy")
    yield parquet({"backlash": pa.array(["a", None]).dictionary_encode()}, compression="none")


@cache
def small() -> dict[str, Any]:
    """Return a resolved scenario of two months with a rule an actor."""
    change = 'at = "1969-02", lever.us.aid.scale = 2, parameter.coup_trap = 0, policy.ussr = "ideological"'
    made = resolve("baseline", ["posterior=off", "channel.export_price=off", "start.fiscal=0.1"], [change])
    made["months"] = 2
    made["drivers"] = {name: values[:2] for name, values in made["drivers"].items()}
    made["sets"] = {"backlash": [0.01, 0.02]}
    made["country"]["leader"] = made["country"]["leader"][:2]
    made["country"]["death"] = []
    made["policies"] = {
        actor: [{**spell, "table": {**spell["table"], "rule": spell["table"]["rule"][:1]}}
                for spell in spells]
        for actor, spells in made["policies"].items()
    }  # fmt: skip
    del made["factual"]
    return made


def manifests() -> Iterator[bytes]:
    """Return manifests of all kinds; the target adds format and seal."""
    always = {"command": ["palca", "run"], "versions": {"palca": "0"}, "seed": 0, "worlds": 40,
              "digest": "d"}  # fmt: skip
    plan = {"scenario": "baseline", "settings": [], "interventions": [], "design": "grid",
            "factors": [{"name": "backlash", "low": 0.01, "high": 0.05},
                        {"name": "channel.export_price", "levels": ["on", "off"]}],
            "points": 22, "replicates": 2, "worlds": 44, "seed": 0}  # fmt: skip
    kinds: tuple[dict[str, Any], ...] = (
        {"scenario": small()}, {"kind": "comparison", "scenario": small(), "second": small()},
        {"kind": "sweep", "plan": plan, "scenarios": "d", "libraries": {"scipy": "1"}},
        {"kind": "counterfactual", "inputs": {"scenario": small()}, "question": {"given": "x"}},
        {"kind": "discovery", "outcome": ["coups > 1"],
         "variants": [{"levels": ["a"], "scenario": small()}]},
        {"kind": "concept", "concept": 'title = "t"', "arms": [small()]},
        {"kind": "claims"}, {"kind": "gallery"}, {"kind": "something new", "more": [1, {"a": 2}]},
    )  # fmt: skip
    for entries in kinds:
        yield json.dumps({**always, **entries}, ensure_ascii=False, indent=0).encode()


def pages() -> Iterator[bytes]:
    """Return pages of Markdown."""
    yield b"# T\n\n## A\n\nb **c** [d](e)\n\n![f](g.png)\n\n| i | j |\n|---|--:|\n| 1 | 2 |\n"
    yield b"## <b>\n\n```\n<script>\n```\n\n<!-- x -->\n\n- a\n- b\n\n> c\n"


def cells() -> Iterator[bytes]:
    """Return tables of a run's folder; the first byte says of which kind of run."""
    for index, text in enumerate((
        "title,unit,documented,median,q05,q95,pit,inside,crps,crps_naive,skill\nx,y,1,2,0,3,0.4,True,1,2,0.5\n",
        "title,unit,first,second,difference,error\nx,y,1,2,1,0.1\n",
        "given,months_on,quantity,month,factual,counter,effect,error\nfork,36,attempts,1974-09,1,2,1,0.1\n",
        "given,quantity,months_on,channel,part,error\nfork,attempts,36,soviet_fiscal,0.2,0.01\n",
        "given,month,leader,share,families,until\nfork,1971-09,x,1,32.1,1971-08\n",
        "claim,measure,given,value,error,parameters,verdict\nit grew,share,fork,0.1,0.2,0.3,no\n",
        "factor,level,outcome,mean,error\na,1,coups_1972_77,0.1,0.01\n",
        "parameter,outcome,method,index,value,low,high\nbacklash,growth,sobol,total,0.5,0.4,0.6\n,growth,anova,noise_share,0.9,,\n",
        "box,worlds,hits,share,low,high\ncost > 1,10,9,0.9,0.8,0.95\n",
        "parameter,unit,prior,mean,q05,q95,information_gain\nbacklash,x,uniform,1,2,3,0.01\n",
        "years,worlds,outcome,documented,median\nafter,prior,coups_75_77,1,2\n",
        "a_name,value\nthis,1.23456\n",
    )):  # fmt: skip
        yield bytes([index]) + text.encode()


def months() -> Iterator[bytes]:
    """Return a run's file of months, plain and compressed."""
    columns = {"month": ["1969-12", "1970-12"], "series": ["fiscal", "legitimacy"],
               "unit": ["share", "share"], "mean": [0.1, 0.2], "q05": [0.0, 0.1],
               "q50": [0.1, 0.2], "q95": [0.2, 0.3]}  # fmt: skip
    yield parquet(columns, compression="none", use_dictionary=False)
    yield parquet(columns, compression="snappy")


def parts() -> Iterator[bytes]:
    """Return a part of a sweep of 44 worlds."""
    columns = {"backlash": [0.01] * 44, "channel.export_price": ["on"] * 44, "seed": [0] * 44,
               "replicate": [0] * 44, "world": list(range(44)), "attempts": [0.5] * 44}  # fmt: skip
    yield parquet(columns, compression="zstd", write_page_checksum=True,
                  use_dictionary=["channel.export_price"])  # fmt: skip
    yield parquet(columns, compression="none")


def outlines() -> Iterator[bytes]:
    """Return a small map."""
    yield b'title = "t"\nsource = "s"\nring = [[-60.0, -10.0], [-61, -11], [-62, -10]]\n[place]\nx = [-61, -10.5]\n'
