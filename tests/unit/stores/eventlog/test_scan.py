"""Reading a log as it is at one moment, beside whoever owns it."""

import sqlite3
from pathlib import Path

import pytest

from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import EventLogUnavailable
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.eventlog.scan import LogScan
from catalystindex.stores.eventlog.schema import FILE_NAME
from support.eventlog import message, opened

ANA, BEN = make_tenant("acme", "one", "ana"), make_tenant("acme", "two", "ben")


def keys(scan: LogScan, tenant: object = ANA) -> list[str]:
    return sorted(one.key for part in scan.records(tenant) for one in part)  # type: ignore[arg-type]


def test_it_has_the_records_of_one_tenant_and_no_other(tmp_path: Path) -> None:
    with opened(tmp_path, SystemClock(), partitions=3) as log:
        log.append(ANA, [message(f"a{n}") for n in range(5_000)])
        log.append(BEN, [message(f"b{n}") for n in range(10)])
        with LogScan(tmp_path) as scan:
            assert keys(scan) == sorted(f"a{n}" for n in range(5_000))
            assert keys(scan, BEN) == sorted(f"b{n}" for n in range(10))
            assert keys(scan, make_tenant("acme", "three", "ana")) == []
            assert scan.count() == 5_010


def test_it_reads_what_there_was_when_it_was_opened(tmp_path: Path) -> None:
    with opened(tmp_path, SystemClock()) as log:
        log.append(ANA, [message("before")])
        with LogScan(tmp_path) as scan:
            log.append(ANA, [message("after")])
            assert keys(scan) == ["before"]
        with LogScan(tmp_path) as scan:
            assert keys(scan) == ["after", "before"]


def test_it_reads_a_log_that_nobody_owns(tmp_path: Path) -> None:
    with opened(tmp_path, SystemClock()) as log:
        log.append(ANA, [message("k")])
    with LogScan(tmp_path) as scan:
        assert keys(scan) == ["k"]


def test_what_was_trimmed_is_not_there(tmp_path: Path) -> None:
    with opened(tmp_path, SystemClock(), partitions=1) as log:
        log.append(ANA, [message(f"k{n}", time=n) for n in range(10)])
        log.trim(appended_before=2**60, max_records=None)
        log.append(ANA, [message("new")])
        with LogScan(tmp_path) as scan:
            assert keys(scan) == ["new"]


def test_a_block_of_which_a_part_was_trimmed_gives_the_rest(tmp_path: Path) -> None:
    with opened(tmp_path, SystemClock(), partitions=1) as log:
        log.append(ANA, [message(f"k{n}", time=n) for n in range(10)])
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE partitions SET start = 7")
    with LogScan(tmp_path) as scan:
        assert keys(scan) == ["k7", "k8", "k9"]


def test_it_makes_no_log_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(EventLogUnavailable, match="There is no event log"):
        LogScan(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"something else" * 1_000)
    with pytest.raises(EventLogUnavailable):
        LogScan(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        other.execute("CREATE TABLE t (x)")
    with pytest.raises(EventLogUnavailable, match="is no event log"):
        LogScan(tmp_path)


def test_a_log_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, SystemClock()):
        pass
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(EventLogUnavailable, match="newer release"):
        LogScan(tmp_path)


def test_a_damaged_block_is_said(tmp_path: Path) -> None:
    with opened(tmp_path, SystemClock()) as log:
        log.append(ANA, [message("k")])
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE blocks SET data = x'ff'")
    with LogScan(tmp_path) as scan, pytest.raises(EventLogUnavailable, match="damaged"):
        keys(scan)
