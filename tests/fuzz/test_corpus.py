"""Every input that the fuzzer kept, once more and without it: none may bring a target down."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from fuzz.targets import TARGETS

from palca.model.errors import PalcaError

pytestmark = pytest.mark.pythons

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_that_was_kept_brings_a_target_down(name: str) -> None:
    inputs = sorted((CORPUS / name).iterdir())
    assert inputs
    for path in inputs:
        try:
            TARGETS[name](path.read_bytes())
        except BaseException as error:
            error.add_note(f"the input is {path.relative_to(CORPUS)}")
            raise


def test_the_corpus_is_small() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    targets = [path.parent.name for path in files]
    assert {*targets} == TARGETS.keys()
    assert max(map(targets.count, TARGETS)) <= 10


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_begins_with_is_sound(name: str) -> None:
    """One input at least is accepted: else the fuzzer would only meet refusals."""
    for seed in TARGETS[name].seeds():
        with suppress(PalcaError):
            TARGETS[name].run(seed)
            return
    pytest.fail("all of them are refused")
