"""The writer of instructions: one function in LLVM's intermediate language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir

from .llvm_ops import (
    F64,
    I1,
    I16,
    I32,
    I64,
    POINTER,
    TYPES,
    bytes_of,
    common_kind,
    declared,
    elementwise,
    frexp,
    kind_of,
    type_name,
    unsigned_to_float,
)
from .symbols import CHUNK, Chunk, Number, Row, StoredRow, Symbol, Value

_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it leaves an integer in the low bits


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
                return Number(kind, unsigned_to_float(self.b, number.ir, target))
            case "f", "i":
                shift = self._constant("f", _ROUND, number)
                whole = self.b.bitcast(self.b.fadd(number.ir, shift), target)
                return Number(kind, self.b.sub(whole, self.b.bitcast(shift, target)))
        raise TypeError(f"no way from {number.kind} to {kind}")

    def _like(self, scalar: Any, number: Number) -> Any:
        return scalar if number.width == 1 else ir.VectorType(scalar, number.width)

    def _constant(self, kind: str, value: Any, like: Number) -> Any:
        return self.spread(Number(kind, ir.Constant(TYPES[kind], value)), like.width).ir

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

        return Row(self, kind_of(operation, kinds), rows[0].length, make, rows)

    def _write(self, operation: str, numbers: list[Number]) -> Any:
        width = max(number.width for number in numbers)
        kinds = [number.kind for number in numbers]
        common = common_kind(kinds[1:] if operation == "where" else kinds, operation)
        if operation.startswith("to "):
            return Value(self, self.cast(numbers[0], operation[3:]))
        if operation == "ldexp":
            common = None
        if common is not None:
            first = 1 if operation == "where" else 0
            numbers[first:] = [self.cast(number, common) for number in numbers[first:]]
        values = [self.spread(number, width).ir for number in numbers]
        if operation == "frexp":
            fraction, exponent = frexp(self.b, values[0])
            return Value(self, Number("f", fraction)), Value(self, Number("i", exponent))
        kind = kind_of(operation, kinds)
        return Value(self, Number(kind, elementwise(self.b, operation, common or "", values)))

    # ------------------------------------------------------ NumPy's functions, by their names

    def where(self, condition: Any, yes: Any, no: Any) -> Any:
        """Return `yes` where a condition holds, else `no`."""
        return self.apply("where", (condition, yes, no))

    def count_nonzero(self, condition: Any) -> int:
        """Return 1, so that the code that follows is written in any case."""
        return 1

    def take(self, row: Any, index: Any, axis: int | None = None) -> Symbol:
        """Return entries of a row that lies in memory."""
        if isinstance(index, Row):
            fixed = index

            def make(chunk: Chunk) -> Number:
                return self._gather(row, self.spread(fixed.number(chunk), CHUNK), chunk.inside)

            return Row(self, row.kind, index.length, make, [index])
        return Value(self, self._gather(row, self.cast(self.number(index), "i")))

    def _gather(self, row: StoredRow, index: Number, inside: Any = None) -> Number:
        if index.width == 1:
            address = self.address(row.address, index.ir, row.stored)
            return self._widened(row, self.b.load(address, typ=row.stored))
        one = Number("i", ir.Constant(I64, 0))
        offset = index.ir
        if inside is not None:
            offset = self.b.select(inside, offset, self.spread(one, index.width).ir)
        vector: Any = ir.Constant(ir.VectorType(row.stored, index.width), ir.Undefined)
        for lane in range(index.width):
            at = ir.Constant(I32, lane)
            address = self.address(row.address, self.b.extract_element(offset, at), row.stored)
            entry = self.b.load(address, typ=row.stored)
            vector = self.b.insert_element(vector, entry, at)
        return self._widened(row, vector)

    def _widened(self, row: StoredRow, value: Any) -> Number:
        """Return what was read from a row as a number of its kind."""
        if row.stored == TYPES[row.kind]:
            return Number(row.kind, value)
        if row.kind == "b":
            return Number("b", self.b.icmp_signed("!=", value, ir.Constant(value.type, None)))
        wide = self._like(I64, Number("i", value))
        return Number(
            row.kind, self.b.sext(value, wide) if row.kind == "i" else self.b.zext(value, wide)
        )

    def take_along_axis(self, row: Row, index: Any, axis: int) -> Symbol:
        """Return one entry of a row."""
        alone = ir.Constant(ir.VectorType(I1, CHUNK), [1] + [0] * (CHUNK - 1))
        chunk = Chunk(self.number(index).ir, alone)
        entry = self.b.extract_element(row.number(chunk).ir, ir.Constant(I32, 0))
        return Value(self, Number(row.kind, entry))

    def argmin(self, row: Row, axis: int) -> Symbol:
        """Return the index of the lowest entry, the first of equal ones."""
        return self.argmax(self.apply("negative", (row,)), axis)

    def argmax(self, row: Row, axis: int) -> Symbol:
        """Return the index of the highest entry, the first of equal ones."""
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
        cell = self.memory(I64)
        with self.chunks(row.length, backwards=True) as chunk:
            same = b.fcmp_ordered("==", row.number(chunk).ir, best)
            hits = b.bitcast(b.and_(same, chunk.inside), ir.IntType(CHUNK))
            with b.if_then(b.icmp_unsigned("!=", hits, ir.Constant(hits.type, 0))):
                b.store(b.add(chunk.base, b.zext(self.lowest(hits), I64)), cell)
        return Value(self, Number("i", b.load(cell, typ=I64)))

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
        return StoredRow(self, "u", 4 * words.length, whole, I16)

    # ------------------------------------------------------------------------------ memory

    def memory(self, kind: Any) -> Any:
        """Allocate memory, once for the whole function."""
        with self.b.goto_block(self._entry):
            cell = self.b.alloca(kind)
            cell.align, cell.type = 64, POINTER  # of no type
        return cell

    def address(self, base: Any, offset: Any, kind: Any) -> Any:
        """Return the address of an entry."""
        return self.b.gep(base, [offset], source_etype=kind)

    def load(self, kind: str, address: Any, width: int = 1) -> Number:
        """Return the number at an address."""
        of = TYPES[kind] if width == 1 else ir.VectorType(TYPES[kind], width)
        return Number(kind, self.b.load(address, typ=of, align=8))

    def store(self, number: Number, address: Any) -> None:
        """Store a number at an address."""
        self.b.store(number.ir, address, align=8)

    def load_some(self, stored: Any, address: Any, inside: Any) -> Any:
        """Return a vector of entries, 0 for those that are masked."""
        vector = ir.VectorType(stored, inside.type.count)
        of = ir.FunctionType(vector, [POINTER, I32, inside.type, vector])
        function = declared(self.module, f"llvm.masked.load.{type_name(vector)}.p0", of)
        align = ir.Constant(I32, bytes_of(stored))
        return self.b.call(function, [address, align, inside, ir.Constant(vector, None)])

    def store_some(self, value: Any, address: Any, inside: Any) -> None:
        """Store those entries of a vector that are not masked."""
        of = ir.FunctionType(ir.VoidType(), [value.type, POINTER, I32, inside.type])
        function = declared(self.module, f"llvm.masked.store.{type_name(value.type)}.p0", of)
        align = ir.Constant(I32, bytes_of(value.type.element))
        self.b.call(function, [value, address, align, inside])

    def load_chunk(self, row: StoredRow, chunk: Chunk) -> Number:
        """Return the entries of a row in a chunk."""
        address = self.address(row.address, chunk.base, row.stored)
        return self._widened(row, self.load_some(row.stored, address, chunk.inside))

    def store_chunk(self, row: StoredRow, value: Any, chunk: Chunk, where: Any = None) -> None:
        """Write entries of a chunk into a row."""
        number = self.spread(self.cast(self.number(value, chunk), row.kind), CHUNK).ir
        if row.stored != TYPES[row.kind]:
            number = self.b.trunc(number, ir.VectorType(row.stored, CHUNK))
        address = self.address(row.address, chunk.base, row.stored)
        self.store_some(number, address, chunk.inside if where is None else where)

    def intrinsic_of(
        self, name: str, gives: Any, value: Any, before: Sequence[Any] = (), fast: bool = False
    ) -> Any:
        """Call a function of LLVM's on a vector that gives a single number."""
        of = ir.FunctionType(gives, [*(v.type for v in before), value.type])
        function = declared(self.module, f"{name}.{type_name(value.type)}", of)
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
        index = self.b.add(self.spread(Number("i", base), CHUNK).ir, steps)
        if length % CHUNK == 0:  # masked stores are slow on some processors
            return Chunk(base, ir.Constant(ir.VectorType(I1, CHUNK), [1] * CHUNK))
        end = ir.Constant(index.type, [length] * CHUNK)
        return Chunk(base, self.b.icmp_signed("<", index, end))

    def indices(self, length: int) -> Row:
        """Return the row 0, 1, 2, …"""

        def make(chunk: Chunk) -> Number:
            steps = ir.Constant(ir.VectorType(I64, CHUNK), list(range(CHUNK)))
            base = self.spread(Number("i", chunk.base), CHUNK).ir
            return Number("i", self.b.add(base, steps))

        return Row(self, "i", length, make)

    def lowest(self, bits: Any) -> Any:
        """Return the index of the lowest bit that is set, as 32 bits."""
        wide = self.b.zext(bits, I32) if bits.type.width < 32 else bits
        of = ir.FunctionType(I32, [I32, I1])
        return self.b.call(declared(self.module, "llvm.cttz.i32", of), [wide, ir.Constant(I1, 1)])

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

    def fixed_point(self, step: Callable[[Any], Any], start: Any) -> Symbol:
        """Return the fixed point of ``x -> step(x)`` reached from `start`, for one world."""
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
            stored = StoredRow(self, "f", row.length, row.memory)
            row.make, row.parts = stored.make, ()


def _to_keep(row: Row) -> list[Row]:
    """Return the computed numbers in which a row ends, through conditions."""
    if isinstance(row, StoredRow) or not row.parts:
        return []
    if row.kind == "f" and any(part.kind != "b" for part in row.parts):
        return [row]
    return [kept for part in row.parts for kept in _to_keep(part)]


def _rounded(length: int) -> int:
    return -(-length // CHUNK) * CHUNK
