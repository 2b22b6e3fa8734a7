"""The first use of a metadata key fixes its type in its knowledge base."""

import pytest

from catalystindex.model.errors import MetadataTypeConflict
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.model.metadata import MetadataType
from catalystindex.stores.records import knowledge_bases, metadata_keys
from catalystindex.stores.records.engine import Records
from support.stores import ANA, AT, NOON, seed_knowledge_base

FIRST = {"a": "x", "b": 1, "c": True, "d": "2025-03-17", "e": ["x", "y"], "g": [], "h": {"k": 1}}


@pytest.fixture
def typed(records: Records, kb: KnowledgeBase) -> Records:
    with records.housekeeping() as connection:
        metadata_keys.fix(connection, kb.id, "doc-1", FIRST, AT)
    return records


def test_first_values_fix_types_and_an_empty_list_fixes_none(
    typed: Records, kb: KnowledgeBase
) -> None:
    with typed.read() as connection:
        page = metadata_keys.page(connection, kb.id, cursor=None, limit=50)
    found = {item.key: item.type.value for item in page.items}
    assert found == {
        "a": "text", "b": "integer", "c": "boolean", "d": "date", "e": "text", "h": "object",
    }  # fmt: skip
    assert (page.items[0].first_seen_at, page.items[0].first_document_id) == (NOON, "doc-1")


@pytest.mark.parametrize(
    ("key", "value", "expected", "got"),
    [
        ("a", 1, "text", "integer"),
        ("b", True, "integer", "boolean"),
        ("b", [1, "2"], "integer", "text"),
        ("c", 1, "boolean", "integer"),
        ("d", "soon", "date", "text"),
        ("h", "x", "object", "text"),
        ("new", [1, "2"], "integer", "text"),
    ],
)
def test_a_value_of_another_type_is_refused_and_says_why(
    typed: Records, kb: KnowledgeBase, key: str, value: object, expected: str, got: str
) -> None:
    with typed.housekeeping() as connection:
        with pytest.raises(MetadataTypeConflict) as caught:
            metadata_keys.check(connection, kb.id, {key: value})
        with pytest.raises(MetadataTypeConflict):
            metadata_keys.fix(connection, kb.id, "doc-2", {key: value}, AT)
    context = caught.value.context
    assert (context["key"], context["expected"], context["got"]) == (key, expected, got)
    assert key == "new" or context["document"] == "doc-1"


def test_values_that_fit_are_taken_and_change_nothing(typed: Records, kb: KnowledgeBase) -> None:
    with typed.housekeeping() as connection:
        before = metadata_keys.page(connection, kb.id, cursor=None, limit=50)
        again = {"a": ["2025-03-17"], "b": [1, 2], "d": "2025-03-17T10:00:00Z", "e": []}
        metadata_keys.check(connection, kb.id, again)
        metadata_keys.fix(connection, kb.id, "doc-2", again, AT)
        assert metadata_keys.page(connection, kb.id, cursor=None, limit=50) == before


def test_each_knowledge_base_has_its_own_types(typed: Records, kb: KnowledgeBase) -> None:
    other = seed_knowledge_base(typed, "other")
    with typed.housekeeping() as connection:
        metadata_keys.fix(connection, other.id, "doc-3", {"a": 7}, AT)
        both = metadata_keys.key_types(connection, [kb.id, other.id], ["a", "b", "unused"])
        assert both == {
            "a": {MetadataType.TEXT, MetadataType.INTEGER},
            "b": {MetadataType.INTEGER},
        }
        knowledge_bases.remove(connection, ANA, other.id)
        assert metadata_keys.page(connection, other.id, cursor=None, limit=9).items == []


def test_pages_are_in_the_order_of_keys(typed: Records, kb: KnowledgeBase) -> None:
    with typed.read() as connection:
        first = metadata_keys.page(connection, kb.id, cursor=None, limit=4)
        rest = metadata_keys.page(connection, kb.id, cursor=first.next_cursor, limit=4)
    assert [item.key for item in first.items + rest.items] == ["a", "b", "c", "d", "e", "h"]
    assert rest.next_cursor is None
