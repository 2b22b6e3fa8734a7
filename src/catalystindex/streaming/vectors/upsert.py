"""Texts with their vectors into every store: artifacts, points, and last the records.

Points and artifacts of a version that no record knows are seen by nobody, so a failure anywhere
before the commit leaves nothing that answers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from catalystindex.audit.chain import Action, action, timestamp
from catalystindex.documents.artifacts import (
    ChunkVectors,
    encode_chunks,
    encode_parsed,
    encode_vectors,
)
from catalystindex.documents.pipeline import Pipeline
from catalystindex.documents.points import batches, chunks_of, points_of
from catalystindex.documents.removal import Remover
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.model.errors import CatalystError, Unavailable
from catalystindex.model.tenant import Tenant
from catalystindex.stores.artifacts.base import CHUNKS, PARSED, RAW, VersionPlace
from catalystindex.stores.artifacts.layered import LayeredArtifacts
from catalystindex.stores.records import event_texts, terms
from catalystindex.stores.records.documents import NewVersion, version_exists
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.event_texts import Stamp, TextVersion
from catalystindex.streaming.vectors.split import SplitText
from catalystindex.telemetry.logs import logger

log = logger(__name__)


class ReadyText(NamedTuple):
    """A text that was split and embedded. ``raw`` is the event as the log has it."""

    new: NewVersion
    stamp: Stamp
    raw: bytes
    split: SplitText
    vectors: ChunkVectors


@dataclass(frozen=True)
class Came:
    """Where events came from: whose they are, and what the audit entry says of their place."""

    tenant: Tenant
    base_id: str
    partition: int
    position: int

    def action(self, name: str, **counts: int) -> Action:
        """Return the entry for something that was done with some of them."""
        place = {"partition": self.partition, "position": self.position}
        return action(name, self.base_id, **place, **counts)


class Upserter:
    """Writes texts and takes them away. The only caller of its parts that changes event texts."""

    def __init__(
        self,
        records: Records,
        artifacts: LayeredArtifacts,
        holder: IndexHolder,
        pipeline: Pipeline,
        remover: Remover,
    ) -> None:
        self._records, self._artifacts, self._holder = records, artifacts, holder
        self._pipeline, self._remover = pipeline, remover
        self._behind: list[Callable[[], None]] = []

    def put(self, came: Came, index: ServingIndex, texts: Sequence[ReadyText]) -> bool:
        """Make texts searchable, all or none; tell whether ``index`` is still the one in force.

        If not nothing is visible: another encoder may be asked for. Raises `Unavailable` when a
        store cannot be written, or a newer event came in between.
        """
        with self._pipeline.locks.documents(one.new.document_id for one in texts):
            with store_explained("artifacts of event texts"):
                self._pack(came, index, texts)
            with self._pipeline.applying:
                if self._holder.current() is not index:
                    return False
                self._apply(came, index, texts)
        return True

    def remove(self, came: Came, taken: Mapping[str, Stamp]) -> None:
        """Take texts away from every read and keep the stamps; the rest is owed (`catch_up`).

        Most of these events never had a text: the audit entry tells how many did. Raises
        `Unavailable`.
        """
        done = came.action("events.remove", events=len(taken), texts=0)
        with self._pipeline.applying, self._records.change(came.tenant, done) as connection:
            self._stamp(connection, came, taken)
            pending = event_texts.remove(connection, came.tenant, came.base_id, sorted(taken))
            done.details["texts"] = len(pending)  # the entry is written when the change is done
        self._behind += [partial(self._remover.follow, pending)] if pending else []

    def catch_up(self) -> None:
        """Let index and artifacts follow what the records have done; what fails is kept.

        Raises `Unavailable`: the caller comes again, and so does this. After a crash the next start
        does it.
        """
        while self._behind:
            with store_explained("vector index"):
                self._behind[0]()
            self._behind.pop(0)

    def _pack(self, came: Came, index: ServingIndex, texts: Sequence[ReadyText]) -> None:
        name = index.model.vectors_artifact
        objects: dict[str, bytes] = {}
        for one in texts:
            path = self._place(came, one).path
            objects[path(RAW)] = one.raw
            objects[path(PARSED)] = encode_parsed(one.split.parsed)
            objects[path(CHUNKS)] = encode_chunks(one.split.drafts)
            objects[path(name)] = encode_vectors(one.vectors)
        self._artifacts.pack(objects)

    def _apply(self, came: Came, index: ServingIndex, texts: Sequence[ReadyText]) -> None:
        with store_explained("vector index"):
            self._upsert(came, index, texts)
        try:
            replaced = self._commit(came, texts)
        except CatalystError:
            self._take_back(came, index, texts)
            raise
        self._pipeline.advance()
        if replaced:
            self._behind.append(partial(self._remove_versions, came.tenant, replaced))

    def _remove_versions(self, tenant: Tenant, versions: Sequence[str]) -> None:
        with self._pipeline.applying:
            for version in versions:
                self._holder.current().vectors.remove_version(tenant, version)

    def _upsert(self, came: Came, index: ServingIndex, texts: Sequence[ReadyText]) -> None:
        points = (
            point
            for one in texts
            for point in points_of(
                self._place(came, one),
                one.new.media_type,
                one.new.metadata,
                one.split.drafts,
                one.vectors,
            )
        )
        self._pipeline.wrote()
        for batch in batches(points):
            index.vectors.upsert(came.tenant, batch)

    def _commit(self, came: Came, texts: Sequence[ReadyText]) -> list[str]:
        versions = [self._version(came, one) for one in texts]
        points = sum(len(one.chunks) for one in versions)
        done = came.action("events.index", texts=len(texts), points=points)
        with self._records.change(came.tenant, done) as connection:
            self._stamp(connection, came, {one.new.document_id: one.stamp for one in texts})
            replaced = event_texts.index(
                connection, came.tenant, came.base_id, versions, self._now()
            )
        return sorted(replaced.values())

    def _stamp(self, connection: Connection, came: Came, new: Mapping[str, Stamp]) -> None:
        """Note the events, if they are newer than what holds: compared where it is written."""
        if not event_texts.base_exists(connection, came.tenant, came.base_id):
            raise Unavailable("The knowledge base of event texts was deleted just now.")
        held = event_texts.stamps(connection, came.base_id, sorted(new))
        if any(stamp <= held[one] for one, stamp in new.items() if one in held):
            raise Unavailable("A newer event of the same entity was applied just now.")
        event_texts.stamp(connection, came.base_id, new)

    def _version(self, came: Came, one: ReadyText) -> TextVersion:
        return TextVersion(
            new=one.new,
            reading={"parser": one.split.parsed.parser},
            chunks=chunks_of(self._place(came, one), one.split.parsed.text, one.split.drafts),
            counts=terms.count_terms([sparse.indices for sparse in one.vectors.sparse]),
        )

    def _take_back(self, came: Came, index: ServingIndex, texts: Sequence[ReadyText]) -> None:
        """Remove what was written of versions that did not become visible.

        A commit whose end nobody saw may have been made: what is recorded stays. What cannot be
        removed now is rewritten by the next attempt, or removed at the next start.
        """
        try:
            with self._records.read() as connection:
                lost = [one for one in texts if not version_exists(connection, one.new.id)]
            for one in lost:
                index.vectors.remove_version(came.tenant, one.new.id)
            self._artifacts.unpack([self._place(came, one).path("").rstrip("/") for one in lost])
        except (CatalystError, RuntimeError, OSError) as error:
            log.warning("event_texts_left", reason=type(error).__name__)

    def _place(self, came: Came, one: ReadyText) -> VersionPlace:
        return VersionPlace(came.tenant.key, came.base_id, one.new.document_id, one.new.id)

    def _now(self) -> str:
        return timestamp(self._records.clock.now())


@contextmanager
def store_explained(store: str) -> Iterator[None]:
    """Turn what an engine raises when it cannot write into `Unavailable`."""
    try:
        yield
    except (RuntimeError, OSError) as error:
        raise Unavailable(f"The {store} cannot be written: {error}") from error
