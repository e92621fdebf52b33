"""The page of all concepts: each with its contrast, its picture and its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .contrast import Contrast, table_of


def gallery(found: Sequence[Contrast], alts: Mapping[str, str]) -> str:
    """Return the page of all concepts.

    Parameters
    ----------
    alts : mapping of str to str
        What each picture shows, by its file, ``concept-NAME.png``; one that isn't named is
        left out.
    """
    return "\n".join([_opening(found), *(section(one, alts) for one in found)])


def _opening(found: Sequence[Contrast]) -> str:
    worlds = found[0].worlds
    rows = [
        f"| [{one.concept.title}](#{_anchor(one.concept.title)}) | `palca concept "
        f"{one.concept.name}` | {one.verdict} |"
        for one in found
    ]
    shown = sum(one.shown for one in found)
    return f"""# Concepts of political science

Each concept is a file in `scenarios/concepts/`: what it means, the contrast of scenarios that would show it, the claims that it
makes about that contrast, and what would count against it. `palca concept NAME` simulates the contrast; the verdict is computed from
the run. A claim is *shown* if it holds in 97.5 % of the resamples of worlds. {shown} of {len(found)} concepts are shown here, each arm in
{worlds:,} worlds with the parameters that go with the record (seed {found[0].seed}). Numbers are means, with 95 % intervals in brackets. This page is made by `make gallery`.

**A concept that is shown is shown in this model, not in history**: often a mechanism of the model was written from the same
literature, and the contrast switches it on and off. What the record says for and against the mechanisms is in
[VALIDATION.md](VALIDATION.md).

| concept | command | verdict |
|---|---|---|
{chr(10).join(rows)}

## Write your own

Copy a file of `scenarios/concepts/`, change it, and give its path: `palca check mine.toml`, `palca concept mine.toml`. Besides the words, a concept has

- two or more `[[arm]]`: a `name`, a `title`, and what differs: `scenario`, `set = ["coup_trap=0"]`, `intervene = ["at = …"]`, as on the
  command line. All arms are lived through by the same worlds on the same draws;
- `[[measure]]`: the `mean_of` or `sum_of` an expression, or whether it is `any_of`, in a `window` of months counted from each month
  `among` which it is measured. `palca list fields` names what may stand in it;
- `[[claim]]`: what it `says`, what `holds` if it is true (`"trap.again > none.again"`: measures of arms, in any arithmetic, with one `>`), and why the
  model might show it `otherwise`;
- `[drawn]`: what its picture shows by month.
"""  # noqa: E501  a line of the page is as long as it is


def section(found: Contrast, alts: Mapping[str, str]) -> str:
    """Return a concept's part of the page; the rest as :func:`gallery`."""
    told = found.concept
    arms, rows = table_of(found)
    picture = f"concept-{told.name}.png"
    lines = [
        f"## {told.title}\n",
        f"{told.definition}\n",
        f"**{found.verdict[:1].upper()}{found.verdict[1:]}.** What would count against it: "
        f"{told.against}\n",
        *([f"![{alts[picture]}]({picture})\n"] if picture in alts else []),
        "| measure | " + " | ".join(arms) + " |",
        "|---|" + "---|" * len(arms),
    ]
    for measure, estimates in rows:
        cells = [f"{e.value:.3g} ({e.low:.3g} to {e.high:.3g})" for e in estimates]
        lines.append(f"| {measure.title}, {measure.unit} | " + " | ".join(cells) + " |")
    lines.append("")
    for finding in found.findings:
        d = finding.difference
        why = "" if finding.shown else f" Why not in this model: {finding.otherwise}"
        lines.append(
            f"- {finding.says} *{finding.verdict}*: {finding.greater.value:.3g} against "
            f"{finding.lesser.value:.3g}, difference {d.value:.3g} ({d.low:.3g} to {d.high:.3g})."
            f"{why}"
        )
    lines.append("")
    if told.limits:
        lines.append(f"What the contrast can't say: {told.limits}\n")
    lines.append(f"For students: {told.question}\n")
    lines.append("Literature: " + "; ".join(told.literature) + ".\n")
    return "\n".join(lines)


def _anchor(title: str) -> str:
    """Return the anchor that a heading of this title gets."""
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-")
