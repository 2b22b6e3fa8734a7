"""Texts of events in the records, on both engines: many at once, their stamps, their removal."""

import numpy as np
import pytest
from sqlalchemy import select

from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.model.metadata import MetadataType
from catalystindex.stores.records import (
    chunks,
    documents,
    event_texts,
    knowledge_bases,
    metadata_keys,
    processing,
    removals,
    terms,
)
from catalystindex.stores.records.documents import DocumentQuery
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.event_texts import Stamp, TextVersion
from catalystindex.stores.records.schema import event_stamps
from support.stores import ANA, AT, BEA, new_chunks, new_version

EVENT: dict[str, object] = {
    "event_id": "e1",
    "kind": "communication",
    "entity_id": "m-1",
    "version": 1,
    "event_time": "2025-03-01T09:30:00Z",
    "source": "mail",
}
COUNTS = np.array([[7, 1], [9, 2]], np.int64)


def text(kb: KnowledgeBase, key: str, content: str = "one", count: int = 2) -> TextVersion:
    plain = new_version(kb, key, content)
    new = documents.NewVersion(**(vars(plain) | {"event": EVENT | {"event_id": content}}))
    return TextVersion(new, {"parser": "event/1"}, new_chunks(plain, count), COUNTS)


def index(records: Records, kb: KnowledgeBase, *texts: TextVersion) -> dict[str, str]:
    with records.housekeeping() as connection:
        return event_texts.index(connection, ANA, kb.id, texts, AT)


def frequencies(records: Records, kb: KnowledgeBase) -> tuple[int, dict[int, int]]:
    with records.read() as connection:
        found = terms.statistics(connection, [kb.id], [7, 9])
    return found.chunks, found.frequencies


class TestIndexing:
    def test_texts_are_visible_and_cite_their_event(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        one, two = text(kb, "a"), text(kb, "b")
        assert index(records, kb, one, two) == {}
        with records.read() as connection:
            shown = chunks.visible(connection, ANA, [one.chunks[0].id, two.chunks[1].id])
            assert len(shown) == 2
            event = shown[one.chunks[0].id].event
            assert event is not None
            assert (event.event_id, event.event_time.hour) == ("one", 9)
            assert chunks.visible(connection, BEA, [one.chunks[0].id]) == {}
            found = documents.find(connection, ANA, one.new.document_id)
            assert (found.version, found.chunks, found.searchable) == (1, 2, True)
            assert {one.chunks for one in processing.searchable(connection)} == {2}
        assert frequencies(records, kb) == (4, {7: 2, 9: 4})

    def test_the_next_version_takes_the_place_of_the_one_before(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        old, new = text(kb, "a"), text(kb, "a", "two", 3)
        index(records, kb, old)
        assert index(records, kb, new, text(kb, "b")) == {old.new.document_id: old.new.id}
        with records.read() as connection:
            shown = chunks.visible(connection, ANA, [old.chunks[0].id, new.chunks[0].id])
            assert list(shown) == [new.chunks[0].id]
            assert documents.find(connection, ANA, new.new.document_id).version == 2
            kept = documents.submitted(connection, old.new.id)
            assert kept.event == EVENT | {"event_id": "one"}
        assert frequencies(records, kb) == (5, {7: 2, 9: 4})

    def test_doing_it_twice_changes_nothing(self, records: Records, kb: KnowledgeBase) -> None:
        one = text(kb, "a")
        index(records, kb, one)
        assert index(records, kb, one) == {}
        assert frequencies(records, kb) == (2, {7: 1, 9: 2})


class TestStamps:
    def test_the_newest_is_kept_and_leaves_with_its_knowledge_base(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        big = 2**53 - 1
        with records.housekeeping() as connection:
            event_texts.stamp(connection, kb.id, {"d1": Stamp(1, "a"), "d2": Stamp(big, "b")})
            event_texts.stamp(connection, kb.id, {"d1": Stamp(2, "c")})
            event_texts.stamp(connection, kb.id, {})
        with records.read() as connection:
            held = event_texts.stamps(connection, kb.id, ["d1", "d2", "d3"])
            assert held == {"d1": Stamp(2, "c"), "d2": Stamp(big, "b")}
            assert event_texts.stamps(connection, "other", ["d1"]) == {}
        with records.housekeeping() as connection:
            knowledge_bases.remove(connection, ANA, kb.id)
            assert connection.execute(select(event_stamps)).all() == []

    def test_a_stamp_orders_by_version_then_id(self) -> None:
        assert Stamp(2, "0") > Stamp(1, "f")
        assert Stamp(2, "b") > Stamp(2, "a")


class TestRemoval:
    def test_what_is_there_goes_with_its_counts_and_is_listed(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        one, two = text(kb, "a"), text(kb, "b")
        index(records, kb, one, two)
        gone = [one.new.document_id, "f" * 32]
        with records.housekeeping() as connection:
            pending = event_texts.remove(connection, ANA, kb.id, gone)
            assert [removal.document_id for removal in pending] == [one.new.document_id]
            assert removals.pending(connection) == pending
            assert event_texts.remove(connection, ANA, kb.id, gone) == []
        with records.read() as connection:
            assert chunks.visible(connection, ANA, [one.chunks[0].id]) == {}
        assert frequencies(records, kb) == (2, {7: 1, 9: 2})

    def test_nobody_removes_another_workspaces(self, records: Records, kb: KnowledgeBase) -> None:
        one = text(kb, "a")
        index(records, kb, one)
        with records.housekeeping() as connection:
            assert event_texts.remove(connection, BEA, kb.id, [one.new.document_id]) == []
        assert frequencies(records, kb)[0] == 2

    def test_what_is_lost_is_forgotten_with_its_stamp(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        one = text(kb, "a")
        index(records, kb, one)
        with records.housekeeping() as connection:
            event_texts.stamp(connection, kb.id, {one.new.document_id: Stamp(1, "a")})
            event_texts.forget(connection, ANA, kb.id, one.new.document_id)
            assert event_texts.stamps(connection, kb.id, [one.new.document_id]) == {}
            assert not documents.exists(connection, one.new.document_id)


def test_keys_are_fixed_once(records: Records, kb: KnowledgeBase) -> None:
    with records.housekeeping() as connection:
        event_texts.fix_keys(connection, kb.id, {"source": MetadataType.TEXT}, AT)
        event_texts.fix_keys(connection, kb.id, {"source": MetadataType.DATE}, AT)
        metadata_keys.check(connection, kb.id, {"source": "2025-01-01"})
        found = metadata_keys.key_types(connection, [kb.id], ["source"])
    assert found == {"source": frozenset({MetadataType.TEXT})}


@pytest.mark.parametrize("name", [None, "bank", "other"])
def test_a_listing_can_leave_a_knowledge_base_out(
    records: Records, kb: KnowledgeBase, name: str | None
) -> None:
    index(records, kb, text(kb, "a"))
    with records.read() as connection:
        found = documents.page(connection, ANA, DocumentQuery(without=name)).items
    assert len(found) == (name != "bank")
