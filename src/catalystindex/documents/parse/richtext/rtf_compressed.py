"""RTF as Outlook keeps it (MS-OXRTFCP)."""

import struct

from catalystindex.model.errors import CorruptDocument, DocumentTooLarge

HEADER = struct.Struct("<II4sI")
COMPRESSED, PLAIN = b"LZFu", b"MELA"
WINDOW = 4096
FIRST_WORDS = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the window holds at the beginning."""


def unpacked_rtf(data: bytes, most: int) -> bytes:
    """Return the RTF. Raises `CorruptDocument` and `DocumentTooLarge`."""
    if len(data) < HEADER.size:
        raise CorruptDocument("The message's formatted body is cut off.")
    _, size, kind, _ = HEADER.unpack_from(data)
    if kind == PLAIN:
        return data[HEADER.size : HEADER.size + size]
    if kind != COMPRESSED:
        raise CorruptDocument("The message's formatted body is damaged.")
    if size > most:
        raise DocumentTooLarge("The message's formatted body is too long.", limit=most)
    return _unpacked(data[HEADER.size :], size)


def _unpacked(data: bytes, size: int) -> bytes:
    """Unpack runs of eight, each byte or reference flagged by a bit before them."""
    out = bytearray(FIRST_WORDS)
    size += len(FIRST_WORDS)
    place, flags, left = 0, 0, 0
    while place < len(data) and len(out) < size:
        if not left:
            flags, left, place = data[place], 8, place + 1
            continue
        is_reference = flags & 1
        flags, left = flags >> 1, left - 1
        taken = data[place : place + 1 + is_reference]
        place += len(taken)
        if not is_reference:
            out += taken
        elif len(taken) < 2 or not _copy(out, taken):
            break
    return bytes(out[len(FIRST_WORDS) : size])


def _copy(out: bytearray, pair: bytes) -> bool:
    """Repeat what stands at a place in the window; False at the mark of the end."""
    reference = pair[0] << 8 | pair[1]
    offset, length = reference >> 4, (reference & 0xF) + 2
    written = len(out) % WINDOW
    if offset == written:
        return False
    back = (written - offset) % WINDOW
    for _ in range(length):
        out.append(out[-back] if back <= len(out) else 0x20)
    return True
