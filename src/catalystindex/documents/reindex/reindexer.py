"""Building a generation beside the one that answers, until it can be swapped in.

    recorded -> prepare every document -> fill the index -> catch up -> swap

Everything that is done is kept in artifacts, records and the new index, and looked for before it
is done again: a build that was killed goes on at the next start. Documents that arrive, change or
go meanwhile are caught up with in rounds, the last one while nothing is applied.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalystindex.audit.chain import timestamp
from catalystindex.documents.pipeline import Compute, Pipeline
from catalystindex.documents.rebuild import compact
from catalystindex.documents.reconcile import place_of, restore
from catalystindex.documents.reindex.activation import Cancelled, activate
from catalystindex.documents.reindex.prepare import Preparer
from catalystindex.documents.reindex.targets import Target, as_indexed, find_targets
from catalystindex.embedding.base import TextEncoder
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import (
    CatalystError,
    ConfigurationError,
    ProcessingFailed,
    Unavailable,
)
from catalystindex.model.generation import EngineName, GenerationState
from catalystindex.model.tenant import Tenant
from catalystindex.stores.artifacts.base import ArtifactStore
from catalystindex.stores.records import generations
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.generations import StoredGeneration
from catalystindex.stores.records.processing import IndexedVersion
from catalystindex.stores.vectors.edge import EdgeVectorStore
from catalystindex.stores.vectors.engines import VectorEngine

COMPACT_OVER = 2_000
"""Points lacking beyond which a worker builds an embedded index; fewer are simply written."""

OPEN_ROUNDS = 8
"""Rounds of catching up beside ingestion, before the rest is done while it waits."""

PROGRESS_EVERY = 25
"""Documents prepared between two notes of progress in the records."""


@dataclass(frozen=True)
class Parts:
    """What a build works with."""

    records: Records
    artifacts: ArtifactStore
    pipeline: Pipeline
    holder: IndexHolder
    engines: Mapping[EngineName, VectorEngine]
    load: Callable[[EncoderRef], TextEncoder]


class Build:
    """One build, from its record to the swap. Raises `Cancelled` soon after ``stop`` is set."""

    def __init__(
        self,
        parts: Parts,
        generation: StoredGeneration,
        preparer: Preparer,
        compute: Compute,
        stop: threading.Event,
    ) -> None:
        self._parts, self._generation = parts, generation
        self._preparer, self._compute, self._stop = preparer, compute, stop

    def run(self, tenant: Tenant) -> list[int]:
        """Build and swap; return the numbers of the generations that are retired by it.

        Raises `ConfigurationError` when the encoder cannot be loaded or the engine is not set up,
        and what ``compute`` and the engine raise. The generation that answers is then what it was.
        """
        parts, own = self._parts, self._generation
        if own.engine not in parts.engines:
            raise ConfigurationError(f"The engine {own.engine!r} is not set up.", key="vectors.url")
        serving = parts.holder.current()
        encoder = serving.encoder if serving.model == own.model else parts.load(own.model)
        vectors = parts.engines[own.engine].open(own.number, own.model.dimension)
        index = ServingIndex(own.number, own.engine, own.model, encoder, vectors)
        try:
            for _ in range(OPEN_ROUNDS):
                self._catch_up(index)
                with parts.pipeline.applying:
                    if not self._lacking(index):
                        return self._swap(tenant, index)
            with parts.pipeline.applying:
                self._catch_up(index)
                return self._swap(tenant, index)
        except BaseException:
            if parts.holder.current() is not index:
                vectors.close()
            raise

    def _catch_up(self, index: ServingIndex) -> None:
        """Prepare what is not prepared, and bring the index to hold just what it is to hold."""
        self._prepare()
        lacking = self._lacking(index)
        points = sum(version.chunks for version in lacking)
        if points > COMPACT_OVER and isinstance(index.vectors, EdgeVectorStore):
            compact(
                index.vectors,
                index.model,
                self._wanted,
                self._parts.pipeline.applying,
                self._compute,
            )
            lacking = self._lacking(index)
        for version in lacking:
            self._check()
            self._restore(version, index)
        self._note_points(index)

    def _prepare(self) -> None:
        targets = self._targets()
        for number, target in enumerate(targets):
            self._check()
            self._prepare_one(target)
            if number % PROGRESS_EVERY == 0:
                self._note(len(targets), number, 0)

    def _prepare_one(self, target: Target) -> None:
        """Prepare a document; whatever fails for one that is gone by now has not failed."""
        try:
            self._preparer.prepare(self._generation, target)
        except Exception as error:
            if not self._answers(target):
                self._parts.pipeline.discard_deleted(place_of(target.source))
                return
            raise _of_document(target.source.document_id, error) from error

    def _restore(self, version: IndexedVersion, index: ServingIndex) -> None:
        try:
            restore(version, index, self._parts.artifacts)
        except FileNotFoundError:
            if version.version_id in self._wanted():
                raise

    def _lacking(self, index: ServingIndex) -> list[IndexedVersion]:
        """Return the versions that are not held whole; those held in excess are removed.

        A document that is not prepared lacks as a whole.
        """
        targets = self._targets()
        wanted = self._wanted()
        held = index.vectors.version_counts()
        for version_id in sorted(held.keys() - wanted.keys()):
            index.vectors.remove_orphan(version_id)
        unprepared = [one.source for one in targets if one.version_id is None]
        short = [one for key, one in wanted.items() if held.get(key, 0) != one.chunks]
        return unprepared + short

    def _swap(self, tenant: Tenant, index: ServingIndex) -> list[int]:
        index.vectors.flush()
        self._note_points(index)
        parts = self._parts
        return activate(parts.records, parts.holder, parts.pipeline, tenant, index, self._targets())

    def _targets(self) -> list[Target]:
        with self._parts.records.read() as connection:
            return find_targets(connection, self._generation, self._parts.holder.current().number)

    def _wanted(self) -> Mapping[str, IndexedVersion]:
        targets = self._targets()
        with self._parts.records.read() as connection:
            return as_indexed(connection, targets)

    def _answers(self, target: Target) -> bool:
        return any(one.source.version_id == target.source.version_id for one in self._targets())

    def _note(self, documents: int, prepared: int, points: int) -> None:
        with self._parts.records.housekeeping() as connection:
            generations.progress(
                connection,
                self._generation.number,
                documents=documents,
                prepared=prepared,
                points=points,
                at=timestamp(self._parts.records.clock.now()),
            )

    def _note_points(self, index: ServingIndex) -> None:
        count = len(self._targets())
        self._note(count, count, sum(index.vectors.version_counts().values()))

    def _check(self) -> None:
        if self._stop.is_set():
            raise Cancelled
        with self._parts.records.read() as connection:
            now = generations.stored(connection, self._generation.number)
        if now.state is not GenerationState.BUILDING:
            raise Cancelled


def _of_document(document_id: str, error: Exception) -> Exception:
    """Return what an error says about a document; one that may pass is given back as it is."""
    if isinstance(error, FileNotFoundError):
        detail, cause = "its artifacts are gone", "artifacts.lost"
    elif isinstance(error, CatalystError) and not isinstance(error, Unavailable):
        detail, cause = error.detail, error.code
    else:
        return error
    return ProcessingFailed(
        f"The document {document_id} cannot be prepared: {detail}",
        document=document_id,
        cause=cause,
    )
