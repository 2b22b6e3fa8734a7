"""The contract of sources: fetch one document, or list those of a place.

Raises: the `AcquisitionError` that says whether trying again can help, or what `Control.check`
raises.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from catalystindex.model.document import MetadataValue
from catalystindex.model.errors import AcquisitionError
from catalystindex.model.sources import StoredSource


class Control(Protocol):
    """The line to whoever ordered the work."""

    def check(self) -> None:
        """Raise if the work was cancelled or is another's by now. Call it between reads."""
        ...


@dataclass(frozen=True)
class Validators:
    """What makes the next request conditional (RFC 9110 section 13)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Fetched:
    """A document's bytes, and what its source says of it."""

    data: bytes
    filename: str
    media_type: str | None = None
    title: str | None = None
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    validators: Validators | None = None


@dataclass(frozen=True)
class NotModified:
    """The source still has what the validators stand for."""


@dataclass(frozen=True)
class Listed:
    """A document found in a listing.

    Exactly one is set: where to fetch it, its bytes if the listing had them, or why it is not to
    be had, where the listing knows that already.
    """

    key: str
    source: StoredSource | None = None
    content: Fetched | None = None
    problem: AcquisitionError | None = None
    title: str | None = None


class Acquirer(Protocol):
    """Fetches from every kind of source that is configured."""

    def fetch(
        self, source: StoredSource, known: Validators | None, control: Control
    ) -> Fetched | NotModified:
        """Return one document; `NotModified` only if ``known`` was given."""
        ...

    def list(self, source: StoredSource, control: Control) -> Iterator[Listed]:
        """Yield the documents of a place, in one order, each once."""
        ...
