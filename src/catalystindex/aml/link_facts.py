"""Facts about the links of a pattern, computed for those few rows only."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from catalystindex.aml.kernels.links import Ground, everyday, mean_degree
from catalystindex.detection.contract import DAY
from catalystindex.temporal.layout import Flags, Floats, Ints, Lists, Longs
from catalystindex.temporal.payments import METHODS
from catalystindex.temporal.window import Window

BUSINESS_PURPOSES: Final = frozenset(
    ("SALA", "BONU", "PENS", "SSBE", "GOVT", "TAXS", "VATX", "WHLD", "RENT", "SUPP", "GDDS", "TRAD")
)
"""Purpose codes (ISO 20022, ExternalPurpose1Code) of wages, taxes, rents and goods."""
TRADE_PURPOSES: Final = BUSINESS_PURPOSES - {"RENT"}
"""Those that a business pays, and a household does not."""
_RECEIPTS: Final = (METHODS.index("card"), METHODS.index("direct_debit"))
_ENTRIES: Final = 128
"""Newest payments of an account that tell what it usually pays, or whether it is a business."""
_JUDGED: Final = 64
"""Newest links whose payers are looked at."""
_FEWEST: Final = 2
"""Payments that an account must have made for its usual amounts to be known."""
SAME: Final = 0.02
A_FEW: Final = 4
NEAR: Final = 0.1
SEVERAL: Final = 7
"""Amounts that differ by so much are the same, or near, if there are so many."""


@dataclass(frozen=True)
class LinkFacts:
    """What is known of some links: ``rows`` are in order."""

    window: Window
    ground: Ground
    rows: Longs
    lo: int
    """First row of the look-back."""

    @cached_property
    def source(self) -> Ints:
        """Who paid."""
        return self._column("source")

    @cached_property
    def target(self) -> Ints:
        """Who was paid."""
        return self._column("target")

    @cached_property
    def amount(self) -> Longs:
        """How much."""
        return self._column("amount")

    def of(self, which: Flags) -> "LinkFacts":
        """Return the facts of some of the links."""
        return LinkFacts(self.window, self.ground, self.rows[which], self.lo)

    @property
    def total(self) -> int:
        """Sum of the amounts, which may be more than 64 bits hold."""
        return sum(self.amount.tolist())

    @property
    def days(self) -> float:
        """From the first link to the last."""
        time = self.window.column("time")
        base = self.window.base
        return float(time[self.rows[-1] - base] - time[self.rows[0] - base]) / DAY

    @cached_property
    def unusual(self) -> float:
        """How many times larger the amounts are than what the payers paid otherwise.

        The median over the newest links, each against the geometric mean of the payer's other
        payments up to the last link, or of its links before the first one where there are no
        others; not a number where nobody paid anything else.
        """
        newest = slice(-_JUDGED, None)
        payers, which = np.unique(self.source[newest], return_inverse=True)
        usual = self._usual(payers, int(self.rows[-1]), links=False)
        if np.isnan(usual).any():
            of_links = self._usual(payers, int(self.rows[0]), links=True)
            usual = np.where(np.isnan(usual), of_links, usual)
        apart = np.log1p(self.amount[newest].astype(np.float64)) - usual[which]
        known = ~np.isnan(apart)
        return float(np.exp(np.median(apart[known]))) if known.any() else float("nan")

    def _usual(self, payers: Ints, row: int, *, links: bool) -> Floats:
        return everyday(self.ground, payers, self.lo, row, _ENTRIES, _FEWEST, links)

    @property
    def gather(self) -> float:
        """Mean of ln(1 + links into it) of the payers, each before it paid."""
        newest = slice(-_JUDGED, None)
        return mean_degree(
            self.ground, True, self.source[newest], self.lo, self.rows[newest], _ENTRIES
        )

    @property
    def spread(self) -> float:
        """Mean of ln(1 + links out of it) of the payees, each before it was paid."""
        newest = slice(-_JUDGED, None)
        return mean_degree(
            self.ground, False, self.target[newest], self.lo, self.rows[newest], _ENTRIES
        )

    @cached_property
    def alike(self) -> float:
        """Share of links of alike amounts: nearly the same as the median, or near it if many are.

        0 of a few links, whose amounts may be alike by chance.
        """
        middle = float(np.median(self.amount))
        apart = np.abs(self.amount - middle)
        same = float(np.mean(apart <= SAME * middle)) if len(apart) >= A_FEW else 0.0
        near = float(np.mean(apart <= NEAR * middle)) if len(apart) >= SEVERAL else 0.0
        return max(same, near)

    @cached_property
    def named(self) -> float:
        """Share of links whose purpose is one of daily business."""
        return float(np.mean(self._with(self._column("purpose"), BUSINESS_PURPOSES)))

    def businesses(self, accounts: Iterable[int]) -> float:
        """Return the share of accounts that trade: they take cards, or pay wages or taxes.

        Judged by their newest payments before the first link.
        """
        judged = [self._trades(int(account)) for account in accounts]
        return sum(judged) / len(judged) if judged else 0.0

    def idle(self, account: int, side: str) -> float:
        """Return for how many days an account had not been active before the first link.

        ``side`` is its side of the links, ``source`` or ``target``. As far as is known: at most
        since the first payment of the look-back.
        """
        time, base = self.window.column("time"), self.window.base
        of_account = self._column(side) == account
        first = int(self.rows[of_account][0]) - base
        last = int(self.window.column(f"{side}_before")[first])
        return float(time[first] - max(last, int(time[self.lo - base]))) / DAY

    def _trades(self, account: int) -> bool:
        held, first = self.ground.held, int(self.rows[0])
        method, purpose = self.window.column("method"), self.window.column("purpose")
        into = _newest(held.into, account, self.lo, first) - held.base
        if np.isin(method[into], _RECEIPTS).any():
            return True
        out = _newest(held.out, account, self.lo, first) - held.base
        return bool(self._with(purpose[out], TRADE_PURPOSES).sum() >= 2)

    def _with(self, purposes: Ints, names: Iterable[str]) -> Flags:
        codes = [self.window.codes.purposes.find(name) for name in names]
        return np.isin(purposes, [code for code in codes if code >= 0])

    def _column(self, name: str) -> np.ndarray:
        return self.window.column(name)[self.rows - self.window.base]


def _newest(lists: Lists, account: int, lo: int, before: int) -> Longs:
    """Return the newest rows of an account's list from ``lo`` to before a row."""
    start = int(lists.start[account])
    rows = lists.row[start : start + int(lists.length[account])]
    first, last = np.searchsorted(rows, (lo, before))
    found: Longs = rows[max(first, last - _ENTRIES) : last].astype(np.int64)
    return found
