"""The index of a bench: a knowledge base of a whole corpus, built as production builds one.

One process reads, chunks and embeds documents together (`documents.bulk`), writes records in a
transaction per thousand, and builds one optimised generation, which the store adopts. Its folder
may be kept: a file written last names what it was made of, so a run that was cut off is not reused.
"""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from catalystindex import __version__
from catalystindex.audit.chain import action, timestamp
from catalystindex.config.sections import EmbeddingSettings
from catalystindex.config.settings import Settings
from catalystindex.documents import bulk
from catalystindex.documents.chunk.policy import ChunkPolicy, default_policy
from catalystindex.documents.generation import build_shard
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import PLAIN
from catalystindex.documents.points import batches
from catalystindex.embedding import sparse as bm25
from catalystindex.embedding.encoder import LocalEncoder
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.clock import Clock
from catalystindex.model.errors import DocumentError, EmptyDocument
from catalystindex.model.ids import Canonical, canonical_bytes, content_hash, content_id
from catalystindex.model.knowledge_base import KnowledgeBaseCreate
from catalystindex.search.evaluate.collection import EvalDocument
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.disk import sync_file
from catalystindex.stores.records import knowledge_bases
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.records.engine import Records, open_sqlite
from catalystindex.stores.vectors.base import VectorPoint
from catalystindex.stores.vectors.edge import EdgeVectorStore

TENANT = make_tenant("bench", "bench", "bench")
KNOWLEDGE_BASE = "bench"
KNOWLEDGE_BASE_ID = knowledge_bases.knowledge_base_id(TENANT, KNOWLEDGE_BASE)
GROUP = 1000
"""Documents embedded together and recorded in one transaction."""

LAYOUT = 1
"""Goes up when an index that was kept must not be reused by a newer bench."""

DONE_FILE = "bench.json"
Progress = Callable[[int], None]
"""Told how many documents are done."""


@dataclass
class Loading:
    """What loading counted, and the seconds each stage took."""

    documents: int = 0
    indexed: int = 0
    without_title: int = 0
    chunks: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        began = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began


@dataclass(frozen=True)
class BenchIndex:
    """An index that is ready to be searched. Close it."""

    records: Records
    vectors: EdgeVectorStore
    loading: Loading
    reused: bool
    closing: ExitStack

    def close(self) -> None:
        """Close the stores."""
        self.closing.close()


def corpus_hash(documents: Iterator[EvalDocument]) -> str:
    """Return the hash of what is indexed: ids, titles and texts in their order."""
    digest = blake2b(digest_size=32)
    for one in documents:
        digest.update(canonical_bytes([one.id, one.title, one.text]))
    return digest.hexdigest()


def index_key(
    corpus: str, policy: ChunkPolicy, encoder: LocalEncoder, embedding: EmbeddingSettings
) -> str:
    """Return the name of the index of a corpus under these settings and this version."""
    identity = encoder.identity
    parts: list[Canonical] = [
        *(corpus, policy.model_dump(mode="json"), __version__, LAYOUT),
        *(identity.name, identity.digest, identity.dimension, encoder.engine, embedding.precision),
        *(str(value) for value in (bm25.K1, bm25.B, bm25.AVERAGE_LENGTH)),
    ]
    return content_id("bench_index", *parts)


def document_id(corpus_id: str) -> str:
    """Return the product's id of a document of the corpus."""
    return content_id("document", TENANT.key, KNOWLEDGE_BASE_ID, corpus_id)


def is_complete(folder: Path) -> bool:
    """Tell whether an index was built here to its end."""
    return (folder / DONE_FILE).is_file()


class IndexBuilder:
    """Builds the index of a corpus in a folder, or opens one that was kept there."""

    def __init__(self, settings: Settings, encoder: LocalEncoder, clock: Clock) -> None:
        self._settings, self._encoder, self._clock = settings, encoder, clock
        self._sparse, self._parsers = Bm25Encoder(), load_registry(settings.parsing)
        self._policy = default_policy(encoder.identity.max_tokens)

    @property
    def policy(self) -> ChunkPolicy:
        """The policy that documents are chunked by: the product's default."""
        return self._policy

    def open(
        self, folder: Path, documents: Iterator[EvalDocument], progress: Progress
    ) -> BenchIndex:
        """Return the index of the documents; what an unfinished run left behind is removed."""
        reused = is_complete(folder)
        if not reused and folder.exists():
            shutil.rmtree(folder)
        with ExitStack() as stack:
            records = open_sqlite(folder, self._clock, self._settings.records.busy_timeout)
            stack.callback(records.close)
            vectors = EdgeVectorStore(folder / "vectors", self._encoder.identity.dimension)
            stack.callback(vectors.close)
            if reused:
                loading = Loading(**json.loads((folder / DONE_FILE).read_text("utf-8")))
            else:
                loading = self._build(records, vectors, documents, progress)
                _note_done(folder, loading)
            return BenchIndex(records, vectors, loading, reused, stack.pop_all())

    def _build(
        self,
        records: Records,
        vectors: EdgeVectorStore,
        documents: Iterator[EvalDocument],
        progress: Progress,
    ) -> Loading:
        loading = Loading()
        created = action("knowledge_base.create", KNOWLEDGE_BASE_ID)
        with records.change(TENANT, created) as connection:
            wanted = KnowledgeBaseCreate(name=KNOWLEDGE_BASE)
            knowledge_bases.create(connection, TENANT, wanted, timestamp(self._clock.now()))
        began = time.perf_counter()
        folder = vectors.begin_generation()
        parts = self._parts(records, documents, loading, progress)
        held = build_shard(folder, self._encoder.identity.dimension, parts)
        vectors.adopt_generation(folder, lambda _: None)
        spent = sum(loading.seconds.values())
        loading.seconds["index"] = time.perf_counter() - began - spent
        if held != loading.chunks:
            raise RuntimeError(f"the index holds {held} points of {loading.chunks} chunks")
        return loading

    def _parts(
        self,
        records: Records,
        documents: Iterator[EvalDocument],
        loading: Loading,
        progress: Progress,
    ) -> Iterator[tuple[str, list[VectorPoint]]]:
        """Yield the points of all documents, whose records are written group by group."""
        while group := list(islice(documents, GROUP)):
            finished = self._finished(group, loading)
            for batch in batches(bulk.points(TENANT, finished)):
                yield TENANT.key, batch
            shown = action("document.index_many", KNOWLEDGE_BASE_ID, documents=len(finished))
            at = timestamp(self._clock.now())
            with loading.stage("record"), records.change(TENANT, shown) as connection:
                bulk.show_new(connection, TENANT, KNOWLEDGE_BASE_ID, finished, at)
            progress(len(group))

    def _finished(self, group: list[EvalDocument], loading: Loading) -> list[bulk.Finished]:
        drafted = []
        with loading.stage("chunk"):
            for document in group:
                loading.documents += 1
                loading.without_title += not document.title
                try:
                    drafted.append(self._drafted(document))
                except DocumentError as error:
                    loading.refused[error.code] += 1
        with loading.stage("embed"):
            finished = bulk.embed_together(drafted, self._encoder, self._sparse)
        loading.indexed += len(drafted)
        loading.chunks += sum(len(one.drafts) for one in drafted)
        return finished

    def _drafted(self, document: EvalDocument) -> bulk.Drafted:
        if not document.body.strip():
            raise EmptyDocument("The document is empty.")
        data = document.body.encode("utf-8")
        new = self._new_version(document, data)
        context = ParseContext(self._settings.limits, self._settings.parsing)
        return bulk.draft(new, data, self._parsers, context, self._policy, self._encoder.tokenizer)

    def _new_version(self, document: EvalDocument, data: bytes) -> NewVersion:
        digest, identifier = content_hash(data), document_id(document.id)
        return NewVersion(
            id=content_id("version", identifier, digest, document.title),
            document_id=identifier,
            knowledge_base_id=KNOWLEDGE_BASE_ID,
            key=document.id,
            title=document.title[:500],
            filename="document.txt",
            declared_type=PLAIN,
            media_type=PLAIN,
            content_hash=digest,
            size_bytes=len(data),
            metadata={},
            policy=self._policy.model_dump(mode="json"),
        )


def _note_done(folder: Path, loading: Loading) -> None:
    draft = folder / f"{DONE_FILE}.new"
    draft.write_text(json.dumps(loading.__dict__, sort_keys=True), "utf-8")
    sync_file(draft)
    draft.replace(folder / DONE_FILE)
