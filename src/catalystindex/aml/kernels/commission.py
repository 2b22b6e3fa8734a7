"""Commissions: part of what an account was paid it passes on, less a customary rate, to the cent.

Which payments belong together is not known, so all small sets of the newest ones are tried. The
more sets are tried, the more of them match by chance: a match is as surprising as few are expected.
"""

from typing import Final, NamedTuple

import numpy as np

from catalystindex.aml.kernels.links import REPEATS, Ground, moves
from catalystindex.aml.kernels.passing import RATES, SPACING, grain
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import Floats, Lists, Longs

INS: Final = 10
OUTS: Final = 6
"""Newest payments into and out of an account that are tried."""
PARTS: Final = 3
"""Payments of one direction that a match has at most."""
SIZES: Final = 2 * PARTS + 1
HITS: Final = 64
"""Matches of one account that are compared."""
FARTHEST: Final = 0.795
"""What is passed on is a larger share than this: the largest commission is a fifth."""
LARGER: Final = 0.7
"""What each payment more than one and one takes from the surprise: simple matches go first."""
ANY: Final = -1
"""Any rate, or no row in particular."""


def _masks(bits: int, always: int) -> Longs:
    """Return sets of at most `PARTS` of so many places, as bits; those in ``always`` are in all."""
    sets = [n for n in range(1, 1 << bits) if n.bit_count() <= PARTS and n & always == always]
    return np.array(sets, np.int64)


IN_SETS: Final = _masks(INS, 0)
SUMMED_OUTS: Final = _masks(OUTS, 0)
OUT_SETS: Final = _masks(OUTS, 1)
"""Of payments out the newest is in all: it completes the match."""
SIZE: Final = np.array([n.bit_count() for n in range(1 << INS)], np.int64)
LOWEST: Final = np.array([(n & -n).bit_length() - 1 for n in range(1 << INS)], np.int64)
HIGHEST: Final = np.array([n.bit_length() - 1 for n in range(1 << OUTS)], np.int64)
"""Of a set: how many places it has, its first (the newest), and its last."""
PLACE: Final = np.array(
    [next((n for n, one in enumerate(RATES) if round(100 * one) == k), -1) for k in range(21)],
    np.int64,
)
"""The place of a rate in `RATES` by its per cents, -1 of one that is not customary."""


class Match(NamedTuple):
    """Payments into and out of an account that differ by a commission."""

    surprise: float
    """ln(1 / matches expected by chance), less `LARGER` for what is not simple."""
    rate: int
    """Place in `RATES`, `ANY` of no match."""
    ins: int
    outs: int
    """Sets of places in `Room.ins` and `Room.outs`."""


class Asked(NamedTuple):
    """Which matches are asked for."""

    since: int
    """No payment is earlier than this time."""
    least: int
    """Minor units that each payment has at least."""
    rate: int
    row: int
    """A payment that is one of them, or `ANY`."""
    paid: bool
    """Whether it is one out, else one in."""


class Room(NamedTuple):
    """Where a search works. Made once for many."""

    ins: Longs
    outs: Longs
    """Rows, newest first."""
    received: Floats
    sent: Floats
    """Sums by set."""
    expected: Floats
    """Matches expected by chance, by number of payments."""
    rate: Longs
    in_set: Longs
    out_set: Longs
    """Of each match that was seen."""


@counted
def room_for_matches() -> Room:
    """Return room for searches."""
    return Room(
        np.empty(INS, np.int64), np.empty(OUTS, np.int64), np.zeros(1 << INS, np.float64),
        np.zeros(1 << OUTS, np.float64), np.zeros(SIZES, np.float64), np.empty(HITS, np.int64),
        np.empty(HITS, np.int64), np.empty(HITS, np.int64),
    )  # fmt: skip


@compiled
def _newest(
    ground: Ground, lists: Lists, account: int, before: int, asked: Asked, rows: Longs
) -> int:
    """Write rows below ``before`` by which money was moved, newest first; return how many."""
    place, count = at_or_after(lists, account, before) - 1, 0
    oldest = max(lists.start[account], place - REPEATS * len(rows) + 1)
    while place >= oldest and count < len(rows) and lists.time[place] >= asked.since:
        enough = lists.amount[place] >= asked.least
        if enough and moves(ground, lists.row[place], account, lists.other[place]):
            rows[count] = lists.row[place]
            count += 1
        place -= 1
    return count


@compiled
def _sum_up(ground: Ground, rows: Longs, count: int, sets: Longs, sums: Floats) -> None:
    """Write the sum of the payments of each set that so many places have."""
    held = ground.held
    for one in sets:
        if one >= 1 << count:
            break
        sums[one] = sums[one & (one - 1)] + held.amount[rows[LOWEST[one]] - held.base]


@compiled
def _rate_of(received: float, sent: float, slack: float) -> int:
    """Return the place of the customary rate that was kept, -1 if it is none."""
    kept = received - sent
    rate = PLACE[min(20, int(100 * kept / received + 0.5))]
    if rate >= 0 and abs(kept - RATES[rate] * received) <= slack:
        return int(rate)
    return ANY


@compiled
def _position(rows: Longs, count: int, row: int) -> int:
    """Return the set of the one place that has a row; 0 of `ANY`, -1 if none has it."""
    if row == ANY:
        return 0
    for place in range(count):
        if rows[place] == row:
            return 1 << place
    return -1


@compiled
def _fits(ground: Ground, room: Room, one: int, out: int) -> bool:
    """Tell whether what went out by a set came in by another strictly before, commission aside."""
    received, sent, held = room.received[one], room.sent[out], ground.held
    if sent > received or sent < FARTHEST * received:
        return False
    return bool(room.ins[LOWEST[one]] < held.tie[room.outs[HIGHEST[out]] - held.base])


@compiled
def _try_one(room: Room, one: int, out: int) -> int:
    """Count what is expected of two sets by chance; return the rate that they match by."""
    received, sent = room.received[one], room.sent[out]
    slack = (0.51 + 0.5 * SIZE[out]) * grain(received, sent)
    room.expected[SIZE[one] + SIZE[out]] += min(1.0, 2 * slack / (SPACING * received))
    return _rate_of(received, sent, slack)


@compiled
def _try_out(ground: Ground, rate: int, ins: int, got: int, out: int, room: Room, hits: int) -> int:
    """Note the matches of one set of payments out that are asked for; return how many there are."""
    for one in IN_SETS:
        if one >= 1 << ins:
            break
        if not _fits(ground, room, one, out):
            continue
        found = _try_one(room, one, out)
        if found != ANY and rate in (ANY, found) and one & got == got and hits < HITS:
            room.rate[hits], room.in_set[hits], room.out_set[hits] = found, one, out
            hits += 1
    return hits


@compiled
def _try_all(ground: Ground, asked: Asked, ins: int, outs: int, room: Room) -> int:
    """Note the matches that are asked for; return how many."""
    hits, none_of_it = 0, 1 << INS
    got = _position(room.ins, ins, ANY if asked.paid else asked.row)
    paid = _position(room.outs, outs, asked.row if asked.paid else ANY)
    if got < 0 or paid < 0:
        return 0
    room.expected[:] = 0
    for out in OUT_SETS:
        if out >= 1 << outs:
            break
        asked_for = got if out & paid == paid else none_of_it
        hits = _try_out(ground, asked.rate, ins, asked_for, out, room, hits)
    return hits


@compiled
def _most_surprising(room: Room, hits: int) -> Match:
    best = Match(0.0, ANY, 0, 0)
    for size in range(1, SIZES):
        room.expected[size] += room.expected[size - 1]
    for at in range(hits):
        one, out = room.in_set[at], room.out_set[at]
        size = SIZE[one] + SIZE[out]
        surprise = -np.log(room.expected[size]) - LARGER * (size - 2)
        if best.rate == ANY or surprise > best.surprise:
            best = Match(surprise, room.rate[at], one, out)
    return best


@compiled
def match_at(ground: Ground, row: int, asked: Asked, room: Room) -> Match:
    """Return the most surprising match that is completed by a payment out of an account.

    Of matches that surprise alike the first in the order of sets. ``room.ins`` and ``room.outs``
    hold rows then.
    """
    held, none = ground.held, Match(0.0, ANY, 0, 0)
    hub, at = held.source[row - held.base], row - held.base
    if hub < 0 or held.amount[at] < asked.least or not moves(ground, row, hub, held.target[at]):
        return none
    ins = _newest(ground, held.into, hub, held.tie[at], asked, room.ins)
    if ins == 0:
        return none
    outs = _newest(ground, held.out, hub, row + 1, asked, room.outs)
    _sum_up(ground, room.ins, ins, IN_SETS, room.received)
    _sum_up(ground, room.outs, outs, SUMMED_OUTS, room.sent)
    hits = _try_all(ground, asked, ins, outs, room)
    return _most_surprising(room, hits) if hits else none
