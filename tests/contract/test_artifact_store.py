"""What every artifact store must do, whichever engine is behind it.

Another engine is one more line in ``ADAPTERS``.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalystindex.stores.artifacts.base import (
    RAW,
    ArtifactStore,
    VersionPlace,
    document_prefix,
    knowledge_base_prefix,
)
from catalystindex.stores.artifacts.layered import LayeredArtifacts
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.artifacts.packed import PackedArtifacts
from support.stores import ANA

ADAPTERS: list[Callable[[Path], ArtifactStore]] = [
    lambda folder: LocalArtifacts(folder / "local"),
    lambda folder: PackedArtifacts(folder / "packed.sqlite"),
    lambda folder: LayeredArtifacts(
        LocalArtifacts(folder / "local"), PackedArtifacts(folder / "packed.sqlite")
    ),
]


@pytest.fixture(params=ADAPTERS, ids=["local", "packed", "layered"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ArtifactStore]:
    adapter: Callable[[Path], ArtifactStore] = request.param
    return lambda: adapter(tmp_path)


@pytest.fixture
def store(open_store: Callable[[], ArtifactStore]) -> ArtifactStore:
    return open_store()


def fill(store: ArtifactStore, *keys: str) -> None:
    for key in keys:
        store.put(key, key.encode())


class TestObjects:
    @pytest.mark.parametrize(
        "data",
        [b"", b"\0", b"plain", bytes(range(256)) * 20_000],
        ids=["empty", "nul", "text", "megabytes"],
    )
    def test_what_was_put_is_got(self, store: ArtifactStore, data: bytes) -> None:
        store.put("a/b/raw", data)
        assert store.get("a/b/raw") == data
        assert store.exists("a/b/raw")

    @pytest.mark.parametrize(
        ("start", "length"), [(0, 10), (0, 3), (3, 4), (9, 1), (10, 0), (0, 0), (4, 0)]
    )
    def test_a_range_is_what_the_whole_has_there(
        self, store: ArtifactStore, start: int, length: int
    ) -> None:
        store.put("a/pack", b"0123456789")
        assert store.get_range("a/pack", start, length) == b"0123456789"[start : start + length]

    @pytest.mark.parametrize(("start", "length"), [(0, 11), (9, 2), (11, 0), (-1, 3), (3, -1)])
    def test_a_range_that_the_object_does_not_have_is_refused(
        self, store: ArtifactStore, start: int, length: int
    ) -> None:
        store.put("a/pack", b"0123456789")
        with pytest.raises(ValueError, match="10 bytes"):
            store.get_range("a/pack", start, length)

    def test_a_range_of_what_is_not_there_is_said_to_be_missing(self, store: ArtifactStore) -> None:
        for length in (0, 1):
            with pytest.raises(FileNotFoundError):
                store.get_range("a/missing", 0, length)

    @pytest.mark.parametrize("new", [b"", b"short", b"much longer than before"])
    def test_an_object_is_replaced_wholly(self, store: ArtifactStore, new: bytes) -> None:
        store.put("a/raw", b"what was before")
        store.put("a/raw", new)
        assert store.get("a/raw") == new
        assert list(store.keys("a")) == ["a/raw"]

    @pytest.mark.parametrize("key", ["a/missing", "missing", "a"])
    def test_what_is_not_there_is_said_to_be_missing(self, store: ArtifactStore, key: str) -> None:
        store.put("a/raw", b"x")
        assert not store.exists(key)
        with pytest.raises(FileNotFoundError):
            store.get(key)

    @pytest.mark.parametrize(
        "key",
        [
            "acme/aml/x",
            "acme/ana@bank.example/x",
            "A.b_c-d/x",
            "a/parsed.json",
            "a/b/c/d/e/f/x",
            "a b/ü",
        ],
    )
    def test_keys_come_back_as_they_were_given(self, store: ArtifactStore, key: str) -> None:
        store.put(key, b"x")
        assert list(store.keys(key.partition("/")[0])) == [key]
        assert store.get(key) == b"x"

    def test_objects_survive_another_opening(self, open_store: Callable[[], ArtifactStore]) -> None:
        open_store().put("a/raw", b"kept")
        assert open_store().get("a/raw") == b"kept"


class TestPrefixes:
    KEYS = ("a/b/1", "a/b/2", "a/b/c/3", "a/bc/4", "a/5", "ab/6")

    def test_keys_under_a_prefix_come_in_order(self, store: ArtifactStore) -> None:
        fill(store, *reversed(self.KEYS))
        assert list(store.keys("a/b")) == ["a/b/1", "a/b/2", "a/b/c/3"]
        assert list(store.keys("a")) == ["a/5", "a/b/1", "a/b/2", "a/b/c/3", "a/bc/4"]
        assert list(store.keys("")) == sorted(self.KEYS)

    @pytest.mark.parametrize("prefix", ["x", "a/x", "b"])
    def test_nothing_is_under_a_prefix_that_is_not_there(
        self, store: ArtifactStore, prefix: str
    ) -> None:
        fill(store, *self.KEYS)
        assert list(store.keys(prefix)) == []
        assert store.remove_prefix(prefix) == 0
        assert list(store.keys("")) == sorted(self.KEYS)

    def test_removing_a_prefix_stops_at_whole_names(self, store: ArtifactStore) -> None:
        fill(store, *self.KEYS)
        assert store.remove_prefix("a/b") == 3
        assert list(store.keys("")) == ["a/5", "a/bc/4", "ab/6"]
        assert not store.exists("a/b/1")
        with pytest.raises(FileNotFoundError):
            store.get("a/b/c/3")

    def test_removing_twice_removes_nothing_more(self, store: ArtifactStore) -> None:
        fill(store, *self.KEYS)
        assert store.remove_prefix("a") == 5
        assert store.remove_prefix("a") == 0

    def test_two_may_remove_the_same_at_once(self, store: ArtifactStore) -> None:
        for turn in range(20):
            fill(store, *(f"turn-{turn}/{number}" for number in range(20)))
            with ThreadPoolExecutor(4) as threads:
                removals = [threads.submit(store.remove_prefix, f"turn-{turn}") for _ in range(4)]
            assert max(one.result() for one in removals) == 20
            assert list(store.keys("")) == []

    def test_what_was_removed_can_be_put_again(self, store: ArtifactStore) -> None:
        fill(store, *self.KEYS)
        store.remove_prefix("a/b")
        store.put("a/b/1", b"again")
        assert store.get("a/b/1") == b"again"
        assert list(store.keys("a/b")) == ["a/b/1"]

    @pytest.mark.parametrize("outside", ["{folder}/outside", "../outside", "a/../../outside"])
    def test_a_prefix_never_reaches_out_of_the_store(
        self, store: ArtifactStore, tmp_path: Path, outside: str
    ) -> None:
        victim = tmp_path / "outside" / "file"
        victim.parent.mkdir()
        victim.write_text("precious", "utf-8")
        fill(store, *self.KEYS)
        try:
            removed = store.remove_prefix(outside.format(folder=tmp_path))
        except ValueError:
            removed = 0
        assert removed == 0
        assert victim.read_text("utf-8") == "precious"

    @pytest.mark.parametrize("outside", ["{folder}/outside", "../outside"])
    def test_a_key_never_reaches_out_of_the_store(
        self, store: ArtifactStore, tmp_path: Path, outside: str
    ) -> None:
        with pytest.raises(ValueError, match=r"."):
            store.put(outside.format(folder=tmp_path), b"x")
        assert not (tmp_path / "outside").exists()


class TestPlaces:
    def test_a_version_is_below_its_document_below_its_knowledge_base(self) -> None:
        place = VersionPlace(ANA.key, "kb", "doc", "ver")
        assert place.path(RAW) == "acme/aml/kb/doc/ver/raw"
        assert place.document_prefix() == document_prefix(ANA.key, "kb", "doc") == "acme/aml/kb/doc"
        assert knowledge_base_prefix(ANA.key, "kb") == "acme/aml/kb"

    def test_removing_a_document_leaves_its_neighbours(self, store: ArtifactStore) -> None:
        places = [
            VersionPlace("acme/aml", "kb", "doc", "v1"),
            VersionPlace("acme/aml", "kb", "doc", "v2"),
            VersionPlace("acme/aml", "kb", "doc2", "v1"),
            VersionPlace("acme/aml2", "kb", "doc", "v1"),
        ]
        fill(store, *[place.path(RAW) for place in places])
        assert store.remove_prefix(places[0].document_prefix()) == 2
        assert [store.exists(place.path(RAW)) for place in places] == [False, False, True, True]
