"""What the settings make of detectors: the alerts that their findings become."""

from collections.abc import Sequence

from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.alerts import AlertBook
from catalystindex.detection.contract import AnyDetector
from catalystindex.detection.severity import Severities


def make_book(detectors: Sequence[AnyDetector], settings: DetectionSettings) -> AlertBook:
    """Return an empty book for the findings of these detectors."""
    return AlertBook(
        {one.name: one.params.model_dump(mode="json") for one in detectors},
        {one.name: one.explains for one in detectors},
        max_events=settings.max_alert_events,
        severities=severities_of(settings),
        currency=settings.reference_currency,
    )


def severities_of(settings: DetectionSettings) -> Severities:
    """Return the least score of each severity."""
    return Severities(settings.severity_medium, settings.severity_high, settings.severity_critical)
