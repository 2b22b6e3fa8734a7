"""Whatever the moment at which the owner is killed: what was acknowledged is there, once."""

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from catalystindex.model.clock import SystemClock
from catalystindex.stores.eventlog.base import Record
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.streaming.codec import seal
from support.eventlog import opened, person
from support.stream_kill import ACKNOWLEDGED, EFFECTS

TESTS = Path(__file__).parents[2]
KILLS = 20


def test_nothing_is_lost_and_nothing_is_applied_twice(tmp_path: Path) -> None:
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    subprocess.run(
        [sys.executable, "-m", "support.stream_kill", str(tmp_path), str(KILLS), "7"],
        env=os.environ | {"PYTHONPATH": paths},
        check=True,
        timeout=120,
        stderr=subprocess.DEVNULL,
    )
    told = (tmp_path / ACKNOWLEDGED).read_text().split()
    acknowledged = {seal(person(int(number))).event_id for number in told}
    with opened(tmp_path, SystemClock()) as log:
        records = [one for p in range(log.partitions) for one in read_all(log, p)]
        positions = log.positions("graph")
        assert positions == {p: status.end for p, status in enumerate(log.status("graph"))}
        assert log.open_letters() == {}
    held = Counter(one.message_id for one in records)
    assert set(held.values()) == {1}
    assert len(acknowledged) > 200
    assert acknowledged <= set(held)
    with sqlite3.connect(tmp_path / EFFECTS) as effects:
        done = Counter(row[0] for row in effects.execute("SELECT event FROM done"))
    effects.close()
    assert done == held


def read_all(log: SqliteEventLog, partition: int) -> Iterator[Record]:
    position = 0
    while found := log.read(partition, position, 1000):
        yield from found
        assert [one.offset for one in found] == list(range(position, position + len(found)))
        position += len(found)
