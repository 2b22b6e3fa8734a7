"""The owner's half of ingestion: hand stages to compute, then apply what came back.

A version becomes visible in one step, the transaction of `_commit`: chunks, term counts and the
document's current version change together, after its points are safely in the index. Until then
searches see the version before it; a crash anywhere leaves the document queued.
"""

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

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
from catalystindex.documents.tasks import Done, EmbedTask, ParseTask, PlaceRef, Task
from catalystindex.embedding.base import FloatMatrix
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.model.document import DocumentProblem
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import CatalystError
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
from catalystindex.telemetry.metrics import Metrics


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
    """Takes a pending document to ``indexed`` or ``failed``."""

    def __init__(
        self,
        records: Records,
        index: IndexHolder,
        artifacts: ArtifactStore,
        cache: EmbeddingCache,
        metrics: Metrics,
    ) -> None:
        self._records, self._serving = records, index
        self._artifacts, self._cache, self._metrics = artifacts, cache, metrics
        self.locks = DocumentLocks()
        self._epoch = 0
        self.applying = threading.RLock()
        """Held while an effect spans records and vectors: applying here, removing elsewhere."""

    def epoch(self) -> int:
        """Return a number that changes whenever another version becomes the visible one."""
        return self._epoch

    def advance(self) -> None:
        """Say that other versions became the visible ones; while `applying` is held."""
        self._epoch += 1

    def process(self, document: PendingDocument, compute: Compute) -> bool:
        """Run the stages and apply the result; tell whether it was still wanted.

        Raises what ``compute`` raises; the document then is as it was.
        """
        version = _version(document)
        with self._stage("parse"):
            done = self._parse(version, compute)
        drafts = decode_chunks(self._artifacts.get(version.place.path(CHUNKS)))
        while True:
            model = self._serving.current().model
            with self._stage("embed"):
                fresh = self._embed(version, model, drafts, compute)
            vectors = self._vectors_of(version, model)
            with self.applying, self._stage("index"):
                if not self._still_wanted(document):
                    return False
                index = self._serving.current()
                if index.model != model:
                    continue  # another generation was swapped in meanwhile
                self._index(index, version, drafts, vectors)
                self._commit(index, version, done, drafts, vectors)
                self.advance()
                self._cache.store(version.tenant, {key: vectors.dense[i] for i, key in fresh})
            return True

    def _vectors_of(self, version: Version, model: EncoderRef) -> ChunkVectors:
        return decode_vectors(self._artifacts.get(version.place.path(model.vectors_artifact)))

    def discard(self, document: PendingDocument) -> None:
        """Remove what was written for a version that was deleted while it was worked on."""
        place = _version(document).place
        with self.locks.document(document.document_id), self._records.read() as connection:
            if not document_records.version_exists(connection, document.version_id):
                self._artifacts.remove_prefix(place.path("").rstrip("/"))

    def discard_deleted(self, place: VersionPlace) -> None:
        """Remove all that was written for a document that is not there any more."""
        with self.locks.document(place.document_id), self._records.read() as connection:
            if not document_records.exists(connection, place.document_id):
                self._artifacts.remove_prefix(place.document_prefix())

    def fail(self, document: PendingDocument, error: CatalystError) -> None:
        """Record why a document cannot be used."""
        version = _version(document)
        problem = DocumentProblem(code=error.code, detail=error.detail)
        failed = action(
            "document.fail", document.document_id, version=document.version_id, code=error.code
        )
        with self.applying:
            if not self._still_wanted(document):
                return
            with self._records.change(version.tenant, failed) as connection:
                processing.mark_failed(connection, document.document_id, problem, self._now())

    def _parse(self, version: Version, compute: Compute) -> Done:
        document = version.document
        return compute.run(
            ParseTask(
                version.ref,
                document.media_type,
                document.title,
                document.filename,
                document.policy,
                self._serving.current().model,
            )
        )

    def _embed(
        self, version: Version, model: EncoderRef, drafts: list[ChunkDraft], compute: Compute
    ) -> list[tuple[int, bytes]]:
        """Have the vectors computed; return places and cache keys of those that are new."""
        keys = [self._cache.key(model, draft.embedded) for draft in drafts]
        known = self._cache.find(version.tenant, keys)
        if not self._artifacts.exists(version.place.path(model.vectors_artifact)):
            compute.run(embed_task(version.ref, model, keys, known))
        return [(place, key) for place, key in enumerate(keys) if key not in known]

    def _stage(self, name: str) -> AbstractContextManager[object]:
        return self._metrics.stage_seconds.labels(name).time()

    def _still_wanted(self, document: PendingDocument) -> bool:
        with self._records.read() as connection:
            return processing.still_pending(connection, document)

    def _index(
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
        index.vectors.flush()

    def _commit(
        self,
        index: ServingIndex,
        version: Version,
        done: Done,
        drafts: list[ChunkDraft],
        vectors: ChunkVectors,
    ) -> None:
        document, place = version.document, version.place
        text = decode_parsed(self._artifacts.get(place.path(PARSED))).text
        counts = terms.count_terms([terms_.indices for terms_ in vectors.sparse])
        indexed = action(
            "document.index", document.document_id, version=place.version_id, chunks=len(drafts)
        )
        with self._records.change(version.tenant, indexed) as connection:
            # not what it was when the document was picked up: a generation may have been swapped in
            replaced = document_records.current_version(connection, document.document_id)
            chunk_records.add(connection, chunks_of(place, text, drafts))
            processing.describe_version(
                connection,
                place.version_id,
                title=done.title,
                pages=done.pages,
                chunks=len(drafts),
                reading=done.reading,
            )
            if replaced != place.version_id:
                if replaced is not None:
                    terms.withdraw_version(connection, place.knowledge_base_id, replaced)
                terms.apply_version(connection, place.knowledge_base_id, place.version_id, counts)
            processing.mark_indexed(connection, document.document_id, place.version_id, self._now())
        if replaced is not None and replaced != place.version_id:
            index.vectors.remove_version(version.tenant, replaced)

    def _now(self) -> str:
        return timestamp(self._records.clock.now())


def _version(document: PendingDocument) -> Version:
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
