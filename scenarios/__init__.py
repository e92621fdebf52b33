"""What a user edits: scenarios, countries, policies and drivers, and their loader."""

from .loader import build, factual_of, load, resolve
from .reading.library import shipped_policies, shipped_scenarios

__all__ = ["build", "factual_of", "load", "resolve", "shipped_policies", "shipped_scenarios"]
