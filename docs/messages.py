"""Gather what is to be translated, and bring the catalogues up to date: ``make messages``.

A text that is new, or has changed, stands in a catalogue without a translation.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from palca.experiments.counterfactual.size import VERDICTS
from palca.experiments.counterfactual.twins import QUANTITIES
from palca.experiments.io.figure_style import COLOURS
from palca.experiments.io.language import CATALOGUES
from palca.experiments.observe.outcome import GROUPS
from palca.experiments.observe.outcomes import EVERY
from palca.experiments.run.explain import ACTORS
from palca.experiments.simulate.ensemble import MONTHLY
from palca.model.events import KINDS
from palca.model.language.levers import LEVERS
from palca.model.state.parameters import PARAMETERS

ROOT: Final = Path(__file__).parents[1]
# In templates and scripts; a text there holds no quotation mark of the kind that encloses it.
_SAY: Final = re.compile(r"""\bsay\(\s*(["'])(.*?)\1""")
# The files that the lab shows, and which of their keys hold sentences.
_FILES: Final = {
    "scenarios/*.toml": {"title"},
    "scenarios/elsewhere/*.toml": {"title"},
    "scenarios/countries/*/scenario.toml": {"title"},
    "scenarios/countries/*.toml": {"name"},
    "scenarios/policies/*/*.toml": {"title", "name", "why"},
    "scenarios/concepts/*.toml": {"title", "definition", "question", "against", "limits", "says",
                                 "unit", "because", "otherwise"},
}


def messages() -> Iterator[tuple[str, str]]:
    """Yield each text that is to be translated, with the file in which it stands."""
    for path in sorted((ROOT / "experiments").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match call:
                case ast.Call(ast.Name("_" | "N_"), [ast.Constant(str(text)), *_rest]):
                    yield text, _name(path)
    for path in sorted((ROOT / "experiments/lab").iterdir()):
        if path.suffix in (".vue", ".js"):
            for found in _SAY.finditer(path.read_text(encoding="utf-8")):
                yield found[2], _name(path)
    for text in _named():
        yield text, _name(Path(__file__))
    for pattern, keys in _FILES.items():
        for path in sorted(ROOT.glob(pattern)):
            for text in _sentences(tomllib.loads(path.read_text(encoding="utf-8")), keys):
                yield text, _name(path)


def _named() -> Iterator[str]:
    """Yield what the code names in tables that the lab shows."""
    yield from ACTORS.values()
    yield from COLOURS  # the sides of a regime
    yield from GROUPS.values()
    yield from VERDICTS
    for track, kinds in KINDS.items():
        yield track
        for kind, meaning in kinds.items():
            yield from (kind, meaning)
    for titles in (MONTHLY, QUANTITIES):
        for title, unit in titles.values():
            yield from (title, unit)
    for outcome in EVERY:
        yield from filter(None, (outcome.heading, outcome.note))
    for track, kinds in KINDS.items():
        yield from kinds if track == "power" else kinds.values()
    for row in PARAMETERS.values():
        if row.free:
            yield row.meaning
    for levers in LEVERS.values():
        for lever in levers.values():
            yield lever.meaning


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _sentences(table: Any, keys: set[str]) -> Iterator[str]:
    if isinstance(table, list):
        for row in table:
            yield from _sentences(row, keys)
    elif isinstance(table, dict):
        for key, value in table.items():
            if key in keys and isinstance(value, str):
                yield value
            else:
                yield from _sentences(value, keys)


def gathered(language: str) -> Catalog:
    """Return a language's catalogue with all that there is to translate now."""
    template = Catalog()
    for text, place in messages():
        template.add(text, locations=[(place, 0)])
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        kept = read_po(file, locale=language)
    date = kept.creation_date
    kept.update(template, no_fuzzy_matching=True)
    kept.creation_date = date  # a catalogue in which nothing has changed stays the same file
    kept.obsolete.clear()
    return kept


def main() -> None:
    """Write the catalogues and say what they lack."""
    for path in sorted(CATALOGUES.glob("*.po")):
        catalogue = gathered(path.stem)
        with path.open("wb") as file:
            write_po(file, catalogue, width=100, include_lineno=False, sort_by_file=True)
        lacking = sum(not row.string or row.fuzzy for row in catalogue if row.id)
        print(f"{path.stem}: {len(catalogue)} texts, {lacking} without a translation")


if __name__ == "__main__":
    main()
