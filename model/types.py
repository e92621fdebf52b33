"""Arrays by what they hold, and a value that is one number or one for each world."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
AnyFloats = NDArray[np.floating[Any]]  # large tables are kept in single precision
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Value = float | Floats
