"""Accepting submissions: a job and its documents in one transaction, then a call to the workers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from catalystindex.audit.chain import Action, action, timestamp
from catalystindex.config.sections import JobsSettings
from catalystindex.documents.acquire.base import Fetched
from catalystindex.documents.library import Library, Submission, document_id_of
from catalystindex.jobs.contents import (
    UploadedFile,
    brought,
    elsewhere,
    fingerprint_of,
    fingerprint_of_request,
    merged,
)
from catalystindex.jobs.packs import Packs, pack_place
from catalystindex.jobs.planning import BULK, SINGLE, item_id, key_of
from catalystindex.jobs.room import Room
from catalystindex.jobs.wakes import Wakes
from catalystindex.model.errors import IdempotencyConflict, QueueFull
from catalystindex.model.ids import content_hash, content_id
from catalystindex.model.job import BulkDocument, BulkRequest, Stage
from catalystindex.model.sources import (
    LISTING_KINDS,
    InlineSource,
    StoredSource,
    place_of,
)
from catalystindex.model.tenant import Tenant
from catalystindex.stores.artifacts.base import RAW, VersionPlace
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import (
    documents,
    job_documents,
    jobs,
    knowledge_bases,
    metadata_keys,
)
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.job_documents import NewItem
from catalystindex.stores.records.jobs import NewJob, StoredJob
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.metrics import Metrics

log = logger(__name__)


@dataclass(frozen=True)
class Submitted:
    """What a submission became: its job, and its document if it is one."""

    job_id: str
    document_id: str | None = None
    unchanged: bool = False
    repeated: bool = False


@dataclass(frozen=True)
class Order:
    """How a request identifies itself: by a key of its own, or by none, then by ``nonce``."""

    nonce: str
    idempotency_key: str | None = None


class _Repeated(Exception):
    """The idempotency key came before; carries the job it made."""

    def __init__(self, job: StoredJob) -> None:
        self.job = job


class Submissions:
    """Takes documents in. Whatever it acknowledges ends succeeded, failed or cancelled."""

    def __init__(
        self,
        records: Records,
        library: Library,
        packs: Packs,
        wakes: Wakes,
        room: Room,
        settings: JobsSettings,
        metrics: Metrics,
    ) -> None:
        self._records, self._library, self._packs = records, library, packs
        self._wakes, self._room = wakes, room
        self._settings, self._metrics = settings, metrics

    def bulk(
        self, tenant: Tenant, request: BulkRequest, files: Sequence[UploadedFile], order: Order
    ) -> Submitted:
        """Accept many documents.

        Raises `QueueFull`, `IdempotencyConflict`, `KnowledgeBaseNotFound`, `PolicyNotFound`,
        `MetadataTypeConflict`, and `InvalidRequest` naming the place of a mistake.
        """
        fingerprint = fingerprint_of_request(request, files)
        repeated = self._repeated(tenant, order, fingerprint)
        if repeated is not None:
            return repeated
        self._require_room(tenant, len(request.documents), "bulk")
        base_id = self._checked_base(tenant, request)
        job = self._new_job(tenant, base_id, order, request.label, fingerprint)
        items = self._items(tenant, job, request, brought(request, files))

        def record(connection: Connection) -> None:
            job_documents.add(connection, tenant, job.id, base_id, items, self._now())

        submitted = action("job.submit", job.id, documents=len(items), fingerprint=fingerprint)
        try:
            self._record(tenant, job, submitted, record)
        except _Repeated as before:
            return self._same(before.job, fingerprint, None)
        self._accepted(Lane.ACQUIRE, job.id, len(items), "bulk")
        return Submitted(job.id, items[0].document_id if len(items) == 1 else None)

    def one(self, tenant: Tenant, submission: Submission, order: Order, route: str) -> Submitted:
        """Accept one document whose bytes are here: it is acquired as it is accepted.

        Raises what `Library.prepare` raises, `QueueFull` and `IdempotencyConflict`.
        """
        fingerprint = fingerprint_of(submission)
        repeated = self._repeated(tenant, order, fingerprint)
        if repeated is not None:
            return repeated
        self._require_room(tenant, 1, route)
        prepared = self._library.prepare(tenant, submission)
        new = prepared.new
        job = self._new_job(tenant, new.knowledge_base_id, order, "", fingerprint)
        place = VersionPlace(tenant.key, new.knowledge_base_id, new.document_id, new.id)
        item = NewItem(
            id=item_id(job.id, 0),
            ordinal=0,
            kind="upload",
            place=submission.filename,
            source={},
            key=new.key,
            title=submission.title,
            metadata=dict(submission.metadata),
            policy=submission.policy,
            force=submission.force,
            lane=Lane.COMPUTE,
            priority=SINGLE,
            document_id=new.document_id,
            version_id=new.id,
            stage=Stage.ACQUIRED,
            artifacts={Stage.ACQUIRED.value: f"artifact:{place.path(RAW)}"},
        )

        def record(connection: Connection) -> None:
            self._add_job(connection, tenant, job)
            job_documents.add(
                connection, tenant, job.id, new.knowledge_base_id, [item], self._now()
            )

        try:
            if prepared.unchanged:
                submitted = action("job.submit", job.id, documents=1, fingerprint=fingerprint)
                with self._records.change(tenant, submitted) as connection:
                    documents.handed_in_again(connection, new.document_id, self._now())
                    record(connection)
            else:
                self._library.store(tenant, prepared, record)
        except _Repeated as before:
            return self._same(before.job, fingerprint, new.document_id)
        answer = "unchanged" if prepared.unchanged else "accepted"
        self._accepted(Lane.COMPUTE, job.id, 1, route, answer)
        return Submitted(job.id, new.document_id, prepared.unchanged)

    def _repeated(self, tenant: Tenant, order: Order, fingerprint: str) -> Submitted | None:
        if order.idempotency_key is None:
            return None
        with self._records.read() as connection:
            job = jobs.with_key(connection, tenant, order.idempotency_key)
            if job is None:
                return None
            document_id = job_documents.only_document(connection, job.id)
        return self._same(job, fingerprint, document_id)

    def _same(self, job: StoredJob, fingerprint: str, document_id: str | None) -> Submitted:
        if job.fingerprint != fingerprint:
            raise IdempotencyConflict(
                "The idempotency key came before with another request.", job=job.id
            )
        return Submitted(job.id, document_id, repeated=True)

    def _require_room(self, tenant: Tenant, documents: int, route: str) -> None:
        try:
            self._room.require(tenant, documents)
        except QueueFull:
            self._metrics.ingestion.submission(route, "full")
            raise

    def _checked_base(self, tenant: Tenant, request: BulkRequest) -> str:
        for policy in sorted({name for one in request.documents if (name := one.policy)}):
            self._library.policies.resolve(tenant, policy)
        if request.policy is not None:
            self._library.policies.resolve(tenant, request.policy)
        with self._records.read() as connection:
            base_id, _ = knowledge_bases.resolve(connection, tenant, request.knowledge_base)
            self._library.require_open(tenant, base_id)
            seen: set[str] = set()
            for ordinal in range(len(request.documents)):
                said = merged(request, ordinal)
                if said and (known := repr(sorted(said.items()))) not in seen:
                    seen.add(known)
                    metadata_keys.check(connection, base_id, said)
        return base_id

    def _new_job(
        self, tenant: Tenant, base_id: str, order: Order, label: str, fingerprint: str
    ) -> NewJob:
        identity = (
            ("nonce", order.nonce)
            if order.idempotency_key is None
            else ("key", order.idempotency_key)
        )
        job_id = content_id("job", tenant.key, *identity)
        return NewJob(job_id, base_id, label, order.idempotency_key, fingerprint)

    def _items(
        self, tenant: Tenant, job: NewJob, request: BulkRequest, contents: Mapping[int, Fetched]
    ) -> list[NewItem]:
        """Return a row for each document; the bytes that came with the request are packed."""
        # by what it holds: another request under the same key is not to write over it
        part = content_id("pack", job.id, str(job.fingerprint))
        place = pack_place(tenant.key, job.knowledge_base_id, job.id, part)
        packed = self._packs.write(place, list(contents.values()))
        sources = dict(zip(contents, packed, strict=True))
        return [
            _item(
                tenant,
                job,
                request,
                ordinal,
                sources.get(ordinal) or elsewhere(one.source),
                contents.get(ordinal),
            )
            for ordinal, one in enumerate(request.documents)
        ]

    def _record(
        self, tenant: Tenant, job: NewJob, done: Action, also: Callable[[Connection], None]
    ) -> None:
        with self._records.change(tenant, done) as connection:
            knowledge_bases.resolve(connection, tenant, job.knowledge_base_id)
            self._add_job(connection, tenant, job)
            also(connection)

    def _add_job(self, connection: Connection, tenant: Tenant, job: NewJob) -> None:
        if job.idempotency_key is not None:
            before = jobs.with_key(connection, tenant, job.idempotency_key)
            if before is not None:
                raise _Repeated(before)
        jobs.add(connection, tenant, job, self._now())

    def _accepted(
        self, lane: Lane, job_id: str, documents: int, route: str, answer: str = "accepted"
    ) -> None:
        self._metrics.ingestion.submission(route, answer)
        log.info("job_accepted", job_id=job_id, documents=documents, route=route)
        if not self._wakes.wake(lane, job_id, min(documents, self._settings.acquirers)):
            log.warning("job_waits_for_queue", job_id=job_id, documents=documents)

    def _now(self) -> str:
        return timestamp(self._records.clock.now())


def _item(
    tenant: Tenant,
    job: NewJob,
    request: BulkRequest,
    ordinal: int,
    source: StoredSource,
    content: Fetched | None,
) -> NewItem:
    one = request.documents[ordinal]
    key = _key(one, source, content)
    return NewItem(
        id=item_id(job.id, ordinal),
        ordinal=ordinal,
        kind=source.kind,
        place=place_of(source),
        source=source.model_dump(mode="json"),
        key=key,
        title=one.title,
        metadata=dict(merged(request, ordinal)),
        policy=one.policy or request.policy,
        force=request.force,
        lane=Lane.ACQUIRE,
        priority=BULK,
        document_id=key and document_id_of(tenant, job.knowledge_base_id, key),
    )


def _key(one: BulkDocument, source: StoredSource, content: Fetched | None) -> str | None:
    """Return by what a document is known: its key, else its place, and text by its content."""
    if source.kind in LISTING_KINDS:
        return None
    if one.key is not None:
        return one.key
    if isinstance(one.source, InlineSource) and content is not None:
        return content_hash(content.data)
    return key_of(place_of(source))
