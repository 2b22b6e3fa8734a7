"""Detection itself: payments into the window, findings out. Every run is made of this."""

from collections.abc import Sequence

from catalystindex.detection.contract import AnyDetector, lookback_of
from catalystindex.detection.finding import Finding, order_of
from catalystindex.temporal.layout import Fresh
from catalystindex.temporal.payments import Payments
from catalystindex.temporal.window import Window


class Engine:
    """A window and the detectors that look at it."""

    def __init__(self, detectors: Sequence[AnyDetector], window: Window | None = None) -> None:
        """Take detectors, and a window that keeps at least what they look back; None makes one."""
        self.detectors = tuple(detectors)
        self.window = window or Window(lookback_of(detectors))

    def advance(self, payments: Payments) -> list[Finding]:
        """Append payments in order and return what they complete, in order of last event."""
        return self.findings(self.window.append(payments))

    def findings(self, fresh: Fresh) -> list[Finding]:
        """Return what rows complete, in order of last event."""
        if fresh.hi == fresh.lo:
            return []
        found = [
            finding
            for detector in self.detectors
            for finding in detector.detect(self.window, fresh)
        ]
        return sorted(found, key=order_of)
