"""Events as JSON lines: what `catalystctl events export` writes and the API takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from catalystindex.model.errors import CatalystError
from catalystindex.model.event_errors import EventFileInvalid, EventTooLarge
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming import codec
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.gather import Gathering, rejected
from catalystindex.streaming.importers.lines import FileEnded, Line, lines, opened


class EventsImporter:
    """One event a line. An id that is there must be that of the content; one that is not is made.

    Bytes are written anew, so that field order and spaces make no other event.
    """

    name: ClassVar[str] = "events"
    summary: ClassVar[str] = "Events as JSON lines, one event a line; ids are verified."

    def __init__(self, options: ImportOptions) -> None:
        self._options = options

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad lines. Empty lines are skipped."""
        gathered = Gathering()
        last = 0
        with opened(path) as stream:
            try:
                for line in lines(stream):
                    last = line.number
                    if line.data.strip() or not line.whole:
                        self._take(path.name, line, gathered)
                        yield from gathered.full()
            except FileEnded as error:
                ended = EventFileInvalid(f"the file cannot be read from here on: {error}")
                gathered.bad(rejected(path.name, last + 1, ended, ""))
        yield from gathered.rest()

    def _take(self, file: str, line: Line, gathered: Gathering) -> None:
        try:
            gathered.row([_message(line)])
        except CatalystError as error:
            gathered.bad(rejected(file, line.number, error, line.data))


def _message(line: Line) -> Message:
    if not line.whole:
        raise EventTooLarge(f"a line of more than {len(line.data)} bytes")
    event = codec.decode(line.data)
    sealed = codec.reseal(event)
    return Message(event.entity_id, sealed.event_id, event.event_time, sealed.data)
