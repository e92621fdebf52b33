"""What the tests of tables and those of figures show: findings from few worlds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

from palca.experiments.counterfactual import claims
from palca.experiments.counterfactual.answer import Answer
from palca.experiments.counterfactual.asking import ask
from palca.experiments.counterfactual.paired import Pairs, join_pairs, pair_blocks
from palca.experiments.counterfactual.question import Inputs, Question
from palca.experiments.explore.sweep import Plan, make_plan
from palca.experiments.forecast.comparisons import jeffreys
from palca.experiments.observe.outcome import Outcome
from palca.experiments.simulate.designs import parse_factor
from palca.experiments.validate.cross_country import Regularities
from palca.scenarios import resolve


@cache
def answer() -> Answer:
    asked = Question("soviet-break-1971", worlds=40, given="here", freeze=("soviet_fiscal",))
    lenient = {"tolerance": 12, "false_negative": 0.99, "extra": 0.99}
    given = {"title": "attempts", "attempts": lenient}
    return ask(asked, 1, inputs=Inputs(resolve(asked.scenario), given))


@contextmanager
def one_claim() -> Iterator[dict[str, Answer]]:
    """Let one claim be all that is claimed; give the answers to it."""
    one = ("Moscow suspends (1971)", "soviet-break-1971", ("soviet_fiscal",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "HEADLINE", (one,))
        yield {name: answer() for name in ("soviet-break-1971", "august-1971-fails")}


@cache
def pairs(worlds: int) -> Pairs:
    first, second = resolve("baseline"), resolve("soviet-break-1971")
    return join_pairs(list(pair_blocks(first, second, worlds, 0, 1)))


def swept(count: int, outcomes: list[Outcome]) -> tuple[Plan, pd.DataFrame]:
    """Return the plan of a sweep of up to three factors and its worlds, whose outcomes are random."""
    vary = (("backlash=0:0.1:3", (0.0, 0.05, 0.1)), ("policy.ussr=withdrawal,pragmatic",
            ("withdrawal", "pragmatic")), ("growth_mean=3:6:3", (3.0, 4.5, 6.0)))[:count]  # fmt: skip
    factors = tuple(parse_factor(text) for text, _ in vary)
    plan = make_plan("baseline", factors, "grid", [], [], None, 4)
    points = list(product(*(levels for _, levels in vary))) * 4
    worlds = pd.DataFrame(points, columns=[factor.name for factor in factors])
    chance = np.random.default_rng(0)
    return plan, worlds.assign(**{o.name: chance.random(len(points)) for o in outcomes},
                               world=np.arange(len(points)))  # fmt: skip


def regular(first: tuple[float, int, int], second: tuple[float, int, int]) -> Regularities:
    """Return regularities with a simulated share and documented hits and years of two classes."""
    names = ["1yr", "6-10yr", "11+yr"]
    rows = [
        (name, simulated, hits, years, hits / years, *jeffreys(hits, years))
        for name, (simulated, hits, years) in zip(names, (first, second, second), strict=True)
    ]
    columns = ["class", "simulated", "hits", "years", "documented", "documented_low", "documented_high"]
    since = pd.DataFrame(rows, columns=columns)
    growth = since.assign(**{"class": ["lt0", "ge3", "0_3"]})
    logit = pd.DataFrame({"driver": ["income"], "simulated": [0.1], "documented": [-0.65],
                          "documented_se": [0.325]})  # fmt: skip
    return Regularities(since, growth, (0.5, 0.4, 0.6), (57, 111), logit, 0)
