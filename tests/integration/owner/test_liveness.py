"""Trouble in one place must not stop the others: the line moves on, searches find their hits."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from catalystindex.documents.pipeline import Pipeline
from catalystindex.model.document import DocumentStatus
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.vectors.base import Candidates, VectorQuery
from support.documents import add, eventually, find, make_base, running_owner, settings_for, submit
from support.stores import ANA


def test_records_that_are_locked_for_a_while_do_not_end_ingestion(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    records = settings.records.model_copy(update={"busy_timeout": 0.3})
    with running_owner(settings.model_copy(update={"records": records})) as owner:
        base = make_base(owner)
        document = submit(owner, base, "Cash deposits.", key="memo")
        other = sqlite3.connect(settings.data_dir / "records.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(2.0)
        other.execute("ROLLBACK")
        other.close()
        eventually(lambda: owner.library.document(ANA, document).status is DocumentStatus.INDEXED)
        assert len(owner.work.crew.live(Lane.COMPUTE)) == 1
        assert len(owner.work.crew.live(Lane.ACQUIRE)) == settings.jobs.acquirers


def test_a_search_finds_its_hits_while_a_large_like_document_is_being_indexed(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base(owner)
    add(owner, base, "Cash deposits at the harbour branch.", key="small")
    reached, go_on = threading.Event(), threading.Event()
    commit = Pipeline._commit

    def held(self: Pipeline, *arguments: object) -> None:
        reached.set()
        go_on.wait(30)
        commit(self, *arguments)  # type: ignore[arg-type]  # handed through as they came

    monkeypatch.setattr(Pipeline, "_commit", held)
    paragraphs = (f"# P{n}\n\nCash deposits at the harbour branch, part {n}." for n in range(400))
    submit(owner, base, "\n\n".join(paragraphs), key="large")
    try:
        assert reached.wait(60)
        assert [hit.citation.filename for hit in find(owner, "cash deposits harbour branch")]
    finally:
        go_on.set()


def test_what_the_owner_writes_is_readable_by_nobody_else(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    settings.data_dir.mkdir(mode=0o755, exist_ok=True)
    with running_owner(settings) as owner:
        add(owner, make_base(owner), "Cash deposits.", key="memo")
        open_to_others = [
            path
            for path in settings.data_dir.rglob("*")
            if path.is_file() and path.stat().st_mode & 0o077
        ]
    assert open_to_others == []


def test_a_document_replaced_in_the_middle_of_a_search_is_found_by_its_new_version(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base(owner, "swapping")
    for number in range(12):
        add(owner, base, f"The branch has a vault, note {number}.", key=f"other {number}")
    add(owner, base, "The branch vault keeps the cash of Quayside.", key="swapped")
    query = owner.vectors.query

    def swap_then_answer(tenant: Tenant, wanted: VectorQuery) -> Candidates:
        found = query(tenant, wanted)
        monkeypatch.undo()
        add(owner, base, "The branch vault keeps the gold of Quayside.", key="swapped")
        return found

    monkeypatch.setattr(owner.vectors, "query", swap_then_answer)
    texts = [hit.text for hit in find(owner, "branch vault Quayside")]
    assert "The branch vault keeps the gold of Quayside." in texts
