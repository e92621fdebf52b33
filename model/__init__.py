"""The simulated world: agents, equations, rules and random draws, and their compiler.

`simulation` simulates worlds month by month, `model` is that as Mesa runs it, `month` the order of
one month; the modules beside them (arithmetic, calendar, errors, events, memory, seeds, input
tables, types) know nothing of a month.
Nothing here names a country, and no file is read but the compiler's cache: a
:class:`~palca.model.state.scenario.Scenario` brings all data in.

The names are fetched when they are first asked for, so that whoever needs only the errors,
such as ``palca --help``, doesn't wait for Mesa.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import PalcaError
    from .model import ColdWarModel
    from .simulation import Simulation
    from .state.history import History
    from .state.scenario import Country, Leader, Scenario
    from .state.snapshot import Snapshot

_MODULES = {
    "ColdWarModel": "model", "Country": "state.scenario", "History": "state.history",
    "Leader": "state.scenario", "PalcaError": "errors", "Scenario": "state.scenario",
    "Simulation": "simulation", "Snapshot": "state.snapshot",
}  # fmt: skip

__all__ = [
    "ColdWarModel", "Country", "History", "Leader", "PalcaError", "Scenario", "Simulation",
    "Snapshot",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
