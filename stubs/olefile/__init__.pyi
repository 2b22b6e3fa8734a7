# The part of olefile that the product uses; the package ships no types.
from collections.abc import Sequence
from typing import IO, Self

from olefile.olefile import OleDirectoryEntry

class OleMetadata:
    codepage: object
    author: object
    title: object
    subject: object
    create_time: object
    last_saved_time: object

class OleFileIO:
    root: OleDirectoryEntry
    fat: Sequence[int]
    minifat: Sequence[int]
    sectorsize: int
    minisectorsize: int
    minisectorcutoff: int
    def __init__(self, filename: IO[bytes]) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *args: object) -> None: ...
    def exists(self, filename: str) -> bool: ...
    def get_metadata(self) -> OleMetadata: ...
    def openstream(self, filename: str) -> IO[bytes]: ...
    def _open(self, start: int, size: int) -> IO[bytes]: ...

def isOleFile(filename: None = None, data: bytes | None = None) -> bool: ...
