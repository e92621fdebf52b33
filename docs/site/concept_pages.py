"""Pages of the concepts: each concept's file beside the verdict of its last run."""

from __future__ import annotations

import re
from pathlib import Path

from palca.model.errors import PalcaError
from palca.scenarios.concept import Arm, Concept, Measure, load_concept, shipped_concepts

from .markup import code, fenced, page, plain


def split_gallery(text: str) -> dict[str, str]:
    """Split ``docs/CONCEPTS.md`` into its opening and one page per concept.

    The links of all pages are relative to the folder of ``CONCEPTS.md``.

    Raises
    ------
    PalcaError
        If the gallery has no section for a shipped concept.
    """
    opening, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    found = {section.splitlines()[0].removeprefix("## "): section for section in sections}
    pages = {}
    for name in shipped_concepts():
        concept = load_concept(name)
        if concept.title not in found:
            raise PalcaError(
                f"has no section '{concept.title}': run make gallery", "docs/CONCEPTS.md"
            )
        said = found.pop(concept.title).removeprefix(f"## {concept.title}\n")
        pages[f"concepts/{name}.md"] = _page(concept, said)
        pattern = rf"\[{re.escape(concept.title)}\]\(#[^)]*\)"
        opening = re.sub(pattern, f"[{concept.title}](concepts/{name}.md)", opening)
    return {"CONCEPTS.md": "".join([opening, *found.values()]), **pages}


def _page(concept: Concept, said: str) -> str:
    return page(
        f"# {concept.title}",
        said,
        "## The contrast",
        "\n".join(_arm(arm) for arm in concept.arms),
        "## What is measured",
        "\n".join(_measure(measure) for measure in concept.measures),
        "## What is claimed",
        "\n".join(f"- {plain(claim.says)} {code(claim.text)}, by "
                  f"{claim.least:g} or more" for claim in concept.claims),
        "## The file",
        f"`palca concept {concept.name}` simulates it; copy the file, change it, and give its path "
        "([how](CONCEPTS.md#write-your-own)).",
        fenced(f'toml title="{concept.name}.toml"', concept.text),
    )


def _arm(arm: Arm) -> str:
    scenario = Path(arm.scenario).stem
    differs = [code(text) for text in (*arm.settings, *arm.interventions)]
    what = f"[{code(scenario)}](reference/scenarios.md#{scenario})"
    return f"- {code(arm.name)}, {plain(arm.title)}: {', '.join([what, *differs])}"


def _measure(measure: Measure) -> str:
    first, last = measure.window
    always = measure.among.text == "true"
    among = "" if always else f", among months with {code(measure.among.text)}"
    span = "" if (first, last) == (0, 0) else f", months {first} to {last} counted from each"
    return (
        f"- {code(measure.name)}, {plain(measure.title)} ({plain(measure.unit)}): "
        f"{measure.gathered.replace('_', ' ')} {code(measure.value.text)}{among}{span}"
    )
