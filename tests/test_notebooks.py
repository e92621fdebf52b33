"""The notebooks of docs/: text that is executed, kept with what came out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "docs" / "notebooks").glob("*.md"))
NUMBER = re.compile(r"-?\d+\.\d+")
LINES = 40  # of code: a study is short

each = pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)


def code(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def tables(notebook: Any) -> list[str]:
    """Return what its cells print and return as text, without what draws."""
    texts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type != "error", output
            texts.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return [text for text in texts if text and not text.startswith("<Figure")]


@each
def test_a_notebook_holds_what_its_text_says(page: Path) -> None:
    text, kept = jupytext.read(page), nbformat.read(page.with_suffix(".ipynb"), 4)
    assert code(kept) == code(text)
    assert all(cell.execution_count for cell in kept.cells if cell.cell_type == "code")
    lines = [line for cell in code(text) for line in cell.splitlines() if line.strip()]
    assert len(lines) <= LINES


@pytest.mark.slow
@each
def test_a_notebook_comes_out_as_it_is_kept(page: Path, tmp_path: Path) -> None:
    notebook, kept = jupytext.read(page), nbformat.read(page.with_suffix(".ipynb"), 4)
    NotebookClient(notebook, timeout=1200, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert len(tables(kept)) >= 3
    assert len(tables(kept)[0].splitlines()) > 5  # an answer is text, and no output of its own
    assert not any(output.output_type == "display_data" and "image/png" not in output.data
                   for cell in notebook.cells for output in cell.get("outputs", ()))  # fmt: skip
    for made, then in zip(tables(notebook), tables(kept), strict=True):
        assert NUMBER.sub("#", made) == NUMBER.sub("#", then)
        numbers, before = ([float(one) for one in NUMBER.findall(text)] for text in (made, then))
        assert numbers == pytest.approx(before, abs=0.002)
