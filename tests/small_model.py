"""A small structural model, in which little can happen and all probabilities are known."""

from __future__ import annotations

from pathlib import Path

POLICY = """actor = "{actor}"
title = "one rule"
[[rule]]
name = "the rule"
when = "{when}"
do = {{ {lever} = "{value}" }}
why = "a test"
source = "assumed"
"""


def write_small(folder: Path) -> Path:
    """Write a scenario of six months in which almost nothing can happen but an embassy.

    It opens in January 1969, with the probability 5 times the parameter `opportunity`.
    """
    rules = {
        "ussr": ("date < 1969-02", "open_embassy", "5 * opportunity"),
        "us": ("true", "aid", "0"),
        "regime": ("true", "welcome_ussr", "1"),
        "party": ("true", "support", "0"),
    }
    for actor, (when, lever, value) in rules.items():
        text = POLICY.format(actor=actor, when=when, lever=lever, value=value)
        (folder / f"{actor}.toml").write_text(text)
    policies = "\n".join(f'{actor} = "{actor}.toml"' for actor in rules)
    file = folder / "small.toml"
    file.write_text(
        f'title = "small"\nextends = "baseline"\nuntil = "1969-06"\n[policy]\n{policies}\n'
        "[channels]\ncascade = false\n"
    )
    return file
