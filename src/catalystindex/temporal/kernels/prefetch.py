"""Asking memory for what will be read soon: accounts lie all over it.

A prefetch has no effect but on time, and none at all where the machine knows no such thing.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias, cast

from llvmlite import ir
from numba import types
from numba.core.typing.templates import Signature
from numba.extending import intrinsic

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import NOBODY, Ints, Lists, Longs, View

AHEAD = 4
"""Rows that are computed while the entries of one arrive, and again while its blocks are found."""

_READ, _KEEP, _DATA = 0, 3, 1
"""What LLVM's intrinsic is told: to read, to keep in all caches, data and no code."""


class _Array(Protocol):
    """An array, in code that is being compiled."""

    data: ir.Value


class _Context(Protocol):
    """The part of numba's context that is used here; numba does not declare its types."""

    def make_array(
        self, array: types.Array
    ) -> Callable[["_Context", ir.IRBuilder, ir.Value], _Array]: ...

    def get_dummy_value(self) -> ir.Value: ...


_Compile: TypeAlias = Callable[
    [_Context, ir.IRBuilder, Signature, tuple[ir.Value, ir.Value]], ir.Value
]


def _element(
    context: object, array: types.Array, index: types.Integer
) -> tuple[Signature, _Compile]:
    """Ask for the element of an array: its type, and how it is compiled."""

    def generate(
        context: _Context,
        builder: ir.IRBuilder,
        signature: Signature,
        args: tuple[ir.Value, ir.Value],
    ) -> ir.Value:
        data = context.make_array(array)(context, builder, args[0]).data
        place = builder.bitcast(builder.gep(data, [args[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch.p0", fnty=kind)
        builder.call(function, [place, number(_READ), number(_KEEP), number(_DATA)])
        return context.get_dummy_value()

    return types.none(array, types.intp), generate


prefetch = cast("Callable[[Ints | Longs, int], None]", intrinsic(_element))
"""Asks for an element of an array; it must have one, or memory there must be the process's own."""


@compiled
def prefetch_block(lists: Lists, account: int) -> None:
    """Ask for where the entries of an account are."""
    if account != NOBODY:
        prefetch(lists.start, account)
        prefetch(lists.length, account)


@compiled
def prefetch_entries(lists: Lists, account: int) -> None:
    """Ask for the newest entries of an account."""
    if account != NOBODY and lists.length[account] > 0:
        newest = lists.start[account] + lists.length[account] - 1
        prefetch(lists.row, newest)
        prefetch(lists.other, newest)
        prefetch(lists.prev, newest)
        prefetch(lists.time, newest)
        prefetch(lists.amount, newest)


@compiled
def prefetch_ahead(view: View, row: int, hi: int) -> None:
    """Ask for the lists of the accounts of a row that comes soon after ``row``, but before ``hi``.

    To be called for each row that a kernel goes through, before its own work.
    """
    if row + 2 * AHEAD < hi:
        at = row + 2 * AHEAD - view.base
        for account in (view.source[at], view.target[at]):
            prefetch_block(view.out, account)
            prefetch_block(view.into, account)
    if row + AHEAD < hi:
        at = row + AHEAD - view.base
        for account in (view.source[at], view.target[at]):
            prefetch_entries(view.out, account)
            prefetch_entries(view.into, account)
