"""The window: the last days of payments, as columns and as a graph of accounts.

Payments are appended in order of time and event id, in batches of any size; what a kernel computes
for a row does not depend on how they were batched. Rows expire by time. Nothing is copied as a
whole when it grows (see `growing`, `kernels.insert`).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catalystindex.model.errors import CatalystError, WindowDisorder, WindowFileInvalid, WindowFull
from catalystindex.stores.array_file import Packed
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.columns import KINDS, LAST_ROW, Columns
from catalystindex.temporal.graph import Graph
from catalystindex.temporal.kernels.lists import first_row_since
from catalystindex.temporal.layout import NEVER, Flags, Fresh, Longs, View
from catalystindex.temporal.payments import (
    FEE,
    INTEREST,
    METHODS,
    Payments,
    check_codes,
    currency_of_code,
    event_id,
    is_ordered,
    no_payments,
)
from catalystindex.temporal.saved import NAMES, WindowState, packed, unpacked

COMPACT_FROM: Final = 16_384
"""Rows that must have expired before columns are moved to the front."""

_BEFORE: Final = ("source_before", "target_before")

_SIGN_OF_LIFE: Final = np.array([method not in (FEE, INTEREST) for method in range(len(METHODS))])
"""By method: whether it says that its accounts are active."""


@dataclass(frozen=True, slots=True)
class WindowSize:
    """How much a window holds."""

    rows: int
    """Payments that have not expired."""
    accounts: int
    bytes: int
    """Of all arrays, with their spare room; names of accounts come on top."""


class Window:
    """The payments of the last ``keep`` microseconds before the newest batch.

    Not safe for use by several threads while it is appended to; kernels may read it in parallel.
    """

    def __init__(
        self,
        keep: int,
        codes: Codebook | None = None,
        evidence: bool = True,
        last_row: int = LAST_ROW,
    ) -> None:
        """Make an empty window.

        Without ``evidence`` it holds who paid whom what when, and nothing else: half the memory,
        for runs that report no payments. Rows are counted anew when they would pass ``last_row``.
        Raises `ValueError` for a time that is not positive.
        """
        if keep <= 0:
            raise ValueError(f"a window must keep some time, not {keep} microseconds")
        self.keep = keep
        self.codes = codes or Codebook()
        self._columns = Columns(evidence)
        self._graph = Graph()
        self._first = 0
        self._last_row = last_row

    @property
    def first(self) -> int:
        """First row that has not expired."""
        return self._first

    @property
    def end(self) -> int:
        """Row after the last one."""
        return self._columns.end

    @property
    def last_time(self) -> int:
        """Time of the newest payment; `NEVER` if there was none."""
        return self._columns.last_time

    @property
    def view(self) -> View:
        """What kernels read. It holds until the next `append`."""
        columns = self._columns
        return View(
            columns.base, self._first, columns.end, columns["source"], columns["target"],
            columns["time"], columns["amount"], columns["tie"], columns["prev"],
            self._graph.out, self._graph.into,
        )  # fmt: skip

    @property
    def base(self) -> int:
        """Row of the first element of `column`."""
        return self._columns.base

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of `Payments`, or one that the window adds.

        Those are ``tie``, ``prev``, ``source_before`` and ``target_before``. The last two say when
        the account was last active before this row, `NEVER` if it was not. Element 0 is that of row
        `base`. It holds until the next `append`. Raises `KeyError`, and `WindowWithoutEvidence` if
        the window does not hold it.
        """
        return self._columns[name]

    def last_active(self) -> Longs:
        """Return when each account was last active, by code; `NEVER` if it was not."""
        return self._graph.activity.last[: len(self.codes.accounts)]

    def append(self, payments: Payments) -> Fresh:
        """Append payments and return their rows; what is older than ``keep`` before them expires.

        Numbers of rows are good until the next `append`, which may count them anew. Raises
        `WindowDisorder` if payments are not in order of time and event id, or begin before the
        newest payment of the window, `IndexError` for a code that is not in the codebook,
        `WindowFull` if there are no numbers left for so many rows: nothing is appended then.
        """
        if not len(payments.time):
            return Fresh(self.end, self.end)
        self._check(payments)
        self.expire(int(payments.time[0]) - self.keep)
        if self.end + len(payments.time) > self._last_row:
            self._renumber(len(payments.time))
        return self._take(payments, _SIGN_OF_LIFE[payments.method])

    def expire(self, before: int) -> None:
        """Let go of payments before a time."""
        columns = self._columns
        if self._first == columns.end:
            return
        if columns["time"][self._first - columns.base] < before:
            self._first = first_row_since(
                columns["time"], columns.base, self._first, columns.end, before
            )
        dead = self._first - columns.base
        if dead >= COMPACT_FROM and dead >= columns.end - self._first:
            columns.drop(self._first)

    def remember(self, first: Longs, last: Longs) -> None:
        """Take over when accounts were first and last active before this window, by code."""
        self._graph.grow(len(self.codes.accounts))
        activity = self._graph.activity
        np.minimum(activity.first[: len(first)], first, out=activity.first[: len(first)])
        np.maximum(activity.last[: len(last)], last, out=activity.last[: len(last)])

    def event_ids(self, rows: NDArray[np.integer]) -> tuple[str, ...]:
        """Return the event ids of rows, in the order of the rows."""
        at = np.asarray(rows) - self.base
        high, low = self._columns["id_high"][at].tolist(), self._columns["id_low"][at].tolist()
        return tuple(event_id(one, two) for one, two in zip(high, low, strict=True))

    def account(self, code: int) -> str:
        """Return the id of an account."""
        return self.codes.accounts.name(code)

    def currency(self, row: int) -> str:
        """Return the currency that a row was paid in."""
        return currency_of_code(int(self._columns["currency"][row - self.base]))

    def size(self) -> WindowSize:
        """Return how much is held."""
        return WindowSize(
            self.end - self._first,
            len(self.codes.accounts),
            self._columns.bytes + self._graph.bytes,
        )

    def packed(self) -> Packed:
        """Return the window as arrays that can be saved; they hold until the next `append`.

        Those are payments that have not expired, the codebook, and when accounts were active.
        """
        columns, accounts = self._columns, len(self.codes.accounts)
        self._graph.grow(accounts)
        activity = self._graph.activity
        return packed(
            WindowState(
                self.keep, columns.evidence, columns.last_time,
                columns.since(self._first, (*columns.taken, *_BEFORE)),
                {kind: getattr(self.codes, kind).names for kind in NAMES},
                {"first": activity.first[:accounts], "last": activity.last[:accounts]},
            )
        )  # fmt: skip

    @classmethod
    def unpacked(cls, found: Packed) -> "Window":
        """Return the window of such arrays: it goes on as the one that was packed would have.

        Rows are counted from 0. Raises `WindowFileInvalid` for what is no window.
        """
        state = unpacked(found, KINDS)
        try:
            codes = Codebook(**{kind: state.names[kind] for kind in NAMES})
            made = cls(state.keep, codes, state.evidence)
            made._restore(state)
        except (CatalystError, IndexError, KeyError, ValueError) as error:
            raise WindowFileInvalid(f"the saved window contradicts itself: {error}") from error
        return made

    def _restore(self, state: WindowState) -> None:
        """Append what was saved; then put back what follows from payments that had expired."""
        columns, known = self._columns, len(self.codes.accounts)
        if any(len(getattr(self.codes, kind)) != len(state.names[kind]) for kind in NAMES):
            raise ValueError("a name is listed twice")
        payments = no_payments()._replace(**{name: state.rows[name] for name in columns.taken})
        if (np.diff(payments.time) < 0).any():
            raise WindowDisorder("its payments are not in order of time")
        if len(payments.time):
            check_codes(payments, known)
            self._take(payments, np.zeros(len(payments.time), np.bool_))
        for name in _BEFORE:
            columns[name][: columns.end] = state.rows[name]
        columns.last_time = state.last_time
        self._graph.grow(known)
        self._graph.activity.first[:known] = state.activity["first"]
        self._graph.activity.last[:known] = state.activity["last"]

    def _take(self, payments: Payments, active: Flags) -> Fresh:
        lo = self.end
        self._columns.append(payments)
        self._graph.grow(len(self.codes.accounts))
        self._graph.insert(self._columns, lo, self._first, active)
        return Fresh(lo, self.end)

    def _renumber(self, rows: int) -> None:
        """Count rows anew, from the first that has not expired."""
        if self.end - self._first + rows > self._last_row:
            raise WindowFull(
                f"a window cannot hold more than {self._last_row} payments: "
                f"it holds {self.end - self._first} and was to take {rows} more"
            )
        self._columns.drop(self._first)
        down, first = self._columns.base, self._first
        self._columns.renumber(down)
        self._graph.renumber(first, down)
        self._first -= down

    def _check(self, payments: Payments) -> None:
        if not is_ordered(payments):
            raise WindowDisorder("the payments of a batch are not in order of time and event id")
        if self.last_time != NEVER and int(payments.time[0]) < self.last_time:
            raise WindowDisorder("a batch begins before the newest payment of the window")
        check_codes(payments, len(self.codes.accounts))
