"""Layers: senders who are linked with the same receivers, and what reached those senders before."""

from typing import Final

import numpy as np

from catalystindex.aml.kernels.links import Ground, Reach, links_of, makes_link, row_since
from catalystindex.temporal.compiled import counted
from catalystindex.temporal.layout import Ints, Longs

MOST: Final = 32
"""Newest links of one account that are looked at, in one direction."""
SIDE: Final = 2
"""Accounts of one side that an account of the other must be linked with to belong to a layer."""


@counted
def shared_links(ground: Ground, row: int, lo: int, since: int) -> Longs:
    """Return the links of the layer that the link of a row completes, in order; none if none.

    Senders are who is linked with the row's receiver and with another receiver of its sender;
    receivers are whom at least two of them are linked with.
    """
    held = ground.held
    sender, receiver = held.source[row - held.base], held.target[row - held.base]
    mine, theirs = np.empty(MOST, np.int64), np.empty(MOST, np.int64)
    receivers = links_of(ground, held.out, sender, lo, since, row + 1, mine)
    if receivers < SIDE:
        return mine[:0]
    senders = links_of(ground, held.into, receiver, lo, since, row + 1, theirs)
    if senders < SIDE:
        return mine[:0]
    known = _receivers(ground, mine[:receivers])
    known.sort()
    found = _links_to(ground, theirs[:senders], known, row, lo, since)
    paid = np.sort(_receivers(ground, found))
    keep = np.zeros(len(found), np.bool_)
    for at in range(len(found)):
        target = held.target[found[at] - held.base]
        after = np.searchsorted(paid, target) + SIDE - 1
        keep[at] = after < len(paid) and paid[after] == target
    kept = found[keep]
    kept.sort()
    return kept


@counted
def _is_among(ranked: Ints, code: int) -> bool:
    place = np.searchsorted(ranked, code)
    return bool(place < len(ranked) and ranked[place] == code)


@counted
def _links_to(ground: Ground, theirs: Longs, known: Ints, row: int, lo: int, since: int) -> Longs:
    """Return the links of the senders of ``theirs`` to known receivers, if to at least two."""
    held, count = ground.held, 0
    found, links = np.empty(len(theirs) * MOST, np.int64), np.empty(MOST, np.int64)
    for at in range(len(theirs)):
        sender, begin = held.source[theirs[at] - held.base], count
        for link in links[: links_of(ground, held.out, sender, lo, since, row + 1, links)]:
            if _is_among(known, held.target[link - held.base]):
                found[count] = link
                count += 1
        if count - begin < SIDE:
            count = begin
    return found[:count]


@counted
def feeding_links(ground: Ground, layer: Longs, lo: int, since: int) -> Longs:
    """Return the links that fed the senders of a layer before each first paid, in order.

    Only of accounts that fed at least two of them, and are no receivers of the layer.
    """
    held = ground.held
    found, count = _links_before(ground, layer, lo, since)
    source = np.empty(count, np.int32)
    for at in range(count):
        source[at] = held.source[found[at] - held.base]
    ranked, receivers = np.sort(source), _receivers(ground, layer)
    keep = np.zeros(count, np.bool_)
    for at in range(count):
        after = np.searchsorted(ranked, source[at]) + SIDE - 1
        fed_several = after < count and ranked[after] == source[at]
        keep[at] = fed_several and not (receivers == source[at]).any()
    kept = found[:count][keep]
    kept.sort()
    return kept


@counted
def _links_before(ground: Ground, layer: Longs, lo: int, since: int) -> tuple[Longs, int]:
    """Return links into the senders of a layer before each first paid, and how many there are."""
    held, count, senders = ground.held, 0, 0
    found, links = np.empty(MOST * MOST, np.int64), np.empty(MOST, np.int64)
    seen = np.empty(MOST, np.int32)
    for row in layer:
        sender = held.source[row - held.base]
        if senders == MOST or (seen[:senders] == sender).any():
            continue
        seen[senders] = sender
        senders += 1
        before = held.tie[row - held.base]
        size = links_of(ground, held.into, sender, lo, since, before, links)
        found[count : count + size] = links[:size]
        count += size
    return found, count


@counted
def _receivers(ground: Ground, layer: Longs) -> Ints:
    """Return who is paid in a layer, with repeats."""
    receivers = np.empty(len(layer), np.int32)
    for at in range(len(layer)):
        receivers[at] = ground.held.target[layer[at] - ground.held.base]
    return receivers


@counted
def is_capped(ground: Ground, row: int, lo: int, since: int) -> bool:
    """Tell whether the accounts of a row have more links than are looked at."""
    held, rows = ground.held, np.empty(MOST, np.int64)
    sender, receiver = held.source[row - held.base], held.target[row - held.base]
    if links_of(ground, held.out, sender, lo, since, row + 1, rows) == MOST:
        return True
    return links_of(ground, held.into, receiver, lo, since, row + 1, rows) == MOST


@counted
def layers(ground: Ground, lo: int, hi: int, reach: Reach, least: int, rows: Longs) -> int:
    """Write the fresh rows that complete a layer of at least so many links; return how many."""
    held, found = ground.held, 0
    for row in range(lo, hi):
        time = held.time[row - held.base]
        if not makes_link(ground, row, time - reach.window - reach.history):
            continue
        first = row_since(held, time - reach.window - reach.history)
        if len(shared_links(ground, row, first, time - reach.window)) >= least:
            rows[found] = row
            found += 1
    return found


@counted
def stacks(
    ground: Ground, lo: int, hi: int, reach: Reach, upper: int, lower: int, rows: Longs
) -> int:
    """Write the fresh rows that complete a layer that was fed by another; return how many."""
    found = layers(ground, lo, hi, reach, lower, rows)
    kept = 0
    for row in rows[:found]:
        time = ground.held.time[row - ground.held.base]
        first = row_since(ground.held, time - reach.window - reach.history)
        layer = shared_links(ground, row, first, time - reach.window)
        if len(feeding_links(ground, layer, first, time - reach.window)) >= upper:
            rows[kept] = row
            kept += 1
    return kept
