"""What drives the simulated country from outside."""

from __future__ import annotations

from typing import Final

# One value a month: least, most, what it is.
DRIVERS: Final[dict[str, tuple[float, float, str]]] = {
    "export_price": (-7.0, 7.0, "log gap of the real export price to its mean of 36 months before"),
    "oil": (-7.0, 7.0, "log gap of the real oil price to its mean of the 36 months before"),
    "abroad": (-30.0, 30.0, "growth abroad minus its mean, % a year"),
    "neighbours": (-1.0, 1.0, "mean orientation of the neighbours' regimes, left to right"),
    "human_rights": (0.0, 1.0, "weight of human rights in US policy"),
    "prices": (0.1, 10.0, "dollar prices against January 1969, ratio"),
    "gdp": (10.0, 1000000.0, "gross domestic product, million USD a year"),
    "us_aid": (0.0, 1000.0, "documented US economic aid, million USD a year"),
    "us_arms": (0.0, 200.0, "documented US military aid, million USD a year"),
    "soviet_mission": (0.0, 1.0, "whether there is a documented Soviet mission, 0 or 1"),
}
# Zero in a country whose file names no file of them.
OPTIONAL: Final = ("oil", "us_aid", "us_arms", "soviet_mission")
