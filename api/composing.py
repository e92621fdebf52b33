"""Scenarios, policies and evidence as plain data, to be read, changed and given to a question."""

from __future__ import annotations

import os
from typing import Any

from palca.experiments.infer.evidence_file import load_given
from palca.model.language.levers import check_actors
from palca.scenarios.reading.library import find_policy, find_scenario, read_toml

from .arguments import python_names


def scenario(name: str | os.PathLike[str] = "baseline") -> dict[str, Any]:
    """Return what the file of a scenario holds.

    Parameters
    ----------
    name : str or path
        A shipped scenario, or a file.

    Examples
    --------
    >>> mine = {"title": "Less repression", "extends": "baseline",
    ...         "parameters": {"suppression": 1.5}}
    >>> pc.run(mine)                                           # doctest: +SKIP
    """
    with python_names():
        return read_toml(find_scenario(os.fspath(name)))


def policy(actor: str, name: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what the file of an actor's policy holds.

    Examples
    --------
    >>> rules = pc.policy("ussr", "pragmatic")                 # doctest: +SKIP
    >>> rules["rule"] = rules["rule"][:3]                      # doctest: +SKIP
    >>> pc.run("baseline", set={"policy.ussr": rules})         # doctest: +SKIP
    """
    with python_names():
        check_actors([actor], "actor")
        return read_toml(find_policy(actor, os.fspath(name)))


def evidence(given: str | os.PathLike[str] = "record") -> dict[str, Any]:
    """Return the evidence that a name, a file or a list of events asks for.

    Examples
    --------
    >>> seen = pc.evidence("record")                           # doctest: +SKIP
    >>> del seen["us_commitments"]                             # doctest: +SKIP
    >>> pc.counterfactual("soviet-break-1971", given=seen)     # doctest: +SKIP
    """
    with python_names():
        return load_given(os.fspath(given))
