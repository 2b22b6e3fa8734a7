"""Artifacts as files: what is on the disk afterwards."""

from pathlib import Path

from catalystindex.stores.artifacts.local import LocalArtifacts


def test_an_object_is_a_file_of_its_key(tmp_path: Path) -> None:
    LocalArtifacts(tmp_path / "made" / "below").put("acme/aml/raw", b"x")
    assert (tmp_path / "made" / "below" / "acme" / "aml" / "raw").read_bytes() == b"x"


def test_writing_leaves_nothing_else_behind(tmp_path: Path) -> None:
    store = LocalArtifacts(tmp_path)
    for data in (b"one", b"two"):
        store.put("a/raw", data)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["raw"]


def test_removing_leaves_no_empty_folder(tmp_path: Path) -> None:
    store = LocalArtifacts(tmp_path)
    store.put("a/b/c/raw", b"x")
    store.put("a/d/raw", b"x")
    store.remove_prefix("a/b")
    assert not (tmp_path / "a" / "b").exists()
    assert (tmp_path / "a" / "d" / "raw").is_file()


def test_a_folder_reached_through_a_link_works(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    store = LocalArtifacts(tmp_path / "link")
    store.put("a/raw", b"x")
    assert list(store.keys("a")) == ["a/raw"]
    assert store.remove_prefix("a") == 1
