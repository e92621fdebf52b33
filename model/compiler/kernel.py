"""Running compiled months: loading their machine code and handing it a model's arrays."""

from __future__ import annotations

import ctypes
from typing import Any, Final

import numpy as np
from llvmlite import binding as llvm
from numpy.typing import NDArray

from ..month import Month
from ..state.draw_keys import LUCK
from ..state.drivers import DRIVERS
from ..state.history import Events
from ..types import Ints
from .codegen import ARGUMENTS, EVENT_BYTES, OFFICER_ARGUMENTS, Code, machine
from .llvm_ops import POINTER
from .symbols import LANES

_RECORD: Final = np.dtype(
    [("month", "<i2"), ("code", "<i2"), ("leader", "<i2"), ("garrison", "<i2"), ("amount", "<f8")]
)
_LIKELY: Final = 2  # events a world and month; there is room for more, but they come in parts


class Kernel:
    """Compiled months of one shape.

    Parameters
    ----------
    code : Code
    """

    def __init__(self, code: Code) -> None:
        self._code = code
        here = machine()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), here)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code.machine))
        self._engine.finalize_object()
        by_name = {
            name: ctypes.c_void_p if kind == POINTER else ctypes.c_int64
            for name, kind in ARGUMENTS.items()
        }
        months = ctypes.CFUNCTYPE(ctypes.c_int64, *by_name.values())
        self._months = months(self._engine.get_function_address("months"))
        officers = ctypes.CFUNCTYPE(None, *(by_name[name] for name in OFFICER_ARGUMENTS))
        address = self._engine.get_function_address("draw_initial_officers")
        self._draw_initial_officers = officers(address)

    def advance(
        self,
        month: Month,
        first: int,
        end: int,
        monthly: NDArray[np.float32],
        kept: Ints,
    ) -> None:
        """Take worlds from month `first` to month `end`, all of one shape.

        Parameters
        ----------
        month : Month
            The month before `first`, or month `first` itself, not yet simulated.
        monthly : ndarray, shape ``(months since the start, kept, worlds)``
            Where the kept rows of the state are written.
        kept : ndarray of int
            Which rows these are.
        """
        arrays = {**_arrays_of(month), "monthly": monthly, "kept": kept, "kept_count": len(kept)}
        corps = month.worlds.corps
        if not corps.initial_officers_drawn:
            self._draw_initial_officers(*(_word(arrays[name]) for name in OFFICER_ARGUMENTS))
            corps.initial_officers_drawn = True
        size, span = arrays["worlds"], end - first
        channels = month.channel_log
        loads = [
            np.array([np.broadcast_to(row, size) for row in channels.factual.loads[load]])
            if load[0] in channels.frozen and channels.factual is not None
            else np.empty((month.scenario.end - month.since, size))
            for load in self._code.loads
        ]
        addresses = np.array([load.ctypes.data for load in loads], dtype=np.uint64)
        held = np.array([load[0] in channels.frozen for load in self._code.loads], dtype=np.int64)
        pad_room = self._code.most_events * span
        pad = np.empty(LANES * pad_room * EVENT_BYTES, dtype=np.uint8)
        room = LANES * pad_room + _LIKELY * size * span
        counts = np.empty(size, dtype=np.int64)
        parts: list[NDArray[Any]] = []
        start = 0
        while start < size:
            records = np.empty(room, dtype=_RECORD)
            arrays |= {
                "start": start, "first": first, "end": end, "since": month.since,
                "pad": pad, "pad_room": pad_room, "records": records, "room": room,
                "counts": counts, "loads": addresses, "held": held,
            }  # fmt: skip
            until = self._months(*(_word(arrays[name]) for name in ARGUMENTS))
            parts.append(records[: counts[start:until].sum()])
            start = until
        records = parts[0] if len(parts) == 1 else np.concatenate(parts)
        month.worlds.event_log.add(_events(records, counts))
        for load, rows in zip(self._code.loads, loads, strict=True):
            if load[0] in channels.listened - channels.frozen:
                simulated = slice(first - month.since, end - month.since)
                channels.loads.setdefault(load, []).extend(rows[simulated])


def _word(value: Any) -> int:
    return value.ctypes.data if isinstance(value, np.ndarray) else int(value)


def _arrays_of(month: Month) -> dict[str, Any]:
    """Return a month's arrays and numbers by the names of the code's arguments."""
    roster, corps, draws, officers = month.roster, month.worlds.corps, month.draws, month.officers
    parameters = dict(month.p.items())
    varying = [value for value in parameters.values() if isinstance(value, np.ndarray)]
    fixed = [0.0 if isinstance(v, np.ndarray) else v for v in parameters.values()]
    keys = draws.later(month.since)
    size = keys.shape[-1]

    def flags(values: NDArray[Any]) -> NDArray[np.uint8]:
        return np.ascontiguousarray(values, dtype=np.uint8)

    def by_month(table: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(table.T[month.since - month.scenario.first :])

    return {
        "worlds": size,
        "state": month.state.values,
        "absent_until": month.worlds.absent_until,
        "keys": np.ascontiguousarray(keys),
        "keys_by_month": size if keys.ndim == 2 else 0,
        "ideology": corps.ideology,
        "grievance": corps.grievance,
        "generation": corps.generation,
        "parameters": np.array(fixed),
        "varying": np.array(varying).reshape(len(varying), size),
        "drivers": by_month(np.array([month.scenario.drivers[name] for name in DRIVERS])),
        "events": by_month(draws.events),
        "moods": by_month(officers.moods),
        "fates": by_month(officers.fates),
        **{f"luck_{o}": by_month(roster.keys[o]) for o in LUCK},
        **{f"trait_{i}": table for i, table in enumerate(corps.keys)},
        "garrison": corps.garrison,
        "top": flags(corps.top),
        "weight": corps.weight,
        "roster_index": roster.index,
        "leader_ideology": roster.ideology,
        "leader_top": flags(roster.top),
        "civilian": flags(roster.civilian),
        "available_since": roster.since,
        "available_until": roster.until,
        "candidate": flags(roster.candidate),
        "unnamed": flags(roster.unnamed),
    }


def _events(records: NDArray[Any], counts: Ints) -> Events:
    """Return events, which come world by world, as parallel arrays; nothing is copied."""
    world = np.repeat(np.arange(len(counts)), counts)
    columns = (records[name] for name in ("month", "code", "leader", "garrison", "amount"))
    return Events(world, *columns)
