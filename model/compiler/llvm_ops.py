"""NumPy's elementwise functions as instructions of LLVM, with the same bits.

No instruction may be reordered or contracted. Only the sign of a zero may differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from llvmlite import binding as llvm
from llvmlite import ir

F64, I64, I32, I16, I8, I1 = (
    ir.DoubleType(), ir.IntType(64), ir.IntType(32), ir.IntType(16), ir.IntType(8), ir.IntType(1),
)  # fmt: skip
F32: Final = ir.FloatType()
POINTER: Final = ir.PointerType()
# kinds of number: floating, signed, unsigned, condition
TYPES: Final = {"f": F64, "i": I64, "u": I64, "b": I1}


def elementwise(b: Any, operation: str, kind: str, values: list[Any]) -> Any:
    """Write the instruction of one of NumPy's elementwise functions, for operands of one kind.

    Parameters
    ----------
    b : ir.IRBuilder
    operation : str
        The function's name.
    kind : str
    values : list of ir.Value
        Numbers, or vectors of the same width.

    Raises
    ------
    TypeError
        If there is none yet.
    """
    a = values[0]
    floating = kind == "f"
    match operation, values:
        case "add", [_, c]:
            return b.fadd(a, c) if floating else b.add(a, c)
        case "subtract", [_, c]:
            return b.fsub(a, c) if floating else b.sub(a, c)
        case "multiply", [_, c]:
            return b.fmul(a, c) if floating else b.mul(a, c)
        case (("true_divide" | "divide"), [_, c]):
            return b.fdiv(a, c)
        case "remainder", [_, c] if not floating:
            rest = b.srem(a, c)  # Python's, for a divisor above 0
            return b.select(b.icmp_signed("<", rest, b.sub(c, c)), b.add(rest, c), rest)
        case "negative", _:
            return b.fneg(a) if floating else b.neg(a)
        case "absolute", _ if floating:
            return intrinsic(b, "llvm.fabs", a)
        case (("rint" | "sqrt"), _):
            return intrinsic(b, f"llvm.{operation}", a)
        case (("minimum" | "maximum"), [_, c]):
            sign = "<" if operation == "minimum" else ">"
            if not floating:
                return b.select(b.icmp_signed(sign, a, c), a, c)
            if isinstance(a, ir.Constant):
                a, c = c, a
            best = b.select(b.fcmp_ordered(sign, c, a), c, a)  # `a` if it is nan
            if isinstance(c, ir.Constant):
                return best
            return b.select(b.fcmp_unordered("uno", c, c), c, best)  # as NumPy: nan wins
        case (("logical_not" | "invert"), _) if kind == "b":
            return b.not_(a)
        case (("bitwise_and" | "logical_and"), [_, c]):
            return b.and_(a, c)
        case (("bitwise_or" | "logical_or"), [_, c]):
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


def frexp(b: Any, x: Any) -> tuple[Any, Any]:
    """Split x > 0 into a fraction in [1/2, 1) and a power of two."""
    whole = ir.VectorType(I64, x.type.count) if isinstance(x.type, ir.VectorType) else I64

    def constant(value: int) -> Any:
        return ir.Constant(whole, _same(whole, value))

    bits = b.bitcast(x, whole)
    power = b.sub(b.lshr(bits, constant(52)), constant(1022))
    fraction = b.or_(b.and_(bits, constant(2**52 - 1)), constant(1022 << 52))
    undefined = b.fcmp_unordered("uno", x, x)
    return b.select(undefined, x, b.bitcast(fraction, x.type)), power


def unsigned_to_float(b: Any, whole: Any, target: Any) -> Any:
    """Return words as floats, rounded to the nearest as the processor's own instruction does.

    Without AVX-512, x86 has none for vectors of 64 bits, and LLVM would convert word by word.
    Upper and lower halves are then put into the fractions of two floats, as multiples of 2**32
    and of 1, whose exponents are subtracted again: exact but for the last addition.
    """
    narrow = isinstance(whole, ir.CastInstr)  # of fewer bits, for which there is one
    if narrow or not isinstance(target, ir.VectorType) or _converts_words():
        return b.uitofp(whole, target)

    def constant(of: Any, value: float) -> Any:
        return ir.Constant(of, [value] * target.count)

    of = whole.type
    upper = b.or_(b.lshr(whole, constant(of, 32)), constant(of, _bits(2.0**84)))
    lower = b.or_(b.and_(whole, constant(of, 2**32 - 1)), constant(of, _bits(2.0**52)))
    high = b.fsub(b.bitcast(upper, target), constant(target, 2.0**84 + 2.0**52))
    return b.fadd(high, b.bitcast(lower, target))


def _converts_words() -> bool:
    """Tell whether this processor has an instruction for it."""
    features = llvm.get_host_cpu_features()
    return not features.get("avx2") or bool(features.get("avx512dq"))


def _bits(number: float) -> int:
    return int(np.array(number).view(np.int64))


_COMPARISONS: Final = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==",
    "not_equal": "!=",
}  # fmt: skip
_CONDITIONS: Final = {*_COMPARISONS, "logical_not"}
_FLOATING: Final = {"true_divide", "divide", "rint", "sqrt", "frexp"}


def common_kind(kinds: Sequence[str], operation: str) -> str:
    """Return the kind to which the operands are brought."""
    if operation in _FLOATING or "f" in kinds:
        return "f"
    if "u" in kinds:
        return "u"
    if set(kinds) == {"b"} and operation in ("add", "subtract", "multiply", "negative"):
        return "i"
    return "b" if set(kinds) == {"b"} else "i"


def kind_of(operation: str, kinds: Sequence[str]) -> str:
    """Return the kind of an operation's result."""
    if operation.startswith("to "):
        return operation[3:]
    if operation in _CONDITIONS:
        return "b"
    if operation == "ldexp":
        return "f"
    return common_kind(kinds[1:] if operation == "where" else kinds, operation)


def _same(of: Any, value: int) -> Any:
    return [value] * of.count if isinstance(of, ir.VectorType) else value


def type_name(of: Any) -> str:
    """Return how LLVM writes a type in the name of an intrinsic function."""
    if isinstance(of, ir.VectorType):
        return f"v{of.count}{type_name(of.element)}"
    return {F64: "f64", F32: "f32"}.get(of) or f"i{of.width}"


def bytes_of(scalar: Any) -> int:
    """Return how many bytes a number takes in memory."""
    return {F64: 8, F32: 4}.get(scalar) or scalar.width // 8


def declared(module: ir.Module, name: str, of: ir.FunctionType) -> Any:
    """Return a function of LLVM's own."""
    known = module.globals.get(name)
    return ir.Function(module, of, name) if known is None else known


def intrinsic(b: Any, name: str, *arguments: Any) -> Any:
    """Call a function of LLVM's that takes and gives values of the first's type."""
    of = arguments[0].type
    function = ir.FunctionType(of, [of] * len(arguments))
    return b.call(declared(b.module, f"{name}.{type_name(of)}", function), arguments)
