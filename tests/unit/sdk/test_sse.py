"""Server-sent events, as the HTML standard says they are read."""

from itertools import chain

import pytest

from catalystindex.model.errors import CatalystError
from catalystindex.sdk import sse
from catalystindex.sdk.sse import EventParser, ServerSentEvent

SECOND_EXAMPLE = """\
: test stream

data: first event
id: 1

data:second event
id

data:  third event

"""
BOM = "\N{BYTE ORDER MARK}"


def events(*chunks: str | bytes) -> list[tuple[str, str, str]]:
    parser = EventParser()
    sent = [chunk.encode() if isinstance(chunk, str) else chunk for chunk in chunks]
    return [(e.kind, e.data, e.id) for chunk in sent for e in parser.feed(chunk)]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("data: a\n\n", [("message", "a", "")]),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [("message", "YHOO\n+2\n10", "")]),
        # The second example of the standard: a comment, ids, and an id that is reset.
        (
            SECOND_EXAMPLE,
            [
                ("message", "first event", "1"),
                ("message", "second event", ""),
                ("message", " third event", ""),
            ],
        ),
        # The third one: empty data, two empty lines, and an event that never ends.
        ("data\n\ndata\ndata\n\ndata:", [("message", "", ""), ("message", "\n", "")]),
        ("data:test\n\ndata: test\n\n", [("message", "test", ""), ("message", "test", "")]),
        ("event: job\ndata: {}\n\ndata: x\n\n", [("job", "{}", ""), ("message", "x", "")]),
        ("event: lost\n\ndata: x\n\n", [("message", "x", "")]),
        ("id: 7\n\ndata: x\n\n", [("message", "x", "7")]),
        ("id: 7\nid: a\0b\ndata: x\n\n", [("message", "x", "7")]),
        ("unknown: x\ndata: y\n: data: no\n\n", [("message", "y", "")]),
        ("data: a:b: c\n\n", [("message", "a:b: c", "")]),
        (f"{BOM}data: a\n\n", [("message", "a", "")]),
        (f"{BOM}{BOM}data: a\n\n", []),
        ("data: a\r\n\r\ndata: b\r\rdata: c\n\n", [("message", x, "") for x in "abc"]),
        ("", []),
        ("\n\n\n", []),
    ],
)
def test_a_stream_is_read_as_the_standard_says(
    stream: str, expected: list[tuple[str, str, str]]
) -> None:
    assert events(stream) == expected
    raw = stream.encode()
    assert events(*(raw[n : n + 1] for n in range(len(raw)))) == expected


def test_letters_that_arrive_in_pieces_are_put_together() -> None:
    raw = "data: Übergröße 🦊\n\n".encode()
    for cut in range(len(raw)):
        assert events(raw[:cut], raw[cut:]) == [("message", "Übergröße 🦊", "")]


def test_bytes_that_are_no_letters_are_replaced() -> None:
    assert events(b"data: a\xffb\n\n") == [("message", "a\N{REPLACEMENT CHARACTER}b", "")]


def test_the_last_id_is_kept_for_a_reconnection_once_its_event_is_whole() -> None:
    parser = EventParser("5")
    assert list(parser.feed(b"data: x\n\n")) == [ServerSentEvent("message", "x", "5")]
    list(parser.feed(b"id: 6\ndata: y\n"))
    assert parser.last_id == "5"
    list(parser.feed(b"\n"))
    assert parser.last_id == "6"


@pytest.mark.parametrize(
    ("line", "seconds"), [("retry: 1500", 1.5), ("retry: 1.5", None), ("retry: soon", None)]
)
def test_the_time_before_a_reconnection_is_read(line: str, seconds: float | None) -> None:
    parser = EventParser()
    list(parser.feed(f"{line}\n".encode()))
    assert parser.retry == seconds


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 1000, b"data: " + b"x" * 99 + b"\n"])
def test_an_event_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch, piece: bytes) -> None:
    monkeypatch.setattr(sse, "MAX_LINE", 1000)
    monkeypatch.setattr(sse, "MAX_DATA", 2000)
    parser = EventParser()
    with pytest.raises(CatalystError, match="no end"):
        list(chain.from_iterable(parser.feed(piece) for _ in range(100)))
