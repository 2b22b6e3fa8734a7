"""Pages as Firecrawl renders them: one page, a site that is crawled, a site that is mapped."""

import time
from collections.abc import Iterator
from itertools import islice

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Control, Fetched, Listed
from catalystindex.documents.acquire.crawl import Crawl, Sleep
from catalystindex.documents.acquire.firecrawl_api import FirecrawlApi, Json
from catalystindex.documents.acquire.firecrawl_pages import (
    document_of,
    listed_link,
    listed_page,
)
from catalystindex.documents.acquire.firecrawl_shapes import Link, Mapped, Scraped, Started
from catalystindex.documents.acquire.guard import Guard
from catalystindex.documents.acquire.words import shown_url
from catalystindex.model.clock import Clock
from catalystindex.model.errors import SourceForbidden
from catalystindex.model.sources import FirecrawlCrawl, FirecrawlMap, FirecrawlScrape

FORMATS = ["markdown"]
LONGEST_SCRAPE = 300.0
"""Seconds: the most that Firecrawl gives a page (API reference, `timeout`)."""
EARLIER = 0.9
"""Share of our own time in which Firecrawl is to answer, so that its answer still comes."""


class Firecrawl:
    """Scrapes, crawls and maps by the server of `acquisition.firecrawl_url`."""

    def __init__(
        self,
        settings: AcquisitionSettings,
        guard: Guard,
        clock: Clock,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._settings = settings
        self._guard = guard
        self._api = FirecrawlApi(settings, clock)
        self._sleep = sleep

    def scrape(self, source: FirecrawlScrape, control: Control) -> Fetched:
        """Return one page in Markdown, as it is now and not from Firecrawl's store of pages.

        Raises `AcquisitionError`, and what ``control`` raises.
        """
        self._guard.check_url(source.url)
        seconds = min(self._settings.total_timeout * EARLIER, LONGEST_SCRAPE)
        body: dict[str, Json] = {
            "url": source.url,
            "formats": FORMATS,
            "maxAge": 0,
            "timeout": max(int(seconds * 1000), 1000),
        }
        page = self._api.call("POST", "scrape", Scraped, control, body=body).data
        return document_of(page, source.url, self._settings.max_bytes)

    def crawl(self, source: FirecrawlCrawl, control: Control) -> Iterator[Listed]:
        """Yield the pages of a site with their text, as they come; at most ``limit``.

        Pages that failed come last: as sources to try on their own, and those that the site's
        robots.txt forbids as problems. A crawl that is not seen to its end is cancelled.
        """
        self._guard.check_url(source.url)
        started = self._api.call("POST", "crawl", Started, control, body=_crawl_body(source))
        crawl = Crawl(
            self._api,
            started.id,
            control,
            poll=self._settings.firecrawl_poll,
            stall=self._settings.total_timeout,
            sleep=self._sleep,
        )
        try:
            yield from self._pages(crawl, source.limit)
        except BaseException:
            crawl.cancel()
            raise

    def _pages(self, crawl: Crawl, limit: int) -> Iterator[Listed]:
        seen: set[str] = set()
        for address, page in crawl.pages():
            if len(seen) == limit:  # more than was asked for
                crawl.cancel()
                break
            seen.add(address)
            yield listed_page(page, address, self._settings.max_bytes)
        faults = crawl.faults()
        for fault in faults.errors:
            if fault.url is not None and fault.url not in seen:
                seen.add(fault.url)
                yield listed_link(Link(url=fault.url))
        for address in sorted(set(faults.robots_blocked) - seen):
            problem = SourceForbidden(f"The robots.txt of {shown_url(address)} forbids it.")
            yield Listed(address, problem=problem)

    def map(self, source: FirecrawlMap, control: Control) -> Iterator[Listed]:
        """Yield the addresses of a site to scrape, most relevant first; at most ``limit``."""
        self._guard.check_url(source.url)
        body: dict[str, Json] = {"url": source.url, "limit": source.limit}
        if source.search:
            body["search"] = source.search
        found = self._api.call("POST", "map", Mapped, control, body=body).links
        links = [Link(url=one) if isinstance(one, str) else one for one in found]
        distinct = {link.url: link for link in reversed(links)}  # the first of each address
        for link in islice(reversed(distinct.values()), source.limit):
            control.check()
            yield listed_link(link)


def _crawl_body(source: FirecrawlCrawl) -> dict[str, Json]:
    body: dict[str, Json] = {
        "url": source.url,
        "limit": source.limit,
        "scrapeOptions": {"formats": FORMATS, "maxAge": 0},
    }
    if source.max_depth is not None:
        body["maxDiscoveryDepth"] = source.max_depth
    if source.include_paths:
        body["includePaths"] = list(source.include_paths)
    if source.exclude_paths:
        body["excludePaths"] = list(source.exclude_paths)
    return body
