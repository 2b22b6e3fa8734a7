"""Signed messages in one piece (CMS, RFC 5652): what was signed, and nothing else of it."""

SIGNED = bytes.fromhex("06092a864886f70d010702")
SEALED = (bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("060b2a864886f70d0109100117"))
HEAD = 64
SEQUENCE, CONTEXT_0, OCTETS, OCTETS_IN_PIECES = 0x30, 0xA0, 0x04, 0x24
MAX_PIECES = 1_000_000
MAX_DEPTH = 20


def is_sealed(data: bytes) -> bool:
    """Tell whether a CMS message is encrypted."""
    return any(name in data[:HEAD] for name in SEALED)


def signed_content(data: bytes) -> bytes | None:
    """Return what a CMS message carries signed, or None if there is nothing to be found."""
    if SIGNED not in data[:HEAD]:
        return None
    try:
        return _content(data)
    except (IndexError, ValueError):
        return None


def _content(data: bytes) -> bytes:
    place = data.index(SIGNED) + len(SIGNED)
    place = _into(data, _into(data, place, CONTEXT_0), SEQUENCE)  # SignedData
    place = _after(data, _after(data, place, 0), 0)  # past its version and its digests
    place = _after(data, _into(data, place, SEQUENCE), 0)  # past the content's type
    return _octets(data, _into(data, place, CONTEXT_0))


def _octets(data: bytes, place: int) -> bytes:
    tag, start, end = _item(data, place)
    if tag == OCTETS:
        return data[start : _known(end)]
    if tag != OCTETS_IN_PIECES:
        raise ValueError(tag)
    pieces: list[bytes] = []
    while (end is None or start < end) and data[start : start + 2] != b"\x00\x00":
        tag, first, last = _item(data, start)
        if tag != OCTETS or len(pieces) > MAX_PIECES:
            raise ValueError(tag)
        start = _known(last)
        pieces.append(data[first:start])
    return b"".join(pieces)


def _into(data: bytes, place: int, expected: int) -> int:
    tag, start, _ = _item(data, place)
    if tag != expected:
        raise ValueError(tag)
    return start


def _after(data: bytes, place: int, depth: int) -> int:
    """Return where the next item begins. One without a length ends at two zero bytes."""
    _, start, end = _item(data, place)
    if end is not None:
        return end
    if depth > MAX_DEPTH:
        raise ValueError(depth)
    while data[start : start + 2] != b"\x00\x00":
        start = _after(data, start, depth + 1)
    return start + 2


def _item(data: bytes, place: int) -> tuple[int, int, int | None]:
    """Return an item's tag, where its content begins, and where it ends if that is known."""
    tag, length = data[place], data[place + 1]
    if length == 0x80:
        return tag, place + 2, None
    start = place + 2
    if length > 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[place + 2 : min(start, place + 10)], "big")
    if start + length > len(data):
        raise ValueError(length)
    return tag, start, start + length


def _known(end: int | None) -> int:
    if end is None:
        raise ValueError(end)
    return end
