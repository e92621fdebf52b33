"""The page of a run: it needs nothing else, shows all kinds of folder, and trusts none of them."""

from __future__ import annotations

import base64
import json
import os
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fault_commands import SMALL, Run
from palca.experiments.io import provenance
from palca.experiments.io.numerals import decimal
from palca.experiments.io.safe_folder import Folder
from palca.experiments.report import html_page
from palca.model.errors import PalcaError
from palca.scenarios import resolve

VOID = {"meta", "img", "br"}
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
SVG = (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><metadata>'
       b"<dc:description>What &lt;it&gt; shows</dc:description></metadata>"
       b"<script>alert(1)</script></svg>")  # fmt: skip


class Page(HTMLParser):
    """The tags of a page in their order, its texts, and what an auditor would ask of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag  # each is closed, innermost first

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str, name: str) -> list[str]:
        return [value for t, n, value in self.attributes if (t, n) == (tag, name)]


def audit(text: str) -> Page:
    """Hold a page against what every page must be."""
    page = Page(text)
    assert not page.open
    assert text.startswith("<!doctype html>\n<html lang=\"en\">")
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))
    assert page.tags.count("caption") == page.tags.count("table") == page.tags.count("thead")
    assert len(page.of("th", "scope")) == page.tags.count("th")
    assert len(page.of("img", "alt")) == page.tags.count("img")
    assert all(page.of("img", "alt"))
    labels = page.of("div", "aria-label")
    assert len(labels) == len(set(labels))
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert set(page.of("section", "aria-labelledby")) <= set(ids)
    # nothing that runs, and nothing from elsewhere
    assert not {"script", "iframe", "object", "embed", "link", "base", "form", "svg"} & {*page.tags}
    assert page.tags.count("style") == 1
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    assert not re.search(r"url\(|@import|expression", style[1])
    for _, name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in ("srcset", "style", "action", "data", "poster")
        if name == "src":
            assert re.match(r"data:image/(svg\+xml|png);base64,[A-Za-z0-9+/=]+$", value)
        if name == "href":
            assert re.match("https?://", value)
    assert "default-src 'none'" in page.of("meta", "content")[1]
    return page


def folder_of(path: Path, kind: str | None = None, **entries: Any) -> Path:
    """Make a folder with a sealed manifest and a picture."""
    path.mkdir(parents=True, exist_ok=True)
    provenance.write_manifest(path, **({"kind": kind} if kind else {}), seed=0, worlds=40, **entries)
    (path / "made.svg").write_bytes(SVG)
    return path


@pytest.fixture(scope="module")
def scenario() -> dict[str, Any]:
    change = 'at = "1971-09", policy.ussr = "ideological", lever.us.aid.scale = 2'
    return {**resolve("baseline", ["channel.export_price=off", "backlash=0.02"], [change]), "drivers": {}}


@pytest.fixture(scope="module")
def tiny(scenario: dict[str, Any]) -> dict[str, Any]:
    """A scenario of one rule, quick to report on."""
    ((spell, *_), *_) = scenario["policies"].values()
    rule = {**spell["table"]["rule"][0]}
    table = {**spell["table"], "rule": [rule]}
    kept = {k: v for k, v in scenario.items() if k != "factual"}
    return {**kept, "changes": [], "sets": {"backlash": [0.1, 0.2]}, "policies": {"ussr": [{**spell, "table": table}]}}


@pytest.mark.slow
def test_a_run_and_a_comparison_and_a_sweep_give_pages(palca: Run) -> None:
    palca("run", "soviet-break-1971", "-n", "30", "-o", "a")
    palca("compare", "baseline", "august-1971-fails", "-n", "20", "-o", "b")
    palca("sweep", "baseline", "--vary", "backlash=0.01:0.05:2", "-r", "4", "-o", "c")
    said = {"a": ["successful coups 1972–77", "lever suspend (suspend cooperation)",
                  "Schelchkov 2024", "outcomes lie outside", "Raison d'état", "legitimacy (share)"],
            "b": ["The second scenario", "a coup is attempted and fails", "rules stand above"],
            "c": ["Mean outcomes by backlash", "standard errors in brackets", "Digest of the scenarios"]}  # fmt: skip
    for name, texts in said.items():
        code, out, err = palca("report", name)
        assert (code, err) == (0, "")
        assert out.startswith(f"Written: {name}/report.html (")
        text = Path(name, "report.html").read_text(encoding="utf-8")
        page = audit(text)
        visible = " ".join(" ".join(page.texts).split()).lower()
        assert [some for some in texts if some.lower() not in visible] == []
        manifest = json.loads(Path(name, "manifest.json").read_text())
        for entry in ("seal", "digest"):
            assert manifest.get(entry, "") in visible
        # the pictures are those of the folder, with their words
        svgs = [path.read_bytes() for path in sorted(Path(name).glob("*.svg"))]
        assert svgs == [base64.b64decode(src.split(",")[1]) for src in page.of("img", "src")]
        assert all(len(alt) > 60 for alt in page.of("img", "alt"))
        assert html_page.report(Path(name)) == text  # the page itself is not listed in it
    row = pd.read_csv("a/scores.csv").iloc[0]
    assert decimal(row["crps"], 2) in Path("a/report.html").read_text()
    code, _, err = palca("report", "a")
    assert code == 2
    assert "a/report.html: exists already; give --force" in err
    assert palca("report", "a", "--force")[0] == 0
    assert palca("report", "a", "--out", "page.html")[0] == 0
    assert Path("page.html").read_bytes() == Path("a/report.html").read_bytes()


FILES: dict[str, dict[str, str]] = {
    "counterfactual": {
        "effects.csv": "given,months_on,quantity,month,factual,counter,effect,se\n"
                       "fork,24,attempts,1973-09,1,2,1,0.1\nrecord,36,attempts,1974-09,1,2,1,0.12345\n"
                       "nothing,36,attempts,1974-09,1,2,1,0.1\n",
        "channels.csv": "given,quantity,months_on,channel,part,se\nfork,attempts,36,soviet_fiscal,0.2,0.01\n",
        "fork.csv": "given,month,leader,share,families,until\nfork,1971-09,Banzer,1,32.12,1971-08\n",
        "answer.txt": "It makes no <difference>.\n",
        "conclusion.txt": "In worlds that went so, this.\n",
        "overlap.csv": "given,months,colour,near\nfork,all,red,0.2\nfork,year 1,,0.2\n",
    },
    "claims": {"claims.csv": "claim,measure,given,value,se,parameters_sd,verdict\nit grew,share,fork,0.1,0.2,0.3,no\n"},
    "expectations": {"expectations.csv": "verdict,scenario,given,title,unit,months_on,expected,effect,ci95_low,ci95_high\n"
                                         "miss,x-1971,record,coups,coups,36,\"more, by 1\",-2,-3,-1\n"},
    "sensitivity": {"indices.csv": "parameter,outcome,method,index,value,ci95_low,ci95_high,told\n"
                                   "backlash,growth,sobol,total,0.5,0.4,0.61234,yes\n"
                                   "cost,growth,sobol,total,1.74,1.05,6.61,too wide\n"
                                   ",growth,anova,noise_share,0.9,,,\n"},
    "discovery": {"boxes.csv": "box,worlds,hits,share,ci95_low,ci95_high\ncost > 1,10,9,0.9,0.8,0.95\n"},
    "calibration": {
        "parameters.csv": "parameter,unit,prior,mean,q05,q95,information_gain\nbacklash,x,uniform,1,2,3,0.01\n",
        "outcomes.csv": "years,worlds,outcome,documented,median\nafter,prior,coups_75_77,1,2\n",
    },
    "validation": {"VALIDATION.md": "# T\n\n## 1. A part\n\nSome *words*, `code` and [a link](x.md).\n\n"
                                    "![alt](x.png)\n\n| a | b |\n| --- | ---: |\n| one | **no** |\n\n- x\n- y\n"},
    "something new": {"rows.csv": "a_name,value\nthis,1.23456\n"},
}  # fmt: skip
SAID = {
    "counterfactual": ["after 36 months (1974-09)", "+1.00 *", "from only 32 effective worlds", "leads far", "+0.20 (0.01)",
                       "no <difference>"],
    "claims": ["it grew", "statement about the model"],
    "expectations": ["miss", "x-1971", "more, by 1", "-3 to -1"],
    "sensitivity": ["50 (40 to 61.2)", "174 (105 to 661): too wide", "of 1 of 2 values", "a world's variance"],
    "discovery": ["cost > 1", "not about history"],
    "calibration": ["successful coups 1975–77", "informative about 0"],
    "validation": ["1. A part", "words", "code", "a link", "one", "no"],
    "something new": ["a name", "1.23", "rows.csv"],
}


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_folder_gives_a_page(
    kind: str, tiny: dict[str, Any], tmp_path: Path
) -> None:
    entries: dict[str, Any] = {"scenario": tiny, "digest": "d1g"}
    if kind == "counterfactual":
        entries = {"inputs": {"scenario": tiny}, "question": {"given": "record"}}
    elif kind == "discovery":
        entries = {"outcome": ["coups > 1"], "variants": [{"levels": [], "scenario": tiny}]}
    elif kind in ("claims", "expectations"):
        entries = {"digest": ""}
    folder = folder_of(tmp_path / "made", kind, **entries)
    for name, text in FILES[kind].items():
        (folder / name).write_text(text)
    page = audit(html_page.report(folder))
    visible = " ".join(" ".join(page.texts).split())
    assert [text for text in SAID[kind] if text not in visible] == []
    assert page.of("img", "alt") == ["What <it> shows"]
    assert "made.svg" in visible


def numbered(tiny: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the scenario with a text in all places that a stranger can write to."""
    spell = tiny["policies"]["ussr"][0]
    rule = {"name": text, "when": text, "do": {text: text}, "why": text, "source": "x"}
    table = {**spell["table"], "title": text, "rule": [rule]}
    return {**tiny, "title": text, "question": text, "expect": text, "plausibility": text,
            "policies": {text: [{**spell, "name": text, "since": text, "table": table}]},
            "channels": {text: False}, "start": {text: text}, "parameters": {text: 1.0}}  # fmt: skip


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def shown_with(text: str, tiny: dict[str, Any], parent: Path) -> Page:
    folder = folder_of(parent, text or "x", scenario=numbered(tiny, text), digest=text, extra=text)
    rows = pd.DataFrame({"a": [text, "a word"], "b": ["a word", text]}, dtype=object)  # any text
    (folder / "t.csv").write_text(rows.to_csv(index=False), "utf-8", "replace")
    return audit(html_page.report(folder))


# what would be markup, a script, an address, a template or an entity, and any text between
HOSTILE = st.lists(
    st.sampled_from(["<script>alert(1)</script>", '" onload="x', "'><img src=x>", "{{ 7*7 }}", "]]>",
                     "{% include '/etc/passwd' %}", "&lt;", "&#60;b&#62;", "</style>", "<!--", "\u202e",
                     "javascript:x", "\ud800", "\x00", "\x85", "-->", "</td></table>"])
    | st.text(max_size=8),
    min_size=1, max_size=4,
).map("".join)  # fmt: skip


@settings(max_examples=12)
@given(HOSTILE)
def test_whatever_a_folder_says_is_shown_and_nothing_else(
    tiny: dict[str, Any], parent: Path, text: str
) -> None:
    plain = shown_with("plain words", tiny, parent)
    page = shown_with(text, tiny, parent)
    blank = not text.strip()
    if not blank:
        assert page.tags == plain.tags  # no markup comes of it
    assert [a[:2] for a in page.attributes] == [a[:2] for a in plain.attributes] or blank
    expected = " ".join(UNFIT.sub("\ufffd", text).split())
    headings = " ".join("".join(page.texts).split())
    assert expected in headings


@pytest.mark.parametrize("name", ["t.csv", "other.svg", "manifest.json"])
def test_a_link_out_of_the_folder_is_refused(name: str, palca: Run, tiny: dict[str, Any]) -> None:
    Path("secret").write_bytes(SVG + b"secret")
    folder = folder_of(Path("made"), "x", scenario=tiny)
    if name == "manifest.json":
        Path("secret").write_text((folder / name).read_text())
        (folder / name).unlink()
    (folder / name).symlink_to("../secret")
    if name == "t.csv":  # a link is not among the files that are listed, nor is it read
        assert "secret" not in html_page.report(folder)
        (folder / name).rename(folder / "summary.csv")
        provenance.write_manifest(folder, kind="sweep", seed=0, worlds=1, plan={"scenario": "x"})
    code, out, err = palca("report", "made")
    assert (code, out) == (2, "")
    assert "is a link out of the folder" in err
    assert not Path("made/report.html").exists()


def test_no_link_is_followed_when_writing(palca: Run, tiny: dict[str, Any]) -> None:
    folder_of(Path("made"), "x", scenario=tiny)
    Path("mine").write_text("mine")
    Path("made/report.html").symlink_to("../mine")
    assert palca("report", "made")[0] == 2
    Path("mine").unlink()
    assert palca("report", "made")[0] == 2  # nor where the link leads to nothing
    Path("mine").write_text("mine")
    assert palca("report", "made", "--force")[0] == 0
    assert Path("mine").read_text() == "mine"
    assert not Path("made/report.html").is_symlink()
    assert [p.name for p in Path("made").iterdir() if p.name.startswith(".")] == []


def change(path: Path, **entries: Any) -> None:
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, **entries}))


def test_what_is_no_run_is_refused_in_a_line(palca: Run, tiny: dict[str, Any]) -> None:
    def refused(message: str, *options: str) -> None:
        code, out, err = palca("report", "made", *options)
        assert (code, out) == (2, "")
        assert message in err
        assert err.count("\n") == 1

    refused("no such folder")
    folder = folder_of(Path("made"), None, scenario=tiny)
    change(folder / "manifest.json", worlds=41)
    refused("was changed after Palca wrote it")
    for entries in ({"scenario": 3}, {"scenario": {**tiny, "policies": None}}, {"kind": "sweep"},
                    {"scenario": {**tiny, "months": 1e400}}, {"kind": "comparison"},
                    {"scenario": {**tiny, "changes": [{"target": "coup"}]}},
                    {"kind": "concept", "scenario": tiny, "concept": "= ="}):  # fmt: skip
        provenance.write_manifest(folder, **{"seed": 0, "worlds": 1, **entries})
        refused("made/manifest.json: isn't a manifest as Palca writes it")
    folder_of(folder, None, scenario=tiny)
    (folder / "scores.csv").write_text('title,inside\n"a" b,c\n')
    refused("scores.csv: is not a CSV file as Palca writes it")
    (folder / "scores.csv").unlink()
    os.mkfifo(folder / "scores.csv")
    refused("scores.csv: is not a file")
    (folder / "scores.csv").unlink()
    (folder / "months.parquet").write_bytes(b"PAR1")
    refused("months.parquet: is not a table of months")
    (folder / "months.parquet").unlink()
    (folder / "made.svg").write_bytes(b"<html><script>")
    refused("made.svg: is not a figure as Palca writes it")
    (folder / "made.svg").write_bytes(SVG)
    refused("is a folder; name a file", "--out", ".")
    refused("can't be written", "--out", "nowhere/x.html")


def test_a_picture_without_svg_is_shown_as_it_is(tmp_path: Path, tiny: dict[str, Any]) -> None:
    folder = folder_of(tmp_path, "x", scenario=tiny)
    (folder / "old.png").write_bytes(b"\x89PNG old")
    (folder / "made.png").write_bytes(b"\x89PNG made")  # its SVG stands for it
    pictures = [(picture.name, picture.address[:15]) for picture in Folder(folder).pictures()]
    assert pictures == [("made.svg", "data:image/svg+"), ("old.png", "data:image/png;")]


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(8_000_001)
    with pytest.raises(PalcaError, match="larger than 8 MB"):
        Folder(tmp_path).rows("big.csv")


def test_a_page_says_which_files_were_altered(palca: Run) -> None:
    palca(*SMALL)
    warning = "was altered after Palca wrote it"
    assert palca("report", "made")[0] == 0
    assert warning not in Path("made/report.html").read_text(encoding="utf-8")
    scores = Path("made/scores.csv")
    scores.write_text(scores.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert palca("report", "made", "--force")[0] == 0
    assert f"scores.csv {warning}" in Path("made/report.html").read_text(encoding="utf-8")


def test_a_list_of_digests_whose_last_byte_was_changed_is_noticed(palca: Run) -> None:
    palca(*SMALL)
    sums = Path("made/SHA256SUMS")
    sums.write_bytes(sums.read_bytes().replace(b"history.png\n", b"history.png\x0b"))
    assert palca("rerun", "made")[0] != 0
