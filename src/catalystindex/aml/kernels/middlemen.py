"""Scatter-gather: one account is linked with middlemen, and each of them with one sink."""

import numpy as np

from catalystindex.aml.kernels.layers import MOST, SIDE
from catalystindex.aml.kernels.links import Ground, Reach, links_of, makes_link, row_since
from catalystindex.temporal.compiled import counted
from catalystindex.temporal.layout import Floats, Ints, Longs


@counted
def middlemen_links(ground: Ground, row: int, lo: int, since: int) -> Longs:
    """Return the links of the scatter-gather that the link of a row completes, in order.

    From the account that fed most of those who are linked with the row's receiver, the row's
    sender among them, each before it paid. Of several such accounts the one that fed the row's
    sender last.
    """
    held, best = ground.held, np.empty(0, np.int64)
    sender, sink = held.source[row - held.base], held.target[row - held.base]
    feeds, pays = np.empty(MOST, np.int64), np.empty(MOST, np.int64)
    fed = links_of(ground, held.into, sender, lo, since, held.tie[row - held.base], feeds)
    payers = links_of(ground, held.into, sink, lo, since, row + 1, pays) if fed else 0
    if payers < SIDE:
        return best
    names = np.empty(payers, np.int32)
    for at in range(payers):
        names[at] = held.source[pays[at] - held.base]
    order = np.argsort(names)
    names, pays = names[order], pays[:payers][order]
    for feed in feeds[:fed]:
        source = held.source[feed - held.base]
        if source == sink:
            continue
        made = _through(ground, source, names, pays, row, lo, since)
        if len(made) > len(best):
            best = made
    best.sort()
    return best


@counted
def _through(
    ground: Ground, source: int, names: Ints, pays: Longs, row: int, lo: int, since: int
) -> Longs:
    """Return the links from a source to those of the named who paid later, and what they paid."""
    held, count = ground.held, 0
    outs, made = np.empty(2 * MOST, np.int64), np.empty(4 * MOST, np.int64)
    for out in outs[: links_of(ground, held.out, source, lo, since, row, outs)]:
        target = held.target[out - held.base]
        place = np.searchsorted(names, target)
        if place == len(names) or names[place] != target:
            continue
        if out < held.tie[pays[place] - held.base]:
            made[count], made[count + 1] = out, pays[place]
            count += 2
    return made[:count]


@counted
def received_before(ground: Ground, pays: Longs, lo: int, since: int) -> Floats:
    """Return for each row what its payer got by links since a time, before the row."""
    held, links = ground.held, np.empty(MOST, np.int64)
    sums = np.zeros(len(pays), np.float64)
    for at in range(len(pays)):
        payer, before = held.source[pays[at] - held.base], held.tie[pays[at] - held.base]
        for link in links[: links_of(ground, held.into, payer, lo, since, before, links)]:
            sums[at] += held.amount[link - held.base]
    return sums


@counted
def scatter_gathers(ground: Ground, lo: int, hi: int, reach: Reach, least: int, rows: Longs) -> int:
    """Write the fresh rows that complete one of at least so many middlemen; return how many."""
    held, found = ground.held, 0
    for row in range(lo, hi):
        time = held.time[row - held.base]
        if not makes_link(ground, row, time - reach.window - reach.history):
            continue
        first = row_since(held, time - reach.window - reach.history)
        if len(middlemen_links(ground, row, first, time - reach.window)) >= 2 * least:
            rows[found] = row
            found += 1
    return found
