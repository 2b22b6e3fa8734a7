"""Time is injected, aware, and in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from catalystindex.model.clock import Clock, FixedClock, SystemClock


def test_a_fixed_clock_stands_still_until_it_is_moved() -> None:
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    assert clock.now() == clock.now() == datetime(2026, 3, 1, tzinfo=UTC)
    clock.advance(timedelta(microseconds=1))
    assert clock.now() == datetime(2026, 3, 1, 0, 0, 0, 1, tzinfo=UTC)


def test_a_fixed_clock_tells_utc_whatever_zone_it_was_set_in() -> None:
    clock = FixedClock(datetime(2026, 3, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now().tzinfo is UTC
    assert clock.now() == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 3, 1))  # noqa: DTZ001  # that is the point


@pytest.mark.parametrize("clock", [SystemClock(), FixedClock(datetime(2026, 3, 1, tzinfo=UTC))])
def test_every_clock_tells_aware_utc(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)
