"""At start the records are the truth, and the other stores are brought to agree with them."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete

from catalystindex.config.settings import Settings
from catalystindex.model.document import Document, DocumentStatus
from catalystindex.model.errors import DocumentNotFound
from catalystindex.owner.assembly import Owner
from catalystindex.stores.records import audit_log, documents, processing, removals
from catalystindex.stores.records.engine import open_sqlite
from catalystindex.stores.records.jobs import JobQuery
from catalystindex.stores.records.schema import jobs
from catalystindex.stores.vectors.base import VectorPoint
from support.documents import (
    add,
    find,
    make_base,
    running_owner,
    settings_for,
    settle,
    settle_job,
    stored_files,
    submit,
)
from support.stores import ANA, hex_id, noon_clock, sparse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


def fill(owner: Owner) -> list[Document]:
    base = make_base(owner)
    return [add(owner, base, f"# Memo\n\nCash deposit number {n}.", key=str(n)) for n in range(3)]


def counts_of(indexed: list[Document]) -> dict[str, int]:
    return {document.version_id: document.chunks for document in indexed}


def test_nothing_changes_where_all_agree(settings: Settings) -> None:
    with running_owner(settings) as owner:
        indexed = fill(owner)
        before, files = find(owner, "cash deposit"), stored_files(owner)
    with running_owner(settings) as owner:
        assert find(owner, "cash deposit") == before
        assert stored_files(owner) == files
        assert owner.vectors.version_counts() == counts_of(indexed)


def test_a_lost_index_is_restored_from_artifacts(settings: Settings) -> None:
    with running_owner(settings) as owner:
        indexed = fill(owner)
        before = find(owner, "cash deposit")
    shutil.rmtree(settings.data_dir / "vectors")
    with running_owner(settings) as owner:
        assert owner.vectors.version_counts() == counts_of(indexed)
        assert find(owner, "cash deposit") == before


def test_lost_points_of_one_version_are_restored(settings: Settings) -> None:
    with running_owner(settings) as owner:
        indexed = fill(owner)
        before = find(owner, "cash deposit")
        owner.vectors.remove_version(ANA, indexed[1].version_id)
    with running_owner(settings) as owner:
        assert find(owner, "cash deposit") == before


def orphan(document: Document, version_id: str) -> VectorPoint:
    return VectorPoint(
        chunk_id=hex_id(7),
        knowledge_base_id=document.knowledge_base_id,
        document_id=document.id,
        version_id=version_id,
        tier="semantic",
        media_type="text/plain",
        metadata={},
        dense=np.full(384, 384**-0.5, np.float32),
        sparse=sparse({1: 1.0}),
    )


def test_points_that_no_record_knows_are_removed(settings: Settings) -> None:
    with running_owner(settings) as owner:
        indexed = fill(owner)
        owner.vectors.upsert(ANA, [orphan(indexed[0], hex_id(99))])
        assert hex_id(99) in owner.vectors.version_counts()
    with running_owner(settings) as owner:
        assert owner.vectors.version_counts() == counts_of(indexed)


def test_a_surplus_point_of_a_known_version_is_removed(settings: Settings) -> None:
    with running_owner(settings) as owner:
        indexed = fill(owner)
        owner.vectors.upsert(ANA, [orphan(indexed[0], indexed[0].version_id)])
    with running_owner(settings) as owner:
        assert owner.vectors.version_counts() == counts_of(indexed)


def test_artifacts_that_no_record_knows_are_removed(settings: Settings) -> None:
    with running_owner(settings) as owner:
        fill(owner)
        files = stored_files(owner)
    stray = settings.data_dir / "artifacts" / ANA.key / hex_id(1) / hex_id(2) / hex_id(3) / "raw"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"cut off before it was acknowledged")
    with running_owner(settings) as owner:
        assert stored_files(owner) == files


@pytest.mark.parametrize("whole_base", [False, True], ids=["document", "knowledge-base"])
def test_a_deletion_that_a_crash_cut_off_is_finished(settings: Settings, whole_base: bool) -> None:
    with running_owner(settings) as owner:
        indexed = fill(owner)
    gone = indexed if whole_base else indexed[:1]
    records = open_sqlite(settings.data_dir, noon_clock(), 5)
    with records.housekeeping() as connection:  # what a crash right after its first step leaves
        for document in gone:
            documents.remove(connection, ANA, document.id)
        base = indexed[0].knowledge_base_id
        removals.add(connection, ANA, base, None if whole_base else gone[0].id)
    records.close()
    with running_owner(settings) as owner:
        left = indexed[len(gone) :]
        assert owner.vectors.version_counts() == counts_of(left)
        assert len({Path(file).parent for file in stored_files(owner)}) == len(left)
        with owner.records.read() as connection:
            assert removals.pending(connection) == []
        with pytest.raises(DocumentNotFound):
            owner.library.document(ANA, gone[0].id)


def test_one_version_that_cannot_be_restored_does_not_keep_the_rest_from_opening(
    settings: Settings,
) -> None:
    """Its raw bytes are there, so it is worked on again."""
    with running_owner(settings) as owner:
        indexed = fill(owner)
    shutil.rmtree(settings.data_dir / "vectors")
    for path in (settings.data_dir / "artifacts").rglob(f"{indexed[0].version_id}/vectors.npz"):
        path.unlink()
    with running_owner(settings) as owner:
        assert len(find(owner, "cash deposit")) >= 2
        assert settle(owner, indexed[0].id).status is DocumentStatus.INDEXED
        assert owner.vectors.version_counts() == counts_of(indexed)


def test_documents_that_waited_before_there_were_jobs_are_done_by_the_next_start(
    settings: Settings,
) -> None:
    """As revision 0006 of the records left them: accepted, and in no job."""
    with running_owner(settings) as owner:
        base = make_base(owner)
        owner.work.crew.stop()
        waiting = [submit(owner, base, f"Cash deposit number {n}.") for n in range(3)]
        with owner.records.housekeeping() as connection:
            connection.execute(delete(jobs))
            assert len(processing.without_job(connection, 10)) == 3
    with running_owner(settings) as owner:
        with owner.records.read() as connection:
            assert processing.without_job(connection, 10) == []
        settled = [settle(owner, document_id) for document_id in waiting]
        adopted = owner.jobs.page(ANA, JobQuery()).items
        for job in adopted:
            settle_job(owner, job.id)
        with owner.records.read() as connection:
            assert audit_log.verify(connection, ANA).valid
    assert {document.status for document in settled} == {DocumentStatus.INDEXED}
    assert {job.label for job in adopted} == {"repair"}
    assert {job.document_id for job in adopted} == set(waiting)
