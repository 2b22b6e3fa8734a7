"""The best cycle that a payment closes: the evidence for one, where amounts are kept on the way.

A search back from the new payment, newest entries first. An entry is followed only if the next
payment passes on a share of it between two bounds, and if the cycle could still be better than the
best one so far.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, inlined
from catalystindex.temporal.features.table import CAPPED_SEARCH
from catalystindex.temporal.kernels.strict import is_transfer, place_of_row
from catalystindex.temporal.layout import Floats, Ints, Longs, Shorts, View


class Terms(NamedTuple):
    """Which cycles are looked for."""

    shortest: int
    longest: int
    """Edges, from 2."""
    keep_low: float
    keep_high: float
    """A payment must be between these shares of the one before it in the cycle."""
    max_steps: int
    """Entries that the search for one payment may visit."""


class Path(NamedTuple):
    """The payments of the path back from the new one, by number; one more than the most edges."""

    row: Longs
    account: Longs
    """Who made the payment."""
    at: Longs
    """Position after the next entry of that account to be looked at."""
    first: Longs
    """Its first position."""
    worst: Floats
    """The least closeness of a payment to the next one, so far."""


@inlined
def _enter(view: View, low: int, path: Path, depth: int, row: int, worst: float) -> None:
    account = view.source[row - view.base]
    begin = view.into.start[account]
    stop = begin + view.into.length[account]
    first = place_of_row(view.into.row, begin, stop, low)
    path.row[depth], path.account[depth], path.worst[depth] = row, account, worst
    path.first[depth] = first
    path.at[depth] = place_of_row(view.into.row, first, stop, view.tie[row - view.base])


@inlined
def kept(received: int, passed_on: int, keep_low: float, keep_high: float) -> bool:
    """Tell whether a payment passes on between two shares of the one before it."""
    return keep_low * received <= passed_on and passed_on <= keep_high * received


@inlined
def on_path(accounts: Longs, depth: int, account: int) -> bool:
    """Tell whether one of the accounts 0 to ``depth`` of a path is this one."""
    found = False
    for step in range(depth + 1):
        found = found or accounts[step] == account
    return found


@compiled
def _closeness(view: View, terms: Terms, path: Path, depth: int, position: int) -> float:
    """Return the least closeness of the path with one more entry; 0 where it may not be taken."""
    other = view.into.other[position]
    if other < 0 or on_path(path.account, depth, other):
        return 0.0
    received = view.into.amount[position]
    passed_on = view.amount[path.row[depth] - view.base]
    if not kept(received, passed_on, terms.keep_low, terms.keep_high):
        return 0.0
    close = min(received, passed_on) / max(received, passed_on, 1)
    return float(min(close, path.worst[depth]))


@inlined
def record(rows: Longs, depth: int, row: int, found: Ints) -> None:
    """Write a path in order of time, then -1: ``row`` and the rows of 0 to ``depth``, backwards."""
    found[0] = row
    for step in range(depth + 1):
        found[step + 1] = rows[depth - step]
    for step in range(depth + 2, len(found)):
        found[step] = -1


@inlined
def _take(
    view: View, row: int, low: int, terms: Terms, path: Path, depth: int, close: float,
    best: float, found: Ints,
) -> tuple[float, int]:  # fmt: skip
    """Take an entry: it closes a cycle, leads on or neither. Return the new best, and the depth."""
    position = path.at[depth]
    entry = view.into.row[position]
    if view.into.other[position] == view.target[row - view.base]:
        if depth + 2 >= terms.shortest:
            record(path.row, depth, entry, found)
            best = close
    elif depth + 3 <= terms.longest:
        depth += 1
        _enter(view, low, path, depth, entry, close)
    return best, depth


@compiled
def best_cycle(
    view: View, row: int, low: int, terms: Terms, path: Path, found: Ints
) -> tuple[float, bool]:
    """Find the best cycle that a transfer closes with payments from row ``low`` on.

    Best is the one whose least closeness (smaller of two successive amounts by the larger) is the
    most; of equal ones, that whose rows, read from the last, are the newest at the first
    difference. Its rows are written into ``found`` (of ``terms.longest`` elements), -1 after them.
    Returns its least closeness, 0 if there is none, and whether ``max_steps`` ended the search.
    """
    best, depth, steps = 0.0, 0, 0
    _enter(view, low, path, 0, row, 1.0)
    while depth >= 0:
        if path.at[depth] == path.first[depth]:
            depth -= 1
            continue
        steps += 1
        if steps > terms.max_steps:
            return best, True
        path.at[depth] -= 1
        close = _closeness(view, terms, path, depth, path.at[depth])
        if close > best:
            best, depth = _take(view, row, low, terms, path, depth, close, best, found)
    return best, False


@compiled
def best_cycles(
    view: View, lo: int, hi: int, window_rows: Ints, terms: Terms, path: Path, found: Ints,
    closeness: Floats, flags: Shorts,
) -> None:  # fmt: skip
    """Find the best cycle (`best_cycle`) of each of the rows ``lo`` to ``hi``.

    ``found`` is (rows, ``terms.longest``), full of -1; ``closeness`` and ``flags`` are full of 0.
    """
    for row in range(lo, hi):
        if is_transfer(view, row):
            at = row - lo
            closeness[at], capped = best_cycle(view, row, window_rows[at], terms, path, found[at])
            flags[at] |= CAPPED_SEARCH if capped else 0
