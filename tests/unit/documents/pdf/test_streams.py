"""Packed streams that do not unpack are told, and most of them damaged refuse the document."""

import zlib
from hashlib import sha256

import pytest
from reportlab import rl_config

from catalystindex.documents.parse.pdf.streams import StreamCheck, check_streams
from catalystindex.model.errors import CorruptDocument
from support.pdfs import column, made_pdf, read_pdf


def noise(number: int) -> str:
    """Return words that do not pack well, so that their streams hold every byte."""
    return " ".join(sha256(f"{number} {at}".encode()).hexdigest() for at in range(60))


def stream(data: bytes) -> bytes:
    return b"1 0 obj << >> stream\n" + data + b"\nendstream endobj\n"


def test_whole_streams_are_whole() -> None:
    data = stream(zlib.compress(b"word " * 900)) + stream(b"no zlib") + stream(zlib.compress(b""))
    assert check_streams(data) == StreamCheck(seen=2, damaged=0, unpacked=5 * 900)


def test_a_wrong_checksum_is_no_damage() -> None:
    packed = zlib.compress(b"word " * 900)
    assert check_streams(stream(packed[:-4] + b"\x00" * 4)).damaged == 0


@pytest.mark.parametrize("cut", [3, 10, 20])
def test_a_stream_that_ends_early_is_damaged(cut: int) -> None:
    packed = zlib.compress(bytes(range(256)) * 4)
    found = check_streams(stream(packed[: len(packed) - 4 - cut]))
    assert (found.seen, found.damaged) == (1, 1)


def test_a_transfer_as_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rl_config, "useA85", 0)
    data = made_pdf(*[column(noise(page), 72, 700, 400) for page in range(4)], pageCompression=1)
    assert check_streams(data).damaged == 0
    assert len(read_pdf(data).text) > 4 * 60 * 64
    with pytest.raises(CorruptDocument, match="packed streams"):
        read_pdf(data.replace(b"\n", b"\r\n"))


def test_a_damaged_stream_among_others_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rl_config, "useA85", 0)
    data = made_pdf(*[column(noise(page), 72, 700, 400) for page in range(4)], pageCompression=1)
    place = data.index(b"stream\n") + 500
    parsed = read_pdf(data[:place] + bytes(60) + data[place + 60 :])
    assert any("1 of the PDF's 4 packed streams" in said for said in parsed.warnings)
