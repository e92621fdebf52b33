"""What there is: the record, outcomes and parameters as tables; and why a month came as it did."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

import pandas as pd

from palca.experiments.observe.documented import check_tracks, load_record
from palca.experiments.observe.outcome import GROUPS
from palca.experiments.observe.outcomes import EVERY
from palca.model.calendar import month_index
from palca.model.errors import PalcaError
from palca.model.state.parameters import PARAMETERS

from .arguments import Month, month, python_names
from .findings import Run

if TYPE_CHECKING:
    from palca.experiments.reanalysis.why import Why
    from palca.experiments.run.explain import Explanation


def record(
    track: str | Sequence[str] | None = None, *, series: bool = False, coverage: bool = False,
    folder: str | os.PathLike[str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return documented events, yearly series, or what the record covers.

    Parameters
    ----------
    track : str or sequence of str, optional
        "power", "ussr", "us", "party" or "conflict".
    series, coverage : bool
        Return these instead of events.
    folder : path, optional
        Of another record of the same form.
    """
    with python_names():
        whole = load_record(None if folder is None else Path(folder))
        table = whole.series if series else whole.coverage if coverage else whole.events
        if track is None:
            return table.copy()
        tracks = [track] if isinstance(track, str) else list(track)
        if "track" not in table:
            raise PalcaError("goes with events and coverage, not with series", "track")
        check_tracks(tracks)
        return table[table["track"].isin(tracks)].reset_index(drop=True)


def outcomes() -> pd.DataFrame:
    """Return what is measured of each world: name, title, unit and meaning."""
    return pd.DataFrame(
        [(o.name, o.heading, o.unit, GROUPS[o.group], o.until, o.note) for o in EVERY],
        columns=["name", "title", "unit", "group", "until", "note"],
    ).set_index("name")


def parameters() -> pd.DataFrame:
    """Return the parameters: default, range, unit, prior, meaning and source."""
    return pd.DataFrame(
        [(p.name, p.default, p.low, p.high, p.unit, str(p.prior or ""), p.meaning, p.source)
         for p in PARAMETERS.values()],
        columns=["name", "default", "low", "high", "unit", "prior", "meaning", "source"],
    ).set_index("name")  # fmt: skip


@overload
def explain(ran: Run, at: Month, world: int = 0) -> Explanation: ...
@overload
def explain(ran: None = None, at: Month = ..., *, jobs: int = 2) -> Why: ...
def explain(
    ran: Run | None = None, at: Month = "1971-08", world: int = 0, *, jobs: int = 2
) -> Explanation | Why:
    """Explain a month: of a world of a run, which rules fired; of our history, why it came so.

    Parameters
    ----------
    ran : Run, optional
        Without it our history is explained, over all worlds like ours.
    at : month
    world : int
        Its number.
    """
    from palca.experiments.reanalysis.experiment import why_of_record
    from palca.experiments.run.explain import explain as explain_month

    with python_names():
        index = month_index(month(at), "at")
        if ran is None:
            return why_of_record(index, jobs, lambda *_: None)
        kept = ran.manifest
        if not 0 <= world < kept["worlds"]:
            raise PalcaError(f"the run has worlds 0 to {kept['worlds'] - 1}", "world")
        return explain_month(kept["scenario"], kept["seed"], world, index)
