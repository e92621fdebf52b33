"""The month as machine code: the model's own code, traced once on symbols.

`compile_months` calls :meth:`ColdWarModel._live`, the very function that NumPy runs, on a
model whose arrays are symbols (see :mod:`palca.model.symbols`). What comes out is a loop
over groups of `LANES` worlds that takes each through all months before the next, so that
their state stays in the processor's nearest memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from llvmlite import binding as llvm
from llvmlite import ir

from . import noise
from .chance import NORMAL, UNIFORM, Chance
from .channels import Conduit
from .history import CODE_OF
from .model import ColdWarModel, Roster
from .observables import Sight
from .officers import Corps
from .parameters import PARAMETERS, Parameters
from .scenario import DRIVERS, Country, Scenario
from .shape import Shape
from .state import FIELDS, State
from .symbols import (
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    LANES,
    POINTER,
    Cell,
    Number,
    Symbol,
    Table,
    Value,
    Writer,
)
from .worlds import Worlds

EVENT_BYTES: Final = 16
OCCASIONS: Final = ("coup", "vote", "death")
# What the compiled function is given, in this order.
ARGUMENTS: Final[dict[str, Any]] = {
    "worlds": I64, "start": I64, "first": I64, "end": I64, "since": I64,  # start: where to go on
    "state": POINTER, "absent_until": POINTER, "keys": POINTER, "keys_by_month": I64,
    "ideology": POINTER, "grievance": POINTER, "generation": POINTER,
    "parameters": POINTER, "varying": POINTER, "drivers": POINTER, "events": POINTER,
    "moods": POINTER, "fates": POINTER, "luck_coup": POINTER, "luck_vote": POINTER,
    "luck_death": POINTER, "trait_0": POINTER, "trait_1": POINTER, "trait_2": POINTER,
    "garrison": POINTER, "top": POINTER, "weight": POINTER,
    "place": POINTER, "leader_ideology": POINTER, "leader_top": POINTER, "civilian": POINTER,
    "available_since": POINTER, "available_until": POINTER, "candidate": POINTER,
    "unnamed": POINTER,
    "months": POINTER, "kept": POINTER, "kept_count": I64,
    "pad": POINTER, "pad_room": I64, "records": POINTER, "room": I64, "counts": POINTER,
    "heard": POINTER, "told": POINTER,
}  # fmt: skip
MUSTER: Final = ("worlds", "keys", "ideology", "grievance", "trait_0", "trait_1", "trait_2")


@dataclass(frozen=True, slots=True)
class Code:
    """Machine code, and what its caller must know of it.

    Attributes
    ----------
    machine : bytes
        An object file with the functions ``months`` and ``muster``.
    most_events : int
        Events that a world can see in a month.
    loads : tuple of (str, str)
        Channel and place of each load that is written down or read, in order.
    """

    machine: bytes
    most_events: int
    loads: tuple[tuple[str, str], ...]


class _Chance(Chance):
    """The draws of the month as symbols."""

    def __init__(self, writer: Writer, keys: Symbol, tables: dict[str, Any], month: Symbol) -> None:
        self._writer, self._keys, self._tables, self._month = writer, keys, tables, month

    @property
    def keys(self) -> Any:
        return self._keys

    def bits(self, events: Any) -> Any:
        address, length = self._tables[events]
        base = self._writer.number(self._month * length).ir
        row = Table(self._writer, "u", length, self._writer.address(address, base, I64))
        return noise.bits(self.keys, row)  # pyright: ignore[reportArgumentType]

    def happens(self, event: str, probability: Any) -> Any:
        if isinstance(probability, float) and probability <= 0.0:
            return self._writer.symbol(False)
        return self.of(event) < probability

    def of(self, event: str) -> Any:
        return noise.uniform(noise.bits(self.keys, self._key(UNIFORM.index(event))))

    def shock(self, event: str) -> Any:
        return noise.normal(noise.bits(self.keys, self._key(len(UNIFORM) + NORMAL.index(event))))

    def _key(self, row: int) -> Any:
        address, length = self._tables["events"]
        place = self._writer.number(self._month * length + row).ir
        w = self._writer
        return Value(w, w.load("u", w.address(address, place, I64)))


class _Corps(Corps):
    """The officers of one world as symbols."""

    def __init__(self, writer: Writer, country: Country, at: dict[str, Any], world: Any) -> None:
        size = sum(garrison.officers for garrison in country.garrisons)
        self._writer, self._size = writer, size
        self._factions = country.factions
        self.force = float(sum(g.officers * g.weight for g in country.garrisons))

        def table(name: str, kind: str, stored: Any = None, length: int = size) -> Any:
            return Table(writer, kind, length, at[name], stored)

        def own(name: str, kind: str, stored: Any) -> Any:
            first = writer.b.mul(world, ir.Constant(I64, size))
            return Table(writer, kind, size, writer.address(at[name], first, stored), stored)

        self.keys = [table(f"trait_{i}", "u") for i in range(3)]
        if "garrison" in at:
            self.garrison, self.top = table("garrison", "i"), table("top", "b", I8)
            self.weight = table("weight", "f")
            self.generation = own("generation", "i", I16)
        self.ideology, self.grievance = own("ideology", "f", F64), own("grievance", "f", F64)

    def __len__(self) -> int:
        return self._size

    def muster(self, keys: Any) -> None:
        slots: Any = self._writer.places(self._size)
        ideology, grievance = self.traits(slots, 0, keys)
        self.ideology[:], self.grievance[:] = ideology, grievance

    def replace(self, purged: Any, keys: Any) -> None:
        w = self._writer
        with w.chunks(self._size) as chunk:
            gone = w.b.and_(purged.number(chunk).ir, chunk.inside)
            with w.b.if_then(w.any(gone)):
                inner = replace_known(chunk)
                generation: Any = self.generation + 1
                traits = self.traits(w.places(self._size), generation, keys)  # pyright: ignore
                for table, values in zip(
                    (self.generation, self.ideology, self.grievance),
                    (generation, *traits),
                    strict=True,
                ):
                    w.store_chunk(table, values, inner, gone)


def replace_known(chunk: Any) -> Any:
    """Return the chunk for a branch: what is computed there isn't known outside of it."""
    return replace(chunk, known=dict(chunk.known))


class _Worlds(Worlds):
    """All lanes, or the world of one of them."""

    def __init__(self, body: _Body, lane: Any = None) -> None:
        self.body, self.lane = body, lane
        w, memory = body.writer, body.memory
        width = LANES if lane is None else 1

        def cell(kind: str, base: Any, row: int) -> Cell:
            place: Any = ir.Constant(I64, row * LANES)
            place = place if lane is None else w.b.add(place, lane)
            return Cell(w, kind, w.address(base, place, I64), width)

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
        self.chance = _Chance(w, keys, body.tables, body.month)
        self.absent_until: Any = _Absences(body)
        if lane is not None:
            self.absent_until = body.absences_of(lane)
            self.corps = _Corps(w, body.country, body.at, w.b.add(body.first_world, lane))

    def among(self, where: Any, happens: Callable[..., None], *values: Any) -> None:
        w = self.body.writer
        where = w.number(where).ir
        if self.lane is not None or not isinstance(where.type, ir.VectorType):
            with w.b.if_then(where):
                happens(self, *values)
            return
        with w.each(w.b.and_(where, self.body.valid)) as lane:
            happens(_Worlds(self.body, lane), *(self._of(value, lane) for value in values))

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
        place: Any = None,
    ) -> None:
        body, w = self.body, self.body.writer
        body.most_events += 1
        if happened is None:
            happened = True
        where = w.number(happened).ir

        def note(lane: Any, some: Callable[[Any], Any]) -> None:
            concerned = [
                w.cast(w.number(-1 if value is None else some(value)), "i").ir
                for value in (leader, place)
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

    def rest(self, step: Any, start: Any) -> Any:
        return self.body.writer.rest(step, start)


class _Month(ColdWarModel):
    """The model with symbols for its arrays."""

    def __init__(self, body: _Body) -> None:
        shape, scenario = body.shape, _premise(body.shape)
        conduit = Conduit(frozenset(shape.listened), frozenset(shape.frozen))
        super().__init__(scenario, worlds=1, conduit=conduit)
        self._body, self.terms = body, shape.terms
        w, at = body.writer, body.at
        size = len(scenario.country.leaders)

        def column(name: str, kind: str, stored: Any = None) -> Any:
            return Table(w, kind, size, at[name], stored)

        self.roster = Roster(
            column("place", "i"),
            column("leader_ideology", "f"),
            column("leader_top", "b", I8),
            column("civilian", "b", I8),
            column("available_since", "i"),
            column("available_until", "i"),
            column("candidate", "b", I8),
            column("unnamed", "b", I8),
            {occasion: f"luck_{occasion}" for occasion in OCCASIONS},  # pyright: ignore
        )
        self.now = _Worlds(body)
        self.state, self.p, self.chance = self.now.state, self.now.p, self.now.chance
        self.officers.moods, self.officers.fates = "moods", "fates"  # pyright: ignore
        drivers: dict[str, Any] = {}
        for row, name in enumerate(DRIVERS):
            place = w.number(body.month * len(DRIVERS) + row).ir
            drivers[name] = Value(w, w.load("f", w.address(at["drivers"], place, I64)))
        drivers["date"] = body.month
        ideologies: Any = self.roster.ideology
        self.sight = Sight(self.state, scenario.country, self.p, ideologies, drivers)
        for strategist in self.strategists:
            strategist.follow(self.terms.policies[strategist.actor])

    def live(self) -> None:
        """Write the instructions of the month."""
        self._live()

    def carry(self, channel: str, place: str, value: Any) -> Any:
        return self._body.carry(self.conduit, channel, place, value)


class _Absences:
    """Before which month each leader can't come to power, in all lanes."""

    def __init__(self, body: _Body) -> None:
        self._body = body

    def __getitem__(self, leader: int) -> Any:
        w = self._body.writer
        vector: Any = ir.Constant(ir.VectorType(I64, LANES), ir.Undefined)
        for lane in range(LANES):
            entry = w.load("i", self._address(leader, lane)).ir
            vector = w.b.insert_element(vector, entry, ir.Constant(I32, lane))
        return Value(w, Number("i", vector))

    def __setitem__(self, leader: int, until: Any) -> None:
        w = self._body.writer
        number = w.spread(w.number(until), LANES)
        for lane in range(LANES):
            entry = w.b.extract_element(number.ir, ir.Constant(I32, lane))
            w.store(Number("i", entry), self._address(leader, lane))

    def _address(self, leader: int, lane: int) -> Any:
        place = ir.Constant(I64, lane * len(self._body.country.leaders) + leader)
        return self._body.writer.address(self._body.memory["absent_until"], place, I64)


class _Body:
    """The loop over groups of worlds and over months, while it is being written."""

    def __init__(self, module: ir.Module, shape: Shape) -> None:
        self.country, self.varying, self.shape = shape.country, shape.varying, shape
        self.officers = sum(garrison.officers for garrison in shape.country.garrisons)
        self.leaders = len(shape.country.leaders)
        self.most_events = 0
        self.loads: list[tuple[str, str]] = []
        of = ir.FunctionType(I64, list(ARGUMENTS.values()))
        function = ir.Function(module, of, "months")
        self.at = dict(zip(ARGUMENTS, function.args, strict=True))
        for argument in function.args:
            if argument.type == POINTER:
                argument.add_attribute("noalias")
        self.note = _note(module)
        self.writer = Writer(ir.IRBuilder(function.append_basic_block("entry")))
        self.tables: dict[str, tuple[Any, int]] = {
            "events": (self.at["events"], len(UNIFORM) + len(NORMAL)),
            "moods": (self.at["moods"], -(-self.officers // 4)),
            "fates": (self.at["fates"], self.officers),
            **{f"luck_{o}": (self.at[f"luck_{o}"], self.leaders) for o in OCCASIONS},
        }
        self._write()

    def _write(self) -> None:
        w, at, b = self.writer, self.at, self.writer.b
        self.memory = {
            "state": w.memory(ir.ArrayType(I64, len(FIELDS) * LANES)),
            "varying": w.memory(ir.ArrayType(I64, max(len(self.varying), 1) * LANES)),
            "keys": w.memory(ir.ArrayType(I64, LANES)),
            "absent_until": w.memory(ir.ArrayType(I64, self.leaders * LANES)),
        }
        self.noted = w.memory(ir.ArrayType(I64, LANES))
        self.total = w.memory(I64)
        body, full = b.append_basic_block("groups"), b.append_basic_block("full")
        b.branch(body)
        b.position_at_end(body)
        b.store(_whole(0), self.total)
        with w.loop(at["start"], at["worlds"], LANES) as group:
            self.first_world = group
            there = b.append_basic_block("room")
            most = b.mul(at["pad_room"], _whole(LANES))
            used = b.add(b.load(self.total, typ=I64), most)
            b.cbranch(b.icmp_signed(">", used, at["room"]), full, there)
            b.position_at_end(there)
            self._copy(inwards=True)
            with w.loop(at["first"], at["end"]) as month:
                self.month = Value(w, Number("i", month))
                self.step = b.sub(month, at["since"])
                self._take_keys()
                _Month(self).live()
                self._keep_month()
            self._copy(inwards=False)
            self._hand_over_events()
        b.ret(at["worlds"])
        b.position_at_end(full)
        b.ret(group)

    def _copy(self, inwards: bool) -> None:
        """Copy a group's worlds into near memory, or back."""
        w, b, at, memory = self.writer, self.writer.b, self.at, self.memory
        lanes = ir.Constant(ir.VectorType(I64, LANES), list(range(LANES)))
        places = b.add(w.spread(Number("i", self.first_world), LANES).ir, lanes)
        self.valid = b.icmp_signed(
            "<", places, w.spread(Number("i", at["worlds"]), LANES).ir
        )
        tables = [("state", len(FIELDS))] + [("varying", len(self.varying))] * inwards
        for name, rows in tables:
            with w.loop(_whole(0), _whole(rows)) as row:
                first = b.add(b.mul(row, at["worlds"]), self.first_world)
                far = w.address(at[name], first, I64)
                near = w.address(memory[name], b.mul(row, _whole(LANES)), I64)
                if inwards:
                    b.store(w.load_some(I64, far, self.valid), near, align=8)
                else:
                    vector = b.load(near, typ=lanes.type, align=8)
                    w.store_some(vector, far, self.valid)
        with w.each(self.valid) as lane, w.loop(_whole(0), _whole(self.leaders)) as leader:
            world = b.add(self.first_world, lane)
            far = w.address(at["absent_until"], b.add(b.mul(leader, at["worlds"]), world), I64)
            place = b.add(b.mul(lane, _whole(self.leaders)), leader)
            near = w.address(memory["absent_until"], place, I64)
            if inwards:
                b.store(b.load(far, typ=I64), near)
            else:
                b.store(b.load(near, typ=I64), far)
        if inwards:
            b.store(ir.Constant(ir.VectorType(I64, LANES), [0] * LANES), self.noted)

    def absences_of(self, lane: Any) -> Table:
        """Return before which month each leader can't come to power, in one lane."""
        w = self.writer
        place = w.b.mul(lane, _whole(self.leaders))
        address = w.address(self.memory["absent_until"], place, I64)
        return Table(w, "i", self.leaders, address)

    def _take_keys(self) -> None:
        w, b, at = self.writer, self.writer.b, self.at
        first = b.add(b.mul(self.step, at["keys_by_month"]), self.first_world)
        keys = w.load_some(I64, w.address(at["keys"], first, I64), self.valid)
        b.store(keys, self.memory["keys"])

    def _keep_month(self) -> None:
        """Write this month's values of the fields that are kept, as 32-bit floats."""
        w, b, at = self.writer, self.writer.b, self.at
        with w.loop(_whole(0), at["kept_count"]) as kept:
            row = b.load(w.address(at["kept"], kept, I64), typ=I64)
            near = w.address(self.memory["state"], b.mul(row, _whole(LANES)), I64)
            vector = b.load(near, typ=ir.VectorType(F64, LANES), align=8)
            place = b.add(b.mul(self.step, at["kept_count"]), kept)
            place = b.add(b.mul(place, at["worlds"]), self.first_world)
            short = b.fptrunc(vector, ir.VectorType(F32, LANES))
            w.store_some(short, w.address(at["months"], place, F32), self.valid)

    def carry(self, conduit: Conduit, channel: str, place: str, value: Any) -> Any:
        """Return what a channel carries to a place: `value`, unless it is frozen."""
        held = channel in conduit.frozen
        if not held and channel not in conduit.listened:
            return value
        w, b = self.writer, self.writer.b
        self.loads.append((channel, place))
        whose = self.at["heard" if held else "told"]
        which = w.address(whose, _whole(len(self.loads) - 1), I64)
        first = b.add(b.mul(self.step, self.at["worlds"]), self.first_world)
        address = w.address(b.load(which, typ=POINTER), first, F64)
        if held:
            return Value(w, Number("f", w.load_some(F64, address, self.valid)))
        number = w.spread(w.cast(w.number(value), "f"), LANES)
        w.store_some(number.ir, address, self.valid)
        return value

    def _hand_over_events(self) -> None:
        """Copy what each lane has noted to the end of the records."""
        w, b, at = self.writer, self.writer.b, self.at
        wanted = b.icmp_unsigned("!=", at["records"], ir.Constant(POINTER, None))
        with b.if_then(wanted), w.each(self.valid) as lane:
            count = b.load(w.address(self.noted, lane, I64), typ=I64)
            b.store(count, w.address(at["counts"], b.add(self.first_world, lane), I64))
            total = b.load(self.total, typ=I64)
            page = b.mul(lane, at["pad_room"])
            with w.loop(_whole(0), count) as event:
                words = ir.VectorType(I64, 2)
                near = w.address(at["pad"], b.add(page, event), words)
                far = w.address(at["records"], b.add(total, event), words)
                b.store(b.load(near, typ=words, align=8), far, align=8)
            b.store(b.add(total, count), self.total)


def _whole(number: int) -> ir.Constant:
    return ir.Constant(I64, number)


def _premise(shape: Shape) -> Scenario:
    """Return a scenario of one month that has the shape."""
    return Scenario(
        "",
        1,
        shape.country,
        {actor: ((0, policy),) for actor, policy in shape.terms.policies.items()},
        {name: np.zeros(1) for name in DRIVERS},
        closed=frozenset(shape.closed),
    )


def _note(module: ir.Module) -> ir.Function:
    """Write the function that notes an event of a lane, in 16 bytes."""
    of = ir.FunctionType(ir.VoidType(), [POINTER, I64, POINTER, *[I64] * 5, F64])
    function = ir.Function(module, of, "note")
    function.linkage = "internal"
    pad, room, noted, lane, month, code, leader, place, size = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    with b.if_then(b.icmp_unsigned("!=", pad, ir.Constant(POINTER, None))):
        so_far = b.gep(noted, [lane], source_etype=I64)
        number = b.load(so_far, typ=I64)
        b.store(b.add(number, _whole(1)), so_far)
        page = b.gep(pad, [b.add(b.mul(lane, room), number)], source_etype=ir.VectorType(I64, 2))
        word = b.or_(month, b.shl(code, _whole(16)))
        word = b.or_(word, b.shl(b.and_(leader, _whole(0xFFFF)), _whole(32)))
        word = b.or_(word, b.shl(place, _whole(48)))
        b.store(word, page)
        b.store(size, b.gep(page, [_whole(1)], source_etype=I64))
    b.ret_void()
    return function


def _write_muster(module: ir.Module, country: Country) -> None:
    """Write the function that draws the first officers of all worlds."""
    of = ir.FunctionType(ir.VoidType(), [ARGUMENTS[name] for name in MUSTER])
    function = ir.Function(module, of, "muster")
    at: dict[str, Any] = dict(zip(MUSTER, function.args, strict=True))
    for name in MUSTER[1:]:
        at[name].add_attribute("noalias")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    w = Writer(b)
    body = b.append_basic_block("worlds")
    b.branch(body)
    b.position_at_end(body)
    with w.loop(_whole(0), at["worlds"]) as world:
        corps = _Corps(w, country, at, world)
        key: Any = Value(w, w.load("u", w.address(at["keys"], world, I64)))
        corps.muster(key)
    b.ret_void()


def write_months(shape: Shape) -> tuple[str, int, tuple[tuple[str, str], ...]]:
    """Return the code of a shape's months in LLVM's language, and what `Code` says of it."""
    module = ir.Module("palca")
    body = _Body(module, shape)
    _write_muster(module, shape.country)
    return str(module), body.most_events, tuple(body.loads)


def machine() -> llvm.TargetMachine:
    """Return the machine that this is."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2,
        jit=True,
        codemodel="small",
        reloc="pic",
    )


def machine_name() -> str:
    """Return what machine code must fit: the kind of processor and what it can do."""
    triple, cpu = llvm.get_default_triple(), llvm.get_host_cpu_name()
    return f"{triple} {cpu} {llvm.get_host_cpu_features().flatten()}"


def compile_months(shape: Shape) -> Code:
    """Return the machine code of a shape's months."""
    text, most_events, loads = write_months(shape)
    here = machine()
    module = llvm.parse_assembly(text)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = options.slp_vectorization = False  # vectors are written as such
    options.loop_unrolling = False
    builder = llvm.create_pass_builder(here, options)
    builder.getModulePassManager().run(module, builder)
    return Code(here.emit_object(module), most_events, loads)
