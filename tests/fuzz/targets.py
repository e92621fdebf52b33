"""What is fuzzed: one function a target, which takes bytes and must return.

Whatever the bytes, a loader either gives a sound object or raises the one family of errors
that a user can cause, `PalcaError`. Anything else that leaves a target is a defect of Palca.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from palca.experiments.explore.sweep_file import read_sweep
from palca.experiments.infer.evidence_file import load_given, make_evidence
from palca.experiments.infer.reanalysis import segments_of
from palca.experiments.observe.documented import Record, load_record
from palca.experiments.observe.histories import documented as documented_course
from palca.experiments.simulate.designs import parse_factor
from palca.model.calendar import month_name
from palca.model.errors import PalcaError
from palca.model.language.codegen import compile_rules
from palca.model.language.expressions import Kind, parse, value_of
from palca.model.language.functions import LARGEST_RESULT, finite
from palca.model.language.levers import ACTORS, LEVERS, Lever
from palca.model.language.policy import compile_policy, make_policy
from palca.model.state import counter_rng
from palca.model.state.drivers import DRIVERS
from palca.model.state.interventions import LeverChange
from palca.model.state.parameters import check_parameter, drawn_from
from palca.scenarios import build, load, resolve
from palca.scenarios.concept import make_concept
from palca.scenarios.country import build_country, read_country
from palca.scenarios.driver_files import compute_drivers
from palca.scenarios.interventions import build_interventions, check_changes, parse_change
from palca.scenarios.outline import read_map
from palca.scenarios.priors_table import build_priors, read_priors_file
from palca.scenarios.reading.library import parse_toml, read_toml
from palca.scenarios.scenario import build_policy, names_for
from palca.scenarios.settings import WrittenIntervention, apply_setting

from . import folders, words
from .scratch import file, text_of

_SEEN: Final = np.array([-1e9, -3.0, -0.0, 0.0, 1e-300, 0.5, 31.0, 1e9])  # by world
_WIDE: Final = {"lever": Lever("lever", -1e9, 1e9, 0.0, "", "")}
_USES: Final = ("abroad", "neighbours", "human_rights", "deflator", "gdp", "export_price", "oil")
_MONTHS: Final = 2  # of a scenario with a series of its own


@dataclass(frozen=True, slots=True)
class Target:
    """One way into Palca.

    Attributes
    ----------
    run : callable
        Takes bytes; what it raises, but for a `PalcaError`, is a defect.
    words : tuple of str
        What the mutator may put in.
    seeds : callable
        Gives sound inputs to begin with.
    longest : int
        Bytes of an input.
    """

    run: Callable[[bytes], None]
    words: tuple[str, ...]
    seeds: Callable[[], Iterable[bytes]]
    longest: int = 4096

    def __call__(self, data: bytes) -> None:
        """Run it; forgive the errors of a user, if each is told in one line."""
        message = ""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)  # a number that went astray
                self.run(data)
        except PalcaError as error:
            message = str(error)
        assert message.isprintable(), repr(message)
        assert len(message) <= 2002, message


# ------------------------------------------------------------------------- the language


def _see(names: Iterable[str]) -> dict[str, np.ndarray]:
    """Return what each world sees: another of some awkward numbers for each name."""
    return {name: np.roll(_SEEN, index) for index, name in enumerate(sorted(names))}


def expression(data: bytes) -> None:
    """What is parsed has a value in every world, alone, among others, and within rules."""
    kind: Kind = "condition" if data[:1] >= b"1" else "number"
    names = names_for("ussr")
    read = parse(text_of(data[1:]), kind, names)
    assert parse(read.text, kind, names) == read
    many: dict[str, Any] = {**_see(read.names - {"date"}), "date": 31}
    got = value_of(read, many)
    together = np.broadcast_to(np.asarray(got), _SEEN.shape)
    assert together.dtype == (np.bool_ if kind == "condition" else np.float64)
    if kind == "number":
        assert np.isfinite(finite(together)).all()
        assert not read.tame or (abs(together) <= LARGEST_RESULT).all()
    for world in range(len(_SEEN)):
        one = {name: 31 if name == "date" else float(row[world]) for name, row in many.items()}
        alone = np.asarray(value_of(read, one))
        assert alone.shape == ()
        assert np.array_equal(alone, together[world], equal_nan=kind == "number")
    true, zero = parse("true", "condition", ()), parse("1", "number", ())
    when, do = (read, zero) if kind == "condition" else (true, read)
    moved = compile_rules({0: (when, {"lever": do}), 1: (when, {"lever": do})}, _WIDE)(many)
    one_rule = np.where(together, 1.0, 0.0) if kind == "condition" else finite(together)
    wanted = np.clip(one_rule + one_rule, -1e9, 1e9)
    assert np.array_equal(np.broadcast_to(moved["lever"], wanted.shape), wanted)


def policy(data: bytes) -> None:
    """A policy that is read can be written and read again, and decides for any worlds."""
    table = read_toml(file("policy.toml", data))
    named = table.get("actor")
    actor = named if isinstance(named, str) and named in ACTORS else "ussr"
    read = build_policy(actor, "own", table, "policy.toml")
    names, levers = names_for(actor), LEVERS[actor]
    assert make_policy("own", read.to_dict(), names=names, levers=levers) == read
    decide = compile_policy(read, levers)
    see = _see(names)
    many = decide({**see, "date": 31.0})
    for name, lever in levers.items():
        values = np.broadcast_to(many[name], _SEEN.shape)
        assert ((lever.lowest <= values) & (values <= lever.highest)).all()
        for world in (0, 5):
            one = decide({**{n: float(row[world]) for n, row in see.items()}, "date": 31.0})
            assert float(one[name]) == values[world]


# ------------------------------------------------------------------------- what a user writes


def scenario(data: bytes) -> None:
    """A scenario that is loaded is whole: its drivers cover its months, its actors decide."""
    read = load(str(file("scenario.toml", data)))
    folders.check_whole(read)


def options(data: bytes) -> None:
    """Lines are as after --set (those with a +), after --vary (?) and after --intervene."""
    merged: dict[str, Any] = {key: {} for key in ("parameters", "policies", "channels", "start")}
    merged |= {"intervene": [], "posterior": "record", "place": "x"}
    for line in text_of(data).split("\n")[:5]:
        if line.startswith("+"):
            apply_setting(merged, line[1:])
        elif line.startswith("?"):
            factor = parse_factor(line[1:])
            assert factor.levels or factor.low < factor.high
        else:
            merged["intervene"].append(WrittenIntervention(parse_change(line), None))
    changes = [change for beside in merged["intervene"] for change in beside.changes()]
    held = [change for change in check_changes(changes, 0, 120) if change.kind == "lever"]
    for change in build_interventions(held, (), 0):
        assert isinstance(change, LeverChange)
        assert np.isfinite(change.changed(1.0))


def country(data: bytes) -> None:
    """A country that is built has officers, someone to rule and an initial state."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "country.toml"
        file.write_bytes(data)
        made = build_country(read_country(file), "country.toml")
    assert 0 < sum(garrison.officers for garrison in made.garrisons) <= 4096
    assert all(np.isfinite(value) for value in made.start.values())
    assert 0 <= made.start.get("leader", 0) < len(made.leaders)


def concept(data: bytes) -> None:
    """A concept that is read has a contrast, and claims about it."""
    made = make_concept("own", text_of(data), "concept.toml")
    assert len(made.arms) > 1
    assert made.claims


def priors(data: bytes) -> None:
    """Priors that are read are priors of a manifest too, and draws of them keep to the range."""
    _, rows = read_priors_file(file("priors.toml", data))
    read = build_priors(rows, "manifest")
    assert read.keys() == rows.keys()
    keys = counter_rng.world_keys(0, np.arange(64))
    for name, values in drawn_from(read, keys).items():
        check_parameter(name, values)


def sweep(data: bytes) -> None:
    """A sweep that is read varies something."""
    assert read_sweep(file("sweep.toml", data)).factors


def evidence(data: bytes) -> None:
    """Evidence that is read has windows, errors and weights that can be used."""
    text = text_of(data)
    record, histories = _record()
    given = load_given(text[1:]) if text.startswith("?") else parse_toml(text, "given.toml")
    read = make_evidence(given, "given.toml", histories, record)
    assert all(seen.first <= seen.last and 0.0 <= seen.false_negative <= 1.0 for seen in read.events)
    assert all(np.isfinite(level.value) and level.sd > 0.0 for level in read.levels)
    assert all(reign.first <= reign.last for reign in read.rulers)
    ends = segments_of(read, histories.months)
    assert ends == sorted({*ends})
    assert ends[-1] == histories.months


@cache
def _record() -> tuple[Record, Any]:
    record = load_record()
    return record, documented_course(record, build(resolve("baseline")))


def outline(data: bytes) -> None:
    """A map that is read has an outline."""
    assert len(read_map(file("map.toml", data)).ring) >= 3


def driver(data: bytes) -> None:
    """A series, whatever it drives, gives a number in each month."""
    name = _USES[data[0] % len(_USES)] if data else _USES[0]
    made = compute_drivers({**_short_series(), name: str(file("own.csv", data[1:]))}, 0, _MONTHS, ())
    for name, (low, high, _) in DRIVERS.items():
        assert len(made[name]) == _MONTHS
        assert all(low <= value <= high for value in made[name])


@cache
def _short_series() -> dict[str, str]:
    """Write a short series for everything that drives a country; return their paths."""
    prices = [f"{month_name(i)},1,x" for i in range(-36, _MONTHS)]
    named = {}
    for name in _USES:
        rows = prices if name in ("export_price", "oil") else ["1965,1,x", "1969,1,x"]
        rows = ["1960-01,0,x,a"] if name in ("neighbours", "human_rights") else rows
        rows = ["1960,100,x", "1970,100,x"] if name == "gdp" else rows
        text = "\n".join(["date,value,source,country", *rows])
        named[name] = str(file(f"{name}.csv", text.encode()))
    return named


TARGETS: Final[dict[str, Target]] = {
    "expression": Target(expression, words.LANGUAGE, words.language, 600),
    "policy": Target(policy, words.POLICY, partial(words.toml, "policies/*/*.toml"), 8192),
    "scenario": Target(scenario, words.SCENARIO, partial(words.toml, "*.toml")),
    "options": Target(options, words.CHANGE, words.changes, 1024),
    "country": Target(country, words.COUNTRY, partial(words.toml, "countries/*.toml"), 8192),
    "concept": Target(concept, words.CONCEPT, partial(words.toml, "concepts/*.toml"), 8192),
    "priors": Target(priors, words.PRIORS, partial(words.toml, "priors/*.toml"), 4096),
    "sweep": Target(sweep, words.SWEEP, words.sweeps, 1024),
    "evidence": Target(evidence, words.EVIDENCE, words.given),
    "outline": Target(outline, words.OUTLINE, words.outlines, 2048),
    "driver": Target(driver, words.CSV, words.series, 8192),
    "record": Target(folders.record, words.CSV, words.record),
    "posterior": Target(folders.posterior, words.PARQUET, words.posteriors),
    "months": Target(folders.months, words.PARQUET, words.months),
    "part": Target(folders.part, words.PARQUET, words.parts, 8192),
    "manifest": Target(folders.manifest, words.JSON, words.manifests, 32_768),
    "table": Target(folders.table, words.CSV, words.cells),
    "page": Target(folders.page, words.MARKDOWN, words.pages, 1024),
}
