"""Putting an owner together: every part opened in order, checked, and closed in reverse."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import Key

from catalystindex.config.profiles import check_profile
from catalystindex.config.sections import EmbeddingSettings
from catalystindex.config.settings import Settings
from catalystindex.documents.compaction import Compactor
from catalystindex.documents.library import Library
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.pipeline import Pipeline
from catalystindex.documents.policies import Policies
from catalystindex.documents.reconcile import reconcile
from catalystindex.documents.reindex.reindexer import Parts
from catalystindex.documents.reindex.requests import ReindexRequests
from catalystindex.documents.reindex.service import Reindexer
from catalystindex.documents.removal import Remover
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.embedding.encoder import LocalEncoder, load_encoder, load_named, load_tokenizer
from catalystindex.embedding.serving import IndexHolder
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.jobs.service import Jobs
from catalystindex.jobs.submissions import Submissions
from catalystindex.jobs.watchers import Watchers
from catalystindex.jobs.worker import WorkerSetup
from catalystindex.model.clock import Clock, SystemClock
from catalystindex.owner.detection import check_detectors
from catalystindex.owner.index import Engines, engines_of, open_index, wanted_engine
from catalystindex.owner.lock import OwnerLock
from catalystindex.owner.maintenance import Maintenance
from catalystindex.owner.sources import require_sources
from catalystindex.owner.stream import Stream, sinks_of, start_stream
from catalystindex.owner.work import Foundation, Work, start_work
from catalystindex.search.service import Searcher
from catalystindex.security.keys import KEY_FILE, key_set, load_or_create_key
from catalystindex.security.tokens import TokenIssuer, TokenVerifier
from catalystindex.stores.artifacts.layered import LayeredArtifacts
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.artifacts.packed import FILE_NAME as PACKED_FILE
from catalystindex.stores.artifacts.packed import PackedArtifacts
from catalystindex.stores.graphs.base import GraphStore
from catalystindex.stores.graphs.ladybug import LadybugGraphs
from catalystindex.stores.records.engine import Records, open_records
from catalystindex.stores.vectors.base import VectorStore
from catalystindex.streaming.dead_letters import DeadEvents
from catalystindex.streaming.service import Events
from catalystindex.streaming.vectors.sink import VectorParts, VectorSink
from catalystindex.telemetry.metrics import Metrics

ARTIFACT_FOLDER = "artifacts"
GRAPH_FOLDER = "graphs"
PRIVATE = 0o077
"""Nobody else reads what the owner writes, whatever the mode of a folder made beforehand."""
BUILD_TIMEOUT = 4 * 3600.0
"""Seconds an index generation may take: it stalls nothing, so the bound is only against hangs."""


@dataclass(frozen=True)
class Owner:
    """Everything the owner process works with. Close it to let go of the data folder."""

    settings: Settings
    clock: Clock
    lock: OwnerLock
    records: Records
    index: IndexHolder
    reindexer: Reindexer
    reindexing: ReindexRequests
    library: Library
    remover: Remover
    searcher: Searcher
    event_texts: VectorSink
    work: Work
    stream: Stream
    graphs: GraphStore
    maintenance: Maintenance
    issuer: TokenIssuer
    verifier: TokenVerifier
    metrics: Metrics
    closing: ExitStack

    @property
    def vectors(self) -> VectorStore:
        """The vectors of the generation in force."""
        return self.index.current().vectors

    @property
    def submissions(self) -> Submissions:
        """Where documents are handed in."""
        return self.work.submissions

    @property
    def jobs(self) -> Jobs:
        """The jobs of all workspaces."""
        return self.work.jobs

    @property
    def events(self) -> Events:
        """Where events are handed in."""
        return self.stream.events

    @property
    def dead_events(self) -> DeadEvents:
        """Events that a consumer cannot apply."""
        return self.stream.dead_events

    @property
    def watchers(self) -> Watchers:
        """Who waits for a document."""
        return self.work.watchers

    def close(self) -> None:
        """Stop the workers, close the stores, release the lock."""
        self.closing.close()


def key_file(settings: Settings) -> Path:
    """Return where the signing key is."""
    return settings.security.key_file or settings.data_dir / KEY_FILE


def open_owner(
    settings: Settings, command: str, clock: Clock | None = None, *, serves: bool = False
) -> Owner:
    """Take a data folder, bring its stores into agreement, and start the workers.

    An owner that ``serves`` has a queue that workers elsewhere can reach; that of a command has
    one in its own process. Raises `ConfigurationError`, `DependencyMissing`, `OwnerLocked` and
    `Unavailable`; nothing is left open then.
    """
    check_profile(settings)
    if serves:
        require_sources(settings.acquisition)
        check_detectors(settings)
    os.umask(PRIVATE)
    with ExitStack() as stack:
        lock = OwnerLock(settings.data_dir, command, clock or SystemClock())
        stack.callback(lock.release)
        stores = _open_stores(settings, command, clock or SystemClock(), stack)
        reconcile(stores.records, stores.index.current(), stores.artifacts, stores.remover)
        owner = _start(settings, lock, stores, stack, serves=serves)
        owner.closing.push(stack.pop_all().__exit__)
    return owner


@dataclass(frozen=True)
class _Stores:
    clock: Clock
    key: Key
    encoder: LocalEncoder
    records: Records
    engines: Engines
    index: IndexHolder
    artifacts: LayeredArtifacts
    cache: EmbeddingCache
    pipeline: Pipeline
    remover: Remover
    graphs: GraphStore
    metrics: Metrics


def _open_stores(settings: Settings, command: str, clock: Clock, stack: ExitStack) -> _Stores:
    load_registry(settings.parsing)  # refuses a parser that is not there, before any document
    data = settings.data_dir
    key = load_or_create_key(key_file(settings))
    encoder = load_encoder(settings.embedding)
    records = open_records(settings.records, data, clock, owner=command)
    stack.callback(records.close)
    packed = PackedArtifacts(data / PACKED_FILE)
    stack.callback(packed.close)
    artifacts = LayeredArtifacts(LocalArtifacts(data / ARTIFACT_FOLDER), packed)
    engines = engines_of(settings)
    index = open_index(settings, records, artifacts, engines, encoder)
    stack.callback(index.close)
    cache = EmbeddingCache(data / "embeddings.sqlite", settings.embedding.cache_entries)
    stack.callback(cache.close)
    graphs = LadybugGraphs(data / GRAPH_FOLDER, settings.graph)
    stack.callback(graphs.close)
    metrics = Metrics()
    pipeline = Pipeline(records, index, artifacts, cache)
    return _Stores(
        clock=clock,
        key=key,
        encoder=encoder,
        records=records,
        engines=engines,
        index=index,
        artifacts=artifacts,
        cache=cache,
        pipeline=pipeline,
        remover=Remover(records, index, artifacts, cache, pipeline),
        graphs=graphs,
        metrics=metrics,
    )


def _start(
    settings: Settings, lock: OwnerLock, stores: _Stores, stack: ExitStack, *, serves: bool
) -> Owner:
    metrics = stores.metrics
    setup = WorkerSetup(
        embedding=settings.embedding,
        limits=settings.limits,
        parsing=settings.parsing,
        logging=settings.logging,
        artifact_folder=settings.data_dir.resolve() / ARTIFACT_FOLDER,
        packed_file=settings.data_dir.resolve() / PACKED_FILE,
    )
    rebuilds = ComputeWorker(setup, BUILD_TIMEOUT)
    reindexer = _reindexer(settings, stores)
    maintenance = Maintenance(
        Compactor(stores.records, stores.index, stores.pipeline),
        reindexer,
        rebuilds,
        metrics,
        settings.vectors.rebuild_after,
    )
    reindexer.wake = maintenance.wake
    maintenance.start()
    stack.callback(maintenance.stop)
    policies = Policies(stores.records, stores.encoder.identity.max_tokens)
    library = _library(settings, stores, policies)
    foundation = Foundation(
        stores.records,
        stores.artifacts,
        stores.pipeline,
        library,
        setup.model_copy(update={"embedding": _shared(settings)}),
        metrics,
    )
    work = start_work(settings, foundation, stack, serves=serves)
    work.desk.after_document = maintenance.wake
    event_texts = _event_texts(settings, stores, maintenance)
    sinks = sinks_of(settings, stores.graphs, event_texts)
    stream = start_stream(settings, stores.records, metrics, sinks, stack)
    return Owner(
        settings=settings,
        clock=stores.clock,
        lock=lock,
        records=stores.records,
        index=stores.index,
        reindexer=reindexer,
        reindexing=ReindexRequests(stores.records, reindexer, policies.resolve),
        library=library,
        remover=stores.remover,
        searcher=Searcher(stores.records, stores.index, Bm25Encoder(), stores.pipeline.epoch),
        event_texts=event_texts,
        work=work,
        stream=stream,
        graphs=stores.graphs,
        maintenance=maintenance,
        issuer=TokenIssuer(stores.key, settings.security, stores.clock),
        verifier=TokenVerifier(key_set(stores.key), settings.security, stores.clock),
        metrics=metrics,
        closing=ExitStack(),
    )


def _library(settings: Settings, stores: _Stores, policies: Policies) -> Library:
    consumers = settings.consumers
    return Library(
        stores.records,
        stores.artifacts,
        stores.pipeline.locks,
        policies,
        reserved=consumers.knowledge_base if consumers.vectors else None,
    )


def _event_texts(settings: Settings, stores: _Stores, maintenance: Maintenance) -> VectorSink:
    parts = VectorParts(
        stores.records,
        stores.artifacts,
        stores.index,
        stores.pipeline,
        stores.remover,
        stores.cache,
        lambda model: load_tokenizer(model, settings.embedding),
        maintenance.wake,
    )
    return VectorSink(parts, settings.consumers.knowledge_base)


def _shared(settings: Settings) -> EmbeddingSettings:
    """Return how each of several compute workers embeds: with its share of the processors.

    Engines take all of them by themselves, and would only wait for each other.
    """
    workers = settings.jobs.workers
    if settings.embedding.threads or workers < 2:  # alone it has all of them
        return settings.embedding
    share = max(1, (os.cpu_count() or 1) // workers)
    return settings.embedding.model_copy(update={"threads": share})


def _reindexer(settings: Settings, stores: _Stores) -> Reindexer:
    parts = Parts(
        stores.records,
        stores.artifacts,
        stores.pipeline,
        stores.index,
        stores.engines,
        lambda model: load_named(model, settings.embedding),
    )
    wanted = (wanted_engine(settings), stores.encoder.reference)
    return Reindexer(parts, stores.cache, wanted, wake=lambda: None)
