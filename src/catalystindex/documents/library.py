"""The use cases around documents: accept, list, show, read. Deleting is `removal`'s."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.artifacts import decode_parsed
from catalystindex.documents.guard import DocumentLocks
from catalystindex.documents.metadata.requirements import require
from catalystindex.documents.parse.media import detect_media_type
from catalystindex.documents.pipeline import Within
from catalystindex.documents.policies import Policies
from catalystindex.documents.structure import structure_of
from catalystindex.documents.versions import version_id
from catalystindex.model.chunk import Chunk
from catalystindex.model.document import Document, DocumentStatus, Metadata
from catalystindex.model.errors import (
    DocumentNotFound,
    DocumentSuperseded,
    DocumentWithoutText,
    EmptyDocument,
    KnowledgeBaseNotFound,
    KnowledgeBaseReserved,
    LeaseLost,
)
from catalystindex.model.ids import content_hash, content_id
from catalystindex.model.knowledge_base import KnowledgeBase, KnowledgeBaseCreate
from catalystindex.model.metadata import MetadataKeyType
from catalystindex.model.paging import Page
from catalystindex.model.structure import DocumentStructure
from catalystindex.model.tenant import Tenant
from catalystindex.stores.artifacts.base import (
    PARSED,
    RAW,
    ArtifactStore,
    VersionPlace,
)
from catalystindex.stores.records import chunks as chunk_records
from catalystindex.stores.records import documents as document_records
from catalystindex.stores.records import knowledge_bases, metadata_keys, processing
from catalystindex.stores.records.documents import DocumentQuery, NewVersion, StoredVersion
from catalystindex.stores.records.engine import Records

UNFINISHED = (DocumentStatus.QUEUED, DocumentStatus.PROCESSING)
GIVEN_UP = (DocumentStatus.FAILED, DocumentStatus.CANCELLED)


@dataclass(frozen=True)
class Submission:
    """One document as a caller hands it over."""

    knowledge_base: str
    data: bytes
    filename: str
    media_type: str | None = None
    key: str | None = None
    title: str | None = None
    metadata: Metadata = field(default_factory=dict)
    policy: str | None = None
    force: bool = False


@dataclass(frozen=True)
class Prepared:
    """A submission that was checked: the version it makes, and whether that is there already."""

    new: NewVersion
    data: bytes = field(repr=False)
    unchanged: bool


class Library:
    """Knowledge bases and documents of all workspaces, each seen by its own tenant only."""

    def __init__(
        self,
        records: Records,
        artifacts: ArtifactStore,
        locks: DocumentLocks,
        policies: Policies,
        reserved: str | None = None,
    ) -> None:
        """``reserved`` names the knowledge base that the event stream alone writes."""
        self._records, self._artifacts, self._locks = records, artifacts, locks
        self.policies, self.reserved = policies, reserved

    def require_open(self, tenant: Tenant, base_id: str) -> None:
        """Raise `KnowledgeBaseReserved` if documents are not to be handed in there."""
        if self.reserved and base_id == knowledge_bases.knowledge_base_id(tenant, self.reserved):
            raise KnowledgeBaseReserved(
                f"The knowledge base {self.reserved!r} takes no documents: the stream writes it.",
                knowledge_base=self.reserved,
            )

    def create_knowledge_base(self, tenant: Tenant, wanted: KnowledgeBaseCreate) -> KnowledgeBase:
        """Make a knowledge base. Raises `KnowledgeBaseExists` and `KnowledgeBaseReserved`."""
        identifier = knowledge_bases.knowledge_base_id(tenant, wanted.name)
        self.require_open(tenant, identifier)
        created = action("knowledge_base.create", identifier)
        with self._records.change(tenant, created) as connection:
            return knowledge_bases.create(connection, tenant, wanted, self._now())

    def knowledge_base(self, tenant: Tenant, name_or_id: str) -> KnowledgeBase:
        """Return one. Raises `KnowledgeBaseNotFound`."""
        with self._records.read() as connection:
            return knowledge_bases.find(connection, tenant, name_or_id)

    def knowledge_bases(
        self, tenant: Tenant, *, cursor: str | None, limit: int
    ) -> Page[KnowledgeBase]:
        """Return a page of them, by name."""
        with self._records.read() as connection:
            return knowledge_bases.page(connection, tenant, cursor=cursor, limit=limit)

    def metadata_keys(
        self, tenant: Tenant, name_or_id: str, *, cursor: str | None, limit: int
    ) -> Page[MetadataKeyType]:
        """Return a page of the typed keys of one. Raises `KnowledgeBaseNotFound`."""
        with self._records.read() as connection:
            base_id, _ = knowledge_bases.resolve(connection, tenant, name_or_id)
            return metadata_keys.page(connection, base_id, cursor=cursor, limit=limit)

    def prepare(self, tenant: Tenant, submission: Submission) -> Prepared:
        """Check a submission and tell which version it makes; nothing is written.

        The same bytes, name, title, metadata and policy as the newest version are unchanged, unless
        that failed or was cancelled; ``force`` makes them a version of their own. Raises
        `KnowledgeBaseNotFound`, `KnowledgeBaseReserved`, `PolicyNotFound`, `DocumentError` for
        bytes of a kind that cannot be read, `MetadataRequiredMissing` and `MetadataTypeConflict`.
        """
        with self._records.read() as connection:
            base_id, _ = knowledge_bases.resolve(connection, tenant, submission.knowledge_base)
            self.require_open(tenant, base_id)
            metadata_keys.check(connection, base_id, submission.metadata)
        new = self._new_version(tenant, base_id, submission)
        return Prepared(new, submission.data, self._is_there(tenant, new))

    def store(
        self, tenant: Tenant, prepared: Prepared, also: Within, submitted_at: str | None = None
    ) -> None:
        """Keep the bytes and record the version as awaited. When this returns it is not lost.

        ``also`` is done in the same transaction; ``submitted_at`` is when the bytes were handed in,
        if that was before now. Raises `KnowledgeBaseNotFound`, `DocumentSuperseded` when bytes that
        were handed in later came first, and `LeaseLost` if ``also`` does.
        """
        new = prepared.new
        place = VersionPlace(tenant.key, new.knowledge_base_id, new.document_id, new.id)
        with self._locks.document(new.document_id):
            self._artifacts.put(place.path(RAW), prepared.data)
            accepted = action(
                "document.accept", new.document_id, version=new.id, content=new.content_hash
            )
            try:
                with self._records.change(tenant, accepted) as connection:
                    self._record(connection, tenant, new, submitted_at)
                    also(connection)
            except KnowledgeBaseNotFound:  # it was deleted since we looked
                self._artifacts.remove_prefix(place.document_prefix())
                raise
            except (LeaseLost, DocumentSuperseded):
                self._remove_unrecorded(place)
                raise

    def _remove_unrecorded(self, place: VersionPlace) -> None:
        with self._records.read() as connection:
            kept = document_records.version_exists(connection, place.version_id)
        if not kept:
            self._artifacts.remove_prefix(place.path("").rstrip("/"))

    def _record(
        self, connection: Connection, tenant: Tenant, new: NewVersion, submitted_at: str | None
    ) -> None:
        knowledge_bases.resolve(connection, tenant, new.knowledge_base_id)
        metadata_keys.fix(
            connection, new.knowledge_base_id, new.document_id, new.metadata, self._now()
        )
        document_records.accept(connection, tenant, new, self._now(), submitted_at)

    def raw_of(self, tenant: Tenant, document_id: str, version_id: str) -> bytes:
        """Return the bytes of a version. Raises `DocumentNotFound`."""
        return self._artifact(tenant, document_id, version_id, RAW)[1]

    def document(self, tenant: Tenant, document_id: str) -> Document:
        """Return one. Raises `DocumentNotFound`."""
        with self._records.read() as connection:
            found = document_records.find(connection, tenant, document_id)
            return _live([found], processing.in_hand(connection, [document_id]))[0]

    def documents(self, tenant: Tenant, query: DocumentQuery) -> Page[Document]:
        """Return a page of them, oldest first; texts of events only of their knowledge base."""
        if query.knowledge_base_id is None:
            query = replace(query, without=self.reserved)
        with self._records.read() as connection:
            page = document_records.page(connection, tenant, query)
            ids = [item.id for item in page.items]
            items = _live(page.items, processing.in_hand(connection, ids))
        if query.status in UNFINISHED:  # the records do not tell these two apart
            items = [item for item in items if item.status is query.status]
        return page.model_copy(update={"items": items})

    def chunks(
        self, tenant: Tenant, document_id: str, *, cursor: str | None, limit: int
    ) -> Page[Chunk]:
        """Return a page of a document's searchable chunks. Raises `DocumentNotFound`."""
        with self._records.read() as connection:
            document_records.find(connection, tenant, document_id)
            return chunk_records.page(connection, tenant, document_id, cursor=cursor, limit=limit)

    def raw(
        self, tenant: Tenant, document_id: str, version_id: str | None = None
    ) -> tuple[StoredVersion, bytes]:
        """Return a version as it came, by default the one that answers searches.

        Raises `DocumentNotFound`.
        """
        return self._artifact(tenant, document_id, version_id, RAW)

    def text(self, tenant: Tenant, document_id: str, version_id: str | None = None) -> str:
        """Return the parsed text of a version, to which the spans of its citations refer.

        By default that of the version that answers searches. Raises `DocumentNotFound`, and
        `DocumentWithoutText` while it is not parsed.
        """
        return decode_parsed(self._artifact(tenant, document_id, version_id, PARSED)[1]).text

    def structure(
        self, tenant: Tenant, document_id: str, version_id: str | None = None
    ) -> DocumentStructure:
        """Return the sections, tables, figures and pages of a version.

        By default of the version that answers searches. Raises `DocumentNotFound`, and
        `DocumentWithoutText` while it is not parsed.
        """
        version, data = self._artifact(tenant, document_id, version_id, PARSED)
        return structure_of(decode_parsed(data), version.id)

    def _artifact(
        self, tenant: Tenant, document_id: str, version_id: str | None, name: str
    ) -> tuple[StoredVersion, bytes]:
        with self._records.read() as connection:
            version = document_records.stored_version(connection, tenant, document_id, version_id)
        place = VersionPlace(tenant.key, version.knowledge_base_id, document_id, version.id)
        try:
            return version, self._artifacts.get(place.path(name))
        except FileNotFoundError as error:
            if name == PARSED:
                raise DocumentWithoutText("The document is not parsed.") from error
            raise DocumentNotFound("The document was deleted.", document=document_id) from error

    def _new_version(self, tenant: Tenant, base_id: str, submission: Submission) -> NewVersion:
        if not submission.data.strip():
            raise EmptyDocument("The document is empty.", filename=submission.filename)
        digest = content_hash(submission.data)
        key = submission.key or digest
        title = " ".join((submission.title or "").split())
        chosen = self.policies.resolve(tenant, submission.policy)
        require(chosen.required_metadata, submission.metadata)
        policy = chosen.model_dump(mode="json")
        media_type = detect_media_type(submission.data, submission.filename, submission.media_type)
        document_id = document_id_of(tenant, base_id, key)
        redo = self._redo(document_id, force=submission.force)
        return NewVersion(
            id=version_id(
                document_id,
                digest,
                submission.filename,
                title,
                media_type,
                submission.metadata,
                policy,
                redo,
            ),
            document_id=document_id,
            knowledge_base_id=base_id,
            key=key,
            title=title,
            filename=submission.filename,
            declared_type=submission.media_type,
            media_type=media_type,
            content_hash=digest,
            size_bytes=len(submission.data),
            metadata=submission.metadata,
            policy=policy,
            redo=redo,
        )

    def _redo(self, document_id: str, *, force: bool) -> int:
        with self._records.read() as connection:
            return document_records.latest_redo(connection, document_id) + force

    def _is_there(self, tenant: Tenant, new: NewVersion) -> bool:
        with self._records.read() as connection:
            try:
                found = document_records.find(connection, tenant, new.document_id)
            except DocumentNotFound:
                return False
        return found.version_id == new.id and found.status not in GIVEN_UP

    def _now(self) -> str:
        return timestamp(self._records.clock.now())


def document_id_of(tenant: Tenant, knowledge_base_id: str, key: str) -> str:
    """Return the id of the document that has a key in a knowledge base."""
    return content_id("document", tenant.key, knowledge_base_id, key)


def _live(documents: Sequence[Document], in_hand: Collection[str]) -> list[Document]:
    """Show waiting documents that a worker has in hand as being processed."""
    processed = {"status": DocumentStatus.PROCESSING}
    return [
        document.model_copy(update=processed)
        if document.status is DocumentStatus.QUEUED and document.id in in_hand
        else document
        for document in documents
    ]
