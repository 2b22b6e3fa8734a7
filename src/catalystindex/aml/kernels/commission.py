"""Commissions: part of what an account was paid it passes on, less a customary rate, to the cent.

Which payments belong together is not known, so all small sets of the newest ones are tried. The
more sets are tried, the more of them match by chance: a match is as surprising as few are expected.
"""

from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from catalystindex.aml.kernels.links import REPEATS, Ground, moves
from catalystindex.aml.kernels.passing import MOST_COARSE, RATES, SPACING, grain
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import Lists, Longs

INS: Final = 48
"""Newest payments into an account of which each is tried alone."""
PAIRED: Final = 24
TRIPLED: Final = 10
"""Newest payments in of which all sets of two, and of three, are tried."""
RUNS: Final = 12
RUN: Final = 8
"""Newest payments in of which sets without gaps are tried, of at most so many."""
OUTS: Final = 6
"""Newest payments out of an account of which sets are tried."""
PARTS: Final = 3
"""Payments of such a set at most."""
MOST: Final = 10**15
"""Minor units of a payment at most: sums of `RUN`, multiplied, fit 64 bits."""
LARGER: Final = 0.7
"""What each payment more than one and one takes from the surprise: simple matches go first."""
ANY: Final = -1
"""Any rate, or no row in particular."""
PERCENTS: Final = np.array([round(100 * one) for one in RATES], np.int64)
"""`RATES` as whole numbers: to the cent is told without rounding."""


def _in_sets() -> list[tuple[int, ...]]:
    """Return the sets of payments in that are tried, as places: those of newer ones first."""
    single = combinations(range(INS), 1)
    small = [*combinations(range(PAIRED), 2), *combinations(range(TRIPLED), 3)]
    runs = [
        tuple(range(first, last))
        for first in range(RUNS)
        for last in range(first + 1, min(first + RUN, RUNS) + 1)
    ]
    return sorted({*single, *small, *runs}, key=lambda one: (one[-1], len(one), one))


_IN_SETS: Final = _in_sets()
_INDEX: Final = {one: at for at, one in enumerate(_IN_SETS)}
IN_SET: Final = np.array([sum(1 << place for place in one) for one in _IN_SETS], np.int64)
"""Sets of payments in, as bits."""
IN_SIZE: Final = np.array([len(one) for one in _IN_SETS], np.int64)
IN_NEWEST: Final = np.array([one[0] for one in _IN_SETS], np.int64)
IN_OLDEST: Final = np.array([one[-1] for one in _IN_SETS], np.int64)
"""How many payments each has, and the places of its newest and its oldest one."""
IN_REST: Final = np.array([_INDEX[one[1:]] if one[1:] else ANY for one in _IN_SETS], np.int64)
"""Where the set without its newest one is, `ANY` of a single one."""


def _out_sets(always: int) -> Longs:
    """Return sets of payments out, as bits, of at most `PARTS`; those of ``always`` are in all."""
    sets = [n for n in range(1, 1 << OUTS) if n.bit_count() <= PARTS and n & always == always]
    return np.array(sets, np.int64)


SUMMED_OUTS: Final = _out_sets(0)
OUT_SETS: Final = _out_sets(1)
"""Of payments out the newest is in all: it completes the match."""
SIZE: Final = np.array([n.bit_count() for n in range(1 << OUTS)], np.int64)
LOWEST: Final = np.array([(n & -n).bit_length() - 1 for n in range(1 << OUTS)], np.int64)
HIGHEST: Final = np.array([n.bit_length() - 1 for n in range(1 << OUTS)], np.int64)
"""Of a set of payments out: how many it has, and the places of its newest and its oldest one."""
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


class Sets(NamedTuple):
    """What is asked for, by places."""

    ins: int
    outs: int
    """How many payments there are."""
    rate: int
    got: int
    paid: int
    """Sets of the payments that are in the match."""


class Room(NamedTuple):
    """Where a search works. Made once for many."""

    ins: Longs
    outs: Longs
    """Rows, newest first."""
    received: Longs
    sent: Longs
    """Sums: in the order of `IN_SET`, and by set of payments out, 0 of none."""
    grain_in: Longs
    grain_out: Longs
    """In the same orders: the power of ten that all payments of a set are rounded to."""
    late: Longs
    """By place of a payment out: the set of payments in that are not strictly before it."""


@counted
def room_for_matches() -> Room:
    """Return room for searches."""
    return Room(
        np.empty(INS, np.int64), np.empty(OUTS, np.int64),
        np.zeros(len(IN_SET), np.int64), np.zeros(1 << OUTS, np.int64),
        np.ones(len(IN_SET), np.int64), np.full(1 << OUTS, MOST_COARSE, np.int64),
        np.empty(OUTS, np.int64),
    )  # fmt: skip


@compiled
def _no_match() -> Match:
    """Return what is larger than any match."""
    return Match(0.0, ANY, 0, 0, RUN + PARTS + 1)


@compiled
def newest(
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
def _sum_ins(ground: Ground, room: Room, ins: int) -> None:
    """Write sums and grains of all sets of payments in that so many places have."""
    held = ground.held
    for at in range(len(IN_SET)):
        if IN_OLDEST[at] >= ins:
            break
        amount, rest = held.amount[room.ins[IN_NEWEST[at]] - held.base], IN_REST[at]
        rounded = grain(amount, amount)
        room.received[at] = amount if rest == ANY else amount + room.received[rest]
        room.grain_in[at] = rounded if rest == ANY else min(rounded, room.grain_in[rest])


@compiled
def _sum_outs(ground: Ground, room: Room, outs: int) -> None:
    """Write sums and grains of all sets of payments out that so many places have."""
    held = ground.held
    for one in SUMMED_OUTS:
        if one >= 1 << outs:
            break
        amount, rest = held.amount[room.outs[LOWEST[one]] - held.base], one & (one - 1)
        room.sent[one] = room.sent[rest] + amount
        room.grain_out[one] = min(grain(amount, amount), room.grain_out[rest])


@compiled
def _fits(received: int, sent: int) -> bool:
    """Tell whether a sum may be another less a commission.

    The largest one is a fifth: 20.5% leave room for what is rounded.
    """
    return bool(sent <= received and 200 * sent >= 159 * received)


@compiled
def _slack(payments: int, rounded: int) -> int:
    """Return by how many hundredths what is kept may miss a rate: each payment is rounded."""
    return (1 + 50 * payments) * rounded


@compiled
def _rate_of(received: int, sent: int, slack: int) -> int:
    """Return the place of the customary rate that was kept, `ANY` if it is none.

    The only one that may be it is that of the nearest whole per cent. (Division of floats is
    faster, and exact enough: at a half, only sums below 2^53 are rounded so far.)
    """
    if not _fits(received, sent):
        return ANY
    kept = received - sent
    rate = PLACE[int(100.0 * kept / received + 0.5)]
    if rate == ANY:
        return ANY
    missed = abs(100 * kept - PERCENTS[rate] * received)
    return int(rate) if missed <= slack else ANY


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
def _note_late(ground: Ground, ins: int, outs: int, room: Room) -> None:
    """Write for each place of payments out the set of those in that are not strictly before."""
    held, late = ground.held, 0
    for out in range(outs):
        before = held.tie[room.outs[out] - held.base]
        while late < ins and room.ins[late] >= before:
            late += 1
        room.late[out] = (1 << late) - 1


@compiled
def _smaller(asked: Sets, out: int, room: Room, best: Match) -> Match:
    """Return the first smaller match of a set of payments out, ``best`` where there is none."""
    sent, late = room.sent[out], room.late[HIGHEST[out]]
    for at in range(len(IN_SET)):
        if IN_OLDEST[at] >= asked.ins:
            break
        one, size, received = IN_SET[at], IN_SIZE[at] + SIZE[out], room.received[at]
        if one & late or one & asked.got != asked.got or size >= best.size:
            continue
        slack = _slack(size, min(room.grain_in[at], room.grain_out[out]))
        found = _rate_of(received, sent, slack)
        if found != ANY and asked.rate in (ANY, found):
            best = Match(0.0, found, one, out, size)
    return best


@compiled
def _smallest(asked: Sets, room: Room) -> Match:
    """Return the match of fewest payments, the first of them in the order of sets."""
    best = _no_match()
    for out in OUT_SETS:
        if out >= 1 << asked.outs:
            break
        if out & asked.paid == asked.paid:
            best = _smaller(asked, out, room, best)
    return best


@compiled
def _expected_of(asked: Sets, out: int, most: int, room: Room) -> float:
    """Return how many matches with a set of payments out, of at most so many, chance makes."""
    expected, sent, late = 0.0, room.sent[out], room.late[HIGHEST[out]]
    for at in range(len(IN_SET)):
        if IN_OLDEST[at] >= asked.ins:
            break
        one, size, received = IN_SET[at], IN_SIZE[at] + SIZE[out], room.received[at]
        if one & late or one & asked.got != asked.got or size > most:
            continue
        if _fits(received, sent):
            slack = _slack(size, min(room.grain_in[at], room.grain_out[out]))
            expected += min(1.0, 0.02 * slack / (SPACING * received))
    return expected


@compiled
def _surprise(asked: Sets, size: int, room: Room) -> float:
    """Return how surprising a match is: few as small ones, of those asked for, are expected."""
    expected = 0.0
    for out in OUT_SETS:
        if out >= 1 << asked.outs:
            break
        if out & asked.paid == asked.paid:
            expected += _expected_of(asked, out, size, room)
    if asked.rate != ANY:
        expected /= len(RATES)
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
    ins = newest(ground, held.into, hub, held.tie[at], asked, room.ins)
    outs = newest(ground, held.out, hub, row + 1, asked, room.outs) if ins else 0
    got = _position(room.ins, ins, ANY if asked.paid else asked.row)
    paid = _position(room.outs, outs, asked.row if asked.paid else ANY)
    if min(ins, got + 1, paid + 1) == 0:
        return _no_match()
    _sum_ins(ground, room, ins)
    _sum_outs(ground, room, outs)
    _note_late(ground, ins, outs, room)
    wanted = Sets(ins, outs, asked.rate, got, paid)
    best = _smallest(wanted, room)
    if best.rate == ANY:
        return best
    surprise = _surprise(wanted, best.size, room)
    return Match(surprise, best.rate, best.ins, best.outs, best.size)
