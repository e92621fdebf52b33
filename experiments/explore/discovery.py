"""Scenario discovery: which parameters and policies lead to an outcome.

Worlds are drawn with parameters from their priors and with some level of each further
factor. A classification tree (Breiman et al. 1984) is grown on one half of them; its
leaves are judged by the other half, which it has not seen. Each leaf is a box
between limits of a few factors, as in scenario discovery (Friedman and Fisher 1999,
doi:10.1023/A:1008894516817; Bryant and Lempert 2010, doi:10.1016/j.techfore.2009.08.002),
and the leaves don't overlap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from palca.model.calendar import month_index, month_name
from palca.model.errors import PalcaError
from palca.model.language.expressions import Expression, parse, value_of
from palca.model.types import Flags, Floats

from ..observe.outcomes import with_windows

if TYPE_CHECKING:
    import pandas as pd

_DEPTH: Final = 4  # limits of a box, at most
_SMALLEST: Final = 0.01  # share of worlds in a leaf
_CHI_SQUARED: Final = 20.0  # of a split: one in 100,000 by chance, for many are tried
_FEWEST: Final = 20  # worlds in which it happens, and doesn't, in each half
_CLUSTERS: Final = 10  # of worlds that count together, in each half
_RESAMPLES: Final = 200
_SHUFFLES: Final = 5
_INTERVAL: Final = (0.025, 0.975)
_NORMAL: Final = 1.959964  # quantile of the normal distribution that belongs to it
_IS: Final = " is "  # between a factor and one of its texts
_MONTH: Final = re.compile(r"\d{4}-\d\d")
_WORD: Final = re.compile(r"\w+")
_REST: Final = re.compile(r"\s*([-+*/<>=!)]|(and|or|if)\b)")  # what goes on with a condition


@dataclass(frozen=True, slots=True)
class Box:
    """One leaf of the tree, judged by worlds that it was not grown on.

    Attributes
    ----------
    limits : str
        Such as "cost > 1.1 and policy.us is containment".
    worlds, hits : int
        How many are in it, and in how many of these it happens.
    low, high : float
        95 % interval of the share of hits: Wilson's (1927) at the effective sample size, since
        worlds may share their draws.
    coverage : float
        Share of all hits that are in it.
    """

    limits: str
    worlds: int
    hits: int
    low: float
    high: float
    coverage: float

    @property
    def share(self) -> float:
        """Share of its worlds in which it happens."""
        return self.hits / self.worlds if self.worlds else float("nan")


@dataclass(frozen=True, slots=True)
class Discovery:
    """What leads to an outcome.

    Attributes
    ----------
    text : str
        The outcome, as an expression.
    base : float
        Share of all worlds in which it happens.
    boxes : list of Box
        Those with the highest share first.
    auc : (float, float, float)
        The probability that a world in which it happens is ranked above one in which it
        doesn't, with its 95 % interval; 0.5 is no better than chance.
    importance : dict of str to float
        By how much the AUC falls if a factor is shuffled, the most important first.
    hits : ndarray of bool, shape ``(worlds,)``
    """

    text: str
    base: float
    boxes: list[Box]
    auc: tuple[float, float, float]
    importance: dict[str, float]
    hits: Flags

    @property
    def better_than_chance(self) -> bool:
        """Whether the interval of the AUC lies above 0.5."""
        return self.auc[1] > 0.5


def read_question(words: Sequence[str]) -> Expression:
    """Return the condition that some words make, such as "longest_spell >= 60".

    The name of an outcome may also stand before a whole condition.

    Raises
    ------
    PalcaError
        If it isn't a condition on outcomes.
    """
    names = [outcome.name for outcome in with_windows(_WORD.findall(" ".join(words)))]
    named = len(words) > 1 and words[0].strip() in names and not _REST.match(words[1])
    text = " ".join(words[1:] if named else words)
    try:
        found = parse(text, "condition", names)
    except PalcaError as error:
        raise error.at("OUTCOME") from None
    if not found.names - {"date"}:
        raise PalcaError(
            'has no outcome; write a condition such as "coups_1972_77 == 0"', "OUTCOME"
        )
    if "date" in found.names:
        raise PalcaError(
            "an outcome has no date, because it summarises a whole history: leave the date out",
            "OUTCOME",
        )
    return found


def happens(question: Expression, outcomes: dict[str, Floats]) -> Flags:
    """Return the worlds, ``(worlds,)``, in which the condition holds."""
    return np.asarray(value_of(question, outcomes), dtype=np.bool_)


def discover(
    question: Expression,
    factors: pd.DataFrame,
    hits: Flags,
    seed: int,
    draws: NDArray[np.int64] | None = None,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Discovery:
    """Return what leads to an outcome.

    The first half of them grows the tree, the other judges it; worlds that count together are in
    the same half.

    Parameters
    ----------
    factors : DataFrame
        A row a world, a column a factor: numbers or texts.
    hits : ndarray of bool, shape ``(worlds,)``
        In which it happens.
    draws : ndarray of int, shape ``(worlds,)``, optional
        Worlds with the same number count together: they share their draws, or all that was
        varied. Without it each is apart.

    Raises
    ------
    PalcaError
        If it happens in all worlds or in none, or nearly so, or if too few of them are apart.
    """
    import pandas as pd
    from sklearn.inspection import permutation_importance
    from sklearn.metrics import roc_auc_score
    from sklearn.tree import DecisionTreeClassifier

    count = int(hits.sum())
    group = pd.factorize(np.arange(len(hits)) if draws is None else draws)[0]  # as they come
    groups = int(group.max()) + 1
    if groups < 2 * _CLUSTERS:
        raise PalcaError(
            f"the worlds have only {groups} points or sets of draws; to fit the tree "
            f"on one half and test it on the other {2 * _CLUSTERS} are needed: sweep "
            "more points, or a grid with more --replicates",
            "--from",
        )
    grown = group < groups // 2
    halves = [(part.sum(), len(part) - part.sum()) for part in (hits[grown], hits[~grown])]
    if np.min(halves) < _FEWEST:
        raise PalcaError(
            f"'{question.text}' is true in {count:,} of {len(hits):,} worlds, too few "
            "or too many to look for causes: use more --worlds, or another "
            "limit",
            "OUTCOME",
        )
    monthly = [str(name) for name in factors if _are_months(factors[name])]
    plain = factors.assign(**{name: factors[name].map(month_index) for name in monthly})
    table = pd.get_dummies(plain, prefix_sep=_IS, dtype=float)
    usual = hits[grown].mean()
    size = int(grown.sum())
    tree = DecisionTreeClassifier(
        max_depth=_DEPTH,
        min_samples_leaf=max(_FEWEST, int(_SMALLEST * size)),
        # a split lowers Gini's index by 2 p (1 - p) chi squared / n if it predicts nothing
        ccp_alpha=2.0 * usual * (1.0 - usual) * _CHI_SQUARED / size,
        random_state=seed % 2**32,  # scikit-learn takes 32 bits; the worlds have had all
    )
    tree.fit(table[grown], hits[grown])
    unseen, truth = table[~grown], hits[~grown]
    on_progress(1, 3)
    expected = np.asarray(tree.predict_proba(unseen))[:, 1]
    chance = np.random.default_rng(seed)
    group = group[~grown] - groups // 2
    groups -= groups // 2
    areas = []
    for _ in range(_RESAMPLES):
        weight = np.bincount(chance.integers(0, groups, groups), minlength=groups)[group]
        if 0 < (weight * truth).sum() < weight.sum():
            areas.append(roc_auc_score(truth, expected, sample_weight=weight))
    low, high = np.quantile(areas, _INTERVAL)
    on_progress(2, 3)
    shuffled: Any = permutation_importance(
        tree, unseen, truth, scoring="roc_auc", n_repeats=_SHUFFLES, random_state=seed % 2**32
    )
    importance: dict[str, float] = {}
    for name, fall in zip(table.columns, shuffled.importances_mean, strict=True):
        factor = name.split(_IS)[0]
        importance[factor] = max(importance.get(factor, 0.0), float(fall))
    leaf = tree.apply(unseen)
    boxes = []
    for node, limits in _leaves(tree, list(table.columns), monthly):
        inside = leaf == node
        worlds, caught = int(inside.sum()), int(truth[inside].sum())
        if worlds:
            ends = _wilson(caught / worlds, _effective_sample_size(truth[inside], group[inside]))
            boxes.append(Box(limits, worlds, caught, *ends, caught / truth.sum()))
    boxes.sort(key=lambda box: -box.share)
    on_progress(3, 3)
    return Discovery(
        question.text, count / len(hits), boxes,
        (float(roc_auc_score(truth, expected)), float(low), float(high)),
        dict(sorted(importance.items(), key=lambda row: -row[1])), hits,
    )  # fmt: skip


def _effective_sample_size(hits: Flags, group: NDArray[np.int64]) -> float:
    """Return how many worlds with draws of their own would estimate the share as precisely.

    By the variance of a share of clusters, by what they depart from it (Cochran 1977, ch. 9).
    """
    clusters = len(np.unique(group))
    share = float(hits.mean())
    if clusters == len(hits):
        return float(clusters)
    if share in (0.0, 1.0) or clusters == 1:
        return float(clusters)
    apart = np.bincount(group, hits - share)
    variance = (apart**2).sum() / len(hits) ** 2 * clusters / (clusters - 1)
    return min(share * (1.0 - share) / max(float(variance), 1e-12), float(len(hits)))


def _wilson(share: float, worlds: float) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    square = _NORMAL**2 / worlds
    middle, whole = share + square / 2.0, 1.0 + square
    spread = float(np.sqrt(square * (share * (1.0 - share) + square / 4.0)))
    return (middle - spread) / whole, (middle + spread) / whole


def _are_months(values: pd.Series) -> bool:
    return all(isinstance(value, str) and _MONTH.fullmatch(value) for value in values.unique())


def _leaves(tree: Any, names: list[str], monthly: Sequence[str]) -> list[tuple[int, str]]:
    """Return the number of each leaf, with its limits in words."""
    inner = tree.tree_
    out: list[tuple[int, str]] = []

    def descend(node: int, limits: dict[str, tuple[float, float]]) -> None:
        if inner.children_left[node] < 0:
            words = [_words(name, ends, name in monthly) for name, ends in limits.items()]
            out.append((node, " and ".join(words) or "always"))
            return
        name, at = names[inner.feature[node]], float(inner.threshold[node])
        low, high = limits.get(name, (-np.inf, np.inf))
        descend(inner.children_left[node], {**limits, name: (low, min(high, at))})
        descend(inner.children_right[node], {**limits, name: (max(low, at), high)})

    descend(0, {})
    return out


def _words(name: str, limits: tuple[float, float], monthly: bool) -> str:
    if _IS in name:
        return name if limits[0] > 0 else name.replace(_IS, " is not ")
    under, over = (
        "" if np.isinf(end) else month_name(int(end)) if monthly else f"{end:.3g}" for end in limits
    )
    if not under:
        return f"{name} ≤ {over}"
    return f"{name} > {under}" if not over else f"{under} < {name} ≤ {over}"
