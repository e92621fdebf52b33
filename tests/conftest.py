from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from palca.model import ColdWarModel
from palca.model.compiler import codegen
from palca.model.compiler.signature import Shape
from palca.scenarios import build, resolve

# one run of a model is slow next to hypothesis's own pace: no deadline, few examples
settings.register_profile("palca", deadline=None, max_examples=25, derandomize=True)
settings.load_profile("palca")


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep compiled months in a folder of the tests' own, one for all processes of pytest-xdist."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PALCA_CACHE", str(folder / "kernels"))
        yield


SIGNALS = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}


@pytest.fixture(autouse=True)
def _signals() -> None:
    """Undo what a command leaves: at its end it ignores signals, and what starts later inherits it."""
    for number, handler in SIGNALS.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def baseline() -> dict[str, Any]:
    """The baseline scenario, resolved."""
    return resolve("baseline")


@pytest.fixture(scope="session")
def baseline_code(baseline: dict[str, Any]) -> Any:
    """What compiling the baseline's months gives, for tests of where it is kept: it takes seconds."""
    model = ColdWarModel(build(baseline), rng=0)
    return codegen.compile_months(Shape.of(model.current))


@pytest.fixture(scope="session")
def short(baseline: dict[str, Any]) -> dict[str, Any]:
    """The baseline's first 48 months: long enough for coups, short enough for many runs."""
    return {**baseline, "months": 48}
