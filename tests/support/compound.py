"""Writes compound files (MS-CFB) and Outlook messages for tests: no library writes them."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
Folder: TypeAlias = "Mapping[str, bytes | Folder]"


@dataclass
class _Entry:
    name: str
    kind: int
    start: int = END
    size: int = 0
    right: int = NONE
    child: int = NONE

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\x00\x00"
        head = name.ljust(64, b"\x00") + struct.pack("<HBB", len(name), self.kind, 1)
        links = struct.pack("<III", NONE, self.right, self.child)
        return head + links + bytes(36) + struct.pack("<IQ", self.start, self.size)


@dataclass
class _File:
    entries: list[_Entry] = field(default_factory=list)
    sectors: list[bytes] = field(default_factory=list)
    fat: list[int] = field(default_factory=list)
    mini: bytearray = field(default_factory=bytearray)
    mini_fat: list[int] = field(default_factory=list)

    def chain(self, data: bytes) -> int:
        """Store bytes in sectors; return the first."""
        start, count = len(self.sectors), -(-len(data) // SECTOR)
        for place in range(count):
            self.sectors.append(data[place * SECTOR : (place + 1) * SECTOR].ljust(SECTOR, b"\x00"))
            self.fat.append(start + place + 1 if place < count - 1 else END)
        return start if count else END

    def stream(self, data: bytes) -> int:
        """Store a stream; return where it begins."""
        if len(data) >= CUTOFF or not data:
            return self.chain(data)
        start, count = len(self.mini) // MINI, -(-len(data) // MINI)
        self.mini += data.ljust(count * MINI, b"\x00")
        self.mini_fat += [*range(start + 1, start + count), END]
        return start

    def add(self, folder: Folder) -> int:
        """Add what is in a folder as a chain to the right; return the first entry."""
        first = previous = NONE
        for name, content in folder.items():
            place = len(self.entries)
            self.entries.append(_Entry(name, 2 if isinstance(content, bytes) else 1))
            if isinstance(content, bytes):
                self.entries[place].start = self.stream(content)
                self.entries[place].size = len(content)
            else:
                self.entries[place].child = self.add(content)
            if previous == NONE:
                first = place
            else:
                self.entries[previous].right = place
            previous = place
        return first


def compound_file(root: Folder) -> bytes:
    """Return a compound file of version 3."""
    file = _File([_Entry("Root Entry", 5)])
    file.entries[0].child = file.add(root)
    file.entries[0].size = len(file.mini)
    file.entries[0].start = file.chain(bytes(file.mini))
    mini_fat = file.chain(struct.pack(f"<{len(file.mini_fat)}I", *file.mini_fat))
    mini_sectors = -(-len(file.mini_fat) * 4 // SECTOR)
    directory = file.chain(b"".join(entry.packed() for entry in file.entries))
    count = 1
    while (len(file.sectors) + count) * 4 > count * SECTOR:
        count += 1
    places = range(len(file.sectors), len(file.sectors) + count)
    fat = [*file.fat, *[FAT_SECTOR] * count]
    fat += [FREE] * (count * SECTOR // 4 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIII", 0, count, directory, 0, CUTOFF)
    header += struct.pack("<IIII", mini_fat, mini_sectors, END, 0)
    header += struct.pack("<109I", *places, *[FREE] * (109 - count))
    return header + b"".join(file.sectors) + struct.pack(f"<{len(fat)}I", *fat)


def properties(
    texts: Mapping[int, str | bytes], numbers: Mapping[int, int], header: int
) -> dict[str, "bytes | Folder"]:
    """Return the streams of an object: texts (or bytes) by tag, and numbers by tag."""
    streams: dict[str, bytes | Folder] = {}
    values = bytearray(header)
    for tag, text in texts.items():
        kind = 0x001F if isinstance(text, str) else 0x0102
        data = text.encode("utf-16-le") if isinstance(text, str) else text
        streams[f"__substg1.0_{tag:04X}{kind:04X}"] = data
        values += struct.pack("<HHIII", kind, tag, 6, len(data), 0)
    for tag, number in numbers.items():
        values += struct.pack("<HHIQ", 0x0003, tag, 6, number)
    streams["__properties_version1.0"] = bytes(values)
    return streams


def message(
    texts: Mapping[int, str | bytes],
    numbers: Mapping[int, int] | None = None,
    recipients: Sequence[tuple[int, str, str]] = (),
    attachments: Sequence["Folder"] = (),
    *,
    header: int = 32,
) -> dict[str, "bytes | Folder"]:
    """Return an Outlook message as a folder; ``recipients`` are kind (1 To ...), name, address."""
    folder = properties(texts, numbers or {}, header)
    for place, (kind, name, address) in enumerate(recipients):
        folder[f"__recip_version1.0_#{place:08X}"] = properties(
            {0x3001: name, 0x39FE: address}, {0x0C15: kind}, 8
        )
    for place, attachment in enumerate(attachments):
        folder[f"__attach_version1.0_#{place:08X}"] = attachment
    return folder


def attached_file(name: str, data: bytes) -> "Folder":
    """Return a file that a message carries."""
    return properties({0x3707: name, 0x3701: data}, {0x3705: 1}, 8)


def attached_message(name: str, inner: "Folder") -> "Folder":
    """Return a message that a message carries; ``inner`` is made with a header of 24 bytes."""
    return {**properties({0x3001: name}, {0x3705: 5}, 8), "__substg1.0_3701000D": inner}


def sample_message() -> bytes:
    """Return a message with everything in it."""
    inner = message({0x0037: "inner", 0x1000: "inner text"}, header=24)
    return compound_file(
        message(
            {
                0x001A: "IPM.Note",
                0x0037: "Transfer of 5.000 €",
                0x1000: "Please pay.\n\nThanks",
                0x1013: b"<html><p>Please pay.</p><p>Thanks</p></html>",
                0x0C1A: "Zoë",
                0x5D01: "zoe@example.com",
            },
            {0x0039: 132223104000000000},
            [(1, "Bob", "bob@example.com"), (2, "Cy", "cy@example.com"), (3, "Di", "di@x.org")],
            [attached_file("note.txt", b"a note"), attached_message("inner", inner)],
        )
    )
