"""Places that the server fetches documents from, as options of `catalystctl ingest`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import typer

from catalystindex.model.errors import InvalidRequest
from catalystindex.model.job import BulkDocument
from catalystindex.sdk.requests import validated

UrlOption = Annotated[
    list[str] | None, typer.Option("--url", help="Address of a document; repeatable.")
]
S3Option = Annotated[
    list[str] | None,
    typer.Option(
        "--s3", help="s3://bucket/key of an object, or s3://bucket/prefix/ of many; repeatable."
    ),
]
FolderOption = Annotated[
    list[str] | None,
    typer.Option("--server-folder", help="Folder on the server's machine; repeatable."),
]
CrawlOption = Annotated[
    list[str] | None, typer.Option("--crawl", help="Site to read page by page; repeatable.")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", help="Site whose addresses are listed, then scraped; repeatable."),
]
ScrapeOption = Annotated[
    list[str] | None, typer.Option("--scrape", help="One page, as a browser shows it; repeatable.")
]
IncludeOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Only these of --server-folder and --s3 (globs) or --crawl (regular expressions of "
        "paths); repeatable."
    ),
]
ExcludeOption = Annotated[
    list[str] | None, typer.Option(help="Not these, in the same words; repeatable.")
]
ListingLimit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Most documents of each place that holds many.")
]


@dataclass(frozen=True)
class Places:
    """What was named beside files of this machine."""

    urls: Sequence[str] = ()
    objects: Sequence[str] = ()
    folders: Sequence[str] = ()
    crawls: Sequence[str] = ()
    maps: Sequence[str] = ()
    scrapes: Sequence[str] = ()
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    limit: int | None = field(default=None)

    def documents(self) -> list[BulkDocument]:
        """Return the sources, checked. Raises `InvalidRequest` that names what is wrong."""
        found = [validated(BulkDocument, {"source": source}) for source in self._sources()]
        listed = any("include" in s or "include_paths" in s for s in self._sources())
        if (self.include or self.exclude) and not listed:
            raise InvalidRequest(
                "--include and --exclude choose from --server-folder, --s3 PREFIX/ and --crawl."
            )
        if self.limit is not None and not (listed or self.maps):
            raise InvalidRequest("--limit bounds places that hold many documents; none is named.")
        return found

    def _sources(self) -> Iterator[dict[str, object]]:
        for url in self.urls:
            yield {"kind": "url", "url": url}
        for uri in self.objects:
            yield self._object(uri)
        for path in self.folders:
            yield self._listing("folder") | {"path": path}
        for url in self.crawls:
            listing = self._listing("firecrawl_crawl")
            patterns = {f"{name}_paths": listing.pop(name) for name in ("include", "exclude")}
            yield listing | patterns | {"url": url}
        for url in self.maps:
            yield {"kind": "firecrawl_map", "url": url, **self._bound()}
        for url in self.scrapes:
            yield {"kind": "firecrawl_scrape", "url": url}

    def _object(self, uri: str) -> dict[str, object]:
        """Return an object, or all below a prefix: that ends with a slash, or is a bucket."""
        if uri.endswith("/") or uri.removeprefix("s3://").count("/") == 0:
            return self._listing("s3_prefix") | {"uri": uri}
        return {"kind": "s3", "uri": uri}

    def _listing(self, kind: str) -> dict[str, object]:
        patterns = {"include": list(self.include), "exclude": list(self.exclude)}
        return {"kind": kind, **patterns, **self._bound()}

    def _bound(self) -> dict[str, int]:
        return {} if self.limit is None else {"limit": self.limit}
