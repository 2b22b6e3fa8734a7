"""Of two versions of a document the one that was handed in later is the latest."""

import pytest

from catalystindex.model.errors import DocumentSuperseded
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import documents
from catalystindex.stores.records.engine import Records
from support.jobs import moment
from support.stores import ANA, new_version


def test_what_was_handed_in_before_what_is_here_does_not_become_the_latest(
    records: Records, kb: KnowledgeBase
) -> None:
    old, new = (new_version(kb, "memo", text) for text in ("old", "new"))
    with records.housekeeping() as connection:
        documents.accept(connection, ANA, new, moment(20))
    with pytest.raises(DocumentSuperseded), records.housekeeping() as connection:
        documents.accept(connection, ANA, old, moment(30), moment(10))
    with records.read() as connection:
        assert documents.find(connection, ANA, new.document_id).version_id == new.id


def test_what_was_handed_in_after_it_does_though_it_came_here_no_later(
    records: Records, kb: KnowledgeBase
) -> None:
    old, new = (new_version(kb, "memo", text) for text in ("old", "new"))
    with records.housekeeping() as connection:
        documents.accept(connection, ANA, old, moment(30), moment(10))
        documents.accept(connection, ANA, new, moment(31), moment(20))
    with records.read() as connection:
        assert documents.find(connection, ANA, new.document_id).version_id == new.id


def test_the_latest_handed_in_again_is_newer_than_what_waited_meanwhile(
    records: Records, kb: KnowledgeBase
) -> None:
    first, between = (new_version(kb, "memo", text) for text in ("first", "between"))
    with records.housekeeping() as connection:
        documents.accept(connection, ANA, first, moment(10))
        documents.handed_in_again(connection, first.document_id, moment(30))
        documents.handed_in_again(connection, first.document_id, moment(5))
    with pytest.raises(DocumentSuperseded), records.housekeeping() as connection:
        documents.accept(connection, ANA, between, moment(40), moment(20))
