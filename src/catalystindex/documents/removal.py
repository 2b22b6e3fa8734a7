"""Deletion: records first, so that every read forgets at once; then vectors and artifacts.

The list of pending removals in the records makes the second half certain: what a crash left is
followed at the next start.
"""

from collections.abc import Sequence

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.artifacts import decode_chunks
from catalystindex.documents.pipeline import Pipeline
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.embedding.serving import IndexHolder
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.artifacts.base import (
    CHUNKS,
    ArtifactStore,
    document_prefix,
    knowledge_base_prefix,
)
from catalystindex.stores.records import (
    documents,
    job_documents,
    knowledge_bases,
    removals,
    terms,
)
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.removals import Removal

SYSTEM_USER = "system"


class Remover:
    """Deletes documents and knowledge bases from every store."""

    def __init__(
        self,
        records: Records,
        index: IndexHolder,
        artifacts: ArtifactStore,
        cache: EmbeddingCache,
        pipeline: Pipeline,
    ) -> None:
        self._records, self._serving = records, index
        self._artifacts, self._cache, self._pipeline = artifacts, cache, pipeline

    def remove_document(self, tenant: Tenant, document_id: str) -> None:
        """Delete a document with all versions. Raises `DocumentNotFound`.

        Jobs give it up where it waits or is worked on, and forget what they said of it.
        """
        removed = action("document.delete", document_id)
        with self._pipeline.applying:
            with self._records.change(tenant, removed) as connection:
                document = documents.find(connection, tenant, document_id)
                base = document.knowledge_base_id
                current = documents.current_version(connection, document_id)
                if current is not None:
                    terms.withdraw_version(connection, base, current)
                documents.remove(connection, tenant, document_id)
                now = timestamp(self._records.clock.now())
                jobs = job_documents.forget_document(connection, tenant, document_id, now)
                removal = removals.add(connection, tenant, base, document_id)
            self._follow_in_index(removal)
        self._follow_in_artifacts(removal)
        self._let_go_of_packs(tenant, base, jobs)

    def _let_go_of_packs(self, tenant: Tenant, base: str, jobs: Sequence[str]) -> None:
        """Remove the bytes that came with jobs of which nothing needs them any more."""
        for job_id in jobs:
            with self._records.read() as connection:
                needed = job_documents.needs_pack(connection, job_id)
            if not needed:
                self._artifacts.remove_prefix(document_prefix(tenant.key, base, job_id))

    def remove_knowledge_base(self, tenant: Tenant, name_or_id: str) -> None:
        """Delete a knowledge base and all in it. Raises `KnowledgeBaseNotFound`."""
        with self._records.read() as connection:
            found = knowledge_bases.find(connection, tenant, name_or_id)
        removed = action("knowledge_base.delete", found.id, documents=found.documents)
        with self._pipeline.applying:
            with self._records.change(tenant, removed) as connection:
                knowledge_bases.find(connection, tenant, found.id)
                knowledge_bases.remove(connection, tenant, found.id)
                removal = removals.add(connection, tenant, found.id, None)
            self._follow_in_index(removal)
        self._follow_in_artifacts(removal)

    def follow_pending(self) -> int:
        """Finish the removals that a crash left; return how many there were."""
        with self._records.read() as connection:
            pending = removals.pending(connection)
        for removal in pending:
            with self._pipeline.applying:
                self._follow_in_index(removal)
            self._follow_in_artifacts(removal)
        return len(pending)

    def follow(self, removals_made: Sequence[Removal]) -> None:
        """Make the other stores follow deletions that the records have made, with one flush.

        Hold no lock of a document meanwhile. What fails is followed at the next start.
        """
        with self._pipeline.applying:
            for removal in removals_made:
                self._remove_points(removal)
            self._serving.current().vectors.flush()
        for removal in removals_made:
            self._follow_in_artifacts(removal)

    def _follow_in_index(self, removal: Removal) -> None:
        self._remove_points(removal)
        self._serving.current().vectors.flush()

    def _remove_points(self, removal: Removal) -> None:
        tenant = restore_tenant(removal.tenant_key, SYSTEM_USER)
        vectors = self._serving.current().vectors
        if removal.document_id is None:
            vectors.remove_knowledge_base(tenant, removal.knowledge_base_id)
        else:
            vectors.remove_document(tenant, removal.document_id)

    def _follow_in_artifacts(self, removal: Removal) -> None:
        """Remove the artifacts, and note that every store has followed."""
        tenant = restore_tenant(removal.tenant_key, SYSTEM_USER)
        base = removal.knowledge_base_id
        if removal.document_id is None:
            self._remove_artifacts(tenant, knowledge_base_prefix(tenant.key, base))
        else:
            prefix = document_prefix(tenant.key, base, removal.document_id)
            self._remove_artifacts(tenant, prefix)
        with self._records.housekeeping() as connection:
            removals.finish(connection, removal)

    def _remove_artifacts(self, tenant: Tenant, prefix: str) -> None:
        """Remove the versions below a prefix that no record knows.

        A version that is recorded was accepted again since the deletion, and is not to be lost.
        """
        places = sorted({key.rpartition("/")[0] for key in self._artifacts.keys(prefix)})
        for place in places:
            *_, document_id, version_id = place.split("/")
            with self._pipeline.locks.document(document_id):
                self._remove_unrecorded(tenant, place, version_id)

    def _remove_unrecorded(self, tenant: Tenant, place: str, version_id: str) -> None:
        with self._records.read() as connection:
            kept = documents.version_exists(connection, version_id)
        if not kept:
            self._forget_embeddings(tenant, f"{place}/{CHUNKS}")
            self._artifacts.remove_prefix(place)

    def _forget_embeddings(self, tenant: Tenant, key: str) -> None:
        """Drop cached vectors of the texts that go; equal texts elsewhere are computed again."""
        if self._artifacts.exists(key):
            drafts = decode_chunks(self._artifacts.get(key))
            model = self._serving.current().model
            self._cache.forget(tenant, [self._cache.key(model, d.embedded) for d in drafts])
