"""What the author of a scenario expects of it, written down before it is run.

An expectation that is written down afterwards is none: whoever has seen a result thinks that he
knew it all along (Fischhoff 1975, doi:10.1037/0096-1523.1.3.288). So expectations stand in the
scenario's file, and a run keeps the file's digest.
"""

from __future__ import annotations

from typing import Any, Final

from palca.model.errors import PalcaError
from palca.model.table import InputTable

SIGNS: Final = {"+": "more", "-": "less", "0": "no change"}
_LONGEST: Final = 119  # months after the fork


def read_expectation(table: InputTable) -> dict[str, Any]:
    """Return an [[expectation]] table as plain data.

    Raises
    ------
    PalcaError
        If it isn't one. Which quantities there are is not known here.
    """
    sign = table.text("sign")
    if sign not in SIGNS:
        raise PalcaError(
            "'sign' must be \"+\" (more with the change), \"-\" (less) or \"0\" (a change smaller "
            f"than 'least'), not '{sign}'", table.where,
        )  # fmt: skip
    expectation = {
        "quantity": table.text("quantity"),
        "sign": sign,
        "least": table.number("least", 1e-9, 1e9),
        "months": table.integer("months", 0, _LONGEST),
    }
    table.reject_unknown()
    return expectation
