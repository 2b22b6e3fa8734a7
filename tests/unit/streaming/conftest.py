from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.model.clock import FixedClock
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.telemetry.metrics import Metrics
from support.eventlog import opened
from support.sinks import KeepingSink
from support.stores import noon_clock


@pytest.fixture
def clock() -> FixedClock:
    return noon_clock()


@pytest.fixture
def log(tmp_path: Path, clock: FixedClock) -> Iterator[SqliteEventLog]:
    with opened(tmp_path, clock) as made:
        yield made


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()
