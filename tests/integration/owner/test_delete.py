"""What is deleted is gone from every store."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import DocumentNotFound, KnowledgeBaseNotFound
from catalystindex.owner.assembly import Owner
from support.documents import (
    add,
    counted,
    eventually,
    find,
    in_hand,
    make_base,
    running_owner,
    settings_for,
    settle,
    stored_files,
    submit,
)
from support.stores import ANA, BEA

LONG = "\n\n".join(f"# Part {n}\n\n{'Cash was paid in. ' * 30}" for n in range(400))


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """An owner of this test alone: what is left behind is counted over all stores."""
    with running_owner(settings_for(tmp_path)) as opened:
        yield opened


def rows(owner: Owner) -> dict[str, int]:
    """Return how many rows there are about documents, and how many cached vectors."""
    data = owner.settings.data_dir
    counts: dict[str, int] = {}
    tables = {"records.sqlite": ("documents", "versions", "chunks", "term_stats", "removals")}
    for file, names in (tables | {"embeddings.sqlite": ("vectors",)}).items():
        connection = sqlite3.connect(data / file)
        for name in names:
            counts[name] = connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]  # noqa: S608
        connection.close()
    return counts


def assert_nothing_left(owner: Owner) -> None:
    left: dict[str, object] = {name: count for name, count in rows(owner).items() if count}
    left |= {"points": owner.vectors.version_counts(), "files": stored_files(owner)}
    assert left == {"points": {}, "files": []}


def let_the_worker_finish(owner: Owner) -> None:
    """Return when the one worker has let go: only then does it take another document."""
    add(owner, make_base(owner, "other"), "Other words.")
    owner.remover.remove_knowledge_base(ANA, "other")


def test_a_deleted_document_leaves_nothing(owner: Owner) -> None:
    base = make_base(owner)
    add(owner, base, "Cash deposits.", key="memo")
    document = add(owner, base, "Cash deposits of two versions.", key="memo")
    assert rows(owner)["vectors"] == 2
    owner.remover.remove_document(ANA, document.id)
    assert find(owner, "cash", base) == []
    with pytest.raises(DocumentNotFound):
        owner.library.document(ANA, document.id)
    with pytest.raises(DocumentNotFound):
        owner.remover.remove_document(ANA, document.id)
    assert_nothing_left(owner)


def test_a_deleted_document_leaves_the_others_as_they_were(owner: Owner) -> None:
    base = make_base(owner)
    add(owner, base, "Gold was sold.", key="kept")
    before = find(owner, "gold", base)
    gone = add(owner, base, "Gold was bought, and gold.", key="gone")
    owner.remover.remove_document(ANA, gone.id)
    assert find(owner, "gold", base) == before


def test_a_deleted_knowledge_base_leaves_nothing(owner: Owner) -> None:
    base = make_base(owner)
    for number in range(3):
        add(owner, base, f"Cash memo {number}.")
    add(owner, base, b"%PDF-1.7 broken")
    owner.remover.remove_knowledge_base(ANA, "bank")
    with pytest.raises(KnowledgeBaseNotFound):
        find(owner, "cash", "bank")
    assert find(owner, "cash") == []
    assert_nothing_left(owner)
    assert find(owner, "cash", make_base(owner)) == []


def test_another_workspace_cannot_delete(owner: Owner) -> None:
    document = add(owner, make_base(owner), "Cash deposits.")
    with pytest.raises(DocumentNotFound):
        owner.remover.remove_document(BEA, document.id)
    with pytest.raises(KnowledgeBaseNotFound):
        owner.remover.remove_knowledge_base(BEA, document.knowledge_base_id)
    assert len(find(owner, "cash")) == 1


def test_a_document_deleted_while_it_is_worked_on_leaves_nothing(owner: Owner) -> None:
    document_id = submit(owner, make_base(owner), LONG)
    eventually(lambda: in_hand(owner, document_id))
    owner.remover.remove_document(ANA, document_id)
    assert not in_hand(owner, document_id)
    let_the_worker_finish(owner)
    assert_nothing_left(owner)


def test_a_knowledge_base_deleted_while_it_is_worked_on_leaves_nothing(owner: Owner) -> None:
    submit(owner, make_base(owner), LONG)
    parsed = owner.settings.data_dir / "artifacts"
    eventually(lambda: any(parsed.rglob("chunks.json")))
    owner.remover.remove_knowledge_base(ANA, "bank")
    assert counted(owner, "catalyst_documents_total", status="indexed") == 0
    let_the_worker_finish(owner)
    assert_nothing_left(owner)
    assert counted(owner, "catalyst_documents_total", status="indexed") == 1


def test_a_deleted_document_can_come_back(owner: Owner) -> None:
    base = make_base(owner)
    first = add(owner, base, "Cash deposits.", key="memo")
    owner.remover.remove_document(ANA, first.id)
    again = add(owner, base, "Cash deposits.", key="memo")
    assert again.status is DocumentStatus.INDEXED
    assert len(find(owner, "cash", base)) == 1


def test_a_document_accepted_while_it_is_deleted_is_not_lost(owner: Owner) -> None:
    """Whichever comes last wins; a document that was acknowledged and is there can be read."""
    base = make_base(owner)
    for number in range(25):
        document_id = add(owner, base, "Cash deposits.", key=f"memo {number}").id
        together = threading.Barrier(2)

        def delete(gone: str = document_id, start: threading.Barrier = together) -> None:
            start.wait()
            owner.remover.remove_document(ANA, gone)

        thread = threading.Thread(target=delete)
        thread.start()
        together.wait()
        submit(owner, base, "Other deposits.", key=f"memo {number}")
        thread.join()
        try:
            document = settle(owner, document_id)
        except DocumentNotFound:
            continue
        assert document.status is DocumentStatus.INDEXED, document.problem
        assert owner.library.raw(ANA, document_id)[1] == b"Other deposits."
