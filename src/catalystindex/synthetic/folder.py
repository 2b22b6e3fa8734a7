"""The folder that a run writes to: it shows nothing until the run is complete.

Files are written to a folder in it, `UNFINISHED`, and moved up when all are there; the manifest
comes last. A run that is killed leaves that folder and no manifest.
"""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from catalystindex.model.errors import ExportFailed, ExportTargetTaken
from catalystindex.stores.disk import sync_file, sync_folder
from catalystindex.synthetic.export.base import FileEntry
from catalystindex.synthetic.manifest import MANIFEST_FILE, read_manifest

UNFINISHED: Final = ".unfinished"


class OutputFolder:
    """A folder taken for one run."""

    def __init__(self, path: Path, names: Iterable[str], *, force: bool = False) -> None:
        """Take the folder, making it if need be; ``names`` are those that may be written.

        Raises `ExportTargetTaken` where something is in it; with ``force``, only where a file of
        one of the names is there that no older manifest lists. Raises `OSError`.
        """
        self.path = path
        self.work = path / UNFINISHED
        path.mkdir(parents=True, exist_ok=True)
        self._old = _old_files(path) if force else []
        self._refuse(names, force=force)
        if force and self.work.exists():
            shutil.rmtree(self.work)
        try:
            self.work.mkdir()
        except FileExistsError:
            raise ExportTargetTaken(f"Another run is writing to {path}.", path=str(path)) from None

    def finish(self, files: Sequence[FileEntry], manifest: bytes) -> None:
        """Show the files, in place of those of an older run, and then the manifest.

        Raises `OSError`.
        """
        note = self.work / MANIFEST_FILE
        note.write_bytes(manifest)
        for name in (*(entry.name for entry in files), MANIFEST_FILE):
            sync_file(self.work / name)
        for name in (MANIFEST_FILE, *self._old):
            (self.path / name).unlink(missing_ok=True)
        for entry in files:
            (self.work / entry.name).rename(self.path / entry.name)
        sync_folder(self.path)
        note.rename(self.path / MANIFEST_FILE)
        self.work.rmdir()
        sync_folder(self.path)

    def discard(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self.work, ignore_errors=True)

    def _refuse(self, names: Iterable[str], *, force: bool) -> None:
        present = sorted(entry.name for entry in self.path.iterdir())
        if not force and present:
            left = " by a run that is under way or was killed" if UNFINISHED in present else ""
            raise ExportTargetTaken(
                f"{self.path} is not empty: it holds {present[0]}{left}.", path=str(self.path)
            )
        ours = {*self._old, MANIFEST_FILE} if MANIFEST_FILE in present else set(self._old)
        for name in names:
            if name in present and name not in ours:
                raise ExportTargetTaken(
                    f"{self.path / name} is not of an older run: it is not replaced.",
                    path=str(self.path),
                )


def _old_files(path: Path) -> list[str]:
    """Return the names that an older manifest lists. Raises `ExportFailed`, `OSError`."""
    try:
        manifest = read_manifest(path / MANIFEST_FILE)
    except FileNotFoundError:
        return []
    for file in manifest.files:
        if Path(file.name).name != file.name or file.name in ("", ".", ".."):
            raise ExportFailed(f"{MANIFEST_FILE} lists {file.name[:80]!r}, which is no file here")
    return [file.name for file in manifest.files]
