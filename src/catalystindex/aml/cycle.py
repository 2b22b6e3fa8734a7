"""Cycle: money that comes back to where it started, each payment later than the one before."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, duration, finding_of, ramp, share, units
from catalystindex.aml.kernels.loops import LONGEST, LoopRules, closing_rows, loop_of, new_trail
from catalystindex.aml.kernels.relations import is_new, paid_before, row_since
from catalystindex.detection.contract import DAY, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh, Longs
from catalystindex.temporal.window import Window

_LONG: Final = 5
"""Payments from which on a loop hardly comes about by chance."""
_ENTRIES: Final = 4096
"""Payments of an account among which one back is looked for."""


class CycleParameters(Parameters):
    """What a loop of payments must be like."""

    min_score: int = Field(
        default=62, ge=0, le=100, description="Findings that score less are not reported."
    )

    shortest: int = Field(default=3, ge=2, le=LONGEST, description="Payments of a loop, at least.")
    longest: int = Field(
        default=LONGEST, ge=2, le=LONGEST, description="Payments of a loop, at most."
    )
    window_days: float = Field(
        default=25, gt=0, le=90, description="Days from the first payment of a loop to its last."
    )
    gap_days: float = Field(
        default=12, gt=0, le=90, description="Days from one payment of a loop to the next, at most."
    )
    history_days: float = Field(
        default=30, gt=0, le=365, description="Days in which a pair that is new did not pay before."
    )
    min_kept: float = Field(
        default=0.85, gt=0, le=1,
        description="Share of what it received that each member pays on, where the sum is kept.",
    )  # fmt: skip
    max_kept: float = Field(default=1.0, ge=1, le=2, description="The same, at most.")
    min_amount: int = Field(
        default=10_000, ge=0, description="Minor units of the smallest payment of a kept sum."
    )
    min_average: int = Field(
        default=30_000, ge=0,
        description="Minor units of the average payment where the sum is not kept.",
    )  # fmt: skip
    max_spread: float = Field(
        default=3.0, ge=1,
        description="Largest by smallest payment where the sum is not kept, at most; twice that "
        "where there are five payments or more.",
    )  # fmt: skip
    max_busy: int = Field(
        default=150, ge=1,
        description="Payments in window_days, in or out, of a member where the sum is not kept, "
        "at most: those of a business are no relations.",
    )  # fmt: skip
    max_steps: int = Field(
        default=4_000, ge=10, le=1_000_000,
        description="Entries that a search for one payment may visit.",
    )  # fmt: skip


class Cycle(Detector[CycleParameters]):
    """Finds loops in time that a payment closes."""

    name: ClassVar[str] = "cycle"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "cycle"
    title: ClassVar[str] = "Money goes around and comes back"
    definition: ClassVar[str] = (
        "Payments p1..pn, shortest <= n <= longest, of n different accounts a1..an: pi goes from "
        "ai to ai+1, pn from an to a1; times strictly increase, by gap_days at most each, by "
        "window_days at most together. Either each pi+1 is between min_kept and max_kept of pi "
        "and at least min_amount; or every pair pays for the first time in history_days, the "
        "payments are min_average on average, the largest is max_spread times the smallest at "
        "most (twice that from five payments on), and no member has more than max_busy payments."
    )
    sources: ClassVar[tuple[Source, ...]] = (
        Source("FFIEC", "BSA/AML Examination Manual, appendix F: red flags, funds transfers", 2014),
        Source("Egmont Group", "100 Sanitised Cases: funds returned to their origin", 2000),
        Source(
            "Altman et al., NeurIPS", "Realistic Synthetic Financial Transactions for AML", 2023
        ),
    )
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("closed", 10, "The last payment ends where the first one began."),
        Weight("sum_kept", 35, "Each member pays on what it received, less a commission."),
        Weight("alike", 25, "The sum is not kept, but all payments are of one size."),
        Weight("new_relations", 15, "Pairs that had no business before."),
        Weight("one_way", 25, "None of them pays the other way: no give and take of friends."),
        Weight("long", 10, "The longer a loop is, the less it comes about by chance."),
        Weight("haste", 5, "Each payment follows soon upon the last."),
    )
    explains: ClassVar[frozenset[str]] = frozenset(
        {"commission_network", "mule_chain", "rapid_movement"}
    )
    parameters: type[CycleParameters] = CycleParameters

    @property
    def lookback(self) -> int:
        """The longest of a loop and the history of its relations."""
        return int(max(self.params.window_days, self.params.history_days) * DAY)

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return a finding for each fresh payment that closes a loop."""
        return list(self._findings(window, fresh))

    def _rules(self) -> LoopRules:
        params = self.params
        return LoopRules(
            params.shortest, params.longest, int(params.window_days * DAY),
            int(params.gap_days * DAY), self.lookback, params.min_kept, params.max_kept,
            params.max_steps, params.max_busy,
        )  # fmt: skip

    def _findings(self, window: Window, fresh: Fresh) -> Iterator[Finding]:
        view, method, rules = window.view, window.column("method"), self._rules()
        lengths = closing_rows(view, method, rules, fresh.lo, fresh.hi)
        trail = new_trail()
        for row in (np.flatnonzero(lengths) + fresh.lo).tolist():
            found = loop_of(view, method, rules, row, trail)
            rows = trail.path[: found.length][::-1].copy()
            case = Case(bounds=["max_steps"] if found.capped else [])
            if self._weigh(window, case, rows, found.kept):
                made = self._finding(window, case, rows)
                if made is not None:
                    yield made

    def _weigh(self, window: Window, case: Case, rows: Longs, kept: bool) -> bool:
        """Collect what speaks for a loop; False where it is too small to be one."""
        amounts = window.column("amount")[rows - window.base].astype(np.float64)
        size, spread = len(rows), float(amounts.max() / max(1.0, amounts.min()))
        case.add("closed", 10, f"the money is back after {size} payments")
        if kept:
            if amounts.min() < max(1, self.params.min_amount):
                return False
            least = float((amounts[1:] / amounts[:-1]).min())
            points = 25 + 10 * ramp(least, self.params.min_kept, 0.95)
            case.add("sum_kept", points, f"each pays on at least {least:.0%} of what came")
        else:
            most = self.params.max_spread * (2 if size >= _LONG else 1)
            if amounts.mean() < self.params.min_average or spread > most:
                return False
            points = 25 * ramp(-spread, -self.params.max_spread, -1.3)
            case.add("alike", points, f"the largest payment is {spread:.1f} times the smallest")
        self._weigh_relations(window, case, rows)
        case.add("long", 10 * ramp(size, 3, 5), f"{size} accounts take part")
        times = window.column("time")[rows - window.base]
        slowest = int(np.diff(times).max())
        haste = 5 * ramp(-slowest, -self.params.gap_days * DAY, -2 * DAY)
        case.add("haste", haste, f"each follows within {duration(slowest)}")
        return True

    def _weigh_relations(self, window: Window, case: Case, rows: Longs) -> None:
        view, last = window.view, int(rows[-1])
        long_ago = row_since(view, last, self.lookback)
        oldest = row_since(view, last, int(self.params.window_days * DAY))
        new = sum(is_new(view, int(row), long_ago, oldest) for row in rows)
        case.add("new_relations", 15 * new / len(rows), f"{new} of {len(rows)} relations are new")
        back = sum(
            paid_before(view, int(view.target[row - view.base]),
                        int(view.source[row - view.base]), long_ago, last, _ENTRIES)
            for row in rows
        )  # fmt: skip
        points = 25 * ramp(-back / len(rows), -0.5, 0)
        case.add(
            "one_way", points, f"{share(len(rows) - back, len(rows))} of them pay one way only"
        )

    def _finding(self, window: Window, case: Case, rows: Longs) -> Finding | None:
        view = window.view
        members = accounts(window, view.source[rows - view.base])
        amounts, times = view.amount[rows - view.base], view.time[rows - view.base]
        return finding_of(
            self, window, case, rows=rows.tolist(), anchor=sorted(members),
            roles={"member": members, "origin": members[:1]}, amount=int(amounts[0]),
            summary=f"{units(float(amounts[0]))} went around {len(members)} accounts within "
            f"{duration(int(times[-1] - times[0]))} and came back as {units(float(amounts[-1]))}:",
        )  # fmt: skip
