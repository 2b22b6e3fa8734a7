"""Many documents at once: read, chunk and embed them together, then show them in one transaction.

The stages are those of `stages` and the rows those of `pipeline`; what differs is that texts of
many documents share the encoder's batches, and that versions share a transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from catalystindex.documents.artifacts import ChunkVectors
from catalystindex.documents.chunk.chunker import ChunkDraft, chunk_document
from catalystindex.documents.chunk.policy import ChunkPolicy
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.registry import ParserRegistry
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.documents.points import chunks_of, points_of
from catalystindex.documents.reading import reading_of
from catalystindex.embedding.base import TextEncoder
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.embedding.tokens import ModelTokenizer
from catalystindex.model.chunk import Chunk
from catalystindex.model.tenant import Tenant
from catalystindex.stores.artifacts.base import VersionPlace
from catalystindex.stores.records import bulk, chunks, terms
from catalystindex.stores.records.bulk import Indexed
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.vectors.base import VectorPoint


@dataclass(frozen=True)
class Drafted:
    """A version that was read and chunked."""

    new: NewVersion
    parsed: ParsedDocument
    drafts: Sequence[ChunkDraft]


@dataclass(frozen=True)
class Finished:
    """A version with its vectors: ready to be indexed and shown."""

    drafted: Drafted
    vectors: ChunkVectors


def draft(
    new: NewVersion,
    data: bytes,
    parsers: ParserRegistry,
    context: ParseContext,
    policy: ChunkPolicy,
    tokenizer: ModelTokenizer,
) -> Drafted:
    """Read and chunk one document, under the title it was given. Raises `DocumentError`."""
    parsed = parsers.parse(data, new.media_type, context)
    return Drafted(new, parsed, chunk_document(parsed, new.title, policy, tokenizer))


def embed_together(
    drafted: Sequence[Drafted], encoder: TextEncoder, sparse: Bm25Encoder
) -> list[Finished]:
    """Compute the vectors of many documents in one call of the encoder."""
    texts = [one.embedded for version in drafted for one in version.drafts]
    dense = encoder.encode(texts)
    finished, start = [], 0
    for version in drafted:
        end = start + len(version.drafts)
        weights = [sparse.document(text) for text in texts[start:end]]
        finished.append(Finished(version, ChunkVectors(dense[start:end], weights)))
        start = end
    return finished


def points(tenant: Tenant, finished: Sequence[Finished]) -> Iterator[VectorPoint]:
    """Yield the points of the index, version by version."""
    for one in finished:
        new = one.drafted.new
        place = _place(tenant, new)
        yield from points_of(place, new.media_type, new.metadata, one.drafted.drafts, one.vectors)


def show_new(
    connection: Connection,
    tenant: Tenant,
    knowledge_base_id: str,
    finished: Sequence[Finished],
    at: str,
) -> None:
    """Record documents of one knowledge base that are not there yet, and make them searchable.

    All become visible with the caller's transaction. Their points must be safely in the index by
    then. Raises the database's `IntegrityError` for a document that is there.
    """
    bulk.accept_new(connection, tenant, [one.drafted.new for one in finished], at)
    chunks.add(connection, [chunk for one in finished for chunk in _chunks(tenant, one)])
    bulk.mark_indexed(connection, knowledge_base_id, [_indexed(one) for one in finished], at)


def _chunks(tenant: Tenant, one: Finished) -> list[Chunk]:
    return chunks_of(_place(tenant, one.drafted.new), one.drafted.parsed.text, one.drafted.drafts)


def _indexed(one: Finished) -> Indexed:
    new, parsed = one.drafted.new, one.drafted.parsed
    return Indexed(
        version_id=new.id,
        document_id=new.document_id,
        title=new.title,
        pages=parsed.pages,
        chunks=len(one.drafted.drafts),
        reading=reading_of(parsed).model_dump(mode="json"),
        counts=terms.count_terms([row.indices for row in one.vectors.sparse]),
    )


def _place(tenant: Tenant, new: NewVersion) -> VersionPlace:
    return VersionPlace(tenant.key, new.knowledge_base_id, new.document_id, new.id)
