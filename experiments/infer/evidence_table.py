"""Evidence and its probability as files: what was asked of worlds, and how many of them fitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from palca.model.calendar import month_name

from ..io.codebook import File, column
from ..io.table import Column, digits
from .alive_filter import Segment

EVIDENCE: Final = (
    Column("what", meaning="what was observed: an event by track and kind, a quantity, who rules, "
           "or what never happened"),
    Column("first", "first month", meaning="first month that counts"),
    Column("last", "last month", meaning="last month that counts"),
    Column("value", write=digits,
           meaning="of a quantity: what was observed, in its unit; of a coup: the orientation of "
           "the regime that it brings to power"),
    Column("sd", "s.d.", digits, note="of the error with which a quantity was observed"),
    Column("tolerance", write=digits,
           note="of a coup: by how much the orientation may differ; empty if it may be any"),
    Column("weight", write=digits, note="of a world without it, or for each time"),
    Column("counted", note="whether it had happened by the fork"),
)  # fmt: skip
EVIDENCE_FILE: Final = File("evidence.csv", "something that worlds must agree with", EVIDENCE)
SEGMENTS_FILE: Final = File("segments.csv", "some months whose evidence is judged together", (
    column("first", "first month"), column("last", "last month"),
    column("kept", "number of worlds that fitted", "worlds"),
    column("tried", "number of worlds tried", "worlds"),
    column("probability", "kept / tried: of the evidence, given that of the months before"),
    column("families", "effective number of worlds of January 1969 that the kept ones descend "
                       "from"),
))  # fmt: skip


def segment_rows(segments: Iterable[Segment]) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``segments.csv``."""
    for segment in segments:
        yield {
            "first": month_name(segment.start), "last": month_name(segment.end - 1),
            "kept": segment.kept, "tried": segment.tried, "probability": segment.probability,
            "families": segment.families,
        }  # fmt: skip
