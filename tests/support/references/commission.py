"""Commissions and networks of middlemen, written from their definitions: slow, by trying all."""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, product

from catalystindex.aml.kernels.commission import (
    INS,
    LARGER,
    MOST,
    OUTS,
    PAIRED,
    PARTS,
    RUN,
    RUNS,
    TRIPLED,
)
from catalystindex.aml.kernels.commission_network import COMPLETIONS, FIRST, GAIN, Search
from catalystindex.aml.kernels.links import REPEATS
from catalystindex.aml.kernels.passing import RATES, SPACING
from support.references.links import Row

PERCENTS = [round(100 * rate) for rate in RATES]


@dataclass(frozen=True)
class Asked:
    """Which matches are asked for: since a time, of amounts, of a rate, with a payment in them."""

    since: int
    least: int
    percent: int | None = None
    got: int | None = None
    paid: int | None = None


@dataclass(frozen=True)
class Found:
    """A match: rows in and rows out, newest first."""

    surprise: float
    percent: int
    ins: tuple[int, ...]
    outs: tuple[int, ...]


@dataclass
class Grown:
    """A network: middlemen in the order in which they were found."""

    hubs: list[int] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    percent: int | None = None
    tried: int = 0
    bounds: set[str] = field(default_factory=set)


def moves(one: Row) -> bool:
    """Tell whether a payment goes from one account to another, by its owner's will."""
    return one.moving and min(one.source, one.target) >= 0 and one.source != one.target


def newest(
    rows: list[Row], side: str, account: int, before: int, asked: Asked, most: int
) -> list[int]:
    """Return the newest payments of an account before a row that count, newest first."""
    entries = [at for at in range(before) if getattr(rows[at], side) == account]
    looked_at = entries[::-1][: REPEATS * most]
    return [
        at
        for at in looked_at
        if rows[at].time >= asked.since
        and asked.least <= rows[at].amount <= MOST
        and moves(rows[at])
    ][:most]


def tie(rows: list[Row], row: int) -> int:
    """Return the first row of the same time."""
    return next(at for at, one in enumerate(rows) if one.time == rows[row].time)


def slack(amounts: list[int]) -> Fraction:
    """Return by how many minor units what is kept of payments may miss a rate."""
    rounded = max(p for p in range(10) if all(amount % 10**p == 0 for amount in amounts))
    grain = 10**rounded if rounded >= 2 else 1
    return (Fraction(1, 100) + Fraction(len(amounts), 2)) * grain


def percent_kept(received: int, sent: int, free: Fraction) -> int | None:
    """Return the customary per cents that were kept, to the cent."""
    nearest = math.floor(Fraction(100 * (received - sent), received) + Fraction(1, 2))
    missed = abs(received - sent - Fraction(nearest, 100) * received)
    return nearest if nearest in PERCENTS and missed <= free else None


def sets_out(rows: list[int]) -> list[tuple[int, ...]]:
    """Return all sets of one to `PARTS`, in order: by their oldest, then the one before it..."""
    sets = [some for size in range(1, PARTS + 1) for some in combinations(rows, size)]
    return sorted(sets, key=lambda some: sorted((rows.index(one) for one in some), reverse=True))


def sets_in(rows: list[int]) -> list[tuple[int, ...]]:
    """Return the sets of payments in that are tried, by their oldest, then size, then newest."""
    near = rows[:RUNS]
    runs = [near[at : at + size] for at in range(len(near)) for size in range(1, RUN + 1)]
    sets = {
        *((row,) for row in rows),
        *combinations(rows[:PAIRED], 2),
        *combinations(rows[:TRIPLED], 3),
        *map(tuple, runs),
    }
    return sorted(sets, key=lambda some: (rows.index(some[-1]), len(some), [-row for row in some]))


def match(rows: list[Row], row: int, asked: Asked) -> Found | None:
    """Return the match of fewest payments that a payment out of an account completes."""
    hub = rows[row].source
    outs = newest(rows, "source", hub, row + 1, asked, OUTS)
    if hub < 0 or row not in outs:
        return None
    ins = newest(rows, "target", hub, tie(rows, row), asked, INS)
    best: Found | None = None
    chances: list[tuple[int, float]] = []
    for out, into in product([some for some in sets_out(outs) if row in some], sets_in(ins)):
        received, sent = sum(rows[at].amount for at in into), sum(rows[at].amount for at in out)
        payments, later = len(into) + len(out), max(into) < tie(rows, min(out))
        connected = asked.got in (None, *into) and asked.paid in (None, *out)
        if not connected or not later or not Fraction(795, 1000) * received <= sent <= received:
            continue
        free = slack([rows[at].amount for at in (*into, *out)])
        chances.append((payments, min(1.0, float(2 * free) / (SPACING * received))))
        percent = percent_kept(received, sent, free)
        smaller = best is None or payments < len(best.ins) + len(best.outs)
        if percent is not None and asked.percent in (None, percent) and smaller:
            best = Found(0.0, percent, into, out)
    if best is None:
        return None
    size = len(best.ins) + len(best.outs)
    expected = math.fsum(chance for payments, chance in chances if payments <= size)
    rates = 1 if asked.percent is None else len(RATES)
    surprise = -math.log(expected / rates) - LARGER * (size - 2)
    return Found(surprise, best.percent, best.ins, best.outs)


class Growth:
    """The search for a network around the middleman that a row completes."""

    def __init__(
        self, rows: list[Row], row: int, window: int, search: Search, hubs: int, entries: int
    ) -> None:
        self.rows, self.row, self.search, self.hubs, self.entries = (
            rows,
            row,
            search,
            hubs,
            entries,
        )
        self.since = rows[row].time - window
        self.told = Grown()
        first = match(rows, row, Asked(self.since, search.least))
        if first is None or first.surprise < FIRST:
            return
        self.told.percent = first.percent
        self._join(rows[row].source, first, first.surprise)
        for one in self.told.found:  # grows meanwhile
            self._follow(one)

    def _join(self, hub: int, found: Found, gain: float) -> None:
        self.told.hubs.append(hub)
        self.told.found.append(found)
        self.told.gains.append(gain)

    def _follow(self, one: Found) -> None:
        for into in one.ins:
            payer = self.rows[into].source
            self._try(payer, math.log(2), paid=into)
            self._beside("source", payer)
        for out in one.outs:
            payee = self.rows[out].target
            self._try(payee, math.log(2), got=out)
            self._beside("target", payee)

    def _beside(self, side: str, account: int) -> None:
        """Try who is paid by the same payer (``source``), or pays the same payee."""
        asked = Asked(self.since, self.search.least)
        entries = newest(self.rows, side, account, self.row + 1, asked, self.entries + 1)
        if len(entries) > self.entries:
            self.told.bounds.add("max_entries")
            entries = entries[:-1]
        cost = math.log(1 + len(entries))
        for at in entries:
            if side == "source":
                self._try(self.rows[at].target, cost, got=at)
            else:
                self._try(self.rows[at].source, cost, paid=at)

    def _try(self, account: int, cost: float, got: int | None = None, paid: int | None = None
             ) -> None:  # fmt: skip
        if account < 0 or account in self.told.hubs:
            return
        if len(self.told.hubs) == self.hubs:
            self.told.bounds.add("max_middlemen")
            return
        asked = Asked(self.since, self.search.least, self.told.percent, got, paid)
        connecting = max(-1 if got is None else got, -1 if paid is None else paid)
        later = [at for at in range(connecting, len(self.rows)) if self.rows[at].source == account]
        best: Found | None = None
        for at in later[:COMPLETIONS]:
            if at > self.row:
                break
            if self.told.tried == self.search.steps:
                self.told.bounds.add("max_steps")
                break
            self.told.tried += 1
            one = match(self.rows, at, asked)
            if one is not None and (best is None or one.surprise > best.surprise + 1e-9):
                best = one
        if best is not None and best.surprise - cost >= GAIN:
            self._join(account, best, best.surprise - cost)


def grow(rows: list[Row], row: int, window: int, search: Search, hubs: int, entries: int) -> Grown:
    """Return the network around the middleman that a row completes; empty if there is none."""
    return Growth(rows, row, window, search, hubs, entries).told
