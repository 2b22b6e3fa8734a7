"""The search for cycles between two rims.

It starts from the accounts of one rim (the *opening* one), follows payments towards the other end
of the new payment, and asks at each account by how many payments of the other (*closing*) rim the
path is closed. It can begin at either end: `Job.back` is whether it goes back in time.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, inlined
from catalystindex.temporal.kernels.cycle_rims import Rim, fitting, group_of, pairs_between
from catalystindex.temporal.kernels.strict import place_of_row, row_after
from catalystindex.temporal.layout import Floats, Ints, Longs


class Job(NamedTuple):
    """What is searched for, in the lists of one direction."""

    start: Longs
    """As in `Lists`: of what accounts were paid if the search goes back, else of what they paid."""
    size: Ints
    row: Ints
    other: Ints
    tie: Ints
    base: int
    source: int
    target: int
    low: int
    """First row of the window."""
    high: int
    """First row of the new payment's time."""
    length: int
    """Edges of the longest cycle."""
    limit: int
    """Entries that may be visited."""
    back: bool
    bit: int
    """Origin of the new payment's money in ``reached``; -1 if the search is not pruned."""
    reached: Longs
    """`Reach.by_row`, from row ``reached_first`` on."""
    reached_first: int


class Walk(NamedTuple):
    """The path that is being followed, by depth: payments from the opening end."""

    account: Longs
    at: Longs
    """Position of the next entry of the account."""
    stop: Longs
    """Position after its last one."""
    weight: Longs
    """Paths that lead here by the same rows, but for the first one."""
    cursor: Longs
    """By group of the closing rim: where its keys pass the row that is looked at."""
    turn: Longs
    """By group of the closing rim: the account of the opening rim that the cursor is of, + 1."""


@inlined
def _enter(job: Job, walk: Walk, depth: int, account: int, edge: int) -> None:
    """Stand on an account before row ``edge`` if the search goes back, else from that row on."""
    low, high = edge, job.high
    if job.back:
        low, high = job.low, edge
    begin = job.start[account]
    stop = begin + job.size[account]
    first = place_of_row(job.row, begin, stop, low)
    walk.account[depth] = account
    walk.at[depth] = first
    walk.stop[depth] = place_of_row(job.row, first, stop, high)


@inlined
def _on_path(job: Job, walk: Walk, depth: int, account: int) -> bool:
    found = account == job.source or account == job.target
    for step in range(1, depth + 1):
        found = found or walk.account[step] == account
    return found


@compiled
def _close_here(job: Job, opening: Rim, start: int, closing: Rim, walk: Walk) -> int:
    """Count cycles of four edges through an account of the opening rim.

    The entries of the account are in order of row, so counts of payments before (after) a row move
    with cursors and are not looked for anew.
    """
    found, here = 0, opening.begin[start]
    begin, stop, account = opening.begin[start], opening.begin[start + 1], walk.account[1]
    for position in range(walk.at[1], walk.stop[1]):
        other, row = job.other[position], job.row[position]
        group = group_of(closing, other)
        if group < 0 or other == account:
            continue
        while here < stop and opening.key[here] <= row:
            here += 1
        if walk.turn[group] != start + 1:
            walk.turn[group] = start + 1
            walk.cursor[group] = closing.begin[group]
        cursor, end = walk.cursor[group], closing.begin[group + 1]
        while cursor < end and closing.key[cursor] <= row:
            cursor += 1
        walk.cursor[group] = cursor
        if job.back:
            found += (stop - here) * (cursor - closing.begin[group])
        else:
            found += (here - begin) * (end - cursor)
    return int(found)


@inlined
def _close_all(job: Job, closing: Rim, walk: Walk, depth: int) -> int:
    """Count the ways to close the path at the accounts one payment away: its last step."""
    found = 0
    for position in range(walk.at[depth], walk.stop[depth]):
        other = job.other[position]
        group = group_of(closing, other)
        if group >= 0 and not _on_path(job, walk, depth, other):
            found += fitting(closing, group, job.row[position])
    return found


@inlined
def _follow(
    job: Job, opening: Rim, start: int, closing: Rim, walk: Walk, depth: int, counts: Floats
) -> bool:
    """Take the next entry at ``depth``: count what it closes, and tell whether it was entered."""
    position = walk.at[depth]
    walk.at[depth] += 1
    row, other = job.row[position], job.other[position]
    entered = other >= 0
    if entered and job.bit >= 0:
        entered = (job.reached[row - job.reached_first] >> job.bit) & 1 == 1
    if entered and not _on_path(job, walk, depth, other):
        weight = fitting(opening, start, row) if depth == 1 else walk.weight[depth]
        entered = weight > 0
        walk.weight[depth + 1] = weight
    else:
        entered = False
    if entered:
        group = group_of(closing, other)
        if group >= 0:
            counts[depth + 3] += walk.weight[depth + 1] * fitting(closing, group, row)
        edge = job.tie[row - job.base]
        if not job.back:
            edge = row_after(job.tie, job.base, row, job.high)
        _enter(job, walk, depth + 1, other, edge)
    return bool(entered)


@compiled
def _from_account(
    job: Job, opening: Rim, start: int, closing: Rim, walk: Walk, counts: Floats, steps: int
) -> int:
    """Follow all paths from the account of the opening rim that was entered; return all steps."""
    last, depth, entered = job.length - 3, 1, True
    while depth > 0 and steps <= job.limit:
        if entered and depth == last:
            steps += walk.stop[depth] - walk.at[depth]
            counts[depth + 3] += walk.weight[depth] * _close_all(job, closing, walk, depth)
            walk.at[depth] = walk.stop[depth]
        if walk.at[depth] >= walk.stop[depth]:
            depth -= 1
            entered = False
        else:
            steps += 1
            entered = _follow(job, opening, start, closing, walk, depth, counts)
            depth += entered
    return steps


@compiled
def _triangles(job: Job, opening: Rim, closing: Rim) -> int:
    """Count cycles of three edges: a payment of each rim, with the same account."""
    found = 0
    for start in range(opening.groups):
        group = group_of(closing, opening.account[start])
        if group >= 0 and job.back:
            found += pairs_between(closing, group, opening, start)
        elif group >= 0:
            found += pairs_between(opening, start, closing, group)
    return found


@compiled
def search(job: Job, opening: Rim, closing: Rim, walk: Walk, counts: Floats, steps: int) -> int:
    """Add to ``counts`` (by edges) the cycles of three edges and more; return the steps taken.

    More than ``job.limit`` says that the search was ended by it.
    """
    counts[3] += _triangles(job, opening, closing)
    if job.length < 4:
        return steps
    for group in range(closing.groups):
        walk.turn[group] = 0
    for start in range(opening.groups):
        edge = opening.key[opening.begin[start]]
        if job.back:
            edge = opening.key[opening.begin[start + 1] - 1]
        _enter(job, walk, 1, opening.account[start], edge)
        if job.length == 4:
            steps += walk.stop[1] - walk.at[1]
            if steps <= job.limit:
                counts[4] += _close_here(job, opening, start, closing, walk)
        else:
            steps = _from_account(job, opening, start, closing, walk, counts, steps)
        if steps > job.limit:
            break
    return steps
