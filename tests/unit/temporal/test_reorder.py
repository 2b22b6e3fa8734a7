"""Events in the order of time, whatever the calls: beside a reference that takes them singly."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalystindex.temporal.payments import Payments, plain, taken
from catalystindex.temporal.reorder import Reorder, Turned
from catalystindex.temporal.versions import Versions
from support.references.reorder import Arrival, SlowReorder

Row = tuple[int, int, int, bool, bool]
"""Entity, version, time, gone, and whether a new group begins."""

ROWS = st.lists(
    st.tuples(
        st.integers(0, 5), st.integers(1, 3), st.integers(0, 14), st.booleans(), st.booleans()
    ),
    max_size=24,
)  # fmt: skip


def arrivals(rows: Sequence[Row]) -> list[Arrival]:
    made, instant = [], 100
    for number, (entity, version, time, gone, begins) in enumerate(rows):
        instant += begins
        made.append(Arrival(entity + 1, version, number % 7 * 100 + number, time, gone, instant))
    return made


def columns(
    events: Sequence[Arrival],
) -> tuple[Versions, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    count = len(events)
    number = np.array([one.number for one in events], np.uint64)
    nobody = np.zeros(count, np.int32)
    time = np.array([one.time for one in events], np.int64)
    payments = plain(nobody, nobody, time, np.ones(count, np.int64))._replace(
        id_high=number, id_low=number, entity=np.array([one.entity for one in events], np.uint64)
    )
    version = np.array([one.version for one in events], np.int64)
    gone = np.array([one.gone for one in events], np.bool_)
    instants = np.array([one.instant for one in events], np.int64)
    return Versions(payments, version, gone), instants


def numbers(payments: Payments) -> list[int]:
    return [int(one) for one in payments.id_low]


class Collected:
    """What came out of several calls."""

    def __init__(self) -> None:
        self.out: list[int] = []
        self.late: list[int] = []
        self.corrected: list[int] = []

    def take(self, turned: Turned) -> None:
        times = turned.payments.time.tolist()
        assert times == sorted(times)
        self.out += numbers(turned.payments)
        self.late += numbers(turned.late.payments)
        self.corrected += numbers(turned.corrected.payments)


def run(
    reorder: Reorder, events: Sequence[Arrival], cuts: Sequence[int], *, restart: bool
) -> Collected:
    found = Collected()
    places = [0, *sorted(min(cut, len(events)) for cut in cuts), len(events)]
    for begin, end in itertools.pairwise(places):
        found.take(reorder.add(*columns(events[begin:end])))
        if restart:
            again = Reorder(reorder.lateness, reorder.keep, reorder.ahead)
            again.restore(reorder.state())
            reorder = again
    found.take(reorder.close())
    return found


@settings(max_examples=200, deadline=None)
@given(
    ROWS, st.integers(0, 5), st.integers(0, 8), st.one_of(st.none(), st.integers(-100, 0)),
    st.lists(st.integers(0, 24), max_size=4), st.booleans(),
)  # fmt: skip
@example([(0, 1, 5, False, True), (0, 2, 1, True, False)], 0, 9, None, [1], True)
def test_it_gives_out_what_the_reference_does(
    rows: list[Row], lateness: int, keep: int, ahead: int | None, cuts: list[int], restart: bool
) -> None:
    limit = None if ahead is None else ahead + 100
    events = arrivals(rows)
    if limit is not None:
        events = [one._replace(instant=one.instant - 95) for one in events]
        limit = limit // 10
    slow = SlowReorder(lateness, keep, limit)
    for event in events:
        slow.add(event)
    slow.close()
    reorder = Reorder(lateness, keep, limit)
    found = run(reorder, events, cuts, restart=restart)
    assert found.out == [one.number for one in slow.out]
    assert found.late == [one.number for one in slow.late]
    assert found.corrected == [one.number for one in slow.corrected]
    if not restart:
        counts = reorder.late, reorder.corrected, reorder.superseded
        assert counts == (len(slow.late), len(slow.corrected), slow.superseded)
        rest = numbers(reorder.finish().payments)
        left = sorted(slow.held.values(), key=lambda one: (one.time, one.number))
        assert rest == [one.number for one in left if not one.gone]
        assert reorder.held == 0


def test_many_random_streams_agree_with_the_reference() -> None:
    random = np.random.default_rng(7)
    for _ in range(300):
        count = int(random.integers(1, 60))
        drawn = zip(
            random.integers(0, 12, count).tolist(), random.integers(1, 4, count).tolist(),
            (np.arange(count) // 2 + random.integers(-6, 6, count)).tolist(),
            (random.random(count) < 0.2).tolist(), (random.random(count) < 0.4).tolist(),
            strict=True,
        )  # fmt: skip
        events = arrivals(list(drawn))
        slow = SlowReorder(4, 10)
        for event in events:
            slow.add(event)
        slow.close()
        cuts = random.integers(0, count, 3).tolist()
        found = run(Reorder(4, 10), events, cuts, restart=bool(random.integers(2)))
        assert found.out == [one.number for one in slow.out]
        assert found.late == [one.number for one in slow.late]
        assert found.corrected == [one.number for one in slow.corrected]


def test_a_group_does_not_close_time_for_its_own_members() -> None:
    reorder = Reorder(0, 10)
    assert numbers(reorder.add(*columns([Arrival(1, 1, 1, 9, False, 1)])).payments) == []
    turned = reorder.add(*columns([Arrival(2, 1, 2, 3, False, 1)]))
    assert (numbers(turned.payments), turned.late.rows) == ([], 0)
    turned = reorder.add(*columns([Arrival(3, 1, 3, 9, False, 2), Arrival(4, 1, 4, 10, False, 2)]))
    assert numbers(turned.payments) == [2, 1]
    assert numbers(turned.late.payments) == [3]
    assert numbers(reorder.close().payments) == [4]


def test_a_payment_far_ahead_of_its_instant_closes_time_no_further() -> None:
    reorder = Reorder(0, 10, ahead=5)
    reorder.add(*columns([Arrival(1, 1, 1, 10**15, False, 1_000)]))
    turned = reorder.add(*columns([Arrival(2, 1, 2, 1_006, False, 1_001)]))
    assert turned.late.rows == 0
    assert reorder.frontier == 1_005


def test_what_is_remembered_stays_bounded() -> None:
    reorder = Reorder(10, 1_000)
    count = 4_096
    for start in range(0, 200_000, count):
        number = np.arange(start, start + count)
        events = plain(number, number, number, number)
        events = events._replace(entity=number.astype(np.uint64), id_low=number.astype(np.uint64))
        versions = Versions(events, np.ones(count, np.int64), np.zeros(count, np.bool_))
        reorder.add(versions, np.full(count, start, np.int64))
    assert len(reorder.state()["seen.key"]) < 8 * count
    assert reorder.held <= 2 * count


def test_what_was_given_out_is_remembered_when_the_table_grows() -> None:
    reorder = Reorder(0, 100_000)
    for instant in range(50):
        numbers_of = range(instant * 100, instant * 100 + 100)
        reorder.add(*columns([Arrival(n + 1, 1, n, n, False, instant) for n in numbers_of]))
    newer = [Arrival(n + 1, 2, n + 10_000, n, False, 60) for n in range(0, 4_000, 500)]
    turned = reorder.add(*columns(newer))
    assert (turned.corrected.rows, turned.late.rows) == (len(newer), 0)


def test_nothing_in_gives_nothing_out() -> None:
    reorder = Reorder(5, 5)
    versions, instants = columns([])
    for turned in (reorder.add(versions, instants), reorder.close()):
        assert not len(turned.payments.time)
        assert (turned.late.rows, turned.corrected.rows) == (0, 0)


def test_given_out_payments_are_whole() -> None:
    reorder = Reorder(0, 10)
    versions, instants = columns(arrivals([(1, 1, 5, False, True), (2, 1, 4, False, False)]))
    reorder.add(versions, instants)
    expected = taken(versions.payments, np.array([1, 0]))
    pairs: Any = zip(reorder.close().payments, expected, strict=True)
    for one, two in pairs:
        assert list(one) == list(two)


@pytest.mark.parametrize(("lateness", "keep", "ahead"), [(-1, 0, None), (0, -1, None), (0, 0, -1)])
def test_negative_times_are_refused(lateness: int, keep: int, ahead: int | None) -> None:
    with pytest.raises(ValueError, match="not negative"):
        Reorder(lateness, keep, ahead)


def test_a_state_that_lacks_something_is_refused() -> None:
    with pytest.raises(KeyError):
        Reorder(0, 0).restore({})
