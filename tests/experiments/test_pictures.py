"""All figures: one style, words for those who can't see them, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest
from example_findings import answer, one_claim, pairs, swept
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from palca.experiments.counterfactual.experiment import _draw_claims
from palca.experiments.counterfactual.figure import draw_counterfactual
from palca.experiments.counterfactual.paired_report import draw_comparison
from palca.experiments.counterfactual.stories import exemplars
from palca.experiments.counterfactual.twins import QUANTITIES
from palca.experiments.explore.discovery import Box, Discovery
from palca.experiments.explore.discovery_report import draw_discovery
from palca.experiments.explore.sensitivity import Measured, Noise
from palca.experiments.explore.sensitivity_report import draw_indices
from palca.experiments.explore.sweep_figure import draw_sweep
from palca.experiments.explore.sweep_table import chosen_outcomes, means
from palca.experiments.infer.figures import draw_posterior, draw_ranks
from palca.experiments.io.figure_style import (
    COLOURS,
    FACT,
    SERIES,
    Picture,
    name_ends,
    new_figure,
    spells,
    style,
)
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.histories import documented
from palca.experiments.observe.outcomes import OUTCOMES
from palca.experiments.observe.patterns import PATTERNS
from palca.experiments.run.figure import draw_history
from palca.experiments.simulate.ensemble import run_blocks, summarise
from palca.experiments.validate.ablations import ALTERNATIVES, ModelComparison
from palca.experiments.validate.cross_country import Regularities
from palca.experiments.validate.evidence_weights import WEIGHTINGS
from palca.experiments.validate.figures import pictures
from palca.experiments.validate.forecast_skill import Scores
from palca.experiments.validate.pattern_frequencies import Patterns
from palca.experiments.validate.validate import Validation, Versions
from palca.model import ColdWarModel
from palca.model.state.parameters import PARAMETERS, PRIORS
from palca.scenarios import build, resolve

HOSTILE = "Aid of $5 \\frac{ <b>&amp; _^"
DOCUMENTED = {"history", "counterfactual", "validation-ahead.png", "validation-countries.png"}
UNITS = {o.unit for o in OUTCOMES} | {p.unit for p in PARAMETERS.values()} | {
    unit for _, unit in QUANTITIES.values()
} | {"months", "USD m", "USD m a year", "attempts"}  # fmt: skip


def history(*settings: str) -> Picture:
    resolved = resolve("baseline", settings)
    scenario = build(resolved)
    blocks = run_blocks(resolved, 30, 0)
    summary, _ = summarise(blocks, lambda block: None, scenario.months,
                           len(scenario.country.leaders))  # fmt: skip
    return draw_history(scenario, summary, documented(load_record(), scenario), HOSTILE)


def sweep(count: int) -> Picture:
    outcomes = chosen_outcomes(["coups_1972_77", "growth", "longest_spell"])
    plan, worlds = swept(count, outcomes)
    return draw_sweep(plan, worlds, means(plan, worlds, outcomes), outcomes, HOSTILE)


def sensitivity(measure: str) -> Picture:
    outcomes = chosen_outcomes(["coups_1972_77", "growth"])
    value = np.array([0.4, 0.2, np.nan])
    measured = [
        Measured(o.name, of, value, value - 0.3, value + 0.1)
        for o in outcomes
        for of in ("total", "first", "effect")
        if (of == "effect") == (measure == "effect")
    ]
    noise = [Noise(o.name, 0.6, 1.0) for o in outcomes]
    return draw_indices(["backlash", "cost", "purge"], outcomes, measured, noise, HOSTILE)


def discovery() -> Picture:
    chance = np.random.default_rng(0)
    factors = pd.DataFrame({"cost": chance.random(300), "backlash": chance.random(300)})
    hits = factors["cost"].to_numpy() > 0.5
    found = Discovery("coups > 1", hits.mean(), [Box("cost > 0.5", 9, 8, 0.6, 1.0, 0.9)],
                      (0.9, 0.8, 0.95), {"cost": 0.3, "backlash": 0.0}, hits)  # fmt: skip
    return draw_discovery(found, factors, HOSTILE)


class _Calibrated:
    """What the pictures of a calibration look at."""

    names = ("backlash", "cost", "coup_trap", "purge", "prestige_ussr")
    free = {name: PRIORS[name] for name in names}  # noqa: RUF012
    draws = {name: prior.ppf(np.linspace(0.2, 0.6, 40)) for name, prior in free.items()}  # noqa: RUF012
    information_gain = np.linspace(0.0, 0.8, 5)
    informative = information_gain > 0.05


class _Again:
    ranks = np.random.default_rng(0).integers(0, 100, (60, 5))
    draws = 99


def validation() -> dict[str, Picture]:
    months, chance = 120, np.random.default_rng(0)
    truth = np.zeros((2, months))
    truth[:, [8, 31]] = 1
    said = chance.random((2, months))
    said[:, 0] = np.nan
    scores = Scores([], {}, {}, {}, said, {"constant": 0.1 + 0 * said}, truth)
    table = pd.DataFrame([
        {"number": p.number, "pattern": p.title, "origin": p.origin, "worlds": 0.3, "of_those": 0.6}
        for p in PATTERNS
    ])  # fmt: skip
    rows = pd.DataFrame({"class": ["1yr", "2-3yr"], "simulated": [0.4, 0.2], "low": [0.3, 0.1],
                         "high": [0.5, 0.3], "documented": [0.3, 0.1], "documented_low": [0.2, 0.0],
                         "documented_high": [0.4, 0.2]})  # fmt: skip
    growth = rows.assign(**{"class": ["lt0", "ge3"]})
    countries = Regularities(rows, growth, (0.5, 0.4, 0.6), (57, 111), pd.DataFrame(), 200)
    comparisons = [
        ModelComparison(name, group, np.array([level, level + 0.5]), 0.0, np.zeros(len(PATTERNS)))
        for name, group, level in (("the scenario", "own", -50.0), ("export_price", "without", -53.0),
                                   ("random", "alternative", -600.0), ("broken", "broken", -1050.0))
    ]  # fmt: skip
    names = ("the scenario", *ALTERNATIVES)
    rest = {name: np.zeros(2) for name in names}
    weighed = {title: {name: np.array([-1.0, -2.0]) - k * (1 + len(title)) / 20
                       for k, name in enumerate(names)} for title in WEIGHTINGS}  # fmt: skip
    versions = Versions(comparisons, rest, countries, weighed)
    patterns = Patterns(table, np.zeros(1, np.int64), pd.DataFrame(), pd.DataFrame())
    made = pictures(Validation("x", 1, 0, scores, patterns, countries, versions))
    return {name: draw() for name, draw in made.items()}


@pytest.fixture(scope="module")
def all_pictures() -> Iterator[dict[str, Picture]]:
    with one_claim() as answers:
        found: Any = _Calibrated()
        again: Any = _Again()
        yield {
            "history": history(),
            "comparison": draw_comparison(("a", HOSTILE), pairs(20)),
            "counterfactual": draw_counterfactual(answer()),
            "claims": _draw_claims(answers),
            **{f"sweep{count}": sweep(count) for count in (1, 2, 3)},
            **{name: sensitivity(name) for name in ("total", "effect")},
            "discovery": discovery(),
            "posterior": draw_posterior(found, HOSTILE),
            "ranks": draw_ranks(found, again, "Found?"),
            **validation(),
        }


@pytest.fixture(scope="module")
def svgs(all_pictures: dict[str, Picture]) -> dict[str, bytes]:
    return {name: picture.svg() for name, picture in all_pictures.items()}


@pytest.mark.slow
def test_every_picture_tells_what_it_shows(all_pictures: dict[str, Picture]) -> None:
    assert len(all_pictures) == 17
    assert len({picture.alt for picture in all_pictures.values()}) == 17
    for name, picture in all_pictures.items():
        assert 60 < len(picture.alt) < 1000, name
        assert re.search(r"\d", picture.alt), name  # the main reading, from the data
        assert not re.search(r"\bnan\b|  |\n", picture.alt), picture.alt


@pytest.mark.slow
def test_each_strip_of_worlds_has_their_own_numbers() -> None:
    found = answer()
    axes = draw_counterfactual(found).figure.axes[-len(found.parts) :]
    for axis, part in zip(axes, found.parts.values(), strict=True):
        numbers = [int(label.get_text()) for label in axis.get_yticklabels()]
        assert numbers == [int(world) for world in exemplars(part.twins, len(numbers))]


def assert_nothing_is_cropped(picture: Picture, name: str) -> None:
    for axis in picture.figure.axes:
        least = np.where([axis.get_xscale() == "log", axis.get_yscale() == "log"],
                         axis.dataLim.minpos, axis.dataLim.min)  # fmt: skip
        ends = np.sort([axis.get_xlim(), axis.get_ylim()], axis=1)
        for low, high, (first, last) in zip(least, axis.dataLim.max, ends, strict=True):
            if np.isfinite([low, high]).all():
                panel = name, axis.get_title(loc="left"), axis.get_ylabel()
                assert first - 1e-9 <= low <= high <= last + 1e-9, panel


@pytest.mark.slow
def test_no_picture_crops_what_it_draws(all_pictures: dict[str, Picture]) -> None:
    for name, picture in all_pictures.items():
        assert_nothing_is_cropped(picture, name)


def test_a_history_beyond_all_measure_is_drawn_whole() -> None:
    wild = history("policy.ussr=generous-patron", "opportunity=1")
    assert_nothing_is_cropped(wild, "history")
    _, orientation, _, credits, _, attempts, _, *_ = wild.figure.axes
    assert credits.get_ylim()[1] > 300  # million USD; in the baseline some 130
    assert attempts.get_ylim()[1] > 1.12  # more than one attempt in a quarter
    shares = np.asarray(orientation.images[0].get_array())
    assert orientation.images[0].norm.vmax == pytest.approx(100)
    np.testing.assert_allclose(shares.sum(axis=0), 100)
    resolved = resolve("baseline", ["policy.ussr=generous-patron", "opportunity=1"])
    worlds = ColdWarModel(build(resolved), worlds=30, rng=0).run().field("orientation")
    edges = np.arange(-12, 13) / 12
    direct = [100 / 30 * np.histogram(values, edges)[0] for values in worlds]
    assert np.abs(shares.T - direct).mean() < 0.1  # some values lie on an edge


@pytest.mark.slow
def test_every_svg_carries_the_words(all_pictures: dict[str, Picture], svgs: dict[str, bytes]) -> None:
    for name, picture in all_pictures.items():
        description = ElementTree.fromstring(svgs[name]).find(".//{http://purl.org/dc/elements/1.1/}description")
        assert description is not None
        assert description.text == picture.alt


@pytest.mark.slow
def test_files_are_the_same_each_time(
    all_pictures: dict[str, Picture], svgs: dict[str, bytes], tmp_path: Any
) -> None:
    for name in ("sweep2", "claims"):
        path = tmp_path / f"{name}.png"
        all_pictures[name].write(path)
        assert path.with_suffix(".svg").read_bytes() == svgs[name]
        assert Image.open(path).info["Description"] == all_pictures[name].alt
    assert sensitivity("total").svg() == svgs["total"]
    assert sweep(1).png() == sweep(1).png()


def test_a_picture_is_drawn_alike_whatever_the_user_has_set() -> None:
    expected = sensitivity("total").svg()
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "black", "text.usetex": False,
                                "image.cmap": "jet", "svg.hashsalt": "other"}):  # fmt: skip
        assert matplotlib.rcParams["font.size"] == 20
        made = sensitivity("total")
        assert made.figure.get_size_inches().tolist() == [8.0, 3.6]
        assert {t.get_fontsize() for t in made.figure.axes[0].get_yticklabels()} == {8.0}
        assert f"font-size: {8.0}".encode() not in expected  # letters are drawn, not set


@pytest.mark.slow
def test_what_is_documented_has_a_colour_of_its_own(svgs: dict[str, bytes]) -> None:
    for name, svg in svgs.items():
        assert (FACT.encode() in svg) == (name in DOCUMENTED), name


@pytest.mark.slow
@pytest.mark.usefixtures("svgs")  # drawn once, so that ticks have their labels
def test_every_axis_that_shows_numbers_says_their_unit(all_pictures: dict[str, Picture]) -> None:
    seen = 0
    for name, picture in all_pictures.items():
        for axis in picture.figure.axes:
            if not axis.get_visible():
                continue
            for way in (axis.xaxis, axis.yaxis):
                labels = [t.get_text() for t in way.get_ticklabels() if t.get_visible() and t.get_text()]
                numbers = [t for t in labels if re.fullmatch(r"[−-]?[\d.,]+", t)]
                if not numbers or all(re.fullmatch(r"19\d\d", t) for t in numbers):
                    continue
                seen += 1
                common = picture.figure.get_supxlabel() if way is axis.xaxis else ""
                label = way.get_label_text() or common
                has_unit = re.search(r"\(.+\)|%|rank|coup attempts", label, re.DOTALL) or label in UNITS
                assert has_unit, (name, axis.get_title(loc="left"), label, numbers)
    assert seen > 50


def test_sides_and_series_are_told_apart_in_grey() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    for colours in (list(COLOURS.values()), [SERIES[0], SERIES[1]]):
        levels = sorted(map(lightness, colours))
        assert min(np.diff(levels)) > 0.12


@given(st.lists(st.floats(0, 100), min_size=2, max_size=6))
def test_names_at_ends_of_lines_keep_apart_and_in_order(levels: list[float]) -> None:
    with style():
        axis = new_figure(5, 4).subplots()
        axis.set_ylim(0, 100)
        names = [str(i) for i in range(len(levels))]
        name_ends(axis, 1.0, levels, names, ["black"] * len(levels))
    placed = {t.get_text(): float(t.xy[1]) for t in axis.texts}  # type: ignore[attr-defined]
    heights = np.array([placed[name] for name in names])
    inches = axis.get_window_extent().height / axis.figure.dpi
    assert np.diff(np.sort(heights)).min() * inches / 100 >= 0.149
    assert heights.max() <= 100 + 1e-9
    assert sorted(levels) == [levels[i] for i in np.argsort(heights)]


@given(st.lists(st.sampled_from("abc"), min_size=1))
def test_spells_cover_all_and_change_between(values: list[str]) -> None:
    found = spells(values)
    assert [i for first, end in found for i in range(first, end)] == list(range(len(values)))
    assert all(len(set(values[first:end])) == 1 for first, end in found)
    assert all(values[end - 1] != values[end] for _, end in found[:-1])
