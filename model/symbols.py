"""Symbols that stand for arrays while the month is being compiled.

The month's equations and rules are ordinary NumPy code. Called with symbols instead of
arrays, the same code writes machine instructions instead of computing: NumPy hands each
operation on a :class:`Symbol` to it (NEPs 13 and 18), and the symbol's :class:`Writer`
appends the instruction, in the intermediate language of LLVM. So a compiled month has no
equation of its own that could differ.

A number is either the same in all worlds, or a vector with an entry for each of `LANES`
worlds that are stepped side by side, or, where something befalls one of them only, that
world's. A :class:`Row` has an entry for each officer (or leader) of one world; it is
computed `CHUNK` entries at a time, when something asks for it.

No instruction may be reordered or contracted, so the results have the same bits as
NumPy's. Only the sign of a zero may differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numpy.lib.mixins import NDArrayOperatorsMixin

LANES: Final = 16  # worlds side by side
CHUNK: Final = 8  # officers at a time

F64, I64, I32, I16, I8, I1 = (
    ir.DoubleType(), ir.IntType(64), ir.IntType(32), ir.IntType(16), ir.IntType(8), ir.IntType(1),
)  # fmt: skip
F32: Final = ir.FloatType()
POINTER: Final = ir.PointerType()
# kinds of number: floating, signed, unsigned, condition
TYPES: Final = {"f": F64, "i": I64, "u": I64, "b": I1}

_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it leaves an integer in the low bits


@dataclass(frozen=True, slots=True)
class Number:
    """A value that an instruction has computed: its kind and where it is."""

    kind: str
    ir: Any

    @property
    def width(self) -> int:
        """Entries of the vector; 1 for a single number."""
        return self.ir.type.count if isinstance(self.ir.type, ir.VectorType) else 1


@dataclass(slots=True)
class Chunk:
    """The entries of rows from `base` on that are being computed, and what already is."""

    base: Any
    inside: Any  # which of them exist
    known: dict[int, Number] = field(default_factory=dict)


class Symbol(NDArrayOperatorsMixin):
    """What stands for an array. Operators and NumPy's functions write instructions."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    @property
    def kind(self) -> str:
        raise NotImplementedError

    def number(self, chunk: Chunk | None = None) -> Number:
        """Return its present value."""
        raise NotImplementedError

    def assign(self, value: Any) -> Symbol:
        """Become another value; what can be written to writes."""
        return self.writer.symbol(value)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.get("out")
        if method != "__call__" or (out is not None and len(out) != 1):
            return NotImplemented
        result = self.writer.apply(ufunc.__name__, inputs)
        return result if out is None else out[0].assign(result)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        written = getattr(self.writer, function.__name__, None)
        return NotImplemented if written is None else written(*args, **options)

    def __bool__(self) -> bool:
        raise TypeError("a branch on a value can't be compiled: write np.where, or among(...)")

    def __getitem__(self, places: Any) -> Symbol:
        return self  # an axis more or less makes no difference to one world

    def __setitem__(self, places: Any, value: Any) -> None:
        self.assign(value)

    @property
    def T(self) -> Symbol:
        return self

    def astype(self, dtype: Any, order: str = "K") -> Symbol:
        kind = {"f": "f", "i": "i", "u": "u", "b": "b"}[np.dtype(dtype).kind]
        return self if kind == self.kind else self.writer.apply(f"to {kind}", (self,))


class Value(Symbol):
    """A number once computed."""

    def __init__(self, writer: Writer, number: Number) -> None:
        super().__init__(writer)
        self._number = number

    @property
    def kind(self) -> str:
        return self._number.kind

    def number(self, chunk: Chunk | None = None) -> Number:
        return self._number


class Cell(Symbol):
    """A place in memory: a field of the state, of all lanes or of one world."""

    def __init__(self, writer: Writer, kind: str, address: Any, width: int) -> None:
        super().__init__(writer)
        self._kind, self._address, self._width = kind, address, width

    @property
    def kind(self) -> str:
        return self._kind

    def number(self, chunk: Chunk | None = None) -> Number:
        return self.writer.load(self._kind, self._address, self._width)

    def assign(self, value: Any) -> Symbol:
        number = self.writer.cast(self.writer.number(value), self._kind)
        self.writer.store(self.writer.spread(number, self._width), self._address)
        return self


class Row(Symbol):
    """An entry for each officer or leader of one world.

    Parameters
    ----------
    length : int
    make : callable
        Returns the entries of a chunk.
    parts : sequence of Row
        Those from which `make` computes.
    """

    def __init__(
        self,
        writer: Writer,
        kind: str,
        length: int,
        make: Callable[[Chunk], Number],
        parts: Sequence[Row] = (),
    ) -> None:
        super().__init__(writer)
        self._kind, self.length, self.make, self.parts = kind, length, make, parts
        self.memory: Any = None  # where its entries are written down, if they will be read again

    @property
    def kind(self) -> str:
        return self._kind

    def number(self, chunk: Chunk | None = None) -> Number:
        if chunk is None:
            raise TypeError("a row of officers has no single value")
        if id(self) not in chunk.known:
            chunk.known[id(self)] = self.make(chunk)
        return chunk.known[id(self)]

    def view(self, dtype: str) -> Row:
        """Return the four 16-bit parts of each entry, one after another."""
        if dtype != "<u2" or self.kind != "u":
            raise TypeError(f"no view of {self.kind} as {dtype}")
        return self.writer.sixteenths(self)


class Table(Row):
    """A row that lies in memory, as `kind` or narrower."""

    def __init__(
        self, writer: Writer, kind: str, length: int, address: Any, stored: Any = None
    ) -> None:
        super().__init__(writer, kind, length, self._read)
        self.address, self.stored = address, stored or TYPES[kind]

    def _read(self, chunk: Chunk) -> Number:
        return self.writer.load_chunk(self, chunk)

    def assign(self, value: Any) -> Symbol:
        with self.writer.chunks(self.length) as chunk:
            self.writer.store_chunk(self, value, chunk)
        return self


class Writer:
    """Writes instructions into one function.

    Parameters
    ----------
    builder : ir.IRBuilder
        Placed at the end of the function's first block, where memory is set aside.
    """

    def __init__(self, builder: ir.IRBuilder) -> None:
        self.b: Any = builder
        self.module = self.b.module
        self._entry = self.b.block

    # ----------------------------------------------------------------------------- numbers

    def symbol(self, value: Any) -> Symbol:
        """Return what stands for a value as it is now."""
        return value if isinstance(value, (Row, Value)) else Value(self, self.number(value))

    def number(self, value: Any, chunk: Chunk | None = None) -> Number:
        """Return the number of a symbol, or of a constant."""
        if isinstance(value, Number):
            return value
        if isinstance(value, Symbol):
            return value.number(chunk)
        kind = np.asarray(value).dtype.kind
        number = np.asarray(value).item()  # raises for more than one
        return Number(kind, ir.Constant(TYPES[kind], number))

    def spread(self, number: Number, width: int) -> Number:
        """Return a number as a vector of equal entries, unless it is one."""
        if number.width == width or width == 1:
            return number
        vector = ir.VectorType(number.ir.type, width)
        if isinstance(number.ir, ir.Constant):
            return Number(number.kind, ir.Constant(vector, [number.ir.constant] * width))
        empty = ir.Constant(vector, ir.Undefined)
        one = self.b.insert_element(empty, number.ir, ir.Constant(I32, 0))
        zeros = ir.Constant(ir.VectorType(I32, width), [0] * width)
        return Number(number.kind, self.b.shuffle_vector(one, empty, zeros))

    def cast(self, number: Number, kind: str) -> Number:
        """Return a number as another kind. A float that becomes an integer must be whole."""
        if number.kind == kind or {number.kind, kind} == {"i", "u"}:
            return Number(kind, number.ir)
        target = self._like(TYPES[kind], number)
        match number.kind, kind:
            case "b", "f":
                return Number(kind, self.b.uitofp(number.ir, target))
            case "b", _:
                return Number(kind, self.b.zext(number.ir, target))
            case "i", "f":
                return Number(kind, self.b.sitofp(number.ir, target))
            case "u", "f":
                return Number(kind, self.b.uitofp(number.ir, target))
            case "f", "i":
                shift = self._constant("f", _ROUND, number)
                whole = self.b.bitcast(self.b.fadd(number.ir, shift), target)
                return Number(kind, self.b.sub(whole, self.b.bitcast(shift, target)))
        raise TypeError(f"no way from {number.kind} to {kind}")

    def _like(self, scalar: Any, number: Number) -> Any:
        return scalar if number.width == 1 else ir.VectorType(scalar, number.width)

    def _constant(self, kind: str, value: Any, like: Number) -> Any:
        return self.spread(Number(kind, ir.Constant(TYPES[kind], value)), like.width).ir

    def intrinsic(self, name: str, *arguments: Any) -> Any:
        """Call a function of LLVM's that takes and gives values of the first's type."""
        of = arguments[0].type
        function = ir.FunctionType(of, [of] * len(arguments))
        return self.b.call(self._declared(f"{name}.{_name(of)}", function), arguments)

    # -------------------------------------------------------------------------- operations

    def apply(self, operation: str, inputs: Sequence[Any]) -> Any:
        """Return the symbol (or two) that an elementwise operation makes of its inputs."""
        if operation == "matmul":
            return self.matmul(*inputs)
        rows = [value for value in inputs if isinstance(value, Row)]
        if not rows:
            return self._write(operation, [self.number(value) for value in inputs])
        fixed = [value if isinstance(value, Row) else self.number(value) for value in inputs]
        kinds = [value.kind for value in fixed]

        def make(chunk: Chunk) -> Number:
            written = self._write(operation, [self.number(value, chunk) for value in fixed])
            return written.number()

        return Row(self, _kind_of(operation, kinds), rows[0].length, make, rows)

    def _write(self, operation: str, numbers: list[Number]) -> Any:
        width = max(number.width for number in numbers)
        kinds = [number.kind for number in numbers]
        common = _common(kinds[1:] if operation == "where" else kinds, operation)
        if operation.startswith("to "):
            return Value(self, self.cast(numbers[0], operation[3:]))
        if operation == "ldexp":
            common = None
        if common is not None:
            first = 1 if operation == "where" else 0
            numbers[first:] = [self.cast(number, common) for number in numbers[first:]]
        values = [self.spread(number, width).ir for number in numbers]
        if operation == "frexp":
            fraction, exponent = self._frexp(values[0])
            return Value(self, Number("f", fraction)), Value(self, Number("i", exponent))
        kind = _kind_of(operation, kinds)
        return Value(self, Number(kind, self._instruction(operation, common or "", values)))

    def _instruction(self, operation: str, kind: str, values: list[Any]) -> Any:
        b, a = self.b, values[0]
        floating = kind == "f"
        match operation, values:
            case "add", [_, c]:
                return b.fadd(a, c) if floating else b.add(a, c)
            case "subtract", [_, c]:
                return b.fsub(a, c) if floating else b.sub(a, c)
            case "multiply", [_, c]:
                return b.fmul(a, c) if floating else b.mul(a, c)
            case ("true_divide" | "divide"), [_, c]:
                return b.fdiv(a, c)
            case "remainder", [_, c] if not floating:
                return b.urem(a, c)  # of what isn't negative
            case "negative", _:
                return b.fneg(a) if floating else b.neg(a)
            case "absolute", _ if floating:
                return self.intrinsic("llvm.fabs", a)
            case ("rint" | "sqrt"), _:
                return self.intrinsic(f"llvm.{operation}", a)
            case ("minimum" | "maximum"), [_, c]:
                sign = "<" if operation == "minimum" else ">"
                if not floating:
                    return b.select(b.icmp_signed(sign, a, c), a, c)
                if isinstance(a, ir.Constant):
                    a, c = c, a
                best = b.select(b.fcmp_ordered(sign, c, a), c, a)  # `a` if it is nan
                if isinstance(c, ir.Constant):
                    return best
                return b.select(b.fcmp_unordered("uno", c, c), c, best)  # as NumPy: nan wins
            case ("logical_not" | "invert"), _ if kind == "b":
                return b.not_(a)
            case ("bitwise_and" | "logical_and"), [_, c]:
                return b.and_(a, c)
            case ("bitwise_or" | "logical_or"), [_, c]:
                return b.or_(a, c)
            case "bitwise_xor", [_, c]:
                return b.xor(a, c)
            case "left_shift", [_, c]:
                return b.shl(a, c)
            case "right_shift", [_, c]:
                return b.lshr(a, c)
            case "ldexp", [_, power]:  # of a result that is neither huge nor tiny
                bias = ir.Constant(power.type, _same(power.type, 1023))
                up = ir.Constant(power.type, _same(power.type, 52))
                return b.fmul(a, b.bitcast(b.shl(b.add(power, bias), up), a.type))
            case "where", [_, c, d]:
                return b.select(a, c, d)
        if operation in _COMPARISONS:
            sign = _COMPARISONS[operation]
            if not floating:
                return b.icmp_signed(sign, a, values[1])
            if sign == "!=":
                return b.fcmp_unordered(sign, a, values[1])
            return b.fcmp_ordered(sign, a, values[1])
        raise TypeError(f"'{operation}' of {kind} can't be compiled yet")

    def _frexp(self, x: Any) -> tuple[Any, Any]:
        """Split x > 0 into a fraction in [1/2, 1) and a power of two."""
        b = self.b
        whole = self._like(I64, Number("f", x))

        def constant(value: int) -> Any:
            return ir.Constant(whole, _same(whole, value))

        bits = b.bitcast(x, whole)
        power = b.sub(b.lshr(bits, constant(52)), constant(1022))
        fraction = b.or_(b.and_(bits, constant(2**52 - 1)), constant(1022 << 52))
        undefined = b.fcmp_unordered("uno", x, x)
        return b.select(undefined, x, b.bitcast(fraction, x.type)), power

    # ------------------------------------------------------ NumPy's functions, by their names

    def where(self, condition: Any, yes: Any, no: Any) -> Any:
        """Return `yes` where a condition holds, else `no`."""
        return self.apply("where", (condition, yes, no))

    def count_nonzero(self, condition: Any) -> int:
        """Return that there may be some: what follows is computed in any case."""
        return 1

    def take(self, table: Any, index: Any, axis: int | None = None) -> Symbol:
        """Return entries of a table that lies in memory."""
        if isinstance(index, Row):
            fixed = index

            def make(chunk: Chunk) -> Number:
                return self._gather(table, self.spread(fixed.number(chunk), CHUNK), chunk.inside)

            return Row(self, table.kind, index.length, make, [index])
        return Value(self, self._gather(table, self.cast(self.number(index), "i")))

    def _gather(self, table: Table, index: Number, inside: Any = None) -> Number:
        if index.width == 1:
            address = self.address(table.address, index.ir, table.stored)
            return self._widened(table, self.b.load(address, typ=table.stored))
        one = Number("i", ir.Constant(I64, 0))
        place = index.ir
        if inside is not None:
            place = self.b.select(inside, place, self.spread(one, index.width).ir)
        vector: Any = ir.Constant(ir.VectorType(table.stored, index.width), ir.Undefined)
        for lane in range(index.width):
            at = ir.Constant(I32, lane)
            address = self.address(
                table.address, self.b.extract_element(place, at), table.stored
            )
            entry = self.b.load(address, typ=table.stored)
            vector = self.b.insert_element(vector, entry, at)
        return self._widened(table, vector)

    def _widened(self, table: Table, value: Any) -> Number:
        """Return what was read from a table as a number of its kind."""
        if table.stored == TYPES[table.kind]:
            return Number(table.kind, value)
        if table.kind == "b":
            return Number("b", self.b.icmp_signed("!=", value, ir.Constant(value.type, None)))
        wide = self._like(I64, Number("i", value))
        return Number(
            table.kind, self.b.sext(value, wide) if table.kind == "i" else self.b.zext(value, wide)
        )

    def take_along_axis(self, row: Row, index: Any, axis: int) -> Symbol:
        """Return one entry of a row."""
        chunk = self._chunk(self.number(index).ir, row.length)
        entry = self.b.extract_element(row.number(chunk).ir, ir.Constant(I32, 0))
        return Value(self, Number(row.kind, entry))

    def argmin(self, row: Row, axis: int) -> Symbol:
        """Return the first place of the lowest entry."""
        return self.argmax(self.apply("negative", (row,)), axis)

    def argmax(self, row: Row, axis: int) -> Symbol:
        """Return the first place of the highest entry."""
        b = self.b
        nothing = self.spread(Number("f", ir.Constant(F64, float("-inf"))), CHUNK).ir
        highest = self.memory(nothing.type)
        b.store(nothing, highest)
        kept = _to_keep(row)
        with self.chunks(row.length) as chunk:
            entries = b.select(chunk.inside, row.number(chunk).ir, nothing)
            self._keep(kept, chunk)
            before = b.load(highest, typ=nothing.type)
            b.store(b.select(b.fcmp_ordered(">", entries, before), entries, before), highest)
        self._kept(kept)
        best = self.intrinsic_of("llvm.vector.reduce.fmax", F64, b.load(highest, typ=nothing.type))
        best = self.spread(Number("f", best), CHUNK).ir
        place = self.memory(I64)
        with self.chunks(row.length, backwards=True) as chunk:
            same = b.fcmp_ordered("==", row.number(chunk).ir, best)
            hits = b.bitcast(b.and_(same, chunk.inside), ir.IntType(CHUNK))
            with b.if_then(b.icmp_unsigned("!=", hits, ir.Constant(hits.type, 0))):
                b.store(b.add(chunk.base, b.zext(self.lowest(hits), I64)), place)
        return Value(self, Number("i", b.load(place, typ=I64)))

    def matmul(self, weights: Row, row: Row) -> Symbol:
        """Return the sum of entries times integer weights, which is exact in any order."""
        b = self.b
        nothing = self.spread(Number("f", ir.Constant(F64, 0.0)), CHUNK).ir
        total = self.memory(nothing.type)
        b.store(nothing, total)
        kept = _to_keep(row)
        with self.chunks(row.length) as chunk:
            product = b.fmul(weights.number(chunk).ir, row.number(chunk).ir)
            self._keep(kept, chunk)
            entries = b.select(chunk.inside, product, nothing)
            b.store(b.fadd(b.load(total, typ=nothing.type), entries), total)
        self._kept(kept)
        parts = b.load(total, typ=nothing.type)
        added = self.intrinsic_of(
            "llvm.vector.reduce.fadd", F64, parts, before=(ir.Constant(F64, -0.0),), fast=True
        )
        return Value(self, Number("f", added))

    def sixteenths(self, words: Row) -> Row:
        """Return the 16-bit parts of a row of words, four from each, as a row."""
        whole = self.memory(ir.ArrayType(I64, _rounded(words.length)))
        with self.chunks(words.length) as chunk:
            self.b.store(words.number(chunk).ir, self.address(whole, chunk.base, I64), align=8)
        return Table(self, "u", 4 * words.length, whole, I16)

    # ------------------------------------------------------------------------------ memory

    def memory(self, kind: Any) -> Any:
        """Set memory aside, once for the whole function."""
        with self.b.goto_block(self._entry):
            place = self.b.alloca(kind)
            place.align, place.type = 64, POINTER  # of no type
        return place

    def address(self, base: Any, place: Any, kind: Any) -> Any:
        """Return the address of an entry."""
        return self.b.gep(base, [place], source_etype=kind)

    def load(self, kind: str, address: Any, width: int = 1) -> Number:
        """Return what stands in memory."""
        of = TYPES[kind] if width == 1 else ir.VectorType(TYPES[kind], width)
        return Number(kind, self.b.load(address, typ=of, align=8))

    def store(self, number: Number, address: Any) -> None:
        """Write to memory."""
        self.b.store(number.ir, address, align=8)

    def load_some(self, stored: Any, address: Any, inside: Any) -> Any:
        """Return a vector of entries, 0 for those that aren't there."""
        vector = ir.VectorType(stored, inside.type.count)
        of = ir.FunctionType(vector, [POINTER, I32, inside.type, vector])
        function = self._declared(f"llvm.masked.load.{_name(vector)}.p0", of)
        align = ir.Constant(I32, _bytes(stored))
        return self.b.call(function, [address, align, inside, ir.Constant(vector, None)])

    def store_some(self, value: Any, address: Any, inside: Any) -> None:
        """Write those entries of a vector that are there."""
        of = ir.FunctionType(ir.VoidType(), [value.type, POINTER, I32, inside.type])
        function = self._declared(f"llvm.masked.store.{_name(value.type)}.p0", of)
        align = ir.Constant(I32, _bytes(value.type.element))
        self.b.call(function, [value, address, align, inside])

    def load_chunk(self, table: Table, chunk: Chunk) -> Number:
        """Return the entries of a table in a chunk."""
        address = self.address(table.address, chunk.base, table.stored)
        return self._widened(table, self.load_some(table.stored, address, chunk.inside))

    def store_chunk(self, table: Table, value: Any, chunk: Chunk, where: Any = None) -> None:
        """Write entries of a chunk into a table."""
        number = self.spread(self.cast(self.number(value, chunk), table.kind), CHUNK).ir
        if table.stored != TYPES[table.kind]:
            number = self.b.trunc(number, ir.VectorType(table.stored, CHUNK))
        address = self.address(table.address, chunk.base, table.stored)
        self.store_some(number, address, chunk.inside if where is None else where)

    def _declared(self, name: str, of: Any) -> Any:
        known = self.module.globals.get(name)
        return ir.Function(self.module, of, name) if known is None else known

    def intrinsic_of(
        self, name: str, gives: Any, value: Any, before: Sequence[Any] = (), fast: bool = False
    ) -> Any:
        """Call a function of LLVM's on a vector that gives a single number."""
        of = ir.FunctionType(gives, [*(v.type for v in before), value.type])
        function = self._declared(f"{name}.{_name(value.type)}", of)
        return self.b.call(function, [*before, value], fastmath=("reassoc",) if fast else ())

    # ----------------------------------------------------------------------- flow of control

    @contextmanager
    def loop(self, first: Any, end: Any, step: int = 1) -> Iterator[Any]:
        """Write what follows as the body of a loop; gives the counter."""
        b = self.b
        before = b.block
        head, body, after = (b.append_basic_block(name) for name in ("loop", "body", "after"))
        b.branch(head)
        b.position_at_end(head)
        counter = b.phi(I64)
        counter.add_incoming(first, before)
        b.cbranch(b.icmp_signed("<", counter, end), body, after)
        b.position_at_end(body)
        yield counter
        counter.add_incoming(b.add(counter, ir.Constant(I64, step)), b.block)
        b.branch(head)
        b.position_at_end(after)

    @contextmanager
    def chunks(self, length: int, backwards: bool = False) -> Iterator[Chunk]:
        """Write what follows for each chunk of a row."""
        last = (length - 1) // CHUNK * CHUNK
        with self.loop(ir.Constant(I64, 0), ir.Constant(I64, length), CHUNK) as counter:
            base = self.b.sub(ir.Constant(I64, last), counter) if backwards else counter
            yield self._chunk(base, length)

    def _chunk(self, base: Any, length: int) -> Chunk:
        steps = ir.Constant(ir.VectorType(I64, CHUNK), list(range(CHUNK)))
        places = self.b.add(self.spread(Number("i", base), CHUNK).ir, steps)
        end = ir.Constant(places.type, [length] * CHUNK)
        return Chunk(base, self.b.icmp_signed("<", places, end))

    def places(self, length: int) -> Row:
        """Return the row 0, 1, 2, …"""

        def make(chunk: Chunk) -> Number:
            steps = ir.Constant(ir.VectorType(I64, CHUNK), list(range(CHUNK)))
            base = self.spread(Number("i", chunk.base), CHUNK).ir
            return Number("i", self.b.add(base, steps))

        return Row(self, "i", length, make)

    def lowest(self, bits: Any) -> Any:
        """Return the place of the lowest bit that is set, as 32 bits."""
        wide = self.b.zext(bits, I32) if bits.type.width < 32 else bits
        of = ir.FunctionType(I32, [I32, I1])
        return self.b.call(self._declared("llvm.cttz.i32", of), [wide, ir.Constant(I1, 1)])

    @contextmanager
    def each(self, mask: Any) -> Iterator[Any]:
        """Write what follows for each lane that is set, in their order; gives its number."""
        b = self.b
        bits = b.bitcast(mask, ir.IntType(mask.type.count))
        none = ir.Constant(bits.type, 0)
        before = b.block
        body, after = b.append_basic_block("each"), b.append_basic_block("done")
        b.cbranch(b.icmp_unsigned("!=", bits, none), body, after)
        b.position_at_end(body)
        left = b.phi(bits.type)
        left.add_incoming(bits, before)
        yield b.zext(self.lowest(left), I64)
        rest = b.and_(left, b.sub(left, ir.Constant(bits.type, 1)))
        left.add_incoming(rest, b.block)
        b.cbranch(b.icmp_unsigned("!=", rest, none), body, after)
        b.position_at_end(after)

    def rest(self, step: Callable[[Any], Any], start: Any) -> Symbol:
        """Return where ``x -> step(x)`` comes to rest from `start`, for one world."""
        b = self.b
        first, before = self.number(start), b.block
        again, after = b.append_basic_block("again"), b.append_basic_block("rest")
        b.branch(again)
        b.position_at_end(again)
        now = b.phi(F64)
        now.add_incoming(first.ir, before)
        then = self.number(step(Value(self, Number("f", now)))).ir
        now.add_incoming(then, b.block)
        b.cbranch(b.fcmp_ordered("==", then, now), after, again)
        b.position_at_end(after)
        return Value(self, Number("f", then))

    def any(self, mask: Any) -> Any:
        """Return whether a lane is set."""
        bits = self.b.bitcast(mask, ir.IntType(mask.type.count))
        return self.b.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    # --------------------------------------------------------------- rows that are used again

    def _keep(self, rows: Sequence[Row], chunk: Chunk) -> None:
        """Write down what a chunk knows of rows that will be asked for again."""
        for row in rows:
            if row.memory is None:
                row.memory = self.memory(ir.ArrayType(F64, _rounded(row.length)))
            self.b.store(row.number(chunk).ir, self.address(row.memory, chunk.base, F64), align=8)

    def _kept(self, rows: Sequence[Row]) -> None:
        """From now on read these rows from memory."""
        for row in rows:
            table = Table(self, "f", row.length, row.memory)
            row.make, row.parts = table.make, ()


def _to_keep(row: Row) -> list[Row]:
    """Return the computed numbers in which a row ends, through conditions."""
    if isinstance(row, Table) or not row.parts:
        return []
    if row.kind == "f" and any(part.kind != "b" for part in row.parts):
        return [row]
    return [kept for part in row.parts for kept in _to_keep(part)]


_COMPARISONS: Final = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==",
    "not_equal": "!=",
}  # fmt: skip
_CONDITIONS: Final = {*_COMPARISONS, "logical_not"}
_FLOATING: Final = {"true_divide", "divide", "rint", "sqrt", "frexp"}


def _common(kinds: Sequence[str], operation: str) -> str:
    """Return the kind to which the operands are brought."""
    if operation in _FLOATING or "f" in kinds:
        return "f"
    if "u" in kinds:
        return "u"
    if set(kinds) == {"b"} and operation in ("add", "subtract", "multiply", "negative"):
        return "i"
    return "b" if set(kinds) == {"b"} else "i"


def _kind_of(operation: str, kinds: Sequence[str]) -> str:
    """Return the kind of an operation's result."""
    if operation.startswith("to "):
        return operation[3:]
    if operation in _CONDITIONS:
        return "b"
    if operation == "ldexp":
        return "f"
    return _common(kinds[1:] if operation == "where" else kinds, operation)


def _same(of: Any, value: int) -> Any:
    return [value] * of.count if isinstance(of, ir.VectorType) else value


def _rounded(length: int) -> int:
    return -(-length // CHUNK) * CHUNK


def _name(of: Any) -> str:
    """Return how LLVM writes a type in the name of an intrinsic function."""
    if isinstance(of, ir.VectorType):
        return f"v{of.count}{_name(of.element)}"
    return {F64: "f64", F32: "f32"}.get(of) or f"i{of.width}"


def _bytes(scalar: Any) -> int:
    return {F64: 8, F32: 4}.get(scalar) or scalar.width // 8
