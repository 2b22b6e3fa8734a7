"""Alerts and detectors as the API shows them: times in RFC 3339."""

from catalystindex.api.moments import moment
from catalystindex.detection.contract import AnyDetector
from catalystindex.model.alert import Alert, AlertHead, AlertReason
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.detector import (
    DetectorHead,
    DetectorInfo,
    DetectorSource,
    DetectorWeight,
)


def head(one: AlertRecord) -> AlertHead:
    """Return an alert in short."""
    return AlertHead.model_validate(_short(one))


def alert(one: AlertRecord) -> Alert:
    """Return an alert with its evidence."""
    return Alert(
        **_short(one),
        roles=one.roles,
        event_ids=one.event_ids,
        event_times=tuple(moment(time) for time in one.event_times),
        reasons=tuple(
            AlertReason(code=reason.code, weight=reason.weight, fact=reason.fact)
            for reason in one.reasons
        ),
        parameters=one.parameters,
    )


def _short(one: AlertRecord) -> dict[str, object]:
    names = (name for name in AlertHead.model_fields if name not in ("start", "end"))
    return {
        **{name: getattr(one, name) for name in names},
        "start": moment(one.start),
        "end": moment(one.end),
    }


def detector_head(one: AnyDetector, *, enabled: bool) -> DetectorHead:
    """Return a detector in short."""
    return DetectorHead(
        name=one.name,
        version=one.version,
        title=one.title,
        typology=one.typology,
        enabled=enabled,
    )


def detector(one: AnyDetector, *, enabled: bool) -> DetectorInfo:
    """Return a detector with its definition and parameters."""
    return DetectorInfo(
        **detector_head(one, enabled=enabled).model_dump(),
        definition=one.definition,
        sources=tuple(
            DetectorSource(publisher=source.publisher, title=source.title, year=source.year)
            for source in one.sources
        ),
        weights=tuple(
            DetectorWeight(code=weight.code, points=weight.points, meaning=weight.meaning)
            for weight in one.weights
        ),
        explains=tuple(sorted(one.explains)),
        parameters=one.parameters.model_json_schema(),
        values=one.params.model_dump(mode="json"),
    )
