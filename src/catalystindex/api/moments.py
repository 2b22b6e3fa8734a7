"""Times at the edge: RFC 3339 outside, microseconds since 1970 in UTC inside."""

from datetime import UTC, datetime, timedelta

from catalystindex.model.errors import InvalidRequest
from catalystindex.model.instants import parse_instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment(micros: int) -> datetime:
    """Return the moment that so many microseconds are."""
    return _EPOCH + micros * _MICROSECOND


def micros_of(text: str, field: str) -> int:
    """Return the first microsecond of an RFC 3339 date-time, or of a date in UTC.

    Finer digits are cut off. Raises `InvalidRequest` naming ``field``.
    """
    if parse_instant(text) is None:
        raise InvalidRequest(
            f"{field}: {text[:40]!r} is no date or date-time with an offset (RFC 3339).",
            field=field,
        )
    at = datetime.fromisoformat(text.upper())
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
