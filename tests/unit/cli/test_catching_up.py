"""Waiting for consumers ends when they are done, and does not wait for one that never will be."""

from types import SimpleNamespace
from typing import cast

import pytest

from catalystindex.cli import catching_up
from catalystindex.cli.catching_up import note_lag, wait_for_consumers
from catalystindex.model.errors import CatalystError
from catalystindex.model.stream import ConsumerState, ConsumerStatus, PartitionLag, StreamStatus
from catalystindex.sdk import Client


def consumer(
    position: int, end: int, state: ConsumerState = ConsumerState.RUNNING
) -> ConsumerStatus:
    place = PartitionLag(
        partition=0, start=0, end=end, position=position, lag=end - position, behind_seconds=0
    )
    return ConsumerStatus(
        group="graph",
        state=state,
        code="internal",
        reason="a defect",
        since=None,
        lag=end - position,
        behind_seconds=0,
        events_per_second=0,
        open_letters=0,
        partitions=[place],
    )


def client_of(*seen: ConsumerStatus) -> tuple[Client, list[ConsumerStatus]]:
    """Return a client that sees a consumer so, one look after the other, and the looks left."""
    left = list(seen)

    def status() -> StreamStatus:
        return StreamStatus(partitions=1, records=0, bytes=0, consumers=[left.pop(0)])

    return cast("Client", SimpleNamespace(streams=SimpleNamespace(status=status))), left


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "LOOK_EVERY", 0.0)


def test_it_waits_for_what_was_there_and_not_for_what_came_later() -> None:
    client, left = client_of(consumer(0, 10), consumer(5, 10), consumer(10, 99), consumer(99, 99))
    wait_for_consumers(client)
    assert len(left) == 1


def test_a_consumer_that_stopped_is_an_error() -> None:
    client, _ = client_of(consumer(0, 10), consumer(5, 10, ConsumerState.STOPPED))
    with pytest.raises(CatalystError, match="The consumer graph has stopped: a defect"):
        wait_for_consumers(client)


def test_nobody_waits_for_a_consumer_that_is_off() -> None:
    client, left = client_of(consumer(0, 10, ConsumerState.OFF))
    wait_for_consumers(client)
    assert left == []


def test_what_is_left_is_said_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    note_lag(client_of(consumer(3, 10))[0], alone=True)
    said = capsys.readouterr()
    assert said.out == ""
    assert "7 events to apply yet; they go on with the next server" in said.err
    note_lag(client_of(consumer(10, 10))[0], alone=False)
    assert capsys.readouterr().err == ""
