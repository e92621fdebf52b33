"""The guided story in a real browser: to its end, by keyboard alone, and for a screen reader."""

from __future__ import annotations

from typing import Any

import pytest
from lab_visits import Visit

from palca.experiments.lab.lesson.library import stories

pytestmark = pytest.mark.slow

(NAME, STORY), *_rest = stories().items()
HELD = "section.results[aria-busy=false] "
# when the page was last busy, and for how long it hadn't said so after a press
WATCH = """
  window.said = null;
  document.addEventListener('click', () => {
    const from = performance.now();
    const look = () => {
      const busy = document.querySelector('section.results').getAttribute('aria-busy') === 'true';
      if (busy) window.said = performance.now() - from;
      else if (performance.now() - from < 2000) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
"""


def grave(page: Any) -> list[Any]:
    """What a reader with a screen reader or a keyboard would stumble over."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["target"]) for rule in found
            if rule["impact"] in ("serious", "critical")]  # fmt: skip


def heading_of(number: int, language: str) -> str:
    return f"{number}. {STORY.scenes[number - 1].title[language]}"


def wait_for_scene(page: Any, title: str) -> None:
    page.wait_for_function("t => document.querySelector('.scene h2')?.innerText === t", arg=title)


@pytest.mark.parametrize(("language", "width", "height"), [("es", 1280, 720), ("en", 390, 844)])
def test_it_is_played_to_its_end(visit: Visit, language: str, width: int, height: int) -> None:
    page = visit.page
    page.set_viewport_size({"width": width, "height": height})
    visit.go(f"?page=start&lang={language}")
    page.locator(".doors a").first.click()
    for number, scene in enumerate(STORY.scenes, 1):
        wait_for_scene(page, heading_of(number, language))
        visit.ready()
        assert page.locator(".facts").count() == 0
        if scene.answers:
            page.get_by_label(scene.answers[0].text[language]).check()
        page.locator(".guess button").click()
        page.wait_for_selector(HELD + ".facts", timeout=60_000)
        change = scene.changes[-1].text[language]
        page.get_by_role("link", name=change).click()
        page.wait_for_selector(f'{HELD}.doors a[aria-current]:has-text("{change}")', timeout=60_000)
        assert page.locator(".results img").count() >= 2
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not grave(page)
        page.locator(".results .doors").last.locator("a").click()
    page.wait_for_selector(HELD + "table")
    assert page.locator("tbody tr").count() == len(STORY.scenes)
    # somebody who gets the link sees the same
    rows = page.locator("tbody").inner_text()
    page.goto(visit.lab + page.evaluate("location.search"))
    page.wait_for_selector(HELD + "table")
    assert page.locator("tbody").inner_text() == rows
    page.go_back()
    assert not visit.errors


def tab_to(page: Any, selector: str, most: int = 60) -> None:
    """Press Tab until an element that a selector finds has the focus."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", selector
            return
    raise AssertionError(f"Tab doesn't come to {selector}")


def test_it_is_played_by_keyboard_alone(visit: Visit) -> None:
    page = visit.go("?page=start")
    page.set_viewport_size({"width": 390, "height": 844})
    tab_to(page, ".doors a")
    page.keyboard.press("Enter")
    for number, scene in enumerate(STORY.scenes, 1):
        wait_for_scene(page, heading_of(number, "en"))
        visit.ready()
        if scene.answers:
            tab_to(page, ".guess input")
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
        else:
            tab_to(page, ".guess input")
            for _press in range(3):
                page.keyboard.press("ArrowLeft")
            assert page.locator(".guess output").inner_text().startswith("47")
        tab_to(page, ".guess button")
        page.keyboard.press("Enter")
        page.wait_for_selector(HELD + ".facts", timeout=60_000)
        tab_to(page, ".results .doors a")
        page.keyboard.press("Enter")
        page.wait_for_selector(HELD + ".doors a[aria-current]", timeout=60_000)
        page.locator(".results .doors").last.locator("a").evaluate("e => e.id = 'onwards'")
        tab_to(page, "#onwards")
        page.keyboard.press("Enter")
    page.wait_for_selector(HELD + "table")
    cells = page.locator("tbody td:nth-child(2)").all_inner_texts()
    for scene, said in zip(STORY.scenes, cells, strict=True):
        assert (scene.answers[1].text["en"] if scene.answers else "47 of 100") in said
    assert not visit.errors


def test_a_guess_that_isnt_sent_shows_nothing_and_a_reload_keeps_those_that_are(visit: Visit) -> None:
    page = visit.go("?page=story&scene=2")
    page.get_by_label(STORY.scenes[1].answers[2].text["en"]).check()
    page.wait_for_timeout(800)
    assert page.locator(".facts").count() == 0
    page.locator(".guess button").click()
    page.wait_for_selector(HELD + ".facts", timeout=60_000)
    page.reload()
    page.wait_for_selector(HELD + ".facts", timeout=60_000)
    assert STORY.scenes[1].answers[2].text["en"] in page.locator(".guess").inner_text()
    page.locator(".guess button").click()  # guess again
    page.wait_for_selector(".guess input")
    visit.ready()
    assert page.locator(".facts").count() == 0
    assert not visit.errors


def test_each_press_is_answered_or_said_to_be_worked_on_at_once(visit: Visit) -> None:
    page = visit.go("?page=story&scene=3&guess3=40")
    page.evaluate(WATCH)
    for change in STORY.scenes[2].changes:
        page.evaluate("window.said = null")
        page.get_by_role("link", name=change.text["en"]).click()
        page.wait_for_selector(f'{HELD}.doors a[aria-current]:has-text("{change.text["en"]}")',
                               timeout=60_000)  # fmt: skip
        said = page.evaluate("window.said")
        assert said is None or said < 200  # None: the answer was there before the next frame


def test_what_came_can_be_read_in_the_dark(browser: Any, lab: str) -> None:
    context = browser.new_context(color_scheme="dark", viewport={"width": 390, "height": 844})
    made = Visit(context, lab)
    page = made.go("?page=story&scene=2&guess2=1&change=1")
    assert not grave(page)
    assert not made.errors
    context.close()


def test_a_worksheet_prints_its_questions_with_room_for_answers(visit: Visit) -> None:
    page = visit.go("?page=worksheets")
    assert not grave(page)
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert page.locator(".lines").first.is_visible()
    for hidden in ("nav", "form", "footer", ".doors", ".results button"):
        assert not page.locator(hidden).first.is_visible()
    page.emulate_media(media="screen")
