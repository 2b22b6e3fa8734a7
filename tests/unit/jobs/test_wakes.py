"""Wake-up calls when the queue answers, when it does not, and when it is back."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from catalystindex.config.sections import QueueSettings
from catalystindex.jobs.wakes import Wakes
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.queue.open import OpenQueue, open_queue
from catalystindex.telemetry.logs import configure_logs
from catalystindex.telemetry.metrics import Metrics
from support.valkey import TcpValkey


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[TcpValkey]:
    server = TcpValkey(tmp_path / "valkey")
    yield server
    server.stop()


@pytest.fixture
def opened(valkey: TcpValkey, tmp_path: Path) -> Iterator[OpenQueue]:
    queue = open_queue(QueueSettings(url=valkey.url, timeout=1), tmp_path, embedded=False)
    yield queue
    queue.close()


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = metrics.registry.get_sample_value(name, labels)
    return math.nan if found is None else found


def test_an_outage_is_counted_and_logged_once_and_its_end_is_noticed(
    valkey: TcpValkey, opened: OpenQueue
) -> None:
    configure_logs("info", "json")  # whatever tests before this one wanted to hear
    metrics = Metrics()
    wakes = Wakes(opened.queue, metrics)
    wakes.look()
    assert wakes.wake(Lane.COMPUTE, "job-1", 2)
    assert wakes.depth(Lane.COMPUTE) == 2
    assert value(metrics, "catalyst_queue_up") == 1
    valkey.kill()
    with capture_logs() as logs:
        assert not wakes.wake(Lane.COMPUTE, "job-2")
        for _ in range(3):
            wakes.look()
            assert not wakes.wake(Lane.ACQUIRE, "job-3")
    assert not wakes.reachable
    assert [one["event"] for one in logs] == ["queue_unreachable"]
    assert valkey.password not in str(logs)
    assert wakes.depth(Lane.COMPUTE) is None
    assert value(metrics, "catalyst_queue_up") == 0
    assert value(metrics, "catalyst_queue_outages_total") == 1
    assert value(metrics, "catalyst_queue_wake_failures_total", lane="compute") == 1
    assert value(metrics, "catalyst_queue_wake_failures_total", lane="acquire") == 3
    valkey.start()
    with capture_logs() as logs:
        wakes.look()
        wakes.look()
    assert [one["event"] for one in logs] == ["queue_reachable_again"]
    assert wakes.reachable
    assert wakes.wake(Lane.COMPUTE, "job-4")
    assert value(metrics, "catalyst_queue_up") == 1
    valkey.kill()
    wakes.look()
    assert value(metrics, "catalyst_queue_outages_total") == 2
