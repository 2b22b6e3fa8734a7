"""Checkpoints: the state of detection on disk, so that a start goes on and does not begin again.

A checkpoint is a manifest and one file per workspace. A workspace that has not changed keeps its
file. All files are written before the disk is waited for, so that it takes them together: to wait
for each as it is written would be most of the time. After that the manifest is replaced in one
step, so that after a crash the old one or the new one is there, whole; files that no manifest names
are removed.

The position of the group in the log is committed after the manifest is written. So the manifest
names two positions of each partition: what it stands for, and what was committed before. A group
that is at neither was moved by a person, and the state is not that of its place.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from catalystindex.model.errors import WindowFileInvalid
from catalystindex.model.ids import content_id
from catalystindex.stores import disk

MANIFEST: Final = "manifest.json"
SUFFIX: Final = ".state"
FORMAT: Final = 3

Positions = dict[int, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """A workspace in a checkpoint."""

    tenant: str
    user: str
    file: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a manifest says."""

    identity: str
    """Of detectors, parameters and settings: with others, the state is not that of this run."""
    number: int
    positions: Positions
    before: Positions
    """What was committed when it was written."""
    workspaces: tuple[Kept, ...]

    def is_at(self, committed: Mapping[int, int]) -> bool:
        """Tell whether a group that has committed this goes on from here."""
        return committed.keys() == self.positions.keys() and all(
            at in (self.positions[one], self.before.get(one)) for one, at in committed.items()
        )

    def is_within(self, ends: Mapping[int, int]) -> bool:
        """Tell whether it stands nowhere beyond the ends of a log's partitions."""
        return all(at <= ends.get(one, 0) for one, at in self.positions.items())


class Checkpoints:
    """The checkpoints in a folder: the newest counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> Checkpoint | None:
        """Return the newest; None if there is none. Raises `WindowFileInvalid`."""
        try:
            data = (self._folder / MANIFEST).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise WindowFileInvalid(f"The checkpoint of detection: {error.strerror}.") from error
        try:
            return _decoded(data)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError,
                RecursionError) as error:  # fmt: skip
            raise WindowFileInvalid("The checkpoint of detection is damaged.") from error

    def path_of(self, kept: Kept) -> Path:
        """Return where a workspace lies."""
        return self._folder / kept.file

    def write(
        self, checkpoint: Checkpoint, changed: Mapping[str, Callable[[Path], None]]
    ) -> Checkpoint:
        """Write a checkpoint; return it with its files.

        ``changed`` saves a workspace, by tenant, into a file of its own. Raises
        `WindowFileInvalid` if the disk refuses: the one before stands.
        """
        try:
            return self._write(checkpoint, changed)
        except OSError as error:
            raise WindowFileInvalid(
                f"The checkpoint of detection cannot be written: {error.strerror}."
            ) from error

    def clear(self) -> None:
        """Remove everything: the state is built again from the log."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(
        self, checkpoint: Checkpoint, changed: Mapping[str, Callable[[Path], None]]
    ) -> Checkpoint:
        self._folder.mkdir(parents=True, exist_ok=True)
        kept, fresh = [], []
        for one in checkpoint.workspaces:
            save = changed.get(one.tenant)
            if save is None:
                kept.append(one)
                continue
            name = f"{content_id('checkpoint', one.tenant)[:16]}-{checkpoint.number}{SUFFIX}"
            save(self._folder / name)
            fresh.append(self._folder / name)
            kept.append(Kept(one.tenant, one.user, name))
        written = replace(checkpoint, workspaces=tuple(kept))
        waiting = self._folder / f"{MANIFEST}.new"
        waiting.write_bytes(_encoded(written))
        for path in (*fresh, waiting):
            disk.sync_file(path)
        disk.sync_folder(self._folder)  # the files are there before a manifest names them
        waiting.replace(self._folder / MANIFEST)
        disk.sync_folder(self._folder)
        self._sweep({MANIFEST, *(one.file for one in kept)})
        return written

    def _sweep(self, named: set[str]) -> None:
        """Remove what earlier checkpoints left, of releases that kept folders too."""
        for path in sorted(self._folder.iterdir()):
            if path.name in named:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _encoded(checkpoint: Checkpoint) -> bytes:
    """Return the bytes of a manifest: a line with their digest, and what it says."""
    said = {
        "format": FORMAT,
        "identity": checkpoint.identity,
        "number": checkpoint.number,
        "positions": sorted(checkpoint.positions.items()),
        "before": sorted(checkpoint.before.items()),
        "workspaces": [[one.tenant, one.user, one.file] for one in checkpoint.workspaces],
    }
    text = json.dumps(said, sort_keys=True)
    return f"{content_id('manifest', text)}\n{text}".encode()


def _decoded(data: bytes) -> Checkpoint:
    digest, _, text = data.decode().partition("\n")
    if digest != content_id("manifest", text):
        raise ValueError("other bytes")
    said = json.loads(text)
    if said["format"] != FORMAT:
        raise ValueError("another format")
    return Checkpoint(
        str(said["identity"]),
        int(said["number"]),
        {int(one): int(at) for one, at in said["positions"]},
        {int(one): int(at) for one, at in said["before"]},
        tuple(Kept(str(a), str(b), _plain_name(c)) for a, b, c in said["workspaces"]),
    )


def _plain_name(name: str) -> str:
    if Path(name).name != name:
        raise ValueError("a file outside")
    return name
