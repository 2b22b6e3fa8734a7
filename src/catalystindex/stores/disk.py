"""Waiting for the disk: what a rename needs besides its file to survive a power cut."""

import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """Return when the file's content is on disk."""
    _sync(path)


def sync_folder(path: Path) -> None:
    """Return when the folder's entries are on disk."""
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
