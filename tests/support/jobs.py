"""Helpers for tests of ingestion by jobs: documents in the records, and owners that really work."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, select

from catalystindex.audit.chain import timestamp
from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.config.sections import (
    JobsSettings,
    LoggingSettings,
    ParsingSettings,
    QueueSettings,
)
from catalystindex.config.settings import Settings
from catalystindex.documents.library import Submission, document_id_of
from catalystindex.jobs.submissions import Order
from catalystindex.model.document import Document, DocumentStatus, Metadata
from catalystindex.model.ids import content_id
from catalystindex.model.job import BulkDocument, BulkRequest, Job, JobDocument
from catalystindex.model.knowledge_base import KnowledgeBase, KnowledgeBaseCreate
from catalystindex.model.search import SearchRequest
from catalystindex.model.sources import InlineSource, Source
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner, open_owner
from catalystindex.stores.records import job_documents, jobs, processing
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.job_documents import ItemQuery, NewItem
from catalystindex.stores.records.jobs import NewJob
from catalystindex.stores.records.schema import job_documents as rows
from support.stores import ANA, AT, NOON

PATIENCE = 60.0
"""Seconds until a test gives up waiting for something that should happen in one or two."""
LONG = "\n\n".join(
    f"# Part {n}\n\nThe customer made deposit number {n} in cash at the branch. " * 8
    for n in range(150)
)
"""Enough text that a worker has it in hand for a while."""

_numbers = count(1)

# --- documents of jobs in the records ----------------------------------------


def moment(seconds: float) -> str:
    """Return a moment so long after noon, as the records write it."""
    return timestamp(NOON + timedelta(seconds=seconds))


def new_item(ordinal: int, job: str = "job", **changes: object) -> NewItem:
    """Return a document of a job that waits to be computed, but for ``changes``."""
    fields: dict[str, object] = {
        "id": content_id("item", job, ordinal),
        "ordinal": ordinal,
        "kind": "upload",
        "place": f"memo-{ordinal}.txt",
        "source": {},
        "key": f"memo-{ordinal}",
        "title": None,
        "metadata": {},
        "policy": None,
        "force": False,
        "lane": "compute",
        "priority": 1,
        "document_id": content_id("document", job, ordinal),
        "version_id": content_id("version", job, ordinal),
    }
    return NewItem(**(fields | changes))  # type: ignore[arg-type]  # as the test says


def seed_job(
    records: Records,
    kb: KnowledgeBase,
    items: Sequence[NewItem] = (),
    *,
    at: str = AT,
    tenant: Tenant = ANA,
    idempotency_key: str | None = None,
) -> str:
    """Record a job with its documents and return its id."""
    job_id = content_id("job", tenant.key, next(_numbers))
    with records.housekeeping() as connection:
        jobs.add(connection, tenant, NewJob(job_id, kb.id, "", idempotency_key), at)
        job_documents.add(connection, tenant, job_id, kb.id, items, at)
    return job_id


def row_of(connection: Connection, item_id: str) -> Mapping[str, object]:
    """Return everything that is recorded of a document of a job."""
    return dict(connection.execute(select(rows).where(rows.c.id == item_id)).one()._mapping)


# --- an owner ------------------------------------------------------------------


def settings_of(
    folder: Path,
    *,
    queue: QueueSettings | None = None,
    acquisition: AcquisitionSettings | None = None,
    parsing: ParsingSettings | None = None,
    **jobs_settings: float,
) -> Settings:
    """Return settings under which whatever is tried again is so at once."""
    given = {"workers": 1, "acquirers": 2, "backoff": 0.05, "max_backoff": 0.2, "lease": 2}
    return Settings(
        data_dir=folder,
        jobs=JobsSettings.model_validate(given | jobs_settings),
        queue=queue or QueueSettings(),
        acquisition=acquisition or AcquisitionSettings(),
        parsing=parsing or ParsingSettings(),
        logging=LoggingSettings(level="error"),
    )


@contextmanager
def working_owner(settings: Settings, *, serves: bool = False) -> Iterator[Owner]:
    """Give an owner whose clock goes: what is due later comes."""
    owner = open_owner(settings, "pytest", serves=serves)
    try:
        yield owner
    finally:
        owner.close()


def base_in(owner: Owner, name: str = "bank", tenant: Tenant = ANA) -> str:
    """Make a knowledge base and return its id."""
    return owner.library.create_knowledge_base(tenant, KnowledgeBaseCreate(name=name)).id


def inline(text: str, key: str | None = None, **more: object) -> BulkDocument:
    """Return a document whose text comes with the request."""
    source = InlineSource(content=text, filename="memo.md")
    return BulkDocument.model_validate({"source": source, "key": key, **more})


def at(source: Source, **more: object) -> BulkDocument:
    """Return a document that is fetched from a source."""
    return BulkDocument.model_validate({"source": source, **more})


def bulk(
    owner: Owner,
    base: str,
    documents: Sequence[BulkDocument],
    *,
    tenant: Tenant = ANA,
    idempotency_key: str | None = None,
    **more: object,
) -> str:
    """Submit documents together and return the id of their job."""
    request = BulkRequest.model_validate(
        {"knowledge_base": base, "documents": list(documents), **more}
    )
    order = Order(uuid4().hex, idempotency_key)
    return owner.submissions.bulk(tenant, request, [], order).job_id


def one(
    owner: Owner,
    base: str,
    data: str | bytes,
    *,
    key: str = "memo",
    filename: str = "memo.md",
    media_type: str | None = None,
    metadata: Metadata | None = None,
    force: bool = False,
    tenant: Tenant = ANA,
) -> str:
    """Submit one document and return the id of its job."""
    raw = data.encode() if isinstance(data, str) else data
    wanted = Submission(
        base, raw, filename, media_type, key=key, metadata=metadata or {}, force=force
    )
    return owner.submissions.one(tenant, wanted, Order(uuid4().hex), "text").job_id


def ended(owner: Owner, job_id: str, *, tenant: Tenant = ANA, patience: float = PATIENCE) -> Job:
    """Return a job once it has ended."""
    until(lambda: owner.jobs.show(tenant, job_id).finished_at is not None, patience)
    return owner.jobs.show(tenant, job_id)


def items_of(owner: Owner, job_id: str, tenant: Tenant = ANA) -> list[JobDocument]:
    """Return all documents of a job, in order."""
    found: list[JobDocument] = []
    cursor = None
    while True:
        page = owner.jobs.documents(tenant, ItemQuery(job_id=job_id, cursor=cursor, limit=200))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def item_of(owner: Owner, job_id: str, tenant: Tenant = ANA) -> JobDocument:
    """Return the only document of a job."""
    (found,) = items_of(owner, job_id, tenant)
    return found


def document_with(owner: Owner, base: str, key: str, tenant: Tenant = ANA) -> Document:
    """Return the document that has a key."""
    return owner.library.document(tenant, document_id_of(tenant, base, key))


def indexed_chunks(owner: Owner) -> dict[str, int]:
    """Return the chunks of each version that answers searches, as the records say."""
    with owner.records.read() as connection:
        return {one.version_id: one.chunks for one in processing.searchable(connection)}


def texts_found(owner: Owner, query: str, base: str, tenant: Tenant = ANA) -> list[str]:
    """Return the text of each hit."""
    request = SearchRequest(query=query, knowledge_bases=[base], limit=10)
    return [hit.text for hit in owner.searcher.search(tenant, request).hits]


def until(condition: Callable[[], bool], patience: float = PATIENCE, every: float = 0.01) -> float:
    """Return, once ``condition`` holds, the seconds that took; fail if it does not in time."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, "it did not happen in time"
        time.sleep(every)
    return time.monotonic() - began


def counter(owner: Owner, name: str, **labels: str) -> float:
    """Return what a metric shows."""
    return owner.metrics.registry.get_sample_value(name, labels) or 0.0


def is_running(owner: Owner, job_id: str, tenant: Tenant = ANA) -> bool:
    """Tell whether a document of a job is in somebody's hands."""
    return owner.jobs.show(tenant, job_id).counts.running > 0


def status_of(owner: Owner, base: str, key: str, tenant: Tenant = ANA) -> DocumentStatus:
    return document_with(owner, base, key, tenant).status
