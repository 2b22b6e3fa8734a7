"""Bodies of answers: read to a limit, and unpacked to the same one."""

import zlib
from collections.abc import Callable, Iterable, Iterator

from catalystindex.documents.acquire.wire import Answer
from catalystindex.model.errors import SourceTooLarge, SourceUnavailable, SourceWrongType

STEP = 256 * 1024
"""Bytes unpacked at a time."""

PLAIN = frozenset({"", "identity"})
PACKED = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
ACCEPTED = "gzip, deflate"
"""What a request says that it reads (RFC 9110 section 8.4.1)."""


def read_body(answer: Answer, limit: int, place: str, check: Callable[[], None]) -> bytes:
    """Return the whole body; neither it nor what it unpacks to is longer than ``limit`` bytes.

    Raises `SourceTooLarge`, `SourceWrongType` for an encoding that was not asked for, and
    `SourceUnavailable` for packed data that is damaged or cut off.
    """
    declared = answer.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_large(place, limit)
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    raw = bounded(answer.chunks, limit, place, check)
    if encoding in PLAIN:
        return b"".join(raw)
    if encoding not in PACKED:
        raise SourceWrongType(
            f"{place} answers in the encoding {encoding[:40]!r}, which was not asked for.",
            url=place,
        )
    return b"".join(bounded(_unpacked(raw, PACKED[encoding], place), limit, place, check))


def bounded(
    chunks: Iterable[bytes], limit: int, place: str, check: Callable[[], None]
) -> Iterator[bytes]:
    """Pass chunks on until they are more than ``limit`` bytes. Raises `SourceTooLarge`."""
    size = 0
    for chunk in chunks:
        check()
        size += len(chunk)
        if size > limit:
            raise too_large(place, limit)
        yield chunk


def too_large(place: str, limit: int) -> SourceTooLarge:
    """Say that the limit was passed, and which one."""
    return SourceTooLarge(
        f"{place} is larger than {limit} bytes: an operator can raise `acquisition.max_bytes`.",
        place=place,
        limit=limit,
    )


def _unpacked(chunks: Iterable[bytes], bits: int, place: str) -> Iterator[bytes]:
    unpacker = _Unpacker(bits)
    try:
        for chunk in chunks:
            yield from unpacker.feed(chunk)
    except zlib.error as error:
        raise SourceUnavailable(f"What {place} sends is damaged.", place=place) from error
    if not unpacker.complete:
        raise SourceUnavailable(f"What {place} sends is cut off.", place=place)


class _Unpacker:
    """Unpacks in steps; gzip may have several members, and "deflate" may lack its zlib frame."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._stream = zlib.decompressobj(bits)
        self._head = b""
        self._chosen = bits != zlib.MAX_WBITS
        self.complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        more = False  # a full step may have left something behind, without any input to show it
        data = self._choose(data)
        while data or more:
            self.complete = False
            step = self._stream.decompress(data, STEP)
            yield step
            more, data = len(step) == STEP, self._stream.unconsumed_tail
            if self._stream.eof:
                more, data = False, self._next_member()

    def _choose(self, data: bytes) -> bytes:
        """Tell by the first two bytes of "deflate" whether it has its frame (RFC 1950)."""
        if self._chosen:
            return data
        self._head += data
        self.complete = not self._head
        if len(self._head) < 2:
            return b""
        self._chosen = True
        first, second = self._head[:2]
        if first & 0x0F != zlib.DEFLATED or (first << 8 | second) % 31:
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        return self._head

    def _next_member(self) -> bytes:
        self.complete = True
        rest = self._stream.unused_data
        if self._bits == zlib.MAX_WBITS:
            return b""
        self._stream = zlib.decompressobj(self._bits)
        return rest
