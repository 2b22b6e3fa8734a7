"""A detector that is one by the contract, and simple: single payments that are large."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from catalystindex.detection.contract import DAY, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding, Reason
from catalystindex.temporal.layout import NOBODY, Fresh
from catalystindex.temporal.window import Window


class LargeParameters(Parameters):
    """The parameters of `LargePayment`."""

    least: int = Field(default=1_000_000, ge=1, description="Least amount, in minor units.")


class LargePayment(Detector[LargeParameters]):
    """Finds payments between accounts of at least so much."""

    name = "large_payment"
    version = 3
    typology = "large_payment"
    title = "A single large payment"
    definition = "A payment between two accounts of at least `least`."
    sources = (Source("FATF", "Of large payments", 2024),)
    weights = (Weight("large", 60, "The amount is at least `least`."),)
    explains = frozenset({"small_payment"})
    parameters = LargeParameters

    @property
    def lookback(self) -> int:
        """None is needed; a window keeps a day."""
        return DAY

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return a finding for each large payment."""
        return [
            self._finding(window, row)
            for row in range(fresh.lo, fresh.hi)
            if int(window.column("amount")[row - window.base]) >= self.params.least
        ]

    def _finding(self, window: Window, row: int) -> Finding:
        at = row - window.base
        amount, time = (int(window.column(name)[at]) for name in ("amount", "time"))
        parties = {name: int(window.column(name)[at]) for name in ("source", "target")}
        names: dict[str, tuple[str, ...]] = {
            name: (window.account(code),) for name, code in parties.items() if code != NOBODY
        }
        (event,) = window.event_ids(np.array([row]))
        return Finding(
            detector=self.name,
            version=self.version,
            typology=self.typology,
            anchor=names.get("source", ()),
            roles=names,
            event_ids=(event,),
            event_times=(time,),
            start=time,
            end=time,
            amount=amount,
            reasons=(Reason("large", 60, f"{amount} at once"),),
            score=60,
            rationale=f"{amount} was paid at once.",
        )
