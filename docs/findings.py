"""The findings quoted in README.md and COUNTERFACTUALS.md, from docs/numbers: ``make pictures``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

ROOT: Final = Path(__file__).parents[1]
NUMBERS: Final = ROOT / "docs/numbers"
GIVEN: Final = ("fork", "record")
# A claim, its question, factor and unit of its number, and the quantity whose mean is given.
QUESTIONS: Final[tuple[tuple[str, str, float, str, str], ...]] = (
    ("Soviet policy did not depend on the regime's political colour",
     "had the coup of August 1971 failed, how much more credit in five years (million USD)?",
     1, "", ""),
    ("cooperation grew after 1971",
     "in how many worlds are deliveries of 1974–78 above those of September 1971?", 100, " %", ""),
    ("it stabilised Bolivia",
     "had Moscow suspended cooperation for two years, how many more coup attempts in three years?",
     1, "", "attempts"),
    ("it stabilised Bolivia (survival of the regime)",
     "the same: in how many fewer worlds does Banzer still rule after three years?",
     -100, " %", "rules"),
    ("it cost Moscow the party", "the same: how does friction differ after three years?",
     1, "", "friction"),
)  # fmt: skip
CHANGES: Final = {
    "Moscow suspends (1971)": "Moscow suspends cooperation for two years",
    "Washington disengages (1971)": "Washington withdraws most of its money",
}
SUSPENDED: Final = "soviet-break-1971"
MONTHS: Final = 36


def rows(name: str) -> pd.DataFrame:
    """Return a table of docs/numbers."""
    return pd.read_csv(NUMBERS / f"{name}.csv")


def without(quantity: str, given: str, scenario: str = SUSPENDED) -> Any:
    """Return a quantity's mean without a scenario's change, three years after the fork."""
    found = rows("effects").query(
        "arm == @scenario and quantity == @quantity and given == @given and months_on == @MONTHS"
    )
    return found["factual"].item()


def claims() -> Iterator[str]:
    """Yield the rows of the table of claims in COUNTERFACTUALS.md."""
    found = rows("claims")
    for claim, question, scale, unit, quantity in QUESTIONS:
        cells = []
        for given in GIVEN:
            one = found[(found["claim"] == claim) & (found["given"] == given)].iloc[0]
            value = number(scale * one["value"], sign=not unit)
            cell = f"{value}{unit} ({spread(one, abs(scale))})"
            if quantity:
                mean = number(abs(scale) * without(quantity, given))
                cell += f", compared with a mean of {mean}{unit}"
            cells.append(cell)
        yield f"| {claim} | {question} | {cells[0]} | {cells[1]} |"


def changes() -> Iterator[str]:
    """Yield the rows of the table of the finding in README.md."""
    found = rows("headline")
    for change, title in CHANGES.items():
        whole = found[(found["change"] == change) & found["frozen"].isna()]
        effects: dict[Any, Any] = whole.set_index("given").to_dict("index")
        cells = [f"{number(effects[g]['effect'], sign=True)} ({spread(effects[g])})" for g in GIVEN]
        yield f"| {title} | {cells[0]} | {cells[1]} |"
    means = [number(without("attempts", given)) for given in GIVEN]
    yield f"| *no change: mean number of attempts* | {means[0]} | {means[1]} |"


def spread(row: Any, scale: float = 1) -> str:
    """Return an effect's standard error and its standard deviation over parameters."""
    return f"{scale * row['se']:.1g}; {number(scale * row['parameters_sd'])}"


def number(value: float, sign: bool = False) -> str:
    """Return a number with two significant digits: one below a tenth, three from ten on."""
    digits = 3 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 1
    return f"{float(f'{value:.{digits}g}'):{'+' if sign else ''}g}".replace("-", "−")


def main() -> None:
    """Write both tables into their pages."""
    for page, lines in (("docs/COUNTERFACTUALS.md", claims()), ("README.md", changes())):
        path = ROOT / page
        text = path.read_text(encoding="utf-8")
        head = r"(?<=\| given what had happened by then \| given all that happened \|\n)"
        body = "\n".join(lines).replace("\\", r"\\")
        changed, count = re.subn(rf"{head}(\|[-|]+\|\n)(\|.*\n)+", rf"\1{body}\n", text)
        assert count == 1, f"{page} has no table of findings"
        path.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
