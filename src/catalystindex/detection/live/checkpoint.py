"""Checkpoints: the state of detection on disk, so that a start goes on and does not begin again.

A checkpoint is a manifest and one folder per workspace. A workspace that has not changed keeps its
folder. The manifest is replaced in one step, so that after a crash the old one or the new one is
there, whole; folders that no manifest names are removed.

The position of the group in the log is committed after the manifest is written. So the manifest
names two positions of each partition: what it stands for, and what was committed before. A group
that is at neither was moved by a person, and the state is not that of its place.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from catalystindex.model.errors import WindowFileInvalid
from catalystindex.model.ids import content_id

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1

Positions = dict[int, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """A workspace in a checkpoint."""

    tenant: str
    user: str
    folder: str


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


class Checkpoints:
    """The checkpoints in a folder: the newest counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> Checkpoint | None:
        """Return the newest; None if there is none. Raises `WindowFileInvalid`."""
        try:
            text = (self._folder / MANIFEST).read_text("utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise WindowFileInvalid(f"The checkpoint of detection: {error.strerror}.") from error
        try:
            return _decoded(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WindowFileInvalid("The checkpoint of detection is damaged.") from error

    def folder_of(self, kept: Kept) -> Path:
        """Return where a workspace lies."""
        return self._folder / kept.folder

    def write(
        self, checkpoint: Checkpoint, changed: Mapping[str, Callable[[Path], None]]
    ) -> Checkpoint:
        """Write a checkpoint; return it with its folders.

        ``changed`` saves a workspace, by tenant, into a folder that is made for it. Raises
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
        kept = []
        for one in checkpoint.workspaces:
            save = changed.get(one.tenant)
            if save is None:
                kept.append(one)
                continue
            name = f"{content_id('checkpoint', one.tenant)[:16]}-{checkpoint.number}"
            shutil.rmtree(self._folder / name, ignore_errors=True)
            (self._folder / name).mkdir()
            save(self._folder / name)
            kept.append(Kept(one.tenant, one.user, name))
        written = Checkpoint(
            checkpoint.identity,
            checkpoint.number,
            checkpoint.positions,
            checkpoint.before,
            tuple(kept),
        )
        _replace(self._folder / MANIFEST, json.dumps(_encoded(written), sort_keys=True))
        self._sweep({one.folder for one in kept})
        return written

    def _sweep(self, named: set[str]) -> None:
        for path in sorted(self._folder.iterdir()):
            if path.is_dir() and path.name not in named:
                shutil.rmtree(path, ignore_errors=True)


def _replace(path: Path, text: str) -> None:
    """Put a file in place of another in one step that survives a power cut."""
    waiting = path.with_suffix(".new")
    with waiting.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _encoded(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "identity": checkpoint.identity,
        "number": checkpoint.number,
        "positions": sorted(checkpoint.positions.items()),
        "before": sorted(checkpoint.before.items()),
        "workspaces": [[one.tenant, one.user, one.folder] for one in checkpoint.workspaces],
    }


def _decoded(said: dict[str, Any]) -> Checkpoint:
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
        raise ValueError("a folder outside")
    return name
