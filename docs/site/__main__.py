"""Build the site: ``python -m docs.site`` in the project's folder, or ``make site``."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from palca.model.errors import PalcaError

from .layout import ROOT, lay_out
from .links import faults, outward, read_site


def main() -> int:
    """Lay the pages out, build the site, check it; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m docs.site", description=__doc__)
    options.add_argument("--into", type=Path, default=ROOT / "build", help="working folder")
    into: Path = options.parse_args().into.resolve()
    try:
        lay_out(into / "site-source")
    except PalcaError as error:
        print(f"site: {error}", file=sys.stderr)
        return 2
    shutil.copyfile(ROOT / "zensical.toml", into / "zensical.toml")
    shutil.rmtree(into / "site", ignore_errors=True)  # a page that was removed must not remain
    # Zensical checks the links between pages as they are written
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=into,
        env={**os.environ, "NO_COLOR": "1"},
        check=False,
    )
    if built.returncode:
        return built.returncode
    pages = read_site(into / "site")
    wrong = faults(into / "site", pages)
    for fault in wrong:
        print(f"site: {fault}", file=sys.stderr)
    print(
        f"Written: {into / 'site'} ({len(pages)} pages; links and anchors checked, and that "
        "nothing is loaded from other hosts; "
        f"{len(outward(pages))} links to other hosts are not checked)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
