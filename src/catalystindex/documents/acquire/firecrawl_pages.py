"""Pages and links of Firecrawl as documents, or as the reason why they are none."""

import re

import httpx
from pydantic import ValidationError

from catalystindex.documents.acquire.answers import error_of_status
from catalystindex.documents.acquire.base import Fetched, Listed
from catalystindex.documents.acquire.body import too_large
from catalystindex.documents.acquire.firecrawl_shapes import Link, Page
from catalystindex.documents.acquire.headers import path_name, safe_name
from catalystindex.documents.acquire.words import shown_url
from catalystindex.model.document import MAX_METADATA_TEXT
from catalystindex.model.errors import AcquisitionError, SourceRefused, SourceUnavailable
from catalystindex.model.sources import MAX_PLACE, FirecrawlScrape

MARKDOWN = "text/markdown"
MAX_TITLE = 500

_WEB_ENDING = re.compile(r"\.(x?html?|php|aspx?|jsp)$", re.IGNORECASE)


def address_of(page: Page) -> str | None:
    """Return the address that a page was asked for at, or else where it was in the end."""
    return page.metadata.source_url or page.metadata.url


def document_of(page: Page, address: str, limit: int) -> Fetched:
    """Return a page as a document of Markdown.

    Raises what the status of the page stands for (an error page is no document), `SourceTooLarge`,
    and `SourceUnavailable` for a page without Markdown.
    """
    shown = shown_url(address)
    if page.metadata.status is not None and page.metadata.status >= 400:
        raise error_of_status(page.metadata.status, shown)
    if page.markdown is None:
        raise SourceUnavailable(f"Firecrawl sends {shown} without its Markdown.", place=shown)
    data = page.markdown.encode("utf-8", "replace")
    if len(data) > limit:
        raise too_large(shown, limit)
    return Fetched(
        data,
        _file_name(address),
        MARKDOWN,
        title=_title(page.metadata.title),
        metadata={"source_url": address} if len(address) <= MAX_METADATA_TEXT else {},
    )


def listed_page(page: Page, address: str, limit: int) -> Listed:
    """Return a page of a crawl: its text, or where to try it again, or why it is not to be had."""
    try:
        content = document_of(page, address, limit)
    except AcquisitionError as error:
        return listed_link(Link(url=address)) if error.transient else _problem(address, error)
    return Listed(address, content=content, title=content.title)


def listed_link(link: Link) -> Listed:
    """Return an address that is to be scraped, or why it cannot be."""
    try:
        source = FirecrawlScrape(url=link.url)
    except ValidationError:
        return _problem(link.url, SourceRefused("This is no http or https address to scrape."))
    return Listed(link.url, source, title=_title(link.title))


def _problem(address: str, error: AcquisitionError) -> Listed:
    return Listed(address[:MAX_PLACE], problem=error)


def _title(text: str | None) -> str | None:
    return " ".join(text.split())[:MAX_TITLE] or None if text else None


def _file_name(address: str) -> str:
    try:
        name = path_name(httpx.URL(address))
    except (httpx.InvalidURL, ValueError):
        name = "page"
    return safe_name(f"{_WEB_ENDING.sub('', name)}.md") or "page.md"
