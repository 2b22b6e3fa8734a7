"""One Qdrant Edge shard: the translation between our points and the engine's.

Embedded engine in beta, so every use of its API is in this module.
"""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import qdrant_edge as edge

from catalystindex.model.ids import as_uuid
from catalystindex.stores.vectors.base import (
    Scored,
    SparseTerms,
    VectorPoint,
    VectorQuery,
    round_score,
)
from catalystindex.stores.vectors.edge_filter import edge_filter
from catalystindex.stores.vectors.payload import (
    INDEXED_FIELDS,
    KNOWLEDGE_BASE,
    TENANT,
    VERSION,
    payload_of,
)
from catalystindex.stores.vectors.ties import read_through_ties
from catalystindex.stores.vectors.where import where_of

DENSE = "text_dense"
SPARSE = "text_sparse"
INDEXING_THRESHOLD_KB = 10_000
"""Below this size a segment is searched exactly; above it `optimize` builds HNSW."""
FACET_LIMIT = 10_000_000

EXACT_UP_TO = 50_000
"""Points of a tenant in one shard that are searched one by one (25,000 of 50,000: 4.6 ms).

The graph (HNSW) takes 0.6 ms there and misses 7 of 100 of the 200 best by default, others after
each rebuild: answers would change when nothing else did. `make bench` compares answers.
"""
EXACTLY = edge.SearchParams(exact=True)
BY_GRAPH = edge.SearchParams(hnsw_ef=1024)
"""Beyond that: of the 200 best it misses 0.6 of 100 (measured on 25,000 points), in 1.9 ms."""


class EdgeShardFile:
    """A shard in a folder. Not safe for use from several threads at once while it is written."""

    def __init__(self, shard: edge.EdgeShard) -> None:
        self._shard = shard

    @classmethod
    def create(cls, folder: Path, dimension: int) -> "EdgeShardFile":
        """Make an empty shard for unit vectors of this length."""
        folder.mkdir(parents=True)
        shard = edge.EdgeShard.create(str(folder), _config(dimension))
        for field in INDEXED_FIELDS:
            shard.update(
                edge.UpdateOperation.create_field_index(field, edge.PayloadSchemaType.Keyword)
            )
        return cls(shard)

    @classmethod
    def load(cls, folder: Path) -> "EdgeShardFile":
        """Open a shard that exists."""
        return cls(edge.EdgeShard.load(str(folder)))

    def upsert(self, tenant_key: str, points: Sequence[VectorPoint]) -> None:
        """Write points, in the write-ahead log when this returns."""
        wire = [_wire_point(tenant_key, point) for point in points]
        self._shard.update(edge.UpdateOperation.upsert_points(wire))

    def remove(self, tenant_key: str, field: str, value: str) -> None:
        """Remove the tenant's points whose ``field`` holds ``value``."""
        condition = edge.Filter(must=[_equals(TENANT, tenant_key), _equals(field, value)])
        self._shard.update(edge.UpdateOperation.delete_points_by_filter(condition))

    def remove_points(self, chunk_ids: Sequence[str]) -> None:
        """Remove points by chunk, whoever's they are."""
        if chunk_ids:
            ids: list[edge.PointId] = [as_uuid(chunk_id) for chunk_id in chunk_ids]
            self._shard.update(edge.UpdateOperation.delete_points(ids))

    def chunk_ids(self) -> list[str]:
        """Return the chunk of every point here."""
        request = edge.ScrollRequest(limit=FACET_LIMIT, with_payload=False, with_vector=False)
        return [_chunk_id(record.id) for record in self._shard.scroll(request)[0]]

    def remove_version_of_any(self, version_id: str) -> None:
        """Remove a version's points without naming the tenant; for the owner's clean-up alone."""
        condition = edge.Filter(must=[_equals(VERSION, version_id)])
        self._shard.update(edge.UpdateOperation.delete_points_by_filter(condition))

    def query(self, tenant_key: str, query: VectorQuery) -> tuple[Scored, Scored]:
        """Return dense and sparse candidates, from one call of the engine."""
        answers = read_through_ties(
            lambda depth: self._answers(tenant_key, query, depth), query.limit
        )
        dense = answers.pop(0) if query.dense is not None else []
        sparse = answers.pop(0) if query.sparse is not None else []
        return dense, sparse

    def _answers(self, tenant_key: str, query: VectorQuery, depth: int) -> list[Scored]:
        where = edge_filter(where_of(tenant_key, query))
        requests: list[edge.QueryRequest] = []
        if query.dense is not None:
            how = self._dense_search(tenant_key)
            requests.append(_request(query.dense.tolist(), DENSE, depth, where, how))
        if query.sparse is not None:
            requests.append(_request(_sparse(query.sparse), SPARSE, depth, where))
        return [_scored(found) for found in self._run(requests)]

    def _dense_search(self, tenant_key: str) -> edge.SearchParams:
        """Return how dense vectors are searched: by how many the tenant has, not by its filters."""
        of_tenant = edge.Filter(must=[_equals(TENANT, tenant_key)])
        points = self._shard.count(edge.CountRequest(exact=False, filter=of_tenant))
        return EXACTLY if points <= EXACT_UP_TO else BY_GRAPH

    def _run(self, requests: list[edge.QueryRequest]) -> list[list[edge.ScoredPoint]]:
        return self._shard.query_batch(edge.QueryBatchRequest(requests)) if requests else []

    def count(self, tenant_key: str, knowledge_base_id: str | None) -> int:
        """Return how many points a tenant has here."""
        must: list[edge.ConditionType] = [_equals(TENANT, tenant_key)]
        if knowledge_base_id is not None:
            must.append(_equals(KNOWLEDGE_BASE, knowledge_base_id))
        return self._shard.count(edge.CountRequest(exact=True, filter=edge.Filter(must=must)))

    def size(self) -> int:
        """Return how many points are here, of all tenants."""
        return self._shard.count(edge.CountRequest(exact=True))

    def version_counts(self) -> dict[str, int]:
        """Return the number of points of every version."""
        request = edge.FacetRequest(key=VERSION, limit=FACET_LIMIT, exact=True)
        return {str(hit.value): hit.count for hit in self._shard.facet(request).hits if hit.count}

    def optimize(self) -> None:
        """Build indexes and merge segments. Takes seconds to minutes: compute workers only."""
        self._shard.optimize()

    def flush(self) -> None:
        """Write everything to disk."""
        self._shard.flush()

    def close(self) -> None:
        """Flush and release the folder."""
        self._shard.flush()
        self._shard.close()


def _config(dimension: int) -> edge.EdgeConfig:
    return edge.EdgeConfig(
        vectors={DENSE: edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Dot)},
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams()},
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=INDEXING_THRESHOLD_KB),
    )


def _wire_point(tenant_key: str, point: VectorPoint) -> edge.Point:
    vectors = {DENSE: point.dense.tolist(), SPARSE: _sparse(point.sparse)}
    return edge.Point(as_uuid(point.chunk_id), vectors, payload_of(tenant_key, point))


def _sparse(terms: SparseTerms) -> edge.SparseVector:
    return edge.SparseVector(indices=terms.indices.tolist(), values=terms.values.tolist())


def _equals(field: str, value: str) -> edge.FieldCondition:
    return edge.FieldCondition(key=field, match=edge.MatchValue(value=value))


def _request(
    vector: "list[float] | edge.SparseVector",
    using: str,
    limit: int,
    where: edge.Filter,
    how: edge.SearchParams | None = None,
) -> edge.QueryRequest:
    return edge.QueryRequest(
        limit=limit,
        query=edge.Query.Nearest(vector, using=using),
        filter=where,
        params=how,
        with_payload=False,
        with_vector=False,
    )


def _scored(found: list[edge.ScoredPoint]) -> Scored:
    return [(_chunk_id(point.id), round_score(point.score)) for point in found]


def _chunk_id(point_id: object) -> str:
    if isinstance(point_id, UUID):
        return point_id.hex
    raise TypeError(f"a point with the id {point_id!r} is none of ours")
