"""What a parser may use while it reads one document, and the bounds it keeps to.

One context serves a document and everything inside it: attachments share its time, its count of
files and its depth, so a message cannot multiply the limits by what it carries.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from catalystindex.config.sections import LimitsSettings, ParsingSettings
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import (
    DocumentTooSlow,
    ExpandsTooMuch,
    NestedTooDeep,
    TooManyAttachments,
    TooManyPages,
    UnsupportedMedia,
)

if TYPE_CHECKING:
    from catalystindex.documents.ocr.base import Recogniser


class PartReader(Protocol):
    """Reads a file inside a document."""

    def __call__(self, data: bytes, filename: str, context: "ParseContext") -> ParsedDocument:
        """Return the file as a document. Raises `DocumentError`."""
        ...


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


@dataclass
class Spent:
    """What the document and everything inside it has used so far."""

    started: float
    attachments: int = 0
    unpacked_bytes: int = 0
    ocr_pages: int = 0


@dataclass
class ParseContext:
    """The bounds and helpers of one document. ``recogniser`` loads its models when first asked."""

    limits: LimitsSettings = field(default_factory=LimitsSettings)
    parsing: ParsingSettings = field(default_factory=ParsingSettings)
    recogniser: "Recogniser | None" = None
    read_part: PartReader | None = None
    on_progress: Callable[[int, int], None] = no_progress
    monotonic: Callable[[], float] = time.monotonic
    depth: int = 0
    spent: Spent | None = None

    def __post_init__(self) -> None:
        if self.spent is None:
            self.spent = Spent(self.monotonic())

    @property
    def used(self) -> Spent:
        """What was used so far."""
        if self.spent is None:
            raise RuntimeError("a context counts from its beginning")
        return self.spent

    def tick(self) -> None:
        """Call between pages and other steps. Raises `DocumentTooSlow` when time is up."""
        limit = self.limits.max_parse_seconds
        if self.monotonic() - self.used.started > limit:
            raise DocumentTooSlow(
                f"Reading the document took more than {limit:g} seconds: split it, or raise "
                "limits.max_parse_seconds.",
                limit=limit,
            )

    def page_done(self, done: int, total: int) -> None:
        """Report progress (outermost document only), and check the time."""
        if self.depth == 0:
            self.on_progress(done, total)
        self.tick()

    def check_pages(self, pages: int) -> None:
        """Raise `TooManyPages` for more pages than a document may have."""
        if pages > self.limits.max_pages:
            raise TooManyPages(
                f"The document has {pages:,} pages; the limit is {self.limits.max_pages:,}. "
                "Split it, or raise limits.max_pages.",
                limit=self.limits.max_pages,
            )

    def count_unpacked(self, size: int) -> None:
        """Count bytes that an archive or message unpacked to. Raises `ExpandsTooMuch`."""
        self.used.unpacked_bytes += size
        limit = self.limits.max_unpacked_bytes
        if self.used.unpacked_bytes > limit:
            raise ExpandsTooMuch(f"The document unpacks to more than {limit:,} bytes.", limit=limit)

    def part(self, data: bytes, filename: str) -> ParsedDocument:
        """Read a file inside this document.

        Raises `DocumentError` for that file alone, or `TooManyAttachments` and `NestedTooDeep`,
        which concern the document as a whole.
        """
        if self.read_part is None:
            raise UnsupportedMedia("Files inside documents are not read here.")
        return self.read_part(data, filename, self.inner())

    def inner(self) -> "ParseContext":
        """Return the context of a file inside, one level deeper. Raises `NestedTooDeep`."""
        if self.depth >= self.limits.max_nesting:
            raise NestedTooDeep(
                f"Files stand inside one another more than {self.limits.max_nesting} levels deep.",
                limit=self.limits.max_nesting,
            )
        return ParseContext(
            self.limits,
            self.parsing,
            self.recogniser,
            self.read_part,
            monotonic=self.monotonic,
            depth=self.depth + 1,
            spent=self.spent,
        )

    def count_attachment(self) -> None:
        """Count a file inside. Raises `TooManyAttachments`."""
        self.used.attachments += 1
        limit = self.limits.max_attachments
        if self.used.attachments > limit:
            raise TooManyAttachments(f"The message carries more than {limit} files.", limit=limit)
