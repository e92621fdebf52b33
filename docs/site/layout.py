"""The layout of the site: pages written by hand, pages made from the code, and the navigation.

Links still work after a page is moved: a link to a file of the project becomes a link to the page
made from that file, and a linked file that has no page is copied into the site.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from . import commands, language, record_pages, shelf_pages, sources, tables
from .concept_pages import split_gallery

ROOT: Final = Path(__file__).parents[2]

# Each page made from the code: the function that makes it, and the file or folder that it shows.
# Pages written by hand link to that file, so that the link also works in a checkout.
MADE: Final[dict[str, tuple[Callable[[], str], str]]] = {
    "reference/commands.md": (commands.command_line, "experiments/cli/app.py"),
    "reference/scenarios.md": (shelf_pages.scenarios, "scenarios"),
    "reference/countries.md": (shelf_pages.countries, "scenarios/countries"),
    "reference/observables.md": (tables.observables, "model/agents/observables.py"),
    "reference/levers.md": (tables.levers, "model/language/levers.py"),
    "reference/parameters.md": (tables.parameters, "model/state/parameter_table.py"),
    "reference/channels.md": (tables.channels, "model/state/channels.py"),
    "reference/fields.md": (tables.fields, "model/state/state.py"),
    "reference/events.md": (tables.events, "model/events.py"),
    "reference/outcomes.md": (tables.outcomes, "experiments/observe/outcomes.py"),
    "reference/language.md": (language.expression_language, "model/language/functions.py"),
    "reference/evidence.md": (shelf_pages.evidence_files, "experiments/infer/given"),
    "reference/sources.md": (sources.sources, "docs/site/sources.py"),
    "record/events.md": (record_pages.documented_events, "experiments/observe/record/events.csv"),
    "record/coverage.md": (record_pages.coverage, "experiments/observe/record/coverage.csv"),
    "record/series.md": (record_pages.documented_series, "experiments/observe/record/series.csv"),
    "record/base-rates.md": (record_pages.base_rates, "experiments/observe/record/base_rates.csv"),
    "record/drivers.md": (record_pages.drivers, "scenarios/drivers"),
}

# The navigation; a folder stands for all its pages, and a missing page is left out.
_WAY: Final[dict[str, tuple[str, ...]]] = {
    "Start": ("index.md",),
    "Tutorials": ("tutorials/", "notebooks/"),
    "How to": ("howto/", "LAB.md", "CLUSTER.md"),
    "Concepts": ("CONCEPTS.md", "concepts/"),
    "Reference": (
        "reference/commands.md", "reference/scenarios.md", "POLICIES.md",
        "reference/policies-ussr.md", "reference/policies-us.md", "reference/policies-regime.md",
        "reference/policies-party.md",
        "reference/language.md", "reference/observables.md", "reference/levers.md",
        "reference/parameters.md", "reference/channels.md", "reference/fields.md",
        "reference/events.md", "reference/outcomes.md", "reference/countries.md",
        "reference/evidence.md", "FILES.md",
    ),
    "Record": (
        "PROVENANCE.md", "record/events.md", "record/coverage.md", "record/series.md",
        "record/base-rates.md", "record/drivers.md", "reference/sources.md",
    ),
    "Model": (
        "ODD.md", "COUNTERFACTUALS.md", "CASES.md", "EVIDENCE.md", "CALIBRATION.md", "SBC.md",
        "SENSITIVITY.md", "HAZARD.md", "REGION.md", "REGION_PARAMETERS.md", "VALIDATION.md",
        "LIMITS.md", "ETHICS.md",
        "GLOSSARY.md",
    ),
    "Project": (
        "COMPILER.md", "BENCHMARKS.md", "RELIABILITY.md", "MUTANTS.md", "CONTRIBUTING.md",
        "CHANGELOG.md",
    ),
}  # fmt: skip

_LINK: Final = re.compile(r"(!?\[[^\]]*\])\(([^)\s#:]+)(#[^)\s]*)?\)")
_BLOCK: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_FENCE: Final = re.compile(r"^```(\w+) fails.*$", re.MULTILINE)  # a word that only the tests use


def lay_out(folder: Path) -> None:
    """Write all pages, their pictures and the navigation into a folder.

    Parameters
    ----------
    folder : Path
        It need not exist; its contents are replaced.
    """
    shutil.rmtree(folder, ignore_errors=True)
    pages = {page: _moved(_read(path), path, page, folder) for path, page in _by_hand().items()}
    gallery = "docs/CONCEPTS.md"
    for page, text in split_gallery(_read(gallery)).items():
        pages[page] = _moved(text, gallery, page, folder)
    pages |= {page: make() for page, (make, _) in MADE.items()} | shelf_pages.policy_pages()
    pages["SUMMARY.md"] = _navigation(pages)
    for page, text in pages.items():
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        (folder / page).write_text(text, encoding="utf-8")
    for picture in sorted((ROOT / "docs").glob("*.png")):
        shutil.copyfile(picture, folder / picture.name)
    shutil.copyfile(Path(__file__).with_name("site.css"), folder / "site.css")


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _by_hand() -> dict[str, str]:
    """Return the path in the site of each page written by hand, by its path in the project."""
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    pages = {path: path.removeprefix("docs/") for path in sorted(found)}
    for path in ("CONTRIBUTING.md", "CHANGELOG.md"):
        if (ROOT / path).is_file():
            pages[path] = path
    return pages | {"README.md": "index.md"}


def _moved(text: str, home: str, page: str, folder: Path) -> str:
    """Return a page's text with its links corrected for its new path.

    Parameters
    ----------
    home, page : str
        The path of the text in the project, and in the site.
    folder : Path
        The folder of the site's pages; a linked file that has no page is copied into it.
    """
    homes = {made_of: page for page, (_, made_of) in MADE.items()} | _by_hand()

    def link(found: re.Match[str]) -> str:
        label, to, part = found[1], found[2], found[3] or ""
        path = os.path.normpath(os.path.join(os.path.dirname(home), to))
        target = homes.get(path) or path.removeprefix("docs/")
        if path not in homes and (ROOT / path).is_dir():
            return label[1:-1]  # a folder has no page
        if path not in homes and not path.endswith(".png") and (ROOT / path).is_file():
            target = f"files/{path}"
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, folder / target)
        return f"{label}({os.path.relpath(target, os.path.dirname(page) or '.')}{part})"

    parts = _BLOCK.split(text)
    parts[::2] = [_LINK.sub(link, part) for part in parts[::2]]
    return _FENCE.sub(r"```\1", "".join(parts))


def _navigation(pages: dict[str, str]) -> str:
    """Return the navigation as a nested list."""
    lines = []
    for section, prefixes in _WAY.items():
        chosen = [page for prefix in prefixes for page in sorted(pages) if page == prefix
                  or (prefix.endswith("/") and page.startswith(prefix))]  # fmt: skip
        if chosen == ["index.md"]:
            lines.append(f"- [{section}](index.md)")
        else:
            lines.append(f"- {section}")
            lines += [f"    - [{_title(pages[page])}]({page})" for page in chosen]
    return "\n".join(lines) + "\n"


def _title(text: str) -> str:
    return text[text.index("# ") + 2 :].partition("\n")[0].replace("`", "")
