"""The page of sources: every work and document that is named anywhere, and its uses."""

from __future__ import annotations

from collections.abc import Iterator

from palca.experiments.observe.documented import load_record
from palca.model.language.levers import ACTORS
from palca.model.state.parameters import PARAMETERS
from palca.scenarios import shipped_policies, shipped_scenarios
from palca.scenarios.concept import load_concept, shipped_concepts
from palca.scenarios.reading.library import LIBRARY, read_toml
from palca.scenarios.scenario import build_policy

from .markup import anchor, page, plain, table
from .record_pages import driver_rows, event_anchors
from .shelf_pages import rule_anchor

Use = tuple[str, str]  # a source, and a link to a place where it is used


def sources() -> str:
    """Return the page."""
    rules, parameters = list(_rules()), list(_parameters())
    return page(
        "# Sources",
        "Every source that is named anywhere, and where it is used. Full titles of the model's "
        "literature are in [section 10](../ODD.md#10-sources) of its description, the makers of "
        "data and their terms in [Provenance](../PROVENANCE.md#whose-data-these-are).",
        f"*Assumed*, in whole or in part, are {_assumed(rules)} rules and {_assumed(parameters)} "
        "parameters.",
        "## Literature of the concepts",
        _listed(_literature()),
        "## Policies",
        _listed(rules),
        "## Scenarios",
        _listed(_scenarios()),
        "## Parameters",
        _listed(parameters),
        "## The record",
        "Documented events:",
        _listed(_events()),
        "Series, base rates and drivers:",
        _listed(_data()),
    )


def _assumed(uses: list[Use]) -> str:
    assumed = {link for source, link in uses if source.startswith("assumed")}
    return f"{len(assumed)} of {len({link for _, link in uses})}"


def _listed(uses: Iterator[Use] | list[Use]) -> str:
    found: dict[str, list[str]] = {}
    for source, link in uses:
        found.setdefault(source, []).append(link)
    rows = [
        [plain(source), ", ".join(dict.fromkeys(links))]
        for source, links in sorted(found.items(), key=lambda pair: pair[0].casefold())
    ]
    return table(["Source", "Where"], rows)


def _literature() -> Iterator[Use]:
    for name in shipped_concepts():
        for work in load_concept(name).literature:
            yield work, f"[{name}](../concepts/{name}.md)"


def _rules() -> Iterator[Use]:
    for actor in ACTORS:
        for name, path in shipped_policies(actor).items():
            for rule in build_policy(actor, name, read_toml(path), path.name).rules:
                link = f"policies-{actor}.md#{rule_anchor(name, rule.name)}"
                for source in rule.source.split("; "):
                    yield source, f"[{actor} {name}: {plain(rule.name)}]({link})"


def _scenarios() -> Iterator[Use]:
    for name, path in shipped_scenarios().items():
        for source in str(read_toml(path).get("sources", "")).split("; "):
            if source:
                yield source, f"[{name}](scenarios.md#{anchor(name)})"


def _parameters() -> Iterator[Use]:
    for name, row in PARAMETERS.items():
        for source in row.source.split("; "):
            yield source, f"[{name}](parameters.md#{anchor(name)})"


def _events() -> Iterator[Use]:
    events = load_record().events
    for row, name in zip(events.itertuples(), event_anchors(events), strict=True):
        yield str(row.source), f"[{row.date} {row.kind}](../record/events.md#{name})"


def _data() -> Iterator[Use]:
    record = load_record()
    for row in record.series.itertuples():
        yield str(row.source), f"[{row.series}](../record/series.md#{anchor(row.series)})"
    for row in record.coverage.itertuples():
        link = anchor(row.track, row.kind or "all", row.since)
        yield str(row.source), f"[{row.track} {row.kind}](../record/coverage.md#{link})"
    for row in record.base_rates.itertuples():
        link = anchor(row.series, row.period)
        yield str(row.source), f"[{row.series}](../record/base-rates.md#{link})"
    for path in sorted((LIBRARY / "drivers").glob("*.csv")):
        for row in driver_rows(path.stem):
            yield row["source"], f"[{path.stem}](../record/drivers.md#{anchor(path.stem)})"
