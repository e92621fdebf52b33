"""The lab's pages in a real browser; without one these tests are skipped, and fail under CI."""

from __future__ import annotations

import socket
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from lab_visits import READY, Visit

from palca.experiments.lab import session
from palca.experiments.lab.pages import PAGES
from palca.experiments.lab.session import Asked, fill
from palca.scenarios import shipped_policies, shipped_scenarios
from palca.scenarios.reading.library import elsewhere_scenarios

TITLES = {page.name: page.title for page in PAGES.values()}


def test_what_is_computed_ahead_can_be_asked() -> None:
    asked = list(session.common())
    assert [each.page for each in asked[: len(PAGES)]] == list(PAGES)
    for each in asked:
        filled = session.fill(session.Asked(each.page, each.choices, linked=True))
        assert filled.form["complaints"] == []
        assert {name: str(filled.values[name]) for name in each.choices} == dict(each.choices)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_sound(visit: Visit, name: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit.go(f"?page={name}")
    assert page.title() == f"{TITLES[name]} – Palca"
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("h1").all_inner_texts() == [TITLES[name]]
    assert page.locator("nav a[aria-current=page]").all_inner_texts() == [TITLES[name]]
    assert page.locator("table, fieldset, ol.questions").count() >= 1
    assert all(len(alt) > 60 for alt in visit.images())
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        # it shows only while the server is slow: here always, so that it is looked at each time
        page.eval_on_selector_all(".v-progress-linear", "all => all.forEach(each => "
                                  "each.style.setProperty('visibility', 'visible', 'important'))")  # fmt: skip
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
    assert slider.get_attribute("aria-valuetext") == "May 1972"
    slider.focus()
    visit.after(lambda: page.keyboard.press("ArrowRight"))
    assert slider.get_attribute("aria-valuetext") == "June 1972"
    assert "June 1972" in visit.images()[0]
    assert "month=41" in page.url
    visit.after(lambda: page.get_by_role("button", name="Next month").click())
    assert "July 1972" in visit.images()[0]
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('#f-month').value >= 44", timeout=20_000)
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
    page = visit.go("?page=what-if&worlds=512")
    visit.after(lambda: visit.field("kind").select_option("coup"))
    visit.after(lambda: visit.field("quantity").select_option("attempts"))
    other = Visit(browser.new_context(), visit.lab)  # somebody else
    other.go(page.url.removeprefix(visit.lab))
    assert other.field("kind").input_value() == "coup"
    assert other.field("quantity").input_value() == "attempts"
    assert other.images() == visit.images()
    assert "palca counterfactual baseline --intervene" in other.page.locator(".results code").inner_text()
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
    said = page.locator(".says[role=alert]").inner_text()
    assert "/etc/passwd" in said
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
    (field,) = [f for f in fill(Asked("record")).form["fields"] if f["name"] == "scenario"]
    assert {option["value"] for option in field["options"]} == {
        *shipped_scenarios(), *elsewhere_scenarios()
    }
