"""Histories written down event by event, and the record with another coverage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from palca.experiments.observe.documented import Record, load_record
from palca.experiments.observe.histories import SERIES, Histories
from palca.model.state.history import CODE_OF, Events


def histories(
    months: int, *events: tuple[int, str, str], leader: list[int] | None = None
) -> Histories:
    code = np.array([CODE_OF[track, kind] for _, track, kind in events], dtype=np.int64)
    month = np.array([at for at, _, _ in events], dtype=np.int64)
    nobody = np.full(len(events), -1)
    series = {name: np.zeros((months, 1)) for name in SERIES}
    if leader is not None:
        series["leader"] = np.array(leader, dtype=float)[:, None]
    zeros = np.zeros(len(events), dtype=np.int64)
    events_ = Events(zeros, month, code, nobody, nobody, nobody * 1.0)
    return Histories(1, months, series, events_)


def judged(complete: Any) -> Record:
    """Return the record with other coverage: `complete` gets its rows and says which are."""
    record = load_record()
    return replace(record, coverage=record.coverage.assign(complete=complete))
