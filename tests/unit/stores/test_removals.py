"""Deletions that other stores still have to follow."""

import pytest

from catalystindex.audit.chain import action
from catalystindex.stores.records import removals
from catalystindex.stores.records.engine import Records
from support.stores import ANA, BEA


def test_removals_wait_oldest_first_until_they_are_finished(records: Records) -> None:
    with records.housekeeping() as connection:
        first = removals.add(connection, ANA, "kb", "doc")
        second = removals.add(connection, BEA, "kb", None)
    assert (first.tenant_key, first.knowledge_base_id, first.document_id) == (ANA.key, "kb", "doc")
    assert second.document_id is None
    with records.housekeeping() as connection:
        assert removals.pending(connection) == [first, second]
        removals.finish(connection, first)
        assert removals.pending(connection) == [second]


def test_a_deletion_that_was_rolled_back_is_not_to_be_followed(records: Records) -> None:
    def fail() -> None:
        with records.change(ANA, action("document.delete", "doc")) as connection:
            removals.add(connection, ANA, "kb", "doc")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    with records.read() as connection:
        assert removals.pending(connection) == []


def test_finishing_twice_does_not_forget_a_later_removal(records: Records) -> None:
    """Ids are not used again: a late or repeated finish must hit nothing."""
    with records.housekeeping() as connection:
        first = removals.add(connection, ANA, "kb", "doc-1")
        removals.finish(connection, first)
        second = removals.add(connection, ANA, "kb", "doc-2")
        removals.finish(connection, first)
        assert removals.pending(connection) == [second]
