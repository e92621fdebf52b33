"""What LLVM makes of words, held against NumPy."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from unittest.mock import patch

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from llvmlite import binding as llvm
from llvmlite import ir

from palca.model.compiler import llvm_ops
from palca.model.compiler.codegen import machine
from palca.model.compiler.llvm_ops import F64, I64, POINTER, unsigned_to_float

_WIDTH = 4
_WORDS = st.one_of(
    st.integers(0, 2**64 - 1),
    st.integers(0, 63).flatmap(lambda power: st.integers(0, 2**power)),
)


def _converter(by_instruction: bool) -> tuple[llvm.ExecutionEngine, Callable[[int, int], None]]:
    """Return a compiled function that converts a vector in memory, and its owner."""
    module = ir.Module("words")
    of = ir.FunctionType(ir.VoidType(), [POINTER, POINTER])
    function = ir.Function(module, of, "convert")
    b = ir.IRBuilder(function.append_basic_block())
    words = b.load(function.args[0], typ=ir.VectorType(I64, _WIDTH), align=8)
    with patch.object(llvm_ops, "_converts_words", lambda: by_instruction):
        floats = unsigned_to_float(b, words, ir.VectorType(F64, _WIDTH))
    b.store(floats, function.args[1], align=8)
    b.ret_void()
    here = machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(module)), here)
    engine.finalize_object()
    address = engine.get_function_address("convert")
    return engine, ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(address)


_CONVERTERS = [_converter(by_instruction) for by_instruction in (False, True)]


@given(arrays(np.uint64, _WIDTH, elements=_WORDS))
@example(np.array([0, 2**64 - 1, 2**53 + 1, 2**64 - 2**10], np.uint64))  # the last is a tie
def test_words_become_the_nearest_floats(words: np.ndarray) -> None:
    for _, convert in _CONVERTERS:
        floats = np.empty(_WIDTH)
        convert(words.ctypes.data, floats.ctypes.data)
        assert floats.tolist() == words.astype(np.float64).tolist()
