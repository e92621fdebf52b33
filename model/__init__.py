"""The simulated world: agents, equations, rules and noise.

Nothing here knows of files, screens, experiments or of any country: a
:class:`~palca.model.scenario.Scenario` brings them in as data.
"""

from .errors import PalcaError
from .history import History
from .model import ColdWarModel
from .scenario import Country, Leader, Scenario
from .snapshot import Snapshot

__all__ = ["ColdWarModel", "Country", "History", "Leader", "PalcaError", "Scenario", "Snapshot"]
