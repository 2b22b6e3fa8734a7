"""The events of a body, one after the other: lines (NDJSON), or the members of a JSON array."""

import re
from collections.abc import Iterator

import msgspec

from catalystindex.model.errors import InvalidRequest, PayloadTooLarge

_ARRAY_BEGINS = re.compile(rb"\s*\[")
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_LINE_END = b"\n"
COMMAS_PER_EVENT = 128
MAX_COMMAS = 2_000_000
"""Of an array: its members are found all at once, and each takes some 60 bytes, even a single
digit. Events have some 20 commas; where they have far more, lines bring them too."""


def events_of(body: bytearray, most: int) -> Iterator[bytes]:
    """Return the bytes of each event. Their form is for the codec to judge.

    Raises `PayloadTooLarge` for more than ``most``, before one is given out, and `InvalidRequest`
    for an array that is no JSON.
    """
    return _members(body, most) if _ARRAY_BEGINS.match(body) else _lines(body, most)


def _lines(body: bytearray, most: int) -> Iterator[bytes]:
    _check(body.count(_LINE_END) + (not body.endswith(_LINE_END)), most)
    return _cut(body)


def _cut(body: bytearray) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = body.find(_LINE_END, start)
        end = len(body) if end < 0 else end
        yield bytes(body[start:end])
        start = end + 1


def _members(body: bytearray, most: int) -> Iterator[bytes]:
    if body.count(b",") > min(most * COMMAS_PER_EVENT, MAX_COMMAS):
        raise PayloadTooLarge(
            f"This array has more in it than {most:,} events have, as many as this server takes "
            "in one request; send one event in each line instead.",
            limit=most,
        )
    try:
        members = _ARRAY.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"The body is no JSON array of events: {error}.") from None
    _check(len(members), most)
    return (bytes(one) for one in members)


def _check(number: int, most: int) -> None:
    if number > most:
        raise PayloadTooLarge(
            f"{number:,} events in one request; this server takes {most:,}.", limit=most
        )
