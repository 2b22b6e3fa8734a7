"""The owner's half of ingestion: which stage comes next, and what is recorded when it is done.

A version becomes visible in one step, the transaction of `_commit`: chunks, term counts and the
document's current version change together, after its points are in the index. Until then
searches see the version before it; a crash anywhere leaves the document queued.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sqlalchemy import Connection

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.artifacts import (
    ChunkVectors,
    decode_chunks,
    decode_parsed,
    decode_vectors,
)
from catalystindex.documents.chunk.chunker import ChunkDraft
from catalystindex.documents.guard import DocumentLocks
from catalystindex.documents.points import batches, chunks_of, points_of
from catalystindex.documents.tasks import (
    ChunkTask,
    Done,
    EmbedTask,
    ParseTask,
    PlaceRef,
    StageTask,
    Task,
)
from catalystindex.embedding.base import FloatMatrix
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.model.document import DocumentProblem
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import CatalystError, DocumentSuperseded, LeaseLost
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.artifacts.base import (
    CHUNKS,
    PARSED,
    ArtifactStore,
    VersionPlace,
)
from catalystindex.stores.records import chunks as chunk_records
from catalystindex.stores.records import documents as document_records
from catalystindex.stores.records import processing, terms
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.processing import PendingDocument

Within = Callable[[Connection], None]
"""What a caller adds to a transaction."""


class Compute(Protocol):
    """Runs one task elsewhere. Raises the typed error a stage ended with."""

    def run(self, task: Task) -> Done:
        """Return when the task's artifacts are written."""
        ...


@dataclass(frozen=True)
class Version:
    """A pending version with everything that applying it needs."""

    document: PendingDocument
    tenant: Tenant
    place: VersionPlace

    @property
    def ref(self) -> PlaceRef:
        """The place as tasks carry it."""
        place = self.place
        return PlaceRef(
            place.tenant_key, place.knowledge_base_id, place.document_id, place.version_id
        )


class Pipeline:
    """Takes a pending version from stage to stage, to ``indexed`` or ``failed``."""

    def __init__(
        self,
        records: Records,
        index: IndexHolder,
        artifacts: ArtifactStore,
        cache: EmbeddingCache,
    ) -> None:
        self._records, self._serving = records, index
        self._artifacts, self._cache = artifacts, cache
        self.locks = DocumentLocks()
        self._epoch = 0
        self._unflushed = False
        self.applying = threading.RLock()
        """Held while an effect spans records and vectors: applying here, removing elsewhere."""

    def epoch(self) -> int:
        """Return a number that changes whenever another version becomes the visible one."""
        return self._epoch

    def advance(self) -> None:
        """Say that other versions became the visible ones; while `applying` is held."""
        self._epoch += 1

    def wrote(self) -> None:
        """Say that points were added by another than this; while `applying` is held."""
        self._unflushed = True

    def flush(self) -> None:
        """Write points to disk if some were added.

        Not at every document: the embedded engine holds Python's lock meanwhile (10 to 40 ms), and
        searches would wait. Until then a killed process finds its points in the engine's log, and
        what a power cut takes is written again from artifacts at the next start.
        """
        with self.applying:
            if self._unflushed:
                self._serving.current().vectors.flush()
                self._unflushed = False

    def next_task(self, version: Version) -> StageTask | None:
        """Return the first stage whose artifact is missing; None when all that is left is indexing.

        A version whose reading was not recorded is read again.
        """
        document, place = version.document, version.place
        if document.reading is None or not self._artifacts.exists(place.path(PARSED)):
            return ParseTask(version.ref, document.media_type, document.title, document.filename)
        model = self._serving.current().model
        if not self._artifacts.exists(place.path(CHUNKS)):
            return ChunkTask(version.ref, document.title, document.policy, model)
        if not self._artifacts.exists(place.path(model.vectors_artifact)):
            keys = self._keys(model, self._drafts(version))
            return embed_task(version.ref, model, keys, self._cache.find(version.tenant, keys))
        return None

    def record_parsed(self, version: Version, done: Done, also: Within) -> None:
        """Record what parsing found out, and what the caller has to say, in one transaction."""
        with self._records.bookkeeping() as connection:
            processing.describe_version(
                connection,
                version.place.version_id,
                title=done.title,
                pages=done.pages,
                reading=done.reading,
            )
            also(connection)

    def index(self, version: Version, also: Callable[[Connection, str | None], None]) -> bool:
        """Apply an embedded version and make it visible; tell whether its vectors still fit.

        They do not when a generation of another encoder was swapped in meanwhile. ``also`` is told
        which version was replaced, in the transaction of the change; what it raises undoes it.
        Raises `DocumentSuperseded` when the document does not wait for this version any more.
        """
        drafts = self._drafts(version)
        with self.applying:
            index = self._serving.current()
            if not self._artifacts.exists(version.place.path(index.model.vectors_artifact)):
                return False
            self._require_wanted(version.document)
            vectors = self._vectors_of(version, index.model)
            self._upsert(index, version, drafts, vectors)
            try:
                self._commit(index, version, drafts, vectors, also)
            except (DocumentSuperseded, LeaseLost):
                self._take_back(index, version)
                raise
            self.advance()
            self._remember(version.tenant, index.model, drafts, vectors)
        return True

    def discard_version(self, place: VersionPlace) -> None:
        """Remove what was written for a version that was deleted while it was worked on."""
        with self.locks.document(place.document_id), self._records.read() as connection:
            if not document_records.version_exists(connection, place.version_id):
                self._artifacts.remove_prefix(place.path("").rstrip("/"))

    def discard_deleted(self, place: VersionPlace) -> None:
        """Remove all that was written for a document that is not there any more."""
        with self.locks.document(place.document_id), self._records.read() as connection:
            if not document_records.exists(connection, place.document_id):
                self._artifacts.remove_prefix(place.document_prefix())

    def fail(self, document: PendingDocument, error: CatalystError, also: Within) -> None:
        """Record why a document cannot be used, and what the caller has to say."""
        version = version_of(document)
        problem = DocumentProblem(code=error.code, detail=error.detail)
        failed = action(
            "document.fail", document.document_id, version=document.version_id, code=error.code
        )
        with self.applying, self._records.change(version.tenant, failed) as connection:
            if processing.still_pending(connection, document.document_id, document.version_id):
                processing.mark_failed(connection, document.document_id, problem, self._now())
            also(connection)

    def has(self, version: Version, name: str) -> bool:
        """Tell whether one of a version's artifacts is there."""
        return self._artifacts.exists(version.place.path(name))

    def artifact_of(self, version: Version, name: str) -> str:
        """Return the URI of one of a version's artifacts."""
        return f"artifact:{version.place.path(name)}"

    def vectors_artifact(self) -> str:
        """Return the name of the vectors of the encoder in force."""
        return self._serving.current().model.vectors_artifact

    def _drafts(self, version: Version) -> list[ChunkDraft]:
        return decode_chunks(self._artifacts.get(version.place.path(CHUNKS)))

    def _vectors_of(self, version: Version, model: EncoderRef) -> ChunkVectors:
        return decode_vectors(self._artifacts.get(version.place.path(model.vectors_artifact)))

    def _keys(self, model: EncoderRef, drafts: Sequence[ChunkDraft]) -> list[bytes]:
        return [self._cache.key(model, draft.embedded) for draft in drafts]

    def _remember(
        self,
        tenant: Tenant,
        model: EncoderRef,
        drafts: Sequence[ChunkDraft],
        vectors: ChunkVectors,
    ) -> None:
        keys = self._keys(model, drafts)
        known = self._cache.find(tenant, keys)
        fresh = {key: vectors.dense[i] for i, key in enumerate(keys) if key not in known}
        self._cache.store(tenant, fresh)

    def _require_wanted(self, document: PendingDocument) -> None:
        with self._records.read() as connection:
            if not processing.still_pending(connection, document.document_id, document.version_id):
                raise DocumentSuperseded(document=document.document_id)

    def _upsert(
        self,
        index: ServingIndex,
        version: Version,
        drafts: list[ChunkDraft],
        vectors: ChunkVectors,
    ) -> None:
        document = version.document
        points = points_of(version.place, document.media_type, document.metadata, drafts, vectors)
        for batch in batches(points):
            index.vectors.upsert(version.tenant, batch)
        self._unflushed = True

    def _take_back(self, index: ServingIndex, version: Version) -> None:
        """Remove the points of a version that did not become visible, and may never."""
        place = version.place
        with self._records.read() as connection:
            current = document_records.current_version(connection, place.document_id)
        if current != place.version_id:
            index.vectors.remove_version(version.tenant, place.version_id)

    def _commit(
        self,
        index: ServingIndex,
        version: Version,
        drafts: list[ChunkDraft],
        vectors: ChunkVectors,
        also: Callable[[Connection, str | None], None],
    ) -> None:
        document, place = version.document, version.place
        text = decode_parsed(self._artifacts.get(place.path(PARSED))).text
        counts = terms.count_terms([terms_.indices for terms_ in vectors.sparse])
        indexed = action(
            "document.index", document.document_id, version=place.version_id, chunks=len(drafts)
        )
        with self._records.change(version.tenant, indexed) as connection:
            # a newer version may have been accepted since we looked: that is waited for now
            if not processing.still_pending(connection, document.document_id, place.version_id):
                raise DocumentSuperseded(document=document.document_id)
            # not what it was when the document was picked up: a generation may have been swapped in
            replaced = document_records.current_version(connection, document.document_id)
            chunk_records.add(connection, chunks_of(place, text, drafts))
            processing.count_chunks(connection, place.version_id, len(drafts))
            if replaced != place.version_id:
                if replaced is not None:
                    terms.withdraw_version(connection, place.knowledge_base_id, replaced)
                terms.apply_version(connection, place.knowledge_base_id, place.version_id, counts)
            processing.mark_indexed(connection, document.document_id, place.version_id, self._now())
            also(connection, replaced)
        if replaced is not None and replaced != place.version_id:
            index.vectors.remove_version(version.tenant, replaced)

    def _now(self) -> str:
        return timestamp(self._records.clock.now())


def version_of(document: PendingDocument) -> Version:
    """Return a pending version with its tenant and place."""
    tenant = restore_tenant(document.tenant_key, document.created_by)
    place = VersionPlace(
        document.tenant_key,
        document.knowledge_base_id,
        document.document_id,
        document.version_id,
    )
    return Version(document, tenant, place)


def embed_task(
    place: PlaceRef, model: EncoderRef, keys: list[bytes], known: Mapping[bytes, FloatMatrix]
) -> EmbedTask:
    """Return the task that computes the vectors that are not known."""
    places = [place for place, key in enumerate(keys) if key in known]
    vectors = [known[keys[place]] for place in places]
    stacked = np.stack(vectors).tobytes() if vectors else b""
    return EmbedTask(place, model, places, stacked)
