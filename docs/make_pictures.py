"""Screenshots of the lab's pages for the documentation: ``make pictures``.

Starts the lab on this machine, opens each page in Debian's Chromium, and writes a PNG of it
beside this file.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from palca.experiments.lab.pages import PAGES

FOLDER: Final = Path(__file__).parent
SIZE: Final = (1280, 1250)
_READY: Final = "section.results[aria-busy=false] :is(img, svg, ol.questions)"
_CHOSEN: Final = {"story": "&scene=3&guess3=40&change=1"}  # others as they open
_PATIENCE: Final = 60_000  # milliseconds; the first results are computed on request


def main() -> int:
    """Write the screenshots; return the exit code."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is missing (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    lab = subprocess.Popen(
        [sys.executable, "-c", "from palca.experiments.cli.main import main; main()",
         "lab", "--port", "0", "--no-open"], stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert lab.stdout is not None
        address = re.findall(r"http://\S+/", lab.stdout.readline())[0]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"]
            )
            width, height = SIZE
            page = browser.new_page(viewport={"width": width, "height": height})
            for name in PAGES:
                page.goto(f"{address}?page={name}{_CHOSEN.get(name, '')}")
                page.wait_for_selector(_READY, timeout=_PATIENCE)
                file = FOLDER / f"lab-{name}.png"
                page.screenshot(path=file)
                print(f"Written: docs/{file.name}")
            browser.close()
    finally:
        lab.terminate()
        lab.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
