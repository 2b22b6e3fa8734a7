"""Patterns of links, written from their definitions: slow, and without any bound on work."""

import math
from dataclasses import dataclass

from catalystindex.aml.kernels.passing import RATES, SPACING, SURE
from catalystindex.aml.kernels.surge import PRIOR_DAYS, PRIOR_LINKS, SHORTEST_DAYS

DAY = 86_400_000_000


@dataclass(frozen=True)
class Row:
    """A payment; the place in the list of all is its row."""

    source: int
    target: int
    time: int
    amount: int
    moving: bool = True


class Past:
    """Rows up to one, and back to a time: what a kernel may look at for that row."""

    def __init__(self, rows: list[Row], row: int, window: int, history: int) -> None:
        self.rows, self.row, self.time = rows, row, rows[row].time
        self.since = self.time - window
        first = self.time - window - history
        self.known = [at for at in range(row + 1) if rows[at].time >= first]
        seen: set[tuple[int, int]] = set()
        self.links: list[int] = []
        for at in self.known:
            one = rows[at]
            pair = (one.source, one.target)
            if one.moving and min(pair) >= 0 and one.source != one.target and pair not in seen:
                self.links.append(at)
            seen.add(pair)

    def out(self, account: int, before: int | None = None) -> list[int]:
        """Return links out of an account within the window, of rows below one."""
        return self._of("source", account, before)

    def into(self, account: int, before: int | None = None) -> list[int]:
        """Return links into an account within the window, of rows below one."""
        return self._of("target", account, before)

    def _of(self, side: str, account: int, before: int | None) -> list[int]:
        end = self.row + 1 if before is None else before
        return [
            at
            for at in self.links
            if at < end
            and self.rows[at].time >= self.since
            and getattr(self.rows[at], side) == account
        ]

    def tie(self, row: int) -> int:
        """Return the first row of the same time."""
        return next(at for at, one in enumerate(self.rows) if one.time == self.rows[row].time)


def surge(past: Past, *, into: bool) -> tuple[int, int, float]:
    """Return first row, number of links and surprise of the run that stands out most."""
    side = "target" if into else "source"
    account = getattr(past.rows[past.row], side)
    links = [at for at in past.links if getattr(past.rows[at], side) == account]
    start = past.rows[past.known[0]].time
    best = (-1, 0, 0.0)
    for place in reversed(range(len(links))):
        begin = past.rows[links[place]].time
        if begin < past.since:
            break
        count = len(links) - place
        rate = (place + PRIOR_LINKS) / ((begin - start) / DAY + PRIOR_DAYS / (1 + place))
        expected = rate * ((past.time - begin) / DAY + SHORTEST_DAYS)
        ratio = count * math.log(count / expected) - (count - expected)
        if count > expected and ratio > best[2]:
            best = (links[place], count, ratio)
    return best


def layer(past: Past) -> list[int]:
    """Return the links of the layer that the row completes."""
    rows, last = past.rows, past.rows[past.row]
    known = {rows[at].target for at in past.out(last.source)}
    senders = [rows[at].source for at in past.into(last.target)]
    if len(known) < 2 or len(senders) < 2:
        return []
    found: list[int] = []
    for sender in senders:
        shared = [at for at in past.out(sender) if rows[at].target in known]
        found += shared if len(shared) >= 2 else []
    targets = [rows[at].target for at in found]
    return sorted(at for at in found if targets.count(rows[at].target) >= 2)


def feeding(past: Past, lower: list[int]) -> list[int]:
    """Return the links that fed the senders of a layer before each first paid in it."""
    rows = past.rows
    found: list[int] = []
    for sender in {rows[at].source for at in lower}:
        first = min(at for at in lower if rows[at].source == sender)
        found += past.into(sender, past.tie(first))
    sources = [rows[at].source for at in found]
    receivers = {rows[at].target for at in lower}
    return sorted(
        at
        for at in found
        if sources.count(rows[at].source) >= 2 and rows[at].source not in receivers
    )


def middlemen(past: Past) -> list[int]:
    """Return the links of the scatter-gather that the row completes."""
    rows, last = past.rows, past.rows[past.row]
    pays = {rows[at].source: at for at in past.into(last.target)}
    best: list[int] = []
    if len(pays) < 2:
        return best
    for feed in reversed(past.into(last.source, past.tie(past.row))):
        source = rows[feed].source
        if source == last.target:
            continue
        made = [
            at
            for out in past.out(source, past.row)
            if rows[out].target in pays and out < past.tie(pays[rows[out].target])
            for at in (out, pays[rows[out].target])
        ]
        best = made if len(made) > len(best) else best
    return sorted(best)


def passing(past: Past, least: int, kept: float, most: float) -> list[int]:
    """Return the links in and out of the row's payer whose sums match."""
    rows, hub = past.rows, past.rows[past.row].source
    best: tuple[float, list[int]] = (0.0, [])
    outs = past.out(hub)[::-1]
    for out in range(1, len(outs) + 1):
        sent = sum(rows[at].amount for at in outs[:out])
        ins = past.into(hub, past.tie(outs[out - 1]))[::-1]
        for skipped in range(len(ins) if sent else 0):
            for end in range(skipped + 1, len(ins) + 1):
                some = ins[skipped:end]
                received = sum(rows[at].amount for at in some)
                if not kept * received <= sent <= most * received or len(some) + out < least:
                    continue
                sure = _sure(received, sent, out) / ((skipped + 1) * len(some) * out)
                rank = len(some) + out + (1e6 if sure >= SURE else 0.0)
                if (skipped == 0 or sure >= SURE) and rank > best[0]:
                    best = (rank, sorted(some + outs[:out]))
    return best[1]


def _sure(received: int, sent: int, parts: int) -> float:
    slack = 0.51 + 0.5 * parts
    if received % 100 == 0 and sent % 100 == 0:
        slack *= 100
    fits = any(abs(received - sent - rate * received) <= slack for rate in RATES)
    return float(SPACING * received / (2 * slack)) if fits else 0.0
