"""A version's artifacts as the points of the index, and as the chunks of the records."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from catalystindex.documents.artifacts import ChunkVectors, decode_chunks, decode_vectors
from catalystindex.documents.chunk.chunker import ChunkDraft
from catalystindex.documents.structure import page_box
from catalystindex.model.chunk import Chunk, PageSpan, Span
from catalystindex.model.document import MetadataValue
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.ids import content_id
from catalystindex.stores.artifacts.base import CHUNKS, ArtifactStore, VersionPlace
from catalystindex.stores.vectors.base import MAX_UPSERT, VectorPoint


def chunk_id(version_id: str, ordinal: int, draft: ChunkDraft) -> str:
    """Return the id of a chunk: its version, tier, place and range."""
    return content_id("chunk", version_id, draft.tier, ordinal, draft.start, draft.end)


def points_of(
    place: VersionPlace,
    media_type: str,
    metadata: Mapping[str, MetadataValue],
    drafts: Sequence[ChunkDraft],
    vectors: ChunkVectors,
) -> Iterator[VectorPoint]:
    """Yield the point of every chunk."""
    for ordinal, draft in enumerate(drafts):
        yield VectorPoint(
            chunk_id=chunk_id(place.version_id, ordinal, draft),
            knowledge_base_id=place.knowledge_base_id,
            document_id=place.document_id,
            version_id=place.version_id,
            tier=draft.tier,
            media_type=media_type,
            metadata=metadata,
            dense=vectors.dense[ordinal],
            sparse=vectors.sparse[ordinal],
        )


def load_points(
    artifacts: ArtifactStore,
    place: VersionPlace,
    model: EncoderRef,
    media_type: str,
    metadata: Mapping[str, MetadataValue],
) -> Iterator[VectorPoint]:
    """Yield the points of a version from its artifacts. Raises `FileNotFoundError`."""
    drafts = decode_chunks(artifacts.get(place.path(CHUNKS)))
    vectors = decode_vectors(artifacts.get(place.path(model.vectors_artifact)))
    yield from points_of(place, media_type, metadata, drafts, vectors)


def batches(points: Iterator[VectorPoint]) -> Iterator[list[VectorPoint]]:
    """Yield the points in lists of at most `MAX_UPSERT`."""
    while batch := list(islice(points, MAX_UPSERT)):
        yield batch


def chunks_of(place: VersionPlace, text: str, drafts: Sequence[ChunkDraft]) -> list[Chunk]:
    """Return the chunks as the records keep them: ``text`` is the version's parsed text."""
    return [
        Chunk(
            id=chunk_id(place.version_id, ordinal, draft),
            document_id=place.document_id,
            version_id=place.version_id,
            ordinal=ordinal,
            tier=draft.tier,
            text=text[draft.start : draft.end],
            heading_path=list(draft.heading_path),
            span=Span(start=draft.start, end=draft.end),
            pages=_pages(draft),
            boxes=[page_box(box) for box in draft.boxes],
            ocr_confidence=draft.confidence,
            tokens=draft.tokens,
        )
        for ordinal, draft in enumerate(drafts)
    ]


def _pages(draft: ChunkDraft) -> PageSpan | None:
    if draft.first_page is None or draft.last_page is None:
        return None
    return PageSpan(first=draft.first_page, last=draft.last_page)
