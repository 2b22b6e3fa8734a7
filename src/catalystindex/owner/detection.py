"""Detection in the owner process: a stage of the stream that writes alerts into the records."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from catalystindex.audit.chain import action
from catalystindex.config.settings import Settings
from catalystindex.detection.case import CUT
from catalystindex.detection.live.stage import DetectionStage, LiveSettings
from catalystindex.detection.live.workspace import Workspaces
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import EventLog
from catalystindex.stores.records import alerts as alert_records
from catalystindex.stores.records import audit_log
from catalystindex.stores.records.engine import Records
from catalystindex.streaming.stage import StageMaker
from catalystindex.telemetry.detection_metrics import DetectionMetrics
from catalystindex.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from catalystindex.detection.contract import AnyDetector

DETECTION_FOLDER: Final = "detection"
BOUND_PREFIX: Final = "max_"


class AlertWriter:
    """Writes alerts into the records; what changes is in the audit chain with its digest."""

    def __init__(self, records: Records, metrics: DetectionMetrics) -> None:
        self._records, self._metrics = records, metrics

    def write(self, tenant: Tenant, alerts: Sequence[AlertRecord]) -> None:
        """Write alerts in one transaction. Raises `Unavailable`."""
        with self._records.housekeeping() as connection:
            changed = alert_records.upsert(connection, tenant, alerts)
            if changed:
                done = action("alerts.detect", _digest(alerts), alerts=changed)
                audit_log.append(connection, tenant, self._records.clock.now(), done)
        if changed:
            for one in alerts:
                self._metrics.alert(one.detector, one.severity)


def detection_stage(
    settings: Settings, event_log: EventLog, records: Records, metrics: Metrics
) -> StageMaker:
    """Return what makes the stage. Kernels are loaded by its thread, with the first event."""

    def workspaces() -> Workspaces:
        from catalystindex.aml.registry import make_detectors
        from catalystindex.detection.live.following import FollowingMaker

        detectors = make_detectors(settings.detection)
        metrics.detection.watch({one.name: _bounds_of(one) for one in detectors})
        return FollowingMaker(detectors, settings.detection, metrics.detection)

    consumers = settings.consumers
    live = LiveSettings(consumers.detect_batch, settings.detection.idle, consumers.checkpoint)
    stage = DetectionStage(
        event_log,
        workspaces,
        AlertWriter(records, metrics.detection),
        settings.data_dir / DETECTION_FOLDER,
        records.clock,
        live,
    )
    return lambda _pause, _on_error: stage


def check_detectors(settings: Settings) -> None:
    """Raise `DetectorUnknown` or `DetectorParameters` if settings do not fit."""
    from catalystindex.aml.registry import make_detectors

    make_detectors(settings.detection)


def _bounds_of(detector: "AnyDetector") -> list[str]:
    """Return what may cut a finding short: parameters that say so by name, and the alert's own."""
    fields = type(detector.params).model_fields
    return [CUT, *(name for name in fields if name.startswith(BOUND_PREFIX))]


def _digest(alerts: Sequence[AlertRecord]) -> str:
    """Return a hash of alerts and their revisions: what was stored can be held against it."""
    hashed = blake2b(digest_size=16)
    for alert in sorted(alerts, key=lambda one: one.alert_id):
        hashed.update(f"{alert.alert_id}:{alert.revision}\n".encode())
    return hashed.hexdigest()
