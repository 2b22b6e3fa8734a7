"""What every event log promises, whatever engine it is on.

An adapter joins by its line in `support.eventlog.ADAPTERS`.
"""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from catalystindex.model.clock import FixedClock
from catalystindex.model.errors import (
    ConsumerUnknown,
    EventLogUnavailable,
    InvalidRequest,
    PositionExpired,
    StreamLetterNotFound,
    StreamLetterNotOpen,
)
from catalystindex.stores.eventlog import letters
from catalystindex.stores.eventlog.base import (
    MAX_APPEND,
    EventLog,
    LetterFilter,
    LetterState,
    Message,
    NewLetter,
    Record,
)
from catalystindex.stores.eventlog.instant import micros
from support.eventlog import ADAPTERS, Opener, message
from support.stores import ANA, BEA, NOON, noon_clock

ANY = LetterFilter(state=None)


@pytest.fixture(params=sorted(ADAPTERS))
def opener(request: pytest.FixtureRequest) -> Opener:
    return ADAPTERS[request.param]


@pytest.fixture
def clock() -> FixedClock:
    return noon_clock()


@pytest.fixture
def log(opener: Opener, tmp_path: Path, clock: FixedClock) -> Iterator[EventLog]:
    made = opener(tmp_path, 3, clock)
    yield made
    made.close()


def everything(log: EventLog) -> list[Record]:
    return [one for partition in range(log.partitions) for one in log.read(partition, 0, 10_000)]


def letter_of(record: Record, code: str = "event.invalid", kind: str | None = None) -> NewLetter:
    return NewLetter(record, kind, code, "no event", 1)


def bury(log: EventLog, group: str = "graph") -> str:
    """Have a group refuse the first record there is; return the letter's id."""
    log.register(group)
    record = everything(log)[0]
    log.commit(group, record.partition, record.offset + 1, [letter_of(record)])
    return log.letters(ANA, LetterFilter(group=group), 10)[0].letter_id


def test_what_is_appended_is_read_back(log: EventLog) -> None:
    sent = Message("k", "id-1", -5, b"\x00\xff", "graph", "letter")
    [where] = log.append(ANA, [sent])
    [record] = log.read(where.partition, 0, 10)
    assert where == (record.partition, 0, True)
    assert record == Record(
        where.partition, 0, "acme/aml", "ana", *sent[:3], micros(NOON), *sent[3:]
    )


def test_offsets_have_no_gaps_and_keys_stay_together(log: EventLog) -> None:
    for start in range(0, 300, 60):
        log.append(ANA, [message(f"k{n % 7}", f"id {n}") for n in range(start, start + 60)])
    partitions: dict[str, set[int]] = {}
    for partition in range(log.partitions):
        records = log.read(partition, 0, 10_000)
        assert [one.offset for one in records] == list(range(len(records)))
        for key in {one.key for one in records}:
            numbers = [int(one.message_id[3:]) for one in records if one.key == key]
            assert numbers == sorted(numbers)
            partitions.setdefault(key, set()).add(partition)
    assert len(partitions) == 7
    assert all(len(found) == 1 for found in partitions.values())


def test_an_id_is_taken_once(log: EventLog) -> None:
    first = log.append(ANA, [message("a", "0" * 32), message("b", "x"), message("a", "0" * 32)])
    again = log.append(ANA, [message("b", "x"), message("a", "0" * 32)])
    assert [one.fresh for one in first] == [True, True, False]
    assert [one[:2] for one in again] == [first[1][:2], first[0][:2]]
    assert not any(one.fresh for one in again)
    assert len(everything(log)) == 2


def test_ids_that_look_alike_are_others(log: EventLog) -> None:
    alike = ["ab" * 16, "AB" * 16, "ab" * 15 + "a ", " " + "ab" * 15 + "a", "", "é", "ab" * 8]
    assert all(one.fresh for one in log.append(ANA, [message("k", "x")]))
    assert all(one.fresh for one in log.append(ANA, [Message("k", one, 0, b"") for one in alike]))
    assert not any(
        one.fresh for one in log.append(ANA, [Message("k", one, 0, b"") for one in alike])
    )


def test_another_tenant_may_have_the_same_id(log: EventLog) -> None:
    [ana], [bea] = log.append(ANA, [message()]), log.append(BEA, [message()])
    assert ana.fresh
    assert bea.fresh
    assert {one.tenant for one in everything(log)} == {"acme/aml", "acme/fraud"}


def test_it_is_all_there_after_a_start(opener: Opener, tmp_path: Path, clock: FixedClock) -> None:
    log = opener(tmp_path, 3, clock)
    log.append(ANA, [message(f"k{n}") for n in range(50)])
    before, letter = everything(log), bury(log)
    log.close()
    log = opener(tmp_path, 7, clock)
    assert log.partitions == 3
    assert everything(log) == before
    assert log.groups() == ["graph"]
    assert sum(log.positions("graph").values()) == 1
    assert log.letter(ANA, letter).state is LetterState.OPEN
    assert not any(one.fresh for one in log.append(ANA, [message(f"k{n}") for n in range(50)]))
    log.close()


def test_threads_append_side_by_side(log: EventLog) -> None:
    def send(number: int) -> None:
        for n in range(20):
            mine = [message(f"k{number}", f"{number} {n} {m}") for m in range(10)]
            shared = [message("shared", f"shared {n} {m}") for m in range(10)]
            answers = log.append(ANA, mine + shared)
            assert all(one.fresh for one in answers[:10])

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = everything(log)
    assert len(found) == len({one.message_id for one in found}) == 6 * 200 + 200
    for number in range(6):
        own = [one.message_id for one in found if one.key == f"k{number}"]
        assert own == [f"{number} {n} {m}" for n in range(20) for m in range(10)]


@pytest.mark.parametrize(
    "bad",
    [
        Message("\ud800", "x", 0, b""),
        Message("k", "\ud800", 0, b""),
        Message("k", "x", 1 << 63, b""),
        Message("k", "x", 0, b"", "\ud800"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(log: EventLog, bad: Message) -> None:
    with pytest.raises(InvalidRequest):
        log.append(ANA, [message("good"), bad])
    assert everything(log) == []
    with pytest.raises(InvalidRequest):
        log.append(ANA, [message()] * (MAX_APPEND + 1))
    assert log.append(ANA, []) == []


def test_a_read_begins_anywhere_and_is_bounded(log: EventLog) -> None:
    where = log.append(ANA, [message("k", f"id {n}") for n in range(30)])
    log.append(ANA, [message("k", f"id {n}") for n in range(30, 40)])
    partition = where[0].partition
    assert [one.offset for one in log.read(partition, 27, 5)] == [27, 28, 29, 30, 31]
    assert log.read(partition, 40, 5) == []
    assert log.read(partition, 0, 0) == []
    with pytest.raises(InvalidRequest):
        log.read(3, 0, 1)


def test_waiting_ends_with_an_append(log: EventLog) -> None:
    positions = dict.fromkeys(range(3), 0)
    assert not log.wait(positions, 0.01)
    later = threading.Timer(0.05, lambda: log.append(ANA, [message()]))
    later.start()
    assert log.wait(positions, 10)
    later.join()
    assert log.wait(positions, 0)


def test_waiting_ends_with_a_call_and_with_the_log(log: EventLog) -> None:
    began = time.monotonic()
    timer = threading.Timer(0.05, log.wake)
    timer.start()
    assert not log.wait({0: 0}, 10)
    threading.Timer(0.05, log.close).start()
    with pytest.raises(EventLogUnavailable, match="closed"):
        log.wait({0: 0}, 10)
    assert time.monotonic() - began < 8
    with pytest.raises(EventLogUnavailable, match="closed"):
        log.append(ANA, [message()])
    with pytest.raises(EventLogUnavailable, match="closed"):
        log.groups()


def test_groups_go_on_by_themselves(log: EventLog) -> None:
    where = log.append(ANA, [message("k", f"id {n}") for n in range(5)])
    partition = where[0].partition
    log.register("graph")
    log.register("vectors")
    log.commit("graph", partition, 3)
    log.register("graph")
    assert log.positions("graph")[partition] == 3
    assert log.positions("vectors")[partition] == 0
    assert log.groups() == ["graph", "vectors"]


def test_nobody_else_is_a_consumer(log: EventLog) -> None:
    for call in (
        lambda: log.positions("who"),
        lambda: log.status("who"),
        lambda: log.commit("who", 0, 0),
        lambda: log.seek("who", {0: 0}),
        lambda: log.forget("who"),
    ):
        with pytest.raises(ConsumerUnknown):
            call()
    for name in ("", "x" * 65, "a\nb", "ä"):
        with pytest.raises(InvalidRequest):
            log.register(name)


def test_a_group_goes_only_where_there_is_something(log: EventLog) -> None:
    [where] = log.append(ANA, [message()])
    log.register("graph")
    log.seek("graph", {where.partition: 1})
    log.seek("graph", {where.partition: 0})
    for positions in ({where.partition: 2}, {where.partition: -1}, {3: 0}):
        with pytest.raises(InvalidRequest):
            log.seek("graph", positions)
        with pytest.raises(InvalidRequest):
            log.commit("graph", *next(iter(positions.items())))
    assert log.positions("graph")[where.partition] == 0


def test_a_place_is_found_by_time(log: EventLog) -> None:
    for start in range(0, 60, 20):
        times = [10, 5, 30, *list(range(start, start + 17))]
        log.append(ANA, [message("k", f"{start} {n}", time=t) for n, t in enumerate(times)])
    for time_ in (-1, 0, 5, 6, 11, 30, 31, 40, 56, 57, 1000):
        expected = {}
        for partition in range(3):
            records = log.read(partition, 0, 1000)
            fits = [one.offset for one in records if one.event_time >= time_]
            expected[partition] = fits[0] if fits else len(records)
        assert log.offsets_at(time_) == expected


def test_status_tells_since_when_a_group_is_behind(log: EventLog, clock: FixedClock) -> None:
    [first] = log.append(ANA, [message("k", "1")])
    clock.advance(timedelta(seconds=5))
    log.append(ANA, [message("k", "2")])
    log.register("graph")
    status = log.status("graph")[first.partition]
    assert (status.start, status.end, status.position) == (0, 2, 0)
    assert status.behind_since == micros(NOON)
    log.commit("graph", first.partition, 1)
    assert log.status("graph")[first.partition].behind_since == micros(NOON) + 5_000_000
    log.commit("graph", first.partition, 2)
    assert log.status("graph")[first.partition].behind_since is None


def test_a_letter_holds_the_bytes_as_they_came(log: EventLog) -> None:
    log.append(ANA, [message("k", "x", b"\xff\x00 no event", 7)])
    letter = log.letter(ANA, bury(log))
    assert (letter.data, letter.key, letter.message_id, letter.event_time) == (
        b"\xff\x00 no event", "k", "x", 7,
    )  # fmt: skip
    assert (letter.code, letter.reason, letter.attempts) == ("event.invalid", "no event", 1)
    assert letter.created_at == micros(NOON)
    assert log.open_letters() == log.open_letters(ANA) == {"graph": 1}


def test_a_letter_belongs_to_its_tenant(log: EventLog) -> None:
    log.append(ANA, [message()])
    ident = bury(log)
    for _ in range(2):  # before and after the other tenant is known to the log
        assert log.letters(BEA, ANY, 10) == []
        assert log.open_letters(BEA) == {}
        with pytest.raises(StreamLetterNotFound):
            log.letter(BEA, ident)
        with pytest.raises(StreamLetterNotFound):
            log.settle(BEA, ident, LetterState.DISCARDED)
        with pytest.raises(StreamLetterNotFound):
            log.replay(BEA, ident, message("k", "new"))
        log.append(BEA, [message("bea")])
    assert log.letter(ANA, ident).state is LetterState.OPEN


def test_a_letter_that_comes_again_keeps_its_state(log: EventLog) -> None:
    log.append(ANA, [message()])
    ident = bury(log)
    log.settle(ANA, ident, LetterState.DISCARDED)
    record = everything(log)[0]
    log.seek("graph", {record.partition: 0})
    log.commit("graph", record.partition, 1, [letter_of(record)])
    letter = log.letter(ANA, ident)
    assert (letter.state, letter.settled_by) == (LetterState.DISCARDED, "ana")
    with pytest.raises(StreamLetterNotOpen):
        log.settle(ANA, ident, LetterState.REPLAYED)


def test_letters_are_filtered_and_paged(log: EventLog) -> None:
    log.append(ANA, [message("k", f"id {n}") for n in range(12)])
    log.register("graph")
    log.register("vectors")
    records = everything(log)
    partition = records[0].partition
    kinds = ["person", "company", None]
    new = [letter_of(one, f"c{n % 2}", kinds[n % 3]) for n, one in enumerate(records)]
    log.commit("graph", partition, 12, new)
    log.commit("vectors", partition, 1, new[:1])
    pages: list[str] = []
    while page := log.letters(ANA, ANY, 5, pages[-1] if pages else None):
        pages += [one.letter_id for one in page]
    assert pages == sorted(pages)
    assert len(set(pages)) == 13
    fits = log.letters(ANA, LetterFilter(group="graph", kind="person", code="c1"), 100)
    assert [(one.group, one.kind, one.code) for one in fits] == [("graph", "person", "c1")] * 2
    log.settle(ANA, pages[0], LetterState.DISCARDED)
    assert len(log.letters(ANA, LetterFilter(), 100)) == 12
    assert len(log.letters(ANA, LetterFilter(state=LetterState.DISCARDED), 100)) == 1


def test_a_replay_is_one_step(log: EventLog) -> None:
    log.append(ANA, [message()])
    ident = bury(log)
    mended = Message("k", "mended", 0, b"mended", "graph", ident)
    where = log.replay(ANA, ident, mended)
    assert log.read(where.partition, where.offset, 1)[0].only == "graph"
    letter = log.letter(ANA, ident)
    assert (letter.state, letter.settled_at) == (LetterState.REPLAYED, micros(NOON))
    with pytest.raises(StreamLetterNotOpen):
        log.replay(ANA, ident, mended._replace(message_id="again"))
    with pytest.raises(StreamLetterNotFound):
        log.replay(ANA, "0" * 32, mended._replace(message_id="again"))
    assert len(everything(log)) == 2
    assert log.append(ANA, [message("after")])[0].fresh


def old_and_new(log: EventLog, clock: FixedClock, key: str = "k") -> int:
    log.append(ANA, [message(key, f"old {n}") for n in range(10)])
    clock.advance(timedelta(days=2))
    return log.append(ANA, [message(key, f"new {n}") for n in range(10)])[0].partition


def test_what_is_over_age_goes(log: EventLog, clock: FixedClock) -> None:
    partition = old_and_new(log, clock)
    assert log.trim(micros(NOON + timedelta(days=1))) == 10
    assert log.trim(micros(NOON + timedelta(days=1))) == 0
    assert [one.message_id for one in log.read(partition, 10, 3)] == ["new 0", "new 1", "new 2"]
    with pytest.raises(PositionExpired):
        log.read(partition, 9, 1)
    log.register("late")
    assert log.positions("late")[partition] == 10
    with pytest.raises(PositionExpired):
        log.seek("late", {partition: 9})
    assert log.size().records == 10


def test_the_slowest_group_keeps_what_it_needs(log: EventLog, clock: FixedClock) -> None:
    log.register("fast")
    log.register("slow")
    partition = old_and_new(log, clock)
    log.commit("fast", partition, 20)
    log.commit("slow", partition, 4)
    assert log.trim(micros(NOON + timedelta(days=9)), 1) == 4
    assert log.read(partition, 4, 1)[0].message_id == "old 4"
    log.commit("slow", partition, 20)
    assert log.trim(micros(NOON + timedelta(days=1)), 3) == 13
    assert log.read(partition, 17, 1)[0].message_id == "new 7"


def test_a_group_that_is_forgotten_keeps_nothing(log: EventLog, clock: FixedClock) -> None:
    log.register("gone")
    partition = old_and_new(log, clock)
    ident = bury(log)
    log.commit("graph", partition, 20)
    assert log.trim(micros(NOON + timedelta(days=9))) == 0
    log.forget("gone")
    assert log.groups() == ["graph"]
    assert log.trim(micros(NOON + timedelta(days=9))) == 20
    log.register("gone")
    assert log.positions("gone")[partition] == 20
    assert log.letter(ANA, ident).state is LetterState.OPEN


def test_an_answer_with_letters_is_bounded_in_bytes(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "LETTERS_BYTES", 250)
    log.append(ANA, [message("k", f"id {n}", b"x" * 100) for n in range(7)])
    [partition] = {one.partition for one in everything(log)}
    log.register("graph")
    log.commit("graph", partition, 7, [letter_of(one) for one in everything(log)])
    seen: list[str] = []
    while found := log.letters(ANA, ANY, 10, seen[-1] if seen else None):
        assert len(found) <= 3
        seen += [one.letter_id for one in found]
    assert len(set(seen)) == len(seen) == 7


def test_settled_letters_go_with_time_and_open_ones_stay(log: EventLog, clock: FixedClock) -> None:
    log.append(ANA, [message("k", f"id {n}", f"{n}".encode()) for n in range(3)])
    [partition] = {one.partition for one in everything(log)}
    log.register("graph")
    log.commit("graph", partition, 3, [letter_of(one) for one in everything(log)])
    early, late, open_ = (one.letter_id for one in log.letters(ANA, ANY, 10))
    log.settle(ANA, early, LetterState.DISCARDED)
    clock.advance(timedelta(days=1))
    log.settle(ANA, late, LetterState.DISCARDED)
    log.trim(micros(NOON + timedelta(days=1)))
    assert [one.letter_id for one in log.letters(ANA, ANY, 10)] == [late, open_]


def test_the_oldest_of_all_partitions_go_first(log: EventLog, clock: FixedClock) -> None:
    for n in range(30):
        log.append(ANA, [message(f"k{n}", f"id {n}")])
        clock.advance(timedelta(seconds=1))
    assert log.trim(0, 12) == 18
    log.register("g")
    kept = [
        one.message_id
        for status in log.status("g")
        for one in log.read(status.partition, status.start, 100)
    ]
    assert sorted(kept) == sorted(f"id {n}" for n in range(18, 30))


def test_what_is_dropped_of_one_append_is_gone(log: EventLog) -> None:
    partition = log.append(ANA, [message("k", f"id {n}") for n in range(10)])[0].partition
    assert log.trim(0, 4) == 6
    with pytest.raises(PositionExpired):
        log.read(partition, 5, 1)
    assert [one.message_id for one in log.read(partition, 6, 2)] == ["id 6", "id 7"]
    assert log.offsets_at(0)[partition] == 6
    assert log.append(ANA, [message("k", "id 5")])[0].fresh


def test_an_id_is_free_again_when_its_record_is_gone(
    log: EventLog, clock: FixedClock, opener: Opener, tmp_path: Path
) -> None:
    old_and_new(log, clock)
    log.trim(micros(NOON + timedelta(days=1)))
    again = log.append(ANA, [message("k", "old 3"), message("k", "new 3"), message("k", "old 3")])
    assert [one.fresh for one in again] == [True, False, False]
    log.close()
    log = opener(tmp_path, 3, clock)
    again = log.append(ANA, [message("k", "old 3"), message("k", "new 3"), message("k", "old 4")])
    assert [one.fresh for one in again] == [False, False, True]
    log.close()
