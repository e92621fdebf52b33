"""What a browser may ask of the lab's process, and what it may load: less than the defaults.

ipyvue lets a browser create objects of any Python class and call functions by name, which a
notebook's owner may do anyway. The visitors of a lab may not: they are heard only through the
events that a template declares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
HERE: Final = ("127.0.0.1", "localhost", "::1")


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
    """

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not self._welcome(scope):
            await _refuse(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        await self._app(scope, receive, guarded)

    def _welcome(self, scope: Scope) -> bool:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        origin = headers.get(b"origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return False
        return not self._names or _name_of(host) in self._names


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
    await send({"type": "http.response.start", "status": 403,
                "headers": [(b"content-type", b"text/plain; charset=utf-8"),
                            (b"content-length", str(len(text)).encode())]})  # fmt: skip
    await send({"type": "http.response.body", "body": text})
