"""What detectors of link patterns share: how far they look, and how they score."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from pydantic import Field

from catalystindex.aml.evidence import Case, ramp
from catalystindex.aml.kernels.links import Ground, Reach, row_since
from catalystindex.aml.moves import IS_MOVE
from catalystindex.detection.contract import DAY, Detector, Parameters, Source
from catalystindex.temporal.layout import Longs
from catalystindex.temporal.window import Window

FATF = Source("FATF", "Professional Money Laundering", 2018)
FFIEC = Source("FFIEC", "BSA/AML Examination Manual, Appendix F: Red Flags", 2014)
ALTMAN = Source(
    "NeurIPS",
    "Altman et al., Realistic Synthetic Financial Transactions for Anti-Money Laundering Models",
    2023,
)
AMLSIM = Source("IBM", "AMLSim, alert patterns", 2018)


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


L = TypeVar("L", bound=LinkParameters)


class LinkDetector(Detector[L]):
    """A detector of patterns that are made of links."""

    entries = 1000
    """Newest entries of an account that are looked at."""

    @property
    def lookback(self) -> int:
        """Window and history together."""
        return (self.params.window_days + self.params.history_days) * DAY

    @property
    def reach(self) -> Reach:
        """The look-back as kernels take it."""
        return Reach(self.params.window_days * DAY, self.params.history_days * DAY, self.entries)

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
        if np.isnan(value):
            return
        [most] = [weight.points for weight in self.weights if weight.code == code]
        points = round(most * ramp(value, low, high))
        if points:
            case.points[code] = (points, fact)


def part(values: Sequence[float] | np.ndarray, low: float, high: float) -> np.ndarray:
    """Return `ramp` of many values."""
    return np.clip((np.asarray(values, np.float64) - low) / (high - low), 0.0, 1.0)


def rows_array(count: int) -> Longs:
    """Return room for so many rows."""
    return np.empty(count, np.int64)
