"""A mean in fifths of the priors that matter to it: how far an answer hangs on its priors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from palca.model.state.parameters import draw_index
from palca.model.state.prior import Prior
from palca.model.state.scenario import Scenario
from palca.model.types import Floats, Ints

from ..io.codebook import File, column
from ..io.numerals import number, value_of
from ..io.table import Column, Table, numbers
from ..observe.outcomes import in_order
from .alive_filter import families
from .weights import clustered_error

if TYPE_CHECKING:
    import pandas as pd

_CUTS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_HEADINGS: Final = ("lowest", "second", "third", "fourth", "highest")
_MATTERS: Final = 0.002  # p-value: with 25 parameters that do nothing, one in twenty times


@dataclass(frozen=True, slots=True)
class Fifth:
    """A mean over the worlds in which a parameter lies in one fifth of its prior.

    Attributes
    ----------
    low, high : float
        Between which the parameter lies.
    worlds : int
    families : float
        Effective number of families: worlds with the same parameters count together.
    mean, se : float
        NaN where there is no world, and where there is one family.
    """

    low: float
    high: float
    worlds: int
    families: float
    mean: float
    se: float


Rows = list[dict[str, Any]]
COLUMNS: Final = (
    column("parameter", "its name (palca list parameters)"),
    column("fifth", "1, the lowest, to 5"),
    column("low", "lower end of the fifth, in the parameter's unit"),
    column("high", "its upper end"),
    column("worlds", "number of worlds in it", "worlds"),
    column("families", "effective number: worlds with the same parameters count together"),
    column("mean", "of the outcome, of the difference or of the effect"), "se",
)  # fmt: skip
OUTCOMES_FILE: Final = File(
    "fifths.csv", "a main outcome in one fifth of the prior of a parameter that matters to it",
    (column("outcome", "its name (palca list outcomes)"), column("title", "what it is"), "unit",
     *COLUMNS),
)  # fmt: skip
FIFTHS: Final = ("parameter", "fifth", *(field.name for field in fields(Fifth)))


class WorldsByPrior:
    """Worlds by the fifth of its prior in which each of their parameters lies.

    Parameters
    ----------
    parameters : mapping of str to ndarray, shape ``(n,)``
        The same for all worlds of a family.
    families : ndarray of int, shape ``(n,)``
    prior_of : mapping of str to Prior
        Of these parameters, or of more.
    """

    def __init__(
        self, parameters: Mapping[str, Floats], families: Ints, prior_of: Mapping[str, Prior]
    ) -> None:
        self._families = families
        _, first, self._family = np.unique(families, return_index=True, return_inverse=True)
        self._sizes = np.bincount(self._family)
        self._edges = {name: np.asarray(prior_of[name].ppf(_CUTS)) for name in parameters}
        self._fifths = {name: np.searchsorted(self._edges[name][1:-1], values, side="right")
                        for name, values in parameters.items()}  # fmt: skip
        self._of_family = {name: fifth[first] for name, fifth in self._fifths.items()}

    @classmethod
    def free_running(cls, scenario: Scenario, worlds: int, seed: int) -> Self:
        """Return the first worlds of a scenario that run freely."""
        index, prior_of = draw_index(seed, np.arange(worlds)), scenario.free_priors
        own = {name: values for name, values in scenario.usual_parameters(index).items()
               if name in prior_of and isinstance(values, np.ndarray)}  # fmt: skip
        return cls(own, scenario.families_of(index), prior_of)

    def outcome_rows(self, values: Mapping[str, Floats], some: Iterable[str]) -> Rows:
        """Return the rows of outcomes by their names; those that aren't there are left out."""
        return [
            {"outcome": outcome.name, "title": outcome.heading, "unit": outcome.unit, **row}
            for outcome in in_order(name for name in values if name in some)
            for row in self.rows(values[outcome.name])
        ]  # fmt: skip

    def rows(self, values: Floats, count: int = 3) -> Rows:
        """Return a mean in fifths of the priors that matter most, as rows of ``fifths.csv``."""
        return [
            {"parameter": name, "fifth": place, **asdict(fifth)}
            for name, fifths in self.means(values, count).items()
            for place, fifth in enumerate(fifths, start=1)
        ]

    def means(self, values: Floats, count: int = 3) -> dict[str, list[Fifth]]:
        """Return a mean in fifths of the priors of the parameters that matter most to it.

        Those are the ones of which the fifths explain most of the variance of the values, and more
        than chance would: the F-test of one-way analysis of variance over means of families has
        p < 0.002. Their number is at most `count`.
        """
        from scipy.special import fdtrc

        if np.isnan(values).any() or np.ptp(values) == 0.0:
            return {}
        means = np.bincount(self._family, values - values.mean()) / self._sizes
        strength = {}
        for name, fifth in self._of_family.items():
            size = np.bincount(fifth, minlength=5)
            used = size > 1  # a single family tells nothing of chance
            groups, total = int(used.sum()), int(size[used].sum())
            if groups < 2:
                continue
            sums, squares = (np.bincount(fifth, of, 5)[used] for of in (means, means**2))
            between = np.sum(sums**2 / size[used]) - sums.sum() ** 2 / total
            within = np.sum(squares) - np.sum(sums**2 / size[used])
            ratio = between / (groups - 1) / max(within / (total - groups), 1e-300)
            if fdtrc(groups - 1, total - groups, max(ratio, 0.0)) < _MATTERS:
                strength[name] = ratio
        chosen = sorted(strength, key=lambda name: -strength[name])[:count]
        return {name: self._in_fifths(values, name) for name in chosen}

    def _in_fifths(self, values: Floats, name: str) -> list[Fifth]:
        edges = self._edges[name].tolist()
        return [self._mean(values, self._fifths[name] == i, edges[i], edges[i + 1])
                for i in range(5)]  # fmt: skip

    def _mean(
        self, values: Floats, inside: NDArray[np.bool_], low: float, high: float
    ) -> Fifth:
        count = int(inside.sum())
        if not count:
            return Fifth(low, high, 0, 0.0, float("nan"), float("nan"))
        some, clusters = values[inside], self._families[inside]
        return Fifth(low, high, count, families(clusters), float(some.mean()),
                     clustered_error(some, clusters))  # fmt: skip


def outcomes_file(rows: Rows) -> pd.DataFrame:
    """Return ``fifths.csv`` from rows of outcomes, with its columns even if there is no row."""
    import pandas as pd

    return pd.DataFrame(rows, columns=["outcome", "title", "unit", *FIFTHS])


def fifths_table(
    title: str,
    rows: Iterable[Mapping[str, Any]],
    of: Callable[[Mapping[str, Any]], str],
    sign: str = "",
) -> Table:
    """Return means in fifths of priors from rows of ``fifths.csv``.

    Parameters
    ----------
    of : callable
        Says what a row's mean is of; it stands above the rows of each.
    sign : str
        ``"+"`` if they are differences.
    """
    lines: dict[tuple[str, str], dict[int, str]] = {}
    for row in rows:
        unit, cell = str(row.get("unit", "")), "no world"
        if value_of(row["worlds"]):
            cell = (f"{number(value_of(row['mean']), unit, sign, bool(sign))} "
                    f"({number(value_of(row['se']), unit)})")  # fmt: skip
        line = lines.setdefault((of(row), str(row["parameter"])), {})
        line[int(value_of(row["fifth"]))] = cell
    note = (
        "A fifth holds a fifth of the prior; few worlds may be in it. Standard errors in brackets. "
        "Only parameters whose fifths differ more than chance explains (p < 0.002); at most three."
    )
    if not lines:
        note = "None: no parameter's fifths differ more than chance explains (p < 0.002)."
    table = Table(title, [Column("parameter"), *numbers(*_HEADINGS)], note, "fifths.csv")
    for (section, parameter), cells in lines.items():
        if section != table.groups[-1].title:
            table.section(section)
        table.add(parameter, *(cells[place] for place in range(1, 6)))
    return table
