"""Films in a real browser: played, moved by keyboard and by click, quiet while they play."""

from __future__ import annotations

from typing import Any

import pytest
from lab_visits import READY, Visit

pytestmark = pytest.mark.slow
HEARD = ".film [role=status]"


def shown(page: Any) -> list[str]:
    """What the maps say of their garrisons."""
    return page.eval_on_selector_all(".film svg", "all => all.map(each => each.ariaLabel)")


def test_all_of_history_is_on_one_screen(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 1280, "height": 720})
    visit.go("?page=history")
    for wanted in (".film .play", ".film svg", ".film .events", ".film .turns", ".film .strips"):
        box = page.locator(wanted).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 720, wanted


def test_nothing_is_said_while_it_plays_and_the_month_is_when_it_stops(visit: Visit) -> None:
    page = visit.go("?page=history&month=3")
    page.get_by_label("Speed").select_option("fast")
    page.evaluate("""() => {
        window.said = [];
        const box = document.querySelector('.film [role=status]');
        new MutationObserver(() => window.said.push(box.textContent))
            .observe(box, { childList: true, characterData: true, subtree: true });
    }""")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('#f-month').value >= 8", timeout=20_000)
    assert page.evaluate("window.said") == []
    assert "month=3" in page.url  # nothing is asked of the server either
    page.get_by_role("button", name="Stop").click()
    page.wait_for_function("window.said.length === 1")
    at = visit.field("month").get_attribute("aria-valuetext")
    assert page.evaluate("window.said[0]").startswith(at)
    page.wait_for_function(f"location.search.includes('month={visit.field('month').input_value()}')")
    visit.ready()
    assert at in page.locator("h2", has_text="Which rules fired").inner_text()
    assert not visit.errors


def test_a_click_on_the_line_of_time_or_on_an_event_goes_there(visit: Visit) -> None:
    page = visit.go("?page=history&month=3")
    line = page.locator(".film .line").first.bounding_box()
    assert line is not None
    page.mouse.move(line["x"] + line["width"] * 60.5 / 120, line["y"] + line["height"] - 5)
    assert "January 1974" in page.locator(".film .hint").inner_text()
    visit.after(lambda: page.mouse.click(line["x"] + line["width"] * 60.5 / 120,
                                         line["y"] + line["height"] - 5))  # fmt: skip
    assert visit.field("month").input_value() == "60"
    assert "month=60" in page.url
    visit.after(lambda: page.locator(".film .turns button", has_text="August 1971").click())
    assert visit.field("month").input_value() == "31"
    assert page.locator(".film .turns button[aria-current]").count() >= 1
    visit.after(lambda: page.locator(".film .coup").last.click())
    assert int(visit.field("month").input_value()) > 100


def test_values_are_told_where_one_points_and_where_the_focus_is(visit: Visit) -> None:
    page = visit.go("?page=history&month=31")
    garrison = page.locator(".film svg g").first
    garrison.hover()
    pointed = page.locator(".film .hint").inner_text()
    assert pointed.startswith("La Paz: ")
    page.mouse.move(0, 0)
    page.locator(".film .slide select").focus()
    for _press in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "g":
            break
    assert page.locator(".film .hint").inner_text() == pointed


def test_worlds_are_found_and_the_next_one_is_a_click_away(visit: Visit) -> None:
    page = visit.go("?page=history")
    visit.after(lambda: visit.field("find").fill("attempts >= 8 in 1978-12"))
    assert page.locator(".results", has_text="4,096 worlds are so").count() == 1
    assert "find=" in page.url
    first = page.locator(".film .side .head b").inner_text()
    visit.after(lambda: page.get_by_role("button", name="Another world").click())
    assert page.locator(".film .side .head b").inner_text() != first
    visit.field("find").fill("nobody rules in 1978-12")
    page.wait_for_selector("#e-find:has-text('nobody')")
    assert visit.field("find").get_attribute("aria-invalid") == "true"
    assert not visit.errors


def test_an_attempt_is_gone_through_round_by_round_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit.go("?page=why&month=31")
    visit.field("step").focus()
    before = shown(page)
    assert len(before) == 2  # the world and its twin
    assert before[0].split(": ", 1)[1] == before[1].split(": ", 1)[1]  # the same plot
    page.keyboard.press("End")
    after = shown(page)
    assert "The coup succeeds." in after[0]
    assert "The coup fails." in after[1]
    assert "The coup succeeds." in page.locator(HEARD).inner_text()
    page.keyboard.press("Home")
    assert shown(page) == before
    page.get_by_role("link", name="side by side").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Two histories')")
    page.wait_for_selector(READY)
    assert "coup" in visit.field("kind").input_value()
    assert page.locator(".says p").count() == 0
    assert not visit.errors


def test_two_histories_play_until_they_part(visit: Visit) -> None:
    page = visit.go("?page=two&month=28")
    page.get_by_label("Speed").select_option("fast")
    page.get_by_role("button", name="Play until they part").click()
    page.wait_for_function("location.search.includes('month=31')", timeout=20_000)
    assert visit.field("month").get_attribute("aria-valuetext") == "August 1971"
    one, other = (label.split(": ", 1)[1] for label in shown(page))
    assert one != other
    assert "Hugo Banzer rules" in one
    assert "Torres rules" in other
    visit.ready()
    page.get_by_role("button", name="Previous month").click()
    one, other = (label.split(": ", 1)[1] for label in shown(page))
    assert one == other
    assert not visit.errors


@pytest.mark.parametrize("query", ["?page=history", "?page=why&month=31", "?page=two"])
def test_a_film_fits_a_phone(visit: Visit, query: str) -> None:
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 844})
    visit.go(query)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for svg in page.locator(".film svg").all():
        box = svg.bounding_box()
        assert box is not None
        assert box["width"] > 200
