"""A write-ahead log that ends in half a transaction: what a kill or a power cut leaves.

Ladybug writes a transaction in pieces of 4 KiB, and refuses a log whose last one is not whole. It
can be told to stop there instead, but then says nothing of damage further up, behind which there
are commits. So the length of the log is noted at every commit: what is cut off behind it was never
committed, and a cut before it is damage.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import ladybug

from catalystindex.model.errors import GraphUnavailable
from catalystindex.telemetry.logs import logger

log = logger(__name__)

KEEP_LOG: Final = "CALL force_checkpoint_on_close=false"
STRICT: Final = True
ERRORS: Final = (RuntimeError, OSError, MemoryError)
"""What opening raises; it takes damaged bytes for a length, and memory does not suffice for it."""


def open_mended(
    opened: Callable[[bool], ladybug.Database], wal: Path, committed: Path
) -> ladybug.Database:
    """Open a graph, cutting off what of its log was never committed.

    ``opened`` opens it, strictly or not. Raises what it raises, and `GraphUnavailable` where
    commits would be cut off as well; the log is then left as it is.
    """
    whole = wal.with_name(f"{wal.name}.whole")
    if whole.exists():  # this was cut off itself
        whole.replace(wal)
    try:
        return opened(STRICT)
    except ERRORS as error:
        if "lock" in str(error).lower() or not _size(wal):  # of another process, or of the file
            raise
        cause = error
    _copy(wal, whole)
    try:
        database = opened(not STRICT)
    except ERRORS:
        whole.replace(wal)
        raise
    kept, least = _size(wal), noted(committed)
    if kept < least:
        _leave(database)
        whole.replace(wal)
        raise GraphUnavailable(
            f"the graph's log is damaged at byte {kept}, and holds commits up to {least}: {cause}"
        ) from cause
    log.warning("graph_log_cut", kept=kept, cut=_size(whole) - kept, reason=str(cause)[:200])
    whole.unlink()
    return database


def note_committed(file: Path, size: int, *, durable: bool = False) -> None:
    """Note how long the log is now that a transaction is in it.

    Not waited for unless ``durable``: a smaller number than the true one finds less damage, but a
    greater one would find some where there is none. Raises `OSError`.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, b"%020d" % size, 0)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def noted(file: Path) -> int:
    """Return what was noted last; 0 if nothing was."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return 0
    return int(text) if len(text) == 20 and text.isdigit() else 0  # as written


def _copy(file: Path, to: Path) -> None:
    """Copy a file, so that there is a whole copy or none."""
    part = to.with_name(f"{to.name}.part")
    with file.open("rb") as source, part.open("wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    part.replace(to)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _leave(database: ladybug.Database) -> None:
    """Close a graph without merging its log into it."""
    connection = ladybug.Connection(database)
    connection.execute(KEEP_LOG)
    connection.close()
    database.close()
