"""Every kind of source behind one door: the module of each kind, chosen by the kind."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Control, Fetched, Listed, NotModified, Validators
from catalystindex.documents.acquire.crawl import Sleep
from catalystindex.documents.acquire.files import ServerFiles
from catalystindex.documents.acquire.firecrawl import Firecrawl
from catalystindex.documents.acquire.guard import Guard, Resolver, system_resolver
from catalystindex.documents.acquire.headers import safe_name
from catalystindex.documents.acquire.http import WebPages
from catalystindex.documents.acquire.s3 import Buckets
from catalystindex.model.clock import Clock, SystemClock
from catalystindex.model.errors import SourceNotFound
from catalystindex.model.sources import (
    FileSource,
    FirecrawlCrawl,
    FirecrawlMap,
    FirecrawlScrape,
    FolderSource,
    PackedSource,
    S3PrefixSource,
    S3Source,
    StoredSource,
    UrlSource,
)
from catalystindex.stores.artifacts.base import ArtifactStore


class Acquisition:
    """Fetches from every kind of source; safe to use from many threads at once."""

    def __init__(
        self,
        settings: AcquisitionSettings,
        artifacts: ArtifactStore,
        resolver: Resolver = system_resolver,
        *,
        private: Sequence[Path] = (),
        clock: Clock | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        clock = clock or SystemClock()
        guard = Guard(settings.allowed_networks, resolver)
        self._artifacts = artifacts
        self._files = ServerFiles(settings, private)
        self._buckets = Buckets(settings)
        self._web = WebPages(settings, guard, clock)
        self._firecrawl = Firecrawl(settings, guard, clock, sleep)

    def fetch(
        self, source: StoredSource, known: Validators | None, control: Control
    ) -> Fetched | NotModified:
        """Return one document; `NotModified` only if ``known`` was given.

        Raises `AcquisitionError`, what ``control`` raises, and `TypeError` for a listing.
        """
        match source:
            case PackedSource():
                return self._unpack(source)
            case FileSource():
                return self._files.fetch(source, known, control)
            case UrlSource():
                return self._web.fetch(source, known, control)
            case S3Source():
                return self._buckets.fetch(source, known, control)
            case FirecrawlScrape():
                return self._firecrawl.scrape(source, control)
        raise TypeError(f"a source of kind {source.kind!r} is listed, not fetched")

    def list(self, source: StoredSource, control: Control) -> Iterator[Listed]:
        """Yield the documents of a place, in one order, each once.

        Raises `AcquisitionError`, what ``control`` raises, and `TypeError` for no listing.
        """
        match source:
            case FolderSource():
                return self._files.list(source, control)
            case S3PrefixSource():
                return self._buckets.list(source, control)
            case FirecrawlCrawl():
                return self._firecrawl.crawl(source, control)
            case FirecrawlMap():
                return self._firecrawl.map(source, control)
        raise TypeError(f"a source of kind {source.kind!r} is fetched, not listed")

    def close(self) -> None:
        """Let go of connections; nothing may be fetched afterwards."""
        self._buckets.close()

    def _unpack(self, source: PackedSource) -> Fetched:
        try:
            data = self._artifacts.get_range(source.pack, source.offset, source.length)
        except (FileNotFoundError, ValueError) as error:
            raise SourceNotFound(
                "The bytes that came with the submission are gone: submit the document again.",
                filename=source.filename,
            ) from error
        return Fetched(data, safe_name(source.filename) or "document", source.media_type)
