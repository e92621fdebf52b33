"""What a user edits: scenarios, countries, policies, concepts and drivers, and their readers.

`loader` reads a scenario's files into plain data, which a manifest keeps; `scenario` builds the
checked scenario from these. Nothing here simulates.
"""

from .loader import factual_of, load, resolve
from .reading.library import shipped_policies, shipped_scenarios
from .scenario import build

__all__ = ["build", "factual_of", "load", "resolve", "shipped_policies", "shipped_scenarios"]
