"""What only the log in a file has: sorted runs of ids, a schema, a disk that fills up."""

import resource
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from catalystindex.model.errors import EventLogUnavailable
from catalystindex.stores.eventlog import blocks, ids, sqlite, store
from catalystindex.stores.eventlog.appends import Ticket
from catalystindex.stores.eventlog.base import LetterFilter, Message, NewLetter
from catalystindex.stores.eventlog.instant import micros
from catalystindex.stores.eventlog.schema import FILE_NAME, VERSION, transaction
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from support.eventlog import message, opened
from support.stores import ANA, BEA, NOON, noon_clock


@pytest.fixture
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "RUN_IDS", 500)


def hexed(numbers: range) -> list[Message]:
    """Ids of a counter: the opposite of a hash, which the filters are to bear."""
    return [Message(f"k{n % 9}", f"{n:032x}", n, b"x") for n in numbers]


def count(folder: Path, sql: str) -> int:
    with sqlite3.connect(folder / FILE_NAME) as connection:
        found: int = connection.execute(sql).fetchone()[0]
    connection.close()
    return found


@pytest.mark.usefixtures("short_runs")
def test_ids_are_found_in_runs_and_in_memory(tmp_path: Path) -> None:
    with opened(tmp_path, noon_clock()) as log:
        for start in range(0, 4000, 100):
            assert all(one.fresh for one in log.append(ANA, hexed(range(start, start + 100))))
            assert all(one.fresh for one in log.append(BEA, hexed(range(start, start + 50))))
        first = log.append(ANA, hexed(range(0, 4000, 7)))
        assert not any(one.fresh for one in first)
    assert count(tmp_path, "SELECT count(*) FROM runs") > 5
    with opened(tmp_path, noon_clock()) as log:
        assert log.append(ANA, hexed(range(0, 4000, 7))) == first
        assert not any(one.fresh for one in log.append(BEA, hexed(range(0, 4000, 100))))
        assert all(one.fresh for one in log.append(BEA, hexed(range(50, 4000, 100))))


@pytest.mark.usefixtures("short_runs")
def test_a_run_goes_with_its_last_record(tmp_path: Path) -> None:
    clock = noon_clock()
    with opened(tmp_path, clock) as log:
        for start in range(0, 3000, 100):
            log.append(ANA, hexed(range(start, start + 100)))
            clock.advance(timedelta(seconds=1))
        runs = count(tmp_path, "SELECT count(*) FROM runs")
        assert log.trim(micros(NOON + timedelta(seconds=22))) == 2200
        assert count(tmp_path, "SELECT count(*) FROM runs") == runs - 4
        assert count(tmp_path, "SELECT count(DISTINCT run) FROM ids") == runs - 4
        assert count(tmp_path, "SELECT sum(records) FROM blocks") < 1200
        assert not any(one.fresh for one in log.append(ANA, hexed(range(2200, 3000))))
        assert all(one.fresh for one in log.append(ANA, hexed(range(2200))))
        assert not any(one.fresh for one in log.append(ANA, hexed(range(3000))))
    with opened(tmp_path, clock) as log:
        assert not any(one.fresh for one in log.append(ANA, hexed(range(3000))))


def test_large_messages_are_in_blocks_of_their_own(tmp_path: Path) -> None:
    large = [Message("k", f"{n}", 0, b"x" * (blocks.BLOCK_BYTES // 3)) for n in range(8)]
    with opened(tmp_path, noon_clock(), 1) as log:
        log.append(ANA, [*large, Message("k", "whole", 0, b"y" * blocks.BLOCK_BYTES)])
        assert [one.offset for one in log.read(0, 4, 100)] == [4, 5, 6, 7, 8]
    assert count(tmp_path, "SELECT count(*) FROM blocks") == 4


def test_a_read_of_large_messages_is_bounded_in_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MAX_READ_BYTES", 3 * blocks.BLOCK_BYTES)
    with opened(tmp_path, noon_clock(), 1) as log:
        log.append(ANA, [Message("k", f"{n}", 0, b"x" * blocks.BLOCK_BYTES) for n in range(8)])
        read = [one.offset for one in log.read(0, 0, 100)]
        assert read == [0, 1, 2]
        assert [one.offset for one in log.read(0, 7, 100)] == [7]


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, noon_clock()) as log:
        log.append(ANA, [message()])
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    connection.close()
    with pytest.raises(EventLogUnavailable, match="newer release"):
        SqliteEventLog(tmp_path, 2, noon_clock())


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    with pytest.raises(EventLogUnavailable, match="is no event log"):
        SqliteEventLog(tmp_path, 2, noon_clock())
    (tmp_path / FILE_NAME).write_bytes(b"no database at all" * 1000)
    with pytest.raises(EventLogUnavailable, match="damaged"):
        SqliteEventLog(tmp_path, 2, noon_clock())
    with pytest.raises(EventLogUnavailable, match="folder"):
        SqliteEventLog(tmp_path / FILE_NAME / "below", 2, noon_clock())


def test_damage_is_told_and_skips_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, noon_clock(), 1) as log:
        log.append(ANA, [message("k", f"{n}") for n in range(10)])
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE blocks SET data = x'ff'")
    connection.close()
    with opened(tmp_path, noon_clock(), 1) as log:
        for call in (lambda: log.read(0, 0, 5), lambda: log.append(ANA, [message()])):
            with pytest.raises(EventLogUnavailable, match="damaged at partition 0, offset 0"):
                call()


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    sent = [
        [Message(f"k{n % 5}", f"{batch} {n}", 0, b"x" * 500) for n in range(100)]
        for batch in range(100)
    ]
    with opened(tmp_path, noon_clock()) as log:
        log.register("graph")
        acknowledged = 0
        with largest_file(1_000_000):
            with pytest.raises(EventLogUnavailable, match="disk"):  # noqa: PT012
                for batch in sent:
                    assert all(one.fresh for one in log.append(ANA, batch))
                    acknowledged += 1
            with pytest.raises(EventLogUnavailable, match="disk"):
                log.append(ANA, sent[-1])
            assert log.size().records == acknowledged * 100  # reading goes on
            found = log.read(0, 0, 10_000) + log.read(1, 0, 10_000)
            assert len(found) == acknowledged * 100
        assert 0 < acknowledged < 99
        again = [one.fresh for batch in sent for one in log.append(ANA, batch)]
        assert again == [False] * (acknowledged * 100) + [True] * (10_000 - acknowledged * 100)
    with opened(tmp_path, noon_clock()) as log:
        assert len({one.message_id for p in (0, 1) for one in log.read(p, 0, 10_000)}) == 10_000


def test_a_commit_whose_answer_was_lost_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def lost(connection: sqlite3.Connection) -> Iterator[None]:
        with transaction(connection):
            yield
        raise sqlite3.OperationalError("nobody heard the answer")

    sent = [Message("k", f"{n}", 0, b"") for n in range(10)]
    with opened(tmp_path, noon_clock(), 1) as log:
        log.append(ANA, sent[:4])
        with monkeypatch.context() as patched:
            patched.setattr(store, "transaction", lost)
            with pytest.raises(EventLogUnavailable):
                log.append(ANA, sent[2:8])
        assert [one.fresh for one in log.append(ANA, sent)] == [False] * 8 + [True] * 2
        assert [one.message_id for one in log.read(0, 0, 99)] == [one.message_id for one in sent]


def test_a_letter_and_its_position_are_one_step(tmp_path: Path) -> None:
    with opened(tmp_path, noon_clock(), 1) as log:
        log.append(ANA, [Message("k", f"{n}", 0, b"x" * 9_000) for n in range(200)])
        log.register("graph")
        records = log.read(0, 0, 200)
        letters = [NewLetter(one, None, "event.invalid", "bad", 1) for one in records]
        size = (tmp_path / f"{FILE_NAME}-wal").stat().st_size
        with largest_file(size + 50_000), pytest.raises(EventLogUnavailable):
            log.commit("graph", 0, 200, letters)
        assert log.positions("graph") == {0: 0}
        assert log.letters(ANA, LetterFilter(), 10) == []
        log.commit("graph", 0, 200, letters)
        assert log.open_letters() == {"graph": 200}


def test_another_process_that_holds_the_file_is_told(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path, 1, noon_clock(), busy_timeout=0.05)
    thief = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    thief.execute("BEGIN IMMEDIATE")
    with pytest.raises(EventLogUnavailable, match="Another process"):
        log.append(ANA, [message()])
    thief.execute("ROLLBACK")
    thief.close()
    assert log.append(ANA, [message()])[0].fresh
    log.close()


def test_reading_goes_on_while_somebody_writes(tmp_path: Path) -> None:
    with opened(tmp_path, noon_clock(), 1) as log:
        log.append(ANA, [message("k", f"{n}") for n in range(100)])
        read = threading.Event()
        with log._store.writing() as connection:
            connection.execute("INSERT INTO names (name) VALUES ('held')")

            def look() -> None:
                if len(log.read(0, 0, 100)) == 100:
                    read.set()

            reader = threading.Thread(target=look)
            reader.start()
            assert read.wait(5)
        reader.join()


def test_threads_share_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, noon_clock(), 1) as log:
        written: list[int] = []
        transact = log._appender._transact

        def counted(tickets: Sequence[Ticket], also: None) -> None:
            written.append(len(tickets))
            transact(tickets, also)

        monkeypatch.setattr(log._appender, "_transact", counted)
        threads = [
            threading.Thread(target=log.append, args=(ANA, [message("k", f"{n}")]))
            for n in range(16)
        ]
        with log._store.turn():
            for thread in threads:
                thread.start()
            while len(log._appender._queue) < 16:
                pass
        for thread in threads:
            thread.join()
        assert written == [16]
        assert log.size().records == 16
