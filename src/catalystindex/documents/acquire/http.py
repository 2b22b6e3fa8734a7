"""Addresses of the web: one GET, with the redirects it leads to."""

from dataclasses import replace

import httpx

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.answers import error_of
from catalystindex.documents.acquire.base import Control, Fetched, NotModified, Validators
from catalystindex.documents.acquire.body import ACCEPTED, read_body
from catalystindex.documents.acquire.guard import Guard
from catalystindex.documents.acquire.headers import (
    conditions,
    disposition_name,
    media_type,
    path_name,
    validators,
)
from catalystindex.documents.acquire.wire import Answer, Deadline, Wire
from catalystindex.documents.acquire.words import shown_url
from catalystindex.model.clock import Clock
from catalystindex.model.document import MAX_METADATA_TEXT
from catalystindex.model.errors import (
    SourceRefused,
    SourceRejected,
    SourceUnavailable,
    TooManyRedirects,
)
from catalystindex.model.sources import UrlSource

REDIRECTS = frozenset({301, 302, 303, 307, 308})
WHOLE = frozenset({200, 203})


class WebPages:
    """Fetches what a GET of an address answers."""

    def __init__(self, settings: AcquisitionSettings, guard: Guard, clock: Clock) -> None:
        self._settings = settings
        self._guard = guard
        self._wire = Wire(settings, guard)
        self._clock = clock

    def fetch(
        self, source: UrlSource, known: Validators | None, control: Control
    ) -> Fetched | NotModified:
        """Return the document, or `NotModified` for 304 if ``known`` was given.

        Raises `AcquisitionError`, and what ``control`` raises.
        """
        deadline = self._wire.deadline(control)
        url = self._guard.check_url(source.url)
        seen = [url]
        while True:
            result = self._ask(url, known, deadline)
            if not isinstance(result, httpx.URL):
                return _kept(result, url, moved=len(seen) > 1)
            url = self._next(url, result, seen)
            seen.append(url)

    def _ask(
        self, url: httpx.URL, known: Validators | None, deadline: Deadline
    ) -> Fetched | NotModified | httpx.URL:
        fields = {
            "User-Agent": self._settings.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": ACCEPTED,
            **conditions(known),
        }
        with self._wire.send("GET", url, fields, deadline) as answer:
            if answer.status in REDIRECTS:
                return _location(url, answer)
            if answer.status == 304 and conditions(known):
                return NotModified()
            return self._document(url, answer, deadline)

    def _document(self, url: httpx.URL, answer: Answer, deadline: Deadline) -> Fetched:
        place = shown_url(url)
        if answer.status in (202, 206):
            raise SourceUnavailable(
                f"{place} does not send the whole document now ({answer.status}).", url=place
            )
        if answer.status not in WHOLE:
            raise error_of(answer, place, self._clock)
        data = read_body(answer, self._settings.max_bytes, place, deadline.check)
        name = disposition_name(answer.headers.get("content-disposition")) or path_name(url)
        kind = media_type(answer.headers.get("content-type"))
        return Fetched(data, name, kind, validators=validators(answer.headers))

    def _next(self, url: httpx.URL, target: httpx.URL, seen: list[httpx.URL]) -> httpx.URL:
        """Return where a redirect leads, checked as the first address was."""
        if url.scheme == "https" and target.scheme == "http":
            raise SourceRefused(
                f"{shown_url(url)} redirects from https to http, which anyone could read and "
                "change on the way: name the address it leads to.",
                url=shown_url(target),
            )
        found = self._guard.check_url(str(target))
        if found in seen:
            raise TooManyRedirects(f"{shown_url(seen[0])} redirects in a circle.")
        if len(seen) > self._settings.max_redirects:
            raise TooManyRedirects(
                f"{shown_url(seen[0])} redirects more than {self._settings.max_redirects} times: "
                "name the address it leads to."
            )
        return found


def _location(url: httpx.URL, answer: Answer) -> httpx.URL:
    try:
        return url.join(answer.headers["location"])
    except (KeyError, httpx.InvalidURL, ValueError) as error:
        raise SourceRejected(
            f"{shown_url(url)} redirects, and does not say where to.", url=shown_url(url)
        ) from error


def _kept(result: Fetched | NotModified, url: httpx.URL, *, moved: bool) -> Fetched | NotModified:
    """Add where the document came from in the end.

    The query of an address that we were redirected to is left out: the caller did not write it,
    and it may be a signature. So is one that makes the address longer than metadata may be.
    """
    if isinstance(result, NotModified):
        return result
    bare = url.copy_with(query=None)
    text = str(bare if moved or len(str(url)) > MAX_METADATA_TEXT else url)
    if len(text) > MAX_METADATA_TEXT:
        return result
    return replace(result, metadata={"source_url": text})
