"""From rows of delimited text to chunks: what the importers of CSV files share."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from catalystindex.model.errors import CatalystError, EventFileInvalid, EventInvalid
from catalystindex.model.events.envelope import Event
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.importers.base import Chunk
from catalystindex.streaming.importers.delimited import Block, Delimited, Row, plain_rows
from catalystindex.streaming.importers.gather import Gathering, checked, rejected
from catalystindex.streaming.importers.lines import FileEnded, opened


class Layout(Protocol):
    """What the rows of one file mean."""

    def events(self, line: int, values: list[str]) -> Iterable[Event]:
        """Return the events of a row that has as many values as the header.

        Raises `EventInvalid`.
        """
        ...

    def block(self, block: Block) -> list[Message] | None:
        """Return the messages of a plain block at once, if every row of it is surely good.

        None where that is in doubt: its rows are then looked at one by one.
        """
        ...


class LayoutOf(Protocol):
    """Chooses the layout by the header."""

    def __call__(self, header: list[str]) -> Layout:
        """Raise `EventFileInvalid` where the header is not of the format."""
        ...


def table_chunks(path: Path, layout_of: LayoutOf, delimiter: str = ",") -> Iterator[Chunk]:
    """Give out the chunks of a delimited file. Raises `EventFileInvalid`."""
    with opened(path) as stream:
        try:
            file = Delimited(stream, delimiter)
        except FileEnded as error:
            raise EventFileInvalid(f"{path.name} cannot be read: {error}") from None
        layout = layout_of(file.header)
        try:
            for block in file.blocks():
                yield from _block(path.name, block, layout, file.header, delimiter)
        except FileEnded as error:
            ended = EventFileInvalid(f"the file cannot be read from here on: {error}")
            yield Chunk(1, [], [rejected(path.name, file.line, ended, "")])


def _block(
    name: str, block: Block, layout: Layout, header: list[str], delimiter: str
) -> Iterator[Chunk]:
    messages = layout.block(block) if block.plain is not None else None
    if messages is not None:
        yield Chunk(len(messages), messages, [])
        return
    gathered = Gathering()
    for row in block.rows if block.plain is None else plain_rows(block, delimiter):
        _take(name, row, layout, len(header), gathered)
        yield from gathered.full()
    yield from gathered.rest()


def _take(name: str, row: Row, layout: Layout, width: int, gathered: Gathering) -> None:
    try:
        if row.error is not None:
            raise row.error
        if len(row.values) != width:
            raise EventInvalid(f"{len(row.values)} columns; the header has {width}")
        gathered.row([checked(event) for event in layout.events(row.line, row.values)])
    except CatalystError as error:
        raw = row.raw.encode("utf-8", "surrogateescape")
        gathered.bad(rejected(name, row.line, error, raw))
