"""Pages of the shipped library: scenarios, policies, countries and evidence, with their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from palca.experiments.infer import evidence
from palca.model.language.levers import ACTORS
from palca.model.language.policy import Rule
from palca.scenarios import shipped_policies, shipped_scenarios
from palca.scenarios.concept import shipped_concepts
from palca.scenarios.reading.library import LIBRARY, read_text, read_toml
from palca.scenarios.scenario import build_policy

from .markup import anchor, code, fenced, page, plain, table
from .tables import ACTORS as TITLES
from .tables import listed

GIVEN = Path(evidence.__file__).parent / "given"


def scenarios() -> str:
    """Return the page of all scenarios, each with its file."""
    _, rows = listed("scenarios")  # by date: from, name, plausibility, title, question
    overview = [
        [since, f"[{code(name)}](#{anchor(name)})", grade, plain(title)]
        for since, name, grade, title, _ in rows
    ]
    return page(
        "# Scenarios",
        "The scenarios by the date of the first change, as `palca list scenarios` prints them. "
        "`palca run NAME` runs one; `palca compare baseline NAME` and `palca counterfactual NAME` "
        "ask what it changes ([which of the two?](../COUNTERFACTUALS.md)). *Plausibility*: A, an "
        "alternative that was considered at the time; B, one that fits the actors' aims; C, one "
        "that needs another aim.",
        table(["From", "Name", "", "Title"], overview),
        *[_scenario(name) for _, name, _, _, _ in rows],
    )


def _scenario(name: str) -> str:
    path = shipped_scenarios()[name]
    data = read_toml(path)
    paragraphs = [plain(data["question"])] if "question" in data else []
    for key, words in (("plausibility", "Plausibility"), ("expect", "Expected"),
                       ("sources", "Sources")):  # fmt: skip
        if key in data:
            paragraphs.append(f"*{words}*: {plain(data[key])}")
    return page(
        f"## {code(name)}: {plain(data['title'])} {{#{anchor(name)}}}",
        *paragraphs,
        fenced(f'toml title="{name}.toml"', read_text(path)),
    )


def policies(actor: str) -> str:
    """Return the page of an actor's policies, rule by rule."""
    parts = []
    for name, path in shipped_policies(actor).items():
        policy = build_policy(actor, name, read_toml(path), path.name)
        parts.append(f"## {code(name)}: {plain(policy.title)} {{#{anchor(name)}}}")
        parts.append(
            f"{len(policy.rules)} rules in `scenarios/policies/{actor}/{name}.toml`; "
            f"use it with `--set policy.{actor}={name}`."
        )
        parts += [_rule(actor, name, rule) for rule in policy.rules]
    return page(
        f"# Policies: {TITLES[actor][:1].lower()}{TITLES[actor][1:]}",
        "Every rule whose *when* is true adds the amounts in its *do* to the levers. "
        "[Policies](../POLICIES.md) has the form of the file and the idea of each policy in one "
        "line.",
        *parts,
    )


def rule_anchor(policy: str, rule: str) -> str:
    """Return the anchor of a rule on the page of its actor."""
    return anchor(policy, rule)


def _rule(actor: str, policy: str, rule: Rule) -> str:
    moved = "; ".join(
        f"[{code(lever)}](levers.md#{anchor(actor, lever)}) by {code(amount.text)}"
        for lever, amount in rule.do.items()
    )
    lines = [
        f"#### {plain(rule.name)} {{#{rule_anchor(policy, rule.name)}}}\n",
        f"{plain(rule.why)}\n",
        f"- When: {code(rule.when.text)}",
        f"- Do: {moved}",
        f"- Source: {plain(rule.source)}",
    ]
    if rule.concept in shipped_concepts():
        lines.append(f"- Concept: [{rule.concept}](../concepts/{rule.concept}.md)")
    elif rule.concept:
        lines.append(f"- Concept: {plain(rule.concept)}")
    if not rule.enabled:
        lines.append("- Switched off, unless a scenario sets `enabled = true`")
    return "\n".join(lines)


def countries() -> str:
    """Return the page of countries: who may rule, the garrisons, and the file with its sources."""
    parts = []
    for path in sorted((LIBRARY / "countries").glob("*.toml")):
        data = read_toml(path)
        parts += [
            f"## {plain(data['name'])} {{#{path.stem}}}",
            "### Who may rule",
            table(
                ["Name", "Ideology", "Rank", "Available"],
                [
                    [plain(one["name"]), f"{one['ideology']:g}", one["rank"], _span(one)]
                    for one in data["leader"]
                ],
            ),
            "### Garrisons",
            table(
                ["Name", "Officers", "Of top rank", "Weight of each"],
                [
                    [plain(g["name"]), str(g["officers"]), str(g["top"]), str(g["weight"])]
                    for g in data["garrison"]
                ],
            ),
            "### The file",
            fenced(f'toml title="{path.name}"', read_text(path)),
        ]
    return page(
        "# Countries",
        "A country is data: none of its names and numbers is in the model. "
        "[Run another country](../howto/another-country.md) says how to make one. Ideology and "
        "orientation run from −1 (left) to 1 (right).",
        *parts,
    )


def _span(leader: dict[str, Any]) -> str:
    since, until = leader.get("since", ""), leader.get("until", "")
    return " ".join(filter(None, [since and f"from {since}", until and f"until {until}"]))


def evidence_files() -> str:
    """Return the page of the shipped evidence files."""
    parts = []
    for path in sorted(GIVEN.glob("*.toml")):
        parts.append(f"## {plain(read_toml(path)['title'])} {{#{path.stem}}}")
        parts.append(fenced(f'toml title="{path.name}"', read_text(path)))
    return page(
        "# Evidence files",
        "The observations that `palca counterfactual --given` and `palca validate` condition on, "
        "and how closely a world must match them. Copy a file, change it, and give its path; "
        "[Evidence](../EVIDENCE.md) explains every key.",
        *parts,
    )


def policy_pages() -> dict[str, str]:
    """Return the pages of all actors' policies by their file."""
    return {f"reference/policies-{actor}.md": policies(actor) for actor in ACTORS}
