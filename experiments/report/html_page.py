"""A run's folder as one HTML page: what was asked, what came out, and what it stands on.

The folder may be a stranger's. Everything that it says is escaped by the template engine,
its pictures stand in ``<img>``, where no script runs, and the page allows neither scripts nor
anything from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from palca.model.errors import PalcaError
from palca.scenarios.reading.library import parse_toml

from ..io import provenance, run_folder
from ..io.experiment import ANSWER
from ..io.safe_folder import Folder, StoredPicture
from ..io.table import Table, cut, numbers, texts
from .caveats import caveats, general, sources
from .markdown import UNFIT, page_of
from .scenario import summarise
from .tables import tables_of

TEMPLATES: Final = Path(__file__).parent / "templates"
NAME: Final = "report.html"
_MONTHS: Final = 120  # of a scenario that a manifest doesn't hold
_KINDS: Final = {
    "run": "A scenario in many worlds, compared with the record",
    "comparison": "Two scenarios, world by world on the same draws",
    "counterfactual": "What would have happened, given what did happen",
    "arms": "Several changes, given what did happen",
    "claims": "The claims of the source study, as questions",
    "expectations": "What the authors of scenarios expected before they ran them, misses first",
    "reanalysis": "What went on underneath, in worlds like ours",
    "sweep": "A scenario over many settings",
    "sensitivity": "Which parameters matter",
    "discovery": "What leads to an outcome",
    "calibration": "The parameters, given the record",
    "validation": "Tests of the model",
    "concept": "A concept of political science, tested in the model",
    "gallery": "Concepts of political science, tested in the model",
}
_PAGES: Final = {"validation": "VALIDATION.md", "gallery": "CONCEPTS.md"}
_CAPTIONS: Final = {
    "history": "The documented history above the simulated ones",
    "differences": "Differences by month",
    "counterfactual": "Worlds like ours, with the change and without",
    "reanalysis": "What nobody measured, given what was",
    "arms": "Effects on coup attempts, on one axis",
    "claims": "Effects on coup attempts, on one axis",
    "sweep": "Outcomes by factor",
    "sensitivity": "Which parameters matter",
    "discovery": "Important factors, and where the outcome happens",
    "posterior": "Posteriors and priors",
    "ranks": "Ranks of known parameters",
    "validation-ahead": "One month ahead",
    "validation-patterns": "Patterns of the record",
    "validation-countries": "Across countries",
    "validation-versions": "Versions of the model",
}
# printed elsewhere on the page, or too long for it
_ELSEWHERE: Final = ("format", "command", "versions", "libraries", "title", "kind", "seed",
                     "worlds", "digest", "seal", "scenario", "second", "inputs", "variants",
                     "arms", "questions", "place", "versions_of_it")  # fmt: skip


def report(path: Path) -> str:
    """Return a run's folder as one page that needs nothing else.

    Raises
    ------
    PalcaError
        If it holds no run, or one that was changed; if a file in it leads elsewhere, or isn't
        what Palca writes.
    """
    manifest = provenance.read_manifest(path)
    with provenance.as_written(path):
        return _page(Folder(path), manifest)


def write(page: str, path: Path, force: bool) -> None:
    """Write a page whole, by rename; what is there is replaced only by `force`.

    Raises
    ------
    PalcaError
        If there is something already, or the place can't be written to.
    """
    with run_folder.new_file(path, force) as file:
        file.write(page.encode())


def _page(folder: Folder, manifest: Mapping[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    kind = str(manifest.get("kind", "run"))
    named = provenance.scenarios_of(manifest)
    scenarios = [scenario for _, scenario in named]
    summaries = [summarise(scenario, scenarios[0] if index else None)
            for index, scenario in enumerate(scenarios)]  # fmt: skip
    months = int(scenarios[0]["months"]) if scenarios else _MONTHS
    page = folder.text(_PAGES[kind]) if kind in _PAGES else None
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_fit,
    )  # fmt: skip
    return environment.get_template(NAME).render(
        title=_title(kind, manifest, scenarios),
        kind=_KINDS.get(kind, kind),
        question=str(scenarios[0].get("question", "")) if len(scenarios) == 1 else "",
        asked=_asked(manifest),
        scenarios=list(zip((name for name, _ in named), summaries, strict=True)),
        pictures=[(_caption(picture), picture) for picture in folder.pictures()],
        body=page_of(page) if page else "",
        answer=(folder.text(ANSWER) or "").rstrip(),
        conclusion=(folder.text("conclusion.txt") or "").strip(),
        tables=tables_of(kind, folder),
        general=general(scenarios),
        again=kind not in ("claims", "expectations", "gallery"),  # which hold no inputs
        caveats=caveats(kind, manifest, folder, scenarios),
        provenance=_provenance(folder, manifest),
        files=Table("Contents of the folder", [*texts("file"), *numbers("bytes")]).filled(
            (name, f"{size:,}") for name, size in folder.files() if name != NAME
        ),
        sources=sources(kind, summaries, scenarios, months),
    )


def _caption(picture: StoredPicture) -> str:
    stem = Path(picture.name).stem
    return _CAPTIONS.get(stem, stem.replace("-", " ").capitalize())


def _fit(value: Any) -> Any:
    """Return a value as it may stand in a page; the template engine then escapes it."""
    if type(value) is str:  # not what is escaped already
        return UNFIT.sub("\ufffd", value)
    return value


def _title(kind: str, manifest: Mapping[str, Any], scenarios: list[dict[str, Any]]) -> str:
    if kind == "comparison":
        return f"{scenarios[1]['title']} – compared with – {scenarios[0]['title']}"
    if kind == "discovery":
        return f"What leads to {' and '.join(map(str, manifest['outcome']))}"
    if kind == "sweep":
        return f"A sweep of {manifest['plan']['scenario']}"
    if kind == "claims":
        return "The claims of Schelchkov (2024), given the record"
    if kind == "expectations":
        return "What was expected, and what came out"
    if kind == "arms":
        return " – ".join(str(scenario["title"]) for scenario in scenarios)
    if kind == "gallery":
        return "Concepts of political science"
    title = str(manifest.get("title") or (scenarios[0]["title"] if scenarios else kind))
    words = {"reanalysis": "Reanalysis: ", "sensitivity": "Which parameters matter: ",
             "calibration": "Calibrated: ", "validation": "Is it right? "}  # fmt: skip
    return words.get(kind, "") + title


def _asked(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the rest of what was asked: short entries, also those one level down."""
    rows: list[tuple[str, str]] = []
    for key, value in manifest.items():
        if key in _ELSEWHERE:
            continue
        if key == "concept":
            value = _texts_of(value)
        if isinstance(value, dict):
            rows += [(_named(inner), _said(said)) for inner, said in value.items()]
        else:
            rows.append((_named(key), _said(value)))
    return list(dict.fromkeys((name, cut(said)) for name, said in rows if said))


def _texts_of(concept: str) -> dict[str, str]:
    """Return the texts of a concept's file."""
    try:
        table = parse_toml(concept, "concept")
    except PalcaError as error:
        raise ValueError(str(error)) from None  # of the manifest
    return {name: said for name, said in table.items() if isinstance(said, str)}


def _named(key: str) -> str:
    return {"scenarios": "Digest of the scenarios"}.get(key, key.replace("_", " ").capitalize())


def _said(value: Any) -> str:
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, dict):
        if {"low", "high"} <= value.keys():
            return f"{value['name']} from {value['low']} to {value['high']}"
        if "levels" in value:
            return f"{value['name']} in {', '.join(map(str, value['levels']))}"
        return ", ".join(f"{key}: {said}" for key, said in value.items())
    if isinstance(value, list):
        return "; ".join(_said(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _provenance(folder: Folder, manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    libraries = {**manifest.get("versions", {}), **manifest.get("libraries", {})}
    seal = json.loads(folder.text(provenance.MANIFEST) or "{}").get("seal", "")
    rows = [
        ("Command", " ".join(map(str, manifest["command"]))),
        ("Versions", ", ".join(f"{name} {version}" for name, version in libraries.items())),
        ("Worlds", f"{manifest.get('worlds', ''):,}" if manifest.get("worlds") else ""),
        ("Seed", str(manifest.get("seed", ""))),
        ("Digest of the results", str(manifest.get("digest", ""))),
        ("Seal of the manifest", str(seal)),
    ]
    return [(name, said) for name, said in rows if said]
