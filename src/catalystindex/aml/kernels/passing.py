"""Gather-scatter: what came in by new links goes out by others, less a commission."""

from typing import Final, NamedTuple

import numpy as np

from catalystindex.aml.kernels.links import Ground, Reach, links_of, makes_link, row_since
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.layout import Floats, Longs

INS: Final = 24
OUTS: Final = 12
"""Newest links of a hub that are matched, in each direction."""
RATES: Final = np.array((0.01, 0.02, 0.03, 0.05, 0.10, 0.15, 0.20))
"""Customary commissions."""
SPACING: Final = 0.2 / 7
"""Mean distance between them."""
COARSE: Final = 100
MOST_COARSE: Final = 10**9
"""Sums that are multiples of so many minor units, a power of ten, are taken as rounded to it."""
SURE: Final = 15.0
"""From here on a fit is taken as meant when matches are ranked: one in so many would be chance."""


class Passed(NamedTuple):
    """Links in and out of a hub whose sums match; no links if there are none."""

    skipped: int
    """Newer links in that are no part of it."""
    ins: int
    outs: int
    received: float
    sent: float
    sure: float
    """How surely the commission is a customary rate: one in so many would be by chance."""


class Passings(NamedTuple):
    """What is told of passing hubs: arrays of one length, as of `Passed`."""

    row: Longs
    ins: Longs
    outs: Longs
    received: Floats
    sent: Floats
    sure: Floats


def room_for_passings(count: int) -> Passings:
    """Return arrays for so many."""
    types = (*(np.int64,) * 3, *(np.float64,) * 3)
    return Passings._make(np.empty(count, one) for one in types)


@compiled
def grain(one: float, other: float) -> int:
    """Return the power of ten that two whole numbers are rounded to; 1 below `COARSE`."""
    power = 1
    while power < MOST_COARSE and one % 10 == 0 and other % 10 == 0:
        one, other, power = one // 10, other // 10, 10 * power
    return power if power >= COARSE else 1


@compiled
def rounding(payments: int) -> float:
    """Return by how many minor units a sum may be off where each payment may by half a one."""
    return 0.01 + 0.5 * payments


@compiled
def sureness(received: float, sent: float, payments: int) -> float:
    """Return how surely what is kept is a customary rate of what was received, to the cent.

    Each of the payments may be rounded by half a minor unit. Of sums at random one in so many would
    fit; 0 where it does not.
    """
    slack = rounding(payments) * grain(received, sent)
    kept = received - sent
    for rate in RATES:
        if abs(kept - rate * received) <= slack:
            return float(SPACING * received / (2 * slack))
    return 0.0


@compiled
def _rank(one: Passed) -> float:
    """Return what a match is preferred by: its links, after a commission that is meant.

    0 of none, and of one that passes links over for no such commission.
    """
    if one.sure >= SURE:
        return 1e6 + one.ins + one.outs
    return 0.0 if one.ins == 0 or one.skipped else float(one.ins + one.outs)


@compiled
def _best_of(
    ground: Ground, ins: Longs, skipped: int, least: int, kept: float, most: float, best: Passed
) -> Passed:
    """Return the best match of links in from place ``skipped`` on with one sum out.

    ``best`` says what was sent by how many links, and is returned where nothing matches.
    """
    received, sent, out = 0.0, best.sent, best.outs
    for place in range(skipped, len(ins)):
        received += ground.held.amount[ins[place] - ground.held.base]
        if kept * received > sent:
            break
        links = place - skipped + 1
        if sent <= most * received and links + out >= least:
            sure = sureness(received, sent, links + out) / ((skipped + 1) * links * out)
            one = Passed(skipped, links, out, received, sent, sure)
            best = one if _rank(one) > _rank(best) else best
    return best


@counted
def passed_on(
    ground: Ground,
    row: int,
    lo: int,
    since: int,
    least: int,
    kept: float,
    most: float,
    ins: Longs,
    outs: Longs,
) -> Passed:
    """Return the match of the newest links out of a row's payer with links into it before them.

    The sum out is from ``kept`` to ``most`` of the sum in. Links in are the newest ones, or
    neighbours further back if the commission is surely a customary rate. Such a rate goes first,
    then the match of most links. ``ins`` and ``outs`` hold rows then.
    """
    held, best, sent = ground.held, Passed(0, 0, 0, 0.0, 0.0, 0.0), 0.0
    hub = held.source[row - held.base]
    for out in range(links_of(ground, held.out, hub, lo, since, row + 1, outs)):
        sent += held.amount[outs[out] - held.base]
        got = links_of(ground, held.into, hub, lo, since, held.tie[outs[out] - held.base], ins)
        for skipped in range(got if sent > 0 else 0):
            nothing = Passed(0, 0, out + 1, 0.0, sent, 0.0)
            one = _best_of(ground, ins[:got], skipped, least, kept, most, nothing)
            best = one if _rank(one) > _rank(best) else best
    if best.ins:
        links_of(ground, held.into, hub, lo, since, held.tie[outs[best.outs - 1] - held.base], ins)
    return best


@counted
def passing_links(
    ground: Ground, row: int, lo: int, since: int, least: int, kept: float, most: float
) -> Longs:
    """Return the links of the match that a row completes, in order."""
    ins, outs = np.empty(INS, np.int64), np.empty(OUTS, np.int64)
    found = passed_on(ground, row, lo, since, least, kept, most, ins, outs)
    matched = ins[found.skipped : found.skipped + found.ins]
    links = np.concatenate((matched, outs[: found.outs]))
    links.sort()
    return links


@counted
def passings(
    ground: Ground,
    lo: int,
    hi: int,
    reach: Reach,
    least: int,
    kept: float,
    most: float,
    told: Passings,
) -> int:
    """Tell of the matches of at least so many links that fresh rows complete; return how many."""
    held, at = ground.held, 0
    ins, outs = np.empty(INS, np.int64), np.empty(OUTS, np.int64)
    for row in range(lo, hi):
        time = held.time[row - held.base]
        if not makes_link(ground, row, time - reach.window - reach.history):
            continue
        first = row_since(held, time - reach.window - reach.history)
        since = time - reach.window
        found = passed_on(ground, row, first, since, least, kept, most, ins, outs)
        if found.ins == 0:
            continue
        told.row[at], told.ins[at], told.outs[at] = row, found.ins, found.outs
        told.received[at], told.sent[at] = found.received, found.sent
        told.sure[at] = found.sure
        at += 1
    return at
