"""Measures retrieval on a judged collection, through the search that the product serves.

Documents go through the product's reading, chunking, encoders, records and index; questions
through `Searcher`, at most one passage of a document, `DEPTH` documents deep. A single retriever
is the same search with the other one left out.
"""

import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from catalystindex import __version__
from catalystindex.config.settings import Settings
from catalystindex.embedding import sparse as bm25
from catalystindex.embedding.encoder import LocalEncoder, load_encoder
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.jobs.bench_index import (
    KNOWLEDGE_BASE,
    TENANT,
    BenchIndex,
    IndexBuilder,
    Progress,
    corpus_hash,
    document_id,
    index_key,
)
from catalystindex.jobs.bench_report import (
    CollectionReport,
    Comparison,
    Latency,
    LoadReport,
    RetrievalReport,
    SystemReport,
)
from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import EvaluationDataMissing, InvalidRequest
from catalystindex.model.search import MAX_HITS, SearchRequest
from catalystindex.search.evaluate import metrics
from catalystindex.search.evaluate.bootstrap import (
    RESAMPLES,
    Interval,
    interval,
    paired_difference,
)
from catalystindex.search.evaluate.collection import (
    EvalQuery,
    read_corpus,
    read_judgements,
    read_questions,
)
from catalystindex.search.fuse import DENSE_WEIGHT
from catalystindex.search.plan import CANDIDATES
from catalystindex.search.service import BOTH, Retriever, Searcher

FUSION = "fusion"
SYSTEMS: dict[str, Sequence[Retriever]] = {
    "dense": ("dense",),
    "sparse": ("sparse",),
    FUSION: BOTH,
}
DEPTH = MAX_HITS
"""Documents ranked for a query: what Recall@100 needs."""

NDCG, RECALL, MRR = "ndcg@10", "recall@100", "mrr@10"
CUT = 10
MAX_QUERY = 4000
"""Characters of a search; longer questions of a collection are cut, and counted."""

WARM_UP = 5
PACKAGES = ("numpy", "onnxruntime", "openvino", "qdrant-edge-py", "sqlalchemy", "tokenizers")


@dataclass(frozen=True)
class Options:
    """What a run measures. ``keep``: where indexes are kept and looked for; None keeps nothing."""

    mode: str = "economy"
    split: str | None = None
    limit_queries: int | None = None
    systems: Sequence[str] = tuple(SYSTEMS)
    seed: int = 0
    keep: Path | None = None

    def check(self) -> None:
        """Raise `InvalidRequest` for what this version does not measure."""
        if self.mode != "economy":
            raise InvalidRequest(
                f"The mode {self.mode!r} cannot be measured: only 'economy' is there. Premium "
                "(reranking by a paid model) is not available yet.",
                field="mode",
            )
        unknown = [name for name in self.systems if name not in SYSTEMS]
        if unknown or not self.systems:
            known = ", ".join(SYSTEMS)
            named = ", ".join(unknown) or "nothing"
            raise InvalidRequest(f"There is no retriever {named}: {known}.", field="retrievers")


@dataclass(frozen=True)
class _Run:
    """What one system answered, query by query: document ids, and the seconds of each."""

    rankings: list[list[str]]
    seconds: list[float]

    def values(self, queries: Sequence[EvalQuery]) -> dict[str, list[float]]:
        """Return each measure of each query."""
        pairs = [(found, query.judged) for found, query in zip(self.rankings, queries, strict=True)]
        return {
            NDCG: [metrics.ndcg(found, judged, CUT) for found, judged in pairs],
            RECALL: [metrics.recall(found, judged, DEPTH) for found, judged in pairs],
            MRR: [metrics.reciprocal_rank(found, judged, CUT) for found, judged in pairs],
        }


class RetrievalBench:
    """One run over one collection. ``progress`` hears of documents loaded and queries asked."""

    def __init__(self, settings: Settings, folder: Path, options: Options) -> None:
        options.check()
        self._settings, self._folder, self._options = settings, folder, options
        self._judged = read_judgements(folder, options.split)
        self._questions = read_questions(folder, self._judged)
        self._queries = self._questions.queries[: options.limit_queries]
        self._ids = {document_id(one.id): one.id for one in read_corpus(folder)}
        if not self._ids:
            raise EvaluationDataMissing(f"The corpus in {folder} holds no document.")

    @property
    def steps(self) -> int:
        """How much `run` will report as progress."""
        return len(self._ids) + (len(self._options.systems) + 1) * len(self._queries)

    def run(self, progress: Progress) -> RetrievalReport:
        """Build or open the index, ask every query of every system, and measure."""
        encoder = load_encoder(self._settings.embedding)
        builder = IndexBuilder(self._settings, encoder, SystemClock())
        corpus = corpus_hash(read_corpus(self._folder))
        with ExitStack() as stack:
            key = index_key(corpus, builder.policy, encoder, self._settings.embedding)
            place = self._place(stack) / key
            index = builder.open(place, read_corpus(self._folder), progress)
            stack.callback(index.close)
            serving = ServingIndex(1, "edge", encoder.reference, encoder, index.vectors)
            searcher = Searcher(index.records, IndexHolder(serving), Bm25Encoder(), lambda: 0)
            return self._report(searcher, index, corpus, encoder, builder, progress)

    def _place(self, stack: ExitStack) -> Path:
        if self._options.keep is not None:
            return self._options.keep
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="catalyst-bench-")))

    def _report(
        self,
        searcher: Searcher,
        index: BenchIndex,
        corpus: str,
        encoder: LocalEncoder,
        builder: IndexBuilder,
        progress: Progress,
    ) -> RetrievalReport:
        runs = {
            name: self._ask(searcher, SYSTEMS[name], DEPTH, 1, progress)
            for name in self._options.systems
        }
        default = self._ask(searcher, BOTH, CUT, None, progress)
        values = {name: run.values(self._queries) for name, run in runs.items()}
        return RetrievalReport(
            collection=self._collection(index, corpus),
            systems=[self._system(name, runs[name], values[name]) for name in runs],
            comparison=self._comparison(values),
            default_search=latency(default.seconds),
            load=load_report(index),
            settings=self._used(encoder, builder),
            versions=versions(),
            machine=machine(),
        )

    def _ask(
        self,
        searcher: Searcher,
        retrievers: Sequence[Retriever],
        limit: int,
        per_document: int | None,
        progress: Progress,
    ) -> _Run:
        requests = [
            SearchRequest(
                query=query.text[:MAX_QUERY],
                knowledge_bases=[KNOWLEDGE_BASE],
                limit=limit,
                per_document=per_document,
            )
            for query in self._queries
        ]
        for request in requests[:WARM_UP]:
            searcher.search(TENANT, request, retrievers)
        run = _Run([], [])
        for request in requests:
            began = time.perf_counter()
            answer = searcher.search(TENANT, request, retrievers)
            run.seconds.append(time.perf_counter() - began)
            run.rankings.append([self._ids[hit.citation.document_id] for hit in answer.hits])
            progress(1)
        return run

    def _system(self, name: str, run: _Run, values: Mapping[str, Sequence[float]]) -> SystemReport:
        seed = self._options.seed
        return SystemReport(
            name=name,
            metrics={metric: interval(found, seed=seed) for metric, found in values.items()},
            unanswered=sum(not ranking for ranking in run.rankings),
            latency=latency(run.seconds),
        )

    def _comparison(self, values: Mapping[str, Mapping[str, Sequence[float]]]) -> Comparison | None:
        if any(name not in values for name in SYSTEMS):
            return None
        singles = [name for name in SYSTEMS if name != FUSION]
        best = max(singles, key=lambda name: sum(values[name][NDCG]))
        differences: dict[str, Interval] = {
            metric: paired_difference(
                values[FUSION][metric], values[best][metric], seed=self._options.seed
            )
            for metric in (NDCG, RECALL, MRR)
        }
        return Comparison(best_single=best, differences=differences)

    def _collection(self, index: BenchIndex, corpus: str) -> CollectionReport:
        loading, judged, questions = index.loading, self._judged, self._questions
        known = set(self._ids.values())
        named = {document for query in self._queries for document in query.judged}
        return CollectionReport(
            name=self._folder.resolve().name,
            split=judged.split,
            corpus_hash=corpus,
            documents=loading.documents,
            documents_indexed=loading.indexed,
            documents_refused=dict(sorted(loading.refused.items())),
            documents_without_title=loading.without_title,
            chunks=loading.chunks,
            queries=len(self._queries),
            queries_judged=len(judged.grades),
            queries_missing=questions.missing,
            queries_without_relevant=sum(
                max(query.judged.values()) < metrics.RELEVANT for query in self._queries
            ),
            queries_cut=sum(len(query.text) > MAX_QUERY for query in self._queries),
            judgements=judged.judgements,
            judgements_repeated=judged.repeated,
            judged_documents_missing=len(named - known),
        )

    def _used(
        self, encoder: LocalEncoder, builder: IndexBuilder
    ) -> dict[str, str | int | float | bool | None]:
        options, policy = self._options, builder.policy
        return {
            "mode": options.mode,
            "seed": options.seed,
            "resamples": RESAMPLES,
            "limit_queries": options.limit_queries,
            "depth": DEPTH,
            "candidates": CANDIDATES,
            "dense_weight": DENSE_WEIGHT,
            "bm25_k1": bm25.K1,
            "bm25_b": bm25.B,
            "bm25_average_length": bm25.AVERAGE_LENGTH,
            "policy": policy.name,
            "policy_revision": policy.revision,
            "max_tokens": policy.max_tokens,
            "context_tokens": policy.context_tokens,
            "model": encoder.identity.name,
            "model_digest": encoder.identity.digest,
            "model_dimension": encoder.identity.dimension,
            "embedding_engine": encoder.engine,
            "embedding_precision": self._settings.embedding.precision,
            "embedding_batch_tokens": self._settings.embedding.batch_tokens,
            "embedding_threads": self._settings.embedding.threads,
        }


def latency(seconds: Sequence[float]) -> Latency:
    """Return the percentiles (linear between neighbours) of some searches' times."""
    times = np.asarray(seconds) * 1000
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    return Latency(
        searches=len(times),
        queries_per_second=round(1000 / float(times.mean()), 1),
        mean=round(float(times.mean()), 2),
        p50=round(float(p50), 2),
        p95=round(float(p95), 2),
        p99=round(float(p99), 2),
        worst=round(float(times.max()), 2),
    )


def load_report(index: BenchIndex) -> LoadReport:
    """Return how long loading took, or had taken."""
    stages, loading = index.loading.seconds, index.loading
    total = sum(stages.values())
    return LoadReport(
        reused=index.reused,
        seconds=round(total, 2),
        documents_per_second=round(loading.documents / total, 1),
        stages={name: round(spent, 2) for name, spent in sorted(stages.items())},
    )


def versions() -> dict[str, str]:
    """Return the versions of everything that may move a number."""
    found = {"catalystindex": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found | {"sqlite": sqlite3.sqlite_version}


def machine() -> dict[str, str | int]:
    """Return what of the machine moves times; nothing of it moves a measure of quality."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "architecture": platform.machine(),
        "system": platform.system(),
    }
