"""The documents name what the code has."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer

from palca.experiments.cli.app import app
from palca.experiments.concepts.contrast import contrast
from palca.experiments.concepts.gallery import section
from palca.experiments.observe.by_month import RIGHT
from palca.model import ColdWarModel
from palca.model.calendar import month_index
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.state.channels import CHANNELS
from palca.model.state.drivers import DRIVERS
from palca.model.state.parameters import PARAMETERS
from palca.model.state.state import FIELDS
from palca.scenarios import build, load, resolve
from palca.scenarios.concept import load_concept
from palca.scenarios.reading.library import shipped_policies

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))  # what makes the documents isn't installed

from benchmarks.silence import evidence_by_silence  # noqa: E402
from docs import elsewhere  # noqa: E402
from docs.pairing import PAGE, row  # noqa: E402

pytestmark = pytest.mark.quick

ODD = (ROOT / "docs/ODD.md").read_text(encoding="utf-8")
POLICIES = (ROOT / "docs/POLICIES.md").read_text(encoding="utf-8")
# "Casper and Tyson 2014", "Gassebner, Gutmann and Voigt 2016", "Nielsen et al. 2011"
_WORK = re.compile(r"[A-Z][\w-]+(?:(?:, | and )[A-Z][\w-]+)*(?: et al\.)? (?:18|19|20)\d\d")
# Words of statistics and simulation that a reader may want to look up.
STANDARD_TERMS = (
    "ablation", "abduction", "agent-based model", "approximate bayesian", "auc", "bayes factor",
    "bootstrap", "brier score", "calibration", "classification tree", "clustered", "common random",
    "confidence interval", "counterfactual", "credible interval", "crps", "cascade", "design",
    "effective sample size", "energy", "extrapolation", "free parameter", "free-running", "gower",
    "hazard", "information gain", "jeffreys", "kullback", "least size of interest", "likelihood",
    "log odds", "log score", "logit", "marginal likelihood", "median", "monte carlo", "morris",
    "naive forecast", "nat", "necessity", "p-value", "paired", "particle", "pit", "posterior",
    "posterior predictive", "power", "prior", "proper score", "quantile", "reanalysis",
    "reliability", "replicate", "resampling", "ridge regression", "seed", "significant", "size",
    "skill", "sobol", "standard deviation", "standard error", "sufficiency", "summary statistics",
    "synthetic likelihood", "twins", "variogram", "wilson",
)  # fmt: skip


@pytest.mark.parametrize("name", [*FIELDS, *CHANNELS, *DRIVERS])
def test_odd_names_every_field_channel_and_driver(name: str) -> None:
    assert f"`{name}`" in ODD


@pytest.mark.parametrize("name", [name for name, row in PARAMETERS.items() if row.free])
def test_odd_lists_every_free_parameter(name: str) -> None:
    assert f"`{name}`" in ODD.split("### 7.11")[1]


def test_odd_names_no_parameter_that_does_not_exist() -> None:
    equations = "\n".join(line for line in ODD.splitlines() if line.startswith("    "))
    words = set(re.findall(r"[a-z]+_[a-z_]+", equations))
    levers = {lever for actor in ACTORS for lever in LEVERS[actor]}
    assert len(words) > 80
    assert words - {*PARAMETERS, *FIELDS, *DRIVERS, *levers} == {"z_i"}


def test_odd_lists_every_work_that_the_parameter_table_cites() -> None:
    sources = ODD.split("## 10. Sources")[1].replace("é", "e").replace("á", "a").replace("ñ", "n")
    cited = {
        work
        for row in PARAMETERS.values()
        for work in _WORK.findall(row.source)
        if not work.startswith(("FRUS", "TIME", "Dec", "CIA", "INR"))
    }
    assert len(cited) > 15
    assert {work for work in cited if work not in " ".join(sources.split())} == set()


def test_policies_md_names_every_policy() -> None:
    names = [name for actor in ACTORS for name in shipped_policies(actor)]
    assert len(names) > 15
    assert [name for name in names if f"`{name}`" not in POLICIES] == []


@pytest.mark.slow
def test_odd_tells_numbers_of_the_baseline_as_it_ships() -> None:
    history = ColdWarModel(load("baseline"), worlds=10_000, rng=0).run()
    orientation, attempt, success = (
        history.field(name) for name in ("orientation", "attempt", "success")
    )
    left, right = orientation <= -RIGHT, orientation >= RIGHT
    once = np.logical_or.accumulate(left, axis=0)
    arose = once[month_index("1971-12")]
    came = np.any((once & right)[: month_index("1974-01")], axis=0)
    numbers = [
        arose.mean(),
        came[arose].mean(),
        right[month_index("1972-01")].mean(),
        attempt[1:][success[:-1] > 0].mean(),
    ]
    sentence = re.search(
        r"by the end of 1971 in (\d+) %, and in (\d+) % of these the right rules at some time before "
        r"1974; in (\d+) % of all worlds .* another attempt in (\d+) % of cases", " ".join(ODD.split()),
    )  # fmt: skip
    assert sentence is not None
    assert [f"{number:.0%}" for number in numbers] == [f"{each}%" for each in sentence.groups()]


@pytest.mark.slow
def test_the_table_of_pairing_is_that_of_the_command_beside_it() -> None:
    assert row("soviet-break-1972") + "\n" in PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_table_of_openings_elsewhere_is_what_worlds_do() -> None:
    lines = elsewhere.rows("peru-1968")
    assert len(lines) == 7
    assert "\n".join(lines) + "\n" in elsewhere.PAGE.read_text(encoding="utf-8")


def test_the_posterior_is_told_as_it_ships() -> None:
    page = (ROOT / "docs/CALIBRATION.md").read_text(encoding="utf-8").replace("−", "-")
    parameter_sets = pd.read_parquet(ROOT / "scenarios/posteriors/record.parquet")
    row = r"^\| `(\w+)` \| (\S+) (.*) \| ([\d.-]+) \| ([\d.-]+)–([\d.-]+) \| \d+ \|$"
    rows = re.findall(row, page, re.MULTILINE)
    moments = pd.read_csv(ROOT / "docs/numbers/parameters.csv")
    assert len(rows) == moments["informative"].sum()
    prior_of = build(resolve("baseline")).free_priors
    for name, family, prior, *numbers in rows:
        assert prior_of[name].family == family.replace("-", "")
        assert [prior_of[name].first, prior_of[name].second] == _numbers(prior)
        values = [parameter_sets[name].mean(), *np.quantile(parameter_sets[name], [0.05, 0.95])]
        for text, value in zip(numbers, values, strict=True):
            unit = 10.0 ** -len(text.partition(".")[2])
            assert abs(float(text) - value) <= 0.5001 * unit, (name, text, value)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", text)]


@pytest.mark.slow
def test_a_concept_of_the_gallery_is_told_as_it_comes_out() -> None:
    page = (ROOT / "docs/CONCEPTS.md").read_text(encoding="utf-8")
    found = contrast(load_concept("two-level-game"), 2000, 0)
    lines = section(found, {}).splitlines()
    assert [line for line in lines if line not in page and not line.startswith("![")] == []


def test_readers_are_told_to_cite_this_version() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    versions = {
        v for page in pages for v in re.findall(r"\bPalca (\d+\.\d+\.\d+)", page.read_text("utf-8"))
    }
    assert versions == {version("palca")}


def test_the_glossary_has_the_standard_terms_that_the_documents_use() -> None:
    glossary = (ROOT / "docs/GLOSSARY.md").read_text(encoding="utf-8")
    defined = " ".join(row.split("|")[1].lower() for row in glossary.splitlines() if row[:2] == "| ")
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    used = " ".join(page.read_text("utf-8").lower() for page in pages if "GLOSSARY" not in page.name)
    terms = [term for term in STANDARD_TERMS if re.search(rf"\b{term}", used)]
    assert len(terms) > 40
    assert [term for term in terms if not re.search(rf"\b{term}", defined)] == []


def test_the_documents_name_commands_that_there_are() -> None:
    there = {*typer.main.get_command(app).commands}  # type: ignore[attr-defined]
    named: dict[str, str] = {}
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    for page in pages:
        for code in re.findall(r"^```.*?^```|`[^`\n]+`", page.read_text("utf-8"), re.S | re.M):
            named |= dict.fromkeys(re.findall(r"^`?palca ([a-z]+)", code, re.M), page.name)
    assert len(named) > 15
    there.add("coups")  # the example of CONTRIBUTING.md
    assert {name: page for name, page in named.items() if name not in there} == {}


def test_the_page_on_evidence_counts_soviet_months_as_the_record_does() -> None:
    page = (ROOT / "docs/EVIDENCE.md").read_text(encoding="utf-8")
    counted = [
        (name, str(sum(level.series == "ussr_atmosphere" for level in evidence.levels)))
        for name, evidence in evidence_by_silence()
    ]
    assert re.findall(r"^\| (.+) \| (\d+) \| −", page, re.MULTILINE) == counted
