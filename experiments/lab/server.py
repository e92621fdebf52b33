"""The lab's server: Solara's, on this machine alone, with nothing fetched from elsewhere."""

from __future__ import annotations

import errno
import html
import json
import os
import re
import socket
import threading
import warnings
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from palca.model.errors import PalcaError

from ..io.language import ENGLISH, _, catalogue, preferred, speaking
from ..io.signals import held
from .lesson.invitation import (
    HERE,
    Door,
    Invitation,
    address_of,
    check_word,
    qr_picture,
    reached_at,
)
from .scheduler import VISITORS, close

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp
    from uvicorn import Server

_PATIENCE: Final = 2  # seconds for open pages, at the end
_FORGET: Final = "10m"  # after a visitor has left
_LONGEST_LINK: Final = 1_200  # characters; the code of a longer one can't be read from a wall
_NEEDED: Final = ("solara", "ipyvue", "ipyvuetify", "segno", "uvicorn")
_ASSETS: Final = "/_solara/cdn"
# Solara reads these when it is imported: no counting of visits, no page or script of others.
_ENVIRONMENT: Final = {
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_TELEMETRY_SERVER_USER_ID": "palca",
    "SOLARA_ASSETS_PROXY": "false",
    "SOLARA_ASSETS_CDN": _ASSETS,
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "Palca",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_FORCE_REFRESH": "true",  # after a restart the page comes back by itself
    "SOLARA_MODE": "production",
    "SOLARA_KERNEL_CULL_TIMEOUT": _FORGET,
    "SOLARA_KERNEL_MAX_COUNT": str(VISITORS),
}


def serve(
    host: str,
    port: int,
    opened: bool,
    announce: Callable[[str], None] = lambda address: None,
    word: str = "",
    stories: Sequence[str] = (),
) -> None:
    """Serve the lab until it is interrupted.

    Parameters
    ----------
    host : str
        Where to listen.
    port : int
        0 takes a free one.
    opened : bool
        Whether to open a browser.
    announce : callable
        Called with the address as soon as the lab answers; for others there is then an
        `invitation`.
    word : str
        What visitors must know; needed if others can reach the host.
    stories : sequence of str
        Files of stories that are played beside those that ship.

    Raises
    ------
    PalcaError
        If what it needs isn't installed, the port can't be had, others could come in without a
        word, or a story is wrong.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise PalcaError(f"needs {', '.join(missing)}: install them with pip install 'palca[lab]'",
                         "palca lab")  # fmt: skip
    word = check_word(word, host)
    if stories:
        from .lesson.library import open_stories

        open_stories(stories)
    heard = _listen(host, port)
    port = heard.getsockname()[1]
    os.environ.update(_ENVIRONMENT)
    here = address_of("127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host, port)
    address = here
    if word:
        address = Invitation(here, word).link()
        Door.invitation = Invitation(address_of(reached_at(host), port), word)
    app = _application(host, word)
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", access_log=False, loop="asyncio",
                            timeout_graceful_shutdown=_PATIENCE)  # fmt: skip
    server = uvicorn.Server(config)

    def when_ready() -> None:
        while not server.started:
            if server.should_exit:
                return
            threading.Event().wait(0.05)
        announce(address)
        if opened:
            webbrowser.open(address)
        _answer_ahead(server)

    def stop() -> None:  # uvicorn doesn't hear that a window is closed
        server.should_exit = True

    threading.Thread(target=when_ready, daemon=True).start()
    with held(stop), warnings.catch_warnings():
        # at each visit: of cookies within frames of other sites, where the lab never stands
        warnings.filterwarnings("ignore", "Cookies with samesite=none", UserWarning)
        server.run([heard])
        close()


def _answer_ahead(server: Server) -> None:
    """Answer what most visitors ask, one after another, so that it is at hand when they do."""
    from .scheduler import Visitor
    from .session import answer, common, fill

    visitor = Visitor()
    for asked in common():
        if server.should_exit:
            return
        filled = fill(asked)
        with suppress(PalcaError):  # it took too long, or the lab has ended
            visitor.compute(lambda filled=filled: answer(filled))


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; uvicorn's own way of failing is a page of log."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        heard = socket.socket(family, socket.SOCK_STREAM)
        heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        heard.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PalcaError(f"the port {port} is in use: choose another one, or 0 for any free "
                             "one",
                             "--port") from None  # fmt: skip
        raise PalcaError(f"can't listen on {host}:{port} ({error.strerror})", "--host") from None
    return heard


def _application(host: str, word: str) -> ASGIApp:
    """Return Solara's application with the lab in it, our own frame of the page, and a guard."""
    from solara.server import app as apps
    from solara.server import settings
    from solara.server import starlette as solara
    from starlette.applications import Starlette
    from starlette.responses import RedirectResponse, Response
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    from . import guard
    from .address import write_query
    from .pages import FIRST

    assets = settings.assets.proxy_cache_dir
    if not any(Path(assets).glob("@widgetti/solara-vuetify-app@*")):
        raise PalcaError("needs the pages' scripts: install them with pip install 'palca[lab]'",
                         "palca lab")  # fmt: skip
    guard.only_events()
    apps.apps["__default__"] = apps.AppScript("palca.experiments.lab.app:Page")

    async def frame(request: Request) -> Any:
        wished = preferred(request.headers.get("accept-language", ""))
        if not request.url.query and wished != ENGLISH:
            return RedirectResponse(f"/?{write_query(FIRST, {}, wished)[0]}", status_code=302)
        response = await solara.root(request, "")
        body = _frame(bytes(response.body).decode(), request.url.query).encode()
        response.body = body
        response.headers["content-length"] = str(len(body))
        response.headers["cache-control"] = "no-store"
        return response

    async def qr(request: Request) -> Any:
        """Answer with the QR code of a page's link; others have one only if they are invited."""
        if Door.invitation is None or len(request.url.query) > _LONGEST_LINK:
            return Response(status_code=404)
        picture = qr_picture(Door.invitation.link(request.url.query))
        return Response(picture, media_type="image/svg+xml")

    kept = [route for route in solara.routes if getattr(route, "path", "") not in
            ("/", "/{fullpath}", "/{fullpath:path}", "/resourcez", "/static/public")]  # fmt: skip
    served = Starlette(
        routes=[Route("/", frame), Route("/qr", qr),
                Mount(_ASSETS, StaticFiles(directory=assets)), *kept],
        lifespan=solara.lifespan,
        middleware=solara.middleware,
    )
    return guard.Guard(served, HERE if host in HERE else (), word)


def _frame(page: str, query: str) -> str:
    """Return Solara's page with a language, a title, room to zoom, named bars of progress, and
    the lab's own style and script.
    """
    from .pages import page_of
    from .session import Asked

    asked = Asked.of_query(query)
    with speaking(asked.language):
        title = html.escape(f"{_(page_of(asked.page).title)} – Palca")
        computing = html.escape(_("Computing"), quote=True)
    style, script, film, template = (
        (Path(__file__).parent / name).read_text(encoding="utf-8")
        for name in ("lab.css", "lab.js", "film.js", "sheet.vue")
    )
    script += film
    used = {text: said for text, said in catalogue(asked.language).items()
            if text in script or text in template}  # fmt: skip
    words = json.dumps(used).replace("<", "\\u003c")
    page = page.replace("<html>", f'<html lang="{asked.language}">', 1)
    page = re.sub(r"<title>.*?</title>", lambda found: f"<title>{title}</title>", page, count=1)
    page = re.sub(r'<meta name="viewport"[^>]*>',
                  '<meta name="viewport" content="width=device-width, initial-scale=1">', page,
                  count=1)  # fmt: skip
    page = re.sub(r"<v-progress-(?:linear|circular)",
                  lambda found: f'{found[0]} aria-label="{computing}"', page)  # fmt: skip
    head = (f"<style>{style}</style><script>window.palcaWords = {words};</script>"
            f"<script>{script}</script></head>")  # fmt: skip
    return page.replace("</head>", head, 1)
