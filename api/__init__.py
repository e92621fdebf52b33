"""Palca in Python: what its commands do, with tables in return.

>>> import palca as pc
>>> ran = pc.run("baseline", worlds=200)                       # doctest: +SKIP
>>> ran.scores, ran.worlds, ran.events                         # doctest: +SKIP
>>> pc.counterfactual("soviet-break-1971").effects             # doctest: +SKIP

Each function makes the experiment of the command of its name and runs it; what it returns holds
the tables of that command's folder, draws its figures and writes it (``save``). ``open`` reads a
folder that either of them wrote. Nothing here computes.

The names are fetched when they are first asked for, so that importing Palca is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from palca.model.errors import PalcaError

    from .composing import evidence, policy, scenario
    from .counterfactuals import claims, compare, counterfactual, expectations, reanalysis
    from .findings import open
    from .listing import explain, outcomes, parameters, record
    from .questions import calibrate, cases, concept, discover, run, sensitivity, sweep, validate

_MODULES = {
    **dict.fromkeys(("evidence", "policy", "scenario"), ".composing"),
    **dict.fromkeys(("explain", "outcomes", "parameters", "record"), ".listing"),
    "open": ".findings",
    "PalcaError": "palca.model.errors",
    **dict.fromkeys(
        ("claims", "compare", "counterfactual", "expectations", "reanalysis"), ".counterfactuals"
    ),
    **dict.fromkeys(
        ("calibrate", "cases", "concept", "discover", "run", "sensitivity", "sweep", "validate"),
        ".questions",
    ),
}  # fmt: skip

__all__ = [
    "PalcaError", "calibrate", "cases", "claims", "compare", "concept", "counterfactual",
    "discover", "evidence", "expectations", "explain", "open", "outcomes", "parameters", "policy",
    "reanalysis", "record", "run", "scenario", "sensitivity", "sweep", "validate",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
