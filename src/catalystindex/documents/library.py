"""The use cases around documents: accept, list, show, read. Deleting is `removal`'s."""

from collections.abc import Callable
from dataclasses import dataclass, field

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.artifacts import decode_parsed
from catalystindex.documents.guard import DocumentLocks
from catalystindex.documents.metadata.requirements import require
from catalystindex.documents.parse.media import detect_media_type
from catalystindex.documents.policies import Policies
from catalystindex.documents.structure import structure_of
from catalystindex.documents.versions import version_id
from catalystindex.model.chunk import Chunk
from catalystindex.model.document import Document, DocumentStatus, Metadata
from catalystindex.model.errors import (
    DocumentNotFound,
    DocumentWithoutText,
    EmptyDocument,
    KnowledgeBaseNotFound,
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
from catalystindex.stores.records import knowledge_bases, metadata_keys
from catalystindex.stores.records.documents import DocumentQuery, NewVersion, StoredVersion
from catalystindex.stores.records.engine import Records

UNFINISHED = (DocumentStatus.QUEUED, DocumentStatus.PROCESSING)


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


@dataclass(frozen=True)
class Accepted:
    """The document, and whether anything is left to do for it."""

    document: Document
    changed: bool


class Library:
    """Knowledge bases and documents of all workspaces, each seen by its own tenant only."""

    def __init__(
        self,
        records: Records,
        artifacts: ArtifactStore,
        locks: DocumentLocks,
        policies: Policies,
        in_hand: Callable[[str], bool],
    ) -> None:
        self._records, self._artifacts, self._locks = records, artifacts, locks
        self.policies, self._in_hand = policies, in_hand

    def create_knowledge_base(self, tenant: Tenant, wanted: KnowledgeBaseCreate) -> KnowledgeBase:
        """Make a knowledge base. Raises `KnowledgeBaseExists`."""
        identifier = knowledge_bases.knowledge_base_id(tenant, wanted.name)
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

    def accept(self, tenant: Tenant, submission: Submission) -> Accepted:
        """Store a document's bytes and record it as waiting. When this returns it is not lost.

        Unchanged content is recognised: nothing is done again, unless it failed before. Raises
        `KnowledgeBaseNotFound`, `PolicyNotFound`, `DocumentError` for bytes of a kind that cannot
        be read, `MetadataRequiredMissing` and `MetadataTypeConflict`.
        """
        with self._records.read() as connection:
            base_id, _ = knowledge_bases.resolve(connection, tenant, submission.knowledge_base)
            metadata_keys.check(connection, base_id, submission.metadata)
        new = self._new_version(tenant, base_id, submission)
        unchanged = self._unchanged(tenant, new)
        if unchanged is not None:
            return Accepted(unchanged, changed=False)
        with self._locks.document(new.document_id):
            return Accepted(self._store(tenant, new, submission.data), changed=True)

    def _store(self, tenant: Tenant, new: NewVersion, data: bytes) -> Document:
        place = VersionPlace(tenant.key, new.knowledge_base_id, new.document_id, new.id)
        self._artifacts.put(place.path(RAW), data)
        accepted = action(
            "document.accept", new.document_id, version=new.id, content=new.content_hash
        )
        try:
            with self._records.change(tenant, accepted) as connection:
                knowledge_bases.resolve(connection, tenant, new.knowledge_base_id)
                metadata_keys.fix(
                    connection, new.knowledge_base_id, new.document_id, new.metadata, self._now()
                )
                document_records.accept(connection, tenant, new, self._now())
                return document_records.find(connection, tenant, new.document_id)
        except KnowledgeBaseNotFound:  # it was deleted since we looked
            self._artifacts.remove_prefix(place.document_prefix())
            raise

    def document(self, tenant: Tenant, document_id: str) -> Document:
        """Return one. Raises `DocumentNotFound`."""
        with self._records.read() as connection:
            return self._live(document_records.find(connection, tenant, document_id))

    def documents(self, tenant: Tenant, query: DocumentQuery) -> Page[Document]:
        """Return a page of them, oldest first."""
        with self._records.read() as connection:
            page = document_records.page(connection, tenant, query)
        items = [self._live(item) for item in page.items]
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
        document_id = content_id("document", tenant.key, base_id, key)
        return NewVersion(
            id=version_id(
                document_id,
                digest,
                submission.filename,
                title,
                media_type,
                submission.metadata,
                policy,
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
        )

    def _unchanged(self, tenant: Tenant, new: NewVersion) -> Document | None:
        with self._records.read() as connection:
            try:
                found = document_records.find(connection, tenant, new.document_id)
            except DocumentNotFound:
                return None
        same = found.version_id == new.id and found.status is not DocumentStatus.FAILED
        return self._live(found) if same else None

    def _live(self, document: Document) -> Document:
        """Show a waiting document that a worker has in hand as being processed."""
        if document.status is DocumentStatus.QUEUED and self._in_hand(document.id):
            return document.model_copy(update={"status": DocumentStatus.PROCESSING})
        return document

    def _now(self) -> str:
        return timestamp(self._records.clock.now())
