"""An owner takes events, its consumers follow, and all of it is there at the next start."""

from pathlib import Path

import pytest

from catalystindex.config.settings import Settings
from catalystindex.config.streams import ConsumersSettings
from catalystindex.model.errors import EventLogUnavailable
from catalystindex.model.health import CheckState
from catalystindex.model.stream import ConsumerState
from catalystindex.owner import assembly
from catalystindex.owner.checks import readiness
from catalystindex.stores.eventlog.schema import FILE_NAME
from catalystindex.streaming.codec import encode
from catalystindex.streaming.sink import Batch
from support.documents import running_owner, settings_for
from support.eventlog import person
from support.sinks import KeepingSink
from support.stores import ANA

LINES = [encode(person(number)) for number in range(20)]


def undetected(folder: Path) -> Settings:
    """Return settings of an owner that follows events with the test's own sinks alone."""
    consumers = ConsumersSettings(detect=False)
    return settings_for(folder).model_copy(update={"consumers": consumers})


def test_events_outlive_their_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = KeepingSink()
    monkeypatch.setattr(assembly, "sinks_of", lambda *_: [])
    with running_owner(undetected(tmp_path)) as owner:
        assert owner.events.submit(ANA, LINES).accepted == 20
        assert owner.events.groups() == []
    assert not (tmp_path / f"{FILE_NAME}-wal").exists()
    monkeypatch.setattr(assembly, "sinks_of", lambda *_: [(sink, 7)])
    with running_owner(undetected(tmp_path)) as owner:
        assert owner.events.caught_up(10)
        assert len(sink.kept) == 20
        assert owner.events.submit(ANA, LINES).duplicates == 20
        graph = owner.events.status(ANA).consumers[0]
        assert (graph.state, graph.lag) == (ConsumerState.RUNNING, 0)
    with running_owner(undetected(tmp_path)) as owner:
        assert owner.events.caught_up(10)
        assert max(map(len, sink.batches)) <= 7
        assert sum(map(len, sink.batches)) == 20


def test_readiness_tells_of_a_consumer_that_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(_: Batch) -> None:
        raise KeyError("Ana's secret")

    sink = KeepingSink()
    sink.trouble = defect
    monkeypatch.setattr(assembly, "sinks_of", lambda *_: [(sink, 7)])
    with running_owner(undetected(tmp_path)) as owner:
        owner.events.submit(ANA, LINES)
        assert not owner.events.caught_up(10)
        found = readiness(owner)
        assert found.ready
        events = next(one for one in found.checks if one.name == "events")
        assert events.state is CheckState.DEGRADED
        assert "graph is stopped: internal" in events.detail
        assert "secret" not in events.detail
        assert "secret" not in str(owner.events.status(ANA))


def test_a_damaged_log_is_no_reason_to_write_over_it(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"damaged" * 1000)
    with pytest.raises(EventLogUnavailable, match="damaged"), running_owner(undetected(tmp_path)):
        pass
    assert (tmp_path / FILE_NAME).read_bytes() == b"damaged" * 1000
