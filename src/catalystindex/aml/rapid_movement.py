"""Rapid movement: most of what came leaves within hours, on an account that does not do that."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, duration, finding_of, ramp, share, units
from catalystindex.aml.kernels.income import comes_in, goes_out
from catalystindex.aml.kernels.relations import is_new, row_since
from catalystindex.aml.kernels.rushing import Rush, RushRules, rush_of, rushing_rows
from catalystindex.aml.ledger import ledger_of, rows_of
from catalystindex.detection.contract import DAY, HOUR, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh, Longs
from catalystindex.temporal.window import Window


class RapidParameters(Parameters):
    """What is rapid, and what is usual."""

    hours: float = Field(
        default=24, gt=0, le=240, description="Hours within which what came has left again."
    )
    history_days: float = Field(
        default=30, gt=0, le=365, description="Days from which the usual is known."
    )
    min_amount: int = Field(default=200_000, ge=0, description="Minor units that came, at least.")
    min_passed: float = Field(
        default=0.85, gt=0, le=1, description="Share of it that has left, at least."
    )
    max_passed: float = Field(
        default=1.0, ge=0.5, le=5,
        description="The same, at most: who spends more than came lives on it.",
    )  # fmt: skip
    min_times: float = Field(
        default=3.0, ge=1,
        description="What came is so many times the largest payment in or out before, at least.",
    )  # fmt: skip
    min_history: int = Field(
        default=10, ge=0,
        description="Payments of the account before, at least: nothing is unusual for an account "
        "that is not known.",
    )  # fmt: skip
    max_entries: int = Field(
        default=30, ge=1, le=10_000,
        description="Payments within the hours, in or out, from which on an account is a business "
        "through which money runs, and not looked at.",
    )  # fmt: skip


class _Parts(NamedTuple):
    came: Longs
    left: Longs
    history: int
    """Payments before."""
    usual: int
    """The largest of them."""


class RapidMovement(Detector[RapidParameters]):
    """Finds accounts through which money rushes for once."""

    name: ClassVar[str] = "rapid_movement"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "rapid_movement"
    title: ClassVar[str] = "What came has left within hours"
    definition: ClassVar[str] = (
        "Within hours, others pay an account min_amount at least (transfers, deposits), and "
        "payments to others and withdrawals, each strictly later than the first of these, take "
        "min_passed to max_passed of it away. It is min_times the largest payment in or out of "
        "the history_days before, of which there are min_history at least; two of "
        "three payers and payees had no business with the account."
    )
    sources: ClassVar[tuple[Source, ...]] = (
        Source("FFIEC", "BSA/AML Examination Manual, appendix F: red flags, funds transfers", 2014),
        Source("Egmont Group", "100 Sanitised Cases", 2000),
        Source("FATF", "Professional Money Laundering", 2018),
    )
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("passed_on", 30, "Most of what came has left."),
        Weight("unusual", 30, "It is far more than the account otherwise moves."),
        Weight("haste", 20, "It stayed for hours only."),
        Weight("new_relations", 20, "Payers and payees are new to the account."),
    )
    parameters: type[RapidParameters] = RapidParameters

    @property
    def lookback(self) -> int:
        """The hours, and the history before them."""
        return int(self.params.hours * HOUR + self.params.history_days * DAY)

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return a finding for each fresh payment with which most of what came has left."""
        return list(self._findings(window, fresh))

    def _findings(self, window: Window, fresh: Fresh) -> Iterator[Finding]:
        view, ledger, params = window.view, ledger_of(window), self.params
        rules = RushRules(
            int(params.hours * HOUR), params.min_amount, params.min_passed, params.max_passed,
            params.max_entries,
        )  # fmt: skip
        flags = rushing_rows(view, ledger, rules, fresh.lo, fresh.hi)
        for row in (np.flatnonzero(flags) + fresh.lo).tolist():
            made = self._finding(window, rush_of(view, ledger, rules, row), row)
            if made is not None:
                yield made

    def _parts(self, window: Window, rush: Rush, row: int) -> _Parts:
        view, ledger = window.view, ledger_of(window)
        account = int(view.source[row - view.base])
        came = [
            one for one in rows_of(view.into, account, rush.since, row).tolist()
            if one < view.tie[row - view.base] and comes_in(view, ledger, one)
        ]  # fmt: skip
        left = [
            one for one in rows_of(view.out, account, rush.since, row).tolist()
            if view.tie[one - view.base] > rush.since and goes_out(view, ledger, one)
        ]  # fmt: skip
        long_ago = row_since(view, row, self.lookback)
        before = np.concatenate([
            rows_of(view.into, account, long_ago, rush.since - 1),
            rows_of(view.out, account, long_ago, rush.since - 1),
        ])  # fmt: skip
        usual = int(view.amount[before - view.base].max(initial=0))
        return _Parts(np.array(came, np.int64), np.array(left, np.int64), len(before), usual)

    def _finding(self, window: Window, rush: Rush, row: int) -> Finding | None:
        view, params = window.view, self.params
        parts = self._parts(window, rush, row)
        times = rush.income / max(1, parts.usual)
        if parts.history < params.min_history or times < params.min_times:
            return None
        long_ago = row_since(view, row, self.lookback)
        all_rows = np.concatenate([parts.came, parts.left])
        new = sum(is_new(view, one, long_ago, rush.since) for one in all_rows.tolist())
        if new * 3 < len(all_rows) * 2:
            return None
        case = Case()
        case.add("passed_on", 15 + 15 * ramp(rush.left / rush.income, params.min_passed - 0.1, 1),
                 f"{share(rush.left, rush.income)} of {units(rush.income)} left")  # fmt: skip
        case.add("unusual", 10 + 20 * ramp(times, params.min_times, 3 * params.min_times),
                 f"{times:.1f} times the largest of {parts.history} payments before")  # fmt: skip
        took = int(view.time[row - view.base] - view.time[rush.since - view.base])
        case.add("haste", 20 * ramp(-took, -params.hours * HOUR, -2 * HOUR),
                 f"within {duration(took)}")  # fmt: skip
        case.add("new_relations", 20 * new / len(all_rows),
                 f"{new} of {len(all_rows)} payments are with somebody new")  # fmt: skip
        account = accounts(window, view.source[[row - view.base]])
        return finding_of(
            self, window, case, rows=all_rows.tolist(), anchor=account,
            roles={
                "account": account,
                "payer": accounts(window, view.source[parts.came - view.base]),
                "payee": accounts(window, view.target[parts.left - view.base]),
            },
            amount=rush.income,
            summary=f"{units(rush.income)} came to an account and {units(rush.left)} left it:",
        )  # fmt: skip
