"""The newest row of each pair of accounts: a hash table that says which row a pair's last one was.

Open addressing. A slot is one word: the row (plus one) and 32 bits of the pair's hash; who the pair
is stands in the columns at that row, so a slot needs no key. An expired row makes its slot free for
another pair. A table that is half full is moved to another one bit by bit, a few slots with each
batch: there is no long pause.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, inlined
from catalystindex.temporal.layout import Ints, Longs

GONE = 1
"""A slot whose row is none: it counts as expired, and does not end a search."""

_LOW = 0xFFFFFFFF
_FIRST_FACTOR, _SECOND_FACTOR = 0x2127599BF4325C37, 0x4CF5AD432745937F


class Pairs(NamedTuple):
    """The table, and the one that it was before while that is being moved."""

    slots: Longs
    """0 where nothing ever stood. The length is a power of two."""
    old: Longs
    """One empty slot when nothing is being moved."""
    used: Longs
    """One number: slots of ``slots`` that are not 0."""


@inlined
def tag_of(source: int, target: int) -> int:
    """Return 32 bits that depend on all bits of two codes of accounts."""
    word = ((source + 1) << 32) | (target + 1)
    word ^= word >> 29
    word *= _FIRST_FACTOR
    word ^= (word >> 32) & _LOW
    word *= _SECOND_FACTOR
    return (word >> 32) & _LOW


@compiled
def _place(
    slots: Longs,
    tag: int,
    payer: int,
    payee: int,
    source: Ints,
    target: Ints,
    base: int,
    first: int,
) -> int:
    """Return where the pair's row stands, if it has one, else where it is to be put."""
    mask = len(slots) - 1
    place, free = tag & mask, -1
    while slots[place] != 0:
        at = (slots[place] >> 32) - 1 - base
        if at < first - base:
            if free < 0:
                free = place
        elif slots[place] & _LOW == tag and source[at] == payer and target[at] == payee:
            return place
        place = (place + 1) & mask
    return place if free < 0 else free


@inlined
def previous_of(pairs: Pairs, row: int, source: Ints, target: Ints, base: int, first: int) -> int:
    """Return the previous row of a row's pair, -1 if it has expired, and note the new one."""
    payer, payee = source[row - base], target[row - base]
    tag = tag_of(payer, payee)
    place = _place(pairs.slots, tag, payer, payee, source, target, base, first)
    slot, prev = pairs.slots[place], -1
    if slot == 0:
        pairs.used[0] += 1
    elif (slot >> 32) - 1 >= first:
        prev = (slot >> 32) - 1
    if prev < 0 and len(pairs.old) > 1:
        before = _place(pairs.old, tag, payer, payee, source, target, base, first)
        if (pairs.old[before] >> 32) - 1 >= first:
            prev = (pairs.old[before] >> 32) - 1
            pairs.old[before] = GONE
    pairs.slots[place] = ((row + 1) << 32) | tag
    return prev


@compiled
def move_slots(pairs: Pairs, begin: int, end: int, first: int) -> None:
    """Move slots of the old table whose rows have not expired."""
    mask = len(pairs.slots) - 1
    for place in range(begin, end):
        slot = pairs.old[place]
        if (slot >> 32) - 1 >= first:
            there = slot & _LOW & mask
            while pairs.slots[there] != 0:
                there = (there + 1) & mask
            pairs.slots[there] = slot
            pairs.old[place] = GONE
            pairs.used[0] += 1


@compiled
def renumber_slots(slots: Longs, first: int, down: int) -> None:
    """Count rows anew: each that has not expired is lower by ``down``."""
    for place in range(len(slots)):
        if slots[place] != 0:
            live = (slots[place] >> 32) - 1 >= first
            slots[place] = slots[place] - (down << 32) if live else GONE
