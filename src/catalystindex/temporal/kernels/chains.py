"""Pass-through: the longest chain that a payment ends, of payments that pass on most of the last.

In a chain each payment is made by who received the one before, strictly later but within a delay,
over an amount between two shares of it; no account is in it twice. All of it lies within the window
of its last payment, and it has no more edges than a bound.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, folded, inlined
from catalystindex.temporal.features.table import CAPPED_SEARCH
from catalystindex.temporal.kernels.paths import kept, on_path, record
from catalystindex.temporal.kernels.spans import place_after
from catalystindex.temporal.kernels.strict import is_transfer
from catalystindex.temporal.layout import Floats, Ints, Longs, Shorts, View

_ROUNDING = 1 + 1e-9
"""A share is not ruled out by what rounding may have taken from its bound."""


class ChainTerms(NamedTuple):
    """Which chains are looked for."""

    longest: int
    """Edges of the longest chain that is told from longer ones."""
    delay: int
    """Microseconds within which an account passes on."""
    keep_low: float
    keep_high: float
    """Shares of what it received that it passes on."""
    max_steps: int
    """Entries that the search for one payment may visit."""


class Trail(NamedTuple):
    """The chain back from the new payment, by number."""

    row: Longs
    account: Longs
    """The payee of the new payment, then who made each payment."""
    at: Longs
    """Position after the next entry to be looked at."""
    first: Longs


@inlined
def _enter(view: View, low: int, trail: Trail, depth: int, row: int) -> None:
    account = view.source[row - view.base]
    begin = view.into.start[account]
    stop = begin + view.into.length[account]
    end = place_after(view.into.row, begin, stop, view.tie[row - view.base] - 1)
    trail.row[depth], trail.account[depth + 1] = row, account
    trail.at[depth] = end
    trail.first[depth] = place_after(view.into.row, begin, end, low - 1)


@inlined
def _follows(view: View, terms: ChainTerms, trail: Trail, depth: int, position: int) -> bool:
    """Tell whether an entry can be the payment before the chain."""
    other = view.into.other[position]
    passed_on = view.amount[trail.row[depth] - view.base]
    return bool(
        other >= 0
        and kept(view.into.amount[position], passed_on, terms.keep_low, terms.keep_high)
        and not on_path(trail.account, depth + 1, other)
    )


@inlined
def _is_soon(view: View, terms: ChainTerms, trail: Trail, depth: int, position: int) -> bool:
    """Tell whether there is an entry at a position, within the delay before the chain."""
    soon = position >= trail.first[depth]
    if soon:
        next_time = view.time[trail.row[depth] - view.base]
        soon = view.into.time[position] >= next_time - terms.delay
    return bool(soon)


@inlined
def _is_better(edges: int, share: float, best_edges: int, best_share: float) -> bool:
    return edges > best_edges or (edges == best_edges and share > best_share)


@inlined
def _may_be_better(terms: ChainTerms, edges: int, share: float, depth: int, part: float) -> bool:
    """Tell whether a chain with one more entry could become better than the best by longer ones."""
    left = terms.longest - depth - 2
    if edges == terms.longest:
        part *= terms.keep_high**left * _ROUNDING
    return left > 0 and (edges < terms.longest or part > share)


@inlined
def _take(
    view: View, row: int, low: int, terms: ChainTerms, trail: Trail, depth: int, edges: int,
    share: float, found: Ints,
) -> tuple[int, float, int]:  # fmt: skip
    """Take an entry before the chain; return the best edges and share, and the depth to go on."""
    position = trail.at[depth]
    entry = view.into.row[position]
    part = view.amount[row - view.base] / max(view.into.amount[position], 1)
    if _is_better(depth + 2, part, edges, share):
        edges, share = depth + 2, part
        record(trail.row, depth, entry, found)
    if _may_be_better(terms, edges, share, depth, part):
        depth += 1
        _enter(view, low, trail, depth, entry)
    return edges, share, depth


@folded
def longest_chain(
    view: View, row: int, low: int, terms: ChainTerms, trail: Trail, found: Ints
) -> tuple[int, float, bool]:
    """Find the longest chain that a transfer ends, of payments from row ``low`` on.

    Of equally long ones it is that whose first payment was the smallest, so that the largest share
    arrived; of equal shares that whose rows, read from the last, are the newest at the first
    difference. Its rows are written into ``found`` (of ``terms.longest`` elements), -1 after them.
    Returns its edges, the share of the first amount that arrived, and whether ``max_steps`` ended
    the search.
    """
    edges, share, steps = 1, 1.0, 0
    depth = 0 if terms.longest > 1 else -1
    trail.account[0] = view.target[row - view.base]
    _enter(view, low, trail, 0, row)
    record(trail.row, -1, row, found)
    while depth >= 0:
        position = trail.at[depth] - 1
        if not _is_soon(view, terms, trail, depth, position):
            depth -= 1
            continue
        steps += 1
        if steps > terms.max_steps:
            return edges, share, True
        trail.at[depth] = position
        if _follows(view, terms, trail, depth, position):
            edges, share, depth = _take(view, row, low, terms, trail, depth, edges, share, found)
    return edges, share, False


@inlined
def _was_paid(view: View, account: int, low: int) -> bool:
    """Tell whether an account was paid in row ``low`` or later: half of all payers were not."""
    count = view.into.length[account]
    return bool(count > 0 and view.into.row[view.into.start[account] + count - 1] >= low)


@compiled
def longest_chains(
    view: View, lo: int, hi: int, window_rows: Ints, terms: ChainTerms, trail: Trail, found: Ints,
    out: Floats, column: int, flags: Shorts,
) -> None:  # fmt: skip
    """Write edges and share of the longest chain (`longest_chain`) of rows ``lo`` to ``hi``.

    They are two columns from ``column`` on, which stay as they are for what is no transfer.
    ``found`` is to work in.
    """
    for row in range(lo, hi):
        if is_transfer(view, row):
            at = row - lo
            edges, share, capped = 1, 1.0, False
            if _was_paid(view, view.source[row - view.base], window_rows[at]):
                edges, share, capped = longest_chain(
                    view, row, window_rows[at], terms, trail, found
                )
            out[at, column], out[at, column + 1] = edges, share
            flags[at] |= CAPPED_SEARCH if capped else 0
