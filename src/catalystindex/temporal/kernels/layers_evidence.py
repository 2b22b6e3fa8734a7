"""The payments behind a layer and a stack: what a detector shows for one row."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.kernels.layers import LEAST, SHARED, Work, find_layer, upper_room
from catalystindex.temporal.kernels.marks import VALUES, Marks
from catalystindex.temporal.kernels.newest import newest
from catalystindex.temporal.kernels.stacks import DEEPEST, climb, found_stack
from catalystindex.temporal.layout import Ints, View


class Layers(NamedTuple):
    """A layer and what stands above it, as of a row."""

    members: tuple[Ints, ...]
    """Codes of the senders (s first, then by their first payment to r), then of each layer above,
    nearest first; empty if there is no layer."""
    receivers: Ints
    """Codes of the shared receivers, by their first payment from s."""
    rows: Ints
    """Payments from senders to receivers, in order of rows."""
    above: tuple[Ints, ...]
    """For each layer above, its payments that count to the layer below, in order of rows."""
    flags: int
    """Bounds that bit, as in features."""


def work_for(accounts: int, most: int, steps: int) -> Work:
    """Return arrays to work in, for accounts with codes below this and these bounds."""

    def marks() -> Marks:
        return Marks(np.zeros(accounts, np.int64), np.zeros(1, np.int64))

    return Work(
        marks(), marks(), marks(), np.zeros(accounts, np.int32), np.empty(most, np.int32),
        np.empty(most, np.int32), np.empty(upper_room(most, steps), np.int32),
        np.zeros(1, np.int64), np.zeros(1, np.int64),
    )  # fmt: skip


@compiled
def _rows_to_receivers(
    view: View, one: int, row: int, lo: int, most: int, work: Work, rows: Ints
) -> int:
    """Write the rows in which a sender paid shared receivers; return how many."""
    shared = (work.receiver.used[0] << VALUES) + SHARED
    begin, end, _ = newest(view.out, one, lo, row + 1, most)
    found = 0
    for p in range(begin, end):
        other = view.out.other[p]
        if other >= 0 and work.receiver.word[other] == shared:
            rows[found] = view.out.row[p]
            found += 1
    return found


@compiled
def _rows_from_above(
    view: View, one: int, level: int, lo: int, most: int, work: Work, rows: Ints
) -> int:
    """Write the rows in which the layer above ``level`` paid one of it; return how many."""
    upper = (work.level.used[0] << VALUES) + level + 1
    tie = view.tie[work.last[one] - view.base]
    begin, end, _ = newest(view.into, one, lo, tie, most)
    found = 0
    for p in range(begin, end):
        other = view.into.other[p]
        if other >= 0 and work.level.word[other] == upper:
            rows[found] = view.into.row[p]
            found += 1
    return found


def collect(view: View, row: int, lo: int, most: int, steps: int, work: Work) -> Layers:
    """Return the layers of a row; ``lo`` is the first row of its window.

    ``most`` and ``steps`` bound the search as in `stacks.layers`, ``work`` was made for them. Each
    layer is whole here, the topmost too, within the bounds.
    """
    none = np.empty(0, np.int32)
    payer, payee = int(view.source[row - view.base]), int(view.target[row - view.base])
    if payer < 0 or payee < 0 or payer == payee:
        return Layers((), none, none, (), 0)
    senders, shared, _, receivers = find_layer(view, row, lo, most, steps, work)
    if not senders or not shared:
        return Layers((), none, none, (), int(work.flags[0]))
    ends = [0, found_stack(view, row, lo, most, senders, receivers, work)]
    while len(ends) <= DEEPEST:
        top = climb(view, lo, most, ends[-2], ends[-1], True, work)
        if top - ends[-1] < LEAST:
            break
        ends.append(top)
    members = tuple(work.upper[begin:end].copy() for begin, end in pairwise(ends))
    paid = work.receivers[:receivers]
    marked = work.receiver.word[paid] == (int(work.receiver.used[0]) << VALUES) + SHARED
    buffer = np.empty(most, np.int32)
    rows = [
        buffer[: _rows_to_receivers(view, one, row, lo, most, work, buffer)].copy()
        for one in members[0].tolist()
    ]
    return Layers(
        members,
        paid[marked].copy(),
        np.sort(np.concatenate(rows)),
        _above(view, members, lo, most, work),
        int(work.flags[0]),
    )


def _above(
    view: View, members: tuple[Ints, ...], lo: int, most: int, work: Work
) -> tuple[Ints, ...]:
    """Return the payments down to each layer that has one above."""
    buffer = np.empty(most, np.int32)
    layers = []
    for level, layer in enumerate(members[:-1], start=1):
        rows = [
            buffer[: _rows_from_above(view, one, level, lo, most, work, buffer)].copy()
            for one in layer.tolist()
        ]
        layers.append(np.sort(np.concatenate(rows)))
    return tuple(layers)
