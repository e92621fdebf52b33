"""The month as machine code: the model's own code, traced once on symbols.

`compile_months` calls :meth:`Month.step`, the very function that NumPy runs, on a
month whose arrays are symbols (see :mod:`palca.model.compiler.symbols`). What comes out is a loop
over groups of `LANES` worlds that takes each through all months before the next, so that
their state stays in the processor's nearest memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from llvmlite import binding as llvm
from llvmlite import ir

from ..state.draw_keys import LUCK, NORMAL, UNIFORM
from ..state.scenario import Country
from ..state.state import FIELDS
from .emitter import Writer
from .llvm_ops import F32, F64, I64, POINTER, bytes_of
from .signature import Shape
from .symbols import LANES, Number, StoredRow, Value
from .tracing import TracedCorps, TracedMonth

EVENT_BYTES: Final = 16
# What the compiled function is given, in this order.
ARGUMENTS: Final[dict[str, Any]] = {
    "worlds": I64, "start": I64, "first": I64, "end": I64, "since": I64,  # start: where to go on
    "state": POINTER, "absent_until": POINTER, "keys": POINTER, "keys_by_month": I64,
    "ideology": POINTER, "grievance": POINTER, "generation": POINTER,
    "parameters": POINTER, "varying": POINTER, "drivers": POINTER, "events": POINTER,
    "moods": POINTER, "fates": POINTER, "luck_coup": POINTER, "luck_vote": POINTER,
    "luck_death": POINTER, "trait_0": POINTER, "trait_1": POINTER, "trait_2": POINTER,
    "garrison": POINTER, "top": POINTER, "weight": POINTER,
    "roster_index": POINTER, "leader_ideology": POINTER, "leader_top": POINTER, "civilian": POINTER,
    "available_since": POINTER, "available_until": POINTER, "candidate": POINTER,
    "unnamed": POINTER,
    "monthly": POINTER, "kept": POINTER, "kept_count": I64,
    "pad": POINTER, "pad_room": I64, "records": POINTER, "room": I64, "counts": POINTER,
    "loads": POINTER, "held": POINTER,
}  # fmt: skip
OFFICER_ARGUMENTS: Final = (
    "worlds", "keys", "ideology", "grievance", "trait_0", "trait_1", "trait_2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """Machine code, and what its caller needs to know.

    Attributes
    ----------
    machine : bytes
        An object file with the functions ``months`` and ``draw_initial_officers``.
    most_events : int
        Events that a world can see in a month.
    loads : tuple of (str, str)
        Channel and site of each load that is written down or held, in order.
    """

    machine: bytes
    most_events: int
    loads: tuple[tuple[str, str], ...]


class MonthLoop:
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
            **{f"luck_{o}": (self.at[f"luck_{o}"], self.leaders) for o in LUCK},
        }
        self._write()

    def _write(self) -> None:
        w, at, b = self.writer, self.at, self.writer.b
        self.memory = {
            "state": w.memory(ir.ArrayType(I64, len(FIELDS) * LANES)),
            "varying": w.memory(ir.ArrayType(I64, max(len(self.varying), 1) * LANES)),
            "keys": w.memory(ir.ArrayType(I64, LANES)),
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
                TracedMonth(self).step()
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
        index = b.add(w.spread(Number("i", self.first_world), LANES).ir, lanes)
        self.valid = b.icmp_signed("<", index, w.spread(Number("i", at["worlds"]), LANES).ir)
        last = b.add(self.first_world, _whole(LANES))
        self.full = b.icmp_signed("<=", last, at["worlds"])
        tables = [("state", len(FIELDS))] + [("varying", len(self.varying))] * inwards
        for name, rows in tables:
            with w.loop(_whole(0), _whole(rows)) as row:
                first = b.add(b.mul(row, at["worlds"]), self.first_world)
                far = w.address(at[name], first, I64)
                near = w.address(memory[name], b.mul(row, _whole(LANES)), I64)
                if inwards:
                    b.store(w.load_some(I64, far, self.valid), near, align=8)
                else:
                    self._store(b.load(near, typ=lanes.type, align=8), far)
        if inwards:
            b.store(ir.Constant(ir.VectorType(I64, LANES), [0] * LANES), self.noted)

    def absences_of(self, lane: Any) -> StoredRow:
        """Return before which month each leader can't come to power, in one lane."""
        w, b = self.writer, self.writer.b
        first = b.mul(b.add(self.first_world, lane), _whole(self.leaders))
        return StoredRow(w, "i", self.leaders, w.address(self.at["absent_until"], first, I64))

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
            offset = b.add(b.mul(self.step, at["kept_count"]), kept)
            offset = b.add(b.mul(offset, at["worlds"]), self.first_world)
            short = b.fptrunc(vector, ir.VectorType(F32, LANES))
            self._store(short, w.address(at["monthly"], offset, F32))

    def _store(self, vector: Any, far: Any) -> None:
        """Store what the worlds of the group have, with a mask only if they are fewer than lanes.

        Some processors take very long for masked stores.
        """
        w, b = self.writer, self.writer.b
        with b.if_else(self.full) as (whole, part):
            with whole:
                b.store(vector, far, align=bytes_of(vector.type.element))
            with part:
                w.store_some(vector, far, self.valid)

    def carry(self, channel: str, site: str, value: Any) -> Any:
        """Return what a channel carries to a site: `value`, unless it is held.

        One code serves runs that listen and runs that hold any of the channels: what is held is
        read, and written back where it was.
        """
        w, b = self.writer, self.writer.b
        number = _whole(len(self.loads))
        self.loads.append((channel, site))
        held = b.icmp_signed("!=", b.load(w.address(self.at["held"], number, I64), typ=I64),
                             _whole(0))  # fmt: skip
        first = b.add(b.mul(self.step, self.at["worlds"]), self.first_world)
        row = b.load(w.address(self.at["loads"], number, I64), typ=POINTER)
        address = w.address(row, first, F64)
        free = w.spread(w.cast(w.number(value), "f"), LANES).ir
        carried = b.select(held, w.load_some(F64, address, self.valid), free)
        self._store(carried, address)
        return Value(w, Number("f", carried))

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


def _note(module: ir.Module) -> ir.Function:
    """Write the function that notes an event of a lane, in 16 bytes."""
    of = ir.FunctionType(ir.VoidType(), [POINTER, I64, POINTER, *[I64] * 5, F64])
    function = ir.Function(module, of, "note")
    function.linkage = "internal"
    pad, room, noted, lane, month, code, leader, garrison, size = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    with b.if_then(b.icmp_unsigned("!=", pad, ir.Constant(POINTER, None))):
        so_far = b.gep(noted, [lane], source_etype=I64)
        number = b.load(so_far, typ=I64)
        b.store(b.add(number, _whole(1)), so_far)
        page = b.gep(pad, [b.add(b.mul(lane, room), number)], source_etype=ir.VectorType(I64, 2))
        word = b.or_(b.and_(month, _whole(0xFFFF)), b.shl(code, _whole(16)))
        word = b.or_(word, b.shl(b.and_(leader, _whole(0xFFFF)), _whole(32)))
        word = b.or_(word, b.shl(garrison, _whole(48)))
        b.store(word, page)
        b.store(size, b.gep(page, [_whole(1)], source_etype=I64))
    b.ret_void()
    return function


def _write_draw_initial_officers(module: ir.Module, country: Country) -> None:
    """Write the function that draws the first officers of all worlds."""
    of = ir.FunctionType(ir.VoidType(), [ARGUMENTS[name] for name in OFFICER_ARGUMENTS])
    function = ir.Function(module, of, "draw_initial_officers")
    at: dict[str, Any] = dict(zip(OFFICER_ARGUMENTS, function.args, strict=True))
    for name in OFFICER_ARGUMENTS[1:]:
        at[name].add_attribute("noalias")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    w = Writer(b)
    body = b.append_basic_block("worlds")
    b.branch(body)
    b.position_at_end(body)
    with w.loop(_whole(0), at["worlds"]) as world:
        corps = TracedCorps(w, country, at, world)
        key: Any = Value(w, w.load("u", w.address(at["keys"], world, I64)))
        corps.draw_initial_officers(key)
    b.ret_void()


def write_months(shape: Shape) -> tuple[str, int, tuple[tuple[str, str], ...]]:
    """Return the code of a shape's months in LLVM's language, and what `Code` says of it."""
    module = ir.Module("palca")
    body = MonthLoop(module, shape)
    _write_draw_initial_officers(module, shape.country)
    return str(module), body.most_events, tuple(body.loads)


def machine() -> llvm.TargetMachine:
    """Return LLVM's target machine for this processor."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2,
        jit=True,  # and with it addresses of 64 bits: code and constants may lie far apart
    )


def machine_name() -> str:
    """Return what machine code must fit: the processor and its features."""
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
