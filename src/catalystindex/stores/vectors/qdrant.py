"""Vectors on a Qdrant server: one collection, written and searched over its REST interface.

Importing this module imports the client (0.4 s, 45 MB of memory): only a process that uses a
server does. Names, bounds, rounding and order are those of the embedded store, so that both give
the same candidates.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from qdrant_client import QdrantClient, models

from catalystindex.model.ids import as_uuid
from catalystindex.model.tenant import Tenant
from catalystindex.stores.vectors.base import (
    MAX_UPSERT,
    Candidates,
    Scored,
    SparseTerms,
    VectorPoint,
    VectorQuery,
    merge_ranked,
    round_score,
)
from catalystindex.stores.vectors.payload import (
    DOCUMENT,
    KNOWLEDGE_BASE,
    TENANT,
    VERSION,
    payload_of,
)
from catalystindex.stores.vectors.qdrant_calls import answer_of, written
from catalystindex.stores.vectors.qdrant_collections import (
    DENSE,
    FALLBACK_SHARD,
    SPARSE,
    check_collection,
)
from catalystindex.stores.vectors.qdrant_filter import qdrant_filter
from catalystindex.stores.vectors.ties import read_through_ties
from catalystindex.stores.vectors.where import where_of

HNSW_EF = 256
"""Breadth of the search in a graph: twice Qdrant's default (128), for recall before speed. Qdrant
raises it to the number of points asked for where that is larger."""

OVERSAMPLING = 2.0
"""With int8 vectors, this many times the limit is preselected and scored by the float32 vectors."""

ORDERING = models.WriteOrdering.MEDIUM
"""Writes go through one leader replica, so that a point that is written and removed at nearly the
same time ends alike on all replicas (by default Qdrant leaves that open)."""

LONG_TIMEOUT = 300
"""Seconds for what grows with the index: removals, and counting versions when the owner starts."""

FACET_LIMIT = 1_000_000
"""Distinct versions counted in one answer (some 60 MB); more are counted by reading through."""

SCROLL_PAGE = 10_000
"""Points in one page of reading through."""


class QdrantVectorStore:
    """The vectors of all tenants in one collection; safe for use from several threads.

    The client is the opener's, who may share it over collections, and is closed with this store
    only if ``owns_client``. With ``tenant_shards`` each call is routed to the tenant's own shard,
    or to the shared one while it has none (`vectors.tenant_shards`).

    Raises `ConfigurationError` for a collection that is missing or of other vectors, `Unavailable`
    from every call that the server did not answer, and `ValueError` for an upsert of more than
    `MAX_UPSERT` points.
    """

    def __init__(
        self,
        client: QdrantClient,
        collection: str,
        dimension: int,
        *,
        tenant_shards: bool = False,
        owns_client: bool = False,
    ) -> None:
        self._client, self._collection = client, collection
        self._tenant_shards, self._owns_client = tenant_shards, owns_client
        check_collection(client, collection, dimension, tenant_shards=tenant_shards)

    def upsert(self, tenant: Tenant, points: Sequence[VectorPoint]) -> None:
        """Write points, applied when this returns; a point of the same chunk is replaced."""
        if len(points) > MAX_UPSERT:
            raise ValueError(f"{len(points)} points in one upsert; the bound is {MAX_UPSERT}")
        if not points:
            return
        wire = [_wire_point(tenant.key, point) for point in points]
        written(
            lambda: self._client.upsert(
                self._collection,
                wire,
                wait=True,
                ordering=ORDERING,
                shard_key_selector=self._shard_of(tenant),
            )
        )

    def query(self, tenant: Tenant, query: VectorQuery) -> Candidates:
        """Return the best candidates by each vector, from one request in most cases."""
        requests = _searches(tenant.key, query)
        if not requests:
            return Candidates([], [])
        shard = self._shard_of(tenant)
        answers = read_through_ties(
            lambda depth: self._answers(list(requests.values()), shard, depth), query.limit
        )
        by_vector = dict(zip(requests, answers, strict=True))
        return Candidates(
            dense=merge_ranked([by_vector.get(DENSE, [])], query.limit),
            sparse=merge_ranked([by_vector.get(SPARSE, [])], query.limit),
        )

    def remove_version(self, tenant: Tenant, version_id: str) -> None:
        """Remove every point of a version."""
        self._remove(tenant, VERSION, version_id)

    def remove_document(self, tenant: Tenant, document_id: str) -> None:
        """Remove every point of a document."""
        self._remove(tenant, DOCUMENT, document_id)

    def remove_knowledge_base(self, tenant: Tenant, knowledge_base_id: str) -> None:
        """Remove every point of a knowledge base."""
        self._remove(tenant, KNOWLEDGE_BASE, knowledge_base_id)

    def remove_orphan(self, version_id: str) -> None:
        """Remove a version that no record knows, whoever's it was."""
        self._delete(models.Filter(must=[_equals(VERSION, version_id)]), None)

    def count(self, tenant: Tenant, knowledge_base_id: str | None = None) -> int:
        """Return how many points the tenant has, exactly."""
        must: list[models.Condition] = [_equals(TENANT, tenant.key)]
        if knowledge_base_id is not None:
            must.append(_equals(KNOWLEDGE_BASE, knowledge_base_id))
        return answer_of(
            lambda: self._client.count(
                self._collection,
                models.Filter(must=must),
                exact=True,
                shard_key_selector=self._shard_of(tenant),
            )
        ).count

    def version_counts(self) -> dict[str, int]:
        """Return the number of points of every version, exactly, over all tenants.

        One request where the index has fewer than `FACET_LIMIT` versions, else one per
        `SCROLL_PAGE` points.
        """
        found = answer_of(
            lambda: self._client.facet(
                self._collection, VERSION, limit=FACET_LIMIT, exact=True, timeout=LONG_TIMEOUT
            )
        ).hits
        if len(found) >= FACET_LIMIT:
            return self._versions_read_through()
        counts = {_plain_id(str(hit.value)): hit.count for hit in found if hit.count}
        return dict(sorted(counts.items()))

    def fresh_points(self) -> int:
        """Return 0: a server optimises what is written by itself, without a new generation."""
        return 0

    def flush(self) -> None:
        """Return at once: every write was applied on ``vectors.write_consistency`` replicas.

        Qdrant has no call that forces its log to disk. What a power cut of all replicas takes is
        found by `documents.reconcile` and restored from artifacts.
        """

    def close(self) -> None:
        """Let go of the client, if it is ours."""
        if self._owns_client:
            self._client.close()

    def _remove(self, tenant: Tenant, field: str, value: str) -> None:
        where = models.Filter(must=[_equals(TENANT, tenant.key), _equals(field, value)])
        self._delete(where, self._shard_of(tenant))

    def _delete(self, where: models.Filter, shard: models.ShardKeyWithFallback | None) -> None:
        selector = models.FilterSelector(filter=where)
        written(
            lambda: self._client.delete(
                self._collection,
                selector,
                wait=True,
                ordering=ORDERING,
                shard_key_selector=shard,
                timeout=LONG_TIMEOUT,
            )
        )

    def _answers(
        self,
        requests: Sequence[models.QueryRequest],
        shard: models.ShardKeyWithFallback | None,
        depth: int,
    ) -> list[Scored]:
        asked = [r.model_copy(update={"limit": depth, "shard_key": shard}) for r in requests]
        answers = answer_of(lambda: self._client.query_batch_points(self._collection, asked))
        return [_scored(answer.points) for answer in answers]

    def _shard_of(self, tenant: Tenant) -> models.ShardKeyWithFallback | None:
        if not self._tenant_shards:
            return None
        return models.ShardKeyWithFallback(target=tenant.key, fallback=FALLBACK_SHARD)

    def _versions_read_through(self) -> dict[str, int]:
        total: Counter[str] = Counter()
        offset: models.ExtendedPointId | None = None
        while True:
            page, offset = answer_of(
                lambda after=offset: self._client.scroll(  # type: ignore[misc]
                    self._collection, limit=SCROLL_PAGE, offset=after, with_payload=[VERSION]
                )
            )
            total.update(str((record.payload or {})[VERSION]) for record in page)
            if offset is None:
                return dict(sorted(total.items()))


def _wire_point(tenant_key: str, point: VectorPoint) -> models.PointStruct:
    vectors: dict[str, models.Vector] = {DENSE: point.dense.tolist()}
    if point.sparse.indices.size:
        vectors[SPARSE] = _sparse(point.sparse)
    return models.PointStruct(
        id=str(as_uuid(point.chunk_id)), vector=vectors, payload=payload_of(tenant_key, point)
    )


def _sparse(terms: SparseTerms) -> models.SparseVector:
    return models.SparseVector(indices=terms.indices.tolist(), values=terms.values.tolist())


def _searches(tenant_key: str, query: VectorQuery) -> dict[str, models.QueryRequest]:
    """Return one request for each vector by which something can be found."""
    if not query.knowledge_base_ids:
        return {}
    where = qdrant_filter(where_of(tenant_key, query))
    requests: dict[str, models.QueryRequest] = {}
    if query.dense is not None:
        requests[DENSE] = _request(query.dense.tolist(), DENSE, where)
    if query.sparse is not None and query.sparse.indices.size:
        requests[SPARSE] = _request(_sparse(query.sparse), SPARSE, where)
    return requests


def _request(
    vector: list[float] | models.SparseVector, using: str, where: models.Filter
) -> models.QueryRequest:
    rescored = models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
    return models.QueryRequest(
        query=models.NearestQuery(nearest=vector),
        using=using,
        filter=where,
        params=models.SearchParams(hnsw_ef=HNSW_EF, quantization=rescored)
        if using == DENSE
        else None,
        with_payload=False,
        with_vector=False,
    )


def _equals(field: str, value: str) -> models.FieldCondition:
    return models.FieldCondition(key=field, match=models.MatchValue(value=value))


def _scored(found: Sequence[models.ScoredPoint]) -> Scored:
    return [(UUID(str(point.id)).hex, round_score(point.score)) for point in found]


def _plain_id(value: str) -> str:
    """Return one of our ids as we write it: the client's local mode puts hyphens into facets."""
    try:
        return UUID(value).hex
    except ValueError:
        return value
