"""A new index generation, built while the owner goes on."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalystindex.config.settings import Settings
from catalystindex.jobs.compute import WorkerLost
from catalystindex.model.document import Document
from catalystindex.owner.assembly import Owner
from support.documents import (
    add,
    counted,
    eventually,
    find,
    make_base,
    rebuild_began,
    running_owner,
    settings_for,
)
from support.stores import ANA


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


@pytest.fixture
def owner(settings: Settings) -> Iterator[Owner]:
    with running_owner(settings) as opened:
        yield opened


def fill(owner: Owner, name: str = "bank", count: int = 6) -> list[Document]:
    base = make_base(owner, name)
    return [
        add(owner, base, f"# Memo {n}\n\nCash deposit {n}.\n\n# More\n\nGold {n}.", key=str(n))
        for n in range(count)
    ]


def test_a_rebuild_changes_no_answer_and_empties_the_fresh_shard(
    owner: Owner, settings: Settings
) -> None:
    indexed = fill(owner)
    before = find(owner, "cash deposit and gold", limit=100)
    counts = owner.vectors.version_counts()
    assert owner.vectors.fresh_points() == 12
    assert owner.maintenance.rebuild() == sum(document.chunks for document in indexed)
    assert find(owner, "cash deposit and gold", limit=100) == before
    assert owner.vectors.version_counts() == counts
    assert owner.vectors.fresh_points() == 0
    assert counted(owner, "catalyst_index_rebuilds_total", outcome="adopted") == 1
    assert (
        len(
            [
                path
                for path in (settings.data_dir / "vectors" / "g000001").iterdir()
                if path.is_dir()
            ]
        )
        == 2
    )


def test_a_generation_survives_reopening_and_takes_changes(settings: Settings) -> None:
    with running_owner(settings) as owner:
        indexed = fill(owner)
        owner.maintenance.rebuild()
        owner.remover.remove_document(ANA, indexed[0].id)
        add(owner, indexed[0].knowledge_base_id, "Silver.", key="1")
        before = find(owner, "cash gold silver", limit=100)
    with running_owner(settings) as owner:
        assert find(owner, "cash gold silver", limit=100) == before
        assert indexed[0].version_id not in owner.vectors.version_counts()
        owner.maintenance.rebuild()
        assert find(owner, "cash gold silver", limit=100) == before


def test_a_rebuild_of_nothing_is_empty(owner: Owner) -> None:
    assert owner.maintenance.rebuild() == 0
    fill(owner, count=1)
    assert find(owner, "cash")


def test_adding_replacing_and_deleting_go_on_during_a_rebuild(owner: Owner) -> None:
    still = fill(owner, "still")
    moving = fill(owner, "moving")
    before = find(owner, "cash deposit and gold", "still", limit=100)
    with ThreadPoolExecutor(1) as pool:
        rebuilt = pool.submit(owner.maintenance.rebuild)
        eventually(lambda: rebuild_began(owner))
        owner.remover.remove_document(ANA, moving[0].id)
        replaced = add(owner, moving[1].knowledge_base_id, "Silver replaced it.", key="1")
        fresh = add(owner, moving[1].knowledge_base_id, "Platinum came.", key="new")
        assert not rebuilt.done(), "the rebuild was over before anything changed"
        answers = 0
        while not rebuilt.done():
            assert find(owner, "cash deposit and gold", "still", limit=100) == before
            answers += 1
            time.sleep(0.01)
        assert rebuilt.result() > 0
    assert answers
    assert find(owner, "cash deposit and gold", "still", limit=100) == before
    found = {hit.citation.version_id for hit in find(owner, "cash gold silver platinum", limit=100)}
    wanted = [*still, *moving[2:], replaced, fresh]
    assert found == {document.version_id for document in wanted}
    counts = {document.version_id: document.chunks for document in wanted}
    assert owner.vectors.version_counts() == counts


def test_a_document_deleted_and_added_again_during_a_rebuild_is_held_once(
    owner: Owner, settings: Settings
) -> None:
    indexed = fill(owner)
    before = find(owner, "cash deposit", limit=100)
    with ThreadPoolExecutor(1) as pool:
        rebuilt = pool.submit(owner.maintenance.rebuild)
        eventually(lambda: rebuild_began(owner))
        owner.remover.remove_document(ANA, indexed[0].id)
        text = "# Memo 0\n\nCash deposit 0.\n\n# More\n\nGold 0."
        again = add(owner, indexed[0].knowledge_base_id, text, key="0")
        assert again.version_id == indexed[0].version_id
        rebuilt.result()
    assert find(owner, "cash deposit", limit=100) == before
    counts = {document.version_id: document.chunks for document in indexed}
    assert owner.vectors.version_counts() == counts


def test_content_that_returns_after_a_rebuild_is_held_once(owner: Owner) -> None:
    """Its points are in the generation; a detour that never got indexed must not double them."""
    base = make_base(owner)
    first = add(owner, base, "Cash deposits.", key="memo")
    owner.maintenance.rebuild()
    add(owner, base, b"%PDF-1.7 broken", key="memo")
    again = add(owner, base, "Cash deposits.", key="memo")
    assert again.version_id == first.version_id
    assert len(find(owner, "cash", base)) == 1
    assert owner.vectors.count(ANA, base) == 1


def test_a_killed_build_leaves_the_index_as_it_was_and_the_next_one_works(owner: Owner) -> None:
    fill(owner)
    before = find(owner, "cash deposit", limit=100)
    others = set(multiprocessing.active_children())
    with ThreadPoolExecutor(1) as pool:
        rebuilt = pool.submit(owner.maintenance.rebuild)
        eventually(lambda: bool(set(multiprocessing.active_children()) - others))
        (builder,) = set(multiprocessing.active_children()) - others
        assert builder.pid is not None
        os.kill(builder.pid, signal.SIGKILL)
        with pytest.raises(WorkerLost):
            rebuilt.result()
    assert find(owner, "cash deposit", limit=100) == before
    assert counted(owner, "catalyst_index_rebuilds_total", outcome="failed") == 1
    assert owner.maintenance.rebuild() == 12
    assert find(owner, "cash deposit", limit=100) == before


def test_two_rebuilds_at_once_both_succeed_one_after_the_other(owner: Owner) -> None:
    fill(owner)
    for _ in range(2):
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(owner.maintenance.rebuild) for _ in range(2)]
            assert [one.result() for one in both] == [12, 12]


def test_a_grown_fresh_shard_is_rebuilt_without_being_asked(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    vectors = settings.vectors.model_copy(update={"rebuild_after": 100})
    with running_owner(settings.model_copy(update={"vectors": vectors})) as owner:
        text = "\n\n".join(f"# Part {n}\n\nCash {n}." for n in range(110))
        document = add(owner, make_base(owner), text)
        assert document.chunks == 110
        eventually(lambda: rebuild_began(owner))
        eventually(lambda: counted(owner, "catalyst_index_rebuilds_total", outcome="adopted") == 1)
        assert owner.vectors.version_counts() == {document.version_id: 110}


def test_closing_gives_up_a_build_under_way(settings: Settings) -> None:
    with running_owner(settings) as owner:
        fill(owner, count=2)
        before = find(owner, "cash", limit=100)
        failed: list[BaseException] = []

        def rebuild() -> None:
            try:
                owner.maintenance.rebuild()
            except WorkerLost as lost:
                failed.append(lost)

        thread = threading.Thread(target=rebuild)
        thread.start()
        eventually(lambda: rebuild_began(owner))
        began = time.monotonic()
    assert time.monotonic() - began < 10
    thread.join(10)
    assert not thread.is_alive()
    with running_owner(settings) as owner:
        assert find(owner, "cash", limit=100) == before
