"""A web server on a loopback port with files to fetch, entity tags, and faults on demand."""

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from support.faults import Answered, Asked, FaultyServer, Plan, no_faults


@dataclass(frozen=True)
class Page:
    """What a path answers: bytes with headers, or another status with them."""

    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    tagged: bool = True
    """Whether it has an `ETag` and answers 304 to one that has it."""


class FaultServer(FaultyServer):
    """Serves ``pages``; everything else is 404. Pages may be changed while it runs."""

    def __init__(
        self,
        pages: Mapping[str, Page | bytes],
        plan: Plan = no_faults,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.pages: dict[str, Page | bytes] = dict(pages)
        super().__init__(plan, host, port, tls)

    def respond(self, asked: Asked) -> Answered:
        found = self.pages.get(asked.path)
        if found is None:
            return Answered(404, b"nothing here")
        page = Page(found) if isinstance(found, bytes) else found
        if page.status != 200 or not page.tagged:
            return Answered(page.status, page.body, page.headers)
        tag = etag_of(page.body)
        headers = {"ETag": tag, **page.headers}
        if asked.headers.get("If-None-Match") == tag:
            return Answered(304, b"", {"ETag": tag})
        return Answered(200, page.body, headers)


def etag_of(body: bytes) -> str:
    """Return the entity tag of a page."""
    return f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
