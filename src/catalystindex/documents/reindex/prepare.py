"""Preparing a document for a generation: chunked anew if asked for, and embedded by its encoder.

Everything ends in artifacts and records that no search looks at yet. Doing it twice changes
nothing, so a build that was killed goes on where it was.
"""

from catalystindex.audit.chain import timestamp
from catalystindex.documents.artifacts import decode_chunks, decode_parsed, decode_vectors
from catalystindex.documents.pipeline import Compute, embed_task
from catalystindex.documents.points import chunks_of
from catalystindex.documents.reindex.targets import Target
from catalystindex.documents.removal import SYSTEM_USER
from catalystindex.documents.tasks import ChunkTask, ParseTask, PlaceRef
from catalystindex.documents.versions import rechunked_version
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.model.encoder import EncoderRef
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.artifacts.base import CHUNKS, PARSED, RAW, ArtifactStore, VersionPlace
from catalystindex.stores.records import chunks as chunk_records
from catalystindex.stores.records import documents, generations, processing, terms
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.generations import Rechunking, StoredGeneration
from catalystindex.stores.records.processing import IndexedVersion


class Preparer:
    """Prepares documents, one at a time."""

    def __init__(
        self, records: Records, artifacts: ArtifactStore, cache: EmbeddingCache, compute: Compute
    ) -> None:
        self._records, self._artifacts = records, artifacts
        self._cache, self._compute = cache, compute

    def prepare(self, generation: StoredGeneration, target: Target) -> None:
        """Do what is left to do for a document.

        Raises what ``compute`` raises, and `FileNotFoundError` for a document deleted meanwhile.
        """
        source = target.source
        if target.version_id is not None:
            place = _place(source, target.version_id)
            self._embed(source.tenant_key, place, generation.model)
        elif generation.rechunking is not None:
            self._rechunk(generation, generation.rechunking, source)

    def _rechunk(
        self, generation: StoredGeneration, rechunking: Rechunking, source: IndexedVersion
    ) -> None:
        with self._records.read() as connection:
            new = rechunked_version(connection, source.version_id, rechunking.policy)
        place = _place(source, new.id)
        if not self._artifacts.exists(place.path(RAW)):
            raw = self._artifacts.get(_place(source, source.version_id).path(RAW))
            self._artifacts.put(place.path(RAW), raw)
        ref = _ref(place)
        done = self._compute.run(ParseTask(ref, new.media_type, new.title, new.filename))
        self._compute.run(ChunkTask(ref, done.title, new.policy, generation.model))
        self._embed(source.tenant_key, place, generation.model)
        drafts = decode_chunks(self._artifacts.get(place.path(CHUNKS)))
        text = decode_parsed(self._artifacts.get(place.path(PARSED))).text
        vectors = decode_vectors(self._artifacts.get(place.path(generation.model.vectors_artifact)))
        counts = terms.count_terms([one.indices for one in vectors.sparse])
        with self._records.housekeeping() as connection:
            if not documents.version_exists(connection, source.version_id):
                raise FileNotFoundError(source.version_id)
            documents.add_version(connection, SYSTEM_USER, new, self._now())
            chunk_records.add(connection, chunks_of(place, text, drafts))
            processing.describe_version(
                connection,
                new.id,
                title=done.title,
                pages=done.pages,
                reading=done.reading,
            )
            processing.count_chunks(connection, new.id, len(drafts))
            generations.add_version(
                connection,
                generation.number,
                version_id=new.id,
                source_id=source.version_id,
                terms=counts.astype("<i8").tobytes(),
            )

    def _embed(self, tenant_key: str, place: VersionPlace, model: EncoderRef) -> None:
        if self._artifacts.exists(place.path(model.vectors_artifact)):
            return
        drafts = decode_chunks(self._artifacts.get(place.path(CHUNKS)))
        keys = [self._cache.key(model, draft.embedded) for draft in drafts]
        known = self._cache.find(restore_tenant(tenant_key, SYSTEM_USER), keys)
        self._compute.run(embed_task(_ref(place), model, keys, known))

    def _now(self) -> str:
        return timestamp(self._records.clock.now())


def _place(source: IndexedVersion, version_id: str) -> VersionPlace:
    return VersionPlace(source.tenant_key, source.knowledge_base_id, source.document_id, version_id)


def _ref(place: VersionPlace) -> PlaceRef:
    return PlaceRef(place.tenant_key, place.knowledge_base_id, place.document_id, place.version_id)
