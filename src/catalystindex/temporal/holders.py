"""Who holds an account, and in which country it is, as of the time of a payment.

A change of an account holds from its event time on. As of t the account is as its event with the
greatest (version, event id) says, of those with an event time up to t.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalystindex.model.events.envelope import AccountEvent
from catalystindex.model.events.parties import Account
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.kernels.as_of import steps_as_of
from catalystindex.temporal.layout import NOBODY, Flags, Ints, Longs, Shorts, Words
from catalystindex.temporal.names import id_numbers
from catalystindex.temporal.payments import NO_COUNTRY, Payments, code_of_country
from catalystindex.temporal.table import Table

MERGE_SHARE: Final = 8
MERGE_FROM: Final = 4096
"""Changes are kept apart until they are so many, and this share of all: a lookup after a few
changes does not sort all accounts anew."""


_NOTHING: Final = Account()
"""What a delete says."""


class Changes(NamedTuple):
    """Columns of n changes of accounts."""

    account: Ints
    time: Longs
    version: Longs
    id_high: Words
    id_low: Words
    party: Ints
    """The holder with the smallest id; `NOBODY` where none is known, and of a delete."""
    country: Shorts


T = TypeVar("T", bound=np.generic)

_TYPES: Final = (
    np.int32, np.int64, np.int64, np.uint64, np.uint64, np.int32, np.int16,
)  # fmt: skip


class Holders:
    """What is known of accounts. It keeps one line per change that ever holds."""

    def __init__(self, codes: Codebook, changes: Changes | None = None) -> None:
        """Take the codes of a run, and changes that `changes` gave under the same codes."""
        self._codes = codes
        self._settled = _Steps(changes or _none())
        self._fresh = _Steps(_none())
        self._new: list[Changes] = []

    @property
    def changes(self) -> Changes:
        """All changes that ever hold: what a restart begins with."""
        self._settle()
        return _joined([_unlike(self._settled.changes, self._fresh), self._fresh.changes])

    def apply(self, events: Iterable[AccountEvent]) -> None:
        """Take over what events say of accounts. Raises `EventInvalid` for one without its id."""
        taken = list(events)
        if not taken:
            return
        high, low = id_numbers([event.event_id for event in taken])
        parties, count = self._codes.parties, len(taken)
        said = [event.payload or _NOTHING for event in taken]
        holders = (min(one.holders, default=None) for one in said)
        countries = (code_of_country(one.country) for one in said)
        self._new.append(
            Changes(
                self._codes.accounts.code_all(event.entity_id for event in taken),
                np.fromiter((event.event_time for event in taken), np.int64, count),
                np.fromiter((event.version for event in taken), np.int64, count),
                high,
                low,
                parties.code_all(holders),
                np.fromiter(countries, np.int16, count),
            )
        )

    def apply_arrow(self, batch: pa.RecordBatch) -> None:
        """Take over a table of account events. Raises `EventInvalid`."""
        table = Table(batch)
        holders = [min(ids) if ids else None for ids in table.lists("holders")]
        self._new.append(
            Changes(
                table.codes("entity_id", self._codes.accounts),
                table.instants("event_time"),
                table.integers("version", None, default=1),
                *table.event_ids(),
                self._codes.parties.code_all(holders),
                table.coded("country", code_of_country, NO_COUNTRY).astype(np.int16),
            )
        )

    def fill(self, payments: Payments) -> Payments:
        """Return payments with holders and countries where the payment itself names none."""
        self._settle()
        source_party, source_country = self._as_of(payments.source, payments.time)
        target_party, target_country = self._as_of(payments.target, payments.time)
        return payments._replace(
            source_party=_either(payments.source_party, source_party, NOBODY),
            target_party=_either(payments.target_party, target_party, NOBODY),
            source_country=_either(payments.source_country, source_country, NO_COUNTRY),
            target_country=_either(payments.target_country, target_country, NO_COUNTRY),
        )

    def _as_of(self, accounts: Ints, times: Longs) -> tuple[Ints, Shorts]:
        party, country = self._settled.as_of(accounts, times)
        which = self._fresh.knows(accounts)
        if which.any():
            party[which], country[which] = self._fresh.as_of(accounts[which], times[which])
        return party, country

    def _settle(self) -> None:
        """Sort what was taken over since the last lookup."""
        if not self._new:
            return
        new = _joined(self._new)
        self._new = []
        known = self._settled.changes
        also = np.isin(known.account, new.account) & ~self._fresh.knows(known.account)
        fresh = _Steps(_joined([self._fresh.changes, _some(known, also), new]))
        if len(fresh.changes.time) <= max(MERGE_FROM, len(known.time) // MERGE_SHARE):
            self._fresh = fresh
            return
        self._settled = _Steps(_joined([_unlike(known, fresh), fresh.changes]))
        self._fresh = _Steps(_none())


class _Steps:
    """Changes by account, in order of time: those that hold from their time on."""

    def __init__(self, changes: Changes) -> None:
        self.changes = _holding(changes)
        account = self.changes.account
        accounts = int(account[-1]) + 1 if len(account) else 0
        self._start: Longs = np.searchsorted(account, np.arange(accounts + 1)).astype(np.int64)

    def knows(self, accounts: Ints) -> Flags:
        """Tell which of these accounts have any change here."""
        known = len(self._start) - 1
        inside = (accounts >= 0) & (accounts < known)
        if not known:
            return inside
        at = np.where(inside, accounts, 0)
        found: Flags = inside & (self._start[at + 1] > self._start[at])
        return found

    def as_of(self, accounts: Ints, times: Longs) -> tuple[Ints, Shorts]:
        """Return holders and countries of accounts at times."""
        place = np.empty(len(accounts), np.int64)
        steps_as_of(self._start, self.changes.time, accounts, times, place)
        party = np.append(self.changes.party, np.int32(NOBODY))[place]
        country = np.append(self.changes.country, np.int16(NO_COUNTRY))[place]
        return party, country


def _holding(changes: Changes) -> Changes:
    """Return changes by (account, time), without those that an earlier one outdoes."""
    count = len(changes.time)
    rank = np.empty(count, np.int64)
    rank[np.lexsort((changes.id_low, changes.id_high, changes.version))] = np.arange(count)
    order = np.lexsort((rank, changes.time, changes.account))
    account, time = changes.account[order], changes.time[order]
    standing = account.astype(np.int64) * count + rank[order]  # below that of any later account
    best = np.maximum.accumulate(standing)
    keep = np.ones(count, np.bool_)
    keep[1:] = best[1:] > best[:-1]
    last = np.ones(count, np.bool_)
    last[:-1] = (account[1:] != account[:-1]) | (time[1:] != time[:-1])
    return _some(changes, order[keep & last])


def _either(own: NDArray[T], looked_up: NDArray[T], missing: int) -> NDArray[T]:
    return np.where(own == missing, looked_up, own)


def _unlike(changes: Changes, steps: _Steps) -> Changes:
    """Return the changes of accounts that have none in steps."""
    return _some(changes, ~steps.knows(changes.account))


def _some(changes: Changes, which: NDArray[np.generic]) -> Changes:
    return Changes._make(column[which] for column in changes)


def _joined(parts: list[Changes]) -> Changes:
    return Changes._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _none() -> Changes:
    return Changes._make(np.empty(0, dtype) for dtype in _TYPES)
