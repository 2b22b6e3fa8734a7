"""Documents, versions and chunks in the records, and what a search may show."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from catalystindex.model.chunk import PageBox, PageSpan
from catalystindex.model.document import (
    AttachmentReport,
    DocumentProblem,
    DocumentReading,
    DocumentStatus,
)
from catalystindex.model.errors import DocumentNotFound, InvalidRequest, NotFound
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import chunks, documents, processing
from catalystindex.stores.records.documents import DocumentQuery, NewVersion
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.processing import PendingDocument
from catalystindex.stores.records.schema import metadata
from support.stores import (
    ANA,
    AT,
    BEA,
    new_chunks,
    new_version,
    seed_document,
    seed_knowledge_base,
    unlinked,
)

LATER = "2026-03-01T13:00:00.000000Z"


def index(records: Records, version: NewVersion, count: int = 3) -> list[str]:
    """Store chunks of a version and make it the current one; return their ids."""
    made = new_chunks(version, count)
    with records.housekeeping() as connection:
        chunks.add(connection, made)
        processing.mark_indexed(connection, version.document_id, version.id, LATER)
    return [chunk.id for chunk in made]


def accept(records: Records, version: NewVersion, at: str = LATER) -> None:
    with records.housekeeping() as connection:
        documents.accept(connection, ANA, version, at)


def waiting_for(connection: Connection, version: NewVersion) -> PendingDocument | None:
    return processing.pending(connection, version.document_id, version.id)


def visible(records: Records, ids: list[str]) -> set[str]:
    with records.read() as connection:
        return set(chunks.visible(connection, ANA, ids))


class TestLife:
    def test_an_accepted_document_is_queued_and_not_searchable(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = new_version(kb, metadata={"level": 3, "final": True, "codes": ["F32.1", 1]})
        accept(records, version, AT)
        with records.read() as connection:
            found = documents.find(connection, ANA, version.document_id)
        assert (found.status, found.searchable, found.version) == (DocumentStatus.QUEUED, False, 1)
        assert (found.key, found.title, found.version_id) == ("memo", version.title, version.id)
        assert found.metadata == {"level": 3, "final": True, "codes": ["F32.1", 1]}
        assert found.metadata["final"] is True
        assert found.problem is None

    def test_indexing_makes_it_searchable(self, records: Records, kb: KnowledgeBase) -> None:
        version = seed_document(records, kb)
        index(records, version)
        with records.read() as connection:
            found = documents.find(connection, ANA, version.document_id)
            (ready,) = processing.searchable(connection)
        assert (found.status, found.searchable) == (DocumentStatus.INDEXED, True)
        assert found.updated_at > found.created_at
        assert (ready.tenant_key, ready.version_id) == (ANA.key, version.id)

    def test_a_failed_first_version_says_why_and_is_not_searchable(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = seed_document(records, kb)
        problem = DocumentProblem(code="document.corrupt", detail="Page 3 is damaged.")
        with records.housekeeping() as connection:
            processing.mark_failed(connection, version.document_id, problem, LATER)
            found = documents.find(connection, ANA, version.document_id)
            assert processing.searchable(connection) == []
        assert (found.status, found.problem) == (DocumentStatus.FAILED, problem)
        assert not found.searchable

    def test_new_content_of_the_same_key_is_the_next_version(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        first = seed_document(records, kb)
        second = new_version(kb, content="two")
        accept(records, second)
        assert second.document_id == first.document_id
        with records.read() as connection:
            found = documents.find(connection, ANA, first.document_id)
        assert (found.version, found.version_id, found.content_hash) == (
            2,
            second.id,
            second.content_hash,
        )

    def test_accepting_the_same_version_again_makes_no_other(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = seed_document(records, kb)
        accept(records, version)
        with records.read() as connection:
            count = select(func.count()).select_from(metadata.tables["versions"])
            assert connection.execute(count).scalar_one() == 1
            assert documents.find(connection, ANA, version.document_id).version == 1

    def test_accepting_again_clears_the_problem(self, records: Records, kb: KnowledgeBase) -> None:
        version = seed_document(records, kb)
        with records.housekeeping() as connection:
            problem = DocumentProblem(code="x", detail="y")
            processing.mark_failed(connection, version.document_id, problem, AT)
            assert waiting_for(connection, version) is None
        accept(records, version)
        with records.read() as connection:
            found = documents.find(connection, ANA, version.document_id)
            assert waiting_for(connection, version) is not None
        assert (found.status, found.problem) == (DocumentStatus.QUEUED, None)

    def test_what_waits_tells_what_working_on_it_needs(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = new_version(kb, metadata={"year": 2025})
        accept(records, version)
        done = seed_document(records, kb, "done")
        index(records, done)
        with records.read() as connection:
            waiting = waiting_for(connection, version)
            assert processing.still_pending(connection, version.document_id, version.id)
            assert waiting_for(connection, done) is None
            assert not processing.still_pending(connection, done.document_id, done.id)
            assert processing.count_pending(connection) == 1
        assert waiting is not None
        assert (waiting.tenant_key, waiting.created_by) == (ANA.key, ANA.user)
        assert (waiting.document_id, waiting.version_id) == (version.document_id, version.id)
        assert (waiting.current_version_id, waiting.reading) == (None, None)
        assert (waiting.title, waiting.filename) == (version.title, version.filename)
        assert (waiting.metadata, waiting.policy) == ({"year": 2025}, version.policy)

    def test_a_version_that_was_overtaken_is_no_longer_pending(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        old = seed_document(records, kb)
        new = new_version(kb, content="two")
        accept(records, new)
        with records.read() as connection:
            assert waiting_for(connection, old) is None
            assert not processing.still_pending(connection, old.document_id, old.id)
            assert waiting_for(connection, new) is not None

    @pytest.mark.parametrize("end", ["failed", "cancelled"])
    def test_a_version_that_was_given_up_can_be_awaited_again(
        self, records: Records, kb: KnowledgeBase, end: str
    ) -> None:
        version = seed_document(records, kb)
        ids = (version.document_id, version.id)
        with records.housekeeping() as connection:
            if end == "failed":
                problem = DocumentProblem(code="x", detail="y")
                processing.mark_failed(connection, version.document_id, problem, AT)
            else:
                processing.mark_cancelled(connection, *ids, AT)
            ended = documents.find(connection, ANA, version.document_id)
            assert waiting_for(connection, version) is None
            assert processing.await_again(connection, *ids, LATER)
            again = documents.find(connection, ANA, version.document_id)
            assert waiting_for(connection, version) is not None
        assert (ended.status, again.status) == (DocumentStatus(end), DocumentStatus.QUEUED)
        assert again.problem is None

    def test_nobody_awaits_a_version_again_that_was_overtaken_or_answers_searches(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        old, done = seed_document(records, kb), seed_document(records, kb, "done")
        index(records, done)
        accept(records, new_version(kb, content="two"))
        with records.housekeeping() as connection:
            for version in (old, done):
                ids = (version.document_id, version.id)
                assert not processing.await_again(connection, *ids, LATER)
                processing.mark_cancelled(connection, *ids, LATER)
            standing = [
                documents.find(connection, ANA, version.document_id).status
                for version in (old, done)
            ]
        assert standing == [DocumentStatus.QUEUED, DocumentStatus.INDEXED]

    def test_removing_takes_versions_and_chunks_along(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version, kept = seed_document(records, kb), seed_document(records, kb, "kept")
        gone, stay = index(records, version), index(records, kept)
        with records.housekeeping() as connection:
            documents.remove(connection, ANA, version.document_id)
            with pytest.raises(DocumentNotFound):
                documents.find(connection, ANA, version.document_id)
            assert not documents.version_exists(connection, version.id)
            left = connection.execute(select(metadata.tables["chunks"].c.id)).scalars()
            assert set(left) == set(stay)
        assert visible(records, gone + stay) == set(stay)


READING = DocumentReading(
    parser="pdfium/1",
    author="Ana",
    ocr_pages=[PageSpan(first=2, last=3), PageSpan(first=9, last=9)],
    ocr_confidence=0.8125,
    no_text_pages=[PageSpan(first=4, last=4)],
    attachments=[
        AttachmentReport(
            name="a.zip",
            media_type=None,
            size_bytes=4,
            problem=DocumentProblem(code="document.unsupported_media", detail="An archive."),
        )
    ],
    warnings=["Page 4: without any text that could be recognised."],
)


class TestReading:
    def test_it_is_unknown_until_the_version_was_read(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = seed_document(records, kb)
        with records.read() as connection:
            assert documents.find(connection, ANA, version.document_id).reading is None

    def test_it_comes_back_as_it_was(self, records: Records, kb: KnowledgeBase) -> None:
        version = seed_document(records, kb)
        with records.housekeeping() as connection:
            processing.describe_version(
                connection,
                version.id,
                title="Memo",
                pages=9,
                reading=READING.model_dump(mode="json"),
            )
        with records.read() as connection:
            assert documents.find(connection, ANA, version.document_id).reading == READING
            (listed,) = documents.page(connection, ANA, DocumentQuery()).items
        assert listed.reading == READING

    def test_the_next_version_starts_without_one(self, records: Records, kb: KnowledgeBase) -> None:
        first = seed_document(records, kb)
        with records.housekeeping() as connection:
            processing.describe_version(
                connection, first.id, title="x", pages=1, reading={"parser": "text/1"}
            )
        accept(records, new_version(kb, content="two"))
        with records.read() as connection:
            assert documents.find(connection, ANA, first.document_id).reading is None

    def test_places_and_confidence_of_chunks_come_back_as_they_were(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = seed_document(records, kb)
        plain, recognised, carried = new_chunks(version, 3)
        boxes = [
            PageBox(page=1, left=72.0, top=36.5, right=300.25, bottom=50.125),
            PageBox(page=2, left=0.0, top=0.1, right=1 / 3, bottom=792.0),
        ]
        drawn = {"icd_codes": ["F32.1"], "signed": True}
        read = {"boxes": boxes, "ocr_confidence": 0.9731, "metadata": drawn}
        made = [
            plain,
            recognised.model_copy(update=read),
            carried.model_copy(update={"boxes": boxes[:1]}),
        ]
        with records.housekeeping() as connection:
            chunks.add(connection, made)
            processing.mark_indexed(connection, version.document_id, version.id, LATER)
        with records.read() as connection:
            page = chunks.page(connection, ANA, version.document_id, cursor=None, limit=9)
            seen = chunks.visible(connection, ANA, [recognised.id])
        assert page.items == made
        assert seen[recognised.id].chunk == unlinked(made[1])


class TestVisibility:
    def test_chunks_of_a_version_that_is_not_indexed_yet_are_not_shown(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = seed_document(records, kb)
        made = new_chunks(version)
        with records.housekeeping() as connection:
            chunks.add(connection, made)
        assert visible(records, [chunk.id for chunk in made]) == set()

    def test_an_earlier_version_is_shown_until_the_next_is_indexed(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        first = seed_document(records, kb)
        old = index(records, first)
        second = new_version(kb, content="two")
        accept(records, second)
        assert visible(records, old) == set(old)
        new = index(records, second)
        assert visible(records, old + new) == set(new)

    def test_an_earlier_version_is_shown_when_the_next_one_failed(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        first = seed_document(records, kb)
        old = index(records, first)
        accept(records, new_version(kb, content="two"))
        with records.housekeeping() as connection:
            problem = DocumentProblem(code="x", detail="y")
            processing.mark_failed(connection, first.document_id, problem, LATER)
            assert documents.find(connection, ANA, first.document_id).searchable
        assert visible(records, old) == set(old)

    def test_a_passage_carries_what_its_citation_needs(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = seed_document(records, kb)
        index(records, version)
        expected = new_chunks(version)
        with records.read() as connection:
            found = chunks.visible(connection, ANA, [chunk.id for chunk in expected])
        assert [found[chunk.id].chunk for chunk in expected] == [unlinked(one) for one in expected]
        passage = found[expected[0].id]
        assert (passage.knowledge_base_id, passage.version) == (kb.id, 1)
        assert (passage.title, passage.filename) == (version.title, version.filename)
        assert passage.content_hash == version.content_hash

    def test_ids_that_exist_nowhere_are_left_out(self, records: Records, kb: KnowledgeBase) -> None:
        ids = index(records, seed_document(records, kb))
        assert visible(records, ["0" * 32, ids[0], "x"]) == {ids[0]}
        assert visible(records, []) == set()

    def test_more_ids_than_one_statement_takes(self, records: Records, kb: KnowledgeBase) -> None:
        ids = index(records, seed_document(records, kb), 1203)
        assert visible(records, ids) == set(ids)

    def test_a_chunk_that_is_there_stays_as_it_is(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = seed_document(records, kb)
        index(records, version)
        changed = [chunk.model_copy(update={"text": "other"}) for chunk in new_chunks(version)]
        with records.housekeeping() as connection:
            chunks.add(connection, changed)
            chunks.add(connection, [])
            stored = chunks.visible(connection, ANA, [chunk.id for chunk in changed])
        as_it_was = [unlinked(chunk) for chunk in new_chunks(version)]
        assert [stored[chunk.id].chunk for chunk in changed] == as_it_was

    @pytest.mark.parametrize("text", ["", "é\U0001f600", "'; DROP TABLE chunks; --", "%_\\"])
    def test_any_text_is_kept_exactly(self, records: Records, kb: KnowledgeBase, text: str) -> None:
        version = seed_document(records, kb)
        chunk = new_chunks(version, 1)[0].model_copy(update={"text": text, "heading_path": [text]})
        with records.housekeeping() as connection:
            chunks.add(connection, [chunk])
            processing.mark_indexed(connection, version.document_id, version.id, LATER)
            found = chunks.visible(connection, ANA, [chunk.id])
        assert found[chunk.id].chunk == chunk


class TestNul:
    """U+0000, which PostgreSQL cannot hold: no engine takes it, and nothing is named so."""

    def test_a_text_with_it_is_refused_and_nothing_of_it_is_stored(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        version = seed_document(records, kb)
        made = new_chunks(version, 3)
        made[2] = made[2].model_copy(update={"text": "a\0b"})
        with (
            pytest.raises(InvalidRequest, match="U\\+0000"),
            records.housekeeping() as connection,
        ):
            chunks.add(connection, made)
        with records.read() as connection:
            count = select(func.count()).select_from(metadata.tables["chunks"])
            assert connection.execute(count).scalar_one() == 0

    def test_a_title_with_it_is_refused(self, records: Records, kb: KnowledgeBase) -> None:
        version = seed_document(records, kb)
        with (
            pytest.raises(InvalidRequest, match="U\\+0000"),
            records.housekeeping() as connection,
        ):
            processing.describe_version(
                connection, version.id, title="a\0b", pages=None, reading={}
            )

    def test_looking_for_it_finds_nothing(self, records: Records, kb: KnowledgeBase) -> None:
        with records.read() as connection:
            with pytest.raises(NotFound):
                documents.find(connection, ANA, "\0")
            with pytest.raises(NotFound):
                documents.page(connection, ANA, DocumentQuery(kb.id + "\0"))

    def test_in_structured_fields_it_is_kept(self, records: Records, kb: KnowledgeBase) -> None:
        version = seed_document(records, kb)
        chunk = new_chunks(version, 1)[0].model_copy(update={"heading_path": ["a\0b"]})
        with records.housekeeping() as connection:
            chunks.add(connection, [chunk])
            processing.mark_indexed(connection, version.document_id, version.id, LATER)
            assert chunks.visible(connection, ANA, [chunk.id])[chunk.id].chunk == chunk


def test_a_declared_type_of_any_length_can_be_recorded(records: Records, kb: KnowledgeBase) -> None:
    accept(records, replace(new_version(kb), declared_type="x/" + "y" * 900))
    with records.read() as connection:
        found = connection.execute(select(metadata.tables["versions"].c.declared_type)).scalar_one()
    assert len(found) == 128


def test_a_title_of_any_length_can_be_recorded(records: Records, kb: KnowledgeBase) -> None:
    version = seed_document(records, kb)
    with records.housekeeping() as connection:
        processing.describe_version(
            connection, version.id, title="ä" * 900, pages=None, reading={"parser": "x"}
        )
        assert documents.find(connection, ANA, version.document_id).title == "ä" * 500


class TestListing:
    @staticmethod
    def walk(records: Records, query: DocumentQuery) -> list[str]:
        found: list[str] = []
        while True:
            with records.read() as connection:
                page = documents.page(connection, ANA, query)
            found += [item.id for item in page.items]
            assert len(found) < 100, "the listing does not end"
            if page.next_cursor is None:
                return found
            query = DocumentQuery(
                query.knowledge_base_id, query.status, page.next_cursor, query.limit
            )

    @pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
    def test_pages_go_through_everything_once_oldest_first(
        self, records: Records, kb: KnowledgeBase, limit: int
    ) -> None:
        late = [seed_document(records, kb, f"late-{n}", LATER).document_id for n in range(3)]
        early = [seed_document(records, kb, f"early-{n}", AT).document_id for n in range(3)]
        found = self.walk(records, DocumentQuery(limit=limit))
        assert found == sorted(early) + sorted(late)

    def test_inserts_while_paging_neither_hide_nor_repeat_anything(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        present = {seed_document(records, kb, f"old-{n}").document_id for n in range(9)}
        found: list[str] = []
        cursor: str | None = None
        for turn in range(100):
            with records.read() as connection:
                page = documents.page(connection, ANA, DocumentQuery(cursor=cursor, limit=2))
            found += [item.id for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
            if turn < 20:
                # Of the same moment as the others, and of a later one: before and after the cursor.
                seed_document(records, kb, f"same-{turn}", AT)
                seed_document(records, kb, f"new-{turn}", LATER)
        assert len(found) == len(set(found))
        assert present <= set(found)
        assert cursor is None

    def test_deletions_while_paging_do_not_lose_the_place(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        present = sorted(seed_document(records, kb, f"d-{n}").document_id for n in range(6))
        with records.read() as connection:
            first = documents.page(connection, ANA, DocumentQuery(limit=2))
        with records.housekeeping() as connection:
            documents.remove(connection, ANA, present[1])
        rest = self.walk(records, DocumentQuery(cursor=first.next_cursor, limit=2))
        assert [item.id for item in first.items] + rest == present

    def test_a_listing_is_restricted_by_knowledge_base_and_status(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        other = seed_knowledge_base(records, "other")
        seed_document(records, other)
        queued = seed_document(records, kb, "queued")
        done = seed_document(records, kb, "done")
        index(records, done)
        both = sorted([queued.document_id, done.document_id])
        assert self.walk(records, DocumentQuery(kb.id, limit=1)) == both
        indexed = DocumentQuery(kb.id, DocumentStatus.INDEXED)
        assert self.walk(records, indexed) == [done.document_id]
        assert self.walk(records, DocumentQuery(status=DocumentStatus.FAILED)) == []

    @pytest.mark.parametrize("limit", [1, 2, 4, 5])
    def test_chunks_are_paged_in_order_and_of_the_current_version_only(
        self, records: Records, kb: KnowledgeBase, limit: int
    ) -> None:
        version = seed_document(records, kb)
        ids = index(records, version, 4)
        other = new_version(kb, content="two")
        accept(records, other)
        with records.housekeeping() as connection:
            chunks.add(connection, new_chunks(other))
        found: list[str] = []
        cursor = None
        with records.read() as connection:
            while True:
                page = chunks.page(connection, ANA, version.document_id, cursor=cursor, limit=limit)
                found += [chunk.id for chunk in page.items]
                assert len(found) < 100, "the listing does not end"
                cursor = page.next_cursor
                if cursor is None:
                    break
        assert found == ids


class TestOtherTenants:
    def test_see_nothing(self, records: Records, kb: KnowledgeBase) -> None:
        version = seed_document(records, kb)
        ids = index(records, version)
        with records.read() as connection:
            with pytest.raises(DocumentNotFound):
                documents.find(connection, BEA, version.document_id)
            assert documents.page(connection, BEA, DocumentQuery()).items == []
            assert documents.page(connection, BEA, DocumentQuery(kb.id)).items == []
            assert chunks.visible(connection, BEA, ids) == {}
            page = chunks.page(connection, BEA, version.document_id, cursor=None, limit=9)
            assert page.items == []

    def test_remove_nothing(self, records: Records, kb: KnowledgeBase) -> None:
        version = seed_document(records, kb)
        ids = index(records, version)
        with records.housekeeping() as connection:
            documents.remove(connection, BEA, version.document_id)
        assert visible(records, ids) == set(ids)
