"""A data folder with many chunks of real text, made once and kept by what it is made of.

The product's own parts do the work (chunker, encoders, records, one index generation); only the
waiting for the disk after every file is left out, because nothing here has to survive a power cut.
"""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from benchmarks.load_corpus import Text, documents
from catalystindex.audit.chain import timestamp
from catalystindex.config.settings import Settings
from catalystindex.documents.artifacts import (
    ChunkVectors,
    encode_chunks,
    encode_parsed,
    encode_vectors,
)
from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.chunk.chunker import ChunkDraft, chunk_document
from catalystindex.documents.chunk.policy import ChunkPolicy
from catalystindex.documents.generation import build_generation
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.documents.points import chunks_of
from catalystindex.documents.reading import reading_of
from catalystindex.documents.tasks import BuildTask, IndexedPart, PlaceRef
from catalystindex.embedding.encoder import LocalEncoder, load_encoder
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.clock import SystemClock
from catalystindex.model.ids import content_hash, content_id
from catalystindex.model.knowledge_base import KnowledgeBaseCreate
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import ARTIFACT_FOLDER
from catalystindex.owner.index import VECTORS_FOLDER
from catalystindex.security.keys import KEY_FILE, load_or_create_key
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.artifacts.base import CHUNKS, PARSED, RAW, VersionPlace
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.records import chunks as chunk_records
from catalystindex.stores.records import documents as document_records
from catalystindex.stores.records import knowledge_bases, processing, terms
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.records.engine import Records, open_sqlite
from catalystindex.stores.vectors.engines import EdgeEngine

FORM = 2
"""Goes up whenever this module would make another folder of the same options."""
FIRST = 1
"""The generation that an owner finds in force when it opens the folder."""
POLICY = ChunkPolicy(name="load", revision=1, max_tokens=40, context_tokens=8)
"""Short passages: 50,000 of them are embedded in minutes."""
WORKSPACES = ("first", "second")
BYSTANDER = "third"
KNOWLEDGE_BASE = "load"
DOCUMENTS_AT_ONCE = 500
READY = "ready"
MEDIA_TYPE = "text/plain"


@dataclass(frozen=True)
class Plan:
    """What a folder holds: chunks of both workspaces together, and of a third beside them."""

    chunks: int
    bystander_chunks: int = 0
    form: int = FORM

    @property
    def name(self) -> str:
        """The name of the folder: a hash of what it is made of."""
        policy = POLICY.model_dump()
        return f"load-{self.chunks}-{content_id('load', policy, asdict(self))[:12]}"

    def shares(self) -> dict[str, int]:
        """Return the number of chunks of each workspace."""
        each = {name: self.chunks // len(WORKSPACES) for name in WORKSPACES}
        return each | ({BYSTANDER: self.bystander_chunks} if self.bystander_chunks else {})


@dataclass(frozen=True)
class Cut:
    """A document cut into chunks, and the id it will have."""

    text: Text
    parsed: ParsedDocument
    drafts: Sequence[ChunkDraft]


class QuickArtifacts(LocalArtifacts):
    """Artifacts that do not wait for the disk."""

    def put(self, key: str, data: bytes) -> None:
        """Store an object; it may be lost with the power."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def workspace(name: str) -> Tenant:
    """Return the tenant of a workspace of the bench."""
    return make_tenant("bench", name, "load")


def prepared(cache: Path, corpus: Path, plan: Plan) -> Path:
    """Return the folder of a plan, making it if it is not in the cache yet."""
    folder = cache / plan.name
    if (folder / READY).exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    draft = cache / f".{plan.name}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    began = time.monotonic()
    _Loader(draft).load(documents(corpus), plan.shares())
    (draft / READY).touch()
    draft.rename(folder)
    print(f"prepared {plan.name} in {time.monotonic() - began:.0f} s", file=sys.stderr)
    return folder


class _Loader:
    """Fills one folder."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(data_dir=folder)
        self._folder, self._sparse = folder, Bm25Encoder()
        self._encoder: LocalEncoder = load_encoder(settings.embedding)
        self._artifacts = QuickArtifacts(folder / ARTIFACT_FOLDER)
        self._parts: list[IndexedPart] = []

    def load(self, texts: Iterator[Text], shares: dict[str, int]) -> None:
        """Cut, embed and store every share, then build one generation of all."""
        load_or_create_key(self._folder / KEY_FILE)
        records = open_sqlite(self._folder, SystemClock(), busy_timeout=30)
        try:
            for name, chunks in shares.items():
                self._share(records, workspace(name), self._cut(texts, chunks))
        finally:
            records.close()
        self._index()

    def _cut(self, texts: Iterator[Text], chunks: int) -> list[Cut]:
        """Return documents with exactly so many chunks; the last one is cut short."""
        found: list[Cut] = []
        left = chunks
        while left:
            text = next(texts)
            parsed = _parsed(text)
            drafts = chunk_document(parsed, text.title, POLICY, self._encoder.tokenizer)[:left]
            found.append(Cut(text, parsed, drafts))
            left -= len(drafts)
        return found

    def _share(self, records: Records, tenant: Tenant, cuts: Sequence[Cut]) -> None:
        now = timestamp(records.clock.now())
        with records.housekeeping() as connection:
            wanted = KnowledgeBaseCreate(name=KNOWLEDGE_BASE)
            base = knowledge_bases.create(connection, tenant, wanted, now)
        pending = iter(cuts)
        while some := list(islice(pending, DOCUMENTS_AT_ONCE)):
            self._some(records, tenant, base.id, some)

    def _some(self, records: Records, tenant: Tenant, base: str, cuts: Sequence[Cut]) -> None:
        embedded = [draft.embedded for cut in cuts for draft in cut.drafts]
        dense = self._encoder.encode(embedded)
        start = 0
        now = timestamp(records.clock.now())
        with records.housekeeping() as connection:
            for cut in cuts:
                rows = dense[start : start + len(cut.drafts)]
                start += len(cut.drafts)
                sparse = [self._sparse.document(draft.embedded) for draft in cut.drafts]
                new, vectors = _version(tenant, base, cut), ChunkVectors(rows, sparse)
                place = VersionPlace(tenant.key, base, new.document_id, new.id)
                self._write(place, cut, vectors)
                document_records.accept(connection, tenant, new, now)
                _record(connection, place, cut, vectors, now)

    def _write(self, place: VersionPlace, cut: Cut, vectors: ChunkVectors) -> None:
        self._artifacts.put(place.path(RAW), cut.text.body.encode())
        self._artifacts.put(place.path(PARSED), encode_parsed(cut.parsed))
        self._artifacts.put(place.path(CHUNKS), encode_chunks(cut.drafts))
        self._artifacts.put(
            place.path(self._encoder.reference.vectors_artifact), encode_vectors(vectors)
        )
        ref = PlaceRef(
            place.tenant_key, place.knowledge_base_id, place.document_id, place.version_id
        )
        self._parts.append(IndexedPart(ref, MEDIA_TYPE, {}))

    def _index(self) -> None:
        model = self._encoder.reference
        vectors = EdgeEngine(self._folder / VECTORS_FOLDER).open(FIRST, model.dimension)
        try:
            built = vectors.begin_generation()
            build_generation(self._artifacts, BuildTask(str(built), model, self._parts))
            vectors.adopt_generation(built, lambda _: None)
        finally:
            vectors.close()


def _record(
    connection: Connection, place: VersionPlace, cut: Cut, vectors: ChunkVectors, now: str
) -> None:
    """Make a version that was accepted the visible one, as the pipeline's commit does."""
    chunk_records.add(connection, chunks_of(place, cut.parsed.text, cut.drafts))
    processing.describe_version(
        connection,
        place.version_id,
        title=cut.text.title,
        pages=None,
        reading=reading_of(cut.parsed).model_dump(mode="json"),
    )
    processing.count_chunks(connection, place.version_id, len(cut.drafts))
    counts = terms.count_terms([one.indices for one in vectors.sparse])
    terms.apply_version(connection, place.knowledge_base_id, place.version_id, counts)
    processing.mark_indexed(connection, place.document_id, place.version_id, now)


def _parsed(text: Text) -> ParsedDocument:
    builder = DocumentBuilder(MEDIA_TYPE, max_chars=10_000_000)
    builder.add("paragraph", text.body)
    return builder.build(title=text.title)


def _version(tenant: Tenant, base: str, cut: Cut) -> NewVersion:
    data = cut.text.body.encode()
    document_id = content_id("document", tenant.key, base, cut.text.key)
    digest = content_hash(data)
    return NewVersion(
        id=content_id("version", document_id, digest, POLICY.model_dump(), len(cut.drafts)),
        document_id=document_id,
        knowledge_base_id=base,
        key=cut.text.key,
        title=cut.text.title,
        filename=f"{cut.text.key.replace('/', '-')}.txt",
        declared_type=MEDIA_TYPE,
        media_type=MEDIA_TYPE,
        content_hash=digest,
        size_bytes=len(data),
        metadata={},
        policy=POLICY.model_dump(),
    )
