"""Priors of a scenario's own: its table ``[priors]``, or a file that ``--priors`` names.

A posterior belongs to the priors that it was estimated with. So a scenario with priors of its own
has none: each world draws its free parameters, from these priors and, for the parameters that they
don't name, from those of the parameter table.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from palca.model.errors import PalcaError, nearest, short
from palca.model.state.parameter_table import Parameter
from palca.model.state.parameters import PARAMETERS
from palca.model.state.prior import Prior
from palca.model.table import InputTable, check_number

from .reading.library import LIBRARY, find, label, read_toml

_WIDEST: Final = 1e9  # standard deviation
_MIDDLES: Final = {"normal": "mean", "lognormal": "median"}


def find_priors(name: str, beside: Path | None, where: str) -> str:
    """Return a file of priors: a shipped name, or a path (relative to `beside`)."""
    shipped = {path.stem: path for path in sorted((LIBRARY / "priors").glob("*.toml"))}
    return str(find(name, shipped, beside, "file of priors", where))


def read_priors_file(path: Path) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the title of a file of priors, and its priors as :func:`read_priors` does.

    Raises
    ------
    PalcaError
    """
    table = InputTable(read_toml(path), label(path))
    title, priors = table.text("title"), read_priors(table.table("priors"))
    table.reject_unknown()
    if not priors:
        raise PalcaError("names no parameter: write a prior into [priors]", table.where)
    return title, priors


def read_priors(table: InputTable) -> dict[str, dict[str, Any]]:
    """Return the rows of a table ``[priors]`` as plain data, each with its place.

    Raises
    ------
    PalcaError
        For a parameter that doesn't exist, and for what is no prior of it.
    """
    rows = {}
    for name, row in table.items():
        _make_prior(name, row, table.where)
        rows[name] = {**row, "place": table.where}
    return rows


def build_priors(rows: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Prior]:
    """Return the priors of a resolved scenario's rows.

    Raises
    ------
    PalcaError
        As :func:`read_priors`; `where` names the scenario.
    """
    out = {}
    for name, row in InputTable(rows, f"{where}: [priors]").items():
        plain = {**InputTable(row, f"{where}: [priors]: {name}").flat()}
        out[name] = _make_prior(name, plain, str(plain.pop("place", where)))
    return out


def apply_priors(merged: dict[str, Any], rows: Mapping[str, dict[str, Any]]) -> None:
    """Give a scenario's merged tables priors of their own, and with them no posterior."""
    merged["priors"] = {**merged.get("priors", {}), **rows}
    if rows:
        merged["posterior"], merged["point"] = "", False


def check_priors(merged: Mapping[str, Any], idle: Mapping[str, str]) -> None:
    """Raise if a prior has no effect.

    Parameters
    ----------
    merged : mapping
        A scenario's merged tables.
    idle : mapping of str to str
        The parameters that do nothing, each with the closed channel that it feeds.
    """
    for name, row in merged["priors"].items():
        if name in merged["parameters"]:
            raise PalcaError(
                f"'{name}' is set to {merged['parameters'][name]:g}, so that a prior has no "
                "effect: leave out one of them",
                row["place"],
            )
        if name in idle:
            raise PalcaError(
                f"'{name}' has no effect, because the channel '{idle[name]}' is closed: leave it "
                "out, or open the channel",
                row["place"],
            )


def _make_prior(name: str, row: Any, where: str) -> Prior:
    if name not in PARAMETERS:
        raise PalcaError(
            f"no parameter '{short(name, 40)}'{nearest(name, PARAMETERS)}; "
            "'palca list parameters' shows them all",
            where,
        )
    parameter, where = PARAMETERS[name], f"{where}: {name}"
    families = [*{"uniform", *_MIDDLES} & row.keys()] if isinstance(row, Mapping) else []
    if len(families) != 1:
        raise PalcaError(
            'write { uniform = [lowest, highest], source = "…" }, '
            '{ normal = [mean, standard deviation], source = "…" } or '
            '{ lognormal = [median, standard deviation of the logarithm], source = "…" }',
            where,
        )
    table = InputTable(row, where)
    table.text("source")
    (family,) = families
    if family == "uniform":
        prior = _uniform(table, parameter)
    else:
        prior = _cut_at_ends(table, parameter, family)
    table.reject_unknown()
    shipped = parameter.prior
    return shipped if shipped is not None and shipped == prior else prior  # written as it is there


def _uniform(table: InputTable, of: Parameter) -> Prior:
    first, second = _pair(table, "uniform")
    check_number("lowest", first, of.low, of.high, table.where)
    check_number("highest", second, first, of.high, table.where)
    text = f"uniform({_plain(first)}, {_plain(second)})"
    return Prior(text, "uniform", first, second, of.low, of.high)


def _cut_at_ends(table: InputTable, of: Parameter, family: str) -> Prior:
    """Return a normal or log-normal prior, of which draws beyond an end are set to it."""
    low = table.number("low", of.low, of.high, of.low)
    high = table.number("high", low, of.high, of.high)
    first, second = _pair(table, family)
    check_number(_MIDDLES[family], first, low, high, table.where)
    if family == "lognormal" and first <= 0.0:
        raise PalcaError("a log-normal prior has a median above 0", table.where)
    check_number("standard deviation", second, 0.0, _WIDEST, table.where)
    text = f"{family}({_plain(first)}, {_plain(second)})"
    if (low, high) != (of.low, of.high):
        text += f" within {_plain(low)} to {_plain(high)}"
    return Prior(text, family, first, second, low, high)


def _pair(table: InputTable, family: str) -> tuple[float, float]:
    numbers = table.rows(family)
    if len(numbers) != 2:
        raise PalcaError(f"'{family}' takes two numbers, not {len(numbers)}", table.where)
    first, second = (check_number(family, one, -_WIDEST, _WIDEST, table.where) for one in numbers)
    return first, second


def _plain(number: float) -> str:
    """Return a number with all its digits, as the parameter table writes it: 0, 0.05."""
    return repr(number).removesuffix(".0")
