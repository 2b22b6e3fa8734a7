"""The lane that fetches: one document from its source, or the documents of a listing.

It runs in threads of the owner, which holds the credentials and the way to the network.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from catalystindex.documents.acquire.base import (
    Acquirer,
    Control,
    Fetched,
    Listed,
    NotModified,
    Validators,
)
from catalystindex.documents.library import Library, Prepared, Submission, document_id_of
from catalystindex.jobs.desk import Ticket
from catalystindex.jobs.endings import Endings
from catalystindex.jobs.heart import Heart, Hold
from catalystindex.jobs.line import Line
from catalystindex.jobs.packs import Packs
from catalystindex.jobs.planning import listed_item, together
from catalystindex.model.document import Metadata
from catalystindex.model.errors import (
    CatalystError,
    DocumentNotFound,
    DocumentSuperseded,
    LeaseLost,
    ProcessingFailed,
    SourceRefused,
    Unavailable,
    WorkCancelled,
)
from catalystindex.model.job import ItemState, Outcome, Stage
from catalystindex.model.sources import LISTING_KINDS, StoredSource
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.artifacts.base import RAW, VersionPlace
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import documents as document_records
from catalystindex.stores.records import fetches, job_documents, leases
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.fetches import StoredFetch
from catalystindex.stores.records.leases import LeasedItem
from catalystindex.telemetry.logs import bound, logger
from catalystindex.telemetry.metrics import Metrics

LISTED_AT_ONCE = 200
"""Documents of a listing that are recorded in one transaction."""
DEPENDENCIES = {
    "url": "http",
    "s3": "s3",
    "s3_prefix": "s3",
    "file": "files",
    "folder": "files",
    "firecrawl_scrape": "firecrawl",
    "firecrawl_crawl": "firecrawl",
    "firecrawl_map": "firecrawl",
}

log = logger(__name__)
_source: TypeAdapter[StoredSource] = TypeAdapter(StoredSource)
_metadata: TypeAdapter[Metadata] = TypeAdapter(Metadata)


class HoldControl(Control):
    """The line from a fetch under way to the heart that keeps its lease."""

    def __init__(self, hold: Hold, stopping: Callable[[], bool]) -> None:
        self._hold, self._stopping = hold, stopping

    def check(self) -> None:
        """Raise `WorkCancelled` when the document is not wanted, or the server stops."""
        if self._hold.unwanted.is_set() or self._stopping():
            raise WorkCancelled


@dataclass(frozen=True)
class _Got:
    """What a source gave for a document, and the version that it makes."""

    submission: Submission
    fetch: StoredFetch | None


class AcquireDesk:
    """Fetches documents that are due; threads share it."""

    def __init__(
        self,
        records: Records,
        library: Library,
        acquirer: Acquirer,
        packs: Packs,
        line: Line,
        endings: Endings,
        heart: Heart,
        metrics: Metrics,
    ) -> None:
        self._records, self._library, self._acquirer = records, library, acquirer
        self._packs, self._line, self._endings = packs, line, endings
        self._heart, self._metrics = heart, metrics
        self.stopping: Callable[[], bool] = lambda: False
        self.require_room: Callable[[Tenant, int], None] = lambda *_: None
        """Called before documents of a listing are added; raises `QueueFull`: it goes on later."""
        self.on_acquired: Callable[[str], None] = lambda _job: None

    def turn(self, worker: str) -> bool:
        """Take one document that is due to its next lane, or to its end; False if none is due."""
        item = self._line.take(Lane.ACQUIRE, worker)
        if item is None:
            return False
        lease = item.lease
        ticket = Ticket(lease.item_id, lease.job_id, lease.token, "", "")
        with (
            bound(job_id=lease.job_id, item_id=lease.item_id),
            self._heart.holding(ticket, self._beat, lambda: None) as hold,
        ):
            self._safely(item, HoldControl(hold, self.stopping))
        return True

    def _beat(self, ticket: Ticket, _progress: tuple[int, int] | None) -> bool:
        lease = leases.Lease(ticket.item_id, ticket.job_id, ticket.token)
        with self._records.bookkeeping() as connection:
            return leases.beat(connection, lease, self._line.until(), None)

    def _safely(self, item: LeasedItem, control: HoldControl) -> None:
        try:
            self._acquire(item, control)
        except LeaseLost as lost:
            self._endings.refused(lost, Stage.ACQUIRED)
        except WorkCancelled:
            self._given_up(item)
        except DocumentSuperseded as newer:
            self._endings.cancelled(item, newer)
        except Unavailable:  # a store of ours is out: the document did nothing wrong
            self._endings.store_is_out(item.lease)
            raise
        except CatalystError as error:
            if error.transient and item.kind in DEPENDENCIES:
                self._metrics.ingestion.dependency_failed(DEPENDENCIES[item.kind])
            self._endings.failed(item, error)
        except Exception as error:
            log.exception("document_interrupted")
            unforeseen = ProcessingFailed(f"An unforeseen {type(error).__name__} in the server.")
            self._endings.failed(item, unforeseen)

    def _given_up(self, item: LeasedItem) -> None:
        if self.stopping():
            self._endings.put_back(item.lease)
        else:
            self._endings.cancelled(item)
            self._let_go_of_pack(item)

    def _acquire(self, item: LeasedItem, control: HoldControl) -> None:
        self._endings.require_wanted(item.lease)
        source = _source_of(item)
        tenant = restore_tenant(item.tenant_key, item.created_by)
        if item.kind in LISTING_KINDS:
            self._list(item, source, control)
        else:
            self._fetch(item, tenant, source, control)

    def _fetch(
        self, item: LeasedItem, tenant: Tenant, source: StoredSource, control: Control
    ) -> None:
        began = time.perf_counter()
        got = self._get(item, tenant, source, control)
        prepared = self._library.prepare(tenant, got.submission)
        seconds = time.perf_counter() - began

        def also(connection: Connection) -> None:
            self._advance(connection, item, prepared, got, seconds, tenant)

        if prepared.unchanged:
            with self._records.bookkeeping() as connection:
                document_records.handed_in_again(
                    connection, prepared.new.document_id, item.created_at
                )
                also(connection)
        else:
            # what is fetched is as new as now; what came with a submission is as old as that
            handed_in = item.created_at if item.kind == "packed" else None
            self._library.store(tenant, prepared, also, handed_in)
        self._metrics.ingestion.attempt(Stage.ACQUIRED, "ok")
        self._metrics.stage_took(Stage.ACQUIRED, seconds)
        self._call(item)
        if item.kind == "packed":
            self._let_go_of_pack(item)

    def _call(self, item: LeasedItem) -> None:
        """Say that there is more to do; while the owner stops nobody is there to be called."""
        if not self.stopping():
            self.on_acquired(item.lease.job_id)

    def _let_go_of_pack(self, item: LeasedItem) -> None:
        self._packs.let_go(
            self._records, item.tenant_key, item.knowledge_base_id, item.lease.job_id
        )

    def _advance(
        self,
        connection: Connection,
        item: LeasedItem,
        prepared: Prepared,
        got: _Got,
        seconds: float,
        tenant: Tenant,
    ) -> None:
        new = prepared.new
        place = VersionPlace(tenant.key, new.knowledge_base_id, new.document_id, new.id)
        leases.advance(
            connection,
            item.lease,
            Stage.ACQUIRED,
            artifact=f"artifact:{place.path(RAW)}",
            seconds=seconds,
            document_id=new.document_id,
            version_id=new.id,
        )
        leases.hand_on(connection, item.lease, Lane.COMPUTE, self._endings.now())
        if got.fetch is not None:
            stored = replace(got.fetch, document_id=new.document_id, version_id=new.id)
            fetches.store(connection, stored)

    def _get(
        self, item: LeasedItem, tenant: Tenant, source: StoredSource, control: Control
    ) -> _Got:
        """Return what the source has now; of what it still has, the bytes we have."""
        known = self._known(item, tenant)
        validators = Validators(known.etag, known.last_modified) if known else None
        answer = self._acquirer.fetch(source, validators, control)
        if isinstance(answer, NotModified):
            if known is None:
                raise ProcessingFailed("The source answered a question that was not asked.")
            return _Got(_submission(item, self._kept(tenant, known)), known)
        return _Got(_submission(item, answer), _fetch_of(item, answer))

    def _known(self, item: LeasedItem, tenant: Tenant) -> StoredFetch | None:
        """Return what the source said last time, if its bytes are still here."""
        if item.key is None or item.force or item.kind == "packed":
            return None
        document_id = document_id_of(tenant, item.knowledge_base_id, item.key)
        with self._records.read() as connection:
            found = fetches.find(connection, document_id, item.place)
        return found if found and (found.etag or found.last_modified) else None

    def _kept(self, tenant: Tenant, known: StoredFetch) -> Fetched:
        try:
            data = self._library.raw_of(tenant, known.document_id, known.version_id)
        except DocumentNotFound as error:  # deleted since we asked: the next attempt asks anew
            raise ProcessingFailed(
                "The document was deleted while its source was asked."
            ) from error
        return Fetched(
            data,
            known.filename,
            known.media_type,
            known.title,
            _metadata.validate_python(known.metadata),
        )

    def _list(self, item: LeasedItem, source: StoredSource, control: Control) -> None:
        found = iter(self._acquirer.list(source, control))
        while batch := list(islice(found, LISTED_AT_ONCE)):
            self._add(item, batch)
            self._call(item)
        self._endings.succeeded(item, Outcome.LISTED)
        self._let_go_of_pack(item)  # its documents may all have been acquired before it ended

    def _add(self, item: LeasedItem, batch: Sequence[Listed]) -> None:
        """Record documents of a listing; those of an earlier attempt are there already."""
        tenant = restore_tenant(item.tenant_key, item.created_by)
        self.require_room(tenant, len(batch))
        packed = self._packs.of_listing(item, batch)
        with self._records.bookkeeping() as connection:
            leases.check(connection, item.lease)
            ordinal = job_documents.next_ordinal(connection, item.lease.job_id)
            new = [
                listed_item(item, one, source, ordinal + place)
                for place, (one, source) in enumerate(zip(batch, packed, strict=True))
            ]
            there = job_documents.known(connection, item.lease.job_id, [one.id for one in new])
            fresh = list({one.id: one for one in new if one.id not in there}.values())
            job_documents.add(
                connection,
                tenant,
                item.lease.job_id,
                item.knowledge_base_id,
                fresh,
                self._endings.now(),
            )
        for problem in (one.problem for one in fresh if one.problem is not None):
            self._metrics.ingestion.ended(ItemState.FAILED, problem.error_class)


def _source_of(item: LeasedItem) -> StoredSource:
    try:
        return _source.validate_python(item.source)
    except ValidationError as error:  # of a listing that knew it, tried again
        raise SourceRefused("Its place is none that a document can be fetched from.") from error


def _submission(item: LeasedItem, fetched: Fetched) -> Submission:
    """Return a fetched document under what its submitter said of it."""
    return Submission(
        knowledge_base=item.knowledge_base_id,
        data=fetched.data,
        filename=fetched.filename,
        media_type=fetched.media_type,
        key=item.key,
        title=item.title or fetched.title,
        metadata=together(item.metadata, fetched.metadata),
        policy=item.policy,
        force=item.force,
    )


def _fetch_of(item: LeasedItem, fetched: Fetched) -> StoredFetch | None:
    validators = fetched.validators
    if validators is None or item.key is None:
        return None
    return StoredFetch(
        document_id="",
        version_id="",
        place=item.place,
        etag=validators.etag,
        last_modified=validators.last_modified,
        filename=fetched.filename,
        media_type=fetched.media_type,
        title=fetched.title,
        metadata=dict(fetched.metadata),
    )
