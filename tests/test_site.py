"""The documentation as a site: it has all that ships, and no link leads nowhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer
from markdown_it import MarkdownIt
from test_tutorials import play

from palca.experiments.cli.app import app
from palca.experiments.observe.documented import load_record
from palca.experiments.observe.outcomes import OUTCOMES
from palca.model.agents.observables import OBSERVABLES
from palca.model.events import KINDS
from palca.model.language.functions import FUNCTIONS
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS
from palca.model.state.state import FIELDS
from palca.scenarios.concept import shipped_concepts
from palca.scenarios.reading.library import LIBRARY, read_toml, shipped_policies, shipped_scenarios
from palca.scenarios.scenario import build_policy

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))  # the site's makers aren't installed

from docs.site.links import Page, faults, outward, read_site  # noqa: E402
from docs.site.markup import anchor, plain  # noqa: E402
from docs.site.record_pages import driver_rows, event_anchors  # noqa: E402

MINUTES = ("ask-a-counterfactual", "recalibrate")  # how-tos that take minutes
HOWTO = sorted((ROOT / "docs/howto").glob("*.md"))
Site = tuple[Path, dict[str, Page]]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site, built as `make site` builds it: its folder, and its pages by their path."""
    folder = tmp_path_factory.mktemp("work")
    done = subprocess.run(
        [sys.executable, "-m", "docs.site", "--into", str(folder)],
        cwd=ROOT, env={**os.environ, "PYTHONSAFEPATH": ""}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    pages = read_site(folder / "site")
    return folder / "site", {
        path.relative_to(folder / "site").as_posix(): page for path, page in pages.items()
    }


def anchors_that_must_be() -> Iterator[tuple[str, str]]:
    """All that ships, as pages and anchors."""
    for name in shipped_scenarios():
        yield "reference/scenarios.html", anchor(name)
    for actor in ACTORS:
        for name, path in shipped_policies(actor).items():
            yield f"reference/policies-{actor}.html", anchor(name)
            for rule in build_policy(actor, name, read_toml(path), path.name).rules:
                yield f"reference/policies-{actor}.html", anchor(name, rule.name)
        for lever in LEVERS[actor]:
            yield "reference/levers.html", anchor(actor, lever)
    for page, names in (
        ("parameters", PARAMETERS), ("observables", OBSERVABLES), ("channels", CHANNELS),
        ("fields", FIELDS), ("language", FUNCTIONS), ("outcomes", [o.name for o in OUTCOMES]),
        ("countries", [path.stem for path in (LIBRARY / "countries").glob("*.toml")]),
    ):  # fmt: skip
        for name in names:
            yield f"reference/{page}.html", anchor(name)
    for track, kinds in KINDS.items():
        for kind in kinds:
            yield "reference/events.html", anchor(track, kind)
    for name in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        yield "reference/commands.html", f"palca-{name}"
    for name in shipped_concepts():
        yield f"concepts/{name}.html", "the-file"
    for name in event_anchors(load_record().events):
        yield "record/events.html", name
    for row in load_record().series.itertuples():
        yield "record/series.html", anchor(row.series, row.date)
    for row in load_record().coverage.itertuples():
        yield "record/coverage.html", anchor(row.track, row.kind or "all", row.since)
    for row in load_record().base_rates.itertuples():
        yield "record/base-rates.html", anchor(row.series, row.period)
    for path in (LIBRARY / "drivers").glob("*.csv"):
        for row in driver_rows(path.stem):
            parts = [row["date"], row["country"]] if "country" in row else [row["date"]]
            yield "record/drivers.html", anchor(path.stem, *parts)


@pytest.mark.slow
def test_every_link_and_anchor_of_the_site_leads_somewhere(site: Site) -> None:
    folder, pages = site
    assert len(pages) > 60
    assert faults(folder, {folder / path: page for path, page in pages.items()}) == []


@pytest.mark.slow
def test_all_that_ships_has_its_place(site: Site) -> None:
    wanted = list(anchors_that_must_be())
    assert len(wanted) > 2000
    _, pages = site
    assert [(page, name) for page, name in wanted if not pages[page].has(name)] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "rows"),
    [
        ("series", lambda: load_record().series),
        ("coverage", lambda: load_record().coverage),
        ("base-rates", lambda: load_record().base_rates),
    ],
)
def test_no_row_of_the_record_is_missing(site: Site, page: str, rows) -> None:
    folder, _ = site
    page_text = (folder / f"record/{page}.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<tr>\s*<td", page_text)) == len(rows())


@pytest.mark.slow
def test_addresses_elsewhere_are_well_formed(site: Site) -> None:
    # whether they answer isn't asked: tests pass without a network
    _, pages = site
    found = outward({Path(path): page for path, page in pages.items()})
    wrong = [
        link for link in found
        if urlsplit(link).scheme != "https" or "." not in str(urlsplit(link).hostname) or " " in link
    ]  # fmt: skip
    assert found
    assert wrong == []


@pytest.mark.slow
def test_pages_written_by_hand_read_as_on_a_code_host(site: Site) -> None:
    # the site's Markdown isn't quite that of code hosts: a list that one of them doesn't see
    # would be a paragraph there
    folder, _ = site
    markdown = MarkdownIt("commonmark").enable("table")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        name = path.relative_to(ROOT).as_posix().removeprefix("docs/")
        if name == "CONCEPTS.md":  # taken apart
            continue
        there = markdown.render(path.read_text(encoding="utf-8"))
        built = (
            (folder / name).with_suffix(".html") if name != "README.md" else folder / "index.html"
        )
        here = built.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
        for tag in ("<li>", "<table>", "<pre>", "<img "):
            assert (name, tag, here.count(tag)) == (name, tag, there.count(tag))


@pytest.mark.slow
def test_a_browser_without_a_network_has_the_whole_site(site: Site) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium")
    handler = partial(Quiet, directory=str(site[0]))
    asked: set[str] = set()
    failed: list[str] = []
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        sync_api.sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.on("request", lambda request: asked.add(request.url))
        page.on("requestfailed", lambda request: failed.append(request.url))
        for name in ("index", "reference/parameters", "concepts/coup-trap", "VALIDATION"):
            page.goto(f"http://127.0.0.1:{server.server_port}/{name}.html")
            page.wait_for_load_state("networkidle")
            # a phone shows a page without scrolling sideways; a wide table scrolls by itself
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        browser.close()
        server.shutdown()
    assert {urlsplit(url).netloc for url in asked} == {f"127.0.0.1:{server.server_port}"}
    assert any(url.endswith("search.json") for url in asked)
    assert failed == []


def _paced(page: Path) -> object:
    """A page of how-to, marked by how long its commands take."""
    pace = pytest.mark.long if page.stem in MINUTES else pytest.mark.slow
    return pytest.param(page, marks=pace, id=page.stem)


@pytest.mark.parametrize("page", [_paced(page) for page in HOWTO])
def test_a_how_to_does_what_it_says(page: Path, tmp_path: Path) -> None:
    play(page, tmp_path)


def test_faults_are_found(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="#here">1</a><a href="#gone">2</a><a href="deep/b.html#there">3</a>'
        '<a href="deep/b.html#gone">4</a><a href="none.html">5</a><a href="https://x.org">6</a>'
        '<script src="https://x.org/a.js"></script><link href="//x.org/a.css"><img src="none.png">'
    )
    (tmp_path / "deep/b.html").write_text('<h2 id="there"><a href="../a.html#here">back</a>')
    pages = read_site(tmp_path)
    assert faults(tmp_path, pages) == [
        "a.html: no anchor for #gone",
        "a.html: no anchor for deep/b.html#gone",
        "a.html: no file for none.html",
        "a.html: fetches https://x.org/a.js",
        "a.html: fetches //x.org/a.css",
        "a.html: no file for none.png",
    ]
    assert outward(pages) == {"https://x.org"}


def test_plain_text_stays_text() -> None:
    text = r"a_b *c* [d](e) `f` | <g> & #h \i ~j"
    assert MarkdownIt("commonmark").render(plain(text)) == (
        "<p>a_b *c* [d](e) `f` | &lt;g&gt; &amp; #h \\i ~j</p>\n"
    )
