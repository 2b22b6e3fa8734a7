"""The bound on a body is that of its route and kind."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from catalystindex.api.middleware import BULK_BYTES, EVENT_BYTES, BodyLimit
from catalystindex.model.errors import PayloadTooLarge
from catalystindex.streaming.codec import MAX_EVENT_BYTES

LARGE = 2 * BULK_BYTES


async def _reads(_scope: Scope, receive: Receive, _send: Send) -> None:
    await receive()


async def _receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(_message: Message) -> None:
    return None


def declare(path: str, kind: bytes, length: int) -> None:
    """Send a request that declares a length. Raises `PayloadTooLarge`."""
    headers = [(b"content-type", kind), (b"content-length", str(length).encode())]
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(BodyLimit(_reads, LARGE)(scope, _receive, _send))


@pytest.mark.parametrize("kind", [b"multipart/form-data; boundary=x", b"Multipart/Form-Data"])
def test_a_form_may_be_as_large_as_the_setting(kind: bytes) -> None:
    declare("/v1/ingest/bulk", kind, LARGE)
    with pytest.raises(PayloadTooLarge):
        declare("/v1/ingest/bulk", kind, LARGE + 1)


@pytest.mark.parametrize(
    "kind", [b"application/json", b"", b"multipart/form-datax", b"multipart/form-data-x; a=b"]
)
def test_what_is_read_as_json_may_not(kind: bytes) -> None:
    declare("/v1/ingest/bulk", kind, BULK_BYTES)
    with pytest.raises(PayloadTooLarge):
        declare("/v1/ingest/bulk", kind, BULK_BYTES + 1)


@pytest.mark.parametrize("path", ["/v1/events", "/events"])
def test_events_have_a_bound_of_their_own(path: str) -> None:
    declare(path, b"application/x-ndjson", EVENT_BYTES)
    with pytest.raises(PayloadTooLarge):
        declare(path, b"application/x-ndjson", EVENT_BYTES + 1)


def test_a_mended_event_may_be_as_large_as_an_event() -> None:
    path = "/v1/streams/dead-letters/0a/replay"
    declare(path, b"application/json", 4 * MAX_EVENT_BYTES)
    with pytest.raises(PayloadTooLarge):
        declare("/v1/jobs/0a/events", b"", EVENT_BYTES)
