"""The lab's server: Solara's, on this machine alone, with nothing fetched from elsewhere."""

from __future__ import annotations

import errno
import html
import os
import re
import socket
import threading
import warnings
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from palca.model.errors import PalcaError

from ..io.signals import held
from .scheduler import VISITORS, close

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp
    from uvicorn import Server

_PATIENCE: Final = 2  # seconds for open pages, at the end
_FORGET: Final = "10m"  # after a visitor has left
_NEEDED: Final = ("solara", "ipyvue", "ipyvuetify", "uvicorn")
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
    host: str, port: int, opened: bool, announce: Callable[[str], None] = lambda address: None
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
        Called with the address as soon as the lab answers.

    Raises
    ------
    PalcaError
        If what it needs isn't installed, or the port can't be had.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise PalcaError(f"needs {', '.join(missing)}: install them with pip install 'palca[lab]'",
                         "palca lab")  # fmt: skip
    heard = _listen(host, port)
    port = heard.getsockname()[1]
    os.environ.update(_ENVIRONMENT)
    app = _application(host)
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", access_log=False, loop="asyncio",
                            timeout_graceful_shutdown=_PATIENCE)  # fmt: skip
    server = uvicorn.Server(config)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{port}/"

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


def _application(host: str) -> ASGIApp:
    """Return Solara's application with the lab in it, our own frame of the page, and a guard."""
    from solara.server import app as apps
    from solara.server import settings
    from solara.server import starlette as solara
    from starlette.applications import Starlette
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    from . import guard

    assets = settings.assets.proxy_cache_dir
    if not any(Path(assets).glob("@widgetti/solara-vuetify-app@*")):
        raise PalcaError("needs the pages' scripts: install them with pip install 'palca[lab]'",
                         "palca lab")  # fmt: skip
    guard.only_events()
    apps.apps["__default__"] = apps.AppScript("palca.experiments.lab.app:Page")

    async def frame(request: Request) -> Any:
        response = await solara.root(request, "")
        body = _frame(bytes(response.body).decode(), request.url.query).encode()
        response.body = body
        response.headers["content-length"] = str(len(body))
        response.headers["cache-control"] = "no-store"
        return response

    kept = [route for route in solara.routes if getattr(route, "path", "") not in
            ("/", "/{fullpath}", "/{fullpath:path}", "/resourcez", "/static/public")]  # fmt: skip
    served = Starlette(
        routes=[Route("/", frame), Mount(_ASSETS, StaticFiles(directory=assets)), *kept],
        lifespan=solara.lifespan,
        middleware=solara.middleware,
    )
    return guard.Guard(served, guard.HERE if host in guard.HERE else ())


def _frame(page: str, query: str) -> str:
    """Return Solara's page with a language, a title, room to zoom, named bars of progress, and
    the lab's own style and script.
    """
    from .pages import page_of
    from .session import Asked

    title = html.escape(f"{page_of(Asked.of_query(query).page).title} – Palca")
    style, script = (
        (Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("lab.css", "lab.js")
    )
    page = page.replace("<html>", '<html lang="en">', 1)
    page = re.sub(r"<title>.*?</title>", lambda _: f"<title>{title}</title>", page, count=1)
    page = re.sub(r'<meta name="viewport"[^>]*>',
                  '<meta name="viewport" content="width=device-width, initial-scale=1">', page,
                  count=1)  # fmt: skip
    page = re.sub(r"<v-progress-(?:linear|circular)", r'\g<0> aria-label="Computing"', page)
    return page.replace("</head>", f"<style>{style}</style><script>{script}</script></head>", 1)
