"""Putting an owner together: every part opened in order, checked, and closed in reverse."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import Key

from catalystindex.config.profiles import check_profile
from catalystindex.config.settings import Settings
from catalystindex.documents.library import Library
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.pipeline import Pipeline
from catalystindex.documents.policies import Policies
from catalystindex.documents.rebuild import GenerationBuilder
from catalystindex.documents.reconcile import reconcile
from catalystindex.documents.removal import Remover
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.embedding.encoder import LocalEncoder, load_encoder
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.jobs.dispatcher import Dispatcher
from catalystindex.jobs.worker import WorkerSetup
from catalystindex.model.clock import Clock, SystemClock
from catalystindex.owner.index_model import check_index_model
from catalystindex.owner.lock import OwnerLock
from catalystindex.owner.maintenance import Maintenance
from catalystindex.search.service import Searcher
from catalystindex.security.keys import KEY_FILE, key_set, load_or_create_key
from catalystindex.security.tokens import TokenIssuer, TokenVerifier
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.records.engine import Records, open_sqlite
from catalystindex.stores.vectors.edge import EdgeVectorStore
from catalystindex.telemetry.metrics import Metrics

ARTIFACT_FOLDER = "artifacts"
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
    vectors: EdgeVectorStore
    encoder: LocalEncoder
    library: Library
    remover: Remover
    searcher: Searcher
    dispatcher: Dispatcher
    maintenance: Maintenance
    issuer: TokenIssuer
    verifier: TokenVerifier
    metrics: Metrics
    closing: ExitStack

    def close(self) -> None:
        """Stop the workers, close the stores, release the lock."""
        self.closing.close()


def key_file(settings: Settings) -> Path:
    """Return where the signing key is."""
    return settings.security.key_file or settings.data_dir / KEY_FILE


def open_owner(settings: Settings, command: str, clock: Clock | None = None) -> Owner:
    """Take a data folder, bring its stores into agreement, and start the workers.

    Raises `ConfigurationError`, `DependencyMissing` and `OwnerLocked`; nothing is left open then.
    """
    check_profile(settings)
    os.umask(PRIVATE)
    with ExitStack() as stack:
        lock = OwnerLock(settings.data_dir, command, clock or SystemClock())
        stack.callback(lock.release)
        stores = _open_stores(settings, clock or SystemClock(), stack)
        reconcile(stores.records, stores.vectors, stores.artifacts, stores.remover)
        owner = _start(settings, lock, stores, stack)
        owner.closing.push(stack.pop_all().__exit__)
    return owner


@dataclass(frozen=True)
class _Stores:
    clock: Clock
    key: Key
    encoder: LocalEncoder
    records: Records
    vectors: EdgeVectorStore
    artifacts: LocalArtifacts
    pipeline: Pipeline
    remover: Remover
    metrics: Metrics


def _open_stores(settings: Settings, clock: Clock, stack: ExitStack) -> _Stores:
    load_registry(settings.parsing)  # refuses a parser that is not there, before any document
    data = settings.data_dir
    key = load_or_create_key(key_file(settings))
    encoder = load_encoder(settings.embedding)
    records = open_sqlite(data, clock, settings.records.busy_timeout)
    stack.callback(records.close)
    check_index_model(data / "vectors", encoder.identity)
    vectors = EdgeVectorStore(data / "vectors", encoder.identity.dimension)
    stack.callback(vectors.close)
    artifacts = LocalArtifacts(data / ARTIFACT_FOLDER)
    entries = settings.embedding.cache_entries
    cache = EmbeddingCache(data / "embeddings.sqlite", encoder.identity, entries)
    stack.callback(cache.close)
    metrics = Metrics()
    pipeline = Pipeline(records, vectors, artifacts, cache, metrics)
    remover = Remover(records, vectors, artifacts, cache, pipeline)
    return _Stores(clock, key, encoder, records, vectors, artifacts, pipeline, remover, metrics)


def _start(settings: Settings, lock: OwnerLock, stores: _Stores, stack: ExitStack) -> Owner:
    metrics = stores.metrics
    setup = WorkerSetup(
        embedding=settings.embedding,
        limits=settings.limits,
        parsing=settings.parsing,
        logging=settings.logging,
        artifact_folder=settings.data_dir.resolve() / ARTIFACT_FOLDER,
    )
    jobs = settings.jobs
    workers = [ComputeWorker(setup, jobs.task_timeout) for _ in range(jobs.workers)]
    dispatcher = Dispatcher(stores.records, stores.pipeline, workers, metrics, jobs.max_attempts)
    dimension = stores.encoder.identity.dimension
    builder = GenerationBuilder(stores.records, stores.vectors, stores.pipeline, dimension)
    rebuilds = ComputeWorker(setup, BUILD_TIMEOUT)
    maintenance = Maintenance(builder, rebuilds, metrics, settings.vectors.rebuild_after)
    dispatcher.after_document = maintenance.wake
    for part in (maintenance, dispatcher):
        part.start()
        stack.callback(part.stop)
    policies = Policies(stores.records, stores.encoder.identity.max_tokens)
    library = Library(
        stores.records,
        stores.artifacts,
        stores.pipeline.locks,
        policies,
        dispatcher.is_active,
    )
    return Owner(
        settings=settings,
        clock=stores.clock,
        lock=lock,
        records=stores.records,
        vectors=stores.vectors,
        encoder=stores.encoder,
        library=library,
        remover=stores.remover,
        searcher=Searcher(
            stores.records,
            stores.vectors,
            stores.encoder,
            Bm25Encoder(),
            stores.pipeline.epoch,
        ),
        dispatcher=dispatcher,
        maintenance=maintenance,
        issuer=TokenIssuer(stores.key, settings.security, stores.clock),
        verifier=TokenVerifier(key_set(stores.key), settings.security, stores.clock),
        metrics=metrics,
        closing=ExitStack(),
    )
