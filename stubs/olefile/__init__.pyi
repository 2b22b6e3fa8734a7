# The part of olefile that the product uses; the package ships no types.
from typing import IO, Self

class OleMetadata:
    codepage: object
    author: object
    title: object
    subject: object
    create_time: object
    last_saved_time: object

class OleDirectoryEntry:
    name: str
    entry_type: int
    size: int
    isectStart: int
    kids: list[OleDirectoryEntry]
    kids_dict: dict[str, OleDirectoryEntry]

class OleFileIO:
    root: OleDirectoryEntry
    def __init__(self, filename: IO[bytes]) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *args: object) -> None: ...
    def exists(self, filename: str) -> bool: ...
    def get_metadata(self) -> OleMetadata: ...
    def openstream(self, filename: str) -> IO[bytes]: ...
    def _open(self, start: int, size: int) -> IO[bytes]: ...

def isOleFile(filename: None = None, data: bytes | None = None) -> bool: ...
