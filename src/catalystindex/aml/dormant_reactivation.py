"""Dormant reactivation: an account asleep for long is paid a large sum that soon leaves."""

from collections.abc import Iterator, Sequence
from math import log
from typing import ClassVar

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, duration, finding_of, ramp, share, units
from catalystindex.aml.kernels.income import goes_out
from catalystindex.aml.kernels.relations import is_new, row_since
from catalystindex.aml.kernels.waking import WakeRules, Waking, waking_of, waking_rows
from catalystindex.aml.ledger import ledger_of, rows_of
from catalystindex.detection.contract import DAY, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh, Longs
from catalystindex.temporal.window import Window


class DormantParameters(Parameters):
    """What sleeping and waking are."""

    silence_days: float = Field(
        default=21, gt=0, le=3_650,
        description="Days without a payment of the holder or to the holder: fees and interest do "
        "not count. An account that was never seen before is new, not asleep.",
    )  # fmt: skip
    window_days: float = Field(
        default=8, gt=0, le=60, description="Days from waking until the money has left."
    )
    min_amount: int = Field(
        default=30_000, ge=0, description="Minor units of the sum that comes, at least."
    )
    min_share: float = Field(
        default=0.7, gt=0, le=1,
        description="Share of that sum in all that came since waking: a season has many payers.",
    )  # fmt: skip
    min_passed: float = Field(
        default=0.5, gt=0, le=2, description="Share of that sum that has left, at least."
    )
    max_passed: float = Field(
        default=1.05, ge=1, le=10,
        description="The same, at most: who spends more than came lives on it.",
    )  # fmt: skip
    min_parts: int = Field(
        default=2, ge=1, description="Payments or withdrawals in which it has left, at least."
    )
    history_days: float = Field(
        default=45, gt=0, le=365,
        description="Days in which the funder and the receivers had no business with the account.",
    )  # fmt: skip
    max_entries: int = Field(
        default=200, ge=1, le=10_000,
        description="Payments since waking, in or out, from which on an account is not looked at.",
    )  # fmt: skip


class DormantReactivation(Detector[DormantParameters]):
    """Finds accounts that wake to pass a large sum on."""

    name: ClassVar[str] = "dormant_reactivation"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "dormant_reactivation"
    title: ClassVar[str] = "A sleeping account wakes and passes a large sum on"
    definition: ClassVar[str] = (
        "An account without any payment but fees and interest for silence_days becomes active; "
        "within window_days one payment (or deposit) of somebody else brings min_amount at least "
        "and min_share of all that came since, and, strictly later, payments to others and "
        "withdrawals, min_parts at least, take min_passed to max_passed of it away. The payer and "
        "most of the receivers had no business with the account in history_days."
    )
    sources: ClassVar[tuple[Source, ...]] = (
        Source("FFIEC", "BSA/AML Examination Manual, appendix F: red flags, changes in activity",
               2014),
        Source("FATF", "Money Laundering Using New Payment Methods", 2010),
    )  # fmt: skip
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("silence", 30, "The account was asleep; the longer, the more it says."),
        Weight("large_sum", 20, "A large sum wakes it."),
        Weight("passed_on", 25, "Most of it leaves."),
        Weight("in_parts", 10, "It leaves in parts."),
        Weight("haste", 15, "It leaves at once."),
    )
    explains: ClassVar[frozenset[str]] = frozenset({"rapid_movement"})
    parameters: type[DormantParameters] = DormantParameters

    @property
    def lookback(self) -> int:
        """From waking on, and the history of relations; earlier activity is remembered."""
        return int(max(self.params.window_days, self.params.history_days) * DAY)

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return a finding for each fresh payment that takes away what woke its payer."""
        return list(self._findings(window, fresh))

    def _rules(self) -> WakeRules:
        params = self.params
        return WakeRules(
            int(params.silence_days * DAY), int(params.window_days * DAY), params.min_amount,
            params.min_share, params.min_passed, params.max_entries,
        )  # fmt: skip

    def _findings(self, window: Window, fresh: Fresh) -> Iterator[Finding]:
        view, ledger, rules = window.view, ledger_of(window), self._rules()
        flags = waking_rows(view, ledger, rules, fresh.lo, fresh.hi)
        for row in (np.flatnonzero(flags) + fresh.lo).tolist():
            made = self._finding(window, waking_of(view, ledger, rules, row), row)
            if made is not None:
                yield made

    def _finding(self, window: Window, found: Waking, row: int) -> Finding | None:
        view, ledger = window.view, ledger_of(window)
        account = int(view.source[row - view.base])
        outgoing = rows_of(view.out, account, found.large + 1, row)
        left = np.array(
            [one for one in outgoing.tolist()
             if view.tie[one - view.base] > found.large and goes_out(view, ledger, one)], np.int64
        )  # fmt: skip
        large = float(view.amount[found.large - view.base])
        if len(left) < self.params.min_parts or found.left > self.params.max_passed * large:
            return None
        strangers = self._strangers(window, found.large, left)
        if strangers * 2 < len(left):
            return None
        case = self._weigh(window, found, left, large)
        return finding_of(
            self, window, case, rows=[found.large, *left.tolist()],
            anchor=accounts(window, (account,)),
            roles={
                "sleeper": accounts(window, (account,)),
                "funder": accounts(window, view.source[[found.large - view.base]]),
                "receiver": accounts(window, view.target[left - view.base]),
            },
            amount=int(large),
            summary=f"An account that was asleep was paid {units(large)} and passed "
            f"{units(found.left)} on:",
        )  # fmt: skip

    def _strangers(self, window: Window, large: int, left: Longs) -> int:
        """Return how many parts went to somebody new; 0 where the funder is not."""
        view = window.view
        long_ago = row_since(view, int(left[-1]), self.lookback)
        if not is_new(view, large, long_ago, large):
            return 0
        return sum(is_new(view, one, long_ago, large) for one in left.tolist())

    def _weigh(self, window: Window, found: Waking, left: Longs, large: float) -> Case:
        view, ledger, params, case = window.view, ledger_of(window), self.params, Case()
        at = found.wake - view.base
        account = int(view.source[left[-1] - view.base])
        before = ledger.target_before if view.target[at] == account else ledger.source_before
        silent = int(view.time[at] - before[at])
        grown = log(max(1.0, silent / (params.silence_days * DAY)))
        case.add("silence", 15 + 15 * ramp(grown, 0, log(9)),
                 f"nothing had happened for {duration(silent)}")  # fmt: skip
        size = large / max(1, params.min_amount)
        case.add("large_sum", 12 + 8 * ramp(size, 1, 10), f"{units(large)} came at once")
        passed = found.left / large
        case.add("passed_on", 12 + 13 * ramp(passed, 0.5, 0.9),
                 f"{share(found.left, large)} of it left")  # fmt: skip
        case.add("in_parts", 10 * (len(left) > 1), f"it left in {len(left)} parts")
        took = int(view.time[left[-1] - view.base] - view.time[found.large - view.base])
        case.add("haste", 15 * ramp(-took, -params.window_days * DAY, -DAY),
                 f"within {duration(took)}")  # fmt: skip
        return case
