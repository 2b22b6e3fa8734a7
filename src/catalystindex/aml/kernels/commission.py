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
from catalystindex.temporal.layout import Lists, Longs

INS: Final = 10
OUTS: Final = 6
"""Newest payments into and out of an account that are tried."""
PARTS: Final = 3
"""Payments of one direction that a match has at most."""
MOST: Final = 10**16
"""Minor units of a payment at most: sums of `PARTS`, multiplied, fit 64 bits."""
LARGER: Final = 0.7
"""What each payment more than one and one takes from the surprise: simple matches go first."""
ANY: Final = -1
"""Any rate, or no row in particular."""
PERCENTS: Final = np.array([round(100 * one) for one in RATES], np.int64)
"""`RATES` as whole numbers: to the cent is told without rounding."""


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
PLACE: Final = np.full(22, ANY, np.int64)
PLACE[PERCENTS] = np.arange(len(PERCENTS))
"""The place of a rate in `RATES` by its per cents, `ANY` of one that is not customary."""


class Match(NamedTuple):
    """Payments into and out of an account that differ by a commission."""

    surprise: float
    """ln(1 / matches expected by chance), less `LARGER` for what is not simple."""
    rate: int
    """Place in `RATES`, `ANY` of no match."""
    ins: int
    outs: int
    """Sets of places in `Room.ins` and `Room.outs`."""
    size: int
    """Payments of both sets."""


class Asked(NamedTuple):
    """Which matches are asked for."""

    since: int
    """No payment is earlier than this time."""
    least: int
    """Minor units that each payment has at least, one or more."""
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
    received: Longs
    sent: Longs
    """Sums by set; 0 of none."""


@counted
def room_for_matches() -> Room:
    """Return room for searches."""
    return Room(
        np.empty(INS, np.int64), np.empty(OUTS, np.int64),
        np.zeros(1 << INS, np.int64), np.zeros(1 << OUTS, np.int64),
    )  # fmt: skip


@compiled
def _no_match() -> Match:
    """Return what is larger than any match."""
    return Match(0.0, ANY, 0, 0, 2 * PARTS + 1)


@compiled
def _newest(
    ground: Ground, lists: Lists, account: int, before: int, asked: Asked, rows: Longs
) -> int:
    """Write rows below ``before`` by which money was moved, newest first; return how many.

    At most the length of ``rows``, and those among `REPEATS` times as many entries.
    """
    place, count = at_or_after(lists, account, before) - 1, 0
    oldest = max(lists.start[account], place - REPEATS * len(rows) + 1)
    while place >= oldest and count < len(rows) and lists.time[place] >= asked.since:
        fits = asked.least <= lists.amount[place] <= MOST
        if fits and moves(ground, lists.row[place], account, lists.other[place]):
            rows[count] = lists.row[place]
            count += 1
        place -= 1
    return count


@compiled
def _sum_up(ground: Ground, rows: Longs, count: int, sets: Longs, sums: Longs) -> None:
    """Write the sum of the payments of each set that so many places have."""
    held = ground.held
    for one in sets:
        if one >= 1 << count:
            break
        sums[one] = sums[one & (one - 1)] + held.amount[rows[LOWEST[one]] - held.base]


@compiled
def _slack(received: int, sent: int, parts: int) -> int:
    """Return by how many hundredths what is kept may miss a rate: each part is rounded."""
    return (51 + 50 * parts) * grain(received, sent)


@compiled
def _rate_of(received: int, sent: int, parts: int) -> int:
    """Return the place of the customary rate that was kept, `ANY` if it is none.

    The only one that may be it is that of the nearest whole per cent.
    """
    kept = received - sent
    rate = PLACE[(200 * kept + received) // (2 * received)]
    if rate == ANY:
        return ANY
    missed = abs(100 * kept - PERCENTS[rate] * received)
    return int(rate) if missed <= _slack(received, sent, parts) else ANY


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
    """Tell whether what went out by a set came in by another strictly before, commission aside.

    The largest commission is a fifth: 20.5% leave room for what is rounded.
    """
    received, sent, held = room.received[one], room.sent[out], ground.held
    if sent > received or 200 * sent < 159 * received:
        return False
    return bool(room.ins[LOWEST[one]] < held.tie[room.outs[HIGHEST[out]] - held.base])


@compiled
def _smaller(
    ground: Ground, rate: int, ins: int, got: int, out: int, room: Room, best: Match
) -> Match:
    """Return the first smaller match of a set of payments out, ``best`` where there is none.

    Of any rate, or of one; the payments in of ``got`` are in it.
    """
    for one in IN_SETS:
        if one >= 1 << ins:
            break
        size = SIZE[one] + SIZE[out]
        if size >= best.size or one & got != got or not _fits(ground, room, one, out):
            continue
        found = _rate_of(room.received[one], room.sent[out], SIZE[out])
        if found != ANY and rate in (ANY, found):
            best = Match(0.0, found, one, out, size)
    return best


@compiled
def _smallest(
    ground: Ground, rate: int, ins: int, outs: int, got: int, paid: int, room: Room
) -> Match:
    """Return the match of fewest payments, the first of them in the order of sets."""
    best = _no_match()
    for out in OUT_SETS:
        if out >= 1 << outs:
            break
        if out & paid == paid:
            best = _smaller(ground, rate, ins, got, out, room, best)
    return best


@compiled
def _expected_of(ground: Ground, ins: int, out: int, most: int, room: Room) -> float:
    """Return how many matches with a set of payments out, of at most so many, chance makes."""
    expected = 0.0
    for one in IN_SETS:
        if one >= 1 << ins:
            break
        if SIZE[one] + SIZE[out] <= most and _fits(ground, room, one, out):
            received = room.received[one]
            slack = _slack(received, room.sent[out], SIZE[out])
            expected += min(1.0, 0.02 * slack / (SPACING * received))
    return expected


@compiled
def _surprise(ground: Ground, ins: int, outs: int, size: int, room: Room) -> float:
    """Return how surprising a match of so many payments is: few as small ones are expected."""
    expected = 0.0
    for out in OUT_SETS:
        if out >= 1 << outs:
            break
        expected += _expected_of(ground, ins, out, size, room)
    return float(-np.log(expected) - LARGER * (size - 2))


@compiled
def match_at(ground: Ground, row: int, asked: Asked, room: Room) -> Match:
    """Return the most surprising match that is completed by a payment out of an account.

    That is one of fewest payments: the larger sets may be, the more matches are expected. Of those
    the first in the order of sets. ``room.ins`` and ``room.outs`` hold rows then.
    """
    held, at = ground.held, row - ground.held.base
    hub = held.source[at]
    if hub < 0 or not asked.least <= held.amount[at] <= MOST:
        return _no_match()
    if not moves(ground, row, hub, held.target[at]):
        return _no_match()
    ins = _newest(ground, held.into, hub, held.tie[at], asked, room.ins)
    outs = _newest(ground, held.out, hub, row + 1, asked, room.outs) if ins else 0
    got = _position(room.ins, ins, ANY if asked.paid else asked.row)
    paid = _position(room.outs, outs, asked.row if asked.paid else ANY)
    if min(ins, got + 1, paid + 1) == 0:
        return _no_match()
    _sum_up(ground, room.ins, ins, IN_SETS, room.received)
    _sum_up(ground, room.outs, outs, SUMMED_OUTS, room.sent)
    best = _smallest(ground, asked.rate, ins, outs, got, paid, room)
    if best.rate == ANY:
        return best
    surprise = _surprise(ground, ins, outs, best.size, room)
    return Match(surprise, best.rate, best.ins, best.outs, best.size)
