"""The search: plan, retrieve, fuse, cite."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from catalystindex.embedding.base import TextEncoder
from catalystindex.embedding.sparse import Bm25Encoder, query_weights
from catalystindex.model.filter_json import to_json
from catalystindex.model.search import Citation, Hit, SearchRequest, SearchResponse
from catalystindex.model.tenant import Tenant
from catalystindex.search.fuse import DENSE_WEIGHT, Fused, fuse
from catalystindex.search.highlight import highlights
from catalystindex.search.plan import Plan, make_plan
from catalystindex.search.trace import Trace
from catalystindex.stores.records import chunks, terms
from catalystindex.stores.records.chunks import Passage
from catalystindex.stores.records.engine import Records
from catalystindex.stores.vectors.base import Candidates, VectorQuery, VectorStore

TRIES = 4
DEEPER = 4
"""How often a search that lacks hits looks again, and how much deeper each time."""

SPARE = 6
"""Passages fetched beyond those wanted: nearly always all are visible, and one look is enough."""

SCORE_DIGITS = 6

Ranked = list[tuple[Fused, Passage]]


class Searcher:
    """Answers searches of every tenant. Safe to use from several threads."""

    def __init__(
        self,
        records: Records,
        vectors: VectorStore,
        encoder: TextEncoder,
        sparse: Bm25Encoder,
        epoch: Callable[[], int],
    ) -> None:
        self._records, self._vectors = records, vectors
        self._encoder, self._sparse, self._epoch = encoder, sparse, epoch

    def search(self, tenant: Tenant, request: SearchRequest) -> SearchResponse:
        """Return ranked, cited passages.

        Raises `InvalidRequest` and `KnowledgeBaseNotFound`. An empty answer means that nothing
        was found, never that something could not be searched.
        """
        trace = Trace()
        with trace.step("plan") as facts, self._records.read() as connection:
            plan = make_plan(connection, tenant, request, self._sparse)
            facts |= _plan_facts(plan)
        ranked = self._rank(tenant, plan, trace)
        with trace.step("cite") as facts:
            hits = [self._hit(plan, rank, *found) for rank, found in enumerate(ranked, start=1)]
            facts |= {"hits": len(hits)}
        return SearchResponse(
            query=plan.query,
            mode=request.mode,
            track=request.track,
            hits=hits,
            trace=trace.steps() if request.debug else None,
        )

    def _rank(self, tenant: Tenant, plan: Plan, trace: Trace) -> Ranked:
        """Retrieve, fuse and check, again and deeper while that may find what was missed.

        Candidates that are not visible take places. Those of a version that is just being indexed
        may push others out: too few hits are then no answer yet. Those of a version replaced
        between the engine's answer and our look at the records stand for its successor: the epoch
        tells that a version was swapped meanwhile.
        """
        ranked: Ranked = []
        for _ in range(TRIES):
            epoch = self._epoch()
            candidates = self._retrieve(tenant, plan, trace)
            with trace.step("fuse") as facts:
                fused = fuse(candidates.dense, candidates.sparse)
                facts |= {"method": "min_max", "dense_weight": DENSE_WEIGHT, "found": len(fused)}
            ranked, hidden = self._visible(tenant, plan, fused, trace)
            swapped = hidden and self._epoch() != epoch
            if not swapped and (len(ranked) >= plan.limit or not hidden):
                break
            if not swapped:
                plan = replace(plan, candidates=plan.candidates * DEEPER)
        return ranked[: plan.limit]

    def _retrieve(self, tenant: Tenant, plan: Plan, trace: Trace) -> Candidates:
        if not plan.knowledge_bases:
            return Candidates([], [])
        with trace.step("embed") as facts:
            dense = self._encoder.encode([plan.query])[0]
            facts |= {"model": self._encoder.identity.name}
        with trace.step("weigh_terms") as facts, self._records.read() as connection:
            bases = list(plan.knowledge_bases)
            statistics = terms.statistics(connection, bases, plan.terms)
            sparse = query_weights(plan.terms, statistics)
            facts |= {"chunks": statistics.chunks, "terms_known": len(sparse.indices)}
        with trace.step("retrieve") as facts:
            found = self._vectors.query(
                tenant,
                VectorQuery(
                    knowledge_base_ids=bases,
                    limit=plan.candidates,
                    dense=dense,
                    sparse=sparse if len(sparse.indices) else None,
                    filters=plan.filters,
                ),
            )
            facts |= {"dense": len(found.dense), "sparse": len(found.sparse)}
        return found

    def _visible(
        self, tenant: Tenant, plan: Plan, fused: Sequence[Fused], trace: Trace
    ) -> tuple[Ranked, int]:
        """Return the best candidates that may be shown now, and how many before them may not."""
        ranked: Ranked = []
        looked, step = 0, plan.limit + SPARE
        with trace.step("check_visible") as facts, self._records.read() as connection:
            while looked < len(fused) and len(ranked) < plan.limit:
                part = fused[looked : looked + step]
                looked += len(part)
                found = chunks.visible(connection, tenant, [one.chunk_id for one in part])
                ranked += [(one, found[one.chunk_id]) for one in part if one.chunk_id in found]
            facts |= {"looked_at": looked, "visible": len(ranked)}
        return ranked, looked - len(ranked)

    def _hit(self, plan: Plan, rank: int, fused: Fused, passage: Passage) -> Hit:
        chunk = passage.chunk
        return Hit(
            rank=rank,
            score=round(fused.score, SCORE_DIGITS),
            dense_score=_rounded(fused.dense),
            sparse_score=_rounded(fused.sparse),
            text=chunk.text,
            highlights=highlights(chunk.text, plan.terms, self._sparse),
            citation=Citation(
                document_id=chunk.document_id,
                version_id=chunk.version_id,
                version=passage.version,
                chunk_id=chunk.id,
                knowledge_base=plan.knowledge_bases[passage.knowledge_base_id],
                title=passage.title,
                filename=passage.filename,
                heading_path=chunk.heading_path,
                span=chunk.span,
                pages=chunk.pages,
                boxes=chunk.boxes,
                ocr_confidence=chunk.ocr_confidence,
                content_hash=passage.content_hash,
            ),
        )


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, SCORE_DIGITS)


def _plan_facts(plan: Plan) -> dict[str, object]:
    return {
        "query": plan.query,
        "knowledge_bases": sorted(plan.knowledge_bases.values()),
        "filters": to_json(plan.filters),
        "terms": len(plan.terms),
        "candidates": plan.candidates,
    }
