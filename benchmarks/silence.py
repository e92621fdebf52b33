"""What the record's gaps would say if their silence were evidence: ``make hazard``.

After November 1970 only single Soviet acts are documented (`coverage.csv`). The atmosphere between
host and USSR, a fading sum of acts, is evidence in covered months alone. Here it is compared in
all months too, as if no act had happened that isn't documented: so it was until version 0.10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rich.progress import track

from palca.experiments.infer.evidence import Evidence
from palca.experiments.infer.evidence_file import load_given, make_evidence
from palca.experiments.observe.documented import record_for
from palca.experiments.observe.histories import documented
from palca.scenarios import build, resolve

from .hazard import ROOT, by_filters

PAGE: Final = ROOT / "docs" / "EVIDENCE.md"


def evidence_by_silence() -> Iterator[tuple[str, Evidence]]:
    """Yield the record as evidence, by what of Soviet acts counts."""
    scenario, given = build(resolve("baseline")), load_given("record")
    record = record_for(scenario, "record")
    history = documented(record, scenario)
    without = {key: of for key, of in given.items() if key != "ussr_atmosphere"}
    yield "in no month", make_evidence(without, "record", history, record)
    yield "in the months that the record covers (as it ships)", make_evidence(
        given, "record", history, record
    )
    yield "in all months, silence as if nothing had happened", make_evidence(
        given, "record", replace(history, covered={}), record
    )


def main() -> None:
    """Write the rows of the page's table."""
    resolved, rows = resolve("baseline"), ""
    for name, evidence in track(list(evidence_by_silence()), "log evidence"):
        months = sum(level.series == "ussr_atmosphere" for level in evidence.levels)
        rows += f"| {name} | {months} | {by_filters(resolved, evidence)} |\n"
    text = PAGE.read_text(encoding="utf-8")
    head = re.escape("| Soviet atmosphere counts | months | log probability |\n|---|---|---|\n")
    changed, count = re.subn(rf"({head})(\|.*\n)*", lambda found: found[1] + rows, text)
    assert count == 1, f"{PAGE.name} has no table of what silence says"
    PAGE.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
