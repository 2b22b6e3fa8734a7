"""A window written from its definition: payments in a list, looked through for each answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catalystindex.temporal.layout import NEVER, NOBODY
from catalystindex.temporal.payments import METHODS


class Row(NamedTuple):
    """One payment."""

    source: int
    target: int
    time: int
    amount: int
    method: int = 0

    @property
    def active(self) -> bool:
        return METHODS[self.method] not in ("fee", "interest")


class Known(NamedTuple):
    """What a window says of a live row; rows are counted from the first live one."""

    row: Row
    tie: int
    prev: int | None
    """None where the previous payment of the pair is not in the window."""
    source_before: int
    target_before: int


class Content(NamedTuple):
    """All that a window says, by row order and not by number."""

    rows: list[Known]
    out: list[list[int]]
    """By account: its payments."""
    into: list[list[int]]
    last_active: list[int]


@dataclass
class ReferenceWindow:
    keep: int
    accounts: int
    rows: list[Row] = field(default_factory=list)
    since: int = NEVER
    remembered: dict[int, int] = field(default_factory=dict)

    def append(self, batch: Sequence[Row]) -> None:
        if batch:
            self.expire(batch[0].time - self.keep)
            self.rows.extend(batch)

    def expire(self, before: int) -> None:
        self.since = max(self.since, before)

    def content(self) -> Content:
        live = [number for number, row in enumerate(self.rows) if row.time >= self.since]
        first = live[0] if live else len(self.rows)
        out: list[list[int]] = [[] for _ in range(self.accounts)]
        into: list[list[int]] = [[] for _ in range(self.accounts)]
        for number in live:
            row = self.rows[number]
            if row.source != NOBODY:
                out[row.source].append(number - first)
            if row.target != NOBODY:
                into[row.target].append(number - first)
        return Content(
            [self._known(number, first) for number in live],
            out,
            into,
            [self._last(account, len(self.rows)) for account in range(self.accounts)],
        )

    def _known(self, number: int, first: int) -> Known:
        row = self.rows[number]
        tie = next(one for one, other in enumerate(self.rows) if other.time == row.time)
        earlier = [
            one
            for one in range(first, number)
            if NOBODY not in (row.source, row.target) and self.rows[one][:2] == row[:2]
        ]
        return Known(
            row,
            tie - first,
            earlier[-1] - first if earlier else None,
            self._last(row.source, number),
            self._last(row.target, number),
        )

    def _last(self, account: int, end: int) -> int:
        if account == NOBODY:
            return NEVER
        times = [row.time for row in self.rows[:end] if row.active and account in row[:2]]
        return max([self.remembered.get(account, NEVER), *times])
