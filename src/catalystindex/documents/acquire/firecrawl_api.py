"""The Firecrawl API, version 2: one JSON call, and its errors.

The server is one that the settings name, so it is not subject to the guard; no redirect of it is
followed, and the key goes nowhere else.
"""

import json
import re
from collections.abc import Mapping
from typing import TypeVar

import httpx
from pydantic import BaseModel

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.config.sections import MEBIBYTE
from catalystindex.documents.acquire.answers import error_of
from catalystindex.documents.acquire.base import Control
from catalystindex.documents.acquire.body import ACCEPTED, read_body
from catalystindex.documents.acquire.wire import Answer, Deadline, Wire
from catalystindex.documents.acquire.words import shown_url
from catalystindex.model.clock import Clock
from catalystindex.model.errors import (
    AcquisitionError,
    SourceForbidden,
    SourceNotConfigured,
    SourceRejected,
    SourceTooSlow,
    SourceUnavailable,
)

CLOUD_HOST = "api.firecrawl.dev"
ANSWER_MARGIN = 16 * MEBIBYTE
"""Bytes of an answer beyond `max_bytes`: a page of results has up to 10 MB (API reference)."""

MAX_SAID = 64 * 1024
"""Bytes of an answer that is an error."""
MAX_QUOTED = 200
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")

REMEDIES = {
    401: "does not accept the key: set `acquisition.firecrawl_api_key`",
    402: "has no credits left for this key: buy some, or raise the plan",
    403: "forbids this: the key or the site is not allowed",
}

Json = str | int | list[str] | dict[str, list[str] | int]
Shape = TypeVar("Shape", bound=BaseModel)


class FirecrawlApi:
    """Calls a Firecrawl server with the key of the settings."""

    def __init__(self, settings: AcquisitionSettings, clock: Clock) -> None:
        self._settings = settings
        self._base = httpx.URL(settings.firecrawl_url.rstrip("/"))
        self._wire = Wire(settings, None)
        self._clock = clock

    @property
    def is_cloud(self) -> bool:
        """Whether the server is the one of Firecrawl itself, which asks for a key."""
        return self._base.host == CLOUD_HOST

    @property
    def place(self) -> str:
        """Where the server is, for people."""
        return f"Firecrawl at {shown_url(self._base)}"

    def call(
        self,
        method: str,
        path: str,
        shape: type[Shape],
        control: Control,
        *,
        query: str = "",
        body: Mapping[str, Json] | None = None,
        seconds: float | None = None,
    ) -> Shape:
        """Return the answer of one call, which may take ``seconds`` (`total_timeout` if None).

        It may be silent for as long: pages are rendered meanwhile. Raises `AcquisitionError`, and
        what ``control`` raises.
        """
        seconds = self._settings.total_timeout if seconds is None else seconds
        with self._wire.send(
            method,
            self._url(path, query),
            self._fields(body is not None),
            Deadline(seconds, control),
            None if body is None else json.dumps(body).encode(),
            silence=seconds,
        ) as answer:
            if answer.status // 100 != 2:
                raise self._error(answer)
            limit = self._settings.max_bytes + ANSWER_MARGIN
            return self._parsed(shape, read_body(answer, limit, self.place, control.check))

    def _url(self, path: str, query: str) -> httpx.URL:
        url = self._base.copy_with(path=f"{self._base.path.rstrip('/')}/v2/{path}")
        return url.copy_with(query=query.encode("ascii", "ignore")) if query else url

    def _fields(self, has_body: bool) -> dict[str, str]:
        key = self._settings.firecrawl_api_key
        if key is None and self.is_cloud:
            raise SourceNotConfigured(
                "Firecrawl is not set up: an operator sets `acquisition.firecrawl_api_key`, or "
                "`acquisition.firecrawl_url` to a server of one's own."
            )
        fields = {"User-Agent": self._settings.user_agent, "Accept-Encoding": ACCEPTED}
        if has_body:
            fields["Content-Type"] = "application/json"
        if key is not None:
            fields["Authorization"] = f"Bearer {key.get_secret_value()}"
        return fields

    def _error(self, answer: Answer) -> AcquisitionError:
        status = answer.status
        if status in REMEDIES:
            return SourceForbidden(
                f"{self.place} {REMEDIES[status]} ({status}).", http_status=status
            )
        if status == 408:
            return SourceTooSlow(f"{self.place} did not get the page in time.", http_status=status)
        if status in (404, 405) or 300 <= status < 400:
            return SourceNotConfigured(
                f"{self.place} does not serve what was asked ({status}): check that "
                "`acquisition.firecrawl_url` is that of a Firecrawl of version 2.",
                http_status=status,
            )
        error = error_of(answer, self.place, self._clock)
        said = _said(answer, self.place)
        if isinstance(error, SourceRejected):
            return SourceRejected(
                f"{self.place} rejects the request ({status}){said}. Check the address, the paths "
                "and the limit of the source.",
                **error.context,
            )
        return type(error)(f"{error.detail.rstrip('.')}{said}.", **error.context)

    def _parsed(self, shape: type[Shape], data: bytes) -> Shape:
        try:
            values = json.loads(data)
            if isinstance(values, dict) and values.get("success") is False:
                raise SourceUnavailable(f"{self.place} failed{_quoted(values)}.")
            return shape.model_validate(values)
        except (ValueError, RecursionError) as error:  # a ValidationError is a ValueError
            raise SourceUnavailable(f"{self.place} answers what is not its protocol.") from error


def _said(answer: Answer, place: str) -> str:
    """Return what an answer that is an error says of itself, if it does."""
    try:
        values = json.loads(read_body(answer, MAX_SAID, place, lambda: None))
    except (AcquisitionError, ValueError, RecursionError):
        return ""  # the status speaks for itself
    return _quoted(values) if isinstance(values, dict) else ""


def _quoted(values: Mapping[str, object]) -> str:
    said = values.get("error")
    if not isinstance(said, str):
        return ""
    plain = _ADDRESS.sub(lambda found: shown_url(found[0]), " ".join(said.split()))
    return f": {plain[:MAX_QUOTED]!r}"
