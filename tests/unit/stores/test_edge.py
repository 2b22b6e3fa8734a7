"""The embedded vector store: generations, left-overs, and a writer that is killed."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from catalystindex.model.filters import AnyOf
from catalystindex.stores.vectors.base import MAX_UPSERT, VectorPoint, VectorQuery, merge_ranked
from catalystindex.stores.vectors.edge import STATE_FILE, EdgeVectorStore
from catalystindex.stores.vectors.edge_shard import EdgeShardFile
from catalystindex.stores.vectors.payload import VERSION, metadata_payload
from support.stores import ANA, BEA, point, sparse, unit

DIMENSION = 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vectors"


@pytest.fixture
def store(folder: Path) -> Iterator[EdgeVectorStore]:
    opened = EdgeVectorStore(folder, DIMENSION)
    yield opened
    opened.close()


def found(store: EdgeVectorStore) -> set[int]:
    query = VectorQuery(["kb-1"], 1000, unit([1, 0, 0, 0]), sparse({1: 1.0}))
    answer = store.query(ANA, query)
    dense, terms = ({int(chunk, 16) for chunk, _ in part} for part in (answer.dense, answer.sparse))
    assert dense == terms
    return dense


def build(folder: Path, points: list[VectorPoint], *, optimize: bool = True) -> Path:
    """Do what a compute worker does: make a generation of what the records hold."""
    shard = EdgeShardFile.create(folder, DIMENSION)
    for start in range(0, len(points), MAX_UPSERT):
        shard.upsert(ANA.key, points[start : start + MAX_UPSERT])
    if optimize:
        shard.optimize()
    shard.close()
    return folder


def nothing(_: EdgeShardFile) -> None:
    """Nothing was removed while the generation was built."""


def shards(folder: Path) -> list[str]:
    names: list[str] = json.loads((folder / STATE_FILE).read_text("utf-8"))["shards"]
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == sorted(names)
    return names


class TestGenerations:
    def test_everything_is_found_at_every_step_of_a_rebuild(
        self, store: EdgeVectorStore, folder: Path
    ) -> None:
        old = [point(n) for n in range(150)]
        store.upsert(ANA, old[:75])
        store.upsert(ANA, old[75:])
        place = store.begin_generation()
        assert not place.exists()
        assert store.fresh_points() == 150, "set aside is not yet in a generation"
        assert found(store) == set(range(150))
        store.upsert(ANA, [point(200)])
        build(place, old)
        assert found(store) == {*range(150), 200}
        store.adopt_generation(place, nothing)
        assert found(store) == {*range(150), 200}
        assert store.count(ANA) == 151
        assert store.fresh_points() == 1
        assert shards(folder)[0] == place.name

    def test_what_was_removed_while_it_was_built_is_caught_up(self, store: EdgeVectorStore) -> None:
        points = [point(1), point(2, version="ver-2")]
        store.upsert(ANA, points)
        place = store.begin_generation()
        build(place, points)
        store.remove_version(ANA, "ver-2")
        assert found(store) == {1}
        store.adopt_generation(place, lambda shard: shard.remove(ANA.key, VERSION, "ver-2"))
        assert found(store) == {1}
        assert store.version_counts() == {"ver-1": 1}

    def test_a_failing_catch_up_leaves_everything_as_it_was(
        self, store: EdgeVectorStore, folder: Path
    ) -> None:
        store.upsert(ANA, [point(1)])
        place = build(store.begin_generation(), [point(1), point(2)])
        before = json.loads((folder / STATE_FILE).read_text("utf-8"))

        def fail(_: EdgeShardFile) -> None:
            raise RuntimeError("half way")

        with pytest.raises(RuntimeError, match="half way"):
            store.adopt_generation(place, fail)
        assert json.loads((folder / STATE_FILE).read_text("utf-8")) == before
        assert found(store) == {1}

    def test_removals_after_the_swap_reach_the_generation(self, store: EdgeVectorStore) -> None:
        store.upsert(ANA, [point(1), point(2, document="doc-2")])
        place = store.begin_generation()
        store.adopt_generation(build(place, [point(1), point(2, document="doc-2")]), nothing)
        store.upsert(ANA, [point(3, document="doc-2")])
        store.remove_document(ANA, "doc-2")
        assert found(store) == {1}

    def test_generation_after_generation_leaves_two_shards(
        self, store: EdgeVectorStore, folder: Path
    ) -> None:
        points: list[VectorPoint] = []
        for number in range(3):
            points.append(point(number))
            store.upsert(ANA, points[-1:])
            store.adopt_generation(build(store.begin_generation(), points), nothing)
            assert len(shards(folder)) == 2
        assert found(store) == {0, 1, 2}

    def test_a_generation_is_there_after_reopening(self, folder: Path) -> None:
        first = EdgeVectorStore(folder, DIMENSION)
        first.upsert(ANA, [point(1)])
        first.adopt_generation(build(first.begin_generation(), [point(1)]), nothing)
        first.upsert(ANA, [point(2)])
        first.close()
        again = EdgeVectorStore(folder, DIMENSION)
        assert found(again) == {1, 2}
        assert again.fresh_points() == 1
        again.close()

    def test_a_chunk_written_again_after_a_rebuild_is_replaced_not_doubled(
        self, store: EdgeVectorStore
    ) -> None:
        store.upsert(ANA, [point(1, metadata={"k": "old"})])
        store.begin_generation()
        store.upsert(ANA, [point(1, metadata={"k": "new"})])
        assert store.count(ANA) == 1
        assert store.version_counts() == {"ver-1": 1}
        old = VectorQuery(["kb-1"], 5, unit([1, 0, 0, 0]), filters=AnyOf("k", ("old",)))
        assert store.query(ANA, old).dense == []

    def test_a_chunk_written_again_while_a_generation_was_built_is_not_doubled(
        self, store: EdgeVectorStore
    ) -> None:
        """Deleted and given again meanwhile: the newer writing counts, once."""
        store.upsert(ANA, [point(1, metadata={"k": "old"})])
        place = build(store.begin_generation(), [point(1, metadata={"k": "old"})])
        store.remove_version(ANA, "ver-1")
        store.upsert(ANA, [point(1, metadata={"k": "new"})])
        store.adopt_generation(place, nothing)
        assert store.count(ANA) == 1
        old = VectorQuery(["kb-1"], 5, unit([1, 0, 0, 0]), filters=AnyOf("k", ("old",)))
        assert store.query(ANA, old).dense == []

    def test_a_generation_that_a_newer_one_overtook_loses_nothing(
        self, store: EdgeVectorStore
    ) -> None:
        """The second begin set aside what the first generation has not seen."""
        store.upsert(ANA, [point(1)])
        stale = build(store.begin_generation(), [point(1)])
        store.upsert(ANA, [point(2)])
        store.begin_generation()
        with suppress(ValueError):
            store.adopt_generation(stale, nothing)
        assert found(store) == {1, 2}


class TestFolder:
    def test_left_over_folders_are_swept_at_the_start(self, folder: Path) -> None:
        first = EdgeVectorStore(folder, DIMENSION)
        first.upsert(ANA, [point(1)])
        unfinished = first.begin_generation()
        first.close()
        build(unfinished, [point(1), point(2)])
        (folder / "gen-000099").mkdir()
        again = EdgeVectorStore(folder, DIMENSION)
        assert len(shards(folder)) == 2
        assert found(again) == {1}
        again.close()

    def test_a_state_that_was_half_written_is_ignored(self, folder: Path) -> None:
        first = EdgeVectorStore(folder, DIMENSION)
        first.upsert(ANA, [point(1)])
        first.close()
        (folder / f"{STATE_FILE}.new").write_text('{"shar', "utf-8")
        again = EdgeVectorStore(folder, DIMENSION)
        assert found(again) == {1}
        again.close()

    def test_a_damaged_shard_is_left_out_and_the_others_answer(self, folder: Path) -> None:
        """The index is derived: reconciling with the records brings the lost points back."""
        first = EdgeVectorStore(folder, DIMENSION)
        first.upsert(ANA, [point(1)])
        older = shards(folder)[0]
        first.begin_generation()
        first.upsert(ANA, [point(2)])
        first.close()
        (folder / older / "edge_config.json").write_text("{")
        again = EdgeVectorStore(folder, DIMENSION)
        assert found(again) == {2}
        again.close()

    def test_reopening_opens_no_new_shard(self, folder: Path) -> None:
        EdgeVectorStore(folder, DIMENSION).close()
        before = shards(folder)
        EdgeVectorStore(folder, DIMENSION).close()
        assert shards(folder) == before

    def test_closing_twice_is_harmless(self, folder: Path) -> None:
        store = EdgeVectorStore(folder, DIMENSION)
        store.close()
        store.close()


class TestOwner:
    def test_one_upsert_is_bounded(self, store: EdgeVectorStore) -> None:
        with pytest.raises(ValueError, match=r"101 points .* bound is 100"):
            store.upsert(ANA, [point(n) for n in range(101)])

    def test_fresh_points_are_counted_over_all_tenants(self, store: EdgeVectorStore) -> None:
        store.upsert(ANA, [point(1)])
        store.upsert(BEA, [point(2)])
        assert store.fresh_points() == 2

    def test_an_orphan_is_removed_from_every_shard_whoever_it_was_of(
        self, store: EdgeVectorStore
    ) -> None:
        store.upsert(ANA, [point(1, version="orphan"), point(2)])
        store.begin_generation()
        store.upsert(BEA, [point(3, version="orphan")])
        store.remove_orphan("orphan")
        assert store.version_counts() == {"ver-1": 1}
        assert store.count(BEA) == 0


class TestPayload:
    def test_metadata_becomes_typed_keywords(self) -> None:
        assert metadata_payload({"b": [True, "1"], "a": "x", "c": []}) == {
            "meta": {"a": ["s:x"], "b": ["b:true", "s:1"], "c": []}
        }

    def test_numbers_instants_and_objects_stand_beside_the_keywords(self) -> None:
        assert metadata_payload({"a": [7, True, "1970-01-02"], "o": [{"n": 1}]}) == {
            "meta": {"a": ["i:7", "b:true", "s:1970-01-02"], "o": []},
            "num": {"a": [7]},
            "time": {"a": [86_400_000]},
            "obj": {"o": [{"meta": {"n": ["i:1"]}, "num": {"n": [1]}}]},
        }


class TestMerging:
    def test_the_best_score_of_a_chunk_counts_and_ties_go_by_id(self) -> None:
        lists = [[("b", 0.5), ("a", 0.1)], [("a", 0.9), ("c", 0.5)], []]
        assert merge_ranked(lists, 10) == [("a", 0.9), ("b", 0.5), ("c", 0.5)]
        assert merge_ranked(lists, 2) == [("a", 0.9), ("b", 0.5)]
        assert merge_ranked([], 5) == []


WRITER = """
import sys
from pathlib import Path
from support.stores import ANA, point
from catalystindex.stores.vectors.edge import EdgeVectorStore

store = EdgeVectorStore(Path(sys.argv[1]), 4)
number = 0
while True:
    store.upsert(ANA, [point(n) for n in range(number, number + 10)])
    number += 10
    if number == 50:
        store.remove_version(ANA, "nowhere")
        store.begin_generation()
    print(number, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [10, 200])
def test_acknowledged_points_survive_a_killed_writer(folder: Path, acknowledged: int) -> None:
    writer = subprocess.Popen(  # our own interpreter
        [sys.executable, "-c", WRITER, str(folder)],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    written = 0
    try:
        while written < acknowledged:
            line = writer.stdout.readline()
            assert line, "the writer died by itself"
            written = int(line)
    finally:
        writer.kill()
        rest = writer.stdout.read()
        writer.stdout.close()
        assert writer.wait(timeout=30) == -signal.SIGKILL
    written = max([written, *map(int, rest.split("\n")[:-1])])
    again = EdgeVectorStore(folder, DIMENSION)
    assert set(range(written)) <= found(again)
    again.upsert(ANA, [point(999_999)])
    assert 999_999 in found(again)
    again.close()
