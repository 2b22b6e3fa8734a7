"""How soon somebody should look at an alert, by its score."""

from typing import Final, NamedTuple

from catalystindex.model.alert import Severity

MEDIUM_FROM: Final = 50
"""What detectors report at all by default: worth a look when there is time."""
HIGH_FROM: Final = 70
"""Several reasons speak for it: for the working day."""
CRITICAL_FROM: Final = 85
"""Nearly all reasons speak for it: money may still be stopped."""


class Severities(NamedTuple):
    """The least score of each severity; what scores less than ``medium`` is low."""

    medium: int = MEDIUM_FROM
    high: int = HIGH_FROM
    critical: int = CRITICAL_FROM

    def of(self, score: int) -> Severity:
        """Return the severity of a score from 0 to 100."""
        if score >= self.critical:
            return Severity.CRITICAL
        if score >= self.high:
            return Severity.HIGH
        return Severity.MEDIUM if score >= self.medium else Severity.LOW


DEFAULT_SEVERITIES: Final = Severities()
