"""The search: plan, retrieve, fuse, check what is visible, select, stitch, cite."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.embedding.sparse import Bm25Encoder, query_weights
from catalystindex.model.chunk import Span
from catalystindex.model.filter_json import to_json
from catalystindex.model.search import Citation, Hit, HitContext, SearchRequest, SearchResponse
from catalystindex.model.tenant import Tenant
from catalystindex.search.fuse import DENSE_WEIGHT, Fused, QuestionTerms, fuse
from catalystindex.search.highlight import highlights
from catalystindex.search.plan import Plan, make_plan
from catalystindex.search.select import Selection
from catalystindex.search.stitch import stitch
from catalystindex.search.trace import Trace
from catalystindex.stores.records import chunks, terms
from catalystindex.stores.records.chunks import Passage
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.neighbours import neighbours
from catalystindex.stores.vectors.base import Candidates, FloatVector, SparseTerms, VectorQuery

TRIES = 4
DEEPER = 4
"""How often a search that lacks hits looks again, and how much deeper each time."""

SPARE = 6
"""Passages fetched beyond those wanted: nearly always all are visible, and one look is enough."""

SCORE_DIGITS = 6

Retriever = Literal["dense", "sparse"]
BOTH: tuple[Retriever, ...] = ("dense", "sparse")


class Searcher:
    """Answers searches of every tenant. Safe to use from several threads."""

    def __init__(
        self,
        records: Records,
        index: IndexHolder,
        sparse: Bm25Encoder,
        epoch: Callable[[], int],
    ) -> None:
        self._records, self._index = records, index
        self._sparse, self._epoch = sparse, epoch

    def search(
        self, tenant: Tenant, request: SearchRequest, retrievers: Sequence[Retriever] = BOTH
    ) -> SearchResponse:
        """Return ranked, cited passages.

        ``retrievers`` ranks by one of the two alone: to measure what each is worth, no part of
        the API. Raises `InvalidRequest` and `KnowledgeBaseNotFound`. An empty answer means that
        nothing was found, never that something could not be searched.
        """
        trace = Trace()
        with trace.step("plan") as facts, self._records.read() as connection:
            plan = make_plan(connection, tenant, request, self._sparse)
            facts |= _plan_facts(plan)
        with self._index.lease() as index:
            selection = self._rank(tenant, index, plan, retrievers, trace)
            contexts = self._stitch(tenant, plan, selection, trace)
        with trace.step("cite") as facts:
            hits = [
                self._hit(plan, rank, *found, context)
                for rank, (found, context) in enumerate(
                    zip(selection.hits, contexts, strict=True), start=1
                )
            ]
            facts |= {"hits": len(hits)}
        return SearchResponse(
            query=plan.query,
            mode=request.mode,
            track=request.track,
            hits=hits,
            trace=trace.steps() if request.debug else None,
        )

    def _rank(
        self,
        tenant: Tenant,
        index: ServingIndex,
        plan: Plan,
        retrievers: Sequence[Retriever],
        trace: Trace,
    ) -> Selection:
        """Retrieve, fuse, check and select, again and deeper while that may find what was missed.

        Candidates that are not visible take places. Those of a version that is just being indexed
        may push others out: too few hits are then no answer yet. Those of a version replaced
        between the engine's answer and our look at the records stand for its successor: the epoch
        tells that a version was swapped meanwhile. And hits that were dropped (of a document that
        has enough, say) leave places that a deeper look fills, as long as it finds any more.
        """
        selection, before = Selection.of(plan), 0
        for _ in range(TRIES):
            epoch = self._epoch()
            candidates, chunks_searched = self._retrieve(tenant, index, plan, retrievers, trace)
            with trace.step("fuse") as facts:
                fused = fuse(
                    candidates.dense,
                    candidates.sparse,
                    terms=QuestionTerms(len(plan.terms), chunks_searched),
                    depth=plan.candidates,
                )
                facts |= {
                    "method": "share_of_attainable",
                    "dense_weight": DENSE_WEIGHT,
                    "found": len(fused),
                }
            selection, hidden = self._select(tenant, plan, fused, trace)
            swapped = hidden and self._epoch() != epoch
            if swapped:
                continue
            filled = len(selection.hits)
            more = selection.dropped and filled > before and _is_cut(candidates, plan)
            if selection.is_full or not (hidden or more):
                break
            before = filled
            plan = replace(plan, candidates=plan.candidates * DEEPER)
        return selection

    def _retrieve(
        self,
        tenant: Tenant,
        index: ServingIndex,
        plan: Plan,
        retrievers: Sequence[Retriever],
        trace: Trace,
    ) -> tuple[Candidates, int]:
        """Return the candidates, and how many chunks were searched by their words."""
        if not plan.knowledge_bases:
            return Candidates([], []), 0
        dense, sparse, searched = None, None, 0
        if "dense" in retrievers:
            dense = _embed(index, plan, trace)
        if "sparse" in retrievers:
            sparse, searched = self._weigh_terms(plan, trace)
        with trace.step("retrieve") as facts:
            found = index.vectors.query(
                tenant,
                VectorQuery(
                    knowledge_base_ids=list(plan.knowledge_bases),
                    limit=plan.candidates,
                    dense=dense,
                    sparse=sparse if sparse is not None and len(sparse.indices) else None,
                    filters=plan.filters,
                ),
            )
            facts |= {"dense": len(found.dense), "sparse": len(found.sparse)}
        return found, searched

    def _weigh_terms(self, plan: Plan, trace: Trace) -> tuple[SparseTerms, int]:
        with trace.step("weigh_terms") as facts, self._records.read() as connection:
            statistics = terms.statistics(connection, list(plan.knowledge_bases), plan.terms)
            weights = query_weights(plan.terms, statistics)
            facts |= {"chunks": statistics.chunks, "terms_known": len(weights.indices)}
            return weights, statistics.chunks

    def _select(
        self, tenant: Tenant, plan: Plan, fused: Sequence[Fused], trace: Trace
    ) -> tuple[Selection, int]:
        """Return the best candidates that may be shown now, and how many before them may not.

        Looks down the fused list, twice as far each time, until there are hits enough.
        """
        selection = Selection.of(plan)
        looked, hidden, step = 0, 0, plan.limit + SPARE
        while looked < len(fused) and not selection.is_full:
            part = fused[looked : looked + step]
            looked, step = looked + len(part), 2 * step
            with trace.step("check_visible") as facts, self._records.read() as connection:
                found = chunks.visible(connection, tenant, [one.chunk_id for one in part])
                hidden += len(part) - len(found)
                facts |= {"looked_at": len(part), "visible": len(found)}
            with trace.step("select") as facts:
                for one in part:
                    if one.chunk_id in found:
                        selection.offer(one, found[one.chunk_id])
                facts |= selection.facts()
        return selection, hidden

    def _stitch(
        self, tenant: Tenant, plan: Plan, selection: Selection, trace: Trace
    ) -> Sequence[HitContext | None]:
        if not plan.context:
            return [None] * len(selection.hits)
        found = [passage.chunk for _, passage in selection.hits]
        with trace.step("stitch") as facts, self._records.read() as connection:
            beside = neighbours(connection, tenant, found, plan.context)
            contexts = stitch(found, beside, selection.folded, lambda text: self._mark(text, plan))
            passages = sum(len(one.before) + len(one.after) for one in contexts)
            facts |= {"reach": plan.context, "passages": passages}
        return contexts

    def _mark(self, text: str, plan: Plan) -> list[Span]:
        return highlights(text, plan.terms, self._sparse)

    def _hit(
        self, plan: Plan, rank: int, fused: Fused, passage: Passage, context: HitContext | None
    ) -> Hit:
        chunk = passage.chunk
        return Hit(
            rank=rank,
            score=round(fused.score, SCORE_DIGITS),
            dense_score=_rounded(fused.dense),
            sparse_score=_rounded(fused.sparse),
            text=chunk.text,
            highlights=self._mark(chunk.text, plan),
            context=context,
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
                event=passage.event,
            ),
        )


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, SCORE_DIGITS)


def _is_cut(candidates: Candidates, plan: Plan) -> bool:
    """Tell whether a retriever may hold more than it was asked for."""
    return plan.candidates <= max(len(candidates.dense), len(candidates.sparse))


def _plan_facts(plan: Plan) -> dict[str, object]:
    return {
        "query": plan.query,
        "knowledge_bases": sorted(plan.knowledge_bases.values()),
        "filters": to_json(plan.filters),
        "terms": len(plan.terms),
        "candidates": plan.candidates,
    }


def _embed(index: ServingIndex, plan: Plan, trace: Trace) -> FloatVector:
    with trace.step("embed") as facts:
        facts |= {"model": index.model.name, "generation": index.number}
        vector: FloatVector = index.encoder.encode([plan.query])[0]
        return vector
