"""The lab: what a visitor may ask, and its pages in a real browser."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palca.experiments.compare import pair_block
from palca.experiments.lab import cases, desk, session
from palca.experiments.lab.address import read_query, write_query
from palca.experiments.lab.form import LONGEST, Form
from palca.experiments.lab.history_figure import draw_country
from palca.experiments.lab.pages import PAGES
from palca.experiments.lab.policy_text import line_of, read_policy, shipped_text
from palca.experiments.lab.session import Asked, answer, fill
from palca.experiments.lab.sweep_page import sweep
from palca.experiments.lab.what_if_page import case_of, command_of
from palca.model import ColdWarModel
from palca.model.errors import PalcaError
from palca.model.scenario import Country, Garrison
from palca.scenarios import load, resolve, shipped_policies, shipped_scenarios

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
    assert filled.form["complaints"]
    assert not any("/etc" in str(value) for value in filled.values.values())


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    page=st.sampled_from(list(PAGES)),
    choices=st.dictionaries(
        st.sampled_from(["scenario", "actor", "policy", "worlds", "month", "kind", "lever", "at",
                         "across", "up", "across_from", "text", "concept", "factor"]),
        st.one_of(st.text(max_size=40), st.floats().map(str), st.sampled_from(
            ["us", "lever", "policy", "coup", "punitive", "aid", "soviet-break-1972", "5000"])),
    ),
)  # fmt: skip
def test_whatever_is_asked_only_what_is_offered_is_chosen(
    page: str, choices: dict[str, str]
) -> None:
    filled = fill(Asked(page, choices, linked=True))
    for field in filled.form["fields"]:
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
    assert again.form["query"] == filled.form["query"]


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
    form = Form({"text": "x" * (LONGEST + 1)})
    assert form.prose("text", "Rules", "shipped") == "shipped"
    assert form.complaints


def test_no_choice_makes_more_worlds_than_a_visitor_may_have() -> None:
    for page in PAGES:
        for field in fill(Asked(page)).form["fields"]:
            if field["name"] == "worlds":
                assert max(int(o["value"]) for o in field["options"]) <= desk.MOST_WORLDS


# ----------------------------------------------------------------------- rules as text

POLICIES = [(actor, name, path) for actor in ("ussr", "us", "regime", "party")
            for name, path in shipped_policies(actor).items()]  # fmt: skip


@pytest.mark.parametrize(("actor", "name", "path"), POLICIES)
def test_an_error_is_shown_at_the_line_that_is_wrong(actor: str, name: str, path: Path) -> None:
    text = shipped_text(path)
    read_policy(actor, text)
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if line.startswith("when ="):
            wrong = 'when = "regime.orientaton > 0"'
        elif line.startswith("do ="):
            wrong = re.sub(r"= \{ (\w+) =", r"= { \1_x =", line)
        elif line.startswith("why ="):
            wrong = "why = 7"
        elif line.startswith(("source =", "concept =")):
            wrong = f"re{line}"
        elif line.startswith("title ="):
            wrong = 'title = "no end'
        else:
            continue
        broken = "\n".join([*lines[:at], wrong, *lines[at + 1 :]])
        with pytest.raises(PalcaError) as error:
            read_policy(actor, broken)
        missing = line.startswith("source =")  # then the rule has none: its own key is unknown
        shown = line_of(error.value, broken)
        assert shown == at + 1 or (missing and abs(shown - at - 1) < 8), (error.value, shown, at)


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
    (prose,) = [field for field in filled.form["fields"] if field["kind"] == "prose"]
    assert prose["line"] == 5
    shown = answer(filled.page, filled.values)
    assert not shown.error
    assert not [block for block in shown.blocks if block["kind"] == "picture"]


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
def test_a_difference_from_the_fork_on_is_that_of_two_whole_runs(case: cases.Case) -> None:
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
        before, after = cases.fans(case, 80, quantity)
        assert (np.diff(before, axis=1) >= 0.0).all()
        assert (np.diff(after, axis=1) >= 0.0).all()
    assert moved >= 3


def test_a_sweep_of_one_point_is_the_model_there() -> None:
    from palca.experiments.design import Factor
    from palca.experiments.ensemble import run_block

    factors = Factor("coup_trap", (0.0, 0.9)), Factor("backlash", (0.01, 0.03))
    worlds = sweep(factors)
    assert len(worlds) == 1000
    there = worlds[(worlds["coup_trap"] == 0.9) & (worlds["backlash"] == 0.01)].head(50)
    resolved = resolve("baseline", ("coup_trap=0.9", "backlash=0.01"))
    alone = run_block(resolved, there["world"].to_numpy(), 0)
    assert np.array_equal(alone.outcomes["leaders"], there["leaders"].to_numpy())


def test_only_a_visitors_newest_wish_is_computed() -> None:
    visitor, begun, go, done = desk.Visitor(), threading.Event(), threading.Event(), []

    def slow() -> str:
        begun.set()
        go.wait(10)
        return "first"

    def ask(work: Callable[[], str]) -> None:
        try:
            done.append(visitor.compute(work))
        except desk.Superseded:
            done.append("superseded")

    threads = [threading.Thread(target=ask, args=(slow,))]
    threads[0].start()
    assert begun.wait(10)
    for name in ("second", "third"):
        threads.append(threading.Thread(target=ask, args=(lambda name=name: name,)))
        threads[-1].start()
        time.sleep(0.1)
    go.set()
    for thread in threads:
        thread.join(10)
    assert sorted(done) == ["first", "superseded", "third"]


def test_the_queue_is_bounded_and_so_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    go, refused, inside = threading.Event(), [], []
    count = desk.AT_ONCE + desk.MOST_WAITING

    def ask() -> None:
        try:
            desk.Visitor().compute(lambda: inside.append(1) or go.wait(10))
        except PalcaError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(count + 3)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    assert len(inside) == desk.AT_ONCE
    assert len(refused) == 3
    go.set()
    for thread in threads:
        thread.join(10)
    assert len(inside) == count
    monkeypatch.setattr(desk, "LONGEST", 0.0)
    with pytest.raises(PalcaError, match="fewer worlds"):
        desk.Visitor().compute(lambda: time.sleep(0.01) or desk.look_at_clock())


def test_a_page_that_fails_says_so_without_telling_secrets(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(session, "_answered", fail)
    said = answer("history", {"x": 1}).error
    assert said
    assert "secret" not in said


def test_a_country_without_a_map_is_a_row_of_circles() -> None:
    garrisons = (Garrison("North", 3, 1, 2), Garrison("South", 2, 0, 1))
    drawn = draw_country(Country("Ruritania", (), garrisons, (), {}), [0.9, 0.4], [1], 12)
    assert "Row of circles" in drawn.alt
    assert "North 90%" in drawn.alt
    assert "South 40% (ready to rise), which strikes" in drawn.alt
    assert drawn.svg()


# --------------------------------------------------------------------------- the process


def test_a_taken_port_is_one_line(palca: Callable[..., tuple[int, str, str]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, out, err = palca("lab", "--no-open", "--port", str(taken.getsockname()[1]))
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert "taken" in err


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

    model = ColdWarModel(load("baseline"))
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


# ---------------------------------------------------------------------- in a real browser

READY = "section.results[aria-busy=false] img"
TITLES = {page.name: page.title for page in PAGES.values()}


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        reason = "no chromium on this machine (Debian: apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found


def test_what_is_computed_ahead_can_be_asked() -> None:
    asked = list(session.common())
    assert [each.page for each in asked[: len(PAGES)]] == list(PAGES)
    for each in asked:
        filled = session.fill(session.Asked(each.page, each.choices, linked=True))
        assert filled.form["complaints"] == []
        assert {name: str(filled.values[name]) for name in each.choices} == dict(each.choices)


@pytest.fixture(scope="module")
def lab(chromium: str) -> Iterator[str]:
    """The lab's address, in a process of its own."""
    code = "import sys; sys.argv[1:] = ['lab', '--port', '0', '--no-open']\n"
    code += "from palca.experiments.lab import session\n"
    # nothing but the pages as they open is computed ahead: the cores belong to the tests
    code += "session.common = lambda: map(session.Asked, session.PAGES)\n"
    code += "from palca.experiments.entry import main; main()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """A page in the browser, and what went wrong in it."""

    def __init__(self, context: Any, lab: str) -> None:
        self.page = context.new_page()
        self.lab = lab
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2])
                     if request.url.startswith(("http", "ws")) else None)  # fmt: skip

    def go(self, query: str = "") -> Any:
        self.page.goto(self.lab + query)
        self.page.wait_for_selector(READY, timeout=30_000)
        return self.page

    def field(self, name: str) -> Any:
        return self.page.locator(f"#f-{name}")

    def images(self) -> list[str]:
        return self.page.eval_on_selector_all("img", "all => all.map(each => each.alt)")

    def after(self, act: Callable[[], Any]) -> float:
        """Act, wait until other pictures are there, and return the seconds it took."""
        self.page.evaluate("window.before = [...document.images].map(i => i.src).join()")
        began = time.perf_counter()
        act()
        self.page.wait_for_function(
            "document.querySelector('.results').getAttribute('aria-busy') === 'false' && "
            "[...document.images].map(i => i.src).join() !== window.before",
            timeout=30_000, polling=20,
        )  # fmt: skip
        return time.perf_counter() - began


@pytest.fixture(scope="module")
def context(browser: Any) -> Any:
    """One visitor's browser: what it has loaded it needn't load again."""
    return browser.new_context(viewport={"width": 1280, "height": 900})


@pytest.fixture
def visit(context: Any, lab: str) -> Iterator[Visit]:
    made = Visit(context, lab)
    yield made
    made.page.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_sound(visit: Visit, name: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit.go(f"?page={name}")
    assert page.title() == f"{TITLES[name]} – Palca"
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("h1").all_inner_texts() == [TITLES[name]]
    assert page.locator("nav a[aria-current=page]").all_inner_texts() == [TITLES[name]]
    assert page.locator("table").count() >= 1
    assert all(len(alt) > 60 for alt in visit.images())
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"]
        grave = [(rule["id"], rule["nodes"][0]["target"]) for rule in found
                 if rule["impact"] in ("serious", "critical")]  # fmt: skip
        assert not grave
    assert not visit.errors
    assert visit.hosts == {visit.lab.split("/")[2]}


@pytest.mark.slow
def test_the_slider_moves_the_month_by_keyboard_and_by_button(visit: Visit) -> None:
    page = visit.go("?page=history&world=5&month=40")
    slider = visit.field("month")
    assert slider.get_attribute("aria-valuetext") == "1972-05"
    slider.focus()
    visit.after(lambda: page.keyboard.press("ArrowRight"))
    assert slider.get_attribute("aria-valuetext") == "1972-06"
    assert "1972-06" in visit.images()[0]
    assert "month=41" in page.url
    visit.after(lambda: page.get_by_role("button", name="Next month").click())
    assert "1972-07" in visit.images()[0]
    visit.after(lambda: page.get_by_role("button", name="Play").click())
    page.wait_for_function("document.images[0].alt.includes('1972-09')", timeout=20_000)
    page.get_by_role("button", name="Stop").click()
    assert not visit.errors


@pytest.mark.slow
def test_a_wrong_rule_shows_its_line_and_a_mended_one_runs(visit: Visit) -> None:
    page = visit.go("?page=policies&actor=ussr&worlds=250")
    rules = visit.field("text")
    text = rules.input_value()
    assert tomllib.loads(text)["actor"] == "ussr"
    lines = text.split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("when"))
    rules.fill(text.replace(lines[at], 'when = "ussr.relatons < 1"', 1))
    page.wait_for_selector(".wrong button")
    assert f"Line {at + 1}" in page.locator(".wrong").inner_text()
    assert "ussr.relations" in page.locator(".wrong").inner_text()  # the mend
    assert rules.get_attribute("aria-invalid") == "true"
    page.locator(".wrong button").click()
    chosen = "(a => a.value.slice(a.selectionStart, a.selectionEnd))(document.activeElement)"
    assert page.evaluate(chosen) == 'when = "ussr.relatons < 1"'
    rules.fill(text.replace(lines[at], 'when = "ussr.relations < 2"', 1))
    page.wait_for_selector(READY)
    assert page.locator(".wrong button").count() == 0
    assert "under two policies" in visit.images()[0]
    # the link carries the text, and brings the same picture
    url = page.url
    assert "text=" in url
    images = visit.images()
    page.goto(url)
    page.wait_for_selector(READY)
    assert 'when = "ussr.relations < 2"' in visit.field("text").input_value()
    assert visit.images() == images
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    assert 'when = "ussr.relations < 2"' in Path(saved.value.path()).read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_link_shows_the_same_and_back_goes_back(visit: Visit, browser: Any) -> None:
    page = visit.go("?page=what-if&worlds=250")
    visit.after(lambda: visit.field("kind").select_option("coup"))
    visit.after(lambda: visit.field("quantity").select_option("attempts"))
    other = Visit(browser.new_context(), visit.lab)  # somebody else
    other.go(page.url.removeprefix(visit.lab))
    assert other.field("kind").input_value() == "coup"
    assert other.field("quantity").input_value() == "attempts"
    assert other.images() == visit.images()
    assert "palca counterfactual baseline --intervene" in other.page.locator("code").inner_text()
    other.page.context.close()
    images = visit.images()
    page.get_by_role("link", name="Sweep").click()
    page.wait_for_selector("h1:has-text('Sweep')")
    page.go_back()
    page.wait_for_selector("h1:has-text('What if')")
    page.wait_for_selector(READY)
    assert visit.images() == images


@pytest.mark.slow
def test_a_hostile_address_is_harmless(visit: Visit) -> None:
    page = visit.go("?page=sweep&across=%3Cimg%20src=x%20onerror=alert(1)%3E&up=/etc/passwd")
    said = page.get_by_role("alert").inner_text()
    assert "can't be chosen" in said
    assert "<img" in said  # as text
    visit.go("?page=policies&actor=us&policy=/etc/passwd")
    assert "root:" not in page.content()
    assert visit.field("policy").input_value() in shipped_policies("us")
    assert not visit.errors


@pytest.mark.slow
def test_every_control_is_reached_by_the_tab_key_and_seen_to_be(visit: Visit) -> None:
    page = visit.go("?page=history&month=3")
    wanted = page.eval_on_selector_all(
        "nav a, form select, form input, form button:not([disabled])", "all => all.length"
    )
    reached, order = set(), []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(e => [e.tagName, e.id || e.innerText, getComputedStyle(e).outlineStyle, "
            "!!e.closest('nav, form')])(document.activeElement)"
        )
        order.append(seen)
        if seen[3]:
            reached.add((seen[0], seen[1]))
            assert seen[2] != "none", seen
        elif reached and len(reached) >= wanted:
            break
    assert order[0][1] == "To the content"
    assert len(reached) == wanted


@pytest.mark.slow
def test_interactions_answer_soon_with_a_thousand_worlds(visit: Visit) -> None:
    page = visit.go("?page=record&worlds=1000")
    pick = visit.field
    took = {
        "group": visit.after(lambda: pick("group").select_option("us")),
        "series": visit.after(lambda: pick("series").select_option("legitimacy")),
    }
    visit.go("?page=history&world=7")
    took["month"] = visit.after(lambda: page.get_by_role("button", name="Next month").click())
    visit.go("?page=what-if&worlds=1000")
    took["quantity"] = visit.after(lambda: pick("quantity").select_option("friction"))
    visit.go("?page=sweep")
    took["outcome"] = visit.after(lambda: pick("outcome").select_option("growth"))
    assert max(took.values()) < 3.0, took


@pytest.mark.slow
def test_other_sites_are_refused(lab: str) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(urllib.request.Request(lab, headers=headers))
        assert error.value.code == 403
    reply = urllib.request.urlopen(lab)
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    host, port = lab.split("/")[2].split(":")
    ask = (f"GET /jupyter/api/kernels/x/channels?session_id=y HTTP/1.1\r\nHost: {host}:{port}\r\n"
           "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{origin}\r\n")  # fmt: skip
    for origin, status in (("Origin: http://evil.example\r\n", b"403"), ("", b"101")):
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(ask.replace("{origin}", origin).encode())
            assert status in line.recv(200).split(b"\r\n")[0]


def test_all_scenarios_are_offered() -> None:
    (field,) = [f for f in fill(Asked("history")).form["fields"] if f["name"] == "scenario"]
    assert {option["value"] for option in field["options"]} == set(shipped_scenarios())
