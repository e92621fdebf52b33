"""What a user edits: scenarios, countries, policies and drivers, and their loader."""

from .loader import build, load, resolve
from .shelf import shipped_policies, shipped_scenarios

__all__ = ["build", "load", "resolve", "shipped_policies", "shipped_scenarios"]
