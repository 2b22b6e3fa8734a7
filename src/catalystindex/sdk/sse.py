"""Server-sent events, parsed as the HTML standard says (WHATWG, section 9.2.6).

Nothing is read here: bytes go in as they arrive, events come out when they are whole.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from catalystindex.model.errors import CatalystError

MAX_LINE = 1024 * 1024
"""Characters of one line; a job or one of its documents takes a few thousand."""

MAX_DATA = 4 * MAX_LINE
"""Characters of the data of one event, over all its lines."""

MEDIA_TYPE = "text/event-stream"
DEFAULT_KIND = "message"


@dataclass(frozen=True)
class ServerSentEvent:
    """One event. ``id`` is the last one seen, as the standard has it: "" before the first."""

    kind: str
    data: str
    id: str


class EventParser:
    """Parses one stream.

    ``last_id`` is what a reconnection sends as ``Last-Event-ID``; ``retry`` the seconds that the
    server asks to wait before it, None if it does not.
    """

    def __init__(self, last_id: str = "") -> None:
        self.last_id = last_id
        self.retry: float | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._first, self._after_cr = True, False
        self._id = last_id
        self._kind = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Yield the events that ``chunk`` completes. Raises `CatalystError` for a boundless one."""
        for line in self._lines(self._decoder.decode(chunk)):
            event = self._take(line)
            if event is not None:
                yield event

    def _lines(self, text: str) -> Iterator[str]:
        """Yield whole lines; they end with LF, CR or CRLF, which may come in two pieces."""
        if self._after_cr and text:
            text, self._after_cr = text.removeprefix("\n"), False
        if self._first and text:
            text, self._first = text.removeprefix("\N{BYTE ORDER MARK}"), False
        self._after_cr = self._after_cr or text.endswith("\r")
        pieces = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for piece in pieces[:-1]:
            line, self._rest = self._rest + piece, ""
            _bounded(len(line), MAX_LINE)
            yield line
        self._rest += pieces[-1]
        _bounded(len(self._rest), MAX_LINE)

    def _take(self, line: str) -> ServerSentEvent | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._size += len(value) + 1
            self._data.append(value)
            _bounded(self._size, MAX_DATA)
        elif name == "event":
            self._kind = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdecimal():
            self.retry = int(value[:9]) / 1000
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        self.last_id = self._id
        data, kind = self._data, self._kind or DEFAULT_KIND
        self._data, self._kind, self._size = [], "", 0
        return ServerSentEvent(kind, "\n".join(data), self.last_id) if data else None


def _bounded(size: int, limit: int) -> None:
    if size > limit:
        raise CatalystError("The server sends an event that has no end.", limit=limit)
