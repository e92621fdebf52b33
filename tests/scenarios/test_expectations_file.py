"""What a scenario's author expects: how it is written, what is refused, what a run keeps of it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from palca.model.errors import PalcaError
from palca.scenarios import resolve

pytestmark = pytest.mark.quick

WHOLE = """title = "T"
extends = "baseline"
expect = "More of it."

[[expectation]]
quantity = "fiscal"
sign = "+"
least = 0.05
months = 24

[[intervene]]
at = "1971-09"
lever.us.aid.scale = 2
"""


def write(folder: Path, text: str) -> str:
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return str(folder / "mine.toml")


def test_it_is_kept_as_written_with_the_digest_of_its_file(tmp_path: Path) -> None:
    resolved = resolve(write(tmp_path, WHOLE))
    row = {"quantity": "fiscal", "sign": "+", "least": 0.05, "months": 24}
    assert resolved["expectations"] == [row]
    assert resolved["registered"] == sha256(WHOLE.encode()).hexdigest()
    # settings change what is run, and not what was registered
    other = resolve(write(tmp_path, WHOLE), ["backlash=0"])
    assert other["registered"] == resolved["registered"]
    other = resolve(write(tmp_path, WHOLE.replace("0.05", "0.01")))
    assert other["registered"] != resolved["registered"]


def test_a_sentence_alone_is_enough_and_none_is_inherited(tmp_path: Path) -> None:
    text = WHOLE[: WHOLE.index("[[expectation]]")] + WHOLE[WHOLE.index("[[intervene]]") :]
    assert resolve(write(tmp_path, text))["expectations"] == []
    child = 'title = "C"\nextends = "soviet-break-1971"\n'
    assert resolve(write(tmp_path, child))["expectations"] == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('sign = "+"', 'sign = "more"', "'sign' must be"),
        ('sign = "+"\n', "", "'sign' is missing"),
        ("least = 0.05", "least = 0", "'least' must lie in"),
        ("least = 0.05\n", "", "'least' is missing"),
        ("months = 24", "months = 2.5", "'months' must be a whole number"),
        ("months = 24", "months = 240", "'months' must lie in"),
        ("months = 24", "month = 24", "'months' is missing"),
        ("months = 24", "months = 24\nafter = 1", "unknown key 'after'"),
        ('quantity = "fiscal"\n', "", "'quantity' is missing"),
        ("[[expectation]]", "[expectation]", "write [[expectation]]"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    assert before in WHOLE
    with pytest.raises(PalcaError) as caught:
        resolve(write(tmp_path, WHOLE.replace(before, after, 1)))
    assert words in str(caught.value)
    assert "mine.toml" in str(caught.value)
