"""Moments as the log writes them: microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Return a moment as whole microseconds."""
    return (at - EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """Return whole microseconds as a moment."""
    return EPOCH + timedelta(microseconds=at)
