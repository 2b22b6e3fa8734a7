"""Mule chain: each account passes on most of what it was paid, soon, to one more stranger."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, duration, finding_of, ramp, units
from catalystindex.aml.kernels.chains import (
    LONGEST,
    ChainRules,
    cash_since,
    chain_of,
    ending_rows,
    new_trail,
)
from catalystindex.detection.contract import DAY, HOUR, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh, Longs
from catalystindex.temporal.payments import CASH_WITHDRAWAL
from catalystindex.temporal.window import Window


class MuleChainParameters(Parameters):
    """What a chain must be like."""

    min_passing: int = Field(
        default=3, ge=2, le=LONGEST - 1, description="Accounts that pass the money on, at least."
    )
    window_days: float = Field(
        default=10, gt=0, le=60, description="Days from the first payment of a chain to its last."
    )
    gap_hours: float = Field(
        default=36, gt=0, le=480, description="Hours within which what came is passed on."
    )
    history_days: float = Field(
        default=30, gt=0, le=365, description="Days in which a pair that is new did not pay before."
    )
    min_passed: float = Field(
        default=0.8, gt=0, le=1, description="Share of what it received that an account passes on."
    )
    max_passed: float = Field(default=1.0, ge=1, le=2, description="The same, at most.")
    min_cash: float = Field(
        default=0.4, gt=0, le=1,
        description="Share of what the last account received that it draws in cash, at least.",
    )  # fmt: skip
    max_cash: float = Field(
        default=1.3, ge=1, le=5,
        description="The same, at most: cash of the account's own may be among it.",
    )  # fmt: skip
    min_amount: int = Field(
        default=20_000, ge=0, description="Minor units of each payment, at least."
    )
    max_steps: int = Field(
        default=1_000, ge=10, le=1_000_000,
        description="Entries that a search for one payment may visit.",
    )  # fmt: skip


class MuleChain(Detector[MuleChainParameters]):
    """Finds chains in which money is passed through accounts."""

    name: ClassVar[str] = "mule_chain"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "mule_chain"
    title: ClassVar[str] = "Money passes through one account after the other"
    definition: ClassVar[str] = (
        "Payments p1..pn between different accounts, each pair for the first time in "
        "history_days, each pi+1 from the payee of pi, strictly later, within gap_hours, and of "
        "min_passed to max_passed of pi; all within window_days and of min_amount at least. The "
        "last one may be cash: then what the payee of pn drew since is min_cash to max_cash of "
        "pn. At least min_passing accounts pass on what they were paid."
    )
    sources: ClassVar[tuple[Source, ...]] = (
        Source("Europol", "European Money Mule Action (EMMA)", 2023),
        Source("FATF", "Professional Money Laundering", 2018),
        Source("FFIEC", "BSA/AML Examination Manual, appendix F: red flags, funds transfers", 2014),
    )
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("passed_on", 45, "Accounts in a row pass on what they were paid."),
        Weight("share_passed", 15, "Almost all of it is passed on: the rest is a commission."),
        Weight("haste", 15, "It does not rest on any account."),
        Weight("new_relations", 10, "No two of the accounts had paid each other before."),
        Weight("cash_out", 15, "The last account draws it in cash."),
    )
    explains: ClassVar[frozenset[str]] = frozenset({"commission_network", "rapid_movement"})
    parameters: type[MuleChainParameters] = MuleChainParameters

    @property
    def lookback(self) -> int:
        """The longest of a chain and the history of its relations."""
        return int(max(self.params.window_days, self.params.history_days) * DAY)

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return a finding for each fresh payment or withdrawal that a chain ends with."""
        return list(self._findings(window, fresh))

    def _rules(self) -> ChainRules:
        params = self.params
        return ChainRules(
            int(params.window_days * DAY), int(params.gap_hours * HOUR), self.lookback,
            params.min_passed, params.max_passed, params.min_cash, params.max_cash,
            max(1, params.min_amount), params.max_steps,
        )  # fmt: skip

    def _findings(self, window: Window, fresh: Fresh) -> Iterator[Finding]:
        view, method, rules = window.view, window.column("method"), self._rules()
        lengths = ending_rows(view, method, rules, fresh.lo, fresh.hi)
        trail = new_trail()
        least = self.params.min_passing + 1
        for row in (np.flatnonzero(lengths >= least) + fresh.lo).tolist():
            chain = chain_of(view, method, rules, row, trail)
            rows = trail.best[: chain.length][::-1].copy()
            case = Case(bounds=["max_steps"] if chain.capped else [])
            made = self._finding(window, case, rows)
            if made is not None:
                yield made

    def _finding(self, window: Window, case: Case, rows: Longs) -> Finding | None:
        view, method = window.view, window.column("method")
        at = rows - view.base
        by_cash = bool(method[at[-1]] == CASH_WITHDRAWAL)
        hops = at[:-1] if by_cash else at
        amounts, times = view.amount[hops].astype(np.float64), view.time[at]
        passing = len(rows) - 1
        points = 40 + 5 * ramp(passing, self.params.min_passing, self.params.min_passing + 2)
        case.add("passed_on", points, f"{passing} accounts passed it on, one after the other")
        least = float((amounts[1:] / amounts[:-1]).min())
        case.add("share_passed", 15 * ramp(least, self.params.min_passed - 0.1, 0.9),
                 f"each passed on at least {least:.0%}")  # fmt: skip
        slowest = int(np.diff(times).max())
        case.add("haste", 15 * ramp(-slowest, -self.params.gap_hours * HOUR, -12 * HOUR),
                 f"each within {duration(slowest)}")  # fmt: skip
        case.add("new_relations", 10, "none of them had paid the next before")
        last = int(view.source[at[-1]])
        if by_cash:
            drawn = cash_since(view, method, last, int(rows[-2]), int(rows[-1]))
            case.add("cash_out", 15, f"{units(drawn)} were drawn in cash at the end")
        return self._made(window, case, rows, by_cash)

    def _made(self, window: Window, case: Case, rows: Longs, by_cash: bool) -> Finding | None:
        view = window.view
        at = rows - view.base
        passing = accounts(window, view.source[at[1:]])
        origin = accounts(window, view.source[at[:1]])
        end = () if by_cash else accounts(window, view.target[at[-1:]])
        first = float(view.amount[at[0]])
        evidence = [*rows[:-1].tolist(), *self._ending(window, rows, by_cash)]
        return finding_of(
            self, window, case, rows=evidence, anchor=(*origin, passing[0]),
            roles={"origin": origin, "mule": passing, "end": end}, amount=int(first),
            summary=f"{units(first)} went through {len(passing)} accounts within "
            f"{duration(int(view.time[at[-1]] - view.time[at[0]]))}:",
        )  # fmt: skip

    def _ending(self, window: Window, rows: Longs, by_cash: bool) -> list[int]:
        """Return the rows that end a chain: the last payment, or all cash drawn since."""
        last = int(rows[-1])
        if not by_cash:
            return [last]
        view, method = window.view, window.column("method")
        drawn = view.out.row[_entries(window, int(view.source[last - view.base]))]
        drawn = drawn[(drawn > rows[-2]) & (drawn <= last)]
        return [int(row) for row in drawn if method[row - view.base] == CASH_WITHDRAWAL]


def _entries(window: Window, account: int) -> slice:
    out = window.view.out
    return slice(int(out.start[account]), int(out.start[account] + out.length[account]))
