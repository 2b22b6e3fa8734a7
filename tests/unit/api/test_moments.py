"""Times at the edge are RFC 3339, to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.api.moments import micros_of, moment
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.events.fields import MAX_MICROS, MIN_MICROS


@given(st.integers(MIN_MICROS, MAX_MICROS))
def test_every_time_of_an_event_comes_back(micros: int) -> None:
    assert micros_of(moment(micros).isoformat(), "since") == micros


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025-01-31T10:00:00Z", datetime(2025, 1, 31, 10, tzinfo=UTC)),
        ("2025-01-31t10:00:00.5z", datetime(2025, 1, 31, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2025-01-31T10:00:00.123456789+02:00", datetime(2025, 1, 31, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2025-01-31", datetime(2025, 1, 31, tzinfo=UTC)),
    ],
)
def test_date_times_and_dates(text: str, at: datetime) -> None:
    assert moment(micros_of(text, "since")) == at


def test_the_ends_of_time() -> None:
    assert micros_of("0001-01-01T00:00:00+23:00", "since") < MIN_MICROS
    assert moment(MAX_MICROS) + timedelta(microseconds=0) == datetime(
        9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2025-01-31T10:00:00", "2025-02-30", "1735689600", "2025-W01-1"]
)
def test_what_names_no_moment_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        micros_of(text, "until")
    assert refused.value.context == {"field": "until"}
