"""Reference pages from the tables of ``palca list``, with an anchor for each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from palca.experiments.cli.catalogue import LISTS
from palca.model.agents.observables import BLURRED
from palca.model.state.channels import CHANNELS
from palca.model.state.parameters import PARAMETERS

from .markup import anchor, code, page, plain, table, target

ACTORS: Final[Mapping[str, str]] = {
    "ussr": "The USSR",
    "us": "The United States",
    "regime": "The host's regime",
    "party": "The communist party",
}


def listed(what: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a table of ``palca list``, as text."""
    listing = LISTS[what]()
    return [column.title for column in listing.columns], listing.cells


def _named(header: list[str], rows: list[list[str]], *, within: str = "") -> str:
    """Return a table whose first cells are names with anchors; `within` is put before them."""
    parts = (within,) if within else ()
    return table(
        [cell[:1].upper() + cell[1:] for cell in header],
        [[target(code(row[0]), anchor(*parts, row[0])), *map(plain, row[1:])] for row in rows],
    )


def _grouped(what: str, titles: Mapping[str, str]) -> list[str]:
    """Return a table of ``palca list`` split by its first column, under headings."""
    header, rows = listed(what)
    parts = []
    for group in dict.fromkeys(row[0] for row in rows):
        parts.append(f"## {titles.get(group, group)} {{#{group}}}")
        kept = [row[1:] for row in rows if row[0] == group]
        parts.append(_named(header[1:], kept, within=group))
    return parts


def parameters() -> str:
    """Return the page of parameters: free ones, which have a prior, and fixed ones."""
    header, rows = listed("parameters")
    free = [row for row in rows if PARAMETERS[row[0]].free]
    fixed = [row for row in rows if not PARAMETERS[row[0]].free]
    prior = header.index("prior")
    return page(
        "# Parameters",
        f"All {len(rows)} parameters of the model, as `palca list parameters` prints them. A "
        "scenario may set any of them within its range (`[parameters]`, or `--set NAME=VALUE`). "
        "The source *assumed* means that there is none. The works are listed in [section "
        "10](../ODD.md#10-sources) of the model's description; [Sources](sources.md) says where "
        "each is used.",
        f"## Free: {len(free)} {{#free}}",
        "Free parameters are uncertain and have a prior. Their posterior given the record is in "
        "[Calibration](../CALIBRATION.md#results).",
        _named(header, free),
        f"## Fixed: {len(fixed)} {{#fixed}}",
        _named(
            header[:prior] + header[prior + 1 :], [row[:prior] + row[prior + 1 :] for row in fixed]
        ),
    )


def observables() -> str:
    """Return the page of observables."""
    header, rows = listed("observables")
    blurred = "; ".join(f"{code(name)} by {actor}" for actor, name in BLURRED)
    return page(
        "# Observables",
        "The quantities that the rules of a policy may name, besides [parameters](parameters.md) "
        "and `date`; `palca list observables` prints them. All have their values at the start of "
        "the month.",
        f"Observed with an error, which differs from month to month: {blurred}.",
        _named(header, rows),
    )


def levers() -> str:
    """Return the page of levers, by actor."""
    return page(
        "# Levers",
        "The quantities that each actor decides; an actor acts only through them. `palca list "
        "levers` prints them. Rules add to a lever, and the sum is clipped to its range; without a "
        "rule a lever has its default. A *chance* is the probability of the act in this month.",
        *_grouped("levers", ACTORS),
    )


def channels() -> str:
    """Return the page of channels."""
    header, rows = listed("channels")
    anchors = {name: anchor(name) for name in PARAMETERS}
    carried = {
        name: ", ".join(f"[{code(p)}](parameters.md#{anchors[p]})" for p in channel.zeroes)
        for name, channel in CHANNELS.items()
    }
    body = table(
        [cell[:1].upper() + cell[1:] for cell in header],
        [
            [
                target(code(name), anchor(name)),
                "yes" if star else "",
                plain(meaning),
                ", ".join(filter(None, [carried[name], *(
                    f"{code(prefix + '*')} from {actor}" for actor, prefix in CHANNELS[name].hides
                )])),
            ]
            for name, star, meaning, _ in rows
        ],
    )  # fmt: skip
    return page(
        "# Channels",
        "The causal paths between parts of the model. A scenario closes one by `[channels]`, `NAME "
        "= false`, or `--set channel.NAME=off`: the parameters that carry it are then zero, and "
        "what would be observed through it is hidden. `palca counterfactual --freeze` holds one at "
        "its values without the intervention.",
        body,
    )


def fields() -> str:
    """Return the page of the state's fields."""
    header, rows = listed("fields")
    return page(
        "# Fields of the state",
        "The state variables of a world, month by month, except its officers; `palca list fields` "
        "prints them. "
        '`[start]` in a scenario sets their initial values; `history.field("NAME")` in Python and '
        "the rows of `months.parquet` have their values over time.",
        "The measures of a [concept](../CONCEPTS.md#write-your-own) may name them, and "
        "`event.TRACK.KIND` and `amount.TRACK.KIND` of [events](events.md) with `_` for a space, "
        "`date`, and `first.NAME`: the same world in the first arm.",
        _named(header, rows),
    )


def events() -> str:
    """Return the page of the vocabulary of events."""
    return page(
        "# Events",
        "The record and simulated histories use one vocabulary; `palca list events` prints it. The "
        "same kind may be in several tracks.",
        *_grouped("events", {}),
    )


def outcomes() -> str:
    """Return the page of outcomes."""
    header, rows = listed("outcomes")
    return page(
        "# Outcomes",
        "The numbers that summarise a world, and in the same way the record. They are the columns "
        "of `worlds.parquet`, and the names for `--outcome` and `palca discover`. What the record "
        "doesn't know or doesn't [cover](../record/coverage.md) isn't scored. "
        "`palca list outcomes` prints them.",
        _named(header, rows),
    )
