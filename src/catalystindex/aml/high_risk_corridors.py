"""High-risk corridors: payments from and to countries that the user's lists name."""

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Final, NamedTuple

import numpy as np
from pydantic import Field

from catalystindex.aml.countries import CALL_FOR_ACTION, INCREASED_MONITORING
from catalystindex.aml.evidence import Case, accounts, duration, finding_of, ramp, units
from catalystindex.aml.kernels.corridors import (
    LISTED_BLACK,
    LISTED_GREY,
    listed_rows,
    through_count,
)
from catalystindex.aml.kernels.relations import row_since
from catalystindex.aml.ledger import rows_of
from catalystindex.detection.contract import DAY, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import NOBODY, Bytes, Fresh, Longs
from catalystindex.temporal.payments import code_of_country, country_of_code
from catalystindex.temporal.window import Window

_CODES: Final = 677
_MOST: Final = 0.8
"""Share of an income that goes on, at least, for it to be called passing through."""
_BOUND: Final = "max_entries"
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class CorridorParameters(Parameters):
    """Which countries, and how much."""

    call_for_action: tuple[Country, ...] = Field(
        default=CALL_FOR_ACTION,
        description="ISO 3166-1 alpha-2 codes of countries with which any payment is looked at.",
    )
    increased_monitoring: tuple[Country, ...] = Field(
        default=INCREASED_MONITORING,
        description="Codes of countries with which large, repeated and unusual payments are.",
    )
    window_days: float = Field(
        default=30, gt=0, le=180, description="Days within which payments belong together."
    )
    history_days: float = Field(
        default=30,
        ge=0,
        le=365,
        description="Days before the window: what was usual then is usual.",
    )
    min_amount: int = Field(
        default=10_000, ge=0, description="Minor units of a payment that is looked at, at least."
    )
    large_total: int = Field(
        default=5_000_000, gt=0, description="Minor units together from which on it is much."
    )
    through_days: float = Field(
        default=5, gt=0, le=60,
        description="Days within which what came from such a country goes on to such a country.",
    )  # fmt: skip
    max_entries: int = Field(
        default=2_000, ge=1, le=100_000,
        description="Payments of an account, in and out each, that are looked through: the last.",
    )  # fmt: skip


class _Traffic(NamedTuple):
    """An account's payments with listed countries."""

    account: int
    rows: Longs
    """Within the window, up to the fresh row."""
    through: int
    """How many of them are income that goes on."""
    before: int
    """Before the window."""
    capped: bool


class HighRiskCorridors(Detector[CorridorParameters]):
    """Finds accounts that deal with countries on the lists."""

    name: ClassVar[str] = "high_risk_corridors"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "high_risk_corridors"
    title: ClassVar[str] = "Payments with countries of high risk"
    definition: ClassVar[str] = (
        "A payment of min_amount at least whose one side is in a country of call_for_action or "
        "increased_monitoring, by what the payment says or by where the account is held; judged "
        "by the payments of the other side's account with such countries within window_days: how "
        "many, how much, whether what came goes on within through_days, and whether there were "
        "any in history_days before."
    )
    sources: ClassVar[tuple[Source, ...]] = (
        Source("FATF", "High-Risk Jurisdictions subject to a Call for Action, 13 February", 2026),
        Source("FATF", "Jurisdictions under Increased Monitoring, 13 February", 2026),
        Source("FFIEC", "BSA/AML Examination Manual, appendix F: red flags, funds transfers", 2014),
    )
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("listed", 40, "The country is on a list: fully for a call for action."),
        Weight("large", 20, "It is much money."),
        Weight("repeated", 10, "It happens again and again."),
        Weight("unusual", 15, "The account had no such payments before."),
        Weight("through", 15, "Money comes from such countries and goes to such countries."),
    )
    parameters: type[CorridorParameters] = CorridorParameters

    def __init__(self, params: CorridorParameters | None = None) -> None:
        """Take parameters; None takes the defaults."""
        super().__init__(params)
        levels = np.zeros(_CODES, np.int8)
        levels[[code_of_country(one) for one in self.params.increased_monitoring]] = LISTED_GREY
        levels[[code_of_country(one) for one in self.params.call_for_action]] = LISTED_BLACK
        self._levels: Bytes = levels

    @property
    def lookback(self) -> int:
        """The window, and the history before it."""
        return int((self.params.window_days + self.params.history_days) * DAY)

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return a finding for each fresh payment with a listed country that matters."""
        return list(self._findings(window, fresh))

    def _findings(self, window: Window, fresh: Fresh) -> Iterator[Finding]:
        source, target = window.column("source_country"), window.column("target_country")
        rows = listed_rows(
            window.view, self._levels, source, target, self.params.min_amount, fresh.lo, fresh.hi
        )
        for row in rows.tolist():
            at = row - window.base
            payer, payee = int(window.view.source[at]), int(window.view.target[at])
            if self._levels[target[at]] and payer != NOBODY:
                yield from self._found(window, payer, row)
            if self._levels[source[at]] and payee not in {NOBODY, payer}:
                yield from self._found(window, payee, row)

    def _listed(self, window: Window, account: int, since: int, row: int, *, out: bool) -> Longs:
        """Return an account's rows one way whose other side is in a listed country."""
        view = window.view
        rows = rows_of(view.out if out else view.into, account, since, row)
        rows = rows[-self.params.max_entries :]
        at = rows - window.base
        other = window.column("target_country" if out else "source_country")[at]
        kept = (self._levels[other] > 0) & (view.amount[at] >= self.params.min_amount)
        listed: Longs = rows[kept]
        return listed

    def _traffic(self, window: Window, account: int, row: int) -> _Traffic:
        view, params = window.view, self.params
        oldest = row_since(view, row, self.lookback)
        since = row_since(view, row, int(params.window_days * DAY))
        into = self._listed(window, account, oldest, row, out=False)
        out = self._listed(window, account, oldest, row, out=True)
        capped = any(
            len(rows_of(lists, account, oldest, row)) > params.max_entries
            for lists in (view.into, view.out)
        )
        rows = np.unique(np.concatenate([into, out]))
        held = rows[rows >= since]
        through = self._through(window, into[into >= since], out)
        return _Traffic(account, held, through, len(rows) - len(held), capped)

    def _through(self, window: Window, into: Longs, out: Longs) -> int:
        """Count income of which most goes on to a listed country soon, strictly later."""
        span = int(self.params.through_days * DAY)
        return through_count(window.view, into, out, span, _MOST)

    def _found(self, window: Window, account: int, row: int) -> Iterator[Finding]:
        view = window.view
        traffic = self._traffic(window, account, row)
        at = traffic.rows - window.base
        countries = np.concatenate(
            [window.column("source_country")[at], window.column("target_country")[at]]
        )
        listed = np.unique(countries[self._levels[countries] > 0])
        names = tuple(country_of_code(code) for code in listed.tolist())
        case = self._weigh(traffic, view.amount[at], int(self._levels[listed].max()))
        sides = np.concatenate([view.source[at], view.target[at]])
        own = accounts(window, (account,))
        took = int(view.time[at[-1]] - view.time[at[0]])
        made = finding_of(
            self, window, case, rows=traffic.rows.tolist(), anchor=own,
            roles={"account": own, "country": names,
                   "counterparty": accounts(window, np.unique(sides[sides != account]))},
            amount=sum(view.amount[at].tolist()),
            summary=f"{len(at)} payments with {', '.join(names)} within {duration(took)}:",
        )  # fmt: skip
        if made is not None:
            yield made

    def _weigh(self, traffic: _Traffic, amounts: Longs, level: int) -> Case:
        params, case = self.params, Case(bounds=[_BOUND] if traffic.capped else [])
        black = level == LISTED_BLACK
        words = "a call for action" if black else "increased monitoring"
        case.add("listed", 40 if black else 10, f"a country is under {words}")
        total, count = float(amounts.astype(np.float64).sum()), len(amounts)
        case.add("large", 20 * ramp(total, 0, params.large_total), f"{units(total)} together")
        case.add("repeated", 10 * ramp(count, 1, 5), f"{count} payments")
        case.add("unusual", 15 * (traffic.before == 0), "there were none before")
        case.add("through", 15 * (traffic.through > 0),
                 f"{traffic.through} of them came in and went on")  # fmt: skip
        return case
