"""A version's artifacts as the points of the index, and as the chunks of the records."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from catalystindex.documents.artifacts import ChunkVectors, decode_chunks, decode_vectors
from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.structure import page_box
from catalystindex.model.chunk import Chunk, PageSpan, Span
from catalystindex.model.document import (
    MAX_METADATA_KEYS,
    MetadataObject,
    MetadataScalar,
    MetadataValue,
)
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.ids import content_id
from catalystindex.stores.artifacts.base import CHUNKS, ArtifactStore, VersionPlace
from catalystindex.stores.vectors.base import MAX_UPSERT, VectorPoint

MetadataList = Sequence[MetadataScalar | MetadataObject]


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
            metadata=merged_metadata(metadata, draft.metadata),
            dense=vectors.dense[ordinal],
            sparse=vectors.sparse[ordinal],
        )


def merged_metadata(
    document: Mapping[str, MetadataValue], chunk: Mapping[str, MetadataValue]
) -> dict[str, MetadataValue]:
    """Return what a point is filtered by: what the caller said, and what its text says.

    A key of both holds the values of both, the document's first, if either is a list; else the
    document's, because a person said it. At most `MAX_METADATA_KEYS` keys more than the
    document's own.
    """
    merged = dict(document)
    for key, value in sorted(chunk.items())[:MAX_METADATA_KEYS]:
        own = merged.get(key)
        if own is None:
            merged[key] = value
        elif isinstance(own, list) or isinstance(value, list):
            merged[key] = _union(_listed(own), _listed(value))
    return merged


def _listed(value: MetadataValue) -> MetadataList:
    return value if isinstance(value, list) else [value]


def _union(first: MetadataList, second: MetadataList) -> list[MetadataScalar | MetadataObject]:
    """Return the values of both, each once; ``true`` and ``1`` are two values."""
    distinct = {(type(one).__name__, _spelled(one)): one for one in [*second, *first]}
    ordered = dict.fromkeys((type(one).__name__, _spelled(one)) for one in [*first, *second])
    return [distinct[key] for key in ordered]


def _spelled(value: MetadataScalar | MetadataObject) -> str:
    return repr(sorted(value.items())) if isinstance(value, dict) else str(value)


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
    ids = [chunk_id(place.version_id, ordinal, draft) for ordinal, draft in enumerate(drafts)]
    return [
        Chunk(
            id=ids[ordinal],
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
            metadata=draft.metadata,
            previous_id=_neighbour(drafts, ids, ordinal, ordinal - 1),
            next_id=_neighbour(drafts, ids, ordinal, ordinal + 1),
        )
        for ordinal, draft in enumerate(drafts)
    ]


def _neighbour(
    drafts: Sequence[ChunkDraft], ids: Sequence[str], ordinal: int, beside: int
) -> str | None:
    if not 0 <= beside < len(drafts) or drafts[beside].tier != drafts[ordinal].tier:
        return None
    return ids[beside]


def _pages(draft: ChunkDraft) -> PageSpan | None:
    if draft.first_page is None or draft.last_page is None:
        return None
    return PageSpan(first=draft.first_page, last=draft.last_page)
