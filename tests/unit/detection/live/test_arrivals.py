"""Events come out in the order in which they were appended, whatever the partitions."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.detection.live.arrivals import Arrivals
from catalystindex.model.clock import FixedClock
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.streaming.codec import decode
from support.eventlog import hand_in, opened, person
from support.stores import ANA, noon_clock

PARTITIONS = 3
TICK = timedelta(microseconds=1)


@pytest.fixture
def clock() -> FixedClock:
    return noon_clock()


@pytest.fixture
def log(tmp_path: Path, clock: FixedClock) -> Iterator[SqliteEventLog]:
    with opened(tmp_path, clock, PARTITIONS) as made:
        yield made


def started(log: SqliteEventLog, batch: int = 4) -> Arrivals:
    arrivals = Arrivals(log, batch)
    arrivals.begin(dict.fromkeys(range(PARTITIONS), 0))
    return arrivals


def read(arrivals: Arrivals, partition: int) -> int:
    records = arrivals.read(partition)
    for record in records:
        arrivals.add(record, decode(record.data))
    return len(records)


def names(arrivals: Arrivals) -> list[list[str]]:
    return [sorted(one.event.entity_id for one in group.arrivals) for group in arrivals.complete()]


def drained(arrivals: Arrivals) -> list[list[str]]:
    """Read until a whole round finds nothing; return the groups that came out."""
    found = names(arrivals)
    while sum(read(arrivals, partition) for partition in range(PARTITIONS)):
        found += names(arrivals)
    return found + names(arrivals)


def append(log: SqliteEventLog, clock: FixedClock, numbers: range) -> list[str]:
    clock.advance(TICK)
    hand_in(log, ANA, *(person(number) for number in numbers))
    return sorted(f"p{number}" for number in numbers)


def test_what_was_appended_together_comes_out_together_and_in_order(
    log: SqliteEventLog, clock: FixedClock
) -> None:
    first = append(log, clock, range(30))
    second = append(log, clock, range(30, 33))
    assert drained(started(log)) == [first, second]


def test_a_part_of_an_append_is_not_given_out(log: SqliteEventLog, clock: FixedClock) -> None:
    append(log, clock, range(30))
    arrivals = started(log, batch=100)
    read(arrivals, 0)
    assert names(arrivals) == []
    assert arrivals.settled == dict.fromkeys(range(PARTITIONS), 0)


def test_a_later_append_waits_for_the_earlier_one_in_other_partitions(
    log: SqliteEventLog, clock: FixedClock
) -> None:
    first = append(log, clock, range(30))
    arrivals = started(log, batch=100)
    read(arrivals, 0)
    second = append(log, clock, range(30, 60))
    read(arrivals, 0)
    read(arrivals, 1)
    assert names(arrivals) == []
    read(arrivals, 2)
    assert [*names(arrivals), *drained(arrivals)] == [first, second]


def test_a_restart_begins_where_nothing_is_missing(log: SqliteEventLog, clock: FixedClock) -> None:
    groups = [append(log, clock, range(at, at + 10)) for at in range(0, 50, 10)]
    arrivals = started(log, batch=3)
    read(arrivals, 0)
    read(arrivals, 1)
    given_out = names(arrivals)
    again = Arrivals(log, 3)
    again.begin(arrivals.settled)
    assert given_out + drained(again) == groups


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_interleaving_of_appends_and_reads_gives_the_same_groups(data: st.DataObject) -> None:
    clock = noon_clock()
    with (
        TemporaryDirectory() as folder,
        opened(Path(folder), clock, PARTITIONS) as log,
    ):
        arrivals = started(log, data.draw(st.integers(1, 7)))
        appended: list[list[str]] = []
        found: list[list[str]] = []
        number = 0
        for step in data.draw(st.lists(st.integers(-PARTITIONS, 6), max_size=25)):
            if step > 0:
                appended.append(append(log, clock, range(number, number + step)))
                number += step
            elif step < 0:
                read(arrivals, -step - 1)
            else:
                found += names(arrivals)
        assert found + drained(arrivals) == appended
