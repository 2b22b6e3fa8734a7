"""The owner lock: one process per data folder, and a word on who it is.

The lock is the kernel's (`flock`): it ends with the process however that ends, so there is no
stale lock to clean up. The file's content only tells others whom to talk to.
"""

import fcntl
import json
import os
import socket
import time
from pathlib import Path

import msgspec

from catalystindex.audit.chain import timestamp
from catalystindex.model.clock import Clock
from catalystindex.model.errors import OwnerLocked

LOCK_FILE = "owner.lock"
FOLDER_MODE = 0o700
LOCK_TRIES = 50
LOCK_PAUSE = 0.01


class OwnerInfo(msgspec.Struct, frozen=True):
    """Who holds a data folder. ``url`` is there once it serves."""

    pid: int
    host: str
    command: str
    since: str
    url: str | None = None


class OwnerLock:
    """Held from construction to `release`. Raises `OwnerLocked` with who holds it."""

    def __init__(self, data_dir: Path, command: str, clock: Clock) -> None:
        data_dir.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        self._path = data_dir / LOCK_FILE
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _lock(self._descriptor):
            os.close(self._descriptor)
            raise refusal(data_dir, read_owner(data_dir))
        self._info = OwnerInfo(os.getpid(), socket.gethostname(), command, timestamp(clock.now()))
        self._write(self._info)

    def announce(self, url: str) -> None:
        """Tell others where this owner serves."""
        self._info = msgspec.structs.replace(self._info, url=url)
        self._write(self._info)

    def release(self) -> None:
        """Let go."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)

    def _write(self, info: OwnerInfo) -> None:
        body = msgspec.json.encode(info)
        os.pwrite(self._descriptor, body, 0)
        os.ftruncate(self._descriptor, len(body))


def _lock(descriptor: int) -> bool:
    """Take the lock, trying for a moment: somebody who only asks holds it for an instant."""
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(LOCK_PAUSE)
        else:
            return True
    return False


def read_owner(data_dir: Path) -> OwnerInfo | None:
    """Return who holds a data folder, or None if nobody does (or it has not said yet)."""
    path = data_dir / LOCK_FILE
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        if _is_free(descriptor):
            return None
        return msgspec.json.decode(path.read_bytes(), type=OwnerInfo)
    except (msgspec.DecodeError, json.JSONDecodeError):
        return None
    finally:
        os.close(descriptor)


def is_owned(data_dir: Path) -> bool:
    """Tell whether some process holds a data folder."""
    try:
        descriptor = os.open(data_dir / LOCK_FILE, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return not _is_free(descriptor)
    finally:
        os.close(descriptor)


def refusal(data_dir: Path, info: OwnerInfo | None) -> OwnerLocked:
    """Return the error that says who holds the folder."""
    if info is None:
        return OwnerLocked(f"The data folder {data_dir} is held by a process that is starting.")
    return OwnerLocked(
        f"The data folder {data_dir} is held by '{info.command}', process {info.pid} on "
        f"{info.host}, since {info.since}.",
        pid=info.pid,
        host=info.host,
        url=info.url,
    )


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return True
