"""Surges: an account has many new counterparties within a time in which few would be usual.

For each trailing run of links that ends at a fresh row, the number of links is compared with the
account's rate before the run by the log-likelihood ratio of Poisson counts (Kulldorff, A spatial
scan statistic, 1997), and the run that stands out most is taken.
"""

from typing import Final, NamedTuple

import numpy as np

from catalystindex.aml.kernels.links import Ground, Reach, degree, is_link, makes_link, row_since
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import Flags, Floats, Lists, Longs

DAY: Final = 86_400_000_000.0
PRIOR_LINKS: Final = 0.5
PRIOR_DAYS: Final = 1.0
"""An account of which nothing is known is taken to begin a relation every other day; the more is
known, the less of this remains."""
SHORTEST_DAYS: Final = 0.5
"""Added to the length of a run, so that an instant has a length."""
COUNTERPARTIES: Final = 32
"""Newest counterparties whose own links are counted."""
MOST_AT_USUAL_RATE: Final = 200
"""An account with more links in the window than this, at its usual rate, is a hub of business."""
THEIR_ENTRIES: Final = 128
"""Newest entries of each of them that are looked at."""


class Surges(NamedTuple):
    """What is told of surges: arrays of one length."""

    row: Longs
    """The fresh row that completes it."""
    begin: Longs
    """Row of its first link."""
    links: Longs
    usual: Floats
    """Links that its time would hold at the account's rate before."""
    surprise: Floats
    """Natural logarithm of the likelihood ratio."""
    gather: Floats
    """Mean over counterparties of ln(1 + links into them)."""
    spread: Floats
    """Mean over counterparties of ln(1 + links out of them)."""
    through: Longs
    """Links on the account's other side: out of a collector, into a distributor."""
    bounded: Flags
    """Whether the account had more entries than were looked at."""


class Run(NamedTuple):
    """A run of links that ends at an entry."""

    place: int
    """Of its first entry; -1 if none stands out."""
    links: int
    usual: float
    surprise: float


def room_for_surges(count: int) -> Surges:
    """Return arrays for so many surges."""
    types = (*(np.int64,) * 3, *(np.float64,) * 4, np.int64, np.bool_)
    return Surges._make(np.empty(count, one) for one in types)


@compiled
def has_links(
    ground: Ground, lists: Lists, account: int, last: int, since: int, least: int, entries: int
) -> bool:
    """Tell quickly whether there may be so many links since a time, up to entry ``last``."""
    count = 0
    for place in range(last, max(lists.start[account], last - entries + 1) - 1, -1):
        if lists.time[place] < since:
            return False
        before = lists.prev[place]
        count += before < ground.held.first or ground.held.time[before - ground.held.base] < since
        if count >= least:
            return True
    return False


@compiled
def _expected(before: int, known: int, begin: int, end: int) -> float:
    """Return how many links a run would have at the rate of those before it, known since a time."""
    rate = (before + PRIOR_LINKS) / ((begin - known) / DAY + PRIOR_DAYS / (1 + before))
    return rate * ((end - begin) / DAY + SHORTEST_DAYS)


@compiled
def _run_of(place: int, links: int, expected: float) -> Run:
    """Return a run with its surprise: none where there are no more links than expected."""
    if links <= expected:
        return Run(place, links, expected, 0.0)
    ratio = links * np.log(links / expected) - (links - expected)
    return Run(place, links, expected, ratio)


@compiled
def _count_links(
    ground: Ground, lists: Lists, account: int, oldest: int, last: int, lo: int
) -> int:
    count = 0
    for place in range(oldest, last + 1):
        count += is_link(ground, lists, place, account, lo)
    return count


@compiled
def best_run(
    ground: Ground,
    lists: Lists,
    account: int,
    oldest: int,
    last: int,
    lo: int,
    known: int,
    since: int,
    surprise: float,
) -> Run:
    """Return the run of links that ends at entry ``last`` and stands out most.

    Where none is surprising enough it is all links of the window. Entries from ``oldest`` on are
    looked at, and the history is ``known`` since that time; runs begin at or after ``since``;
    ``lo`` is the first row of the look-back.
    """
    end, links = lists.time[last], 0
    before = _count_links(ground, lists, account, oldest, last, lo)
    best, whole = Run(-1, 0, 0.0, 0.0), Run(-1, 0, 0.0, 0.0)
    for place in range(last, oldest - 1, -1):
        begin = lists.time[place]
        if begin < since:
            break
        if not is_link(ground, lists, place, account, lo):
            continue
        links, before = links + 1, before - 1
        whole = _run_of(place, links, _expected(before, known, begin, end))
        if whole.surprise > best.surprise:
            best = whole
    return best if best.links and best.surprise >= surprise else whole


@compiled
def _look_around(
    ground: Ground, lists: Lists, account: int, run: Run, last: int, lo: int, at: int, told: Surges
) -> None:
    """Tell how many links the counterparties of a run have themselves."""
    held, looked, gather, spread = ground.held, 0, 0.0, 0.0
    for place in range(last, run.place - 1, -1):
        if not is_link(ground, lists, place, account, lo):
            continue
        other, row = lists.other[place], lists.row[place]
        gather += np.log(1.0 + degree(ground, held.into, other, lo, row, THEIR_ENTRIES))
        spread += np.log(1.0 + degree(ground, held.out, other, lo, row, THEIR_ENTRIES))
        looked += 1
        if looked == COUNTERPARTIES:
            break
    told.gather[at], told.spread[at] = gather / looked, spread / looked


@compiled
def _surge(
    ground: Ground,
    row: int,
    into: bool,
    reach: Reach,
    least: int,
    surprise: float,
    network: float,
    at: int,
    told: Surges,
) -> bool:
    """Tell of the surge of an account that ends at a row; False if there is none."""
    held = ground.held
    account = held.target[row - held.base] if into else held.source[row - held.base]
    lists, back = (held.into, held.out) if into else (held.out, held.into)
    time, last = held.time[row - held.base], at_or_after(lists, account, row)
    if not has_links(ground, lists, account, last, time - reach.window, least, reach.entries):
        return False
    lo = row_since(held, time - reach.window - reach.history)
    oldest = max(at_or_after(lists, account, lo), last - reach.entries + 1)
    bounded = oldest > lists.start[account] and lists.row[oldest - 1] >= lo
    known, since = held.time[lo - held.base], time - reach.window
    if bounded:  # the older half tells what is usual
        known, since = lists.time[oldest], max(since, lists.time[(oldest + last) >> 1])
    run = best_run(ground, lists, account, oldest, last, lo, known, since, surprise)
    if run.links < least or (run.surprise < surprise and run.links > MOST_AT_USUAL_RATE):
        return False
    told.row[at], told.begin[at], told.links[at] = row, lists.row[run.place], run.links
    told.usual[at], told.surprise[at], told.bounded[at] = run.usual, run.surprise, bounded
    told.through[at] = degree(ground, back, account, lo, row, reach.entries)
    _look_around(ground, lists, account, run, last, lo, at, told)
    around = told.gather[at] if into else told.spread[at]
    return run.surprise >= surprise or around >= network


@compiled
def surges(
    ground: Ground,
    lo: int,
    hi: int,
    into: bool,
    reach: Reach,
    least: int,
    surprise: float,
    network: float,
    told: Surges,
) -> int:
    """Tell of the surges of at least so many links that end at fresh rows; return how many.

    Either they are surprising enough, or their counterparties have enough links themselves.

    ``into``: of what accounts are paid, else of what they pay.
    """
    held, found = ground.held, 0
    for row in range(lo, hi):
        since = held.time[row - held.base] - reach.window - reach.history
        if makes_link(ground, row, since):
            found += _surge(ground, row, into, reach, least, surprise, network, found, told)
    return found


@counted
def run_links(ground: Ground, row: int, begin: int, into: bool, lo: int, most: int) -> Longs:
    """Return the rows of the newest links of a run, in order: at most so many."""
    held = ground.held
    lists = held.into if into else held.out
    account = held.target[row - held.base] if into else held.source[row - held.base]
    rows, count = np.empty(most, np.int64), 0
    for place in range(at_or_after(lists, account, row), lists.start[account] - 1, -1):
        if lists.row[place] < begin or count == most:
            break
        if is_link(ground, lists, place, account, lo):
            rows[count] = lists.row[place]
            count += 1
    return rows[:count][::-1].copy()
