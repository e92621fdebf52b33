"""Symbols that stand for arrays while the month is being compiled.

The month's equations and rules are ordinary NumPy code. Called with symbols instead of
arrays, the same code writes machine instructions instead of computing: NumPy hands each
operation on a :class:`Symbol` to it (NEPs 13 and 18), and the symbol's :class:`Emitter`
appends the instruction, in the intermediate language of LLVM. So a compiled month has no
equation of its own that could differ.

A number is either the same in all worlds, or a vector with an entry for each of `LANES`
worlds that are stepped side by side, or, where something befalls one of them only, that
world's. A :class:`Row` has an entry for each officer (or leader) of one world; it is
computed `CHUNK` entries at a time, when something asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from llvmlite import ir
from numpy.lib.mixins import NDArrayOperatorsMixin

from .llvm_ops import TYPES

LANES: Final = 16  # worlds side by side
CHUNK: Final = 8  # officers at a time


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


class Emitter(Protocol):
    """The writer of instructions (:class:`~palca.model.compiler.emitter.Writer`)."""

    def symbol(self, value: Any) -> Symbol: ...
    def number(self, value: Any, chunk: Chunk | None = None) -> Number: ...
    def spread(self, number: Number, width: int) -> Number: ...
    def cast(self, number: Number, kind: str) -> Number: ...
    def apply(self, operation: str, inputs: Sequence[Any]) -> Any: ...
    def load(self, kind: str, address: Any, width: int = 1) -> Number: ...
    def store(self, number: Number, address: Any) -> None: ...
    def chunks(self, length: int) -> AbstractContextManager[Chunk]: ...
    def load_chunk(self, row: StoredRow, chunk: Chunk) -> Number: ...
    def store_chunk(self, row: StoredRow, value: Any, chunk: Chunk, where: Any = None) -> None: ...
    def sixteenths(self, words: Row) -> Row: ...


class Symbol(NDArrayOperatorsMixin):
    """What stands for an array. Operators and NumPy's functions write instructions."""

    def __init__(self, writer: Emitter) -> None:
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

    def __getitem__(self, index: Any) -> Symbol:
        return self  # an axis more or less makes no difference to one world

    def __setitem__(self, index: Any, value: Any) -> None:
        self.assign(value)

    @property
    def T(self) -> Symbol:
        return self

    def astype(self, dtype: Any, order: str = "K") -> Symbol:
        kind = {"f": "f", "i": "i", "u": "u", "b": "b"}[np.dtype(dtype).kind]
        return self if kind == self.kind else self.writer.apply(f"to {kind}", (self,))


class Value(Symbol):
    """A number that has been computed."""

    def __init__(self, writer: Emitter, number: Number) -> None:
        super().__init__(writer)
        self._number = number

    @property
    def kind(self) -> str:
        return self._number.kind

    def number(self, chunk: Chunk | None = None) -> Number:
        return self._number


class Cell(Symbol):
    """An address in memory: a field of the state, of all lanes or of one world."""

    def __init__(self, writer: Emitter, kind: str, address: Any, width: int) -> None:
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
        writer: Emitter,
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


class StoredRow(Row):
    """A row that lies in memory, as `kind` or narrower."""

    def __init__(
        self, writer: Emitter, kind: str, length: int, address: Any, stored: Any = None
    ) -> None:
        super().__init__(writer, kind, length, self._read)
        self.address, self.stored = address, stored or TYPES[kind]

    def _read(self, chunk: Chunk) -> Number:
        return self.writer.load_chunk(self, chunk)

    def assign(self, value: Any) -> Symbol:
        with self.writer.chunks(self.length) as chunk:
            self.writer.store_chunk(self, value, chunk)
        return self
