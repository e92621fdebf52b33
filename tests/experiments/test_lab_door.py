"""Who comes into a lab that others can reach: those who know the word, by a link or a QR code."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palca.experiments.lab.lesson.invitation import (
    HERE,
    WORD,
    Invitation,
    check_word,
    qr_picture,
    qr_text,
    reached_at,
    same,
)
from palca.model.errors import PalcaError

guard = pytest.importorskip("palca.experiments.lab.guard")
SECRET = "tinkuy"
LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=30)


def test_nobody_opens_a_machine_by_accident(palca: Callable[..., tuple[int, str, str]]) -> None:
    for more in ([], ["--word", "x"], ["--word", " x   "]):
        code, out, err = palca("lab", "--no-open", "--host", "0.0.0.0", "--port", "0", *more)
        assert (code, out) == (2, "")
        assert "--word" in err
        assert err.count("\n") == 1


@given(LETTERS, st.sampled_from([*HERE, "0.0.0.0", "::", "192.168.1.7"]))
def test_a_word_is_needed_as_soon_as_others_can_come(word: str, host: str) -> None:
    try:
        known = check_word(word, host)
    except PalcaError:
        assert host not in HERE or not 4 <= len(same(word)) <= 40
        return
    assert known == same(word)
    assert known or host in HERE


@given(LETTERS, st.lists(st.tuples(st.sampled_from(["page", "scene", "text"]), LETTERS), max_size=4))
def test_an_invitation_is_to_the_page_and_brings_the_word(word: str, pairs: list[tuple[str, str]]) -> None:
    from urllib.parse import urlencode

    link = Invitation("http://192.0.2.7:8765/", word).link(f"?{urlencode(pairs)}")
    assert link.startswith("http://192.0.2.7:8765/?")
    assert parse_qsl(urlsplit(link).query, keep_blank_values=True) == [*pairs, (WORD, word)]


def test_others_are_told_an_address_of_this_machine() -> None:
    assert reached_at("192.168.1.7") == "192.168.1.7"
    found = reached_at("0.0.0.0")
    assert found
    assert found != "0.0.0.0"


def test_without_a_network_it_is_the_name_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", fail)
    assert reached_at("0.0.0.0") == socket.gethostname()


def test_a_qr_code_is_drawn_for_page_and_terminal() -> None:
    link = Invitation("http://192.0.2.7:8765/", SECRET).link("?page=story&scene=2")
    assert b"<svg" in qr_picture(link)
    lines = qr_text(link).split("\n")
    assert len({len(line) for line in lines}) == 1
    assert 25 < len(lines[0]) < 80


# ------------------------------------------------------------------------------- the guard


def asked(word: str, path: str = "/", query: str = "", kind: str = "http", **headers: str) -> list[Any]:
    """Ask a guarded application, and return what it answers."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "app"})

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    named = {"host": "192.0.2.7:8765", **headers}
    scope = {
        "type": kind, "path": path, "query_string": query.encode(),
        "headers": [(key.replace("_", "-").encode(), value.encode()) for key, value in named.items()],
    }  # fmt: skip
    asyncio.run(guard.Guard(app, (), word)(scope, receive, send))
    return sent


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_PAUSE", 0.0)


def came_in(sent: list[Any]) -> bool:
    return any(message["type"] == "app" for message in sent)


def headers_of(sent: list[Any]) -> dict[bytes, bytes]:
    return dict(sent[0]["headers"])


def test_who_gives_the_word_is_let_in_and_remembered() -> None:
    query = "page=story&scene=3&guess3=40"
    (start, _body) = asked(SECRET, query=f"{query}&{WORD}=%20TinKuy")
    assert start["status"] == 303
    headers = dict(start["headers"])
    assert headers[b"location"] == f"/?{query}".encode()  # without the word, which stays in no history
    cookie = SimpleCookie(headers[b"set-cookie"].decode())
    (name,) = cookie
    assert SECRET not in cookie[name].value
    brought = f"{name}={cookie[name].value}"
    for kind, path in (("http", "/"), ("http", "/static/x.js"), ("websocket", "/jupyter/api")):
        assert came_in(asked(SECRET, path, kind=kind, cookie=brought))
    assert not came_in(asked("another word", cookie=brought))


@given(query=st.lists(st.tuples(st.sampled_from(["page", WORD, "lang", "<b>"]), LETTERS), max_size=4),
       path=st.sampled_from(["/", "/qr", "/static/x", "/jupyter/api"]),
       kind=st.sampled_from(["http", "websocket"]), cookie=st.text("abc=;, \"", max_size=20))  # fmt: skip
def test_who_doesnt_is_asked_and_gets_nothing_else(
    query: list[tuple[str, str]], path: str, kind: str, cookie: str
) -> None:
    from urllib.parse import urlencode

    query = [(name, value) for name, value in query if same(value) != SECRET]
    sent = asked(SECRET, path, urlencode(query), kind, cookie=cookie)
    assert not came_in(sent)
    if kind == "websocket":
        assert sent == [{"type": "websocket.close", "code": 1008}]
        return
    assert sent[0]["status"] == (401 if path == "/" else 403)
    page = sent[1]["body"].decode()
    assert "<b>" not in page.replace("<body>", "")
    if path == "/":
        for name, value in query:
            if name == "page" and value.isalnum():  # what was asked for is kept for afterwards
                assert f'value="{value}"' in page


def test_without_a_word_everybody_of_this_machine_comes_in() -> None:
    assert came_in(asked(""))


@pytest.mark.parametrize(("wished", "language"), [("es-BO,es", "es"), ("en", "en"), ("qu", "en")])
def test_the_word_is_asked_for_in_the_browsers_language(wished: str, language: str) -> None:
    page = asked(SECRET, accept_language=wished)[1]["body"].decode()
    assert f'<html lang="{language}">' in page


# ------------------------------------------------------------------------------ in a browser


@pytest.mark.slow
def test_a_class_comes_in_by_the_link(browser: Any) -> None:
    from lab_visits import Visit, start_lab

    process, address = start_lab(0, "--word", SECRET)
    teacher, student = (Visit(browser.new_context(), address) for _ in range(2))
    try:
        page = student.page
        page.goto(f"{address}?page=story&scene=2&guess2=1")
        assert page.locator("nav").count() == 0
        page.get_by_label("Which word").fill("quipu")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]:not(:empty)")
        page.get_by_label("Which word").fill("Tinkuy")
        page.keyboard.press("Enter")
        student.ready()
        asked_for = parse_qs(urlsplit(page.url).query)
        assert asked_for == {"page": ["story"], "scene": ["2"], "guess2": ["1"]}
        # the link of the page lets others in without asking
        link = page.locator(".share code").inner_text()
        teacher.page.goto(link)
        teacher.ready()
        assert parse_qs(urlsplit(teacher.page.url).query) == asked_for
        teacher.page.get_by_role("button", name="QR code").click()
        teacher.page.wait_for_function("(i => i && i.complete && i.naturalWidth > 100)"
                                       "(document.querySelector('img.code'))")  # fmt: skip
        assert not teacher.errors
    finally:
        process.terminate()
        process.wait(20)
        for each in (teacher, student):
            each.page.context.close()
