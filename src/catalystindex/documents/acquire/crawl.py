"""One crawl of Firecrawl: its pages as they come, its end, and its cancellation."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import httpx
from pydantic import BaseModel

from catalystindex.documents.acquire.base import Control
from catalystindex.documents.acquire.firecrawl_api import FirecrawlApi
from catalystindex.documents.acquire.firecrawl_pages import address_of
from catalystindex.documents.acquire.firecrawl_shapes import (
    Cancelled,
    CrawlFaults,
    CrawlState,
    Page,
)
from catalystindex.model.errors import (
    AcquisitionError,
    SourceNotConfigured,
    SourceRejected,
    SourceTooSlow,
    SourceUnavailable,
)
from catalystindex.telemetry.logs import logger

log = logger(__name__)

LOOK = 0.5
"""Seconds of waiting after which `Control` is asked again."""

PATIENCE = 5
"""Answers in a row that may fail before a crawl is given up: what it found is paid for."""

CANCEL_SECONDS = 10.0

Shape = TypeVar("Shape", bound=BaseModel)
Sleep = Callable[[float], None]


NOT_FOUND = 404


class Unhindered:
    """The control of a clean-up, which goes on although the work was called off."""

    def check(self) -> None:
        """Do nothing."""


class Crawl:
    """Watches a crawl that was started.

    ``poll``: seconds between looks. ``stall``: seconds of waiting without progress until it is
    given up.
    """

    def __init__(
        self,
        api: FirecrawlApi,
        crawl_id: str,
        control: Control,
        *,
        poll: float,
        stall: float,
        sleep: Sleep,
    ) -> None:
        self._api = api
        self._path = f"crawl/{crawl_id}"
        self._id = crawl_id
        self._control = control
        self._poll = poll
        self._stall = stall
        self._sleep = sleep
        self._over = False
        self._idle, self._done = 0.0, 0

    def pages(self) -> Iterator[tuple[str, Page]]:
        """Yield pages with their addresses, each once, until the crawl is complete.

        Raises `SourceUnavailable` for a crawl that failed, `SourceTooSlow` for one that stands
        still, `SourceRejected` for one that somebody cancelled.
        """
        seen: set[str] = set()
        query = ""
        while not self._over:
            state = self._patiently(self._path, CrawlState, query)
            pages = {self._address(page): page for page in reversed(state.data)}
            fresh = [one for one in reversed(pages.items()) if one[0] not in seen]
            seen.update(pages)
            yield from fresh
            self._raise_if_broken(state)
            following = _query_of(state.next)
            nothing_more = not following or not state.data
            self._over = state.status == "completed" and nothing_more
            query = following or query
            self._go_on(state.completed, found=bool(fresh))

    def _go_on(self, completed: int, *, found: bool) -> None:
        """Wait for the next look, if there is one and the last brought nothing.

        Raises `SourceTooSlow` when nothing moves for too long.
        """
        if found or self._over:
            self._idle = 0.0
            return
        self._idle = 0.0 if completed > self._done else self._idle + self._poll
        self._done = max(self._done, completed)
        if self._idle > self._stall:
            raise SourceTooSlow(f"The crawl stands still since {self._stall:g} seconds.")
        self._wait(self._poll)

    def faults(self) -> CrawlFaults:
        """Return the pages that the crawl could not have."""
        return self._patiently(f"{self._path}/errors", CrawlFaults, "")

    def cancel(self) -> None:
        """End the crawl, so that it costs no more; say so in the log if that fails."""
        if self._over:
            return
        try:
            self._api.call("DELETE", self._path, Cancelled, Unhindered(), seconds=CANCEL_SECONDS)
        except AcquisitionError as error:
            log.warning("crawl_not_cancelled", crawl_id=self._id, code=error.code)

    def _patiently(self, path: str, shape: type[Shape], query: str) -> Shape:
        """Ask again after a failure that may pass, `PATIENCE` times at most."""
        for _ in range(PATIENCE - 1):
            try:
                return self._asked(path, shape, query)
            except SourceUnavailable as error:
                if isinstance(error.__cause__, SourceNotConfigured):
                    raise
                wait = error.context.get("retry_after")
                self._wait(float(wait) if isinstance(wait, int | float) else self._poll)
        return self._asked(path, shape, query)

    def _asked(self, path: str, shape: type[Shape], query: str) -> Shape:
        """Ask once; a crawl that is not known any more is over."""
        try:
            return self._api.call("GET", path, shape, self._control, query=query)
        except SourceNotConfigured as error:
            if error.context.get("http_status") != NOT_FOUND:
                raise
            self._over = True
            raise SourceUnavailable(f"{self._api.place} no longer knows the crawl.") from error

    def _raise_if_broken(self, state: CrawlState) -> None:
        if state.status == "failed":
            self._over = True
            raise SourceUnavailable(f"{self._api.place} says that the crawl failed.")
        if state.status == "cancelled":
            self._over = True
            raise SourceRejected(
                f"The crawl was cancelled at {self._api.place}: start it again from here."
            )

    def _address(self, page: Page) -> str:
        address = address_of(page)
        if address is None:
            raise SourceUnavailable(f"{self._api.place} sends a page without its address.")
        return address

    def _wait(self, seconds: float) -> None:
        left = seconds
        while left > 0:
            self._control.check()
            self._sleep(min(left, LOOK))
            left -= LOOK
        self._control.check()


def _query_of(following: str | None) -> str:
    """Return the query of the address of the next page.

    Only its query is used: the key goes to the address of the settings, wherever this points.
    """
    if not following:
        return ""
    try:
        return httpx.URL(following).query.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        return ""
