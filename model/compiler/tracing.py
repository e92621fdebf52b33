"""The parts of a model with symbols for their arrays, while its month is being compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from llvmlite import ir

from ..month import Month
from ..state import counter_rng
from ..state.batch import Worlds
from ..state.channels import ChannelLog
from ..state.corps import Corps
from ..state.draw_keys import LUCK, NORMAL, UNIFORM
from ..state.draws import Draws
from ..state.drivers import DRIVERS
from ..state.history import CODE_OF
from ..state.parameters import PARAMETERS, Parameters
from ..state.roster import Roster
from ..state.scenario import Country, Scenario
from ..state.state import FIELDS, State
from .emitter import Writer
from .llvm_ops import F64, I8, I16, I64
from .signature import Shape
from .symbols import LANES, Cell, Number, StoredRow, Symbol, Value


class Loop(Protocol):
    """The loop that a month is written into (:class:`~palca.model.compiler.codegen.MonthLoop`)."""

    shape: Shape
    country: Country
    varying: tuple[str, ...]
    writer: Writer
    at: dict[str, Any]
    tables: dict[str, tuple[Any, int]]
    memory: dict[str, Any]
    month: Any
    step: Any
    first_world: Any
    valid: Any
    note: Any
    noted: Any
    most_events: int

    def absences_of(self, lane: Any) -> StoredRow: ...
    def carry(self, channel: str, site: str, value: Any) -> Any: ...


class TracedDraws(Draws):
    """The draws of the month as symbols."""

    def __init__(self, writer: Writer, keys: Symbol, tables: dict[str, Any], step: Symbol) -> None:
        self._writer, self._keys, self._tables, self._step = writer, keys, tables, step

    @property
    def keys(self) -> Any:
        return self._keys

    def bits(self, events: Any) -> Any:
        address, length = self._tables[events]
        base = self._writer.number(self._step * length).ir
        row = StoredRow(self._writer, "u", length, self._writer.address(address, base, I64))
        return counter_rng.bits(self.keys, row)  # pyright: ignore[reportArgumentType]

    def happens(self, event: str, probability: Any) -> Any:
        if isinstance(probability, float) and probability <= 0.0:
            return self._writer.symbol(False)
        return self.of(event) < probability

    def of(self, event: str) -> Any:
        return counter_rng.uniform(counter_rng.bits(self.keys, self._key(UNIFORM.index(event))))

    def shock(self, event: str) -> Any:
        return counter_rng.normal(
            counter_rng.bits(self.keys, self._key(len(UNIFORM) + NORMAL.index(event)))
        )

    def _key(self, row: int) -> Any:
        address, length = self._tables["events"]
        offset = self._writer.number(self._step * length + row).ir
        w = self._writer
        return Value(w, w.load("u", w.address(address, offset, I64)))


class TracedCorps(Corps):
    """The officers of one world as symbols."""

    def __init__(self, writer: Writer, country: Country, at: dict[str, Any], world: Any) -> None:
        size = sum(garrison.officers for garrison in country.garrisons)
        self._writer, self._size = writer, size
        self._factions = country.factions
        self.force = float(sum(g.officers * g.weight for g in country.garrisons))

        def table(name: str, kind: str, stored: Any = None, length: int = size) -> Any:
            return StoredRow(writer, kind, length, at[name], stored)

        def own(name: str, kind: str, stored: Any) -> Any:
            first = writer.b.mul(world, ir.Constant(I64, size))
            return StoredRow(writer, kind, size, writer.address(at[name], first, stored), stored)

        self.keys = [table(f"trait_{i}", "u") for i in range(3)]
        if "garrison" in at:
            self.garrison, self.top = table("garrison", "i"), table("top", "b", I8)
            self.weight = table("weight", "f")
            self.generation = own("generation", "i", I16)
        self.ideology, self.grievance = own("ideology", "f", F64), own("grievance", "f", F64)

    def __len__(self) -> int:
        return self._size

    def draw_initial_officers(self, keys: Any) -> None:
        slots: Any = self._writer.indices(self._size)
        ideology, grievance = self.traits(slots, 0, keys)
        self.ideology[:], self.grievance[:] = ideology, grievance

    def replace(self, purged: Any, keys: Any) -> None:
        w = self._writer
        with w.chunks(self._size) as chunk:
            gone = w.b.and_(purged.number(chunk).ir, chunk.inside)
            with w.b.if_then(w.any(gone)):
                inner = _apart(chunk)
                generation: Any = self.generation + 1
                traits = self.traits(w.indices(self._size), generation, keys)  # pyright: ignore
                for table, values in zip(
                    (self.generation, self.ideology, self.grievance),
                    (generation, *traits),
                    strict=True,
                ):
                    w.store_chunk(table, values, inner, gone)


def _apart(chunk: Any) -> Any:
    """Return the chunk for a branch: what is computed there isn't known outside of it."""
    return replace(chunk, known=dict(chunk.known))


class TracedWorlds(Worlds):
    """All lanes, or the world of one of them."""

    def __init__(self, body: Loop, lane: Any = None) -> None:
        self.body, self.lane = body, lane
        w, memory = body.writer, body.memory
        width = LANES if lane is None else 1

        def cell(kind: str, base: Any, row: int) -> Cell:
            offset: Any = ir.Constant(I64, row * LANES)
            offset = offset if lane is None else w.b.add(offset, lane)
            return Cell(w, kind, w.address(base, offset, I64), width)

        self.month: Any = body.month
        self.state = State.__new__(State)
        for row, name in enumerate(FIELDS):
            setattr(self.state, name, cell("f", memory["state"], row))
        self.p = Parameters.__new__(Parameters)
        for row, name in enumerate(PARAMETERS):
            address = w.address(body.at["parameters"], ir.Constant(I64, row), F64)
            symbol: Any = Cell(w, "f", address, 1)
            if name in body.varying:
                symbol = cell("f", memory["varying"], body.varying.index(name))
            vars(self.p)[name] = symbol
        keys: Any = cell("u", memory["keys"], 0)
        self.draws = TracedDraws(w, keys, body.tables, Value(w, Number("i", body.step)))
        self.absent_until: Any = TracedAbsences(body)
        if lane is not None:
            self.absent_until = body.absences_of(lane)
            self.corps = TracedCorps(w, body.country, body.at, w.b.add(body.first_world, lane))

    def among(self, where: Any, happens: Callable[..., None], *values: Any) -> None:
        w = self.body.writer
        where = w.number(where).ir
        if self.lane is not None or not isinstance(where.type, ir.VectorType):
            with w.b.if_then(where):
                happens(self, *values)
            return
        with w.each(w.b.and_(where, self.body.valid)) as lane:
            happens(TracedWorlds(self.body, lane), *(self._of(value, lane) for value in values))

    def _of(self, value: Any, lane: Any) -> Any:
        """Return the value of one lane."""
        if not isinstance(value, Symbol):
            return value
        number = value.number()
        if number.width == 1:
            return value
        entry = self.body.writer.b.extract_element(number.ir, lane)
        return Value(self.body.writer, Number(number.kind, entry))

    def write(
        self,
        track: str,
        kind: str,
        happened: Any = None,
        amount: Any = None,
        leader: Any = None,
        garrison: Any = None,
    ) -> None:
        body, w = self.body, self.body.writer
        body.most_events += 1
        if happened is None:
            happened = True
        where = w.number(happened).ir

        def note(lane: Any, some: Callable[[Any], Any]) -> None:
            concerned = [
                w.cast(w.number(-1 if value is None else some(value)), "i").ir
                for value in (leader, garrison)
            ]
            size = w.cast(w.number(np.nan if amount is None else some(amount)), "f").ir
            code = ir.Constant(I64, CODE_OF[track, kind])
            month = w.number(body.month).ir
            pad = [body.at["pad"], body.at["pad_room"], body.noted]
            w.b.call(body.note, [*pad, lane, month, code, *concerned, size])

        if self.lane is not None:
            with w.b.if_then(where):
                note(self.lane, lambda value: value)
            return
        if isinstance(where, ir.Constant) and not where.constant:
            return
        where = w.spread(Number("b", where), LANES).ir
        with w.each(w.b.and_(where, body.valid)) as lane:
            note(lane, lambda value: self._of(value, lane))

    def fixed_point(self, step: Any, start: Any) -> Any:
        return self.body.writer.fixed_point(step, start)


class TracedMonth(Month):
    """The month with symbols for its arrays."""

    def __init__(self, body: Loop) -> None:
        shape, scenario = body.shape, _scenario_of(body.shape)
        channel_log = ChannelLog(frozenset(shape.heard))
        self._body = body
        w, at = body.writer, body.at
        size = len(scenario.country.leaders)

        def column(name: str, kind: str, stored: Any = None) -> Any:
            return StoredRow(w, kind, size, at[name], stored)

        roster = Roster(
            column("roster_index", "i"),
            column("leader_ideology", "f"),
            column("leader_top", "b", I8),
            column("civilian", "b", I8),
            column("available_since", "i"),
            column("available_until", "i"),
            column("candidate", "b", I8),
            column("unnamed", "b", I8),
            {occasion: f"luck_{occasion}" for occasion in LUCK},  # pyright: ignore
        )
        worlds = TracedWorlds(body)
        step = Value(w, Number("i", body.step))
        drivers: dict[str, Any] = {}
        for row, name in enumerate(DRIVERS):
            offset = w.number(step * len(DRIVERS) + row).ir
            drivers[name] = Value(w, w.load("f", w.address(at["drivers"], offset, I64)))
        drivers["date"] = body.month
        moods: Any = "moods"
        fates: Any = "fates"
        super().__init__(
            scenario, worlds, roster, drivers, moods, fates, channel_log, {}, shape.first
        )
        self.in_force = shape.in_force
        self.follow()

    def carry(self, channel: str, site: str, value: Any) -> Any:
        if channel not in self.channel_log.listened:
            return value
        return self._body.carry(channel, site, value)


class TracedAbsences:
    """Before which month each leader can't come to power, in all lanes."""

    def __init__(self, body: Loop) -> None:
        self._body = body

    def __getitem__(self, leader: int) -> Any:
        w = self._body.writer
        near = w.memory(ir.ArrayType(I64, LANES))
        with w.each(self._body.valid) as lane:
            w.store(w.load("i", self._address(leader, lane)), w.address(near, lane, I64))
        return Value(w, w.load("i", near, LANES))

    def __setitem__(self, leader: int, until: Any) -> None:
        w = self._body.writer
        near = w.memory(ir.ArrayType(I64, LANES))
        w.store(w.spread(w.number(until), LANES), near)
        with w.each(self._body.valid) as lane:
            w.store(w.load("i", w.address(near, lane, I64)), self._address(leader, lane))

    def _address(self, leader: int, lane: Any) -> Any:
        row = self._body.absences_of(lane)
        return self._body.writer.address(row.address, ir.Constant(I64, leader), I64)


def _scenario_of(shape: Shape) -> Scenario:
    """Return a scenario of one month that has the shape."""
    return Scenario(
        "",
        1,
        shape.country,
        {actor: ((shape.first, policy),) for actor, policy in shape.in_force.policies.items()},
        {name: np.zeros(1) for name in DRIVERS},
        closed=frozenset(shape.closed),
        first=shape.first,
    )
