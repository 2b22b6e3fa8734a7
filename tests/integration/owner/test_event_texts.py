"""Texts of events through the sink, and what searches, listings and deletions then say."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from catalystindex.documents.library import Submission
from catalystindex.embedding.serving import ServingIndex
from catalystindex.model.audit import AuditEntry
from catalystindex.model.errors import (
    CatalystError,
    DocumentNotFound,
    KnowledgeBaseReserved,
    Unavailable,
)
from catalystindex.model.events.envelope import Event
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner
from catalystindex.stores.records import audit_log, event_texts
from catalystindex.stores.records.documents import DocumentQuery
from catalystindex.stores.records.event_texts import Stamp
from catalystindex.stores.vectors.base import VectorPoint
from catalystindex.streaming.codec import encode
from catalystindex.streaming.sink import Outcome
from catalystindex.streaming.vectors.embed import Embedded, Embedder
from catalystindex.streaming.vectors.upsert import Came, ReadyText, Upserter
from support.documents import add, eventually, hand_in, make_base, running_owner, settings_for
from support.event_texts import (
    BASE,
    HOUR,
    MARCH,
    apply,
    batch_of,
    content_of,
    deletion,
    document_of,
    message,
    person,
    search,
)
from support.stores import ANA, BEA

APPLIED, STALE, IGNORED = Outcome.APPLIED, Outcome.STALE, Outcome.IGNORED


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with running_owner(settings_for(tmp_path_factory.mktemp("data"))) as opened:
        yield opened


@pytest.fixture
def owner(shared: Owner) -> Iterator[Owner]:
    """The owner of this module, with no texts of events in it."""
    yield shared
    for tenant in (ANA, BEA):
        names = shared.library.knowledge_bases(tenant, cursor=None, limit=100).items
        for one in names:
            shared.remover.remove_knowledge_base(tenant, one.id)


class TestSearching:
    def test_a_message_is_found_and_cited_by_its_event(self, owner: Owner) -> None:
        event = message("m-1", "Sell everything before Friday.", subject="Urgent", version=3)
        assert apply(owner, event) == [APPLIED]
        (hit,) = search(owner, "sell before friday")
        assert hit.text == "Sell everything before Friday."
        assert hit.citation.title == "Urgent"
        assert hit.citation.knowledge_base == BASE
        cited = hit.citation.event
        assert cited is not None
        assert (cited.event_id, cited.kind, cited.entity_id) == (
            event.event_id,
            "communication",
            "m-1",
        )
        assert (cited.version, cited.source) == (3, "mail")
        assert cited.event_time.isoformat() == "2025-03-01T09:30:00+00:00"

    def test_the_cited_event_can_be_read_as_it_came(self, owner: Owner) -> None:
        event = message("m-1", "First words.")
        apply(owner, event)
        (old,) = search(owner, "words")
        apply(owner, message("m-1", "Other words.", version=2))
        (new,) = search(owner, "words")
        assert new.text == "Other words."
        cited = old.citation
        _, raw = owner.library.raw(ANA, cited.document_id, cited.version_id)
        assert raw == encode(event)
        text = owner.library.text(ANA, cited.document_id, cited.version_id)
        assert text[cited.span.start : cited.span.end] == old.text

    def test_entities_are_found_beside_documents_by_default(self, owner: Owner) -> None:
        base = make_base(owner)
        add(owner, base, "Gold was deposited by the baker.", key="memo")
        apply(owner, person("p-9", "Ada Smith", notes="Deposits gold every Monday."))
        kinds = {hit.citation.event and hit.citation.event.kind for hit in search(owner, "gold")}
        assert kinds == {None, "person"}
        (only,) = search(owner, "gold", knowledge_bases=[BASE])
        assert only.citation.event is not None

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"kind": "person"}, {"p-1"}),
            ({"sender": "p-1"}, {"m-1"}),
            ({"recipients": "p-3"}, {"m-2"}),
            ({"participants": "p-1"}, {"m-1", "p-1"}),
            ({"source": "chat"}, {"m-2"}),
            ({"event_time": {"gte": "2025-03-01T10:00:00Z"}}, {"m-2"}),
            ({"event_time": {"lt": "2025-03-02"}, "kind": "communication"}, {"m-1", "m-2"}),
            ({"entity_id": "m-2"}, {"m-2"}),
        ],
    )
    def test_filters_narrow_by_what_an_event_says(
        self, owner: Owner, filters: dict[str, object], found: set[str]
    ) -> None:
        apply(
            owner,
            message("m-1", "gold bars", sender="p-1", recipients=("p-2",)),
            message(
                "m-2", "gold coins", sender="p-2", recipients=("p-3",), at=MARCH + HOUR,
                source="chat",
            ),
            person("p-1", "Gold Digger"),
        )  # fmt: skip
        hits = search(owner, "gold", filters=filters)
        assert {hit.citation.event.entity_id for hit in hits if hit.citation.event} == found

    def test_an_id_that_looks_like_a_date_is_an_id(self, owner: Owner) -> None:
        first = message("2025-01-01", "gold", source="2025-01-01", sender="2025-01-01")
        assert apply(owner, first, message("m-1", "gold")) == [APPLIED, APPLIED]
        keys = owner.library.metadata_keys(ANA, BASE, cursor=None, limit=50).items
        types = {one.key: one.type.value for one in keys}
        assert types["source"] == types["entity_id"] == "text"
        assert types["event_time"] == "date"

    def test_another_workspace_finds_none_of_it(self, owner: Owner) -> None:
        event = message("m-1", "gold for ana")
        apply(owner, event)
        apply(owner, message("m-1", "silver for bea"), tenant=BEA)
        assert [hit.text for hit in search(owner, "gold silver", BEA)] == ["silver for bea"]
        assert [hit.text for hit in search(owner, "gold silver", ANA)] == ["gold for ana"]
        with pytest.raises(DocumentNotFound):
            owner.library.raw(BEA, document_of(event))
        apply(owner, deletion("m-1", 2), tenant=BEA)
        assert search(owner, "gold")


class TestVersions:
    def test_kinds_without_text_are_ignored_and_repeats_are_stale(self, owner: Owner) -> None:
        event = message("m-1", "gold")
        assert apply(owner, event, event) == [APPLIED, STALE]
        assert apply(owner, event) == [STALE]
        assert len(search(owner, "gold")) == 1

    def test_a_deletion_is_seen_at_once_and_older_versions_stay_away(self, owner: Owner) -> None:
        apply(owner, message("m-1", "gold", version=2))
        assert apply(owner, deletion("m-1", 3)) == [APPLIED]
        assert search(owner, "gold") == []
        assert owner.vectors.count(ANA) == 0
        assert apply(owner, message("m-1", "gold", version=2)) == [STALE]
        assert search(owner, "gold") == []
        assert apply(owner, message("m-1", "gold again", version=4)) == [APPLIED]
        assert [hit.text for hit in search(owner, "gold")] == ["gold again"]

    def test_a_deletion_leaves_no_bytes_of_the_text(self, owner: Owner) -> None:
        apply(owner, message("m-1", "unspeakable gold"))
        (hit,) = search(owner, "gold")
        apply(owner, deletion("m-1", 2))
        with pytest.raises(DocumentNotFound):
            owner.library.raw(ANA, hit.citation.document_id)
        folder = owner.settings.data_dir
        for name in ("event-texts.sqlite", "event-texts.sqlite-wal"):
            file = folder / name
            if name.endswith("sqlite"):
                assert b"unspeakable" not in file.read_bytes()

    def test_a_version_without_text_takes_the_text_away(self, owner: Owner) -> None:
        apply(owner, message("m-1", "gold"))
        assert apply(owner, message("m-1", "", version=2)) == [APPLIED]
        assert search(owner, "gold") == []
        assert apply(owner, message("m-1", "gold")) == [STALE]

    def test_of_one_version_the_greater_id_holds(self, owner: Owner) -> None:
        events = sorted(
            (message("m-1", f"gold {n}") for n in range(4)), key=lambda one: one.event_id
        )
        for event in (events[2], events[0], events[3], events[1]):
            apply(owner, event)
        (hit,) = search(owner, "gold")
        assert hit.citation.event is not None
        assert hit.citation.event.event_id == events[3].event_id

    def test_any_order_ends_with_the_same_index_to_the_byte(self, owner: Owner) -> None:
        events = history()
        apply(owner, *events)
        calm = content_of(owner)
        assert calm.points
        for seed in range(4):
            owner.remover.remove_knowledge_base(ANA, BASE)
            source = random.Random(seed)
            repeated = [*events, *source.choices(events, k=10)]
            source.shuffle(repeated)
            while repeated:
                size = source.randint(1, 7)
                apply(owner, *repeated[:size])
                repeated = repeated[size:]
            assert content_of(owner) == calm

    def test_what_a_person_deleted_comes_back_with_news_alone(self, owner: Owner) -> None:
        event = message("m-1", "gold")
        apply(owner, event)
        owner.remover.remove_document(ANA, document_of(event))
        assert apply(owner, event) == [STALE]
        assert search(owner, "gold") == []
        assert apply(owner, message("m-1", "gold", version=2)) == [APPLIED]
        assert len(search(owner, "gold")) == 1

    def test_deleting_the_knowledge_base_lets_a_replay_bring_all_back(self, owner: Owner) -> None:
        event = message("m-1", "gold")
        apply(owner, event)
        owner.remover.remove_knowledge_base(ANA, BASE)
        assert search(owner, "gold") == []
        assert apply(owner, event) == [APPLIED]
        assert len(search(owner, "gold")) == 1


def history() -> list[Event]:
    """Return versions of several entities: changed, deleted, emptied, and equal texts."""
    return [
        message("m-1", "gold bars on the ship"),
        message("m-1", "gold coins on the ship", version=2),
        message("m-2", "gold coins on the ship"),
        message("m-3", "silver"),
        deletion("m-3", 2),
        message("m-4", "copper", version=2),
        message("m-4", "", version=3),
        message("m-5", "", version=1),
        message("m-5", "tin at last", version=2),
        person("p-1", "Ada", notes="Trades in tin."),
        person("p-1", "Ada Smith", version=2, notes="\n\n".join(f"Note {n}." for n in range(300))),
        deletion("m-6", 5),
        message("m-6", "never seen", version=4),
        message("m-7", "one", version=1),
        message("m-7", "other", version=1),
    ]


class TestFailures:
    def test_after_a_failed_upsert_only_what_failed_is_done_again(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = [message(f"m-{n}", f"gold number {n}") for n in range(250)]
        batch = batch_of(events)
        upserted: list[int] = []
        real = type(owner.vectors).upsert

        def failing(self: object, tenant: object, points: list[VectorPoint]) -> None:
            if len(upserted) == 1:
                upserted.append(0)
                raise RuntimeError("the disk is full")
            upserted.append(len(points))
            real(self, tenant, points)  # type: ignore[arg-type]  # as it was called

        monkeypatch.setattr(type(owner.vectors), "upsert", failing)
        before = owner.event_texts.counts.embedded
        with pytest.raises(Unavailable, match="disk is full"):
            owner.event_texts.apply(batch)
        assert len(search(owner, "gold", limit=100)) == 100
        verdicts = owner.event_texts.apply(batch)
        assert {one.outcome for one in verdicts} == {APPLIED}
        assert upserted == [100, 0, 100, 50]
        assert owner.event_texts.counts.embedded - before == 250
        assert owner.vectors.count(ANA) == 250

    def test_after_a_failed_encoder_what_was_embedded_is_not_again(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = batch_of([message(f"m-{n}", f"gold number {n}") for n in range(80)])
        encoder = owner.index.current().encoder
        real, calls = encoder.encode, list[int]()

        def failing(texts: list[str]) -> object:
            calls.append(len(texts))
            if len(calls) == 2:
                raise RuntimeError("out of memory")
            return real(texts)

        monkeypatch.setattr(encoder, "encode", failing)
        with pytest.raises(CatalystError, match="encoder failed"):
            owner.event_texts.apply(batch)
        owner.event_texts.apply(batch)
        assert calls == [32, 32, 32, 16]

    def test_equal_texts_are_embedded_once(self, owner: Owner) -> None:
        before = owner.event_texts.counts.embedded
        apply(owner, *[message(f"m-{n}", "Buy now!", sender=f"p-{n}") for n in range(50)])
        apply(owner, *[message(f"n-{n}", "Buy now!", sender=f"p-{n}") for n in range(50)])
        assert owner.event_texts.counts.embedded - before == 1
        assert owner.vectors.count(ANA) == 100

    def test_what_can_never_be_applied_is_refused_alone(self, owner: Owner) -> None:
        bad = message("m-\0", "gold")
        verdicts = owner.event_texts.apply(batch_of([message("m-1", "gold"), bad]))
        assert [one.outcome for one in verdicts] == [APPLIED, Outcome.REFUSED]
        assert verdicts[1].error is not None
        assert verdicts[1].error.code == "event.invalid"

    def test_controls_in_a_text_do_no_harm(self, owner: Owner) -> None:
        assert apply(owner, message("m-1", "go\0ld\r\nbars", subject="a\0b")) == [APPLIED]
        (hit,) = search(owner, "gold")
        assert hit.text == "gold\nbars"
        assert hit.citation.title == "ab"

    def test_a_removal_that_the_index_did_not_follow_is_followed_first(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        apply(owner, message("m-1", "gold"))
        with monkeypatch.context() as broken:
            broken.setattr(type(owner.vectors), "remove_document", _fails)
            with pytest.raises(Unavailable):
                apply(owner, deletion("m-1", 2))
            assert search(owner, "gold") == []
        assert apply(owner, deletion("m-1", 2)) == [APPLIED]
        assert owner.vectors.count(ANA) == 0

    def test_a_replaced_version_that_the_index_did_not_drop_is_dropped_first(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        apply(owner, message("m-1", "gold"))
        with monkeypatch.context() as broken:
            broken.setattr(type(owner.vectors), "remove_version", _fails)
            with pytest.raises(Unavailable):
                apply(owner, message("m-1", "silver", version=2))
        assert apply(owner, message("m-1", "silver", version=2)) == [APPLIED]
        assert owner.vectors.count(ANA) == 1

    def test_a_commit_that_fails_shows_nothing_and_leaves_nothing(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(event_texts, "index", _away)
            with pytest.raises(Unavailable):
                apply(owner, message("m-1", "gold"))
        assert search(owner, "gold") == []
        assert owner.vectors.count(ANA) == 0
        assert apply(owner, message("m-1", "gold")) == [APPLIED]
        assert len(search(owner, "gold")) == 1

    def test_a_newer_event_that_came_in_between_is_not_undone(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        apply(owner, message("m-1", "gold", version=2))
        calm, real, calls = content_of(owner), event_texts.stamps, list[int]()

        def blind_at_first(
            connection: Connection, base: str, ids: Sequence[str]
        ) -> dict[str, Stamp]:
            calls.append(1)
            return {} if len(calls) == 1 else real(connection, base, ids)

        for late in (message("m-1", "lead"), deletion("m-1", 1)):
            calls.clear()
            with monkeypatch.context() as raced:
                raced.setattr(event_texts, "stamps", blind_at_first)
                with pytest.raises(Unavailable, match="newer"):
                    apply(owner, late)
            assert content_of(owner) == calm
            assert apply(owner, late) == [STALE]

    def test_a_knowledge_base_deleted_in_between_is_made_again(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        apply(owner, message("m-1", "gold"))
        real = Embedder.embed

        def delete_first(
            self: Embedder, tenant: Tenant, index: ServingIndex, texts: Sequence[str]
        ) -> Embedded:
            owner.remover.remove_knowledge_base(ANA, BASE)
            return real(self, tenant, index, texts)

        with monkeypatch.context() as raced:
            raced.setattr(Embedder, "embed", delete_first)
            with pytest.raises(Unavailable, match="deleted"):
                apply(owner, message("m-2", "gold"))
        assert owner.vectors.count(ANA) == 0
        assert apply(owner, message("m-2", "gold")) == [APPLIED]

    def test_a_generation_swapped_in_meanwhile_gets_vectors_of_its_own(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, embedded, before = Upserter._pack, Embedder.embed, owner.index.current()
        asked: list[ServingIndex] = []

        def swap_once(
            self: Upserter, came: Came, index: ServingIndex, texts: Sequence[ReadyText]
        ) -> None:
            real(self, came, index, texts)
            if owner.index.current() is before:
                owner.index.replace(replace(before))

        def noted(
            self: Embedder, tenant: Tenant, index: ServingIndex, texts: Sequence[str]
        ) -> Embedded:
            asked.append(index)
            return embedded(self, tenant, index, texts)

        monkeypatch.setattr(Upserter, "_pack", swap_once)
        monkeypatch.setattr(Embedder, "embed", noted)
        assert apply(owner, message("m-1", "gold")) == [APPLIED]
        assert asked == [before, owner.index.current()]
        assert len(search(owner, "gold")) == 1

    def test_nothing_is_packed_while_artifacts_of_the_document_are_removed(
        self, owner: Owner
    ) -> None:
        event = message("m-1", "a text that nobody embedded before")
        before = owner.event_texts.counts.embedded
        locks = owner.event_texts._parts.pipeline.locks
        with ThreadPoolExecutor(1) as pool:
            with locks.document(document_of(event)):
                applied = pool.submit(apply, owner, event)
                eventually(lambda: owner.event_texts.counts.embedded > before)
                with pytest.raises(TimeoutError):
                    applied.result(1.5)
            assert applied.result(30) == [APPLIED]


def _fails(*_: object) -> None:
    raise RuntimeError("the disk is full")


def _away(*_: object) -> None:
    raise Unavailable("The records are away.")


class TestBesideDocuments:
    def test_listings_leave_texts_of_events_out_unless_their_base_is_named(
        self, owner: Owner
    ) -> None:
        document = add(owner, make_base(owner), "A memo.", key="memo")
        event = message("m-1", "gold")
        apply(owner, event)
        listed = owner.library.documents(ANA, DocumentQuery()).items
        assert [one.id for one in listed] == [document.id]
        base = owner.library.knowledge_base(ANA, BASE)
        (text,) = owner.library.documents(ANA, DocumentQuery(base.id)).items
        assert (text.id, text.key) == (document_of(event), "communication/m-1")
        assert text.reading is not None
        assert (base.documents, base.chunks) == (1, 1)

    def test_nobody_else_writes_into_the_base_of_the_stream(self, owner: Owner) -> None:
        with pytest.raises(KnowledgeBaseReserved):
            make_base(owner, BASE)
        apply(owner, message("m-1", "gold"))
        with pytest.raises(KnowledgeBaseReserved):
            hand_in(owner, Submission(BASE, b"forged", "x.txt", key="communication/m-1"))

    def test_batches_are_audited_by_count(self, owner: Owner) -> None:
        apply(owner, message("m-1", "gold"), message("m-2", "gold"))
        apply(owner, deletion("m-2", 9), deletion("m-3", 1))
        entries = [
            (one.action, one.details["texts"], one.details.get("events"))
            for one in owner_audit(owner)
            if one.action.startswith("events.")
        ]
        assert entries[-2:] == [("events.index", 2, None), ("events.remove", 1, 2)]


def owner_audit(owner: Owner) -> list[AuditEntry]:
    with owner.records.read() as connection:
        return list(audit_log.page(connection, ANA, after=0, limit=10_000))
