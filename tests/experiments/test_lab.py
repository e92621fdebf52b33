"""The lab: what a visitor may ask, and what is computed for him."""

from __future__ import annotations

import base64
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palca.experiments.counterfactual.paired import pair_block
from palca.experiments.lab import cases, scheduler, session
from palca.experiments.lab.address import read_query, write_query
from palca.experiments.lab.form import LONGEST
from palca.experiments.lab.history_figure import draw_country
from palca.experiments.lab.pages import PAGES
from palca.experiments.lab.policy_text import line_of, read_policy
from palca.experiments.lab.session import Asked, answer, fill
from palca.experiments.lab.sweep_page import sweep
from palca.experiments.lab.what_if_page import case_of, command_of
from palca.model import ColdWarModel
from palca.model.compiler import cache
from palca.model.errors import PalcaError
from palca.model.state.scenario import Country, Garrison
from palca.scenarios import load, resolve

pytestmark = pytest.mark.pythons

# ------------------------------------------------------------------- what may be chosen


def text_link(text: str) -> str:
    return quote(base64.urlsafe_b64encode(zlib.compress(text.encode())))


HOSTILE = (
    "page=policies&actor=us&policy=/etc/passwd",
    "page=policies&actor=../../etc&policy=..%2F..%2Fetc%2Fpasswd",
    "page=history&scenario=/etc/passwd&world=-1&month=1e999",
    "page=history&scenario=..%2Fbaseline&world=nan",
    "page=what-if&kind=lever&actor=us&lever=__class__&factor=inf&at=7.5",
    "page=what-if&kind=shipped&scenario=baseline",
    "page=sweep&across=%27%22%3E%3Cscript%3Ealert(1)%3C/script%3E&up=backlash",
    "page=record&worlds=100000000&series=__init__",
    "page=concepts&concept=%2Fetc%2Fpasswd",
    "page=%00&x=%ff%fe",
    "page=policies&text=" + "A" * 4000,
    "page=policies&text=" + text_link("x" * 10_000_000),
    "&".join(f"a{i}=1" for i in range(500)),
    "page=history&" + "x" * 100_000,
)


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_address_shows_the_defaults_and_says_so(query: str) -> None:
    filled = fill(Asked.of_query(query))
    assert filled.form["complaints"] or filled.wrong
    assert not any("/etc" in str(value) for value in filled.values.values())


NAMES = ["scenario", "actor", "policy", "world", "worlds", "month", "kind", "lever", "at", "until",
         "across", "up", "across_from", "up_to", "text", "concept", "factor", "group", "series",
         "quantity", "outcome", "world ", "wrld", ""]  # fmt: skip
TYPED = st.one_of(
    st.text(max_size=40),
    st.floats().map(str),
    st.integers(-10, 20_000).map(str),
    st.sampled_from(["us", "lever", "policy", "coup", "punitive", "aid", "soviet-break-1972", "5000",
                     "", " 7 ", "1,5", "1_000", "٣", "1e3", "-0", "0x10", "1598.0", "+5"]),
)  # fmt: skip


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    page=st.sampled_from(list(PAGES)),
    choices=st.dictionaries(st.sampled_from(NAMES), TYPED),
)
def test_whatever_is_asked_is_used_as_it_stands_or_refused_with_a_word(
    page: str, choices: dict[str, str]
) -> None:
    filled = fill(Asked(page, choices, linked=True))
    fields = {field["name"]: field for field in filled.form["fields"]}
    for name, asked in choices.items():
        if name not in fields:
            assert any(f"“{name}” in the address" in said for said in filled.form["complaints"])
            continue
        field, value = fields[name], filled.values[name]
        if field["error"]:  # a box shows what was typed, and nothing is computed
            assert field["label"] in filled.wrong
            assert field["value"] == asked
        elif name in filled.refused:
            assert any(said.startswith(f"{field['label']}: ") for said in filled.form["complaints"])
        elif field["kind"] in ("range", "number"):
            assert value == float(asked)
            assert float(field["value"]) == value
        else:
            assert str(value) == asked.replace("\r\n", "\n")
    for field in fields.values():
        value = filled.values[field["name"]]
        if field["kind"] == "select":
            assert str(value) in {option["value"] for option in field["options"]}
        elif field["kind"] in ("range", "number"):
            assert field["low"] <= value <= field["high"]
        else:
            assert len(value.encode()) <= LONGEST
    # and the address brings the same back
    again = fill(Asked.of_query(filled.form["query"]))
    assert again.values == filled.values
    assert again.wrong == filled.wrong
    assert again.form["query"] == filled.form["query"]


def test_what_another_choice_undoes_is_said() -> None:
    asked = Asked("what-if").choose("at", "50").choose("scenario", "soviet-break-1972")
    (said,) = fill(asked).form["notes"]
    assert "From" in said
    # a month before the one that now stands above it, and a factor that was chosen on both sides
    asked = Asked("what-if", {"kind": "coup"}).choose("until", "35").choose("at", "60")
    assert any(said.startswith("Until: “35”") for said in fill(asked).form["complaints"])
    assert not fill(asked.choose("quantity", "friction")).form["complaints"]  # it has been told
    asked = Asked("sweep").choose("across", "coup_trap")
    assert not fill(asked).form["complaints"]  # nobody had chosen what is up, but it is another
    assert "Up" in fill(asked).form["notes"][0]
    asked = Asked("sweep").choose("up", "coup_trap").choose("across", "coup_trap")
    assert any(said.startswith("Up: ") for said in fill(asked).form["complaints"])


def test_a_choice_named_twice_is_said() -> None:
    filled = fill(Asked.of_query("page=history&world=3&world=5"))
    assert filled.values["world"] == 5
    assert any("more than once" in said for said in filled.form["complaints"])


@given(st.text())
def test_any_text_can_stand_in_an_address(text: str) -> None:
    choices, _ = read_query(text)
    assert len(choices) <= 40


@given(st.text(max_size=2000))
def test_a_policy_comes_back_from_its_address(text: str) -> None:
    query, too_long = write_query("policies", {"text": text})
    assert not too_long
    assert read_query(query)[0].get("text", "") == text


def test_a_policy_too_long_for_a_link_is_said_to_be() -> None:
    noise = np.random.default_rng(0).integers(32, 126, 15_000).astype(np.uint8).tobytes().decode()
    filled = fill(Asked("policies", {"text": noise}))
    assert "text=" not in filled.form["query"]
    assert any("too long" in note for note in filled.form["notes"])


def test_too_long_a_policy_is_refused_with_a_word_and_stays_in_its_box() -> None:
    for text, held in (("é" * (LONGEST // 2), False), ("é" * (LONGEST // 2) + "x", True)):
        filled = fill(Asked("policies", {"text": text}))
        (field,) = [field for field in filled.form["fields"] if field["kind"] == "prose"]
        assert (field["held"], bool(field["error"])) == (held, held)
        assert filled.wrong == (("Rules",) if held else ())
        assert "text=" not in filled.form["query"] or not held
        if held:  # nothing is shown that belongs to other rules
            assert [block["kind"] for block in answer(filled).blocks] == ["text"]


def test_no_choice_makes_more_worlds_than_a_visitor_may_have() -> None:
    for page in PAGES:
        for field in fill(Asked(page)).form["fields"]:
            if field["name"] == "worlds":
                assert max(int(o["value"]) for o in field["options"]) <= scheduler.MOST_WORLDS


# ----------------------------------------------------------------------- rules as text

@given(st.text(max_size=300))
def test_no_text_breaks_the_search_for_its_line(text: str) -> None:
    with pytest.raises(PalcaError) as error:
        read_policy("us", text)
    assert 1 <= line_of(error.value, text) <= len(text.split("\n"))


@pytest.mark.parametrize(
    "when", ["__import__('os').system('true')", "open('/etc/passwd')", "().__class__", "x.y.z"]
)
def test_a_typed_rule_can_do_no_more_than_one_in_a_file(when: str) -> None:
    text = (f'actor = "us"\ntitle = "x"\n[[rule]]\nname = "n"\nwhen = "{when}"\n'
            'do = { aid = "1" }\nwhy = "w"\nsource = "s"\n')  # fmt: skip
    with pytest.raises(PalcaError):
        read_policy("us", text)
    filled = fill(Asked("policies", {"actor": "us", "text": text}))
    answered = answer(filled)
    assert not answered.error
    (said,) = [block for block in answered.blocks if block["kind"] == "wrong"]
    assert (said["field"], said["line"]) == ("text", 5)
    assert not [block for block in answered.blocks if block["kind"] == "picture"]


def test_the_page_of_a_policy_says_which_rules_fire_and_which_never() -> None:
    text = """actor = "ussr"
title = "three"
[[rule]]
name = "always"
when = "1 > 0"
do = { credit = "0.1" }
why = "w"
source = "assumed"
[[rule]]
name = "in one month"
when = "date >= 1970-03 and date < 1970-04"
do = { credit = "0.1" }
why = "w"
source = "assumed"
[[rule]]
name = "no month is both"
when = "date >= 1970-03 and date < 1970-03"
do = { credit = "0.1" }
why = "w"
source = "assumed"
[[rule]]
name = "left aside"
when = "1 > 0"
do = { credit = "0.1" }
why = "w"
source = "assumed"
enabled = false
"""
    answered = answer(fill(Asked("policies", {"text": text, "worlds": "250"})))
    assert not answered.error
    rules = next(block for block in answered.blocks if block["kind"] == "table")
    assert [row[:2] for row in rules["rows"]] == [
        ["always", "in 400 worlds, 100.00 % of months, first in 1969-01"],
        ["in one month", "in 400 worlds, 0.83 % of months, first in 1970-03"],  # 1 of 120
        ["no month is both", "never"],
        ["left aside", "off"],
    ]
    assert any(block["kind"] == "text" and "never fired" in block["text"]
               and "no month is both" in block["text"] for block in answered.blocks)  # fmt: skip


# --------------------------------------------------------------------- what is computed


def test_the_command_asks_what_the_page_asks() -> None:
    kinds = [{"kind": "shipped"}, {"kind": "shipped", "at": "40"}, {"kind": "policy"},
             {"kind": "lever"}, {"kind": "coup"}]  # fmt: skip
    for choices in kinds:
        case = case_of(fill(Asked("what-if", choices)).values)
        resolved = resolve(case.scenario, case.settings, case.interventions)
        assert resolved["changes"]
        for part in (*case.settings, *case.interventions):
            assert f"'{part}'" in command_of(case)


CASES = (
    cases.Case("soviet-break-1971"),
    cases.Case("no-soviet-opening-1969"),
    cases.Case("baseline", ("backlash=0.04",), ('at = "1970-05", lever.us.aid.scale = 0.5',)),
    cases.Case("baseline", (), ('at = "1971-08", coup = { outcome = "fails" }',)),
)


@pytest.mark.parametrize("case", CASES)
def test_a_difference_from_the_fork_on_is_that_of_two_whole_runs(
    monkeypatch: pytest.MonkeyPatch, case: cases.Case
) -> None:
    monkeypatch.setattr(cache, "WORTH_COMPILING", 10**9)  # compiling takes longer than all else here
    usual = resolve("baseline", case.settings)
    pairs = pair_block(usual, cases.resolved(case), np.arange(80), 0)
    found = cases.difference(case, 80)
    alike = {"legitimacy": "legitimacy", "ussr_delivered": "ussr_delivered", "fiscal": "fiscal",
             "friction": "friction", "us_commitments": "us_recent",
             "ussr_atmosphere": "ussr_atmosphere"}  # fmt: skip
    moved = 0
    for quantity, series in alike.items():
        whole = pairs.sums[series][:, 0] / 80
        assert np.allclose(found.effect[quantity][:, 0], whole[found.since :], atol=1e-4)
        assert np.allclose(whole[: found.since], 0.0)
        moved += bool(np.abs(whole).max() > 0.0)
        low, high = found.means[quantity].T
        assert np.allclose(high - low, found.effect[quantity][:, 0])
        before, after = found.fans[quantity]
        assert (np.diff(before, axis=1) >= 0.0).all()
        assert (np.diff(after, axis=1) >= 0.0).all()
    assert moved >= 3


def test_a_sweep_of_one_point_is_the_model_there() -> None:
    from palca.experiments.simulate.designs import Factor
    from palca.experiments.simulate.ensemble import run_block

    factors = Factor("coup_trap", (0.0, 0.9)), Factor("backlash", (0.01, 0.03))
    worlds = sweep(factors)
    assert len(worlds) == 1000
    there = worlds[(worlds["coup_trap"] == 0.9) & (worlds["backlash"] == 0.01)].head(50)
    resolved = resolve("baseline", ("coup_trap=0.9", "backlash=0.01"))
    alone = run_block(resolved, there["world"].to_numpy(), 0)
    assert np.array_equal(alone.outcomes["leaders"], there["leaders"].to_numpy())


def test_nothing_is_computed_once_the_lab_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "_closed", threading.Event())
    monkeypatch.setattr(scheduler, "_slots", threading.BoundedSemaphore(scheduler.AT_ONCE))
    begun, ended = threading.Event(), []

    def work() -> None:
        begun.set()
        while True:
            time.sleep(0.01)
            scheduler.look_at_clock()

    def ask() -> None:
        with pytest.raises(PalcaError, match="ended"):
            scheduler.Visitor().compute(work)
        ended.append(True)

    thread = threading.Thread(target=ask)
    thread.start()
    assert begun.wait(60)
    waiting = threading.Thread(target=ask)
    begun.clear()
    scheduler.close()
    assert not scheduler._slots.acquire(blocking=False)
    scheduler._slots.release()  # as if someone had left a slot after all
    waiting.start()
    for each in (thread, waiting):
        each.join(60)
    assert ended == [True, True]
    assert not begun.is_set()


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for another thread, at most a minute."""
    ends = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_only_a_visitors_newest_wish_is_computed() -> None:
    visitor, begun, go, done = scheduler.Visitor(), threading.Event(), threading.Event(), []

    def slow() -> str:
        begun.set()
        go.wait(60)
        return "first"

    def ask(work: Callable[[], str]) -> None:
        try:
            done.append(visitor.compute(work))
        except scheduler.Superseded:
            done.append("superseded")

    threads = [threading.Thread(target=ask, args=(slow,))]
    threads[0].start()
    assert begun.wait(60)
    for name in ("second", "third"):
        before = visitor._newest
        threads.append(threading.Thread(target=ask, args=(lambda name=name: name,)))
        threads[-1].start()
        wait_until(lambda before=before: visitor._newest is not before)
    go.set()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == ["first", "superseded", "third"]


def test_the_queue_is_bounded_and_so_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    go, refused, inside = threading.Event(), [], []
    count = scheduler.AT_ONCE + scheduler.MOST_WAITING

    def ask() -> None:
        try:
            scheduler.Visitor().compute(lambda: inside.append(1) or go.wait(60))
        except PalcaError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(count + 3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(inside) == scheduler.AT_ONCE and len(refused) == 3)
    go.set()
    for thread in threads:
        thread.join(60)
    assert (len(inside), len(refused)) == (count, 3)
    monkeypatch.setattr(scheduler, "LONGEST", 0.005)
    with pytest.raises(PalcaError, match="fewer worlds"):
        scheduler.Visitor().compute(lambda: time.sleep(0.01) or scheduler.look_at_clock())


def test_a_page_that_fails_says_so_without_telling_secrets(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(session, "_answered", fail)
    said = answer(fill(Asked("history"))).error
    assert said
    assert "secret" not in said


def test_a_country_without_a_map_is_a_row_of_circles() -> None:
    garrisons = (Garrison("North", 3, 1, 2), Garrison("South", 2, 0, 1))
    picture = draw_country(Country("Ruritania", (), garrisons, (), {}), [0.9, 0.4], [1], 12)
    assert "Row of circles" in picture.alt
    assert "North 90%" in picture.alt
    assert "South 40% (would join a coup), which attempts a coup" in picture.alt
    assert picture.svg()


# --------------------------------------------------------------------------- the process


def test_a_taken_port_is_one_line(palca: Callable[..., tuple[int, str, str]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, out, err = palca("lab", "--no-open", "--port", str(taken.getsockname()[1]))
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert "in use" in err


def test_without_the_extra_the_mend_is_named(
    palca: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from palca.experiments.lab import server

    monkeypatch.setattr(server, "find_spec", lambda name: None)
    code, _, err = palca("lab", "--no-open")
    assert code == 2
    assert "palca[lab]" in err


@pytest.mark.filterwarnings("ignore")  # what others' packages say when they are imported
def test_templates_hear_only_their_events() -> None:
    guard = pytest.importorskip("palca.experiments.lab.guard")
    import ipyvue

    heard = []

    class Widget(ipyvue.VueTemplate):
        template = "<p></p>"

        def vue_choose(self, data: Any) -> None:
            heard.append(data)

    before = ipyvue.VueTemplateWidget.Events._handle_event
    try:
        guard.only_events()
        widget = Widget()
        made = Path(os.devnull).parent / "shm" / "palca-was-here"
        for message in (
            {"create_widget": ["subprocess", "Popen"], "id": "x",
             "props": {"args": ["touch", str(made)]}},
            {"update_ref": {"functionRef": "close"}, "id": "x", "prop": "y"},
            {"event": "notify_change", "data": {}},
            {"event": 7}, "text", None,
        ):  # fmt: skip
            widget._handle_event(widget, message, [])
        assert not made.exists()
        assert not heard
        widget._handle_event(widget, {"event": "choose", "data": {"name": "x"}}, [])
        assert heard == [{"name": "x"}]
    finally:
        ipyvue.VueTemplateWidget.Events._handle_event = before


@pytest.mark.filterwarnings("ignore")
def test_mesa_shows_the_map_and_the_network() -> None:
    solara = pytest.importorskip("solara")
    from mesa.visualization import SolaraViz

    from palca.experiments.lab.mesa_components import AidNetwork, GarrisonMap

    model = ColdWarModel(load("baseline"), rng=0)
    components: Any = [GarrisonMap, AidNetwork]
    for _ in range(3):
        for component, said in ((GarrisonMap, "Map of the garrisons"), (AidNetwork, "Network")):
            box, rc = solara.render(component(model), handle_error=False)
            assert said in _markup(box)
            rc.close()
        model.step()
    _, rc = solara.render(SolaraViz(model, components=components),
                          handle_error=False)  # fmt: skip
    rc.close()


def _markup(widget: Any) -> str:
    """Everything that a tree of widgets shows."""
    own = str(getattr(widget, "attributes", ""))
    inner = getattr(widget, "children", ()) or ()
    return " ".join([own, *(_markup(child) for child in inner if not isinstance(child, str))])
