"""Events for tests of the vector sink, a way to hand them in, and all that the index then says."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from catalystindex.documents.library import document_id_of
from catalystindex.model.events.envelope import CommunicationEvent, Event, PersonEvent, kind_of
from catalystindex.model.events.parties import Person
from catalystindex.model.events.talk import Communication
from catalystindex.model.search import Hit, SearchRequest
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner
from catalystindex.stores.eventlog.base import Record
from catalystindex.stores.records import knowledge_bases
from catalystindex.stores.records.schema import (
    chunks,
    documents,
    event_stamps,
    term_stats,
    versions,
)
from catalystindex.stores.vectors.edge import EdgeVectorStore
from catalystindex.streaming.codec import encode, sealed
from catalystindex.streaming.sink import Batch, Delivery, Outcome
from support.stores import ANA

BASE = "events"
MARCH = int(datetime(2025, 3, 1, 9, 30, tzinfo=UTC).timestamp() * 1_000_000)
HOUR = 3_600_000_000


def message(  # one argument per thing that tests say of a message
    entity_id: str,
    text: str = "",
    *,
    version: int = 1,
    subject: str | None = None,
    sender: str = "p-1",
    recipients: tuple[str, ...] = ("p-2",),
    at: int = MARCH,
    source: str = "mail",
) -> Event:
    said = Communication(sender=sender, recipients=recipients, subject=subject, text=text)
    return sealed(
        CommunicationEvent(
            entity_id=entity_id, version=version, event_time=at, source=source, payload=said
        )
    )


def person(entity_id: str, name: str, *, version: int = 1, notes: str = "") -> Event:
    payload = Person(name=name, notes=notes)
    return sealed(
        PersonEvent(
            entity_id=entity_id, version=version, event_time=MARCH, source="crm", payload=payload
        )
    )


def deletion(entity_id: str, version: int) -> Event:
    return sealed(
        CommunicationEvent(
            entity_id=entity_id, version=version, event_time=MARCH, source="mail", op="delete"
        )
    )


def batch_of(events: Sequence[Event], tenant: Tenant = ANA) -> Batch:
    deliveries = [
        Delivery(event, _record(event, offset, tenant)) for offset, event in enumerate(events)
    ]
    return Batch(tenant, 0, len(events), deliveries)


def apply(owner: Owner, *events: Event, tenant: Tenant = ANA) -> list[Outcome]:
    """Hand events to the sink in one batch; return what became of each."""
    verdicts = owner.event_texts.apply(batch_of(events, tenant))
    return [verdict.outcome for verdict in verdicts]


def _record(event: Event, offset: int, tenant: Tenant) -> Record:
    return Record(
        partition=0,
        offset=offset,
        tenant=tenant.key,
        user=tenant.user,
        key=event.entity_id,
        message_id=event.event_id,
        event_time=event.event_time,
        appended_at=event.event_time,
        data=encode(event),
    )


def search(owner: Owner, query: str, tenant: Tenant = ANA, **wanted: object) -> list[Hit]:
    request = SearchRequest.model_validate({"query": query, **wanted})
    return owner.searcher.search(tenant, request).hits


def document_of(event: Event, tenant: Tenant = ANA) -> str:
    base_id = knowledge_bases.knowledge_base_id(tenant, BASE)
    return document_id_of(tenant, base_id, f"{kind_of(event)}/{event.entity_id}")


class Content(NamedTuple):
    """All that answers searches: two equal ones give the same answers, to the last digit."""

    points: list[str]
    shown: list[str]
    terms: list[tuple[object, ...]]
    stamps: list[tuple[object, ...]]


def content_of(owner: Owner) -> Content:
    """Return points with vectors and payload, visible chunks, term counts and stamps."""
    with owner.records.read() as connection:
        shown = connection.execute(
            chunks.select()
            .join(versions, versions.c.id == chunks.c.version_id)
            .join(documents, documents.c.current_version_id == versions.c.id)
            .order_by(chunks.c.id)
        ).all()
        counts = connection.execute(term_stats.select().order_by(*term_stats.primary_key)).all()
        held = connection.execute(event_stamps.select().order_by(event_stamps.c.document_id)).all()
    return Content(
        points_of(owner),
        [repr(row) for row in shown],
        list(map(tuple, counts)),
        list(map(tuple, held)),
    )


def points_of(owner: Owner) -> list[str]:
    """Return every point of the embedded index, spelled out, in one order."""
    import qdrant_edge as edge

    vectors = owner.vectors
    assert isinstance(vectors, EdgeVectorStore)
    found = []
    for shard in vectors._shards.values():  # looked into: nothing of the product lists points
        request = edge.ScrollRequest(limit=1_000_000, with_payload=True, with_vector=True)
        for record in shard._shard.scroll(request)[0]:
            named = record.vector
            assert isinstance(named, dict)
            spelled = sorted((str(name), repr(vector)) for name, vector in named.items())
            payload = sorted((record.payload or {}).items())
            found.append(repr((str(record.id), spelled, payload)))
    return sorted(found)
