"""What detectors of link patterns share: how far they look, and how they score."""

import math
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from catalystindex.aml.evidence import Case, ramp
from catalystindex.aml.kernels.links import Ground, Reach, row_since
from catalystindex.aml.moves import IS_MOVE
from catalystindex.detection.contract import DAY, Detector, Parameters, Source
from catalystindex.temporal.layout import Floats, Longs
from catalystindex.temporal.window import Window

FATF = Source("FATF", "Professional Money Laundering", 2018)
FFIEC = Source("FFIEC", "BSA/AML Examination Manual, Appendix F: Red Flags", 2014)
ALTMAN = Source(
    "NeurIPS",
    "Altman et al., Realistic Synthetic Financial Transactions for Anti-Money Laundering Models",
    2023,
)
AMLSIM = Source("IBM", "AMLSim, alert patterns", 2018)

CAPPED = "max_links"
"""The bound that is named where accounts have more links than layers look at (`layers.MOST`)."""


class LinkParameters(Parameters):
    """How far a detector of links looks.

    A *link* is the first payment from one account to another within the look-back, by transfer,
    wire or cheque.
    """

    window_days: int = Field(
        default=25, ge=1, le=90, description="Days within which a pattern takes place."
    )
    history_days: int = Field(
        default=30,
        ge=1,
        le=180,
        description="Days before the window: who was paid in them is no new counterparty.",
    )
    max_entries: int = Field(
        default=1000,
        ge=64,
        le=100_000,
        description="Newest payments of an account that are looked at, in one direction.",
    )


L = TypeVar("L", bound=LinkParameters)


class LinkDetector(Detector[L]):
    """A detector of patterns that are made of links."""

    @property
    def lookback(self) -> int:
        """Window and history together."""
        return (self.params.window_days + self.params.history_days) * DAY

    @property
    def reach(self) -> Reach:
        """The look-back as kernels take it."""
        params = self.params
        return Reach(params.window_days * DAY, params.history_days * DAY, params.max_entries)

    def ground(self, window: Window) -> Ground:
        """Return what kernels read."""
        return Ground(window.view, window.column("method"), IS_MOVE)

    def since(self, window: Window, row: int) -> tuple[int, int]:
        """Return the first row of a row's look-back, and the time at which its window begins."""
        time = int(window.column("time")[row - window.base])
        return row_since(window.view, time - self.lookback), time - self.reach.window

    def weigh(
        self, case: Case, code: str, value: float, low: float, high: float, fact: str
    ) -> None:
        """Give a fact its part of the points of the table: none at ``low``, all at ``high``.

        Negative points speak against a finding; what is not a number gives none.
        """
        if math.isnan(value):
            return
        [most] = [weight.points for weight in self.weights if weight.code == code]
        points = round(most * ramp(value, low, high))
        if points:
            case.points[code] = (points, fact)

    def weigh_amounts(self, case: Case, unusual: float, low: float, high: float) -> None:
        """Give points for amounts that are so many times what the payers pay otherwise."""
        fact = f"amounts {unusual:.1f} times what the payers pay otherwise"
        self.weigh(case, "unusual_amounts", math.log(unusual), low, high, fact)

    def weigh_network(self, case: Case, around: float, low: float, high: float) -> None:
        """Give points for counterparties that have many links: mean of ln(1 + links)."""
        fact = f"the others have {math.expm1(around):.1f} new links each themselves"
        self.weigh(case, "gathering_network", around, low, high, fact)

    def weigh_purpose(self, case: Case, named: float) -> None:
        """Take points for the share of links that state a purpose of daily business."""
        fact = f"{named:.0%} say a purpose of business"
        self.weigh(case, "stated_purpose", named, 0, 0.7, fact)

    def weigh_alike(self, case: Case, alike: float) -> None:
        """Take points for the share of amounts that are alike."""
        self.weigh(case, "equal_amounts", alike, 0.45, 0.7, f"{alike:.0%} of the amounts are alike")


def part(values: NDArray[Any], low: float, high: float) -> Floats:
    """Return `ramp` of many values."""
    clipped: Floats = np.clip((values - low) / (high - low), 0.0, 1.0)
    return clipped


def rows_array(count: int) -> Longs:
    """Return room for so many rows."""
    return np.empty(count, np.int64)
