"""Simulation-based calibration of the filter that finds worlds like ours.

Histories are simulated with parameters drawn from the priors of the parameter table. What
happened in one to December 1971 is told to the filter as the record is: the ruler by name at the
end of every month, attempts in their months and no others, and orientation and commitments with
an error. If the filter is right, then over many histories the true parameters, and what really
came in the next 36 months, have uniform ranks among the worlds that it finds (Talts et al. 2018,
arXiv:1804.06788).

`make sbc` writes the results to docs/SBC.md. What was found of each history is kept in
docs/numbers/sbc.jsonl and not tried again, as long as the quickest of them still comes out as it
did.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, StrictUndefined
from rich.progress import track
from scipy.stats import kstest

from palca.experiments.infer.alive_filter import model_of, parameters_of
from palca.experiments.infer.evidence import ATTEMPTS, EventObservation, Evidence, Level, Reign
from palca.experiments.infer.reanalysis import (
    Reanalysis,
    reanalyse,
    replayed,
    segments_of,
)
from palca.experiments.io.parallel import shared
from palca.experiments.simulate import priors
from palca.model import Simulation
from palca.model.state.history import CODE_OF
from palca.model.types import Floats, Ints
from palca.scenarios import build, resolve

ROOT = Path(__file__).parents[1]
END: Final = 36  # evidence ends with December 1971
AHEAD: Final = 36  # months that are forecast
HISTORIES_SEED: Final = 1_000_003  # of the histories; the filters have seeds of their own
ENOUGH: Final = 100  # families
SHARE: Final = 0.9  # of the central intervals
# Errors with which levels are told: those of the record's evidence (`record.toml`).
ORIENTATION_SD: Final = 0.4
US_SD: Final = 0.6
USSR_SD: Final = 0.7
US_FLOOR: Final = 1.0  # million USD; a year without commitments has a logarithm too
USSR_FLOOR: Final = 5.0
COMING: Final = {
    "attempts": "coup attempts in the next 36 months",
    "attempts_12": "coup attempts in the next 12 months",
    "rules": "months of the next 36 in which the ruler of December 1971 rules",
    "orientation": "orientation at the end of 1974",
    "us_commitments": "US commitments in the next 36 months",
    "ussr_commitments": "Soviet commitments in the next 36 months",
    "legitimacy": "legitimacy in December 1971",
    "unrest": "unrest in December 1971",
}


class Told:
    """Simulated histories and what is told of them.

    Parameters
    ----------
    resolved : dict
        The scenario.
    worlds : ndarray of int, shape ``(n,)``
        Numbers of the histories.
    """

    def __init__(self, resolved: dict[str, Any], worlds: Ints) -> None:
        scenario = build(resolved)
        model = model_of(scenario, worlds, HISTORIES_SEED)
        self.parameters = parameters_of(scenario, worlds, HISTORIES_SEED)
        self.leader, self.orientation, self.us, self.ussr, self.attempts = [], [], [], [], []
        for _ in range(END):
            model.advance()
            state, events = model.state, model.event_log.take()
            self.leader.append(state.leader.astype(np.int64))
            self.orientation.append(state.orientation.copy())
            self.us.append(state.us_commitment.copy())
            self.ussr.append(state.ussr_committed.copy())
            self.attempts.append({
                kind: np.bincount(events.world[events.code == CODE_OF["power", kind]],
                                  minlength=len(worlds))
                for kind in ATTEMPTS
            })  # fmt: skip
        self.coming = what_comes(model)

    def tellable(self, world: int) -> bool:
        """Return whether evidence can say what happened: no two attempts alike in one month."""
        return all(count[world] <= 1 for month in self.attempts for count in month.values())

    def evidence(self, world: int) -> Evidence:
        """Return what is told of one history."""
        chance = np.random.default_rng([HISTORIES_SEED, world])
        ruled = np.array([leader[world] for leader in self.leader])
        changes = [0, *(int(month) + 1 for month in np.flatnonzero(ruled[1:] != ruled[:-1]))]
        events = [
            EventObservation("power", kind, month, month, month, 0.0)
            for month, counts in enumerate(self.attempts)
            for kind, count in counts.items() if count[world]
        ]  # fmt: skip
        levels = []
        for month in range(11, END, 12):
            about = chance.normal(self.orientation[month][world], ORIENTATION_SD)
            levels.append(Level("orientation", month, about, ORIENTATION_SD))
        for month in range(17, END, 12):
            year = sum(self.us[month - back][world] for back in range(12))
            about = chance.normal(np.log(year + US_FLOOR), US_SD)
            levels.append(Level("us_commitments", month, about, US_SD, floor=US_FLOOR))
        so_far = np.log(self.ussr[END - 1][world] + USSR_FLOOR)
        levels.append(
            Level("ussr_commitments", END - 1, chance.normal(so_far, USSR_SD), USSR_SD,
                  floor=USSR_FLOOR)
        )  # fmt: skip
        rulers = [Reign(int(ruled[month]), month, month, month) for month in changes]
        return Evidence(
            f"history {world}", tuple(events), tuple(levels), tuple(rulers), 0.0, (), END - 1
        )


def what_comes(model: Simulation) -> dict[str, Floats]:
    """Simulate on from January 1972; return what is forecast, each ``(worlds,)``."""
    state = model.state
    out = {"legitimacy": state.legitimacy.copy(), "unrest": state.unrest.copy()}
    leader, before = state.leader.copy(), state.ussr_committed.copy()
    attempts, rules, us = (np.zeros(len(leader)) for _ in range(3))
    kept = np.ones(len(leader), dtype=np.bool_)
    for month in range(AHEAD):
        model.advance()
        events = model.event_log.take()
        for kind in ATTEMPTS:
            worlds = events.world[events.code == CODE_OF["power", kind]]
            attempts += np.bincount(worlds, minlength=len(leader))
        kept &= model.state.leader == leader
        rules += kept
        us += model.state.us_commitment
        if month == 11:
            out["attempts_12"] = attempts.copy()
    return out | {
        "attempts": attempts, "rules": rules, "orientation": model.state.orientation.copy(),
        "us_commitments": us, "ussr_commitments": model.state.ussr_committed - before,
    }  # fmt: skip


def found_again(resolved: dict[str, Any], told: Told, world: int, worlds: int) -> dict[str, Any]:
    """Find worlds that went as one history did; return where its truth ranks among them."""
    began = time.process_time()
    evidence = told.evidence(world)
    ends = segments_of(evidence, END)
    found = reanalyse(resolved, evidence, worlds, 1 + world, ends=ends)
    row: dict[str, Any] = {
        "history": world, "worlds": worlds, "changes": len(evidence.rulers) - 1,
        "attempts": len(evidence.events), "tries": sum(one.tried for one in found.segments),
        "found": found.stopped is None, "log_evidence": None, "families": 0.0, "ranks": {},
    }  # fmt: skip
    if found.stopped is None:
        row |= {"log_evidence": found.log_evidence(END), "families": found.families(END)}
        row["ranks"] = _ranks(resolved, told, world, found)
    return row | {"seconds": time.process_time() - began}


def _ranks(resolved: dict[str, Any], told: Told, world: int, found: Reanalysis) -> dict[str, float]:
    """Return ranks from 0 to 1; a rank among equal values is drawn."""
    scenario = build(resolved)
    model = replayed(scenario, found, END)
    for _ in range(END):
        model.advance()
    model.event_log.take()
    values: dict[str, Any] = dict(what_comes(model))
    free = parameters_of(scenario, found.tries[END][0], found.seed)
    values |= {name: free[name] for name in priors.FREE if isinstance(free[name], np.ndarray)}
    truth: Mapping[str, Any] = {**told.parameters, **told.coming}
    chance = np.random.default_rng([HISTORIES_SEED, world, 1])
    return {
        name: float((column < truth[name][world]).mean()
                    + chance.uniform() * (column == truth[name][world]).mean())
        for name, column in values.items()
    }  # fmt: skip


def comes_out_again(
    rows: list[dict[str, Any]], resolved: dict[str, Any], told: Told, worlds: int
) -> bool:
    """Return whether the quickest of some histories is found again as it was, with ranks alike."""
    if not rows:
        return True
    quickest = min(rows, key=lambda row: row["seconds"])
    again = found_again(resolved, told, quickest["history"], worlds)
    return {**again, "seconds": 0} == {**quickest, "seconds": 0}


def page(rows: list[dict[str, Any]], left_out: int) -> str:
    """Return docs/SBC.md."""
    found = [row for row in rows if row["found"]]
    names = list(found[0]["ranks"])
    ranks = np.array([[row["ranks"][name] for name in names] for row in found])
    families = np.array([row["families"] for row in found])
    inside = np.abs(ranks - 0.5) < SHARE / 2
    of_parameters = np.array([name not in COMING for name in names])
    bounds = ((0, np.inf), (ENOUGH, np.inf), (30, ENOUGH), (10, 30), (0, 10))
    groups = []
    for least, most in bounds:
        some = (families >= least) & (families < most)
        if least == 0 and most == np.inf:
            label = "all"
        else:
            label = f"{least} and more" if most == np.inf else f"{least} to {most}"
        cells = [_share(inside[some][:, kind]) for kind in (of_parameters, ~of_parameters)]
        groups.append((label, int(some.sum()), *cells))
    enough = families >= ENOUGH
    singles = [
        (COMING.get(name, f"`{name}`"), f"{inside[:, i].mean():.0%}",
         f"{kstest(ranks[:, i], 'uniform').pvalue:.3f}",
         f"{inside[enough, i].mean():.0%}" if enough.any() else "–")
        for i, name in enumerate(names)
    ]  # fmt: skip
    template = (Path(__file__).parent / "sbc.md").read_text(encoding="utf-8")
    return Environment(undefined=StrictUndefined, trim_blocks=True).from_string(template).render(
        rows=rows, found=found, left_out=left_out, groups=groups, singles=singles,
        lowest=min(float(row[2]) for row in singles), enough=ENOUGH,
        hours=sum(row["seconds"] for row in rows) / 3600,
        few=int((families < ENOUGH).sum()), median=float(np.median(families)),
        attempts=float(np.mean([row["attempts"] for row in rows])),
    )  # fmt: skip


def _share(inside: np.ndarray) -> str:
    """Return the share that lies inside, with its standard error over histories."""
    if not len(inside):
        return "–"
    by_history = inside.mean(axis=1)
    if len(by_history) == 1:
        return f"{by_history[0]:.1%} (–)"
    error = by_history.std(ddof=1) / np.sqrt(len(by_history))
    return f"{by_history.mean():.1%} ({error:.1%})"


def main() -> None:
    """Find the parameters of simulated histories again and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--histories", type=int, default=200)
    parser.add_argument("--worlds", type=int, default=256, help="found for each history")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    resolved = resolve("baseline")
    resolved["country"]["priors"] = {}  # so that histories kept long ago are of the same priors
    told = Told(resolved, np.arange(2 * asked.histories))
    numbers = [n for n in range(2 * asked.histories) if told.tellable(n)][: asked.histories]
    kept = ROOT / "docs" / "numbers" / "sbc.jsonl"
    rows = [json.loads(line) for line in kept.open()] if kept.exists() else []
    if not comes_out_again(rows, resolved, told, asked.worlds):
        kept.unlink(missing_ok=True)
        rows = []
    done = {row["history"] for row in rows}
    calls = [(resolved, told, n, asked.worlds) for n in numbers if n not in done]
    with kept.open("a") as file:
        for row in track(shared(found_again, calls, asked.jobs, ordered=False), "histories",
                         total=len(calls)):  # fmt: skip
            file.write(json.dumps(row) + "\n")
            file.flush()
            rows.append(row)
    rows.sort(key=lambda row: row["history"])
    left_out = numbers[-1] + 1 - len(numbers)
    (ROOT / "docs" / "SBC.md").write_text(page(rows, left_out), encoding="utf-8")


if __name__ == "__main__":
    main()
