"""Structuring: cash in parts that each stay below the sum from which on it is reported."""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final, NamedTuple

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, accounts, duration, finding_of, ramp, units
from catalystindex.aml.kernels.cash import rows_between, rows_of_method
from catalystindex.aml.kernels.relations import row_since
from catalystindex.detection.contract import DAY, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import NOBODY, Floats, Fresh, Ints, Longs
from catalystindex.temporal.payments import CASH_DEPOSIT, CASH_WITHDRAWAL
from catalystindex.temporal.window import Window

_BOUND: Final = "max_entries"


class Direction(NamedTuple):
    """Cash one way: which columns say whose account it is, and who stood at the counter."""

    name: str
    method: int
    account: str
    holder: str
    person: str


DIRECTIONS: Final = (
    Direction("deposit", CASH_DEPOSIT, "target", "target_party", "source_party"),
    Direction("withdrawal", CASH_WITHDRAWAL, "source", "source_party", "target_party"),
)


class StructuringParameters(Parameters):
    """What is reported, and what staying below looks like."""

    threshold: int = Field(
        default=1_000_000, gt=0,
        description="Minor units from which on cash is reported: 10,000.00 units.",
    )  # fmt: skip
    floor: float = Field(
        default=0.25, ge=0, lt=1, description="Share of the threshold below which cash is small."
    )
    near: float = Field(
        default=0.9, gt=0, le=1, description="Share of the threshold from which on it is near it."
    )
    window_days: float = Field(
        default=12, gt=0, le=90, description="Days within which the parts belong together."
    )
    history_days: float = Field(
        default=45, gt=0, le=365, description="Days from which the usual cash is known."
    )
    min_parts: int = Field(default=3, ge=2, description="Parts below the threshold, at least.")
    max_reported: int = Field(
        default=0, ge=0,
        description="Parts at or above the threshold within the window, at most: who lets them be "
        "reported hides nothing.",
    )  # fmt: skip
    max_entries: int = Field(
        default=2_000, ge=2, le=100_000,
        description="Cash of one holder or person that is looked through: the last.",
    )  # fmt: skip


class Group(NamedTuple):
    """Cash of one holder, or of one person at the counter, up to a row."""

    parts: Longs
    """Rows within the window, from the floor on and below the threshold."""
    reported: int
    """Rows within the window at or above the threshold."""
    before: int
    """Rows from the floor on that are older than the window."""
    capped: bool
    """There are more than ``max_entries``."""


class Structuring(Detector[StructuringParameters]):
    """Finds cash that is split to stay below the threshold, by holder and by person."""

    name: ClassVar[str] = "structuring"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "structuring"
    title: ClassVar[str] = "Cash in parts below the threshold of reports"
    definition: ClassVar[str] = (
        "Deposits (or withdrawals) of cash by one holder (all accounts of one party; an account "
        "whose holder is not known stands for itself), or by one person at the counter into "
        "accounts of several holders: within window_days at least min_parts of floor x threshold "
        "to less than threshold, more than threshold together, and at most max_reported at or "
        "above it."
    )
    sources: ClassVar[tuple[Source, ...]] = (
        Source("FFIEC", "BSA/AML Examination Manual, appendix G: structuring", 2014),
        Source("United States Code", "31 U.S.C. 5324: structuring transactions", 1986),
        Source("FATF", "Money Laundering through the Physical Transportation of Cash", 2015),
    )
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("parts", 15, "Parts below the threshold."),
        Weight("together", 10, "Together they are more than the threshold."),
        Weight("branches", 35, "They are spread over branches, where one was enough."),
        Weight("accounts", 10, "They are spread over accounts."),
        Weight("unusual", 15, "The holder is not one who handles such cash every week."),
        Weight("near", 15, "Most of them are just below the threshold."),
    )
    parameters: type[StructuringParameters] = StructuringParameters

    @property
    def lookback(self) -> int:
        """The longer of the window and the history of usual cash."""
        return int(max(self.params.window_days, self.params.history_days) * DAY)

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return a finding for each fresh part that makes the others more than the threshold."""
        return [one for way in DIRECTIONS for one in self._one_way(window, fresh, way)]

    def _one_way(self, window: Window, fresh: Fresh, way: Direction) -> Iterator[Finding]:
        view, method, params = window.view, window.column("method"), self.params
        least = int(params.floor * params.threshold)
        fresh_parts = rows_between(
            view, method, way.method, fresh.lo, fresh.hi, least, params.threshold
        )
        if not len(fresh_parts):
            return
        oldest = row_since(view, int(fresh_parts[0]), self.lookback)
        cash = rows_of_method(view, method, way.method, oldest, fresh.hi)
        cash = cash[view.amount[cash - view.base] >= least]
        for by_person, keys in enumerate(self._keys(window, way, cash)):
            for group in self._groups(window, cash, keys, fresh_parts):
                made = self._finding(window, way, group, by_person=bool(by_person))
                if made is not None:
                    yield made

    def _keys(self, window: Window, way: Direction, cash: Longs) -> Iterable[Ints]:
        """Return whose each row is: by holder, and by person at the counter; -1 for nobody's."""
        at = cash - window.base
        account = window.column(way.account)[at]
        return _holders(window, way, cash, account), window.column(way.person)[at]

    def _groups(
        self, window: Window, cash: Longs, keys: Ints, fresh_parts: Longs
    ) -> Iterator[Group]:
        order = np.argsort(keys, kind="stable")
        sorted_keys, sorted_rows = keys[order], cash[order]
        own = keys[np.searchsorted(cash, fresh_parts)]
        begins, ends = (np.searchsorted(sorted_keys, own, side) for side in ("left", "right"))
        for row, key, begin, end in zip(fresh_parts, own, begins, ends, strict=True):
            if key != NOBODY and end - begin >= self.params.min_parts:
                yield self._group(window, sorted_rows[begin:end], int(row))

    def _group(self, window: Window, rows: Longs, last: int) -> Group:
        """Return what there is up to a row, of all rows of a holder or person."""
        view, params = window.view, self.params
        since = row_since(view, last, int(params.window_days * DAY))
        begin, end = np.searchsorted(rows, (row_since(view, last, self.lookback), last + 1))
        capped = bool(end - begin > params.max_entries)
        rows = rows[max(begin, end - params.max_entries) : end]
        held = rows[np.searchsorted(rows, since) :]
        below = view.amount[held - view.base] < params.threshold
        return Group(held[below], int((~below).sum()), len(rows) - len(held), capped)

    def _finding(
        self, window: Window, way: Direction, group: Group, *, by_person: bool
    ) -> Finding | None:
        params, at = self.params, group.parts - window.base
        amounts = window.column("amount")[at].astype(np.float64)
        total = float(amounts.sum())
        few = len(at) < params.min_parts or total <= params.threshold
        if few or group.reported > params.max_reported:
            return None
        account = window.column(way.account)[at]
        holders = _holders(window, way, group.parts, account)
        if by_person and len(np.unique(holders)) < 2:
            return None
        used = np.unique(account)
        case = self._weigh(window, group, amounts, len(used))
        if case.score < params.min_score:
            return None  # before all are named: one who handles cash has thousands of parts
        times, ids = window.column("time")[at], tuple(sorted(accounts(window, used)))
        holder = _parties(window, window.column(way.holder)[at])
        person = _parties(window, window.column(way.person)[at])
        return finding_of(
            self, window, case, rows=group.parts.tolist(),
            anchor=(way.name, "person" if by_person else "holder",
                    *(person[:1] if by_person else holder[:1] or ids[:1])),
            roles={"account": ids, "holder": holder, "person": person}, amount=int(total),
            summary=f"{len(at)} cash {way.name}s of {units(total)} together were made within "
            f"{duration(int(times[-1] - times[0]))}, none of {units(params.threshold)}:",
        )  # fmt: skip

    def _weigh(self, window: Window, group: Group, amounts: Floats, accounts_used: int) -> Case:
        params, case = self.params, Case(bounds=[_BOUND] if group.capped else [])
        count, total = len(amounts), float(amounts.sum())
        case.add("parts", 8 + 7 * ramp(count, params.min_parts, params.min_parts + 2),
                 f"{count} parts are below the threshold of {units(params.threshold)}")  # fmt: skip
        ratio = total / params.threshold
        case.add("together", 5 + 5 * ramp(ratio, 1, 2.5), f"together {ratio:.1f} times as much")
        branch = window.column("branch")[group.parts - window.base]
        branches = len(np.unique(branch[branch != NOBODY]))
        case.add("branches", 27 * ramp(branches, 1, 2) + 8 * ramp(branches, 2, 3),
                 f"at {branches} branches")  # fmt: skip
        case.add("accounts", 10 * (accounts_used > 1), f"on {accounts_used} accounts")
        span = params.history_days - params.window_days
        usual = group.before * params.window_days / span if span > 0 else 0.0
        points = 15 * ramp(-usual / count, -0.5, -0.1)
        case.add(
            "unusual", points, f"{group.before} such parts in {max(0.0, span):.0f} days before"
        )
        near = float((amounts >= params.near * params.threshold).mean())
        case.add("near", 15 * ramp(near, 0.8, 1), f"{near:.0%} of them are just below it")
        return case


def _holders(window: Window, way: Direction, rows: Longs, account: Ints) -> Ints:
    """Return who holds the accounts of rows; an account of no known holder is its own."""
    holder: Ints = window.column(way.holder)[rows - window.base]
    own = np.where(account < 0, NOBODY, len(window.codes.parties) + account)
    return np.where(holder != NOBODY, holder, own).astype(np.int32)


def _parties(window: Window, codes: Ints) -> tuple[str, ...]:
    names = {window.codes.parties.name(int(code)) for code in np.unique(codes) if code != NOBODY}
    return tuple(sorted(names))
