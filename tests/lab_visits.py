"""The lab in a process of its own, and a visitor's page in a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

READY = "section.results[aria-busy=false] :is(img, svg, ol.questions)"


def start_lab(port: int = 0, *options: str) -> tuple[subprocess.Popen[str], str]:
    """Start the lab, and return its process and address."""
    given = ["lab", "--port", str(port), "--no-open", *options]
    code = f"import sys; sys.argv[1:] = {given}\n"
    code += "from palca.experiments.lab import session\n"
    # nothing but the pages as they open is computed ahead: the cores belong to the tests
    code += "session.common = lambda: map(session.Asked, session.PAGES)\n"
    code += "from palca.experiments.cli.main import main; main()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    (address,) = re.findall(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
    return process, address


class Visit:
    """A page in the browser, and what went wrong in it."""

    def __init__(self, context: Any, lab: str) -> None:
        self.page = context.new_page()
        self.lab = lab
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2])
                     if request.url.startswith(("http", "ws")) else None)  # fmt: skip

    def go(self, query: str = "") -> Any:
        self.page.goto(self.lab + query)
        self.ready()
        return self.page

    def ready(self) -> None:
        self.page.wait_for_selector(READY, timeout=60_000)

    def field(self, name: str) -> Any:
        return self.page.locator(f"#f-{name}")

    def images(self) -> list[str]:
        return self.page.eval_on_selector_all("img", "all => all.map(each => each.alt)")

    def after(self, act: Callable[[], Any]) -> float:
        """Act, wait until other pictures are there, and return the seconds it took."""
        self.page.evaluate("window.before = [...document.images].map(i => i.src).join()")
        began = time.perf_counter()
        act()
        self.page.wait_for_function(
            "document.querySelector('.results').getAttribute('aria-busy') === 'false' && "
            "[...document.images].map(i => i.src).join() !== window.before",
            timeout=30_000, polling=20,
        )  # fmt: skip
        return time.perf_counter() - began
