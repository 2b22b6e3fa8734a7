"""The consumer group that keeps texts of events searchable.

    plan -> split -> embed -> put, in parts of at most one upsert; then what takes texts away

A part that is done is done for good: handed in again after a failure, its events are known by
their stamps, the texts that were embedded by the cache.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.parse.kinds import EVENT
from catalystindex.documents.pipeline import Pipeline
from catalystindex.documents.removal import Remover
from catalystindex.documents.versions import version_id
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.errors import KnowledgeBaseExists, Unavailable
from catalystindex.model.events.envelope import kind_of
from catalystindex.model.ids import content_hash
from catalystindex.model.knowledge_base import KnowledgeBaseCreate
from catalystindex.model.search import EventCitation
from catalystindex.model.tenant import Tenant
from catalystindex.stores.artifacts.layered import LayeredArtifacts
from catalystindex.stores.records import event_texts, knowledge_bases
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.records.engine import Records
from catalystindex.stores.vectors.base import MAX_UPSERT
from catalystindex.streaming.sink import APPLIED, Batch, Verdict
from catalystindex.streaming.vectors.embed import Embedder
from catalystindex.streaming.vectors.plan import Work, key_of, plan, targets
from catalystindex.streaming.vectors.split import Splitter, SplitText, TokenizerOf
from catalystindex.streaming.vectors.texts import KEYS, EventText, moment_of
from catalystindex.streaming.vectors.upsert import Came, ReadyText, Upserter

GROUP: Final = "vectors"
SWAPS: Final = 3
"""Generations swapped in while one part is embedded, before the batch is handed back."""
DESCRIPTION: Final = "Texts of entities and communications, written by the event stream."


@dataclass(frozen=True)
class VectorParts:
    """What the sink works with: parts of the owner."""

    records: Records
    artifacts: LayeredArtifacts
    holder: IndexHolder
    pipeline: Pipeline
    remover: Remover
    cache: EmbeddingCache
    tokenizer_of: TokenizerOf
    applied: Callable[[], None] = lambda: None
    """Told after each batch: the index may have grown enough to be compacted."""


@dataclass
class Counts:
    """What was done since the start, for metrics and benches."""

    texts: int = 0
    chunks: int = 0
    embedded: int = 0
    """Chunks whose vector was computed; the others had one in the cache or in their batch."""
    removed: int = 0


@dataclass
class _Part:
    """Texts that go together: at most one upsert, or one long text."""

    items: list[tuple[Work, SplitText]] = field(default_factory=list)
    points: int = 0

    def fits(self, split: SplitText) -> bool:
        return not self.items or self.points + len(split.drafts) <= MAX_UPSERT

    def add(self, work: Work, split: SplitText) -> None:
        self.items.append((work, split))
        self.points += len(split.drafts)


class VectorSink:
    """Indexes texts of events. Applies one batch at a time."""

    def __init__(self, parts: VectorParts, knowledge_base: str) -> None:
        self._parts, self._base_name = parts, knowledge_base
        self._embedder = Embedder(parts.cache, Bm25Encoder())
        self._upserter = Upserter(
            parts.records, parts.artifacts, parts.holder, parts.pipeline, parts.remover
        )
        self._splitters: dict[str, Splitter] = {}
        self._applying = threading.Lock()
        self._unreported: set[tuple[str, str]] = set()
        self.counts = Counts()

    @property
    def group(self) -> str:
        """The group's name."""
        return GROUP

    def apply(self, batch: Batch) -> Sequence[Verdict]:
        """Apply a batch and return one verdict per delivery, in order.

        Raises `Unavailable` when a store is away, and `ProcessingFailed` when the encoder fails.
        """
        with self._applying:
            self._upserter.catch_up()
            base_id = self._base(batch.tenant)
            came = Came(batch.tenant, base_id, batch.partition, batch.position)
            documents = targets(batch.tenant, base_id, batch.deliveries)
            with self._parts.records.read() as connection:
                wanted = sorted({one for one in documents if one is not None})
                held = event_texts.stamps(connection, base_id, wanted)
            verdicts, work = plan(batch.deliveries, documents, held)
            self._work(came, work)
            self._parts.applied()
            return self._reported(batch, verdicts)

    def _work(self, came: Came, work: Sequence[Work]) -> None:
        """Apply what holds: texts in parts, then what takes texts away."""
        index = self._parts.holder.current()
        taken: list[Work] = [one for one in work if one.text is None]
        for part in self._parted(index, work, taken):
            self._put(came, index, part)
        if taken:
            self._upserter.remove(came, {one.document_id: one.stamp for one in taken})
            self._done(came.tenant, taken)
            self.counts.removed += len(taken)
            self._upserter.catch_up()

    def _parted(
        self, index: ServingIndex, work: Sequence[Work], unread: list[Work]
    ) -> Iterator[_Part]:
        """Split texts and yield them in parts; one without a chunk is noted as ``unread``."""
        part = _Part()
        for one in work:
            if one.text is None:
                continue
            split = self._splitter(index).split(one.text)
            if not split.drafts:
                unread.append(one)
                continue
            if not part.fits(split):
                yield part
                part = _Part()
            part.add(one, split)
        if part.items:
            yield part

    def _put(self, came: Came, index: ServingIndex, part: _Part) -> None:
        for _ in range(SWAPS):
            ready = self._ready(came, index, part.items)
            if self._upserter.put(came, index, ready):
                self._done(came.tenant, [work for work, _ in part.items])
                self.counts.texts += len(part.items)
                self.counts.chunks += part.points
                self._upserter.catch_up()
                return
            index = self._parts.holder.current()
            part = self._split_again(index, part)
        raise Unavailable("Generations of the index are being swapped; the texts come again.")

    def _split_again(self, index: ServingIndex, part: _Part) -> _Part:
        """Return the part as another generation's encoder counts it."""
        again = _Part()
        for work, split in part.items:
            text = work.text
            again.add(work, split if text is None else self._splitter(index).split(text))
        return again

    def _ready(
        self, came: Came, index: ServingIndex, items: Sequence[tuple[Work, SplitText]]
    ) -> list[ReadyText]:
        texts = [draft.embedded for _, split in items for draft in split.drafts]
        embedded = self._embedder.embed(came.tenant, index, texts)
        self.counts.embedded += embedded.computed
        policy = self._splitter(index).policy.model_dump(mode="json")
        ready: list[ReadyText] = []
        start = 0
        for work, split in items:
            end = start + len(split.drafts)
            vectors = embedded.vectors.part(start, end)
            new = new_version(came.base_id, work, work.text, policy)
            ready.append(ReadyText(new, work.stamp, work.delivery.record.data, split, vectors))
            start = end
        return ready

    def _done(self, tenant: Tenant, work: Sequence[Work]) -> None:
        self._unreported |= {(tenant.key, one.stamp.event_id) for one in work}

    def _reported(self, batch: Batch, decided: Mapping[int, Verdict]) -> list[Verdict]:
        """Return the verdicts; what an earlier attempt at the batch applied was applied."""
        verdicts = []
        for place, delivery in enumerate(batch.deliveries):
            known = (batch.tenant.key, delivery.event.event_id)
            applied = known in self._unreported
            verdicts.append(APPLIED if applied else decided[place])
            self._unreported.discard(known)
        return verdicts

    def _splitter(self, index: ServingIndex) -> Splitter:
        digest = index.model.digest
        if digest not in self._splitters:
            tokenizer = self._parts.tokenizer_of(index.model)
            self._splitters[digest] = Splitter(index.model, tokenizer)
        return self._splitters[digest]

    def _base(self, tenant: Tenant) -> str:
        """Return the id of the workspace's knowledge base of event texts; make it if it lacks."""
        records = self._parts.records
        base_id = knowledge_bases.knowledge_base_id(tenant, self._base_name)
        with records.read() as connection:
            if event_texts.base_exists(connection, tenant, base_id):
                return base_id
        at = timestamp(records.clock.now())
        wanted = KnowledgeBaseCreate(name=self._base_name, description=DESCRIPTION)
        try:
            with records.change(tenant, action("knowledge_base.create", base_id)) as connection:
                knowledge_bases.create(connection, tenant, wanted, at)
                event_texts.fix_keys(connection, base_id, KEYS, at)
        except KnowledgeBaseExists:  # made just now
            return base_id
        return base_id


def new_version(
    base_id: str, work: Work, text: EventText | None, policy: dict[str, object]
) -> NewVersion:
    """Return the version that an event's text is; ``policy`` is what it was cut by."""
    event, raw = work.delivery.event, work.delivery.record.data
    title, metadata = (text.title, text.metadata) if text is not None else ("", {})
    digest, filename = content_hash(raw), f"{kind_of(event)}.json"
    return NewVersion(
        id=version_id(work.document_id, digest, filename, title, EVENT, metadata, policy),
        document_id=work.document_id,
        knowledge_base_id=base_id,
        key=key_of(event),
        title=title,
        filename=filename,
        declared_type=None,
        media_type=EVENT,
        content_hash=digest,
        size_bytes=len(raw),
        metadata=metadata,
        policy=policy,
        event=EventCitation.model_validate(
            {
                "event_id": event.event_id,
                "kind": kind_of(event),
                "entity_id": event.entity_id,
                "version": event.version,
                "event_time": moment_of(event.event_time),
                "source": event.source,
            }
        ).model_dump(mode="json"),
    )
