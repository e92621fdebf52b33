"""What is typed into the lab is used, or refused with a word, and never lost: in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from lab_visits import READY, Visit, start_lab

from palca.experiments.lab.form import LONGEST

pytestmark = pytest.mark.slow


def text_holds(visit: Visit, end: str) -> None:
    visit.page.wait_for_function(
        "end => document.getElementById('f-text').value.endsWith(end)", arg=end, timeout=60_000
    )


def test_after_a_restart_the_page_comes_back_with_what_was_typed(browser: Any) -> None:
    process, address = start_lab()
    visits = [Visit(browser.new_context(), address) for _ in range(2)]
    try:
        rules, world = visits
        rules.go("?page=policies&actor=us&worlds=250")
        world.go("?page=history&given=all")
        rules.field("text").fill(text := rules.field("text").input_value() + "# first")
        rules.page.wait_for_function("location.search.includes('text=')")
        process.kill()
        process.wait()
        # while nobody hears: the page can be used, and says that it is alone
        for each in visits:
            each.page.wait_for_selector("#lost button")
        rules.field("text").fill(text + "# second")
        rules.field("text").click(timeout=2_000)  # nothing lies over it
        world.field("world").fill("77")
        rules.page.wait_for_timeout(1_000)
        process, _ = start_lab(int(address.split(":")[2].strip("/")))
        world.page.locator("#lost button").click()  # by a click, the other by itself
        for each in visits:
            each.page.wait_for_selector("#lost:empty", state="attached", timeout=60_000)
            each.ready()
        text_holds(rules, "# first# second")
        assert rules.field("actor").input_value() == "us"
        world.page.wait_for_function("document.images[0].alt.length && "
                                     "document.querySelector('.results').innerText.includes('World 77 of')",
                                     timeout=60_000)  # fmt: skip
        assert world.field("world").input_value() == "77"
    finally:
        process.kill()
        process.wait()
        for each in visits:
            each.page.context.close()


def test_rules_are_kept_by_actor_and_policy_whatever_is_opened_meanwhile(visit: Visit) -> None:
    page = visit.go("?page=policies&actor=us&worlds=250")
    rules = visit.field("text")
    shipped = rules.input_value()
    rules.fill(shipped + "# of the US")
    visit.field("actor").select_option("party")  # before the lab has even heard of it
    page.wait_for_function("before => document.getElementById('f-text').value !== before", arg=shipped
                           + "# of the US")  # fmt: skip
    visit.ready()
    assert "# of the US" not in rules.input_value()
    rules.fill(rules.input_value() + "# of the party")
    visit.field("actor").select_option("us")
    text_holds(visit, "# of the US")
    page.get_by_role("link", name="Sweep").click()
    page.wait_for_selector("h1:has-text('Sweep')")
    page.get_by_role("link", name="Policies").click()
    page.wait_for_selector("h1:has-text('Policies')")
    visit.field("actor").select_option("party")
    text_holds(visit, "# of the party")
    # a link shows what it says, and offers the draft
    page.goto("about:blank")
    visit.go("?page=policies&actor=us&worlds=250")
    assert rules.input_value() == shipped
    page.locator(".kept").get_by_role("button", name="Show it").click()
    text_holds(visit, "# of the US")
    page.get_by_role("button", name="Show the rules as shipped").click()
    page.wait_for_function("text => document.getElementById('f-text').value === text", arg=shipped)
    page.locator(".kept").get_by_role("button", name="Delete it").click()
    assert page.locator(".kept").count() == 0
    assert not visit.errors


def test_rules_that_are_too_long_are_refused_and_stay(visit: Visit) -> None:
    page = visit.go("?page=policies&actor=regime&worlds=250")
    rules = visit.field("text")
    long = rules.input_value() + "#" * LONGEST + "\n# the end"
    rules.fill(long)
    page.wait_for_selector(".wrong:has-text('longer than')")
    page.wait_for_selector("section.results[aria-busy=false]")
    assert page.locator("img").count() == 0
    visit.field("series").select_option("growth")  # any other choice
    page.wait_for_function("location.search.includes('series=growth')")
    page.wait_for_selector("section.results[aria-busy=false]")
    assert rules.input_value() == long
    visit.field("actor").select_option("us")
    visit.ready()
    visit.field("actor").select_option("regime")
    text_holds(visit, "# the end")
    page.wait_for_selector(".wrong:has-text('longer than')")
    rules.fill(long.replace("#" * LONGEST, ""))
    visit.ready()
    text_holds(visit, "# the end")
    assert not visit.errors


def test_what_is_shown_belongs_to_what_the_box_says(visit: Visit) -> None:
    page = visit.go("?page=history&given=all")
    box = visit.field("world")
    for typed in ("12345", "-3", "", "1.5", "1,5", "12 34", "a world", "9" * 400, "1e3000", "nan"):
        box.fill(typed)
        assert page.get_attribute("section.results", "aria-busy") == "true"  # at once
        page.wait_for_selector("section.results[aria-busy=false]")
        assert box.input_value() == typed
        assert box.get_attribute("aria-invalid") == "true"
        assert "from 0 to 9999" in page.locator("#e-world").inner_text()
        assert page.locator("img").count() == 0
    for typed, used in (("42", "42"), (" 17 ", "17"), ("1e2", "100"), ("0", "0"), ("9999", "9999")):
        box.fill(typed)
        visit.ready()
        assert f"World {used} of" in page.locator(".results").inner_text()
        assert float(box.input_value()) == float(typed)
    box.press("ArrowDown")
    page.wait_for_selector(".results p:has-text('World 9998 of')")
    assert not visit.errors


def test_what_is_to_be_copied_is_copied_without_a_clipboard_or_selected(
    browser: Any, lab: str
) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined}); "
                            "document.addEventListener('copy', () => window.copied = "
                            "getSelection().toString())")  # fmt: skip
    visit = Visit(context, lab)
    page = visit.go("?page=what-if&worlds=512")
    command = page.locator(".results code").inner_text()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_function("window.copied !== undefined")
    assert page.evaluate("window.copied") == command
    page.get_by_role("button", name="Copy the link").click()
    page.wait_for_function("window.copied === document.querySelector('.share code').innerText")
    assert page.evaluate("window.copied").startswith(visit.lab + "?page=what-if&")
    # and where a browser lets no page copy, the command is selected
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_selector(".status:has-text('Ctrl-C')")
    assert page.evaluate("getSelection().toString()") == command
    assert not visit.errors
    context.close()


def test_computing_is_said_while_the_server_still_checks(visit: Visit) -> None:
    page = visit.go("?page=policies&actor=ussr&worlds=250")
    rule = "\n".join((
        "[[rule]]", 'name = "number {}"', 'when = "regime.orientation > {} / 200"',
        'do = {{ credit = "0.01" }}', 'why = "so"', 'source = "assumed"', "",
    ))  # fmt: skip
    text = 'actor = "ussr"\ntitle = "many"\n' + "".join(rule.format(i, i) for i in range(150))
    assert len(text) < LONGEST
    visit.field("text").fill(text)
    assert page.locator(".status").inner_text() == "Computing…"
    page.wait_for_selector(READY, timeout=60_000)
    assert page.locator("table").first.locator("tbody tr").count() == 150
