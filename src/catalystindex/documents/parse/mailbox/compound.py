"""Compound files (MS-CFB) by olefile, which trusts their lengths: these are checked first."""

import struct
from io import BytesIO

import olefile
from olefile.olefile import OleDirectoryEntry

from catalystindex.documents.parse.context import ParseContext
from catalystindex.model.errors import CorruptDocument, NestedTooDeep

SECTOR_COUNTS = (40, 44, 64, 72)
"""Places in the header that count sectors: of the directory, the FAT, the MiniFAT, the DIFAT."""
HEADER_BYTES = 512
STORAGE, STREAM = 1, 2
DAMAGE = (
    OSError,  # olefile's own errors are of this kind
    AttributeError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
    UnicodeError,
    ValueError,
    struct.error,
)
"""What olefile raises on damaged files."""


class Storage:
    """A folder in a compound file. Names count in any case."""

    def __init__(
        self, file: olefile.OleFileIO, entry: OleDirectoryEntry, context: ParseContext
    ) -> None:
        self._file, self._entry, self._context = file, entry, context

    def stream(self, name: str) -> bytes | None:
        """Return a stream's bytes, or None if there is none. Raises `CorruptDocument`."""
        entry = self._entry.kids_dict.get(name.lower())
        if entry is None or entry.entry_type != STREAM:
            return None
        self._context.count_unpacked(entry.size)
        try:
            # Not by path: that compares every name of every folder on the way, for each stream.
            data = self._file._open(entry.isectStart, entry.size).read()
        except DAMAGE as error:
            raise CorruptDocument(f"The stream {name!r} of the file is damaged.") from error
        if len(data) < entry.size or self._repeats(entry):
            raise CorruptDocument(f"The stream {name!r} of the file is damaged or cut off.")
        return data

    def _repeats(self, entry: OleDirectoryEntry) -> bool:
        """Tell whether a stream's sectors follow in a circle: olefile reads on regardless."""
        small = entry.size < self._file.minisectorcutoff
        table = self._file.minifat if small else self._file.fat
        size = self._file.minisectorsize if small else self._file.sectorsize
        sector, seen = entry.isectStart, set[int]()
        for _ in range(-(-entry.size // size)):
            if sector in seen or sector >= len(table):
                return True
            seen.add(sector)
            sector = table[sector]
        return False

    def folder(self, name: str) -> "Storage | None":
        """Return a folder in this one, or None if there is none."""
        entry = self._entry.kids_dict.get(name.lower())
        if entry is None or entry.entry_type != STORAGE:
            return None
        return Storage(self._file, entry, self._context)

    def folders(self, prefix: str) -> "list[Storage]":
        """Return the folders whose names begin so, by name."""
        names = (one.name for one in self._entry.kids if one.name.lower().startswith(prefix))
        found = (self.folder(name) for name in sorted(names))
        return [one for one in found if one is not None]

    def within(self, context: ParseContext) -> "Storage":
        """Return the folder, counting what is read for another context."""
        return Storage(self._file, self._entry, context)


def open_compound(data: bytes, context: ParseContext) -> Storage:
    """Return the root of a compound file. Raises `CorruptDocument` and `NestedTooDeep`."""
    counts = [
        int.from_bytes(data[place : place + 4], "little")
        for place in SECTOR_COUNTS
        if len(data) >= HEADER_BYTES
    ]
    if not counts or max(counts) > len(data) // HEADER_BYTES + 1:
        raise CorruptDocument("The file is damaged or cut off: its list of sectors is too long.")
    try:
        file = olefile.OleFileIO(BytesIO(data))
    except DAMAGE as error:
        raise CorruptDocument("The file is damaged or cut off.") from error
    except RecursionError as error:
        raise NestedTooDeep("The file's folders are nested too deeply.") from error
    _check_tree(file.root, len(data))
    return Storage(file, file.root, context)


def _check_tree(root: OleDirectoryEntry, most: int) -> None:
    """Raise `CorruptDocument` for streams longer than the file, and folders inside themselves."""
    todo, seen = [root], {id(root)}
    while todo:
        entry = todo.pop()
        if entry.size > most and (entry is root or entry.entry_type == STREAM):
            raise CorruptDocument("The file is damaged or cut off: a stream is longer than it.")
        for kid in entry.kids:
            if id(kid) in seen:
                raise CorruptDocument("The file is damaged: a folder in it is inside itself.")
            seen.add(id(kid))
            todo.append(kid)
