"""Reading delimited text (RFC 4180) in blocks, so that most of it can be parsed by column.

Most blocks are *plain*: no quotes, no empty lines, whole UTF-8 lines. Their bytes are given out as
they are. Any other block is read row by row, with the line that each row begins on, and with one
error per row: a quote that is not closed costs the row it opens in, not the rest of the file.
"""

import csv
from collections import deque
from collections.abc import Iterator
from io import BufferedReader
from typing import Final, NamedTuple

from catalystindex.model.errors import EventFileInvalid, EventInvalid, EventTooLarge
from catalystindex.streaming.importers.lines import MAX_LINE, FileEnded, read

BLOCK: Final = 128 << 10
"""Bytes that are read at once: some thousands of rows."""

MAX_ROW_LINES: Final = 200
"""Lines of a quoted row: beyond it, or beyond `MAX_LINE` bytes, the quote counts as not closed."""

MAX_COLUMNS: Final = 2_000


class Row(NamedTuple):
    """A row as text, or why there is none."""

    line: int
    """The line it begins on, from 1."""
    values: list[str]
    raw: str
    """Text as it came; bytes that are no UTF-8 as surrogates."""
    error: EventInvalid | None = None


class Block(NamedTuple):
    """Some rows. ``plain`` has their bytes where they can be parsed by column."""

    first_line: int
    plain: bytes | None
    rows: list[Row]
    """The rows of a block that is not plain; `plain_rows` makes those of one that is."""


class Delimited:
    """A file of delimited text with a header. Its stream is read on as blocks are taken."""

    def __init__(self, stream: BufferedReader, delimiter: str = ",") -> None:
        """Read the header. Raises `EventFileInvalid` where there is none."""
        self._stream = stream
        self._delimiter = delimiter
        self._carry = b""
        self._line = 1
        self._ended = False
        self._failure: FileEnded | None = None
        self.header: list[str] = self._read_header()

    def blocks(self) -> Iterator[Block]:
        """Give out the rows below the header. Raises `FileEnded`."""
        while data := self._next():
            first = self._line
            if is_plain(data):
                self._line += data.count(b"\n")
                yield Block(first, data, [])
            else:
                yield Block(first, None, list(self._exact(data)))

    @property
    def line(self) -> int:
        """The line that the next block begins on."""
        return self._line

    def _read_header(self) -> list[str]:
        while (line := self._next_line()) is not None and not line.strip():
            self._line += 1
        if line is None:
            raise EventFileInvalid("the file has no header: it is empty")
        self._line += 1
        try:
            names = next(csv.reader([line.decode("utf-8")], delimiter=self._delimiter, strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise EventFileInvalid(f"the header cannot be read: {error}") from None
        if len(names) > MAX_COLUMNS:
            raise EventFileInvalid(f"{len(names)} columns; at most {MAX_COLUMNS}")
        return [name.strip() for name in names]

    def _next(self) -> bytes:
        """Return whole lines, about `BLOCK` of them; the last may lack its end. Empty at the end.

        A line of more than `MAX_LINE` is returned unended, and refused by `_exact`.
        """
        data = self._carry
        while not self._ended and (len(data) < BLOCK or b"\n" not in data):
            if len(data) > MAX_LINE:
                break
            data += self._more()
        whole = self._ended and self._failure is None
        cut = len(data) if whole else data.rfind(b"\n") + 1
        if not cut and self._failure is not None:
            raise self._failure
        cut = cut or len(data)
        self._carry = data[cut:]
        return data[:cut]

    def _more(self) -> bytes:
        """Read on; what was read before a failure is given out before it is raised."""
        try:
            more = read(self._stream, BLOCK)
        except FileEnded as error:
            self._failure, more = error, b""
        self._ended = not more
        return more

    def _next_line(self) -> bytes | None:
        """Return the next line with its end, None at the end."""
        data = self._next()
        if not data:
            return None
        cut = data.find(b"\n") + 1 or len(data)
        self._carry = data[cut:] + self._carry
        return data[:cut]

    def _exact(self, data: bytes) -> Iterator[Row]:
        """Give out the rows of a block, and of the lines after it that its last row needs."""
        waiting = deque(_split(data))
        while waiting:
            start = self._line
            if len(waiting[0]) > MAX_LINE:
                yield self._too_long(waiting)
            elif b'"' in waiting[0]:
                yield self._quoted(waiting)
            elif waiting[0].strip():
                yield _split_row(start, waiting.popleft(), self._delimiter)
                self._line += 1
            else:
                waiting.popleft()
                self._line += 1

    def _quoted(self, waiting: deque[bytes]) -> Row:
        """Return a row with quotes, which may go over lines."""
        start = self._line
        taken: list[bytes] = []

        def feed() -> Iterator[str]:
            while len(taken) < MAX_ROW_LINES and sum(map(len, taken)) <= MAX_LINE:
                line = waiting.popleft() if waiting else self._next_line()
                if line is None:
                    return
                taken.append(line)
                yield _text(line)

        try:
            values = next(csv.reader(feed(), delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            waiting.extendleft(reversed(taken[1:]))
            self._line += 1
            return Row(start, [], _text(taken[0]), EventInvalid(f"the row cannot be read: {error}"))
        self._line += len(taken)
        return _row(start, values, "".join(map(_text, taken)))

    def _too_long(self, waiting: deque[bytes]) -> Row:
        """Skip a line that is too long, to its end."""
        start, line = self._line, waiting.popleft()
        piece: bytes | None = line
        while piece is not None and not piece.endswith(b"\n"):
            piece = self._next_line()
        self._line += 1
        error = EventTooLarge(f"a line of more than {MAX_LINE} bytes")
        return Row(start, [], _text(line[:MAX_LINE]), EventInvalid(error.detail))


def is_plain(data: bytes) -> bool:
    """Tell whether a block has one row a line, and no more to it than delimiters and text."""
    return (
        b'"' not in data
        and data.count(b"\r") == data.count(b"\r\n")
        and not data.startswith((b"\n", b"\r\n"))
        and b"\n\n" not in data
        and b"\n\r\n" not in data
        and len(data) <= MAX_LINE
    )


def plain_rows(block: Block, delimiter: str = ",") -> Iterator[Row]:
    """Give out the rows of a plain block."""
    for at, line in enumerate(_split(block.plain or b"")):
        if line.strip():
            yield _split_row(block.first_line + at, line, delimiter)


def _split(data: bytes) -> list[bytes]:
    """Return lines with their ends; only a line feed ends one."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _split_row(line: int, data: bytes, delimiter: str) -> Row:
    text = _text(data.rstrip(b"\r\n"))
    return _row(line, text.split(delimiter), text)


def _row(line: int, values: list[str], raw: str) -> Row:
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            return Row(line, [], raw, EventInvalid("the row is not UTF-8"))
    return Row(line, values, raw)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
