"""Which payments are links: the first ones between two accounts, sent on purpose."""

from typing import Final, NamedTuple

import numpy as np

from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after, first_row_since
from catalystindex.temporal.layout import Bytes, Flags, Floats, Ints, Lists, Longs, View

REPEATS: Final = 4
"""Entries that are looked at for each link that is wanted: the others are repeats."""


class Ground(NamedTuple):
    """What kernels of link patterns read."""

    held: View
    method: Bytes
    """By row, from ``held.base`` on."""
    moving: Flags
    """By code of method: whether an owner sends money by it where he wants."""


class Reach(NamedTuple):
    """How far back a kernel looks, and how much it looks at."""

    window: int
    """Microseconds in which a pattern takes place."""
    history: int
    """Microseconds before the window that tell what is usual."""
    entries: int
    """Newest entries of an account that are looked at."""


@compiled
def moves(ground: Ground, row: int, account: int, other: int) -> bool:
    """Tell whether a payment moves money between two accounts by its owner's will."""
    if other < 0 or other == account:
        return False
    return bool(ground.moving[ground.method[row - ground.held.base]])


@compiled
def is_link(ground: Ground, lists: Lists, place: int, account: int, lo: int) -> bool:
    """Tell whether an entry is the first payment of its pair since row ``lo``, and moves money."""
    if lists.prev[place] >= lo:
        return False
    return moves(ground, lists.row[place], account, lists.other[place])


@compiled
def makes_link(ground: Ground, row: int, since: int) -> bool:
    """Tell whether a row moves money and is the first payment of its pair since a time."""
    held = ground.held
    source, before = held.source[row - held.base], held.prev[row - held.base]
    if source < 0 or not moves(ground, row, source, held.target[row - held.base]):
        return False
    return bool(before < held.first or held.time[before - held.base] < since)


@compiled
def row_since(held: View, time: int) -> int:
    """Return the first row at or after a time."""
    return int(first_row_since(held.time, held.base, held.first, held.end, time))


@compiled
def links_of(
    ground: Ground, lists: Lists, account: int, lo: int, since: int, before: int, rows: Longs
) -> int:
    """Write the rows of an account's links since a time and below row ``before``, newest first.

    Return how many there are: at most the length of ``rows``, and those among `REPEATS` times as
    many entries.
    """
    place, count = at_or_after(lists, account, before) - 1, 0
    oldest = max(lists.start[account], place - REPEATS * len(rows) + 1)
    while place >= oldest and count < len(rows):
        if lists.time[place] < since or lists.row[place] < lo:
            break
        if is_link(ground, lists, place, account, lo):
            rows[count] = lists.row[place]
            count += 1
        place -= 1
    return count


@compiled
def degree(ground: Ground, lists: Lists, account: int, lo: int, row: int, entries: int) -> int:
    """Return how many links an account has from row ``lo`` to before ``row``.

    Of its newest ``entries`` before that row.
    """
    last, count = at_or_after(lists, account, row) - 1, 0
    for place in range(last, max(lists.start[account], last - entries + 1) - 1, -1):
        if lists.row[place] < lo:
            break
        count += is_link(ground, lists, place, account, lo)
    return count


@compiled
def _paid(
    ground: Ground, account: int, lo: int, row: int, entries: int, least: int, links: bool
) -> float:
    """Return the mean of ln(1 + amount) of what one account paid before a row (`everyday`)."""
    out, total, count = ground.held.out, 0.0, 0
    last = at_or_after(out, account, row) - 1
    for place in range(last, max(out.start[account], last - entries + 1) - 1, -1):
        if out.row[place] < lo:
            break
        if out.other[place] >= 0 and is_link(ground, out, place, account, lo) == links:
            total += np.log(1.0 + out.amount[place])
            count += 1
    return total / count if count >= least else np.nan


@counted
def everyday(
    ground: Ground, accounts: Ints, lo: int, row: int, entries: int, least: int, links: bool
) -> Floats:
    """Return for each account the mean of ln(1 + amount) of what it paid before a row.

    Of its newest ``entries`` from row ``lo`` on, cash left out: of ``links`` or of all others; not
    a number where there are fewer than ``least``.
    """
    means = np.empty(len(accounts))
    for at in range(len(accounts)):
        if at > 0 and accounts[at] == accounts[at - 1]:  # who pays many is looked at once
            means[at] = means[at - 1]
        else:
            means[at] = _paid(ground, accounts[at], lo, row, entries, least, links)
    return means


@compiled
def mean_degree(
    ground: Ground, into: bool, accounts: Ints, lo: int, rows: Longs, entries: int
) -> float:
    """Return the mean of ln(1 + links) of accounts, each before a row of its own.

    ``into``: of the links into them, else out of them.
    """
    total = 0.0
    lists = ground.held.into if into else ground.held.out
    for at in range(len(accounts)):
        total += np.log(1.0 + degree(ground, lists, accounts[at], lo, rows[at], entries))
    return total / len(accounts)
