"""The search for cycles between two rims.

It starts from the accounts of one rim (the *opening* one), follows payments towards the other end
of the new payment, and asks at each account by how many payments of the other (*closing*) rim the
path is closed. It can begin at either end: `Job.back` is whether it goes back in time.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, folded, inlined
from catalystindex.temporal.kernels.cycle_rims import Rim, fitting, group_of, pairs_between
from catalystindex.temporal.kernels.strict import place_of_row, row_after
from catalystindex.temporal.layout import Floats, Ints, Longs

OPENING = 8
"""Steps that finding the entries of an account of a rim counts for, in cycles of four edges."""


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


@inlined
def _moved(keys: Ints, cursor: int, end: int, row: int) -> int:
    """Return the first place from ``cursor`` to ``end`` whose key is more than ``row``, nearby."""
    while cursor < end and keys[cursor] <= row:
        cursor += 1
    return cursor


@inlined
def _passed(closing: Rim, walk: Walk, group: int, start: int, row: int) -> int:
    """Return the payments of a closing group whose keys are at most ``row``.

    Asked with rows in order, for one opening account after the other: so a cursor moves on.
    """
    begin, end = closing.begin[group], closing.begin[group + 1]
    cursor = walk.cursor[group] if walk.turn[group] == start + 1 else begin
    cursor = _moved(closing.key, cursor, end, row)
    walk.turn[group], walk.cursor[group] = start + 1, cursor
    return int(cursor - begin)


@compiled
def _close_here(job: Job, opening: Rim, start: int, closing: Rim, walk: Walk) -> int:
    """Count cycles of four edges through the account of the opening rim that was entered."""
    found, account = 0, walk.account[1]
    begin, stop = opening.begin[start], opening.begin[start + 1]
    here = begin
    for position in range(walk.at[1], walk.stop[1]):
        row, group = job.row[position], group_of(closing, job.other[position])
        if group >= 0 and job.other[position] != account:
            here = _moved(opening.key, here, stop, row)
            passed = _passed(closing, walk, group, start, row)
            all_of = closing.begin[group + 1] - closing.begin[group]
            found += (stop - here) * passed if job.back else (here - begin) * (all_of - passed)
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
def _close_last(job: Job, closing: Rim, walk: Walk, depth: int, counts: Floats, steps: int) -> int:
    """Count the cycles of the most edges through the account entered, if steps are left for it."""
    steps += walk.stop[depth] - walk.at[depth]
    if steps <= job.limit:
        counts[depth + 3] += walk.weight[depth] * _close_all(job, closing, walk, depth)
    walk.at[depth] = walk.stop[depth]
    return int(steps)


@inlined
def _may_follow(job: Job, walk: Walk, depth: int, position: int) -> bool:
    """Tell whether an entry leads to an account that is not on the path, and on to the end."""
    may = job.other[position] >= 0
    if may and job.bit >= 0:
        may = (job.reached[job.row[position] - job.reached_first] >> job.bit) & 1 == 1
    return bool(may and not _on_path(job, walk, depth, job.other[position]))


@inlined
def _follow(
    job: Job, opening: Rim, start: int, closing: Rim, walk: Walk, depth: int, counts: Floats
) -> bool:
    """Take the next entry at ``depth``: count what it closes, and tell whether it was entered."""
    position = walk.at[depth]
    walk.at[depth] += 1
    if not _may_follow(job, walk, depth, position):
        return False
    row, other = job.row[position], job.other[position]
    weight = fitting(opening, start, row) if depth == 1 else walk.weight[depth]
    walk.weight[depth + 1] = weight
    group = group_of(closing, other)
    if group >= 0:
        counts[depth + 3] += weight * fitting(closing, group, row)
    edge = row_after(job.tie, job.base, row, job.high)
    if job.back:
        edge = job.tie[row - job.base]
    _enter(job, walk, depth + 1, other, edge)
    return True


@compiled
def _from_account(
    job: Job, opening: Rim, start: int, closing: Rim, walk: Walk, counts: Floats, steps: int
) -> int:
    """Follow all paths from the account of the opening rim that was entered; return all steps."""
    last, depth, entered = job.length - 3, 1, True
    while depth > 0 and steps <= job.limit:
        if entered and depth == last:
            steps = _close_last(job, closing, walk, depth, counts, steps)
        if walk.at[depth] >= walk.stop[depth]:
            depth -= 1
            entered = False
        else:
            steps += 1
            entered = _follow(job, opening, start, closing, walk, depth, counts)
            depth += entered
    return steps


@compiled
def triangles(early: Rim, late: Rim) -> int:
    """Count cycles of three edges: a payment of each rim, with the same account."""
    found = 0
    for group in range(late.groups):
        other = group_of(early, late.account[group])
        if other >= 0:
            found += pairs_between(early, other, late, group)
    return found


@inlined
def _begin(job: Job, opening: Rim, start: int, walk: Walk) -> None:
    """Stand on an account of the opening rim, with the payment that leaves the most time."""
    edge = opening.key[opening.begin[start]]
    if job.back:
        edge = opening.key[opening.begin[start + 1] - 1]
    _enter(job, walk, 1, opening.account[start], edge)


@folded
def search(job: Job, opening: Rim, closing: Rim, walk: Walk, counts: Floats, steps: int) -> int:
    """Add to ``counts`` (by edges) the cycles of four edges and more; return the steps taken.

    More than ``job.limit`` says that the search was ended by it.
    """
    for group in range(closing.groups):
        walk.turn[group] = 0
    for start in range(opening.groups):
        _begin(job, opening, start, walk)
        if job.length == 4:
            steps += OPENING + walk.stop[1] - walk.at[1]
            if steps <= job.limit:
                counts[4] += _close_here(job, opening, start, closing, walk)
        else:
            steps = _from_account(job, opening, start, closing, walk, counts, steps)
        if steps > job.limit:
            break
    return steps
