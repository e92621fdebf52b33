"""What a user edits: scenarios, countries, policies and drivers, and their loader."""

from .loader import factual_of, load, resolve
from .reading.library import shipped_policies, shipped_scenarios
from .scenario import build

__all__ = ["build", "factual_of", "load", "resolve", "shipped_policies", "shipped_scenarios"]
