"""The tutorials do what they say: each page is played from its first block to its last.

Written plainly: sybil and mktestdocs run Python blocks, but neither runs a shell with an expected
exit code, writes named files or holds what was printed against an excerpt with gaps.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from palca.experiments.cli.app import app
from palca.experiments.observe.outcomes import OUTCOMES
from palca.model.agents.observables import OBSERVABLES
from palca.model.language.levers import ACTORS, LEVERS
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS
from palca.scenarios.reading.library import shipped_policies, shipped_scenarios

PAGES = sorted((Path(__file__).parents[1] / "docs/tutorials").glob("*.md"))
KINDS = {"sh", "toml", "python", "text", "console", "r"}  # of these the last two are only shown
_BLOCK = re.compile(r"^```(\w*)(.*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
_SPACE = re.compile(r"[\s─━│┃┏┓┗┛┡┩└┘┳┻┴┬╇┼├┤]+")  # how wide columns are is not what a page says


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its kind, what stands beside it, its text, and where it begins."""

    page: Path
    kind: str
    info: str
    body: str
    line: int

    def fault(self, what: str) -> AssertionError:
        return AssertionError(f"{self.page.name}:{self.line}: {what}")


def read(page: Path) -> list[Block]:
    """Return a page's blocks; a page that has none, or one of an unknown kind, is at fault."""
    text = page.read_text(encoding="utf-8")
    found = [
        Block(page, match[1], match[2].strip(), match[3], text.count("\n", 0, match.start()) + 1)
        for match in _BLOCK.finditer(text)
    ]
    if not found or len(re.findall(r"^```", text, re.MULTILINE)) != 2 * len(found):
        raise AssertionError(f"{page.name}: no blocks, or one that isn't closed")
    for block in found:
        if block.kind not in KINDS:
            raise block.fault(f"unknown kind of block '{block.kind}'")
    return found


def play(page: Path, folder: Path) -> None:
    """Run a page's blocks in order in a folder, and hold what they print against its excerpts."""
    said: str | None = None
    names: dict[str, object] = {}
    for block in read(page):
        match block.kind:
            case "text":  # more excerpts of the same output may follow, so it stays
                if said is None:
                    raise block.fault("an excerpt of nothing: no command stands before it")
                if not fits(block.body, said):
                    raise block.fault(f"the page says\n{block.body}\nthe command\n{said}")
            case "sh":
                said = shell(block, folder)
            case "python":
                said = python(block, folder, names)
            case "toml":
                said = None
                title = re.fullmatch(r'title="([\w.-]+)"', block.info)
                if title is None:
                    raise block.fault('a file without its name: ```toml title="NAME.toml"')
                (folder / title[1]).write_text(block.body, encoding="utf-8")
            case _:
                said = None


def shell(block: Block, folder: Path) -> str:
    """Run a block in bash and return all that it printed; ``sh fails`` must end with 2."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.body],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    wanted = {"": 0, "fails": 2, "fails with 1": 1}[block.info]
    if done.returncode != wanted:
        raise block.fault(f"ended with {done.returncode}, not {wanted}:\n{done.stdout}")
    return done.stdout


def python(block: Block, folder: Path, names: dict[str, object]) -> str:
    """Run a block in the page's namespace and return what it printed."""
    code = compile("\n" * block.line + block.body, block.page.name, "exec")
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            exec(code, names)
        except Exception as error:
            raise block.fault(f"{type(error).__name__}: {error}") from error
    return printed.getvalue()


def fits(excerpt: str, output: str) -> bool:
    """Whether an output is an excerpt's: "…" stands for any text, alone in a line for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in _lines(excerpt)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(output))) is not None


def _lines(text: str) -> list[str]:
    plain = (_SPACE.sub(" ", line).strip() for line in text.splitlines())
    return [line for line in plain if line]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_does_what_it_says(page: Path, tmp_path: Path) -> None:
    play(page, tmp_path)


def test_there_are_four_tutorials() -> None:
    assert [page.name[:2] for page in PAGES] == ["1-", "2-", "3-", "4-"]


# What a page may name, and does it exist?

_FENCED_OR_INLINE = re.compile(r"^```.*\n((?:(?!```).*\n)*)```$|`([^`\n]+)`", re.MULTILINE)
_OWN = {"my-policy", "my-evidence", "palca-first"}  # a reader's files, named and not written


def _code(page: Path) -> str:
    found = _FENCED_OR_INLINE.findall(page.read_text(encoding="utf-8"))
    return "\n".join(fenced or inline for fenced, inline in found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_that_a_tutorial_names_exists(page: Path) -> None:
    named = set(re.findall(r"\bpalca (?!--)([a-z]+)", _code(page)))
    assert named
    assert named - {*typer.main.get_group(app).commands} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_shipped_name_that_a_tutorial_names_exists(page: Path) -> None:
    blocks = [block for block in read(page) if block.kind in ("sh", "toml", "console")]
    inline = re.findall(r"`([^`\n]+)`", _BLOCK.sub("", page.read_text(encoding="utf-8")))
    code = "\n".join([*(re.sub(r'"[^"\n]* [^"\n]*"', "", block.body) for block in blocks), *inline])
    files = {block.info[7:-6] for block in blocks if block.kind == "toml"}
    policies = {name for actor in ACTORS for name in shipped_policies(actor)}
    scenarios = {*shipped_scenarios(), *policies, *files, *_OWN}
    levers = {lever for actor in ACTORS for lever in LEVERS[actor]}
    words = {*PARAMETERS, *CHANNELS, *levers, *OBSERVABLES, *(row.name for row in OUTCOMES)}
    kebab = set(re.findall(r"(?<![\w/.-])[a-z]+(?:-[a-z0-9]+)+(?![\w-])", code))
    snake = set(re.findall(r"(?<![\w/.-])[a-z0-9]+(?:_[a-z0-9]+)+(?!\w)", code))
    dotted = set(re.findall(r"(?<![\w.])(?:regime|ussr|us|party)\.[a-z_]+", code))
    assert kebab - scenarios == set()
    assert snake - words == set()
    assert dotted - words == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_tutorial_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_says_which_file_to_write(page: Path) -> None:
    # what stands beside a fence isn't shown where Markdown is rendered
    prose = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    files = [block.info[7:-1] for block in read(page) if block.kind == "toml"]
    assert [file for file in files if f"`{file}`" not in prose] == []


# The runner itself: a page that rots must not pass.


def _page(tmp_path: Path, text: str) -> Path:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# A title\n\nWords.\n", "page.md: no blocks"),
        ("```sh\ntrue\n", "page.md: no blocks, or one that isn't closed"),
        ("```shh\ntrue\n```\n", "page.md:1: unknown kind of block 'shh'"),
        ("Words.\n\n```sh\ntrue\nfalse\ntrue\n```\n", "page.md:3: ended with 1, not 0"),
        ("```sh\nfalse | true\n```\n", "page.md:1: ended with 1, not 0"),
        ("```sh fails\ntrue\n```\n", "page.md:1: ended with 0, not 2"),
        ("```sh fails\nexit 1\n```\n", "page.md:1: ended with 1, not 2"),
        ("```sh\necho one\n```\n\n```text\ntwo\n```\n", "page.md:5: the page says\ntwo"),
        ("```sh\necho one; echo two\n```\n```text\none\n```\n", "page.md:4: the page says"),
        ("```text\none\n```\n", "page.md:1: an excerpt of nothing"),
        ('```toml\na = 1\n```\n', "page.md:1: a file without its name"),
        ("\n```python\nx = 1\nx.y\n```\n", "page.md:2: AttributeError"),
    ],
)  # fmt: skip
def test_a_page_that_is_wrong_fails(text: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=f"^{re.escape(fault)}"):
        play(_page(tmp_path, text), tmp_path)


def test_a_page_that_is_right_passes(tmp_path: Path) -> None:
    text = """
```toml title="one.toml"
a = 1
```

```sh
echo "  first   line"; cat one.toml; echo "took 3.2 s"; echo last
```

```text
first line
…
took … s
last
```

```text
…
a = 1
…
```

```python
x = 1
```

```python
print(x + open("one.toml").read().count("a"))
```

```text
2
```

```sh fails
echo "no such thing" >&2; exit 2
```

```text
no such thing
```

```r
not run
```
"""
    play(_page(tmp_path, text), tmp_path)


def test_palca_is_the_one_under_test(tmp_path: Path) -> None:
    play(_page(tmp_path, "```sh\ncommand -v palca\n```\n"), tmp_path)
    block = read(_page(tmp_path, "```sh\ncommand -v palca; echo $COLUMNS\n```\n"))[0]
    assert shell(block, tmp_path).split() == [str(Path(sys.executable).parent / "palca"), "100"]
