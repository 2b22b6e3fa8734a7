"""A checkpoint is whole after a stop at any moment: the old one or the new one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catalystindex.detection.live.checkpoint import MANIFEST, Checkpoint, Checkpoints, Kept
from catalystindex.model.errors import WindowFileInvalid
from catalystindex.stores import disk

WORKSPACES = ("acme/one", "acme/two", "beta/one")


def saver(text: str) -> Callable[[Path], None]:
    def save(path: Path) -> None:
        path.write_text(text)

    return save


def checkpoint(number: int) -> Checkpoint:
    kept = tuple(Kept(key, "ana", "") for key in WORKSPACES)
    return Checkpoint("rules", number, {0: number}, {0: number - 1}, kept)


def said(checkpoints: Checkpoints) -> dict[str, str]:
    found = checkpoints.read()
    assert found is not None
    return {one.tenant: checkpoints.path_of(one).read_text() for one in found.workspaces}


def first(folder: Path) -> tuple[Checkpoints, Checkpoint]:
    made = Checkpoints(folder)
    return made, made.write(checkpoint(1), {key: saver(f"{key} 1") for key in WORKSPACES})


def test_what_has_not_changed_keeps_its_file(tmp_path: Path) -> None:
    checkpoints, before = first(tmp_path)
    after = checkpoints.write(
        replace(checkpoint(2), workspaces=before.workspaces), {"acme/two": saver("new")}
    )
    assert said(checkpoints) == {
        "acme/one": "acme/one 1", "acme/two": "new", "beta/one": "beta/one 1",
    }  # fmt: skip
    assert checkpoints.read() == after
    files = {one.name for one in tmp_path.iterdir()}
    assert files == {MANIFEST, *(one.file for one in after.workspaces)}


def test_what_other_releases_and_stops_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "0123456789abcdef-1").mkdir()
    (tmp_path / "0123456789abcdef-1" / "book.npz").write_bytes(b"old")
    (tmp_path / "left-over.state").write_bytes(b"of a stop")
    first(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1 + len(WORKSPACES)


REFUSED = [
    *(("save", good) for good in range(3)),
    *(("sync_file", good) for good in range(4)),
    ("sync_folder", 0),
    ("replace", 0),
]
"""What the disk refuses, and how often it does it before."""


@pytest.mark.parametrize(("call", "good"), REFUSED)
def test_the_last_checkpoint_stands_when_the_disk_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, good: int
) -> None:
    checkpoints, before = first(tmp_path)
    calls = iter(range(100))

    def fails(path: Path, *_: object) -> None:
        if next(calls) == good:
            raise OSError(28, "No space left on device", str(path))

    savers = {key: saver(f"{key} 2") for key in WORKSPACES}
    with monkeypatch.context() as patch:
        if call == "save":
            savers = dict.fromkeys(WORKSPACES, fails)
        else:
            patch.setattr(Path if call == "replace" else disk, call, fails)
        with pytest.raises(WindowFileInvalid, match="No space"):
            checkpoints.write(replace(checkpoint(2), workspaces=before.workspaces), savers)
    assert said(checkpoints) == {key: f"{key} 1" for key in WORKSPACES}
    assert checkpoints.read() == before


def test_after_a_refusal_the_next_checkpoint_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the manifest was in place already when the disk refused."""
    checkpoints, before = first(tmp_path)
    calls = iter(range(100))

    def fails(path: Path) -> None:
        if next(calls) == 1:
            raise OSError(5, "Input/output error", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(disk, "sync_folder", fails)
        with pytest.raises(WindowFileInvalid):
            checkpoints.write(
                replace(checkpoint(2), workspaces=before.workspaces), {"acme/one": saver("2")}
            )
    assert said(checkpoints)["acme/two"] == "acme/two 1"
    changed = {"acme/one": saver("3")}
    checkpoints.write(replace(checkpoint(3), workspaces=before.workspaces), changed)
    assert [*said(checkpoints).values()] == ["3", "acme/two 1", "beta/one 1"]
    assert len(list(tmp_path.iterdir())) == 1 + len(WORKSPACES)


def test_every_file_is_on_disk_before_the_manifest_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut keeps what was waited for and no more: the order of waits is what counts."""
    checkpoints, before = first(tmp_path)
    done: list[str] = []
    rename = Path.replace

    def renamed(self: Path, target: Path) -> Path:
        done.append("manifest")
        return rename(self, target)

    monkeypatch.setattr(disk, "sync_file", lambda path: done.append(path.name))
    monkeypatch.setattr(disk, "sync_folder", lambda path: done.append("folder"))
    monkeypatch.setattr(Path, "replace", renamed)
    changed = {key: saver("2") for key in WORKSPACES[:2]}
    after = checkpoints.write(replace(checkpoint(2), workspaces=before.workspaces), changed)
    files = [one.file for one in after.workspaces[:2]]
    assert done == [*files, f"{MANIFEST}.new", "folder", "manifest", "folder"]


def test_a_manifest_that_names_what_is_outside_is_refused(tmp_path: Path) -> None:
    checkpoints, _ = first(tmp_path)
    manifest = tmp_path / MANIFEST
    text = manifest.read_text()
    name = text[text.index(".state") - 18 :].split('"')[0]
    manifest.write_text(text.replace(name, f"../{name}", 1))
    with pytest.raises(WindowFileInvalid):
        checkpoints.read()
