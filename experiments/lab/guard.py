"""What a browser may ask of the lab's process, and what it may load: less than the defaults.

ipyvue lets a browser create objects of any Python class and call functions by name, which a
notebook's owner may do anyway. The visitors of a lab may not: they are heard only through the
events that a template declares.
"""

from __future__ import annotations

import asyncio
import hmac
import html
from collections.abc import Sequence
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..io.language import _, preferred, speaking, spoken
from .lesson.invitation import WORD, same

# Vue compiles templates in the browser, hence unsafe-eval; nothing comes from elsewhere.
POLICY: Final = "; ".join((
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "base-uri 'self'",
))  # fmt: skip
_HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_COOKIE: Final = "palca_word"
_STAYS: Final = 12 * 3600  # seconds that a browser remembers the word
_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 18px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText;
  margin: 12vh auto; max-width: 26em; padding: 0 16px; }
input, button { font: inherit; padding: 6px 10px; }
label { display: block; margin-bottom: 6px; }
p { font-weight: 600; }
"""
_PAUSE: Final = 0.3  # seconds after a wrong word, one visitor after another


def only_events() -> None:
    """Have templates hear their declared events and nothing else, in this process."""
    from ipyvue.VueTemplateWidget import Events

    def handle(self: Any, _: Any, content: Any, buffers: Any) -> None:
        event = content.get("event") if isinstance(content, dict) else None
        if isinstance(event, str) and event in self.events:
            getattr(self, f"vue_{event}")(content.get("data", {}))

    Events._handle_event = handle


class Guard:
    """Around the application: refuse other sites' pages, and say what a page may load.

    A page of another site may open a websocket to this machine, or give its own name this
    machine's address; both show in the headers.

    Parameters
    ----------
    names : sequence of str
        Host names by which the lab may be called; empty for any.
    word : str
        What a visitor must know, as :func:`~.lesson.invitation.same` has it; empty for nothing.
    """

    def __init__(self, app: ASGIApp, names: Sequence[str], word: str = "") -> None:
        self._app = app
        self._names = names
        self._word = word
        self._key = sha256(f"palca {word}".encode()).hexdigest() if word else ""
        self._one = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not self._welcome(scope):
            await _refuse(scope, receive, send)
            return
        if self._word and not self._knows(scope):
            await self._ask(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        await self._app(scope, receive, guarded)

    def _knows(self, scope: Scope) -> bool:
        """Return whether a browser brings what it got when it gave the word."""
        try:
            brought = SimpleCookie(_headers_of(scope).get(b"cookie", ""))
        except CookieError:
            return False
        return _COOKIE in brought and hmac.compare_digest(brought[_COOKIE].value, self._key)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in who gives the word, and ask all others for it."""
        if scope["type"] == "websocket" or scope["path"] != "/":
            await _refuse(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=60)
        except ValueError:
            pairs = []
        given = [value for name, value in pairs if name == WORD]
        rest = [(name, value) for name, value in pairs if name != WORD]
        if given and hmac.compare_digest(same(given[-1]).encode(), self._word.encode()):
            cookie = (f"{_COOKIE}={self._key}; Path=/; Max-Age={_STAYS}; HttpOnly; "
                      "SameSite=Lax")  # fmt: skip
            to = f"/?{urlencode(rest)}" if rest else "/"
            await _reply(send, 303, b"", [(b"location", to.encode()),
                                          (b"set-cookie", cookie.encode())])  # fmt: skip
            return
        if given:
            async with self._one:
                await asyncio.sleep(_PAUSE)
        wished = dict(rest).get("lang") or _headers_of(scope).get(b"accept-language", "")
        with speaking(preferred(wished)):
            page = _question(rest, wrong=bool(given)).encode()
        await _reply(send, 401, page, [(b"content-type", b"text/html; charset=utf-8"), *_HEADERS])

    def _welcome(self, scope: Scope) -> bool:
        headers = _headers_of(scope)
        host = headers.get(b"host", "")
        origin = headers.get(b"origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return False
        return not self._names or _name_of(host) in self._names


def _headers_of(scope: Scope) -> dict[bytes, str]:
    return {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _question(rest: Sequence[tuple[str, str]], wrong: bool) -> str:
    """Return the page that asks for the word, and then goes on to what was asked for."""
    kept = "".join(f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
                   for name, value in rest)  # fmt: skip
    title = html.escape(_("Palca: the word of this room"))
    said = html.escape(_("That isn't the word. Ask whoever has invited you.")) if wrong else ""
    label = html.escape(_("Which word have you been told?"))
    return f"""<!doctype html>
<html lang="{spoken()}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{_STYLE}</style></head><body><main><h1>{title}</h1><form action="/" method="get">{kept}
<p role="alert">{said}</p><label for="word">{label}</label>
<input id="word" name="{WORD}" autocomplete="off" autocapitalize="none" required autofocus>
<button>{html.escape(_("Come in"))}</button></form></main></body></html>"""


def _name_of(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    text = b"Palca's lab answers only to its own address."
    await _reply(send, 403, text, [(b"content-type", b"text/plain; charset=utf-8")])


async def _reply(
    send: Send, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]]
) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
