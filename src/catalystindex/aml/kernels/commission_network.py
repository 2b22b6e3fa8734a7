"""Middlemen who keep the same commission, and are connected by what they pay and are paid."""

from typing import Final, NamedTuple

import numpy as np

from catalystindex.aml.kernels.commission import (
    ANY,
    INS,
    OUTS,
    PARTS,
    RUN,
    Asked,
    Match,
    Room,
    match_at,
    newest,
    room_for_matches,
)
from catalystindex.aml.kernels.links import Ground
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import Floats, Ints, Lists, Longs

COMPLETIONS: Final = 6
"""First payments out of a possible middleman, from the connecting one on, that are tried."""
FIRST: Final = 1.0
"""Surprise of the middleman that a search begins with, at least."""
APART: Final = 1e-9
"""Surprises that differ by less are the same: sums were taken in another order."""
GAIN: Final = 1.0
"""What another one adds to the surprise, at least."""
NEXT: Final = float(np.log(2))
"""What it takes from the surprise that one pays the other: there are two ways round."""


STEPS_MET: Final = 1
ENTRIES_MET: Final = 2
HUBS_MET: Final = 4
"""Bits of a search that ended early: for its steps, newest payments, or middlemen."""


class Search(NamedTuple):
    """What a search may look at."""

    least: int
    """Minor units of each payment, at least."""
    steps: int
    """Matches that may be tried."""


class Network(NamedTuple):
    """Middlemen that were found, and where a search works. Made once for many."""

    hub: Ints
    gain: Floats
    """What each adds to the surprise."""
    rows: Longs
    """For each payments in (`RUN`), then those out (`PARTS`); `ANY` where there are fewer."""
    rate: Longs
    """One number: the place of their rate in `RATES`."""
    ends: Longs
    """Number of middlemen, of matches that were tried, and bits of the bounds that were met."""
    beside: Longs
    """Rows of an account by which others may be connected: one more than are followed."""
    room: Room


class Limits(NamedTuple):
    """What a search keeps to."""

    row: int
    """Payments after this row are not there yet."""
    since: int
    """No payment is earlier than this time."""
    rate: int
    search: Search


class Networks(NamedTuple):
    """What is told of fresh rows: arrays of one length."""

    row: Longs
    surprise: Floats


def room_for_networks(count: int) -> Networks:
    """Return arrays for so many."""
    return Networks(np.empty(count, np.int64), np.empty(count))


@counted
def room_for_network(hubs: int, entries: int) -> Network:
    """Return room for searches: for so many middlemen at most.

    So many of an account's newest payments are followed to others.
    """
    return Network(
        np.empty(hubs, np.int32), np.empty(hubs, np.float64),
        np.empty((hubs, RUN + PARTS), np.int64), np.zeros(1, np.int64), np.zeros(3, np.int64),
        np.empty(entries + 1, np.int64), room_for_matches(),
    )  # fmt: skip


@compiled
def _take(rows: Longs, count: int, chosen: int, into: Longs) -> None:
    """Write the rows of a set of places."""
    at = 0
    for place in range(count):
        if chosen >> place & 1:
            into[at] = rows[place]
            at += 1


@compiled
def _join(ground: Ground, net: Network, row: int, match: Match, gain: float) -> None:
    """Take a middleman in."""
    at = net.ends[0]
    net.hub[at], net.gain[at] = ground.held.source[row - ground.held.base], gain
    net.rows[at, :] = ANY
    _take(net.room.ins, INS, match.ins, net.rows[at, :RUN])
    _take(net.room.outs, OUTS, match.outs, net.rows[at, RUN:])
    net.ends[0] += 1


@compiled
def _is_in(net: Network, account: int) -> bool:
    at = 0
    while at < net.ends[0] and net.hub[at] != account:
        at += 1
    return bool(at < net.ends[0])


@compiled
def _asked(limits: Limits, row: int, paid: bool) -> Asked:
    return Asked(limits.since, limits.search.least, limits.rate, row, paid)


@compiled
def _best_completion(
    ground: Ground, net: Network, limits: Limits, account: int, asked: Asked
) -> tuple[int, float]:
    """Return the payment that completes an account's most surprising match, and its surprise.

    ``asked`` names the payment into or out of it that connects it. `ANY` where nothing matches.
    """
    out = ground.held.out
    end = out.start[account] + out.length[account]
    place = at_or_after(out, account, asked.row)
    best, surprise = ANY, 0.0
    for at in range(place, min(place + COMPLETIONS, end)):
        row = out.row[at]
        if row > limits.row:
            break
        if net.ends[1] >= limits.search.steps:
            net.ends[2] |= STEPS_MET
            break
        net.ends[1] += 1
        match = match_at(ground, row, asked, net.room)
        if match.rate != ANY and (best == ANY or match.surprise > surprise + APART):
            best, surprise = row, match.surprise
    return best, surprise


@compiled
def _try(
    ground: Ground, net: Network, limits: Limits, account: int, asked: Asked, cost: float
) -> None:
    """Take an account in if it is a middleman, too."""
    if account < 0 or _is_in(net, account):
        return
    if net.ends[0] == len(net.hub):
        net.ends[2] |= HUBS_MET
        return
    row, surprise = _best_completion(ground, net, limits, account, asked)
    if row != ANY and surprise - cost >= GAIN:
        match = match_at(ground, row, asked, net.room)
        _join(ground, net, row, match, surprise - cost)


@compiled
def _siblings(
    ground: Ground, net: Network, limits: Limits, lists: Lists, account: int, paid: bool
) -> None:
    """Try who is paid by an account, or pays it (``paid``: the payment is one out of the other).

    The more there are, the more of them match by chance.
    """
    held, most = ground.held, len(net.beside) - 1
    asked = _asked(limits, ANY, paid)
    count = newest(ground, lists, account, limits.row + 1, asked, net.beside)
    if count > most:
        net.ends[2] |= ENTRIES_MET
    cost = np.log(1.0 + min(count, most))
    for at in range(min(count, most)):
        row = net.beside[at]
        other = held.source[row - held.base] if paid else held.target[row - held.base]
        _try(ground, net, limits, other, _asked(limits, row, paid), cost)


@compiled
def _follow(ground: Ground, net: Network, limits: Limits, at: int) -> None:
    """Try all who are connected with one middleman."""
    held = ground.held
    for part in range(RUN + PARTS):
        row = net.rows[at, part]
        if row == ANY:
            continue
        if part < RUN:
            payer = held.source[row - held.base]
            _try(ground, net, limits, payer, _asked(limits, row, True), NEXT)
            _siblings(ground, net, limits, held.out, payer, False)
        else:
            payee = held.target[row - held.base]
            _try(ground, net, limits, payee, _asked(limits, row, False), NEXT)
            _siblings(ground, net, limits, held.into, payee, True)


@compiled
def grow(ground: Ground, row: int, window: int, search: Search, net: Network) -> float:
    """Find the network around the middleman that a payment completes; return its surprise.

    All of it takes place in ``window`` microseconds. 0 where the payment completes none.
    ``net.ends`` holds how many middlemen there are.
    """
    held = ground.held
    since = held.time[row - held.base] - window
    net.ends[:] = 0
    match = match_at(ground, row, Asked(since, search.least, ANY, ANY, False), net.room)
    if match.rate == ANY or match.surprise < FIRST:
        return 0.0
    _join(ground, net, row, match, match.surprise)
    net.rate[0] = match.rate
    limits = Limits(row, since, match.rate, search)
    at = 0
    while at < net.ends[0]:
        _follow(ground, net, limits, at)
        at += 1
    return float(net.gain[: net.ends[0]].sum())


@compiled
def networks(
    ground: Ground,
    fresh: tuple[int, int],
    window: int,
    search: Search,
    net: Network,
    surprise: float,
    told: Networks,
) -> int:
    """Tell of networks of two or more that fresh rows complete, as surprising; return how many."""
    count = 0
    for row in range(fresh[0], fresh[1]):
        found = grow(ground, row, window, search, net)
        if net.ends[0] >= 2 and found >= surprise:
            told.row[count], told.surprise[count] = row, found
            count += 1
    return count
