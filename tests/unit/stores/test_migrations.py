"""Databases of earlier revisions, with documents in them, are brought up without losing any."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from sqlalchemy import inspect, text

from catalystindex.audit.chain import action
from catalystindex.model.document import DocumentProblem, DocumentStatus
from catalystindex.stores.records import audit_log, chunks, documents, processing, terms
from catalystindex.stores.records.engine import Records, _alembic_config, open_sqlite
from catalystindex.stores.records.sqlite import FILE_NAME
from support.stores import ANA, AT, new_chunks, new_version, noon_clock, seed_knowledge_base

NEW_COLUMNS = {"versions": {"reading"}, "chunks": {"boxes", "ocr_confidence"}}


def opened(folder: Path) -> Records:
    return open_sqlite(folder, noon_clock(), busy_timeout=10)


def move(records: Records, revision: str) -> None:
    """Take the schema to a revision, up or down."""
    with records.housekeeping() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        if revision == "head":
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)


def columns(records: Records, table: str) -> set[str]:
    with records.read() as connection:
        return {column["name"] for column in inspect(connection).get_columns(table)}


@pytest.fixture
def first(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A database of revision 0001, written by plain SQL as that revision had it."""
    records = opened(tmp_path)
    move(records, "0001")
    records.close()
    connection = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    yield connection
    connection.close()


def write_first_rows(connection: sqlite3.Connection) -> None:
    """Store an indexed document of two chunks with nothing but the columns of revision 0001."""
    insert(
        connection,
        "knowledge_bases",
        id="kb", tenant=ANA.key, name="bank", description="", chunks=2, created_at=AT,
    )  # fmt: skip
    insert(
        connection,
        "documents",
        id="doc", tenant=ANA.key, knowledge_base_id="kb", key="memo", status="indexed",
        latest_version_id="ver", current_version_id="ver", attempts=0, created_at=AT,
        updated_at=AT,
    )  # fmt: skip
    insert(
        connection,
        "versions",
        id="ver", document_id="doc", number=1, title="Memo", filename="memo.pdf",
        media_type="application/pdf", content_hash="0" * 64, size_bytes=9, metadata="{}",
        policy='{"name": "default"}', pages=2, chunks=2, created_by="ana", created_at=AT,
    )  # fmt: skip
    for ordinal in range(2):
        insert(
            connection,
            "chunks",
            id=f"chunk{ordinal}", version_id="ver", ordinal=ordinal, tier="semantic",
            text=f"passage {ordinal}", heading_path=json.dumps(["Top"]), start=9 * ordinal,
            end=9 * ordinal + 8, first_page=ordinal + 1, last_page=ordinal + 1, tokens=3,
        )  # fmt: skip


def insert(connection: sqlite3.Connection, table: str, **values: object) -> None:
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    sentence = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # names of this test
    connection.execute(sentence, tuple(values.values()))


def test_what_an_earlier_revision_stored_is_searchable_as_before(
    first: sqlite3.Connection, tmp_path: Path
) -> None:
    write_first_rows(first)
    records = opened(tmp_path)
    assert records.at_head()
    with records.read() as connection:
        document = documents.find(connection, ANA, "doc")
        seen = chunks.visible(connection, ANA, ["chunk0", "chunk1"])
        page = chunks.page(connection, ANA, "doc", cursor=None, limit=10)
        (ready,) = processing.searchable(connection)
    records.close()
    assert (document.status, document.searchable) == (DocumentStatus.INDEXED, True)
    assert (document.title, document.pages, document.chunks) == ("Memo", 2, 2)
    assert document.reading is None
    assert set(seen) == {"chunk0", "chunk1"}
    assert ready.version_id == "ver"
    assert [chunk.text for chunk in page.items] == ["passage 0", "passage 1"]
    assert [chunk.pages.first for chunk in page.items if chunk.pages] == [1, 2]
    assert [(chunk.boxes, chunk.ocr_confidence) for chunk in page.items] == [([], None)] * 2


def test_a_version_of_an_earlier_revision_can_be_replaced_and_described(
    first: sqlite3.Connection, tmp_path: Path
) -> None:
    write_first_rows(first)
    records = opened(tmp_path)
    with records.housekeeping() as connection:
        processing.describe_version(
            connection, "ver", title="Memo", pages=2, reading={"parser": "pdfium/1"}
        )
        found = documents.find(connection, ANA, "doc").reading
    records.close()
    assert found is not None
    assert found.parser == "pdfium/1"


def test_going_back_and_forth_keeps_documents_chunks_and_the_audit_chain(tmp_path: Path) -> None:
    records = opened(tmp_path)
    base = seed_knowledge_base(records)
    version = new_version(base)
    made = new_chunks(version, 3)
    with records.housekeeping() as connection:
        documents.accept(connection, ANA, version, AT)
        chunks.add(connection, made)
        processing.mark_indexed(connection, version.document_id, version.id, AT)
    move(records, "0001")
    for table, added in NEW_COLUMNS.items():
        assert not columns(records, table) & added
    move(records, "head")
    for table, added in NEW_COLUMNS.items():
        assert columns(records, table) >= added
    with records.read() as connection:
        assert chunks.page(connection, ANA, version.document_id, cursor=None, limit=9).items == made
        assert documents.find(connection, ANA, version.document_id).searchable
        assert audit_log.verify(connection, ANA).valid
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    records.close()


def test_the_audit_log_refuses_changes_after_migrating_too(tmp_path: Path) -> None:
    records = opened(tmp_path)
    move(records, "0001")
    move(records, "head")
    with records.read() as connection:
        triggers = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        ).scalars()
        assert list(triggers) == ["audit_entries_refuse_delete", "audit_entries_refuse_update"]
    records.close()


def test_a_database_of_the_second_revision_goes_on_with_counts_and_chain(tmp_path: Path) -> None:
    """Revision 0003 leaves a SQLite file's numbers, triggers and entries as they were."""
    records = opened(tmp_path)
    base = seed_knowledge_base(records)
    version = new_version(base)
    counts = terms.count_terms([np.array([1, 2**32 - 1], np.uint32)])
    with records.change(ANA, action("document.accept", "x")) as connection:
        documents.accept(connection, ANA, version, AT)
        terms.apply_version(connection, base.id, version.id, counts)
    move(records, "0002")
    records.close()
    again = opened(tmp_path)
    assert again.at_head()
    with again.change(ANA, action("document.index", "x")) as connection:
        terms.apply_version(connection, base.id, version.id, counts)
    with again.read() as connection:
        found = terms.statistics(connection, [base.id], [1, 2**32 - 1])
        report = audit_log.verify(connection, ANA)
    again.close()
    assert found.frequencies == {1: 2, 2**32 - 1: 2}
    assert (report.valid, report.entries) == (True, 2)


def test_documents_that_wait_at_the_sixth_revision_wait_without_a_job(tmp_path: Path) -> None:
    """The first start after revision 0007 gives them one."""
    records = opened(tmp_path)
    base = seed_knowledge_base(records)
    waiting, done, failed = (new_version(base, key) for key in ("waiting", "done", "failed"))
    problem = DocumentProblem(code="document.corrupt", detail="Page 3 is damaged.")
    with records.housekeeping() as connection:
        for version in (waiting, done, failed):
            documents.accept(connection, ANA, version, AT)
        processing.mark_indexed(connection, done.document_id, done.id, AT)
        processing.mark_failed(connection, failed.document_id, problem, AT)
    move(records, "0006")
    assert "attempts" in columns(records, "documents")
    with records.housekeeping() as connection:
        connection.execute(text("UPDATE documents SET attempts = 2"))
    records.close()
    again = opened(tmp_path)
    assert again.at_head()
    assert "attempts" not in columns(again, "documents")
    with again.read() as connection:
        adopted = processing.without_job(connection, limit=10)
        found = processing.pending(connection, waiting.document_id, waiting.id)
        kept = [documents.find(connection, ANA, one.document_id) for one in (done, failed)]
    again.close()
    assert adopted == [(ANA.key, base.id, waiting.document_id, waiting.id)]
    assert found is not None
    assert found.redo == 0
    assert [(one.status, one.problem) for one in kept] == [
        (DocumentStatus.INDEXED, None),
        (DocumentStatus.FAILED, problem),
    ]


def test_a_cancelled_document_has_failed_for_a_revision_without_jobs(tmp_path: Path) -> None:
    records = opened(tmp_path)
    version = new_version(seed_knowledge_base(records))
    with records.housekeeping() as connection:
        documents.accept(connection, ANA, version, AT)
        processing.mark_cancelled(connection, version.document_id, version.id, AT)
    move(records, "0006")
    with records.read() as connection:
        row = connection.execute(text("SELECT status, problem_code FROM documents")).one()
    assert tuple(row) == ("failed", "job.cancelled")
    move(records, "head")
    records.close()
