"""Packed streams that do not unpack: a page whose stream is damaged looks blank, or ends early.

PDFium shows what it can and says nothing. The streams are looked at as they stand in the file,
without their dictionaries: those that begin as zlib does (RFC 1950) must unpack to their end.
"""

import re
import zlib
from dataclasses import dataclass

_STREAM = re.compile(rb"stream\r?\n(?=x[\x01\x5e\x9c\xda])")
END = b"endstream"
PIECE = 1 << 20
MAX_STREAMS = 5_000
MAX_UNPACKED = 256 << 20
"""Bytes looked at, of all streams together; the rest is taken on trust."""


@dataclass(frozen=True)
class StreamCheck:
    """How many packed streams were looked at, and how many are damaged; bytes they unpack to."""

    seen: int
    damaged: int
    unpacked: int = 0


def check_streams(data: bytes, limit: int = MAX_UNPACKED) -> StreamCheck:
    """Unpack the zlib streams of a PDF, up to ``limit`` bytes, and count those that are damaged."""
    seen = damaged = 0
    budget = limit
    for found in _STREAM.finditer(data):
        end = data.find(END, found.end())
        if end < 0 or seen >= MAX_STREAMS or budget <= 0:
            break
        whole, used = _unpacks(data[found.end() : end], budget)
        budget -= used
        seen += 1
        damaged += not whole
    return StreamCheck(seen, damaged, limit - budget)


def _unpacks(packed: bytes, budget: int) -> tuple[bool, int]:
    """Tell whether a stream unpacks to its end (or as far as the budget goes), and its size."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)  # without its checksum, which readers ignore
    packed = packed[2:]
    used = 0
    while packed and not unpacker.eof and used < budget:
        try:
            used += len(unpacker.decompress(packed, PIECE))
        except zlib.error:
            return False, used
        packed = unpacker.unconsumed_tail
    return unpacker.eof or used >= budget, used
