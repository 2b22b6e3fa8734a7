"""The bound on a body is that of its route and kind."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from catalystindex.api.middleware import BULK_BYTES, BodyLimit
from catalystindex.model.errors import PayloadTooLarge

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
