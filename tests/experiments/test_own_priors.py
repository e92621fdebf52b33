"""Priors of one's own in experiments: worlds like ours, sweeps, calibrations, folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_model import write_small

from fault_commands import BRIEF, Run
from palca.experiments.counterfactual.asking import VARIANTS, variant_of
from palca.experiments.counterfactual.experiment import ClaimsExperiment
from palca.experiments.explore.discovery_data import drawn_worlds
from palca.experiments.infer.evidence import EventObservation, Evidence
from palca.experiments.infer.reanalysis import at_fork, key_of, reanalyse
from palca.experiments.infer.reference_table import simulate, values_of
from palca.experiments.report.scenario import summarise
from palca.experiments.simulate.priors import free_in, said_of
from palca.model.state.parameters import PRIORS
from palca.scenarios import build, resolve

EVIDENCE = Evidence("an embassy", (EventObservation("ussr", "embassy", 0, 0, 0, 0.0),))
ROW = 'opportunity = { uniform = [0.02, 0.03], source = "a test" }'


def written(*rows: str, folder: Path = Path(), name: str = "mine.toml") -> str:
    file = folder / name
    file.write_text("\n".join(('title = "Mine"', "[priors]", *rows)), encoding="utf-8")
    return f"priors={file}"


def restated() -> list[str]:
    """Return the baseline's priors as rows, but for that whose channel is closed in the small model."""
    return [f'{name} = {{ {prior.family} = [{prior.first!r}, {prior.second!r}], source = "a test" }}'
            for name, prior in build(resolve("baseline")).free_priors.items()
            if name != "complementarity"]  # fmt: skip


def small(folder: Path, *settings: str) -> dict[str, Any]:
    return resolve(str(write_small(folder)), settings)


def test_worlds_like_ours_are_kept_by_their_priors(tmp_path: Path) -> None:
    def key(*rows: str) -> str:
        setting = [written(*rows, folder=tmp_path)] if rows else []
        return key_of(small(tmp_path, *setting), EVIDENCE, 3)

    assert key() == key(*restated())  # they are the same worlds
    other = ROW.replace("0.03", "0.0300000001")
    assert len({key(), key(ROW), key(other)}) == 3
    assert key(ROW) == key(ROW.replace("a test", "another source"))
    normal = 'cost = { normal = [1.0, 0.1], source = "x" }'
    assert key(normal) != key(normal.replace(", source", ", low = 0.5, source"))


def test_restated_priors_give_the_same_worlds_like_ours(tmp_path: Path) -> None:
    own = small(tmp_path, written(*restated(), folder=tmp_path))
    one, other = (reanalyse(r, EVIDENCE, 30, 3) for r in (own, small(tmp_path, "posterior=off")))
    assert (one.key, one.segments) == (other.key, other.segments)
    assert all(np.array_equal(one.tries[end], other.tries[end]) for end in one.tries)


def test_worlds_like_ours_have_parameters_of_the_priors(tmp_path: Path) -> None:
    own = small(tmp_path, written(ROW, folder=tmp_path))
    found = reanalyse(own, EVIDENCE, 200, 3)
    particles = at_fork(own, EVIDENCE, found, found.end, 2)
    drawn = particles.parameters["opportunity"]
    assert 0.02 <= drawn.min() < drawn.max() <= 0.03
    assert drawn.mean() == pytest.approx(0.0253, abs=0.001)  # an embassy is likelier where it is high
    # what happens with the probability 5 times the parameter
    probability = np.exp(found.log_evidence(found.end))
    assert probability == pytest.approx(0.125, abs=0.03)


def test_a_prior_of_one_point_finds_the_worlds_of_the_value_that_is_set(tmp_path: Path) -> None:
    point = ROW.replace("0.03", "0.02")
    own = small(tmp_path, written(point, folder=tmp_path))
    fixed = small(tmp_path, "opportunity=0.02")
    one, other = (reanalyse(resolved, EVIDENCE, 30, 3) for resolved in (own, fixed))
    assert all(np.array_equal(one.tries[end], other.tries[end]) for end in one.tries)
    assert "opportunity" not in free_in(own)


def test_a_discovery_draws_from_the_priors(tmp_path: Path) -> None:
    own = resolve(BRIEF, [written(ROW, folder=tmp_path)])
    asked = {"vary": [], "variants": [{"levels": [], "scenario": own}], "worlds": 60, "seed": 0}
    table, _ = drawn_worlds(asked, ["growth"], 1, lambda *_: None)
    assert set(table) == set(free_in(own))
    assert table["opportunity"].between(0.02, 0.03).all()


def test_a_sentence_and_a_page_say_whose_priors_they_are(tmp_path: Path) -> None:
    own, usual = resolve(BRIEF, [written(ROW, folder=tmp_path)]), resolve(BRIEF)
    (said,) = said_of([usual, own, own])
    assert "mine.toml" in said
    assert "opportunity uniform(0.02, 0.03)" in said
    facts = [text for _, text in summarise(own).facts]
    assert any("opportunity uniform(0.02, 0.03)" in text and "a test" in text for text in facts)


def test_claims_are_asked_again_of_what_their_files_held() -> None:
    manifest = {"worlds": 2, "seed": 5, "settings": ["priors=gone.toml"], "inputs": [{"scenario": {}, "given": {}}]}
    again = ClaimsExperiment.from_manifest(manifest, Path())
    assert (again.settings, again.inputs) == (["priors=gone.toml"], manifest["inputs"])
    assert ClaimsExperiment.from_manifest({"worlds": 2, "seed": 5}, Path()).inputs == []


@pytest.mark.parametrize("name", VARIANTS)
def test_alternative_models_are_made_whatever_has_a_prior(tmp_path: Path, name: str) -> None:
    parameters, closed = VARIANTS[name]
    settings = [*(f"{key}={value}" for key, value in parameters.items()),
                *(f"channel.{channel}=off" for channel in closed)]  # fmt: skip
    usual = "soviet-break-1971"
    made = variant_of(resolve(usual), name)
    assert made == {**resolve(usual, settings), "title": made["title"]}
    own = written(*(f'{key} = {{ normal = [0.0, 0.01], source = "x" }}'
                    for key in ("backlash", "coup_trap", "prestige_ussr")), folder=tmp_path)  # fmt: skip
    build(variant_of(resolve(usual, [own]), name))


# commands


def test_a_run_says_its_priors_and_is_repeated_without_their_file(palca: Run) -> None:
    written(ROW)
    code, out, _ = palca("run", BRIEF, "-n", "40", "--priors", "mine.toml", "--by-prior", "-o", "made")
    assert code == 0
    assert "Priors of mine.toml: opportunity uniform(0.02, 0.03)" in " ".join(out.split())
    assert "in fifths of the priors" in " ".join(out.split())
    assert "parameter" in pd.read_csv("made/fifths.csv").columns
    manifest = json.loads(Path("made/manifest.json").read_text())
    assert manifest["scenario"]["priors"]["opportunity"]["uniform"] == [0.02, 0.03]
    Path("mine.toml").unlink()
    code, out, _ = palca("rerun", "made")
    assert (code, "the same, bit for bit" in out) == (0, True)


def test_without_the_option_the_fifths_stand_in_the_file_only(palca: Run) -> None:
    written('cost = { uniform = [0.2, 3.0], source = "x" }')
    code, out, _ = palca("run", "baseline", "-n", "400", "--priors", "mine.toml", "-o", "made")
    assert (code, "in fifths" in out) == (0, False)
    fifths = pd.read_csv("made/fifths.csv")
    assert "cost" in set(fifths["parameter"])
    assert (fifths.groupby(["outcome", "parameter"])["worlds"].sum() == 400).all()


@pytest.mark.slow
def test_a_counterfactual_starts_from_worlds_of_its_priors(palca: Run) -> None:
    written('cost = { uniform = [1.5, 2.0], source = "x" }')
    code, out, _ = palca(
        "counterfactual", "us-disengages-1971", "--worlds", "32", "--jobs", "1", "--given",
        "embassy 1969-12 ± 11", "--priors", "mine.toml", "--by-prior", "-o", "made",
    )  # fmt: skip
    assert code == 0
    assert "Priors of mine.toml: cost uniform(1.5, 2)" in " ".join(out.split())
    assert "in fifths of the priors" in out
    assert pd.read_parquet("made/twins.parquet")["cost"].between(1.5, 2.0).all()
    shifts = pd.read_csv("made/parameters.csv")
    prior_mean = shifts["prior_mean"][shifts["parameter"] == "cost"]
    assert prior_mean.tolist() == pytest.approx([1.75] * len(prior_mean), abs=0.01)
    Path("mine.toml").unlink()
    code, out, _ = palca("rerun", "made", "--jobs", "1")
    assert (code, "the same, bit for bit" in out) == (0, True)


def test_a_calibration_reads_worlds_of_the_priors(tmp_path: Path) -> None:
    rows = 'cost = { normal = [1.0, 0.1], source = "x" }', "growth_mean = { uniform = [4, 5], source = 'x' }"
    own = resolve("baseline", [written(*rows, folder=tmp_path)])
    free = free_in(own)
    table = simulate(own, free, 1978, 300, 0)
    assert table.names == tuple(free)
    assert set(free) == {*PRIORS, "growth_mean"}
    values = values_of(free, table.scores)
    assert values["cost"].std() == pytest.approx(0.1, abs=0.02)
    assert (values["growth_mean"].min() > 4, values["growth_mean"].max() < 5) == (True, True)
    assert np.abs(table.scores.mean(axis=0)).max() < 0.3  # normal scores, whatever the prior


def test_a_sweep_may_vary_the_priors(palca: Run) -> None:
    written('cost = { uniform = [0.3, 0.3], source = "x" }', name="low.toml")
    written('cost = { uniform = [3.0, 3.0], source = "x" }', name="high.toml")
    Path("sweep.toml").write_text(
        'title = "T"\nscenario = "baseline"\nreplicates = 50\noutcome = ["growth"]\n'
        '[vary]\npriors = ["low.toml", "high.toml"]\n'
    )
    code, out, _ = palca("sweep", "sweep.toml", "-o", "made")
    assert code == 0
    assert "Priors of" in out
    worlds = pd.concat(pd.read_parquet(path) for path in Path("made/worlds").glob("*.parquet"))
    assert worlds.groupby("priors")["growth"].mean().nunique() == 2
    Path("low.toml").unlink()
    code, out, _ = palca("rerun", "made")
    assert (code, "the same, bit for bit" in out) == (0, True)


def test_a_file_of_priors_is_checked(palca: Run) -> None:
    written(ROW)
    code, out, _ = palca("check", "mine.toml")
    said = " ".join(out.split())
    assert (code, "priors, “Mine”, opportunity uniform(0.02, 0.03), shipped " in said) == (0, True)
    assert str(PRIORS["opportunity"]) in said
