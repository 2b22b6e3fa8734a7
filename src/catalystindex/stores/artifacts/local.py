"""Artifacts in a local folder, through obstore, with the fsync that a local store leaves out."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from obstore.exceptions import NotFoundError
from obstore.store import LocalStore

from catalystindex.stores.disk import sync_file, sync_folder

MAX_REMEMBERED = 10_000


class LocalArtifacts:
    """Objects as files below a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder.resolve()
        self._on_disk: set[Path] = set()
        self._lock = threading.Lock()
        self._store = LocalStore(self._folder)

    def put(self, key: str, data: bytes) -> None:
        """Store an object (written beside and renamed into place), and wait for the disk."""
        path = self._path(key)
        self._store.put(key, data)
        sync_file(path)
        for folder in self._unsynced_above(path):
            sync_folder(folder)
            self._remember(folder)

    def get(self, key: str) -> bytes:
        """Return an object. Raises `FileNotFoundError`."""
        try:
            return self._store.get(key).bytes().to_bytes()
        except NotFoundError as error:
            raise FileNotFoundError(key) from error

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes. Raises `FileNotFoundError`, `ValueError`."""
        try:
            size = self._store.head(key)["size"]
            if min(start, length) < 0 or start + length > size:
                raise ValueError(f"{key!r} has {size} bytes, not {length} from {start} on")
            if length == 0:  # a range of nothing is none to obstore
                return b""
            return self._store.get_range(key, start=start, length=length).to_bytes()
        except NotFoundError as error:
            raise FileNotFoundError(key) from error

    def exists(self, key: str) -> bool:
        """Tell whether there is such an object."""
        try:
            self._store.head(key)
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys under a prefix, in order."""
        found = [item["path"] for batch in self._store.list(prefix or None) for item in batch]
        yield from sorted(found)

    def remove_prefix(self, prefix: str) -> int:
        """Remove every object under a prefix, and the folders it leaves empty."""
        folder = self._path(prefix)
        keys = list(self.keys(prefix))
        if keys:
            with suppress(NotFoundError, FileNotFoundError):  # another removes them just now
                self._store.delete(keys)
        shutil.rmtree(folder, ignore_errors=True)
        self._forget(folder)
        return len(keys)

    def _unsynced_above(self, path: Path) -> list[Path]:
        """Return the folders whose entries may not be on disk yet, the file's own first.

        A folder that was waited for once is on disk itself, and so are those above it: only its
        newest entry is not.
        """
        folders = [path.parent]
        while folders[-1] != self._folder and folders[-1] not in self._on_disk:
            folders.append(folders[-1].parent)
        return folders

    def _remember(self, folder: Path) -> None:
        with self._lock:
            if len(self._on_disk) >= MAX_REMEMBERED:
                self._on_disk.clear()
            self._on_disk.add(folder)

    def _forget(self, folder: Path) -> None:
        with self._lock:
            self._on_disk = {
                one for one in self._on_disk if one != folder and folder not in one.parents
            }

    def _path(self, key: str) -> Path:
        path = self._folder / key
        if ".." in path.parts or self._folder not in path.parents:
            raise ValueError(f"not a key of an artifact: {key!r}")
        return path
