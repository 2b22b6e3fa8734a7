"""Event logs for tests: adapters that keep the contract, and messages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalystindex.model.clock import Clock
from catalystindex.model.events.envelope import Event, PersonEvent
from catalystindex.model.events.parties import Person
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import Appended, EventLog, Message
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.streaming.codec import seal

Opener = Callable[[Path, int, Clock], EventLog]

ADAPTERS: dict[str, Opener] = {
    "sqlite": lambda folder, partitions, clock: SqliteEventLog(folder, partitions, clock)
}
"""Every engine of the port; the contract is run for each."""


@contextmanager
def opened(folder: Path, clock: Clock, partitions: int = 2) -> Iterator[SqliteEventLog]:
    log = SqliteEventLog(folder, partitions, clock)
    try:
        yield log
    finally:
        log.close()


def message(key: str = "k", ident: str = "", data: bytes = b"{}", time: int = 0) -> Message:
    return Message(key, ident or f"id of {key}", time, data)


def person(number: int, version: int = 1, name: str = "Ana") -> Event:
    return PersonEvent(
        entity_id=f"p{number}",
        version=version,
        event_time=number,
        source="test",
        payload=Person(name=name),
    )


def message_of(event: Event) -> Message:
    sealed = seal(event)
    return Message(event.entity_id, sealed.event_id, event.event_time, sealed.data)


def hand_in(log: EventLog, tenant: Tenant, *events: Event) -> list[Appended]:
    return log.append(tenant, [message_of(event) for event in events])
