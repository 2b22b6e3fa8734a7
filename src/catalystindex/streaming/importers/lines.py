"""Reading files by lines, in bounded memory, unpacking gzip on the way."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final, NamedTuple, cast

from catalystindex.model.event_errors import EventFileInvalid

BOM: Final = b"\xef\xbb\xbf"
MAX_LINE: Final = 4 << 20
"""Bytes of one line; what is longer is set aside."""

_GZIP: Final = b"\x1f\x8b"


class Line(NamedTuple):
    """A line without its end; ``whole`` is False where it was cut at `MAX_LINE`."""

    number: int
    """From 1."""
    data: bytes
    whole: bool


class FileEnded(Exception):
    """The rest of a file cannot be read: a packed file is cut off or damaged."""


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a file for reading, through gzip where its first bytes say so; skip a UTF-8 mark.

    Raises `EventFileInvalid` where it begins like gzip and is none; `OSError` as `open` does.
    """
    with path.open("rb") as plain:
        packed = plain.read(2) == _GZIP
        plain.seek(0)
        stream = cast(BufferedReader, gzip.GzipFile(fileobj=plain)) if packed else plain
        try:
            mark = stream.read(len(BOM))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise EventFileInvalid(f"{path.name} is no whole gzip file: {error}") from None
        if mark != BOM:
            stream.seek(0)
        yield stream


def read(stream: BufferedReader, size: int) -> bytes:
    """Read up to ``size`` bytes. Raises `FileEnded` where packed data is damaged."""
    try:
        return stream.read1(size)  # gives out what it has before it fails
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileEnded(str(error)) from None


def lines(stream: BufferedReader) -> Iterator[Line]:
    """Give out the lines of a stream. Raises `FileEnded`."""
    number = 0
    while data := _readline(stream):
        number += 1
        whole = data.endswith(b"\n") or len(data) < MAX_LINE
        if not whole:
            _skip_line(stream)
        yield Line(number, data.rstrip(b"\r\n"), whole)


def _readline(stream: BufferedReader) -> bytes:
    try:
        return stream.readline(MAX_LINE)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileEnded(str(error)) from None


def _skip_line(stream: BufferedReader) -> None:
    """Read on until the line ends."""
    while (data := _readline(stream)) and not data.endswith(b"\n"):
        pass
