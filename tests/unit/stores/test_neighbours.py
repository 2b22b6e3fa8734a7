import pytest
from sqlalchemy import event, text

from catalystindex.model.chunk import Chunk
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import chunks, processing
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.neighbours import neighbours
from support.stores import ANA, AT, BEA, new_chunks, seed_document, unlinked


def seed(records: Records, kb: KnowledgeBase, key: str, count: int) -> list[Chunk]:
    version = seed_document(records, kb, key)
    stored = new_chunks(version, count)
    with records.housekeeping() as connection:
        chunks.add(connection, stored)
        processing.mark_indexed(connection, version.document_id, version.id, AT)
    return stored


def ordinals(found: list[Chunk]) -> list[int]:
    return [chunk.ordinal for chunk in found]


def test_neighbours_come_nearest_first_and_from_the_same_version(
    records: Records, kb: KnowledgeBase
) -> None:
    one, other = seed(records, kb, "one", 6), seed(records, kb, "other", 3)
    with records.read() as connection:
        first, last, third = neighbours(connection, ANA, [one[3], one[5], other[0]], 2)
    assert (ordinals(first.before), ordinals(first.after)) == ([2, 1], [4, 5])
    assert (ordinals(last.before), ordinals(last.after)) == ([4, 3], [])
    assert (ordinals(third.before), ordinals(third.after)) == ([], [1, 2])
    assert {chunk.version_id for chunk in third.after} == {other[0].version_id}
    assert first.before[0] == unlinked(one[2])


def test_another_tier_ends_the_neighbourhood(records: Records, kb: KnowledgeBase) -> None:
    stored = seed(records, kb, "one", 4)
    with records.housekeeping() as connection:
        connection.execute(text("UPDATE chunks SET tier = 'table' WHERE ordinal = 2"))
    with records.read() as connection:
        (found,) = neighbours(connection, ANA, [stored[1]], 3)
    assert (ordinals(found.before), ordinals(found.after)) == ([0], [])


def test_strangers_and_versions_that_are_not_current_show_nothing(
    records: Records, kb: KnowledgeBase
) -> None:
    stored = seed(records, kb, "one", 3)
    with records.read() as connection:
        (found,) = neighbours(connection, BEA, [stored[1]], 1)
        assert (found.before, found.after) == ([], [])
    with records.housekeeping() as connection:
        connection.execute(text("UPDATE documents SET current_version_id = NULL"))
    with records.read() as connection:
        (found,) = neighbours(connection, ANA, [stored[1]], 1)
    assert (found.before, found.after) == ([], [])


def test_as_many_hits_as_a_search_may_have_are_looked_up(
    records: Records, kb: KnowledgeBase
) -> None:
    stored = seed(records, kb, "one", 120)
    with records.read() as connection:
        found = neighbours(connection, ANA, stored[:100], 3)
    assert [len(one.before) + len(one.after) for one in found] == [3, 4, 5, *[6] * 97]


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_the_lookup_goes_by_the_index(records: Records, kb: KnowledgeBase) -> None:
    """SQLite alone: a server plans by what its tables hold, and scans small ones rightly."""
    stored = seed(records, kb, "one", 9)
    asked: list[str] = []
    with records.read() as connection:
        event.listen(
            connection.engine, "before_cursor_execute", lambda *said: asked.append(said[2])
        )
        neighbours(connection, ANA, [stored[1], stored[5]], 1)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1]}", ("x",) * 8).all()
    details = [row.detail for row in plan]
    assert not [detail for detail in details if detail.startswith("SCAN chunks")], details
    assert sum("version_id=? AND ordinal>? AND ordinal<?" in one for one in details) == 2, details
