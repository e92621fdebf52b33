"""The numbers that the documents quote are those of the files that they come from."""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from palca.experiments.observe.patterns import PATTERNS
from palca.model.calendar import month_index

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))  # what makes the documents isn't installed

from docs import findings  # noqa: E402

pytestmark = pytest.mark.quick

README, LIMITS = "README.md", "docs/LIMITS.md"
COUNTERFACTUALS, CALIBRATION = "docs/COUNTERFACTUALS.md", "docs/CALIBRATION.md"
HALF = 0.5


def text_of(page: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8").replace("−", "-")
    return " ".join(re.sub(r"[*_`]", "", text).split())


def check(page: str, sentence: str, *values: float) -> None:
    """Hold the numbers of a sentence, each a # in it, against the values that they round."""
    wanted = r"([+-]?[\d,]*\.?\d+)".join(re.escape(part) for part in sentence.split("#"))
    found = re.findall(wanted, text_of(page))
    assert len(found) == 1, (page, sentence, found)
    quoted = [found[0]] if isinstance(found[0], str) else list(found[0])
    for text, value in zip(quoted, values, strict=True):
        digits = text.replace(",", "")
        unit = 10.0 ** -len(digits.partition(".")[2])
        assert abs(float(digits) - value) <= 0.5001 * unit, (page, sentence, text, value)


def tables(page: str) -> list[pd.DataFrame]:
    """Return a page's tables as they are written, each with the heading that it stands under."""
    found, heading = [], ""
    blocks = re.split(r"\n\s*\n", (ROOT / page).read_text(encoding="utf-8"))
    for block in blocks:
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("#"):
            heading = lines[0].lstrip("# ")
        if lines and lines[0].startswith("| "):
            cells = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]
            table = pd.DataFrame(cells[2:], columns=cells[0])
            table.attrs["heading"] = heading
            found.append(table)
    return found


@pytest.fixture(scope="module")
def validation() -> list[pd.DataFrame]:
    return tables("docs/VALIDATION.md")


def verdicts(validation: Sequence[pd.DataFrame], *begins: str) -> list[str]:
    """Return the verdicts of the comparisons under headings that begin so."""
    return [
        verdict.strip("*")
        for table in validation
        if "verdict" in table and "skill" in table and table.attrs["heading"].startswith(begins)
        for verdict in table["verdict"]
    ]


def better(validation: Sequence[pd.DataFrame], *begins: str) -> int:
    """Return in how many comparisons the model's skill is above 0."""
    return sum(
        skill.startswith("+") for table in validation
        if "skill" in table and table.attrs["heading"].startswith(begins)
        for skill in table["skill"]
    )  # fmt: skip


def test_the_findings_are_those_of_the_files() -> None:
    readme, counterfactuals = (
        (ROOT / page).read_text(encoding="utf-8") for page in (README, COUNTERFACTUALS)
    )
    assert [row for row in findings.changes() if row not in readme] == []
    assert [row for row in findings.claims() if row not in counterfactuals] == []


def test_the_numbers_of_the_posterior_are_of_the_run_that_made_it() -> None:
    made = json.loads((ROOT / "scenarios/posteriors/record.json").read_text())["files"]
    for name in ("parameters.csv", "outcomes.csv"):
        content = (ROOT / "docs/numbers" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == made[name], f"{name}: make posterior"


def test_the_calibration_is_told_as_it_came_out() -> None:
    parameters = findings.rows("parameters").set_index("parameter")
    informative = parameters["informative"].sum()
    for page in (README, LIMITS):
        check(page, "informative about # of # free parameters", informative, len(parameters))
    gain = 100 * parameters["information_gain"]
    check(CALIBRATION, "would show a gain of more than #.",
          100 * parameters["information_gain_by_chance"].max())  # fmt: skip
    check(CALIBRATION, "than chance would (gains of #, # and #)",
          *gain[["prestige_ussr", "restraint_party", "fiscal_aid_ussr"]])  # fmt: skip
    rows: dict[Any, Any] = parameters.to_dict("index")
    for name, said in (("intimidation", "(intimidation: #, # to #)"),
                       ("leverage_ussr", "close to zero (#, # to #)"),
                       ("coup_trap", "stays near its prior (#, # to #;")):  # fmt: skip
        check(CALIBRATION, said, *(rows[name][column] for column in ("mean", "q05", "q95")))
    checked = next(table for table in tables(CALIBRATION) if "90 % intervals hold" in table)
    for row, where in zip(checked.itertuples(index=False), ("anywhere", "near"), strict=False):
        worst = min(1.0, len(parameters) * parameters[f"uneven_ranks_p_{where}"].min())
        assert list(row[2:]) == [f"{worst:.2f}",
                                 f"{100 * parameters[f'coverage90_{where}'].mean():.0f} %"]
    outcomes = findings.rows("outcomes")
    known = outcomes[outcomes["documented"].notna() & (outcomes["worlds"] == "posterior")]
    inside = known["documented"].between(known["q05"], known["q95"])
    check(CALIBRATION, "# of # documented outcomes lie within", inside.sum(), len(known))


def test_limits_and_readme_tell_the_validation(validation: list[pd.DataFrame]) -> None:
    found = verdicts(validation, "")
    won, lost = found.count("better"), found.count("worse")
    check(LIMITS, "Of # comparisons with naive forecasts, # can tell which forecast is better",
          len(found), won + lost)  # fmt: skip
    check(LIMITS, "the model wins # and loses #. But those #", won, lost, won)
    ahead = verdicts(validation, "One month ahead")
    assert better(validation, "One month ahead") == len(ahead)
    check(LIMITS, "better in all # comparisons, and # of them can tell", len(ahead),
          len(ahead) - ahead.count("cannot discriminate"))  # fmt: skip
    later = "Outcomes 1975–78"
    for page in (README, LIMITS):
        check(page, "Calibrated on 1969–74, it is better in # of # comparisons",
              better(validation, later), len(verdicts(validation, later)))  # fmt: skip
    check(CALIBRATION, "better in # of # comparisons. In # it can't be", better(validation, later),
          len(verdicts(validation, later)), verdicts(validation, later).count("naive exact"))
    fading = next(table for table in validation if "of documented years" in table)
    class_of = fading.set_index("class")["documented"].str.split().str[0].astype(float)
    years = "years since the last attempt: "
    check(LIMITS, "falls from # in the year after an attempt to # after eleven quiet years",
          class_of[years + "1yr"], class_of[years + "11+yr"])  # fmt: skip
    broken = next(table for table in validation if "broken" in table).set_index("broken")
    check(LIMITS, "by # nats.", -float(str(broken.loc["coups at random", "log evidence"]).split()[0]))
    random = next(table for table in validation if "against `random`" in table)["against `random`"]
    times = [float(re.findall(r"([\d.]+) times", cell)[0]) for cell in random]
    check(LIMITS, "is only # to # times less likely", min(times), max(times))


def test_limits_and_readme_tell_the_patterns(validation: list[pd.DataFrame]) -> None:
    table = next(table for table in validation if "of those" in table)
    number = table["pattern"].str.extract(r"^(\d+)\.")[0].astype(int)
    share = {
        column: table[column].str.extract(r"(\d+) %")[0].astype(int).set_axis(number)
        for column in ("worlds", "could show", "of those")
    }
    often = (share["of those"] >= 100 * HALF).sum()
    for page in (README, LIMITS):
        check(page, "# of # patterns appear in at least half of the worlds where they could"
              if page == LIMITS else
              "# of # documented patterns appear in at least half of the worlds where they could",
              often, len(table))  # fmt: skip
    check(LIMITS, "In # % of worlds the left never rules, and in # % no coup",
          100 - share["could show"][3], 100 - share["could show"][7])  # fmt: skip
    check(LIMITS, "# of # patterns are built in by rules, at least in part, and # were used",
          (table["origin"] == "built in").sum(), len(table), (table["use"] == "calibration").sum())
    neither = number[(table["origin"] == "emergent") & (table["use"] == "validation")]
    check(LIMITS, "nor by the calibration (# and #)", *neither)
    assert (share["of those"][neither] < 100 * HALF).all()
    check(LIMITS, "(18) appears in # % of worlds", share["worlds"][18])
    rare = share["of those"][[17, 6, 16, 15, 11]]
    check(LIMITS, "appear in # to # % of the worlds where they could", rare.min(), rare.max())
    assert len(PATTERNS) == len(table)


def test_limits_and_odd_say_the_same_of_january_1972() -> None:
    right = re.findall(r"in (\d+) % of all worlds it rules in January 1972", text_of("docs/ODD.md"))
    check(LIMITS, "in # % of them no regime of the right rules", 100 - int(*right))


def test_the_effects_are_told_as_they_came_out() -> None:
    effects = findings.rows("effects").query("months_on == 36")

    def effect(arm: str, given: str, quantity: str) -> pd.Series:
        return effects.query("arm == @arm and given == @given and quantity == @quantity").iloc[0]

    for scenario, said in (("us-disengages-1971", "Without it he rules three years later in # %"
                            " fewer of the worlds given all that happened (# % fewer"),
                           ("no-boom-1973", "without the boom of tin and oil in # % fewer (# %)")):
        check(COUNTERFACTUALS, said,
              *(-100 * effect(scenario, given, "rules")["effect"] for given in ("record", "fork")))
    fast = effect("fast-delivery-1971", "fork", "attempts")
    check(COUNTERFACTUALS, "# attempts fewer given what had happened by then (#; #)",
          -fast["effect"], fast["se"], fast["parameters_sd"])  # fmt: skip
    fifths = findings.rows("fifths").query("arm == @findings.SUSPENDED and given == 'fork'")
    for fifth, said in ((1, "fewer attempts (given what had happened by then #, standard error #;"), (5, "highest more (#, #;")):
        row = fifths[(fifths["fifth"] == fifth) & (fifths["parameter"] == "fiscal_aid_ussr")].iloc[0]
        check(COUNTERFACTUALS, said, row["mean"], row["se"])
    rules = effect(findings.SUSPENDED, "fork", "rules")
    check("docs/ETHICS.md", "changes by less than a point (#, standard error #,",
          100 * rules["effect"], 100 * rules["se"])  # fmt: skip
    check(LIMITS, "the model has # coup attempts by September 1974",
          findings.without("attempts", "fork"))  # fmt: skip
    check(LIMITS, "Banzer still rules then in # % of them", 100 * findings.without("rules", "fork"))


def test_the_two_posteriors_are_told_as_they_came_out() -> None:
    table = next(each for each in tables(CALIBRATION) if "by names and months" in each.columns[-1])
    outcomes = findings.rows("parameters").set_index("parameter")
    named = findings.rows("named_parameters").query("arm == @findings.SUSPENDED")
    told = 0
    for cells in table.itertuples(index=False):
        name = cells[0].strip("`")
        wanted: list[Any] = [outcomes.loc[name, ["mean", "sd", "informative"]]]
        for given in findings.GIVEN:
            rows = named[(named["given"] == given) & (named["parameter"] == name)]
            wanted.append(rows[["posterior_mean", "posterior_sd", "informative"]].iloc[0])
        for cell, (mean, sd, informative) in zip(cells[2:], wanted, strict=True):
            quoted = re.findall(r"-?[\d.]+", cell.replace("−", "-"))
            for text, value in zip(quoted, (mean, sd), strict=True):
                unit = 10.0 ** -len(text.partition(".")[2])
                assert abs(float(text) - value) <= 0.5001 * unit, (name, cell)
            assert cell.endswith("*") == informative, (name, cell)
            told += 1
    assert told >= 24
    families = findings.rows("fork").query("arm == @findings.SUSPENDED and given == 'record'")
    check(CALIBRATION, "that of some # families", families["families"].item())


def test_the_search_for_worlds_like_ours_is_told_as_it_went() -> None:
    made = json.loads((ROOT / "experiments/infer/worlds/record.json").read_text())["segments"]
    segments = {segment["start"]: segment for segment in made}
    shares = {start: each["kept"] / each["tried"] for start, each in segments.items()}
    evidence = sum(math.log(share) for share in shares.values())
    check(COUNTERFACTUALS, "about e<sup>#</sup>", evidence)
    rarest = 1 / shares[month_index("1970-10")]
    assert rarest == max(1 / share for share in shares.values())
    check(COUNTERFACTUALS, "October 1970, needs some # tries", round(rarest, -2))
    tried = sum(segment["tried"] for segment in made)
    check(COUNTERFACTUALS, "All months together need # million tries", round(tried / 1e6, -1))
    year = segments[month_index("1971-09")]
    assert year["end"] - year["start"] == 12
    assert round(1 / shares[year["start"]]) == 4
    assert "One in four of these worlds continues like our history for twelve" in text_of(LIMITS)


def test_the_discovery_is_told_as_it_came_out() -> None:
    boxes = findings.rows("boxes")
    check("docs/SENSITIVITY.md", "In # % of worlds some leader rules for five years or more. The share "
          "is # % where", 100 * boxes["share"].iloc[0] / boxes["lift"].iloc[0],
          100 * boxes["share"].max())  # fmt: skip
    check("docs/SENSITIVITY.md", "It is # % where joining is cheap", 100 * boxes["share"].min())


def test_the_readme_is_short() -> None:
    assert len((ROOT / README).read_text(encoding="utf-8").split()) <= 900
