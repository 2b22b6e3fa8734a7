"""Helpers for tests of the ground floor: fixed time, two tenants, small things to store."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from catalystindex.audit.chain import timestamp
from catalystindex.config.sections import EmbeddingSettings
from catalystindex.embedding.encoder import reference
from catalystindex.embedding.model_files import find_model
from catalystindex.model.chunk import Chunk, PageSpan, Span
from catalystindex.model.clock import FixedClock
from catalystindex.model.document import MetadataValue
from catalystindex.model.ids import content_hash, content_id
from catalystindex.model.knowledge_base import KnowledgeBase, KnowledgeBaseCreate
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.records import documents, knowledge_bases
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.records.engine import Records
from catalystindex.stores.vectors.base import SparseTerms, VectorPoint

PACKAGED = reference(find_model(EmbeddingSettings()), 384)
"""The packaged encoder, as tasks name it."""

ANA = make_tenant("acme", "aml", "ana")
BEA = make_tenant("acme", "fraud", "bea")
"""Another workspace of the same organisation: the closest stranger there is."""

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = timestamp(NOON)


def noon_clock() -> FixedClock:
    return FixedClock(NOON)


def new_version(
    kb: KnowledgeBase,
    key: str = "memo",
    content: str = "one",
    metadata: Mapping[str, MetadataValue] | None = None,
) -> NewVersion:
    document_id = content_id("document", kb.id, key)
    return NewVersion(
        id=content_id("version", document_id, content),
        document_id=document_id,
        knowledge_base_id=kb.id,
        key=key,
        title=f"Title of {key}",
        filename=f"{key}.txt",
        declared_type=None,
        media_type="text/plain",
        content_hash=content_hash(content.encode()),
        size_bytes=len(content),
        metadata=dict(metadata or {}),
        policy={"name": "default"},
    )


def new_chunks(version: NewVersion, count: int = 3) -> list[Chunk]:
    ids = [content_id("chunk", version.id, ordinal) for ordinal in range(count)]
    return [
        Chunk(
            id=ids[ordinal],
            document_id=version.document_id,
            version_id=version.id,
            ordinal=ordinal,
            tier="window",
            text=f"passage {ordinal} of {version.id}",
            heading_path=["Top", f"Part {ordinal}"],
            span=Span(start=10 * ordinal, end=10 * ordinal + 9),
            pages=PageSpan(first=1, last=2) if ordinal % 2 else None,
            tokens=7,
            previous_id=ids[ordinal - 1] if ordinal else None,
            next_id=ids[ordinal + 1] if ordinal + 1 < count else None,
        )
        for ordinal in range(count)
    ]


def unlinked(chunk: Chunk) -> Chunk:
    """Return a chunk as searches see it: what stands beside it is looked up when asked for."""
    return chunk.model_copy(update={"previous_id": None, "next_id": None})


def seed_knowledge_base(records: Records, name: str = "bank") -> KnowledgeBase:
    """Store a knowledge base of ANA's workspace."""
    with records.housekeeping() as connection:
        return knowledge_bases.create(connection, ANA, KnowledgeBaseCreate(name=name), AT)


def seed_document(
    records: Records, kb: KnowledgeBase, key: str = "memo", at: str = AT
) -> NewVersion:
    """Store a queued document of ANA's workspace."""
    version = new_version(kb, key)
    with records.housekeeping() as connection:
        documents.accept(connection, ANA, version, at)
    return version


def hex_id(number: int) -> str:
    return f"{number:032x}"


def unit(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.asarray(values, np.float64)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def sparse(terms: Mapping[int, float]) -> SparseTerms:
    ordered = sorted(terms.items())
    return SparseTerms(
        np.array([term for term, _ in ordered], np.uint32),
        np.array([weight for _, weight in ordered], np.float32),
    )


def point(
    number: int,
    dense: Sequence[float] = (1, 0, 0, 0),
    terms: Mapping[int, float] | None = None,
    *,
    kb: str = "kb-1",
    document: str = "doc-1",
    version: str = "ver-1",
    tier: str = "window",
    media_type: str = "text/plain",
    metadata: Mapping[str, MetadataValue] | None = None,
) -> VectorPoint:
    return VectorPoint(
        chunk_id=hex_id(number),
        knowledge_base_id=kb,
        document_id=document,
        version_id=version,
        tier=tier,
        media_type=media_type,
        metadata=metadata or {},
        dense=unit(dense),
        sparse=sparse({1: 1.0} if terms is None else terms),
    )
