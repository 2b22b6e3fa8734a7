"""What every importer takes and gives.

An importer turns files of one format into sealed events. A row that is no event is set aside with
its place and reason; the rest goes on. A file that cannot be read at all (no such columns, no XML)
raises `EventFileInvalid` before any of its rows is given out, or says from which line on it ended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol

from catalystindex.stores.eventlog.base import Message

MAX_RAW = 2_000
"""Characters of a bad row that are kept with its reason."""


class Rejected(NamedTuple):
    """A row that was set aside."""

    file: str
    """The name of the file, without its folder."""
    line: int
    """From 1; for formats without lines the number of the record."""
    code: str
    """Code of the error (`CatalystError.code`)."""
    reason: str
    raw: str
    """The row as it came, cut at `MAX_RAW`."""


class Chunk(NamedTuple):
    """Some rows of a file: a few thousand, so that progress shows and memory stays bounded."""

    rows: int
    """Rows looked at; one row may give several events, or none."""
    messages: list[Message]
    rejected: list[Rejected]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the files do not say themselves."""

    source: str | None = None
    """`Event.source`; the importer's name if None."""
    currency: str = "USD"
    """Where the rows name none."""
    start: datetime = datetime(2022, 1, 1, tzinfo=UTC)
    """When step 0 of a simulator is."""
    mapping: Path | None = None
    """The mapping file of CSV and Parquet."""
    schemas: Mapping[str, Path] = field(default_factory=dict)
    """XML schemas by namespace, beyond those the product knows."""


class Importer(Protocol):
    """Reads one format."""

    name: ClassVar[str]
    """As ``--format`` has it."""
    summary: ClassVar[str]
    """One sentence for the help text."""

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad rows, in the order of the file.

        Raises `EventFileInvalid`.
        """
        ...
