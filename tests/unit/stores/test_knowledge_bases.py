"""Knowledge bases in the records."""

import pytest
from sqlalchemy import func, select

from catalystindex.model.errors import KnowledgeBaseExists, KnowledgeBaseNotFound
from catalystindex.model.knowledge_base import KnowledgeBase, KnowledgeBaseCreate
from catalystindex.stores.records import chunks, documents, knowledge_bases, terms
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.schema import metadata
from support.stores import ANA, AT, BEA, NOON, new_chunks, seed_document, seed_knowledge_base


def test_a_knowledge_base_is_found_by_name_and_by_id(records: Records, kb: KnowledgeBase) -> None:
    with records.read() as connection:
        assert knowledge_bases.find(connection, ANA, "bank") == kb
        assert knowledge_bases.find(connection, ANA, kb.id) == kb
    assert (kb.name, kb.description, kb.created_at, kb.documents) == ("bank", "", NOON, 0)


def test_ids_follow_from_workspace_and_name(kb: KnowledgeBase) -> None:
    assert kb.id == knowledge_bases.knowledge_base_id(ANA, "bank")
    assert kb.id != knowledge_bases.knowledge_base_id(BEA, "bank")


def test_a_name_in_use_is_refused_and_named(records: Records, kb: KnowledgeBase) -> None:
    del kb
    with records.housekeeping() as connection, pytest.raises(KnowledgeBaseExists) as caught:
        knowledge_bases.create(connection, ANA, KnowledgeBaseCreate(name="bank"), AT)
    assert caught.value.context == {"name": "bank"}


def test_two_workspaces_may_use_the_same_name(records: Records, kb: KnowledgeBase) -> None:
    with records.housekeeping() as connection:
        other = knowledge_bases.create(connection, BEA, KnowledgeBaseCreate(name="bank"), AT)
        assert knowledge_bases.find(connection, BEA, "bank") == other
        assert knowledge_bases.find(connection, ANA, "bank") == kb


@pytest.mark.parametrize("impostor_first", [False, True])
def test_a_name_that_is_the_id_of_another_does_not_stand_in_for_it(
    records: Records, impostor_first: bool
) -> None:
    """Ids can be computed in advance: what is asked for by id must be what is found."""
    taken = knowledge_bases.knowledge_base_id(ANA, "bank")
    for name in (taken, "bank") if impostor_first else ("bank", taken):
        assert seed_knowledge_base(records, name).name == name
    with records.read() as connection:
        assert knowledge_bases.find(connection, ANA, taken).name == "bank"


def test_documents_are_counted_whatever_their_status(records: Records, kb: KnowledgeBase) -> None:
    for key in ("one", "two"):
        seed_document(records, kb, key)
    with records.read() as connection:
        assert knowledge_bases.find(connection, ANA, kb.id).documents == 2


def test_pages_are_in_the_order_of_names_and_complete(records: Records) -> None:
    made = [f"kb-{n:02d}" for n in range(7)]
    for name in reversed(made):
        seed_knowledge_base(records, name)
    for limit in (1, 2, 3, 7, 8):
        found: list[str] = []
        cursor = None
        with records.read() as connection:
            while True:
                page = knowledge_bases.page(connection, ANA, cursor=cursor, limit=limit)
                assert 0 < len(page.items) <= limit
                found += [item.name for item in page.items]
                assert len(found) < 100, "the listing does not end"
                cursor = page.next_cursor
                if cursor is None:
                    break
        assert found == made


def test_removing_takes_everything_in_it_and_nothing_else(
    records: Records, kb: KnowledgeBase
) -> None:
    kept = seed_knowledge_base(records, "kept")
    for base in (kb, kept):
        version = seed_document(records, base)
        with records.housekeeping() as connection:
            chunks.add(connection, new_chunks(version, 2))
            terms.apply_version(connection, base.id, version.id, terms.count_terms([]))
    with records.housekeeping() as connection:
        knowledge_bases.remove(connection, ANA, kb.id)
    with records.read() as connection:
        assert knowledge_bases.names(connection, ANA) == {kept.id: "kept"}
        for table in ("knowledge_bases", "documents", "versions"):
            count = select(func.count()).select_from(metadata.tables[table])
            assert connection.execute(count).scalar_one() == 1
        left = select(func.count()).select_from(metadata.tables["chunks"])
        assert connection.execute(left).scalar_one() == 2


class TestOtherTenants:
    def test_see_nothing(self, records: Records, kb: KnowledgeBase) -> None:
        with records.read() as connection:
            for name_or_id in (kb.id, kb.name):
                with pytest.raises(KnowledgeBaseNotFound):
                    knowledge_bases.find(connection, BEA, name_or_id)
            assert knowledge_bases.names(connection, BEA) == {}
            assert knowledge_bases.page(connection, BEA, cursor=None, limit=9).items == []

    def test_remove_nothing(self, records: Records, kb: KnowledgeBase) -> None:
        seed_document(records, kb)
        with records.housekeeping() as connection:
            knowledge_bases.remove(connection, BEA, kb.id)
            assert knowledge_bases.find(connection, ANA, kb.id).documents == 1
            assert documents.page(connection, ANA, documents.DocumentQuery()).items
