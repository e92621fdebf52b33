"""The lab in the language and the colours that a browser wishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from lab_visits import Visit

from palca.experiments.io.language import catalogue
from palca.experiments.lab.pages import PAGES
from palca.experiments.lab.session import Asked, answer, fill

SPANISH = catalogue("es")


def grave(page: Any) -> list[Any]:
    """Return what axe finds that is serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    return [(rule["id"], node["target"], node["failureSummary"])
            for rule in Axe().run(page).response["violations"]
            if rule["impact"] in ("serious", "critical") for node in rule["nodes"]]  # fmt: skip


@pytest.fixture
def bolivian(browser: Any, lab: str) -> Iterator[Visit]:
    """Somebody whose browser wishes Bolivian Spanish."""
    context = browser.new_context(locale="es-BO", viewport={"width": 1280, "height": 720})
    made = Visit(context, lab)
    yield made
    assert not made.errors
    context.close()


@pytest.mark.slow
def test_the_lab_opens_as_the_browser_wishes_and_changes_its_language(bolivian: Visit) -> None:
    page = bolivian.go()
    first = next(iter(PAGES.values()))
    assert page.get_attribute("html", "lang") == "es"
    assert page.locator("h1").inner_text() == SPANISH.get(first.title, first.title)
    bolivian.go("?page=record&worlds=250&group=economy&lang=es")
    title = PAGES["record"].title
    assert page.title() == f"{SPANISH[title]} – Palca"
    assert page.locator("h1").inner_text() == SPANISH[title]
    assert page.locator("label[for=f-worlds]").inner_text() == SPANISH["Worlds"]
    bolivian.after(lambda: bolivian.field("group").select_option("conflict"))
    said = {"es": [SPANISH[title]], "en": [title]}
    for name, code in (("English", "en"), ("Español", "es")):
        page.locator(".languages").get_by_role("link", name=name).click()
        page.wait_for_selector(f"html[lang={code}]")
        bolivian.ready()
        assert page.locator("h1").all_inner_texts() == said[code]
        assert page.locator(".languages [aria-current]").all_inner_texts() == [name]
        assert bolivian.field("group").input_value() == "conflict"
        assert bolivian.field("worlds").input_value() == "250"
        assert not grave(page)


@pytest.mark.slow
@pytest.mark.parametrize("query", ["start", "record", "what-if", "worksheets", "story&scene=end&guess3=4",
                                   "story&scene=3&guess3=40&change=1"])  # fmt: skip
def test_a_page_in_spanish_has_no_english_left(bolivian: Visit, query: str) -> None:
    page = bolivian.go(f"?page={query}&lang=es")
    shown = page.evaluate(
        """() => { const found = [], walk = document.createTreeWalker(document.body, 4);
                   while (walk.nextNode()) found.push(walk.currentNode.data.trim());
                   return found; }"""
    )
    english = {text for text, said in SPANISH.items() if said != text}
    assert english.isdisjoint(shown), english.intersection(shown)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["start", "what-if", "two", "why", "record", "sweep", "concepts"])
def test_decimals_of_a_page_in_spanish_have_a_comma(page: str) -> None:
    blocks = answer(fill(Asked(page, language="es"))).blocks
    said = [str(value) for block in blocks if block["kind"] in ("text", "table", "picture")
            for name, value in block.items() if name not in ("src", "kind") and "palca " not in str(value)]  # fmt: skip
    assert not [text for text in said if re.search(r"\d\.\d(?!\d\d)", text)]


@pytest.fixture
def nocturnal(browser: Any, lab: str) -> Iterator[Visit]:
    """Somebody whose browser wishes dark pages."""
    context = browser.new_context(color_scheme="dark", viewport={"width": 1280, "height": 844})
    made = Visit(context, lab)
    yield made
    assert not made.errors
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_sound_in_the_dark(nocturnal: Visit, name: str) -> None:
    page = nocturnal.go(f"?page={name}")
    paper = "getComputedStyle(document.querySelector('.v-application .lab')).backgroundColor"
    red, green, blue = (int(part) for part in page.evaluate(paper)[4:-1].split(",")[:3])
    assert max(red, green, blue) < 64
    assert not grave(page)


@pytest.mark.slow
def test_what_is_wrong_can_be_read_in_the_dark(nocturnal: Visit) -> None:
    page = nocturnal.page
    page.goto(f"{nocturnal.lab}?page=history&world=9,5&strange=1")
    page.wait_for_selector(".says p")
    assert "9,5" in page.locator("#e-world").inner_text()
    assert not grave(page)
