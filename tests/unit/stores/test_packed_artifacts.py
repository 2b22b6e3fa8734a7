"""The pack of small artifacts, and files and pack as one store."""

from pathlib import Path

import pytest

from catalystindex.model.errors import Unavailable
from catalystindex.stores.artifacts.layered import LayeredArtifacts
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.artifacts.packed import PackedArtifacts


@pytest.fixture
def packed(tmp_path: Path) -> PackedArtifacts:
    return PackedArtifacts(tmp_path / "packed.sqlite")


@pytest.fixture
def files(tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "files")


@pytest.fixture
def layered(files: LocalArtifacts, packed: PackedArtifacts) -> LayeredArtifacts:
    return LayeredArtifacts(files, packed)


def test_many_objects_are_stored_together_or_not_at_all(packed: PackedArtifacts) -> None:
    packed.put_many({"a/b/d1/v1/raw": b"1", "a/b/d2/v2/raw": b"2"})
    with pytest.raises(ValueError, match="key"):
        packed.put_many({"a/b/d3/v3/raw": b"3", "../escape": b"4"})
    assert list(packed.keys("")) == ["a/b/d1/v1/raw", "a/b/d2/v2/raw"]


def test_another_process_sees_what_is_packed(packed: PackedArtifacts, tmp_path: Path) -> None:
    other = PackedArtifacts(tmp_path / "packed.sqlite")
    packed.put("a/b/d/v/raw", b"1")
    assert other.get("a/b/d/v/raw") == b"1"
    other.put("a/b/d/v/vectors.npz", b"2")
    assert packed.get("a/b/d/v/vectors.npz") == b"2"
    assert packed.remove_prefixes(["a/b/d", "a/b/e"]) == 2


def test_what_was_removed_leaves_no_bytes(packed: PackedArtifacts, tmp_path: Path) -> None:
    packed.put("a/b/d/v/raw", b"unspeakable " * 1_000)
    packed.remove_prefix("a/b/d")
    packed.close()
    assert b"unspeakable" not in (tmp_path / "packed.sqlite").read_bytes()


def test_a_file_that_is_no_pack_is_said_to_be_away(tmp_path: Path) -> None:
    (tmp_path / "packed.sqlite").write_bytes(b"no database at all " * 100)
    with pytest.raises(Unavailable, match="event texts"):
        PackedArtifacts(tmp_path / "packed.sqlite")


def test_what_belongs_to_a_packed_document_joins_it(
    layered: LayeredArtifacts, files: LocalArtifacts, packed: PackedArtifacts
) -> None:
    layered.pack({"a/b/kb/d1/v1/raw": b"event"})
    layered.put("a/b/kb/d1/v1/vectors-2.npz", b"vectors of another encoder")
    layered.put("a/b/kb/d1/v2/raw", b"a version chunked anew")
    layered.put("a/b/kb/d2/v1/raw", b"document")
    assert list(files.keys("")) == ["a/b/kb/d2/v1/raw"]
    assert len(list(packed.keys(""))) == 3
    assert list(layered.keys("a/b/kb")) == sorted(layered.keys(""))
    assert layered.remove_prefix("a/b/kb") == 4
    assert list(layered.keys("")) == []


def test_what_was_packed_is_unpacked(layered: LayeredArtifacts) -> None:
    layered.pack({"a/b/kb/d1/v1/raw": b"1", "a/b/kb/d2/v1/raw": b"2"})
    layered.unpack(["a/b/kb/d1/v1"])
    assert list(layered.keys("")) == ["a/b/kb/d2/v1/raw"]
