"""Gather-scatter: what came in by new links goes out by others, less a commission."""

from typing import Final, NamedTuple

import numpy as np

from catalystindex.aml.kernels.links import Ground, Reach, links_of, makes_link, row_since
from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import Floats, Longs

INS: Final = 32
OUTS: Final = 16
"""Newest links of a hub that are matched, in each direction."""
TENTHS: Final = 1000
PERCENT: Final = 100
"""Grids of commissions: tenths of a percent, and whole percents."""
SURE: Final = 20.0
"""Where one in so many amounts would fit, the fit is taken as meant when matches are ranked."""


class Passed(NamedTuple):
    """Links in and out of a hub whose sums match; no links if there are none."""

    ins: int
    outs: int
    received: float
    sent: float
    percent: float
    """How surely the commission is a whole percentage: one in so many amounts would be."""
    tenths: float
    """As much for tenths of a percent."""


class Passings(NamedTuple):
    """What is told of passing hubs: arrays of one length."""

    row: Longs
    ins: Longs
    outs: Longs
    received: Floats
    sent: Floats
    percent: Floats
    tenths: Floats


def room_for_passings(count: int) -> Passings:
    """Return arrays for so many."""
    numbers = [np.empty(count, np.int64) for _ in range(3)]
    return Passings(*numbers, *[np.empty(count, np.float64) for _ in range(4)])


@compiled
def sureness(received: float, sent: float, parts: int, grid: int) -> float:
    """Return how surely what is kept is a multiple of one ``grid``-th of what was received.

    Each of the parts that were sent may be rounded by half a minor unit. Among amounts at random
    one in so many would fit; 0 where it does not.
    """
    step, slack = received / grid, 0.51 + 0.5 * parts
    if received % 100 == 0 and sent % 100 == 0:
        slack *= 100
    kept = received - sent
    times = np.floor(kept / step + 0.5)
    if times < 1 or abs(kept - times * step) > slack:
        return 0.0
    return float(step / (2 * slack))


@compiled
def passed_on(
    ground: Ground, row: int, lo: int, since: int, least: int, kept: float, most: float,
    ins: Longs, outs: Longs,
) -> Passed:
    """Return the match of the newest links out of a row's payer with the newest into it before.

    The sum out is from ``kept`` to ``most`` of the sum in. A whole percentage of commission goes
    before tenths, then the match of most links goes. ``ins`` and ``outs`` hold the rows then.
    """
    held, best, rank, sent = ground.held, Passed(0, 0, 0.0, 0.0, 0.0, 0.0), 0.0, 0.0
    hub = held.source[row - held.base]
    for out in range(links_of(ground, held.out, hub, lo, since, row + 1, outs)):
        sent += held.amount[outs[out] - held.base]
        before, received = held.tie[outs[out] - held.base], 0.0
        for place in range(links_of(ground, held.into, hub, lo, since, before, ins)):
            received += held.amount[ins[place] - held.base]
            if not kept * received <= sent <= most * received or place + out + 2 < least:
                continue
            percent = sureness(received, sent, out + 1, PERCENT)
            tenths = sureness(received, sent, out + 1, TENTHS)
            found = place + out + 2 + 1e3 * (tenths >= SURE) + 1e6 * (percent >= SURE)
            if found > rank:
                best, rank = Passed(place + 1, out + 1, received, sent, percent, tenths), found
    if best.ins:
        links_of(ground, held.into, hub, lo, since, held.tie[outs[best.outs - 1] - held.base], ins)
    return best


@compiled
def passing_links(
    ground: Ground, row: int, lo: int, since: int, least: int, kept: float, most: float
) -> Longs:
    """Return the links of the match that a row completes, in order."""
    ins, outs = np.empty(INS, np.int64), np.empty(OUTS, np.int64)
    found = passed_on(ground, row, lo, since, least, kept, most, ins, outs)
    links = np.concatenate((ins[: found.ins], outs[: found.outs]))
    links.sort()
    return links


@compiled
def passings(
    ground: Ground, lo: int, hi: int, reach: Reach, least: int, kept: float, most: float,
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
        told.percent[at], told.tenths[at] = found.percent, found.tenths
        at += 1
    return at
