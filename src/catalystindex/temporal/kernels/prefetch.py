"""Asking memory for what is read soon: appending waits for memory more than for anything else."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def fetch(context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of an element (for writing); any index is harmless: nothing is read.

    LLVM's `llvm.prefetch` (LLVM Language Reference Manual).
    """
    del context
    if not isinstance(array, types.Array) or array.ndim != 1:
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, arguments[0])
        at = context.cast(builder, arguments[1], signature.args[1], types.intp)
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        place = builder.bitcast(builder.gep(made.data, [at]), byte)
        builder.call(call, [place, number(1), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, index), generate
