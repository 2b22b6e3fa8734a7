"""Round amounts: large round sums again and again, where there were none."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, duration, finding_of, ramp, share, units
from catalystindex.aml.kernels.relations import is_move, is_new, row_since
from catalystindex.aml.kernels.rounded import RoundRules, is_round, rounded_rows
from catalystindex.aml.ledger import rows_of
from catalystindex.detection.contract import DAY, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh, Longs
from catalystindex.temporal.window import Window


class RoundParameters(Parameters):
    """What is round, and how often is too often."""

    unit: int = Field(
        default=100_000, gt=0, description="Minor units of which a round sum is a multiple."
    )
    window_days: float = Field(
        default=14, gt=0, le=90, description="Days within which the sums belong together."
    )
    history_days: float = Field(
        default=30, gt=0, le=365, description="Days from which the usual is known."
    )
    min_payments: int = Field(default=4, ge=2, description="Round payments, at least.")
    min_total: int = Field(
        default=1_000_000, ge=0, description="Minor units that they are together, at least."
    )
    min_share: float = Field(
        default=0.75, gt=0, le=1,
        description="Share of round ones in all payments of unit or more within the window.",
    )  # fmt: skip
    max_entries: int = Field(
        default=500, ge=1, le=100_000,
        description="Payments within the window, one way, from which on an account is not looked "
        "at: a business.",
    )  # fmt: skip


class RoundAmounts(Detector[RoundParameters]):
    """Finds accounts that pay, or are paid, large round sums again and again."""

    name: ClassVar[str] = "round_amounts"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "round_amounts"
    title: ClassVar[str] = "Large round sums, again and again"
    definition: ClassVar[str] = (
        "One account pays (or is paid) at least min_payments times within window_days a multiple "
        "of unit by transfer, wire or cheque, min_total together; these are min_share of its "
        "payments that way of unit or more, most are with accounts that are new to it in "
        "history_days, and fewer such payments are known from before the window. Payments from "
        "half of history_days before the window on must be known: without them all is new."
    )
    sources: ClassVar[tuple[Source, ...]] = (
        Source("FFIEC", "BSA/AML Examination Manual, appendix F: round dollar amounts", 2014),
        Source("FATF", "Professional Money Laundering", 2018),
    )
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("repeated", 30, "Round sums come again and again."),
        Weight("large", 20, "They are large."),
        Weight("nothing_else", 20, "Hardly any other large payment is not round."),
        Weight("unusual", 15, "The account had none before."),
        Weight("new_relations", 15, "They go to, or come from, somebody new."),
    )
    parameters: type[RoundParameters] = RoundParameters

    @property
    def lookback(self) -> int:
        """The window, and the history before it."""
        return int((self.params.window_days + self.params.history_days) * DAY)

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return a finding for each fresh round payment that is one of too many."""
        return [one for way in (True, False) for one in self._one_way(window, fresh, way)]

    def _one_way(self, window: Window, fresh: Fresh, outgoing: bool) -> Iterator[Finding]:
        params = self.params
        rules = RoundRules(
            int(params.window_days * DAY), params.unit, params.min_payments, params.max_entries
        )
        flags = rounded_rows(
            window.view, window.column("method"), rules, outgoing, fresh.lo, fresh.hi
        )
        for row in (np.flatnonzero(flags) + fresh.lo).tolist():
            made = self._finding(window, row, outgoing)
            if made is not None:
                yield made

    def _large(self, window: Window, row: int, outgoing: bool) -> Longs:
        """Return the rows of the account, that way, within the look-back, of a unit or more."""
        view, method = window.view, window.column("method")
        account = int((view.source if outgoing else view.target)[row - view.base])
        lists = view.out if outgoing else view.into
        rows = rows_of(lists, account, row_since(view, row, self.lookback), row)
        rows = rows[view.amount[rows - view.base] >= self.params.unit]
        return np.array([one for one in rows.tolist() if is_move(view, method, one)], np.int64)

    def _finding(self, window: Window, row: int, outgoing: bool) -> Finding | None:
        view, method, params = window.view, window.column("method"), self.params
        large = self._large(window, row, outgoing)
        long_ago = row_since(view, row, self.lookback)
        known = int(view.time[row - view.base] - view.time[long_ago - view.base])
        if known < (params.window_days + params.history_days / 2) * DAY:
            return None
        rounded = np.array([is_round(view, method, one, params.unit) for one in large.tolist()])
        since = row_since(view, row, int(params.window_days * DAY))
        within = large >= since
        rows = large[within & rounded]
        before = int((~within & rounded).sum())
        total = float(view.amount[rows - view.base].astype(np.float64).sum())
        part = len(rows) / int(within.sum())
        new = sum(is_new(view, one, long_ago, since) for one in rows.tolist())
        few = total < params.min_total or part < params.min_share or new * 2 < len(rows)
        if few or before >= len(rows):
            return None
        case, least = Case(), params.min_payments
        case.add("repeated", 15 + 15 * ramp(len(rows), least, 2 * least),
                 f"{len(rows)} sums are multiples of {units(params.unit)}")  # fmt: skip
        case.add("large", 20 * ramp(total, 0, 5 * params.min_total), f"{units(total)} together")
        case.add("nothing_else", 20 * ramp(part, params.min_share - 0.2, 1),
                 f"{share(len(rows), int(within.sum()))} of the large payments")  # fmt: skip
        case.add("unusual", 15 * ramp(-before, -len(rows), 0), f"{before} such were known before")
        case.add("new_relations", 15 * new / len(rows), f"{new} of {len(rows)} are with new ones")
        return self._made(window, case, rows, outgoing, total)

    def _made(
        self, window: Window, case: Case, rows: Longs, outgoing: bool, total: float
    ) -> Finding | None:
        view = window.view
        at = rows - view.base
        payers, payees = accounts(window, view.source[at]), accounts(window, view.target[at])
        one, word = (payers[:1], "paid") if outgoing else (payees[:1], "was paid")
        took = int(view.time[at[-1]] - view.time[at[0]])
        return finding_of(
            self, window, case, rows=rows.tolist(), anchor=("out" if outgoing else "in", *one),
            roles={"account": one, "payer": payers, "payee": payees}, amount=int(total),
            summary=f"An account {word} {len(rows)} round sums within {duration(took)}:",
        )  # fmt: skip
