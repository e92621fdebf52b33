"""Whatever a scenario file holds, what comes out is a scenario or one clear error."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palca.model import PalcaError, Scenario
from palca.model.table import InputTable
from palca.scenarios import build, load, resolve
from palca.scenarios.reading.library import LIBRARY

pytestmark = pytest.mark.quick

BAD = {
    "not TOML": ("title = ", "not valid TOML"),
    "no title": ('extends = "baseline"', "'title' is missing"),
    "unknown key": ('title = "x"\nextends = "baseline"\npolcy = 1', "did you mean 'policy'"),
    "unknown parent": ('title = "x"\nextends = "basline"', "did you mean 'baseline'"),
    "unknown actor": ('title = "x"\nextends = "baseline"\n[policy]\nusr = "pragmatic"', "did you mean 'ussr'"),
    "unknown policy": ('title = "x"\nextends = "baseline"\n[policy]\nussr = "pragmtic"', "did you mean 'pragmatic'"),
    "unknown parameter": ('title = "x"\nextends = "baseline"\n[parameters]\nbacklsh = 1', "did you mean 'backlash'"),
    "parameter out of range": ('title = "x"\nextends = "baseline"\n[parameters]\nbacklash = 9', "must lie in 0 to 0.2"),
    "parameter no number": ('title = "x"\nextends = "baseline"\n[parameters]\nbacklash = "a"', "takes a number"),
    "parameter nan": ('title = "x"\nextends = "baseline"\n[parameters]\nbacklash = nan', "takes a number"),
    "unknown channel": ('title = "x"\nextends = "baseline"\n[channels]\nexport_prise = false', "did you mean 'export_price'"),
    "channel no flag": ('title = "x"\nextends = "baseline"\n[channels]\nexport_price = 0', "true or false"),
    "unknown start": ('title = "x"\nextends = "baseline"\n[start]\nlegitimcy = 0', "did you mean 'legitimacy'"),
    "start out of range": ('title = "x"\nextends = "baseline"\n[start]\nlegitimacy = 2', "must lie in 0 to 1"),
    "unknown leader": ('title = "x"\nextends = "baseline"\n[start]\nleader = "Hugo Banser"', "did you mean 'Hugo Banzer'"),
    "unknown driver": ('title = "x"\nextends = "baseline"\n[drivers]\nexport_prise = "tin_price"', "did you mean 'export_price'"),
    "unknown driver file": ('title = "x"\nextends = "baseline"\n[drivers]\nexport_price = "tin_prise"', "did you mean 'tin_price'"),
    "bad month": ('title = "x"\nextends = "baseline"\n[[intervene]]\nat = "1971-13"\npolicy.ussr = "pragmatic"', "no month"),
    "intervene without effect": ('title = "x"\nextends = "baseline"\n[[intervene]]\nat = "1971-09"', "nothing to change"),
    "intervene not a list": ('title = "x"\nextends = "baseline"\n[intervene]\nat = "1971-09"', "write [[intervene]]"),
    "too long": ('title = "x"\nextends = "baseline"\nuntil = "1999-01"', "'until' must lie in"),
    "month without quotes": ('title = "x"\nextends = "baseline"\n[[intervene]]\nat = 1971-09', "put months in quotes"),
    "lever without an operation": ('title = "x"\nextends = "baseline"\n[[intervene]]\nat = "1971-09"\nlever.us.aid = 1', "write aid.set"),
    "lever out of range": ('title = "x"\nextends = "baseline"\n[[intervene]]\nat = "1971-09"\nlever.us.press.set = 6', "'press.set' must lie in 0 to 1"),
    "unknown driver of a change": ('title = "x"\nextends = "baseline"\n[[intervene]]\nat = "1971-09"\ndriver.us.set = 1', "there are export_price, oil"),
    "no such file": ('title = "x"\nextends = "baseline"\npolicy.us = "mine.toml"', "there is no such file"),
    "no country": ('title = "x"', "needs 'extends'"),
    "itself": ('title = "x"\nextends = "itself.toml"', "circular"),
    "title a number": ("title = 3", "must be a text, not 3"),
    "title empty": ('title = " "', "'title' is empty"),
    "policy a table": ('title = "x"\nextends = "baseline"\n[policy]\nussr = [1]', "must be a text"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_malformed_scenario_ends_in_one_clear_line(tmp_path: Path, case: str) -> None:
    text, says = BAD[case]
    file = tmp_path / "itself.toml"
    file.write_text(text)
    with pytest.raises(PalcaError) as caught:
        load(str(file))
    message = str(caught.value)
    assert says in message
    assert "itself.toml" in message or "driver" in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["", "nothing", "no/such.toml", "a\0b", "x" * 5000, ".", "/", "…"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(PalcaError):
        load(name)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("backlash", "NAME=VALUE"), ("=1", "NAME=VALUE"), ("backlash=", "NAME=VALUE"),
        ("backlash=x", "not a number"), ("backlash=nan", "takes a number"),
        ("backlash=inf", "takes a number"), ("backlsh=1", "did you mean 'backlash'"),
        ("backlash=9", "--set backlash=9: parameter 'backlash' must lie in"),
        ("policy.usr=pragmatic", "did you mean 'ussr'"), ("channel.export_price=maybe", "'on' or 'off'"),
        ("channel.export_prise=off", "did you mean 'export_price'"), ("start.fiscal=7", "must lie in"),
        ("polcy.ussr=x", "did you mean 'policy'"), ("a.b.c=1", "unknown setting 'a."),
    ],
)  # fmt: skip
def test_a_bad_setting_is_refused(setting: str, says: str) -> None:
    with pytest.raises(PalcaError) as caught:
        load("baseline", [setting])
    assert says in str(caught.value)


def test_settings_do_what_they_say() -> None:
    scenario = load("baseline", ["backlash=0.04", "channel.oil=off", "start.fiscal=0.2"])
    assert scenario.parameters == {"backlash": 0.04}
    assert scenario.closed == {"oil"}
    assert scenario.country.start["fiscal"] == 0.2


def test_a_scenario_inherits_and_changes_policies_by_date(tmp_path: Path) -> None:
    (tmp_path / "mother.toml").write_text(
        'title = "m"\nextends = "baseline"\nuntil = "1973-12"\n[parameters]\nbacklash = 0.1\ncost = 1.2\n'
        '[[intervene]]\nat = "1971-09"\npolicy.us = "disengaged"\n'
    )
    (tmp_path / "child.toml").write_text(
        'title = "c"\nextends = "mother.toml"\n[parameters]\nbacklash = 0.2\n'
        '[[intervene]]\nat = "1972-01"\npolicy.us = "administrations"\n'
    )
    child = load(str(tmp_path / "child.toml"))
    assert child.months == 60
    assert child.parameters == {"backlash": 0.2, "cost": 1.2}
    assert [(month, policy.name) for month, policy in child.policies["us"]] == [
        (0, "administrations"), (32, "disengaged"), (36, "administrations"),
    ]  # fmt: skip


@settings(max_examples=150)
@given(st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=200))
def test_no_bytes_bring_anything_but_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzz.toml"
    file.write_bytes(data)
    with pytest.raises(PalcaError):
        load(str(file))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["1971-08", "pragmatic", "true", "growth > 1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [here, *(p for key in value for p in paths(value[key], (*here, key)))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [here, *(p for i in range(len(value)) for p in paths(value[i], (*here, i)))]
    return [here]


@settings(max_examples=150)
@given(data=st.data(), junk=JUNK)
def test_a_country_or_policy_with_junk_in_it_is_built_or_refused(
    baseline: dict[str, Any], data: st.DataObject, junk: Any
) -> None:
    part = data.draw(st.sampled_from(["country", "policies", "parameters", "channels", "start"]))
    resolved = {**baseline, part: copy.deepcopy(baseline[part])}
    keys = [p for p in paths(resolved[part]) if p]
    if part == "policies":  # junk in the tables as read from a file, not in what Palca adds
        keys = [p for p in keys if len(p) > 3 and p[2] == "table"]
    elif part == "country":
        keys = [p for p in keys if p != ("place",)]
    if keys:
        path = data.draw(st.sampled_from(keys))
        at: Any = resolved[part]
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = junk
    else:
        resolved[part] = {str(data.draw(st.text(max_size=6))): junk}
    try:
        assert isinstance(build(resolved), Scenario)
    except PalcaError as error:
        assert "\n" not in str(error)  # noqa: PT017


def test_a_policy_may_not_name_what_its_actor_does_not_see(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(
        'actor = "ussr"\ntitle = "t"\n[[rule]]\nname = "r"\nwhen = "disaffection > 0.1"\n'
        'do = { protest = "1" }\nwhy = "w"\nsource = "s"\n'
    )
    with pytest.raises(PalcaError, match="'ussr' can't observe 'disaffection'"):
        load("baseline", [f"policy.ussr={file}"])


def test_a_resolved_scenario_survives_json(baseline: dict[str, Any]) -> None:
    import json

    again = json.loads(json.dumps(baseline))
    assert again == baseline
    assert build(again).policies == build(baseline).policies


def test_resolving_reads_every_file_once_and_for_all(tmp_path: Path) -> None:
    policy = tmp_path / "mine.toml"
    policy.write_text((LIBRARY / "policies/ussr/pragmatic.toml").read_text())
    resolved = resolve("baseline", [f"policy.ussr={policy}"])
    policy.unlink()
    assert build(resolved).policies["ussr"][0][1].name == "mine"


def test_a_table_tells_of_keys_that_nobody_asked_for() -> None:
    table = InputTable({"naem": 1}, "f.toml")
    with pytest.raises(PalcaError, match=r"f\.toml: 'name' is missing"):
        table.text("name")
    with pytest.raises(PalcaError, match="did you mean 'name'"):
        table.reject_unknown()


@pytest.mark.parametrize("value", ["off", "point", "record"])
def test_a_file_takes_up_a_posterior_as_the_command_line_does(tmp_path: Path, value: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'title = "mine"\nextends = "baseline"\nposterior = "{value}"\n')
    asked = resolve("baseline", [f"posterior={value}"])["sets"]
    assert resolve(str(path))["sets"] == asked
    assert (not asked) == (value == "off")


def test_a_policy_of_another_actor_is_named_before_its_levers_are() -> None:
    with pytest.raises(PalcaError, match="actor is 'us', but it is used for 'ussr'"):
        load("baseline", [f"policy.ussr={LIBRARY / 'policies' / 'us' / 'punitive.toml'}"])
